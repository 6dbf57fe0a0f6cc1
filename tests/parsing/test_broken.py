"""Input nobody asked for: wrong encodings, binaries, minified code, nesting without end, syntax errors."""

from __future__ import annotations

import pytest

from findspot.core.types import ProblemKind
from findspot.parsing.chunker import parse
from findspot.parsing.decoding import decode_source
from findspot.parsing.parsers import Parsers
from tests.parsing.rules import check


def test_an_empty_file_has_no_chunks_and_no_problem() -> None:
    for name in ("a.py", "a.md", "a.txt", "a"):
        for source in (b"", b"\n \t\r\n", b"\xef\xbb\xbf"):
            parsed = parse(name, source, parsers=Parsers())
            assert not parsed.chunks
            assert not parsed.problems


@pytest.mark.row("V46")
def test_bytes_that_are_no_utf8_are_replaced_and_reported() -> None:
    source = "# Größe\ndef size():\n    return '?'\n".encode().replace(b"?", b"\xe4")
    parsed = check("a.py", source)
    assert [problem.kind for problem in parsed.problems] == [ProblemKind.ENCODING]
    assert parsed.chunks[0].text == "# Größe\ndef size():\n    return '\ufffd'"


@pytest.mark.row("V46")
def test_utf16_and_byte_order_marks_are_read() -> None:
    text = "def größe():\n    return 1\n"
    for source in (text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be"), text.encode("utf-8-sig")):
        parsed = check("a.py", source)
        assert [chunk.symbol for chunk in parsed.chunks] == ["größe"]
        assert not parsed.problems
        assert decode_source(source)[:2] == (text.encode(), ())


def test_a_damaged_utf16_file_is_reported() -> None:
    parsed = check("a.txt", b"\xff\xfea\x00\x00\xd8b\x00")
    assert [problem.kind for problem in parsed.problems] == [ProblemKind.ENCODING]
    assert parsed.chunks


def test_a_binary_file_has_no_chunks() -> None:
    parsed = parse("a.py", b"def f():\n    \x00\n", parsers=Parsers())
    assert not parsed.chunks
    assert [problem.kind for problem in parsed.problems] == [ProblemKind.BINARY]


@pytest.mark.row("T01")
def test_a_small_file_of_one_repeated_pattern_is_not_read_as_code() -> None:
    # The parser needs a square of steps for it: half a minute for 16 kB.
    for pattern in (b"-->", b"<!--", b"<!-- -->\n"):
        parsed = check("a.py", pattern * 5000)
        assert {chunk.kind for chunk in parsed.chunks} == {"window"}
        assert [problem.kind for problem in parsed.problems] == [ProblemKind.SYNTAX]
    table = b"def table():\n    return [" + b"0x00, " * 250 + b"]\n"
    assert [chunk.symbol for chunk in check("a.py", table).chunks] == ["table"]


@pytest.mark.row("V46")
def test_one_line_of_five_megabytes_is_cut_into_small_chunks() -> None:
    row = b'{"key":[1,2,3],"text":"word"},'
    for name, size in {"a.json": 5_000_000, "a.md": 5_000_000, "a.min.js": 700_000, "a.py": 100_000}.items():
        parsed = check(name, row * (size // len(row)))
        assert max(len(chunk.text) for chunk in parsed.chunks) < 20_000


@pytest.mark.row("V46")
def test_minified_code_is_cut_and_its_functions_are_named() -> None:
    source = "".join(f"function f{i}(a,b){{return g(a)+b}}var V{i}=f{i}(1,2);" for i in range(4_000)).encode()
    parsed = check("bundle.js", source)
    functions = [symbol.name for symbol in parsed.symbols if symbol.kind == "function"]
    assert functions == [f"f{i}" for i in range(4_000)]


NESTED = {
    "brackets.py": b"(" * 100_000,
    "closed.py": b"[" * 50_000 + b"]" * 50_000,
    "braces.js": b"{" * 100_000,
    "functions.js": b"function f(){" * 20_000 + b"}" * 20_000,
    "calls.py": b"f(" * 30_000 + b")" * 30_000,
    "templates.cpp": b"a<" * 30_000,
    "indent.py": b"".join(b" " * i + b"def f():\n" for i in range(300)),
    "sum.c": b"int x = " + b"f(1) + " * 30_000 + b"1;",
    "quotes.js": b"`${" * 20_000,
    "elements.tsx": b"<a>" * 20_000,
}


@pytest.mark.parametrize("name", NESTED)
def test_nesting_without_end_is_survived(name: str) -> None:
    parsed = check(name, NESTED[name])
    assert parsed.chunks
    assert max(len(symbol.qualified_name) for symbol in parsed.symbols) < 400 if parsed.symbols else True


def test_tens_of_thousands_of_stray_brackets_are_read_as_text() -> None:
    parsed = check("a.py", b"(" * 50_000)
    assert {chunk.kind for chunk in parsed.chunks} == {"window"}
    assert [problem.kind for problem in parsed.problems] == [ProblemKind.SYNTAX]


def test_a_file_with_one_syntax_error_is_still_read_and_not_reported() -> None:
    good = "def f():\n    return 1\n\n\n" * 5
    parsed = check("a.py", f"{good}x = = 1\n\n{good}".encode())
    assert [chunk.symbol for chunk in parsed.chunks if chunk.symbol] == ["f"] * 10
    assert not parsed.problems


def test_a_file_in_another_language_than_its_name_says_is_reported() -> None:
    parsed = check("a.java", b"this is prose, and no Java at all; see below: <b>nothing</b>\n" * 20)
    assert [problem.kind for problem in parsed.problems] == [ProblemKind.SYNTAX]
    assert parsed.chunks
