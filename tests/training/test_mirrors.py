"""Folders of mirrors: where the bare repository of a name is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot_training.corpus.mirrors import find_repository
from tests.training.repositories import REPO


@pytest.mark.parametrize("place", ["acme+tool/repo", "ACME+Tool", "acme/tool.git", "Copies+acme__tool/repo"])
def test_repositories_are_found_in_the_usual_layouts(place: str, tmp_path: Path) -> None:
    (tmp_path / place / "objects").mkdir(parents=True)
    (tmp_path / place / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (tmp_path / "acme+toolbox").mkdir()
    assert find_repository(tmp_path, REPO) == tmp_path / place
    assert find_repository(tmp_path, "acme/toolbox") is None
    assert find_repository(tmp_path / "nowhere", REPO) is None
