"""The rules by which a file is cut: long definitions, left-over scraps, headings, windows of tokens."""

from __future__ import annotations

import itertools
import re

from findspot.core.types import Chunk, ParsedFile
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from findspot.parsing.pieces import PIECE_BYTES, cut_windows


def read(path: str, text: str) -> ParsedFile:
    return parse(path, text.encode(), parsers=Parsers())


def named(parsed: ParsedFile, symbol: str | None) -> list[Chunk]:
    return [chunk for chunk in parsed.chunks if chunk.symbol == symbol]


def test_a_long_function_is_cut_at_statement_borders() -> None:
    statements = "".join(f"    if condition_{i}:\n        call_{i}(\n            1,\n        )\n" for i in range(300))
    parts = named(read("a.py", f'def f():\n    """Long."""\n{statements}'), "f")
    assert [part.part for part in parts] == list(range(len(parts)))
    assert len(parts) > 3
    assert all(len(part.text) <= PIECE_BYTES for part in parts)
    assert all(part.text.startswith("    if condition_") for part in parts[1:])
    assert all(part.signature == "def f()" for part in parts)
    assert [part.docstring for part in parts] == ["Long.", *[""] * (len(parts) - 1)]


def test_one_long_statement_is_cut_inside() -> None:
    rows = "".join(f"    ({i}, 'a row of the table'),\n" for i in range(400))
    parts = read("table.py", f"ROWS = [\n{rows}]\n").chunks
    assert len(parts) > 2
    assert all(part.text.startswith("    (") for part in parts[1:])
    assert [part.part for part in parts] == list(range(len(parts)))


def test_pieces_of_a_long_function_are_of_about_equal_length() -> None:
    body = "".join(f"    call_number_{i:04}()\n" for i in range(200))
    lengths = [len(part.text) for part in named(read("a.py", f"def f():\n{body}"), "f")]
    assert len(lengths) == 2
    assert max(lengths) - min(lengths) < 200


def test_a_closing_brace_joins_the_chunk_before_it() -> None:
    parsed = read("a.js", "class A {\n  f() {\n    return 1;\n  }\n}\n")
    assert [(chunk.symbol, chunk.span.end_line) for chunk in parsed.chunks] == [("A", 1), ("A.f", 5)]


def test_two_left_over_lines_are_a_chunk_of_their_own() -> None:
    parsed = read("a.py", "def f():\n    pass\n\nA = 1\nB = 2\n\ndef g():\n    pass\n")
    assert [(chunk.kind, chunk.symbol) for chunk in parsed.chunks] == [
        ("function", "f"),
        ("module", None),
        ("function", "g"),
    ]


def test_the_comment_of_the_block_before_does_not_lead_a_function() -> None:
    parsed = read("a.py", "def f():\n    pass\n    # still f\n# of g\ndef g():\n    pass\n")
    assert [chunk.docstring for chunk in parsed.chunks] == ["", "of g"]
    assert named(parsed, "g")[0].span.start_line == 4


def test_a_comment_after_code_or_after_a_blank_line_does_not_lead() -> None:
    parsed = read("a.go", "package a\n\nvar x = 1 // about x\nfunc f() {\n}\n\n// About nothing.\n\nfunc g() {\n}\n")
    assert [chunk.docstring for chunk in parsed.chunks if chunk.symbol] == ["", ""]


def test_short_nested_functions_stay_inside_but_are_symbols() -> None:
    parsed = read("a.py", "def f():\n    def g():\n        return 1\n    return g\n")
    assert [chunk.symbol for chunk in parsed.chunks] == ["f"]
    assert [(symbol.qualified_name, symbol.kind) for symbol in parsed.symbols] == [
        ("f", "function"),
        ("f.g", "function"),
    ]


def test_an_outer_function_has_a_piece_before_and_one_after_the_inner() -> None:
    inner = "    def g():\n        a()\n        b()\n        return 1\n"
    parsed = read("a.py", f"def f():\n    x = 1\n{inner}\n    y = g()\n    return x + y\n")
    assert [(c.symbol, c.part, c.span.start_line) for c in parsed.chunks] == [("f", 0, 1), ("f.g", 0, 3), ("f", 1, 8)]


def test_several_names_at_one_place_are_all_symbols() -> None:
    parsed = read("a.ts", "export const a = () => 1, b = () => 2;\nexport const LIMITS = { low() { return 1; } };\n")
    assert [symbol.qualified_name for symbol in parsed.symbols] == ["a", "b", "LIMITS", "LIMITS.low"]


def test_a_signature_is_one_line_without_comments_and_body() -> None:
    parsed = read("a.py", "def f(  # why\n    a: int,\n    b=1,\n) -> None:  # what\n    return None\n")
    assert parsed.chunks[0].signature == "def f( a: int, b=1, ) -> None"


def test_a_bare_heading_joins_its_first_subsection() -> None:
    parsed = read("CHANGELOG.md", "# Log\n\n## 1.0\n\n### Fixed\n\nA bug.\n")
    assert [(chunk.symbol, chunk.span.start_line) for chunk in parsed.chunks] == [("Log > 1.0 > Fixed", 1)]
    assert [(s.name, s.span.start_line, s.span.end_line) for s in parsed.symbols] == [
        ("Log", 1, 7),
        ("1.0", 3, 7),
        ("Fixed", 5, 7),
    ]


def test_a_long_section_is_cut_at_blank_lines() -> None:
    paragraph = "Some words of prose that fill the line.\n" * 20
    parts = named(read("a.md", "# Long\n\n" + "\n".join([paragraph] * 12)), "Long")
    assert len(parts) == 3
    assert all(part.text.startswith("Some words") for part in parts[1:])


def test_windows_have_the_asked_size_and_overlap_and_keep_to_lines() -> None:
    lines = [f"word{i} " * 9 + f"end{i}" for i in range(100)]
    source = "\n".join(lines).encode()
    windows = cut_windows(source, 64, 16)
    texts = [source[start:end].decode() for start, end in windows]
    for text in texts:
        assert text.startswith("word")
        assert re.search(r"end\d+$", text)
        assert len(text.split()) <= 64
    for before, after in itertools.pairwise(texts):
        shared = set(before.split("\n")) & set(after.split("\n"))
        assert 1 <= len(shared) <= 2
    assert set("\n".join(texts).split("\n")) == set(lines)


def test_windows_of_one_endless_line_and_of_one_endless_word_stay_small() -> None:
    for source in (b"ab, " * 20_000, b"x" * 80_000, "\u00e4".encode() * 40_000, b" \t" * 40_000 + b"end"):
        windows = cut_windows(source, 256, 64)
        assert all(end - start <= 256 * 64 for start, end in windows)
        assert "".join(source[start:end].decode() for start, end in windows)


def test_text_without_syntax_is_cut_into_windows_of_the_asked_size() -> None:
    source = "\n".join(f"key{i}: value{i}" for i in range(200)).encode()
    small = parse("a.log", source, parsers=Parsers(), chunk_size=30, chunk_overlap=0)
    large = parse("a.log", source, parsers=Parsers())
    assert small.language == "text"
    assert [chunk.text.count("\n") + 1 for chunk in small.chunks[:-1]] == [10] * 19 + [10] * (len(small.chunks) - 20)
    assert len(large.chunks) < len(small.chunks)
    assert {chunk.kind for chunk in large.chunks} == {"window"}


def test_a_quotation_at_the_end_of_a_comment_keeps_its_marks() -> None:
    source = b'// Returns the value of "x"\nfunc value() int { return 1 }\n'
    [chunk] = parse("a.go", source, parsers=Parsers()).chunks
    assert chunk.docstring == 'Returns the value of "x"'
    source = b'defmodule A do\n  @doc ~S"Says \\"no\\" to it"\n  def f(x), do: x\nend\n'
    found = parse("a.ex", source, parsers=Parsers()).chunks
    assert [one.docstring for one in found if one.symbol == "A.f"] == ['Says \\"no\\" to it']


def test_long_documentation_keeps_the_beginning_of_what_it_documents() -> None:
    told = "".join(f"// Tells the {number}th thing that one must know of it.\n" for number in range(70))
    body = "".join(f"\tstep{number}(order)\n" for number in range(150))
    parsed = read("pay.go", f"package shop\n\n{told}func Pay(order Order) {{\n{body}}}\n")
    pieces = [chunk for chunk in parsed.chunks if chunk.symbol == "Pay"]
    assert len(pieces) > 1
    assert pieces[0].text.startswith("// Tells the 0th thing")
    assert "func Pay(order Order) {\n\tstep0(order)\n\tstep1(order)\n" in pieces[0].text
    # Documentation that is too long for one piece is cut, and its end stays with the beginning of the body.
    parsed = read("pay.go", f"package shop\n\n{told * 3}func Pay(order Order) {{\n{body}}}\n")
    pieces = [chunk for chunk in parsed.chunks if chunk.symbol == "Pay"]
    [opening] = [chunk.text for chunk in pieces if "func Pay" in chunk.text]
    assert opening.startswith("// Tells the")
    assert "step0(order)" in opening
