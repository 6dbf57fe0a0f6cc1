"""The real command in repositories of odd shapes: what is one copy, what is counted, what is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.processes import findspot, paths
from tests.workspace.test_repository_shapes import git, repository

pytestmark = pytest.mark.row("L09")


def test_worktrees_inside_a_root_give_one_result_and_are_counted(tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    (root / "only.py").write_text("def found_but_once():\n    return 1\n", encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "y")
    for name in ("trees/one", "trees/two"):
        git(root, "worktree", "add", "-q", name)
    assert paths(findspot("found_but_once", "--json", cwd=root)) == ["only.py"]
    assert json.loads(findspot("status", "--json", cwd=root).stdout)["skipped"]["another worktree"] == 2
    listed = findspot("status", "--skipped", "trees", cwd=root).stdout.decode()
    assert listed.count("Another worktree of this repository") == 2
    named = findspot("found_but_once", "trees/two", cwd=root)
    assert b"trees/two/only.py" in named.stdout
    assert b"trees/two is another worktree and not in the index" in named.stderr
    assert paths(findspot("found_but_once", "--json", cwd=root / "trees" / "one")) == ["only.py"]


def test_a_bare_repository_is_refused_in_a_sentence(tmp_path: Path) -> None:
    source = repository(tmp_path / "source")
    git(tmp_path, "clone", "-q", "--bare", str(source), "bare.git")
    for words, cwd in ((("anything",), tmp_path / "bare.git"), (("anything", "--root", "bare.git"), tmp_path)):
        said = findspot(*words, cwd=cwd, status=2).stderr.decode()
        assert "is a bare repository, which holds commits but no files; search a clone of it" in said
        assert "Traceback" not in said


def test_a_sparse_checkout_says_how_much_is_not_there(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", ("near/a.py", "far/b.py", "far/c.py"))
    git(root, "sparse-checkout", "set", "near")
    findspot("index", cwd=root)
    assert json.loads(findspot("status", "--json", cwd=root).stdout)["skipped"]["not checked out"] == 2
    assert "2 not checked out" in findspot("zebra", cwd=root, status=1).stderr.decode()
