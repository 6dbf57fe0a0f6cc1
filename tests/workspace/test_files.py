"""Opening a file safely after the walk: whatever it has become meanwhile."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from findspot.opening import read_small
from findspot.workspace.files import open_source

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def test_reads_bytes(tmp_path: Path) -> None:
    """A regular file is opened for its bytes as they are."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_bytes(b"x\r\n\x00\xff")
    with open_source(tmp_path, "sub/a.py") as stream:
        assert stream.read() == b"x\r\n\x00\xff"


@pytest.mark.parametrize("path", ["gone.py", "a.py/b.py", "missing/a.py"])
def test_gone(path: str, tmp_path: Path) -> None:
    """A file that was deleted, or whose folder became a file, is simply not there."""
    (tmp_path / "a.py").touch()
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path, path)


@posix_only
def test_link_instead_of_a_file(tmp_path: Path) -> None:
    """A link that took the file's place is not followed out of the root."""
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (tmp_path / "root" / "a.py").symlink_to(tmp_path / "secret")
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path / "root", "a.py")


@posix_only
@pytest.mark.timeout(20)
def test_pipe_instead_of_a_file(tmp_path: Path) -> None:
    """A pipe that took the file's place neither blocks nor is read."""
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(OSError, match="not a regular file"):
        open_source(tmp_path, "a.py")


@posix_only
@pytest.mark.timeout(20)
@pytest.mark.parametrize("successor", ["pipe", "link"])
def test_swapped_between_looking_and_opening(successor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a swap in the last moment is harmless."""
    path = tmp_path / "a.py"
    path.touch()
    look = os.stat

    def swapping(*arguments: Any, **options: Any) -> os.stat_result:
        status = look(*arguments, **options)
        if arguments[0] == "a.py":
            path.unlink()
            if successor == "pipe":
                os.mkfifo(path)
            else:
                path.symlink_to("/dev/zero")
        return status

    monkeypatch.setattr(os, "stat", swapping)
    with pytest.raises(OSError, match=r"regular file|symbolic link"):
        open_source(tmp_path, "a.py")


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    """A folder is not a file."""
    (tmp_path / "a.py").mkdir()
    with pytest.raises(OSError, match="not a regular file"):
        open_source(tmp_path, "a.py")


@posix_only
def test_a_folder_that_became_a_link(tmp_path: Path) -> None:
    """Nor is a file read under a folder that was swapped for a link, wherever in the path."""
    (tmp_path / "secrets" / "deep").mkdir(parents=True)
    (tmp_path / "secrets" / "deep" / "a.py").write_text("secret", encoding="utf-8")
    (tmp_path / "root" / "sub").mkdir(parents=True)
    (tmp_path / "root" / "swapped").symlink_to(tmp_path / "secrets")
    (tmp_path / "root" / "sub" / "deep").symlink_to(tmp_path / "secrets" / "deep")
    for path in ("swapped/deep/a.py", "sub/deep/a.py"):
        with pytest.raises(FileNotFoundError):
            open_source(tmp_path / "root", path)


@posix_only
def test_a_root_that_is_reached_through_a_link(tmp_path: Path) -> None:
    """The root is the user's own choice."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_bytes(b"x")
    (tmp_path / "root").symlink_to(tmp_path / "real")
    with open_source(tmp_path / "root", "a.py") as stream:
        assert stream.read() == b"x"


@pytest.mark.parametrize("path", ["", ".", "../a.py", "sub/../../a.py", "/etc/passwd", "a\0b"])
def test_paths_that_lead_elsewhere(path: str, tmp_path: Path) -> None:
    """A row of a damaged index may name anything."""
    (tmp_path / "a.py").touch()
    (tmp_path / "root" / "sub").mkdir(parents=True)
    with pytest.raises(OSError, match="not a path inside"):
        open_source(tmp_path / "root", path)


@posix_only
def test_small_files_have_a_limit(tmp_path: Path) -> None:
    """A limit is a limit, and no file handle stays open."""
    (tmp_path / "a").write_bytes(b"12345")
    before = len(list(Path("/dev/fd").iterdir()))
    assert read_small(tmp_path, "a", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_small(tmp_path, "a", 4)
    assert len(list(Path("/dev/fd").iterdir())) == before
