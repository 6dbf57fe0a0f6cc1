"""What a walk leaves out has a reason; what git tracks, hidden folders with work and submodules are not left out."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from findspot.core.types import FileProblem, ProblemKind
from findspot.workspace.tracked import Tracked
from findspot.workspace.walker import WalkOptions, walk

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always")


def make(root: Path, *paths: str, text: str = "x = 1\n") -> None:
    """Write a small file at each root-relative path."""
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def git(folder: Path, *arguments: str) -> bytes:
    """Run git in ``folder``."""
    return subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True).stdout


def taken(root: Path, options: WalkOptions = WalkOptions(), prefix: str = "") -> set[str]:  # noqa: B008
    """Return the paths that a walk finds, ignore files aside."""
    return {path for path in walk(root, options, prefix).files if not path.startswith(".git")}


def reasons(root: Path, options: WalkOptions = WalkOptions()) -> dict[str, tuple[ProblemKind, str]]:  # noqa: B008
    """Return what a walk leaves out, bookkeeping aside; what is counted is what is told."""
    told: list[FileProblem] = []
    found = walk(root, options, on_left_out=told.append)
    assert sum(found.left_out.values()) == len(told)
    assert found.left_out == walk(root, options).left_out
    return {
        problem.path: (problem.kind, problem.message)
        for problem in (*told, *found.problems)
        if problem.kind is not ProblemKind.BOOKKEEPING
    }


@pytest.mark.row("T06")
def test_every_entry_is_taken_or_has_its_reason(tmp_path: Path) -> None:
    """A rule is named by file, line and pattern; a folder that is left out is one entry, however much it holds."""
    make(tmp_path, "a.py", "logo.png", "src/b.py", "src/.cache/c", ".env", ".env.example", "gen/x.py", "gen/y/z.py")
    make(tmp_path, "src/tmp.log", "src/deep/one.tmp", "over.txt", "notes.po")
    make(tmp_path, "big.txt", text="x" * 2000)
    make(tmp_path, ".gitignore", text="# made\n*.log\n\ngen/\n")
    make(tmp_path, "src/.ignore", text="deep/*.tmp\n")
    make(tmp_path, ".findspotignore", text="over.*\n")
    (tmp_path / "link.py").symlink_to("a.py")
    found = reasons(tmp_path, WalkOptions(max_file_bytes=1024))
    kinds = {path: kind for path, (kind, _) in found.items()}
    assert kinds == {
        "logo.png": ProblemKind.BINARY,
        "src/.cache/": ProblemKind.HIDDEN,
        ".env": ProblemKind.HIDDEN,
        ".gitignore": ProblemKind.IGNORE_FILE,
        "src/.ignore": ProblemKind.IGNORE_FILE,
        ".findspotignore": ProblemKind.IGNORE_FILE,
        "gen/": ProblemKind.IGNORED,
        "src/tmp.log": ProblemKind.IGNORED,
        "src/deep/one.tmp": ProblemKind.IGNORED,
        "over.txt": ProblemKind.IGNORED,
        "notes.po": ProblemKind.DATA,
        "big.txt": ProblemKind.TOO_LARGE,
        "link.py": ProblemKind.LINK,
    }
    assert found["gen/"][1].endswith(".gitignore:4: gen/")
    assert found["src/tmp.log"][1].endswith(" .gitignore:2: *.log")
    assert found["src/deep/one.tmp"][1].endswith("src/.ignore:1: deep/*.tmp")
    assert found["over.txt"][1].endswith(" .findspotignore:1: over.*")
    assert "secrets" in found[".env"][1]
    everything = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if not path.is_dir()}
    covered = {
        path for path in everything if any(path == one or (one[-1] == "/" and path.startswith(one)) for one in found)
    }
    assert (
        everything - covered
        == {"a.py", "src/b.py", ".env.example"}
        == taken(tmp_path, WalkOptions(max_file_bytes=1024))
    )


def test_hidden_folders_that_hold_work(tmp_path: Path) -> None:
    """Workflows, editor tasks and dot-files of the root are found without asking; secrets and histories are not."""
    work = [
        ".github/workflows/ci.yml",
        ".gitlab/x.md",
        ".circleci/config.yml",
        ".devcontainer/d.json",
        ".vscode/t.json",
    ]
    work += [
        "web/.storybook/main.ts",
        ".gitlab-ci.yml",
        ".zshrc",
        ".pre-commit-config.yaml",
        ".eslintrc",
        ".env.sample",
    ]
    rest = [
        ".env",
        ".env.local",
        ".npmrc",
        ".netrc",
        ".bash_history",
        ".idea/w.xml",
        "sub/.eslintrc",
        ".github/.cache/x",
    ]
    make(tmp_path, *work, *rest)
    assert set(walk(tmp_path, WalkOptions()).files) == set(work)
    assert set(walk(tmp_path, WalkOptions(hidden=True)).files) == {*work, *rest}


@pytest.mark.parametrize("settings", [(), ("-c", "index.version=4")], ids=["version 2", "version 4"])
def test_tracked_files_are_not_ignored(tmp_path: Path, settings: tuple[str, ...]) -> None:
    """As for git, a rule of git's says nothing of what is tracked; other ignore files are the user's own word."""
    git(tmp_path, "init", "-q")
    make(tmp_path, "build/tool.py", "build/out.py", "build/deep/keep.py", "gen.py", "vendor/v.py", "é/ö.py", "é/u.py")
    make(tmp_path, ".gitignore", text="build/\ngen.py\né/\n")
    make(tmp_path, ".findspotignore", text="vendor/\n")
    tracked = ("build/tool.py", "build/deep/keep.py", "gen.py", "vendor/v.py", "é/ö.py")
    git(tmp_path, *settings, "add", "-f", *tracked)
    assert taken(tmp_path) == {"build/tool.py", "build/deep/keep.py", "gen.py", "é/ö.py"}
    assert taken(tmp_path, prefix="build/deep") == {"build/deep/keep.py"}
    assert reasons(tmp_path)["build/out.py"] == (ProblemKind.IGNORED, "Ignored by .gitignore:1: build/")
    listed = git(tmp_path, "ls-files", "-z", "-ci", "--exclude-standard").decode().split("\0")[:-1]
    assert set(listed) == {"build/tool.py", "build/deep/keep.py", "gen.py", "é/ö.py"}


def test_rules_above_a_root_that_is_a_folder_of_a_repository(tmp_path: Path) -> None:
    """What is tracked counts also where the root is only a part of the repository."""
    git(tmp_path, "init", "-q")
    make(tmp_path, "app/build/a.py", "app/build/b.py", "app/c.py")
    make(tmp_path, ".gitignore", text="build/\n")
    git(tmp_path, "add", "-f", "app/build/a.py")
    assert taken(tmp_path / "app") == {"build/a.py", "c.py"}


def test_an_index_of_git_that_is_not_understood(tmp_path: Path) -> None:
    """Damage, a pipe or a link in the place of git's index mean that nothing is known to be tracked."""
    git(tmp_path, "init", "-q")
    make(tmp_path, "a", "b/c")
    git(tmp_path, "add", "-A")
    index = tmp_path / ".git" / "index"
    good = index.read_bytes()
    assert len(Tracked.load(tmp_path / ".git")) == 2
    for position in range(len(good) - 20):
        index.write_bytes(good[:position])
        assert len(Tracked.load(tmp_path / ".git")) <= 2
        index.write_bytes(good[:position] + bytes([good[position] ^ 0xFF]) + good[position + 1 :])
        assert len(Tracked.load(tmp_path / ".git")) <= 2
    index.write_bytes(struct.pack(">4sII", b"DIRC", 2, 0xFFFFFFFF) + good[12:])
    assert len(Tracked.load(tmp_path / ".git")) == 0
    index.unlink()
    if sys.platform != "win32":
        os.mkfifo(index)
        assert len(Tracked.load(tmp_path / ".git")) == 0


def test_a_repository_of_long_hashes(tmp_path: Path) -> None:
    """The index of a repository with SHA-256 has longer entries."""
    git(tmp_path, "init", "-q", "--object-format=sha256")
    make(tmp_path, "build/a.py", "build/b.py")
    make(tmp_path, ".gitignore", text="build/\n")
    git(tmp_path, "add", "-f", "build/a.py")
    assert taken(tmp_path) == {"build/a.py"}


def test_linked_worktrees_and_clones_inside_are_other_checkouts(tmp_path: Path) -> None:
    """Copies in worktrees are no part of the repository; a submodule is, and what an ignore file asks for."""
    main, other = tmp_path / "main", tmp_path / "other"
    for folder in (main, other):
        folder.mkdir()
        git(folder, "init", "-q")
        make(folder, "a.py")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "x")
    git(main, "worktree", "add", "-q", "trees/feature")
    git(main, "clone", "-q", str(other), "clone")
    git(main, "submodule", "--quiet", "add", str(other), "lib/sub")
    make(main, "fixture/.git/notes", "fixture/b.py")
    assert taken(main) == {"a.py", "lib/sub/a.py", "fixture/b.py"}
    left_out = {path: kind for path, (kind, _) in reasons(main).items() if kind is not ProblemKind.BOOKKEEPING}
    assert left_out == {"trees/feature/": ProblemKind.WORKTREE, "clone/": ProblemKind.CHECKOUT}
    assert taken(main, prefix="clone") == set()
    assert taken(main / "trees" / "feature") == {"a.py"}
    assert taken(main, WalkOptions(ignoring=False)) >= {"clone/a.py", "trees/feature/a.py"}
    make(main, ".ignore", text="!clone/\n")
    assert "clone/a.py" in taken(main)


def test_a_folder_of_repositories(tmp_path: Path) -> None:
    """A root that is no repository itself holds several, and all of them count."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        git(tmp_path / name, "init", "-q")
        make(tmp_path, f"{name}/a.py", f"{name}/gen/b.py")
        make(tmp_path, f"{name}/.gitignore", text="gen/\n")
    assert taken(tmp_path) == {"one/a.py", "two/a.py"}


@pytest.mark.row("V48")
def test_excludes_file_of_the_repository(tmp_path: Path) -> None:
    """``core.excludesFile`` in the repository's own settings counts where it lies inside; else that is said."""
    git(tmp_path, "init", "-q")
    make(tmp_path, "a.py", "gen/b.py", "x.own")
    make(tmp_path, "my.ignore", text="gen/\n*.ignore\n")
    users = tmp_path.parent / "users.ignore"
    users.write_text("*.own\n", encoding="utf-8")
    options = WalkOptions(global_excludes=users)
    git(tmp_path, "config", "core.excludesFile", str(tmp_path / "my.ignore"))
    assert taken(tmp_path, options) == {"a.py", "x.own"}
    assert reasons(tmp_path, options)["gen/"] == (ProblemKind.IGNORED, "Ignored by my.ignore:1: gen/")
    git(tmp_path, "config", "core.excludesFile", "my.ignore")
    assert taken(tmp_path, options) == {"a.py", "x.own"}
    (tmp_path / "link").symlink_to(users)
    for outside in ("~/x", "../users.ignore", "/etc/passwd", "link", "gone", "//host/x", ".git/../../users.ignore"):
        git(tmp_path, "config", "core.excludesFile", outside)
        assert taken(tmp_path, options) == {"a.py", "gen/b.py", "my.ignore"}
        kind, message = reasons(tmp_path, options)[".git/config"]
        assert (kind, outside in message) == (ProblemKind.UNREADABLE, True)


def test_without_ignore_files(tmp_path: Path) -> None:
    """Where no ignore file counts, only hidden entries and bookkeeping are left out."""
    make(tmp_path, "a.py", "gen/b.py", ".git/config", "sub/.x")
    make(tmp_path, ".gitignore", text="gen/\n")
    assert taken(tmp_path, WalkOptions(ignoring=False)) == {"a.py", "gen/b.py"}
    assert taken(tmp_path, WalkOptions(ignoring=False, hidden=True)) == {"a.py", "gen/b.py", "sub/.x"}


def test_a_named_folder_is_walked_although_it_is_left_out(tmp_path: Path) -> None:
    """Its own entries are judged as ever."""
    make(tmp_path, "gen/b.py", "gen/c.log", "gen/.x", ".cfg/nvim/init.lua")
    make(tmp_path, ".gitignore", text="gen/\n*.log\n.cfg\n")
    assert walk(tmp_path, WalkOptions(), "gen").files == {}
    assert set(walk(tmp_path, WalkOptions(), "gen", named=True).files) == {"gen/b.py"}
    assert set(walk(tmp_path, WalkOptions(), ".cfg/nvim", named=True).files) == {".cfg/nvim/init.lua"}
