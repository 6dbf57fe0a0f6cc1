"""A repository whose own git settings and files are traps: nothing starts, nothing connects, nothing waits (I-23)."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from findspot.engine.uncommitted import changed_files
from findspot.git import find_git, git_folder
from findspot.indexing.commits import file_history, head_commit, read_past
from findspot.workspace.walker import WalkOptions, walk
from tests.hostile.places import WAYS, make_repository, run
from tests.hostile.traps import STARTS, WAITS, Bait, Trap
from tests.training.repositories import git

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="traps of a POSIX file system")]

OLD_GIT = """#!/bin/sh
unset GIT_ALLOW_PROTOCOL GIT_NO_LAZY_FETCH GIT_CONFIG_GLOBAL GIT_NO_REPLACE_OBJECTS GIT_ATTR_NOSYSTEM
unset GIT_LITERAL_PATHSPECS GIT_OPTIONAL_LOCKS GIT_TERMINAL_PROMPT
exec {git} "$@"
"""
"""A git that knows none of the variables that were added over the years."""


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    """Make a repository; at the end nothing may have been started and nobody may have called."""
    root = make_repository(tmp_path / "root")
    mark = tmp_path / "started"
    canary = tmp_path / "canary"
    canary.write_text(f'#!/bin/sh\necho "$0 $*" >> {mark}\nexit 1\n', encoding="utf-8")
    canary.chmod(0o755)
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                calls.append(address)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield Bait(root, str(canary), server.getsockname()[1])
        over.set()
        thread.join()
    assert calls == []
    assert not mark.exists(), mark.read_text(encoding="utf-8")


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an old git before the real one."""
    real = next(place for folder in os.environ["PATH"].split(":") if (place := Path(folder, "git")).is_file())
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text(OLD_GIT.format(git=real), encoding="utf-8")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")


@pytest.mark.row("T03")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [*STARTS, *WAITS])
def test_reading_the_past_and_the_files_springs_no_trap(bait: Bait, name: str, old_git: None) -> None:
    """Each trap alone, through what reads the past and what walks the files, with an old git."""
    (STARTS | WAITS)[name](bait)
    head = head_commit(bait.root)
    if name in STARTS:
        assert head
    if head:
        read_past(bait.root, head)
        file_history(bait.root, "uploads.py", 10)
        file_history(bait.root, ":(attr:x)--output=uploads.py", 10)
        changed_files(bait.root, ["uploads.py", ".gitattributes"])
    found = walk(bait.root, WalkOptions(hidden=True))
    assert "uploads.py" in found.files


LINKS_AND_PIPES = (
    *("tree", "index", "shallow", "grafts", "excludes", "pack", "ignore file", "own ignore file"),
    *("source", "endless source", "ignore file of another tool"),
)

GROUPS: dict[str, tuple[Trap, ...]] = {
    "ext": (STARTS["ext"], STARTS["programs"]),
    "connections": (STARTS["http"],),
    "programs": (STARTS["signed"], WAITS["settings that include"], WAITS["names of people"], WAITS["attributes"]),
    "links and pipes": tuple(WAITS[name] for name in LINKS_AND_PIPES),
    "branch": (WAITS["branch"], WAITS["packed branches"], WAITS["no settings"]),
    "pointer": (WAITS["pointer to another repository"],),
    "elsewhere": (WAITS["another working folder"], WAITS["borrowed from a pipe"], WAITS["commondir"]),
}


@pytest.mark.row("T03")
@pytest.mark.timeout(180)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("group", GROUPS)
def test_no_command_springs_a_trap(bait: Bait, group: str, way: str, old_git: None) -> None:
    """The traps together, as a user meets them: real processes, an old git."""
    for trap in GROUPS[group]:
        trap(bait)
    said = run(way, bait.root, may_fail=way == "eval")
    assert "secret" not in said
    assert "Private" not in said


@pytest.mark.row("T03")
@pytest.mark.timeout(60)
def test_a_bare_repository_in_the_tree_is_no_repository(bait: Bait) -> None:
    """Git takes a folder that looks like a bare repository for one, settings and all; we look for ``.git`` only."""
    inner = bait.root / "vendor" / "inner"
    inner.mkdir(parents=True)
    git(inner, "init", "-q", "--bare")
    (inner / "config").write_text(f"[core]\n\tfsmonitor = {bait.canary}\n\tbare = false\n\tworktree = .\n")
    (inner / "uploads.py").write_text("def schedule_retry():\n    pass\n")
    found = find_git(inner)
    assert found is not None
    assert found.top == bait.root
    run("search", inner)
    run("index", inner)


def test_a_pointer_counts_when_it_is_answered(tmp_path: Path) -> None:
    """Worktrees and submodules go on working; a stray pointer is not followed."""
    root = make_repository(tmp_path / "root")
    git(root, "worktree", "add", "-q", str(tmp_path / "second"), "HEAD~1")
    place = find_git(tmp_path / "second")
    assert place is not None
    assert (place.top, place.store) == (tmp_path / "second", root / ".git")
    assert head_commit(tmp_path / "second") == git(root, "rev-parse", "HEAD~1").strip()
    assert len(read_past(tmp_path / "second", head_commit(tmp_path / "second") or "")) == 2
    outer = make_repository(tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(root), "inner")
    assert head_commit(outer / "inner") == git(root, "rev-parse", "HEAD").strip()
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / ".git").write_bytes((tmp_path / "second" / ".git").read_bytes())
    assert git_folder(copied) is None
    git(root, "pack-refs", "--all")
    assert head_commit(root) == git(root, "rev-parse", "HEAD").strip()
    git(root, "checkout", "-q", "--detach", "HEAD~2")
    assert head_commit(root) == git(root, "rev-parse", "HEAD").strip()
