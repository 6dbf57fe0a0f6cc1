"""Shapes of repositories: worktrees, submodules, bare ones, sparse checkouts, and ``.git`` files that say anything."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from findspot.core.types import FileProblem, ProblemKind
from findspot.errors import RootError
from findspot.workspace.roots import checked_root
from findspot.workspace.walker import Walk, WalkOptions, walk

pytestmark = pytest.mark.row("L09")

OPTIONS = WalkOptions()


def git(folder: Path, *words: str) -> None:
    settings = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)


def repository(folder: Path, files: Sequence[str] = ("a.py",)) -> Path:
    """Make a repository with one commit."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x = 1\n", encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return folder


def seen(root: Path) -> tuple[set[str], dict[str, ProblemKind], Walk]:
    """Return the files of a walk, what is left out by rule and why, and that the watcher's rules agree."""
    told: list[FileProblem] = []
    walk(root, OPTIONS, on_left_out=told.append)
    found = walk(root, OPTIONS)
    kinds: dict[str, ProblemKind] = {one.path: one.kind for one in told if one.kind is not ProblemKind.BOOKKEEPING}
    rules = OPTIONS.rules(root)
    for problem in told:
        if problem.kind is not ProblemKind.SPARSE and problem.path.endswith("/"):
            assert rules.skips(f"{problem.path}inside", is_folder=False), problem
            explained = rules.explain(problem.path[:-1], is_folder=True)
            assert explained is not None
            assert explained.kind is problem.kind
    assert not any(rules.skips(path, is_folder=False) for path in found.files)
    return set(found.files), kinds, found


def test_of_a_folder_with_a_repository_and_its_worktrees_each_file_is_there_once(tmp_path: Path) -> None:
    main = repository(tmp_path / "all" / "zoo")
    git(main, "worktree", "add", "-q", "../aardvark")
    git(main, "worktree", "add", "-q", "../deep/er")
    repository(tmp_path / "all" / "other")
    files, kinds, found = seen(tmp_path / "all")
    assert files == {"zoo/a.py", "other/a.py"}
    assert kinds == {"aardvark/": ProblemKind.WORKTREE, "deep/er/": ProblemKind.WORKTREE}
    assert found.left_out[ProblemKind.WORKTREE] == 2
    assert set(walk(tmp_path / "all", OPTIONS, "aardvark", named=True).files) == {"aardvark/a.py"}
    (tmp_path / "all" / ".ignore").write_text("!aardvark/\n", encoding="utf-8")
    assert "aardvark/a.py" in walk(tmp_path / "all", OPTIONS).files


def test_worktrees_whose_repository_lies_elsewhere_are_one_of_them(tmp_path: Path) -> None:
    main = repository(tmp_path / "elsewhere")
    for name in ("all/b", "all/a"):
        git(main, "worktree", "add", "-q", "--detach", str(tmp_path / name))
    files, kinds, _ = seen(tmp_path / "all")
    assert files == {"a/a.py"}
    assert kinds == {"b/": ProblemKind.WORKTREE}


def test_of_a_bare_repository_with_worktrees_the_one_of_its_branch_is_searched(tmp_path: Path) -> None:
    source = repository(tmp_path / "source")
    for name, pointer in (("hidden", ".bare"), ("shown", "store.git")):
        top = tmp_path / name
        top.mkdir()
        git(top, "clone", "-q", "--bare", str(source), pointer)
        (top / ".git").write_text(f"gitdir: ./{pointer}\n", encoding="utf-8")
        git(top, "worktree", "add", "-q", "-b", "feature", "feature")
        git(top, "worktree", "add", "-q", "main")
        files, kinds, _ = seen(top)
        assert files == {"main/a.py"}
        assert kinds["feature/"] is ProblemKind.WORKTREE
        assert kinds.get("store.git/", ProblemKind.BARE) is ProblemKind.BARE


def test_submodules_are_part_and_the_worktrees_of_one_are_not(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", ("lib.py",))
    main = repository(tmp_path / "main")
    git(main, "submodule", "--quiet", "add", str(library), "vendored/lib")
    git(main, "commit", "-qm", "y")
    git(main / "vendored" / "lib", "worktree", "add", "-q", str(main / "copy"))
    git(main, "worktree", "add", "-q", "trees/x")
    files, kinds, _ = seen(main)
    assert files == {".gitmodules", "a.py", "vendored/lib/lib.py"}
    assert kinds == {"copy/": ProblemKind.CHECKOUT, "trees/x/": ProblemKind.WORKTREE}


def test_a_bare_repository_is_refused_with_what_to_do_and_left_out_inside(tmp_path: Path) -> None:
    source = repository(tmp_path / "source")
    git(tmp_path, "clone", "-q", "--bare", str(source), "plain.git")
    with pytest.raises(RootError, match=r"plain\.git: is a bare repository, .*no files; search a clone of it"):
        checked_root(tmp_path / "plain.git")
    git(tmp_path / "plain.git", "worktree", "add", "-q", str(tmp_path / "work"))
    with pytest.raises(RootError, match=r"search where its files are: .*work"):
        checked_root(tmp_path / "plain.git")
    with pytest.raises(RootError, match="bare repository"):
        checked_root(source / ".git")
    git(source, "clone", "-q", "--bare", str(source), "fixtures/one.git")
    files, kinds, _ = seen(source)
    assert files == {"a.py"}
    assert kinds == {"fixtures/one.git/": ProblemKind.BARE}


def test_a_sparse_checkout_counts_what_is_not_there(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", ("a.py", "near/b.py", "far/c.py", "far/d.py"))
    git(root, "sparse-checkout", "set", "near")
    files, kinds, found = seen(root)
    assert files == {"a.py", "near/b.py"}
    assert kinds == {"far/c.py": ProblemKind.SPARSE, "far/d.py": ProblemKind.SPARSE}
    assert found.left_out[ProblemKind.SPARSE] == 2
    _, kinds, _ = seen(root / "near")
    assert kinds == {}
    git(root, "sparse-checkout", "set", "--sparse-index", "near")
    assert seen(root)[1] == {"far/": ProblemKind.SPARSE}
    git(root, "sparse-checkout", "disable")
    assert seen(root)[1] == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gitdir:",
        "gitdir: .",
        "gitdir: ..",
        "gitdir: /",
        "gitdir: /etc",
        "gitdir: //server/share/.git",
        "gitdir: \0",
        "gitdir: ./.git",
        "gitdir: ../main/.git/worktrees/copy",
        "gitdir: ../main/.git",
        "\udcff\udcfe",
        "gitdir: " + "x/" * 100_000,
        "a" * 2_000_000,
    ],
)
def test_git_files_that_say_anything_lead_nowhere(tmp_path: Path, text: str) -> None:
    all_of_them = tmp_path / "all"
    main = repository(all_of_them / "main")
    git(main, "worktree", "add", "-q", "../copy")
    (all_of_them / "copy" / ".git").write_text(text, encoding="utf-8", errors="surrogateescape")
    real = text == "gitdir: ../main/.git/worktrees/copy"
    files, _, _ = seen(all_of_them)
    assert files == ({"main/a.py"} if real else {"main/a.py", "copy/a.py"})
    (main / "inner").mkdir()
    (main / "inner" / "b.py").write_text("x = 2\n", encoding="utf-8")
    (main / "inner" / ".git").write_text(text, encoding="utf-8", errors="surrogateescape")
    files, kinds, _ = seen(main)
    assert files == {"a.py"}
    assert kinds == {"inner/": ProblemKind.CHECKOUT}
    assert set(walk(main / "inner", OPTIONS).files) == {"b.py"}


def test_a_worktree_list_that_names_strange_places_is_not_followed(tmp_path: Path) -> None:
    all_of_them = tmp_path / "all"
    main = repository(tmp_path / "elsewhere")
    for name in ("a", "b"):
        git(main, "worktree", "add", "-q", "--detach", str(all_of_them / name))
    listed = main / ".git" / "worktrees"
    for number, place in enumerate(
        ("/etc/.git", "//server/x/.git", "\0", "", "../../../..", str(all_of_them / ".git"))
    ):
        (listed / f"z{number}").mkdir()
        (listed / f"z{number}" / "gitdir").write_text(place, encoding="utf-8")
    (listed / "file").write_text("x", encoding="utf-8")
    files, _, _ = seen(all_of_them)
    assert files == {"a/a.py"}


def test_worktrees_that_are_gone_take_no_place(tmp_path: Path) -> None:
    main = repository(tmp_path / "elsewhere")
    for name in ("a", "b"):
        git(main, "worktree", "add", "-q", "--detach", str(tmp_path / "all" / name))
    (tmp_path / "all" / "a" / ".git").unlink()
    assert seen(tmp_path / "all")[0] == {"a/a.py", "b/a.py"}


def test_a_folder_that_only_looks_like_a_bare_repository_hides_no_file(tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    git(root, "init", "-q", "--bare", "vendor/inner")
    (root / "vendor" / "inner" / "uploads.py").write_text("x = 1\n", encoding="utf-8")
    files, _, _ = seen(root)
    assert "vendor/inner/uploads.py" in files
    assert checked_root(root / "vendor" / "inner") == root / "vendor" / "inner"
