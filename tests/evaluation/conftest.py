"""What the tests of evaluating share: a repository whose commits can be asked about, and one from the tests of training."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.evaluation.histories import make_history
from tests.training.conftest import past

__all__ = ["past"]


@dataclass(frozen=True, slots=True)
class History:
    """The working folder of a repository, and its commits by message."""

    work: Path
    commits: dict[str, str]


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Return the repository; nobody writes into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        work = tmp_path_factory.mktemp("history") / "shop"
        return History(work.resolve(), make_history(work))
