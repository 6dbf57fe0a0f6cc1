"""Trees of commits as folders: what is written, what stays, what a clone lacks, and no look into the future."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot.errors import EvaluationError
from findspot.evaluation.checkouts import BareRepository, WorkTree
from tests.training.repositories import QUEUE, Past, git


def files(folder: Path) -> set[str]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {path for path in found if not path.startswith(".git/")}


@pytest.mark.row("A05")
def test_going_to_a_commit_writes_only_what_differs(past: Past, tmp_path: Path) -> None:
    with BareRepository(past.bare) as bare:
        work = WorkTree(tmp_path / "tree", bare, history=False)
        first, second, third = map(bare.tree, past.commits)
        assert work.go(past.commits[0], first) == 0
        assert files(tmp_path / "tree") == set(first)
        kept = (tmp_path / "tree" / "src" / "upload.py").stat().st_mtime_ns
        assert work.go(past.commits[1], second) == 0
        assert files(tmp_path / "tree") == set(second)
        assert (tmp_path / "tree" / "src" / "upload.py").stat().st_mtime_ns == kept
        assert work.go(past.commits[2], third) == 0
        assert b"limit = 5" in (work.read("src/upload.py") or b"")
        assert work.go(past.commits[0], first) == 0
        assert (work.read("src/queue.py"), work.read("net/client.py")) == (QUEUE.encode(), None)
        assert not (tmp_path / "tree" / "net").exists()


@pytest.mark.row("A05")
def test_a_folder_that_a_kill_left_half_written_is_filled_again(past: Past, tmp_path: Path) -> None:
    with BareRepository(past.bare) as bare:
        tree = bare.tree(past.commits[0])
        WorkTree(tmp_path / "tree", bare, history=False).go(past.commits[0], tree)
        (tmp_path / "tree" / "src" / "upload.py").write_text("half", encoding="utf-8")
        (tmp_path / "tree" / "left.py").write_text("", encoding="utf-8")
        assert WorkTree(tmp_path / "tree", bare, history=False).go(past.commits[0], tree) == 0
        assert files(tmp_path / "tree") == set(tree)


def test_history_ends_at_the_base_commit(past: Past, tmp_path: Path) -> None:
    with BareRepository(past.bare) as bare:
        work = WorkTree(tmp_path / "tree", bare, history=True)
        work.go(past.commits[1], bare.tree(past.commits[1]))
        log = git(tmp_path / "tree", "-c", "safe.directory=*", "log", "--all", "--format=%s", "HEAD")
        assert log.split("\n") == ["Step 1", "Step 0"]


def test_a_blob_that_the_mirror_lacks_is_left_out(past: Past, tmp_path: Path) -> None:
    with BareRepository(past.bare) as bare:
        tree = {**bare.tree(past.commits[0]), "big.bin": "1" * 40}
        work = WorkTree(tmp_path / "tree", bare, history=False)
        assert work.go(past.commits[0], tree) == 1
        assert bare.blob(tree["src/queue.py"]) == QUEUE.encode()


def test_an_unknown_commit_is_an_error(past: Past) -> None:
    with BareRepository(past.bare) as bare, pytest.raises(EvaluationError, match="cannot be read"):
        bare.tree("0" * 40)
