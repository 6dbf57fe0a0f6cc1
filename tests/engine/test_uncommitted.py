"""Files that differ from the last commit, as git and the index know them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from findspot.config import Settings
from findspot.core.types import EditorContext
from findspot.engine import Models
from findspot.engine.uncommitted import Uncommitted, changed_files
from findspot.errors import Cancelled
from findspot.service.messages import SearchRequest
from findspot.service.questions import ask_engine
from tests.engine.checks import open_engine
from tests.training.repositories import git

FILES = ("same.py", "edited.py", "staged.py", "touched.py", "gone.py", "sub/deep.py", "sub/new.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository in which some files have changed since its commit."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    for name in FILES[:-1]:
        (root / name).write_bytes(f"def {Path(name).stem}():\n    return 1\n".encode())
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "All of it")
    for name in ("edited.py", "staged.py", "sub/deep.py"):
        (root / name).write_bytes(f"def {Path(name).stem}():\n    return 22\n".encode())
    git(root, "add", "staged.py")
    (root / "sub" / "new.py").write_bytes(b"def new():\n    return 1\n")
    os.utime(root / "touched.py", (1, 1))
    (root / "gone.py").unlink()
    return root


def test_edited_staged_and_new_files_differ_and_a_touched_one_does_not(root: Path) -> None:
    indexed = [name for name in FILES if name != "gone.py"]
    assert changed_files(root, indexed) == {"edited.py", "staged.py", "sub/deep.py", "sub/new.py"}
    assert changed_files(root / "sub", ["deep.py", "new.py"]) == {"deep.py", "new.py"}
    assert git(root, "status", "--short", "touched.py") == ""


def test_line_ends_of_windows_are_no_change(root: Path) -> None:
    (root / "touched.py").write_bytes((root / "touched.py").read_bytes().replace(b"\n", b"\r\n"))
    assert "touched.py" not in changed_files(root, ["touched.py"])


def test_without_git_or_a_commit_nothing_differs(tmp_path: Path) -> None:
    assert changed_files(tmp_path, ["a.py"]) == set()
    git(tmp_path, "init", "-q")
    assert changed_files(tmp_path, ["a.py"]) == set()


def test_a_worktree_has_an_index_of_its_own(root: Path) -> None:
    git(root, "worktree", "add", "-q", str(root.parent / "other"))
    assert changed_files(root.parent / "other", ["edited.py"]) == set()
    (root.parent / "other" / "same.py").write_text("x = 1\n", encoding="utf-8")
    assert changed_files(root.parent / "other", ["edited.py", "same.py"]) == {"same.py"}


def test_looking_can_be_stopped(root: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        changed_files(root, FILES, stop)


def test_nobody_waits_for_it_and_it_ends(root: Path) -> None:
    uncommitted = Uncommitted(root, lambda: FILES)
    shown = EditorContext("same.py", changed=("mine.py",))
    assert uncommitted.added_to(shown) == shown
    uncommitted.settle()
    assert uncommitted.added_to(shown).changed[:2] == ("mine.py", "edited.py")
    uncommitted.close()
    uncommitted.close()


@pytest.mark.row("B05")
def test_an_answer_says_what_has_changed(root: Path, models: Models) -> None:
    question = SearchRequest(query="deep")
    with open_engine(root, models) as engine:
        engine.refresh()

        def near(settings: Settings, context: EditorContext | None) -> str:
            best = ask_engine(engine, settings, question, context=context).results[0]
            return "".join(one.detail for one in best.evidence if one.kind == "near")

        assert "changed since" not in near(Settings(), EditorContext("same.py"))
        engine.uncommitted.settle()
        assert "changed since the last commit" in near(Settings(), EditorContext("same.py"))
        assert near(Settings(), EditorContext()) == ""
        assert near(Settings(editor_context=False), EditorContext("same.py")) == ""
        assert near(Settings(), None) == ""
