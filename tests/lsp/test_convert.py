"""Positions and URIs: what the protocol counts against what the index stores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from findspot.core.text import without_surrogates
from findspot.core.types import Span
from findspot.lsp.convert import _position, range_of, uri_in_root
from findspot.service.uris import _file_name, path_of_uri


def span_of(content: bytes, piece: str) -> Span:
    """Return the span of ``piece`` in ``content``; lines are counted at line feeds."""
    start = content.index(piece.encode())
    end = start + len(piece.encode())
    return Span(start, end, content.count(b"\n", 0, start) + 1, content.count(b"\n", 0, end) + 1)


@pytest.mark.parametrize(("encoding", "start", "end"), [("utf-8", 9, 16), ("utf-16", 6, 11), ("utf-32", 5, 9)])
def test_columns_are_counted_in_the_clients_units(encoding: str, start: int, end: int) -> None:
    content = "first\né😀 x = '😀'\n".encode()
    found = range_of(span_of(content, "= '😀"), content, encoding)
    assert (found.start.line, found.start.character) == (1, start)
    assert (found.end.line, found.end.character) == (1, end)


def test_line_ends_of_all_kinds_are_counted_once() -> None:
    content = b"a\r\nb\rc\nd"
    assert [_position(content, content.index(letter), "utf-8").line for letter in (b"a", b"b", b"c", b"d")] == [
        0,
        1,
        2,
        3,
    ]


@pytest.mark.parametrize("content", [None, b"shorter"])
def test_a_span_without_its_text_gives_whole_lines(content: bytes | None) -> None:
    found = range_of(Span(10, 20, 3, 4), content, "utf-16")
    assert (found.start.line, found.start.character, found.end.line, found.end.character) == (2, 0, 4, 0)


def test_lone_surrogates_become_writable_text() -> None:
    assert without_surrogates("a\ud800b") == "a\ufffdb"
    assert without_surrogates("\ud83d\ude00") == "😀"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("file:///c%3A/Users/me/a%20b.py", "c:\\Users\\me\\a b.py"),
        ("file:///C:/x.py", "C:\\x.py"),
        ("file://server/share/x.py", "\\\\server\\share\\x.py"),
        ("file://localhost/c:/x.py", "c:\\x.py"),
    ],
)
def test_windows_uris(uri: str, expected: str) -> None:
    assert _file_name(uri, windows=True) == expected


@pytest.mark.skipif(os.name == "nt", reason="paths of other systems")
@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("file:///a/b%20c/%C3%BC%23.py", "/a/b c/ü#.py"),
        ("FILE:///a/x.py", "/a/x.py"),
        ("file:///a/%2e%2e/etc/passwd", "/etc/passwd"),
        ("file:///a/b/..%2f..%2fetc", "/etc"),
    ],
)
def test_file_uris(uri: str, expected: str) -> None:
    assert path_of_uri(uri) == Path(expected)


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "git:/a/b.py", "", "file:", "file:///a%00b", "file://\0/x", "http://x/y", "//["]
)
def test_other_uris_are_no_files(uri: str) -> None:
    assert path_of_uri(uri) is None


@pytest.mark.skipif(os.name == "nt", reason="a share there")
def test_a_file_of_another_machine_is_none_of_this_one() -> None:
    assert path_of_uri("file://etc/passwd") is None


def test_a_results_uri_is_spelled_as_the_client_spelled_the_root(tmp_path: Path) -> None:
    assert uri_in_root("file:///c%3A/work/", "src/a b#ü.py") == "file:///c%3A/work/src/a%20b%23%C3%BC.py"
    file = tmp_path / "a b#ü.py"
    assert path_of_uri(uri_in_root(tmp_path.as_uri(), file.name)) == file
    assert path_of_uri(file.as_uri()) == file
