"""A parsed file as text that a person can check by reading: the goldens of this folder are written in it."""

from __future__ import annotations

from findspot.core.types import Chunk, ParsedFile, Symbol
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers


def outline(path: str, source: bytes) -> str:
    """Parse a file and print its chunks, symbols, references and imports."""
    parsed = parse(path, source, parsers=Parsers())
    return "\n".join([f"language {parsed.language}", *_lines(parsed)]) + "\n"


def _lines(parsed: ParsedFile) -> list[str]:
    return [
        *(_chunk(chunk) for chunk in parsed.chunks),
        *(_symbol(symbol) for symbol in parsed.symbols),
        f"references {' '.join(reference.name for reference in parsed.references)}",
        f"imports {' '.join(target.target for target in parsed.imports)}",
        *(f"problem {problem.kind}: {problem.message}" for problem in parsed.problems),
    ]


def _chunk(chunk: Chunk) -> str:
    place = f"{chunk.span.start_line}-{chunk.span.end_line}"
    part = f" part {chunk.part}" if chunk.part else ""
    doc = f" // {' / '.join(chunk.docstring.splitlines())}" if chunk.docstring else ""
    return f"chunk {place} {chunk.kind} {chunk.symbol}{part} | {chunk.signature}{doc}"


def _symbol(symbol: Symbol) -> str:
    return f"symbol {symbol.span.start_line}-{symbol.span.end_line} {symbol.kind} {symbol.qualified_name}"
