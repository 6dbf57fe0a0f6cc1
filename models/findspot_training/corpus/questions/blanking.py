"""Takes the documentation of functions out of their file, so that a question made of it finds no copy of itself.

Lines keep their numbers: a comment becomes blanks, a docstring becomes an empty string, since it may be all that a
function's body has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from findspot.core.types import Chunk, ParsedFile
from findspot.evaluation.messages import normalized
from findspot.parsing.decoding import decode_source
from findspot.parsing.nesting import Definition
from findspot.parsing.parsers import Parsers
from findspot.parsing.symbols import Outline, read_outline
from findspot_training.corpus.mining.parsing import parse_code
from findspot_training.corpus.questions.rows import Question
from findspot_training.source import TrainingError

_NOT_A_BREAK = re.compile(rb"[^\r\n]")
_FUNCTIONS: Final = frozenset({"function", "method"})


def blanked_files(
    questions: Sequence[Question], read: Callable[[str], bytes | None], parsers: Parsers
) -> Iterator[tuple[str, bytes]]:
    """Yield the files that docstrings were made of, as path and text without the documentation; ``read`` gives the original.

    Raises ``TrainingError`` when a docstring cannot be taken out of its file, or is still there afterwards.
    """
    asked: dict[str, list[Question]] = {}
    for one in questions:
        for path in one.paths if one.kind == "docstring" else ():
            asked.setdefault(path, []).append(one)
    for path, some in asked.items():
        source = read(path)
        names = {name for one in some for of, name in one.places if of == path}
        blanked = None if source is None else without_documentation(path, source, names, parsers)
        if blanked is None or any(says(blanked, one.written) for one in some):
            raise TrainingError(f"{some[0].repository}: the documentation cannot be taken out of {path}")
        yield path, blanked


def without_documentation(path: str, source: bytes, names: Collection[str], parsers: Parsers) -> bytes | None:
    """Return the file, as UTF-8, without the documentation of the functions ``names`` (qualified).

    None when that cannot be done: the file is none of the index, or a function would not be the same one afterwards.
    """
    parsed = parse_code(path, source, parsers)
    text = decode_source(source).text
    if parsed is None or text is None:
        return None
    root, matches = parsers.matches(parsed.language, text)
    outline = read_outline(parsed.language, text, root, matches)
    outline.settle()
    blanked = bytearray(text)
    for chunk in _documented(parsed, names):
        for start, end, filler in _documentation(chunk, parsed.language, outline):
            blanked[start:end] = _blanks(text[start:end], filler)
    found = bytes(blanked)
    after = parse_code(path, found, parsers)
    if after is None or _symbols(after) != _symbols(parsed) or any(_documented(after, names)):
        return None
    return found


def _documented(parsed: ParsedFile, names: Collection[str]) -> Iterator[Chunk]:
    """Yield the first chunk of each of the functions that has documentation."""
    for chunk in parsed.chunks:
        if chunk.symbol in names and chunk.part == 0 and chunk.kind in _FUNCTIONS and chunk.docstring:
            yield chunk


def _documentation(chunk: Chunk, language: str, outline: Outline) -> Iterator[tuple[int, int, bytes]]:
    """Yield half-open byte ranges of comments above a function and of its docstring, with what stands there instead."""
    begin = chunk.span.start_byte
    definition = next(
        (one for one in outline.definitions if one.qualified_name == chunk.symbol and one.start >= begin), None
    )
    if definition is None:
        return
    for start, end, is_comment in outline.leads:
        if is_comment and begin <= start and end <= definition.start + 1:
            yield start, end, b""
    docstring = _docstring_span(definition) if language == "python" else None
    if docstring is not None:
        yield *docstring, b'""'


def _docstring_span(definition: Definition) -> tuple[int, int] | None:
    body = definition.node.child_by_field_name("body") if definition.node else None
    first = next((child for child in body.named_children if child.type != "comment"), None) if body else None
    if first is None or first.type != "expression_statement" or not first.named_children:
        return None
    text = first.named_children[0]
    return (text.start_byte, text.end_byte) if text.type in {"string", "concatenated_string"} else None


def _blanks(text: bytes, filler: bytes) -> bytes:
    """Return blanks of the same length and with the same line breaks, beginning with ``filler``."""
    return filler + _NOT_A_BREAK.sub(b" ", text)[len(filler) :]


def _symbols(parsed: ParsedFile) -> list[tuple[str, int]]:
    return [(one.qualified_name, one.span.end_line) for one in parsed.symbols]


def says(source: bytes, sentence: str) -> bool:
    """Return whether a file has a sentence in it, whatever stands between its words."""
    return f" {normalized(sentence)} " in f" {normalized(source.decode('utf-8', 'replace'))} "
