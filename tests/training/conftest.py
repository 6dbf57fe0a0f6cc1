"""What the tests of training share: one small repository with a past, made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.training.packs import make_repository
from tests.training.repositories import Past, make_past


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Return the repository; nobody writes into it."""
    folder: Path = tmp_path_factory.mktemp("past")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        return make_past(folder)


@pytest.fixture(scope="session")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two bare repositories."""
    folder: Path = tmp_path_factory.mktemp("accelerator")
    for name in ("acme+tool", "acme+kept"):
        make_repository(folder, name)
    return folder / "mirrors"
