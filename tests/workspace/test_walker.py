"""The walk over awkward trees: links, pipes, missing rights, odd names, races, prefixes, cancelling."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from findspot.core.types import ProblemKind
from findspot.errors import Cancelled, OutsideRootError, RootError
from findspot.workspace.walker import FoundFile, WalkOptions, clean_prefix, extended_path, walk
from tests.nesting import nested

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def make(root: Path, *paths: str, text: str = "x = 1\n") -> None:
    """Write a small file at each root-relative path."""
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def kinds(root: Path, options: WalkOptions | None = None) -> dict[str, ProblemKind]:
    """Return the problems of a walk by path."""
    return {problem.path: problem.kind for problem in walk(root, options or WalkOptions()).problems}


def test_what_is_recorded(tmp_path: Path) -> None:
    """Files carry a root-relative path with slashes, size and times; folders close with a slash."""
    make(tmp_path, "a.py", "src/deep/b.py")
    found = walk(tmp_path, WalkOptions())
    status = (tmp_path / "src/deep/b.py").stat()
    assert set(found.files) == {"a.py", "src/deep/b.py"}
    assert found.files["src/deep/b.py"] == FoundFile(
        "src/deep/b.py", status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    )
    assert set(found.folders) == {"", "src/", "src/deep/"}
    assert found.problems == ()


@posix_only
def test_symbolic_links_and_their_loops(tmp_path: Path) -> None:
    """Links are not followed, whether they lead to files, folders, nowhere or in circles."""
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    make(outside, "secret.py")
    make(root, "src/a.py")
    (root / "loop").symlink_to(root)
    (root / "src" / "up").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "gone").symlink_to("nowhere")
    (root / "b.py").symlink_to(root / "src" / "a.py")
    (root / "out").symlink_to(outside)
    found = walk(root, WalkOptions())
    assert set(found.files) == {"src/a.py"}
    assert found.problems == ()
    for prefix in ("loop/src", "out", "out/secret.py", "b.py", "self", "src/up/src/a.py"):
        assert walk(root, WalkOptions(), prefix).files == {}, prefix


@posix_only
def test_a_root_that_is_a_link(tmp_path: Path) -> None:
    """The root itself may be reached through a link."""
    make(tmp_path / "real", "a.py")
    (tmp_path / "link").symlink_to("real")
    assert set(walk(tmp_path / "link", WalkOptions()).files) == {"a.py"}


@posix_only
@pytest.mark.timeout(20)
def test_pipes_and_sockets_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe would block whoever opens it; it is reported and left alone, also when it is named outright."""
    make(tmp_path, "a.py")
    os.mkfifo(tmp_path / "pipe.py")
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
        assert kinds(tmp_path) == {"pipe.py": ProblemKind.NOT_REGULAR, "socket.py": ProblemKind.NOT_REGULAR}
    assert [problem.kind for problem in walk(tmp_path, WalkOptions(), "pipe.py").problems] == [ProblemKind.NOT_REGULAR]


@posix_only
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="permission bits do not stop root")
def test_folder_without_read_permission(tmp_path: Path) -> None:
    """A locked folder becomes a problem and the walk goes on."""
    make(tmp_path, "a.py", "locked/b.py", "z/c.py")
    (tmp_path / "locked").chmod(0)
    try:
        found = walk(tmp_path, WalkOptions())
    finally:
        (tmp_path / "locked").chmod(0o700)
    assert set(found.files) == {"a.py", "z/c.py"}
    assert [(problem.path, problem.kind) for problem in found.problems] == [("locked", ProblemKind.UNREADABLE)]


@pytest.mark.parametrize(
    ("error", "reported"),
    [
        (PermissionError(13, "Permission denied"), True),
        (OSError(5, "Input/output error"), True),
        (FileNotFoundError(2, "No such file or directory"), False),
        (NotADirectoryError(20, "Not a directory"), False),
    ],
)
def test_folder_that_cannot_be_listed(
    error: OSError, reported: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What refuses to be listed is a problem with the system's own words; what has vanished is simply absent."""
    make(tmp_path, "a.py", "locked/b.py", "z/c.py")
    scandir = os.scandir

    def guarded(path: str) -> Any:
        if Path(path).name == "locked":
            raise error
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = walk(tmp_path, WalkOptions())
    assert set(found.files) == {"a.py", "z/c.py"}
    if reported:
        assert [(problem.path, problem.kind) for problem in found.problems] == [("locked", ProblemKind.UNREADABLE)]
        assert str(error.strerror) in found.problems[0].message
    else:
        assert found.problems == ()


class _Entry:
    """A directory entry whose file vanishes, or turns bad, between listing and looking."""

    def __init__(self, entry: os.DirEntry[str], error: OSError) -> None:
        self.name, self.path = entry.name, entry.path
        self._entry, self._error = entry, error

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return self._entry.is_file(follow_symlinks=follow_symlinks)

    def stat(self, **_: bool) -> os.stat_result:
        raise self._error


@pytest.mark.parametrize(
    ("error", "problems"), [(FileNotFoundError(2, "gone"), []), (OSError(5, "bad"), [ProblemKind.UNREADABLE])]
)
def test_file_that_vanishes_during_the_walk(
    error: OSError, problems: list[ProblemKind], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file deleted after its folder was listed is absent; one that cannot be looked at is a problem."""
    make(tmp_path, "a.py", "b.py")
    scandir = os.scandir

    class Listing:
        def __init__(self, path: str) -> None:
            with scandir(path) as entries:
                self._entries = [_Entry(entry, error) if entry.name == "b.py" else entry for entry in entries]

        def __enter__(self) -> Iterator[Any]:
            return iter(self._entries)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Listing)
    found = walk(tmp_path, WalkOptions())
    assert set(found.files) == {"a.py"}
    assert [problem.kind for problem in found.problems] == problems


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    """Such a name cannot be stored or shown: it is skipped with a problem that can be printed."""
    make(tmp_path, "a.py", "ünïcode/ß.py")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.py"))).write_text("x", encoding="utf-8")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/dir\xfe"))).mkdir()
    found = walk(tmp_path, WalkOptions())
    assert set(found.files) == {"a.py", "ünïcode/ß.py"}
    assert sorted(problem.path for problem in found.problems) == ["bad\\udcff.py", "dir\\udcfe"]
    assert {problem.kind for problem in found.problems} == {ProblemKind.ENCODING}
    assert all(problem.path.encode("utf-8") for problem in found.problems)


@posix_only
def test_names_with_odd_characters(tmp_path: Path) -> None:
    """A backslash or a line end in a name is a character like any other where the system allows it."""
    make(tmp_path, "a\\b.py", "two\nlines.py", " ")
    assert set(walk(tmp_path, WalkOptions()).files) == {"a\\b.py", "two\nlines.py", " "}


@pytest.mark.row("V46")
def test_skipped_by_name_with_a_reason(tmp_path: Path) -> None:
    """What is left out by name or size is counted with a reason, hidden and ignored files are not."""
    make(tmp_path, "a.py", "logo.png", "jquery.min.js", "package-lock.json", "de.po", ".env", ".ignore", "ignored.png")
    make(tmp_path, "big.py", text="x" * 2000)
    make(tmp_path, ".ignore", text="ignored.png\n")
    assert kinds(tmp_path, WalkOptions(max_file_bytes=1000)) == {
        "logo.png": ProblemKind.BINARY,
        "jquery.min.js": ProblemKind.MINIFIED,
        "package-lock.json": ProblemKind.GENERATED,
        "de.po": ProblemKind.DATA,
        "big.py": ProblemKind.TOO_LARGE,
    }


def test_prefix(tmp_path: Path) -> None:
    """A prefix narrows the walk to a folder or a file but keeps the rules of the folders above it."""
    make(tmp_path, "a.py", "src/b.py", "src/gen/c.py", "src/lib/d.py", "src/lib/e.tmp", "srcs/f.py", "build/g.py")
    make(tmp_path, ".gitignore", text="/build/\n*.tmp\n")
    make(tmp_path, "src/.ignore", text="gen/\n")

    def at(prefix: str) -> set[str]:
        return set(walk(tmp_path, WalkOptions(), prefix).files)

    assert at("src") == at("src/") == at("./src/.") == {"src/b.py", "src/lib/d.py"}
    assert at("src/lib") == {"src/lib/d.py"}
    assert at("src/b.py") == {"src/b.py"}
    assert at("") == at(".") == {"a.py", "src/b.py", "src/lib/d.py", "srcs/f.py"}
    for nothing in ("src/gen", "src/gen/c.py", "src/lib/e.tmp", "build", "build/g.py", "missing", "a.py/x", ".git"):
        assert at(nothing) == set(), nothing


@pytest.mark.parametrize("prefix", ["..", "a/../..", "/etc", "src/../../x"])
def test_prefix_outside_the_root(prefix: str, tmp_path: Path) -> None:
    """A prefix cannot lead out of the root."""
    with pytest.raises(OutsideRootError, match="not a path inside the root"):
        walk(tmp_path, WalkOptions(), prefix)


def test_clean_prefix() -> None:
    """Redundant parts are dropped."""
    assert [clean_prefix(text) for text in ("", ".", "a/", "./a//b/.")] == ["", "", "a", "a/b"]


def test_missing_root(tmp_path: Path) -> None:
    """A root that cannot be listed is an error: taking it for empty would empty the index."""
    with pytest.raises(RootError, match="cannot be read"):
        walk(tmp_path / "missing", WalkOptions())
    make(tmp_path, "file.py")
    with pytest.raises(RootError):
        walk(tmp_path / "file.py", WalkOptions())


def test_cancel(tmp_path: Path) -> None:
    """A set stop event ends the walk at the next folder."""
    make(tmp_path, *(f"d{number}/a.py" for number in range(20)))
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        walk(tmp_path, WalkOptions(), stop=stop)


def test_progress(tmp_path: Path) -> None:
    """The callback gets a growing count of files, and may stop the walk."""
    for number in range(1300):
        (tmp_path / f"{number}.py").touch()
    (tmp_path / "sub").mkdir()
    counts: list[int] = []
    stop = threading.Event()
    walk(tmp_path, WalkOptions(), progress=counts.append, stop=stop)
    assert counts == [500, 1000]
    with pytest.raises(Cancelled):
        walk(tmp_path, WalkOptions(), progress=lambda _: stop.set(), stop=stop)


def test_deep_tree(tmp_path: Path) -> None:
    """Depth is no recursion."""
    folder = tmp_path
    for _ in range(300):
        folder /= "d"
    folder.mkdir(parents=True)
    (folder / "a.py").touch()
    assert set(walk(tmp_path, WalkOptions()).files) == {"d/" * 300 + "a.py"}


@pytest.mark.row("T01")
def test_more_levels_than_calls_may_be_nested(tmp_path: Path) -> None:
    with nested(tmp_path, 1500) as folder:
        Path(tmp_path, "d/d/.ignore").write_text("b.py\n")
        for name in ("a.py", "b.py"):
            Path(tmp_path, folder, name).touch()
        found = {f"{folder}/a.py"}
        assert set(walk(tmp_path, WalkOptions()).files) == found
        assert set(walk(tmp_path, WalkOptions(), folder).files) == found
        assert set(walk(tmp_path, WalkOptions(), f"{folder}/a.py").files) == found
        assert set(walk(tmp_path, WalkOptions(), folder, named=True).files) == found
        assert not walk(tmp_path, WalkOptions(), f"{folder}/b.py").files
        told = WalkOptions().rules(tmp_path).explain(f"{folder}/b.py", is_folder=False)
        assert told is not None
        assert "d/d/.ignore" in told.message


def test_extended_path() -> None:
    """On Windows absolute paths get the form that lifts the limit of 260 characters, once."""
    assert extended_path("/a/b", windows=False) == "/a/b"
    assert extended_path("C:\\a", windows=True) == "\\\\?\\C:\\a"
    assert extended_path("\\\\server\\share\\a", windows=True) == "\\\\?\\UNC\\server\\share\\a"
    assert extended_path("\\\\?\\C:\\a", windows=True) == "\\\\?\\C:\\a"
