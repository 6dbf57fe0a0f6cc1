"""What the outlines of the samples do not show: texts, places, line ends."""

from __future__ import annotations

from pathlib import Path

from findspot.core.types import Chunk
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers

SAMPLES = Path(__file__).parents[1] / "data" / "languages"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.suffix != ".outline")


def chunk_of(chunks: tuple[Chunk, ...], symbol: str) -> Chunk:
    return next(chunk for chunk in chunks if chunk.symbol == symbol)


def test_a_chunk_is_the_text_of_its_lines() -> None:
    source = (SAMPLES / "python.py").read_bytes()
    chunk = chunk_of(parse("python.py", source, parsers=Parsers()).chunks, "Basket")
    assert chunk.text.startswith("# Registers itself.\n# Twice, if need be.\n@registry.register")
    assert chunk.text.endswith('ordering = ["id"]')


def test_a_method_keeps_its_indentation_and_its_comments() -> None:
    source = (SAMPLES / "java.java").read_bytes()
    chunk = chunk_of(parse("java.java", source, parsers=Parsers()).chunks, "Bank.open")
    assert chunk.text.startswith("    /** Opens an account. */\n    @Override\n")
    assert chunk.text.endswith("return factory.create(owner);\n    }")


def test_references_and_imports_say_where_they_are() -> None:
    source = (SAMPLES / "go.go").read_bytes()
    parsed = parse("go.go", source, parsers=Parsers())
    for reference in parsed.references:
        assert source[reference.byte :].decode().startswith(reference.name)
    assert [source[target.byte :].split(b"\n")[0] for target in parsed.imports] == [
        b'"context"',
        b'log "example.com/logging"',
        b'"sync"',
    ]


def test_windows_line_ends_change_no_name_and_no_line() -> None:
    for name in NAMES:
        text = (SAMPLES / name).read_text(encoding="utf-8")
        parsers = Parsers()
        plain = parse(name, text.encode(), parsers=parsers)
        crlf = parse(name, text.replace("\n", "\r\n").encode(), parsers=parsers)
        assert [(c.symbol, c.kind, c.span.start_line, c.docstring) for c in crlf.chunks] == [
            (c.symbol, c.kind, c.span.start_line, c.docstring) for c in plain.chunks
        ], name
        assert [s.qualified_name for s in crlf.symbols] == [s.qualified_name for s in plain.symbols], name
