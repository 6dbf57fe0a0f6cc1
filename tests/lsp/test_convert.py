"""Positions and URIs: what the protocol counts against what the index stores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from findspot.core.types import Span
from findspot.lsp.convert import (
    _file_name,
    _position,
    apply_change,
    clean,
    offset_of,
    path_of_uri,
    range_of,
    uri_in_root,
    uri_of_path,
)

ENCODINGS = ["utf-8", "utf-16", "utf-32"]
TEXTS = st.text(alphabet=st.sampled_from(["a", "é", "😀", "語", "\n", "\r", "\x0c", "\u2028", " "]), max_size=30)


def span_of(content: bytes, piece: str) -> Span:
    """Return the span of ``piece`` in ``content``; lines are counted at line feeds."""
    start = content.index(piece.encode())
    end = start + len(piece.encode())
    return Span(start, end, content.count(b"\n", 0, start) + 1, content.count(b"\n", 0, end) + 1)


@pytest.mark.parametrize(("encoding", "start", "end"), [("utf-8", 9, 16), ("utf-16", 6, 11), ("utf-32", 5, 9)])
def test_columns_are_counted_in_the_clients_units(encoding: str, start: int, end: int) -> None:
    content = "first\né😀 x = '😀'\n".encode()
    found = range_of(span_of(content, "= '😀"), "= '😀", [content], encoding)
    assert (found.start.line, found.start.character) == (1, start)
    assert (found.end.line, found.end.character) == (1, end)


def test_a_byte_order_mark_takes_no_column() -> None:
    content = b"\xef\xbb\xbfdef f(): pass\n"
    found = range_of(span_of(content, "f()"), "f()", [content], "utf-8")
    assert (found.start.line, found.start.character) == (0, 4)


def test_line_ends_of_all_kinds_are_counted_once() -> None:
    content = b"a\r\nb\rc\nd"
    assert [_position(content, content.index(letter), "utf-8").line for letter in (b"a", b"b", b"c", b"d")] == [
        0,
        1,
        2,
        3,
    ]


def test_changed_content_gives_whole_lines() -> None:
    span = Span(10, 20, 3, 4)
    found = range_of(span, "def f(): pass", [b"something else entirely, and long enough"], "utf-16")
    assert (found.start.line, found.start.character, found.end.line, found.end.character) == (2, 0, 4, 0)


def test_the_file_counts_where_the_buffer_differs() -> None:
    disk = b"x\r\ndef f():\r\n    pass\r\n"
    span = span_of(disk, "def f():\r\n    pass")
    found = range_of(span, "def f():\r\n    pass", [b"x\ndef f():\n    pass\n", disk], "utf-16")
    assert (found.start.line, found.end.line, found.end.character) == (1, 2, 8)


@given(text=TEXTS, data=st.data(), encoding=st.sampled_from(ENCODINGS))
def test_position_and_offset_are_inverse(text: str, data: st.DataObject, encoding: str) -> None:
    offset = data.draw(st.integers(min_value=0, max_value=len(text)))
    if text[offset - 1 : offset + 1] == "\r\n" and offset:
        offset -= 1
    position = _position(text.encode(), len(text[:offset].encode()), encoding)
    assert offset_of(text, position, encoding) == offset


@given(text=TEXTS, new=TEXTS, data=st.data(), encoding=st.sampled_from(ENCODINGS))
def test_an_incremental_change_equals_the_edit(text: str, new: str, data: st.DataObject, encoding: str) -> None:
    points = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    start, end = (
        point - 1 if point and text[point - 1 : point + 1] == "\r\n" else point  # no position lies in a line end
        for point in points
    )
    change = types.TextDocumentContentChangePartial(
        range=types.Range(
            start=_position(text.encode(), len(text[:start].encode()), encoding),
            end=_position(text.encode(), len(text[:end].encode()), encoding),
        ),
        text=new,
    )
    assert apply_change(text, change, encoding) == text[:start] + new + text[end:]


def test_positions_beyond_the_end_mean_the_end() -> None:
    assert offset_of("ab\ncd", types.Position(line=0, character=99), "utf-16") == 2
    assert offset_of("ab\ncd", types.Position(line=9, character=0), "utf-16") == 5


def test_lone_surrogates_become_writable_text() -> None:
    assert clean("a\ud800b") == "a\ufffdb"
    assert clean("\ud83d\ude00") == "😀"


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
    "uri", ["untitled:Untitled-1", "git:/a/b.py", "", "file:", "file:///a%00b", "http://x/y", "//["]
)
def test_other_uris_are_no_files(uri: str) -> None:
    assert path_of_uri(uri) is None


def test_a_results_uri_is_spelled_as_the_client_spelled_the_root(tmp_path: Path) -> None:
    assert uri_in_root("file:///c%3A/work/", "src/a b#ü.py") == "file:///c%3A/work/src/a%20b%23%C3%BC.py"
    file = tmp_path / "a b#ü.py"
    assert path_of_uri(uri_in_root(tmp_path.as_uri(), file.name)) == file
    assert path_of_uri(uri_of_path(file)) == file
