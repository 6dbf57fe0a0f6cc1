"""Source text to chunks: the one entry, ``parse``.

How a file with a syntax tree is cut:

- Every function and method is a unit, and so is every class-like definition. Units begin with the comments,
  decorators and attributes directly above them and end with the rest of their last line.
- A definition inside a function, a class inside a class and a function bound to a name by its place are units
  when they touch four lines or more; otherwise they stay in the chunk around them, and are symbols still.
- What is left of a class between its methods belongs to the class, what is left of a function around the
  functions inside belongs to that function, and the rest to the module. All pieces of one definition have
  its symbol, and ``part`` counts them.
- A left-over piece of less than two non-blank lines, or without a single word, joins the chunk before it,
  unless it is the first piece of a definition or of the file: else every closing brace were a chunk.
- Pieces longer than ``PIECE_BYTES`` are cut at statement borders.
- Blanks (ASCII white space) between chunks belong to none. Everything else belongs to exactly one chunk (I-10).

Markdown and reStructuredText are cut at headings by the same rules. Any other text is cut into windows, which
overlap by definition; there, too, each chunk's text is exactly what its span covers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from findspot.core.types import Chunk, ChunkKind, FileProblem, ParsedFile, ProblemKind, Symbol
from findspot.languages.detect import component_name, language_of
from findspot.languages.table import DECLARED, GRAMMARS, HEADED, READ_AS_CODE
from findspot.parsing.comments import MAX_SIGNATURE, comment_text, is_licence, python_docstring, signature
from findspot.parsing.declared import read_declared
from findspot.parsing.decoding import decode_source
from findspot.parsing.embedded import read_embedded
from findspot.parsing.headings import parse_headed
from findspot.parsing.lines import Lines
from findspot.parsing.nesting import Definition
from findspot.parsing.notebook import PERCENT, percent_cells
from findspot.parsing.parsers import NoGrammar, Parsers, TooTangled
from findspot.parsing.pieces import CodeCutter, begins_line, cut_at, cut_text, cut_windows, trim
from findspot.parsing.scanners import SCANNERS
from findspot.parsing.symbols import Outline, read_outline

_UNIT_LINES: Final = 4
_HEAD: Final = 4096
_TAIL: Final = 120
"""Bytes after a definition on its last line that still belong to it; more is the next statement of minified code."""

_SIGNATURE: Final = 8 * MAX_SIGNATURE
"""Bytes before a body that are looked at for a signature: a list of parameters may be as long as the file."""

_BARE_KEYS: Final = 2
"""Lines of keys, each the only one in the one above, that join the first place inside them."""

_MODULE_DOC: Final = 2048
_CLOSED = re.compile(rb"[ \t\r]*(?:\n[ \t\r]*(?:\n|end\b|\Z)|\Z)")
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]")
_PRAGMA = re.compile(r"#!|.*-\*-|.*vim:|\W*(?:frozen_string_literal|eslint|global |jshint|@ts-|@flow|go:build|\+build)")

_MESSAGES: Final = {
    ProblemKind.BINARY: "holds NUL bytes, so it is not read as text",
    ProblemKind.OTHER_ENCODING: "is not UTF-8 and was read in another encoding",
    ProblemKind.ENCODING: "is not valid UTF-8 or UTF-16; unreadable characters are replaced",
    ProblemKind.NOTEBOOK: "is no valid notebook; indexed as plain text",
}


@dataclass(slots=True, eq=False)
class _Unit:
    """A definition with a chunk of its own; ``start`` includes what leads it, ``end`` the rest of its line."""

    definition: Definition
    start: int
    end: int
    docstring: str
    parts: int = 0


@dataclass(slots=True)
class _Segment:
    """A run of source that belongs to one unit, or to the module."""

    start: int
    end: int
    unit: _Unit | None
    first: bool


def parse(
    path: str, source: bytes, *, parsers: Parsers, chunk_size: int = 256, chunk_overlap: int = 64, plain: bool = False
) -> ParsedFile:
    """Cut one file into chunks and list its symbols, references and imports. Never raises.

    ``path`` is root-relative with ``/``. Spans count in ``decode_source(source, path)``. ``chunk_size`` and
    ``chunk_overlap`` are tokens, for text without syntax, and for any text when it is to be read as ``plain``. Whatever
    is wrong with the file is in ``problems``.
    """
    text, kinds, _ = decode_source(source, path)
    problems = [FileProblem(path, kind, _MESSAGES[kind]) for kind in kinds]
    if text is None:
        return ParsedFile(path, "binary", (), (), (), (), tuple(problems))
    language = language_of(path, text[:_HEAD]) or "text"
    plain = plain or ProblemKind.NOTEBOOK in kinds
    lines = Lines(text)
    lacks_grammar = False
    if language in HEADED and not plain:
        return parse_headed(path, language, text, lines, tuple(problems))
    if (language in READ_AS_CODE or language in SCANNERS) and not plain:
        try:
            if language in SCANNERS:
                outline = SCANNERS[language](path, text)
            elif language in DECLARED:
                outline = read_declared(language, text)
            else:
                root, matches = parsers.matches(language, text)
                outline = read_outline(language, text, root, matches)
                outline.definitions += percent_cells(language, text) if language in PERCENT else ()
            tangled = read_embedded(text, lines, parsers, outline, component_name(path))
        except TooTangled:
            message = "is too tangled to read as code; indexed as plain text"
            problems.append(FileProblem(path, ProblemKind.SYNTAX, message))
        except NoGrammar as error:
            lacks_grammar = True
            message = f"The grammar of {language} cannot be loaded, so it is indexed as plain text: {error}."
            problems.append(FileProblem(path, ProblemKind.QUARANTINED, message))
        else:
            outline.settle()
            problems += [
                FileProblem(path, ProblemKind.SYNTAX, f"its {inside} is too tangled to read as code")
                for inside in tangled
            ]
            if outline.errors > 10 + text.count(b"\n") // 10 or outline.error_bytes * 5 > len(text):
                message = f"has {outline.errors} syntax errors; what could be read is indexed"
                problems.append(FileProblem(path, ProblemKind.SYNTAX, message))
            return ParsedFile(
                path=path,
                language=language,
                chunks=_code_chunks(path, language, text, lines, outline),
                symbols=_symbols(outline, lines),
                references=tuple(outline.references),
                imports=tuple(outline.imports),
                problems=tuple(problems),
            )
    chunks = tuple(
        Chunk(path, language, "window", None, "", "", lines.span(start, end), text[start:end].decode(), part)
        for part, (start, end) in enumerate(cut_windows(text, chunk_size, chunk_overlap))
    )
    return ParsedFile(path, language, chunks, (), (), (), tuple(problems), lacks_grammar)


def _symbols(outline: Outline, lines: Lines) -> tuple[Symbol, ...]:
    return tuple(
        Symbol(found.name, found.qualified_name, found.kind, lines.span(found.start, found.end))
        for found in outline.definitions
        if found.shape not in {"impl", "table"}
    )


def _code_chunks(path: str, language: str, source: bytes, lines: Lines, outline: Outline) -> tuple[Chunk, ...]:
    units = _units(source, lines, outline)
    segments = _merge(source, _segments(source, units))
    chunks: list[Chunk] = []
    module_doc = _module_docstring(language, source, outline)
    module_parts = 0
    cutter = CodeCutter(source)
    for segment in segments:
        unit = segment.unit
        node = unit.definition.node if unit else None
        roots = [node] if node is not None and segment.end <= node.end_byte else outline.roots
        cut = _cut(source, cutter, roots, outline, segment)
        for start, end in cut:
            kind = outline.rest
            symbol, sign, docstring = None, "", ""
            if unit:
                definition = unit.definition
                kind = _chunk_kind(definition)
                symbol = definition.qualified_name
                sign = _signature(source, definition, outline.leads)
                part, unit.parts = unit.parts, unit.parts + 1
                docstring = "" if part else unit.docstring
            else:
                part, module_parts = module_parts, module_parts + 1
                docstring = "" if part else module_doc
            text = source[start:end].decode()
            chunks.append(Chunk(path, language, kind, symbol, sign, docstring, lines.span(start, end), text, part))
    return tuple(chunks)


def _cut(
    source: bytes, cutter: CodeCutter, roots: list[Node], outline: Outline, segment: _Segment
) -> list[tuple[int, int]]:
    """Cut a segment that is too long: at the statements of a tree, or where a scanner says, or at blank lines."""
    if roots:
        head = segment.unit.definition.body if segment.unit and segment.first else None
        return cutter.cut(roots, segment.start, segment.end, head or 0)
    if outline.borders:
        return cut_at(source, outline.borders, segment.start, segment.end, outline.longest)
    return cut_text(source, segment.start, segment.end)


def _chunk_kind(definition: Definition) -> ChunkKind:
    if definition.shape in {"fn", "bound", "called"} and not definition.holds_calls:
        member = definition.kind in {"method", "field"}
        return "method" if member else "function"
    if definition.kind == "variable":
        return "module"
    return "section" if definition.kind == "section" else "class"


def _signature(source: bytes, definition: Definition, leads: list[tuple[int, int, bool]]) -> str:
    """Return the text before the body on one line, or the first line where there is no body."""
    start, end = definition.sign_start, definition.body
    if end is None or end <= start:
        end = source.find(b"\n", start, definition.end)
        end = definition.end if end < 0 else end
    end = min(end, start + _SIGNATURE)
    kept = b""
    for lead_start, lead_end, _ in leads[bisect_left(leads, (start,)) : bisect_left(leads, (end,))]:
        kept += source[start:lead_start]
        start = lead_end
    return signature((kept + source[start:end]).decode("utf-8", "replace"))


def _units(source: bytes, lines: Lines, outline: Outline) -> list[_Unit]:
    """Choose the definitions that get chunks, and extend them to what leads them and to their line's end."""
    units: list[_Unit] = []
    floors: dict[Definition | None, int] = {}
    left_out: set[Definition] = set()
    around: list[Definition] = []  # sections of a page hold others without giving them their name
    for definition in outline.definitions:
        while around and around[-1].end <= definition.start:
            closed = around.pop()
            floors[closed.parent] = max(floors.get(closed.parent, 0), closed.end)
        holders = [holder.start for holder in (definition.parent, *around[-1:]) if holder is not None]
        floor = max(floors.get(definition.parent, 0), *holders, 0)
        _take_in_docs_behind(source, outline.leads, definition)
        if definition.shape == "large":
            around.append(definition)
        else:
            floors[definition.parent] = max(floor, definition.end)
        if not _is_unit(definition, lines, left_out):
            left_out.add(definition)
            continue
        start, first, last = _leading(source, lines, outline.leads, definition.start, floor)
        docstring = (
            python_docstring(source, definition.body)
            if _documents_bodies(definition.language) and definition.body
            else ""
        )
        if definition.doc:
            docstring = comment_text([source[slice(*definition.doc)].decode()])
        if not docstring:
            docstring = comment_text(_told(source, lines, outline.leads[first:last]))
        line = lines.begin(start)
        if line >= floor and begins_line(source, line, start):
            start = line
        units.append(_Unit(definition, start, definition.end, docstring))
    starts = [unit.start for unit in units]
    ends: dict[Definition, int] = {unit.definition: unit.definition.end for unit in units}
    for unit in units:
        end = lines.finish(max(unit.end - 1, 0))
        following = bisect_left(starts, unit.end)
        limit = starts[following] if following < len(starts) else len(source)
        holder = unit.definition.parent
        while holder is not None and holder not in ends:
            holder = holder.parent
        if holder is not None:
            limit = min(limit, ends[holder])
        if unit.end < end <= limit and end - unit.end <= _TAIL:
            unit.end = ends[unit.definition] = end
    return units


def _take_in_docs_behind(source: bytes, leads: list[tuple[int, int, bool]], definition: Definition) -> None:
    """Extend a definition over the documentation that follows it without a blank line, and is followed by one."""
    opening = GRAMMARS[definition.language].docs_behind.encode() if definition.language in GRAMMARS else b""
    at = bisect_left(leads, (definition.end,))
    if not opening or at == len(leads) or not source.startswith(opening, leads[at][0]):
        return
    start, end, _ = leads[at]
    between = source[definition.end : start]
    if not between.strip() and between.count(b"\n") < 2 and _CLOSED.match(source, end):
        definition.end = end
        definition.doc = definition.doc or (start, end)


def _is_unit(definition: Definition, lines: Lines, left_out: set[Definition]) -> bool:
    if definition.shape in {"sym", "scope", "table"}:
        return False
    holder = definition.parent
    if (
        holder is not None
        and definition.shape == "bound"
        and (holder.shape == "called" or (holder.shape == "bound" and holder.kind in {"function", "method"}))
    ):
        # `app.get("/", function home() {` and `Command{Use: "serve", RunE: func() {` are one definition.
        same_line = lines.number(holder.start) == lines.number(definition.start)
        if same_line or (definition.end - definition.start) * 4 >= (holder.end - holder.start) * 3:
            return False
    inside = False
    while holder is not None:
        if holder.shape in {"fn", "bound", "called", "large"} or (
            holder.shape in {"cls", "impl"} and definition.shape != "fn"
        ):
            inside = True
        if holder in left_out and holder.shape not in {"scope", "table"}:
            return False
        # What a test defines for itself is read with it.
        if holder.call is not None and holder.call.form == "test" and not holder.holds_calls:
            return False
        holder = holder.parent
    if inside or definition.shape in {"bound", "called", "large"}:
        return lines.count(definition.start, definition.end) >= _UNIT_LINES
    return True


def _leading(
    source: bytes, lines: Lines, leads: list[tuple[int, int, bool]], start: int, floor: int
) -> tuple[int, int, int]:
    """Find where the comments and attributes directly above byte ``start`` begin, not before byte ``floor``.

    Returns that byte and the half-open range of ``leads`` that belongs to it. A comment belongs when only
    blanks and at most one line break are between, when it begins its line, and when it is not further to the
    right, where it would belong to the block before.
    """
    last = bisect_left(leads, (start,))
    first = last
    column = lines.column(start)
    while first > 0:
        lead_start, lead_end, _ = leads[first - 1]
        if lead_start < floor or lead_end > start:
            break
        # In Rust the line break after a comment is part of it.
        between = source[max(lead_end - 1, lead_start) : start]
        if between[1:].strip() or between.count(b"\n") > 1 + _stands_off(source, lead_start, lead_end):
            break
        # Another lead may stand before it on the same line: `#[allow(x)] // why`.
        line = max(lines.begin(lead_start), floor)
        shares = first > 1 and leads[first - 2][1] > line
        if not begins_line(source, leads[first - 2][1] if shares else line, lead_start):
            break
        if not shares and lines.column(lead_start) > column:
            break
        start = lead_start
        first -= 1
    return start, first, last


def _stands_off(source: bytes, start: int, end: int) -> bool:
    """Tell whether a blank line may follow a comment that belongs to what comes next.

    Perl ends its documentation with ``=cut``, and a blank line has to follow. In dbt one mostly does, after a comment
    of several lines above a macro.
    """
    if source.startswith(b"=", start):
        return source[start:end].rstrip().endswith(b"=cut")
    return source.startswith(b"{#", start) and b"\n" in source[start:end].strip()


def _told(source: bytes, lines: Lines, leads: list[tuple[int, int, bool]]) -> list[str]:
    """Return the comments among leads that have a line of their own."""
    return [source[a:b].decode() for a, b, spoken in leads if spoken and begins_line(source, lines.begin(a), a)]


def _segments(source: bytes, units: list[_Unit]) -> list[_Segment]:
    """Give each byte to the innermost unit around it, in file order, blanks taken off."""
    found: list[_Segment] = []
    seen: set[_Unit | None] = set()
    stack: list[_Unit] = []
    position = 0

    def emit(end: int) -> None:
        nonlocal position
        piece = trim(source, position, end)
        if piece:
            unit = stack[-1] if stack else None
            found.append(_Segment(*piece, unit, unit not in seen))
            seen.add(unit)
        position = max(position, end)

    for unit in units:
        while stack and stack[-1].end <= unit.start:
            emit(stack[-1].end)
            stack.pop()
        emit(unit.start)
        stack.append(unit)
    while stack:
        emit(stack[-1].end)
        stack.pop()
    emit(len(source))
    return found


def _merge(source: bytes, segments: list[_Segment]) -> list[_Segment]:
    """Join left-over scraps to the chunk before them, and a bare ``impl X {`` or ``describe("x", () => {`` to its first member."""
    kept: list[_Segment] = []
    for segment in segments:
        last = kept[-1] if kept else None
        if last and not (segment.first and segment.unit) and _is_scrap(source, segment):
            last.end = segment.end
        elif last and _only_opens(source, last, segment):
            kept[-1] = _Segment(last.start, segment.end, segment.unit, segment.first)
        else:
            kept.append(segment)
    return kept


def _only_opens(source: bytes, segment: _Segment, following: _Segment) -> bool:
    """Return whether a segment is no more than the opening of an ``impl``, a call or a key whose first member follows it."""
    if segment.unit is None or following.unit is None or not segment.first:
        return False
    holder = segment.unit.definition
    if following.unit.definition.parent is not holder:
        return False
    if holder.kind == "section":
        return source.count(b"\n", segment.start, segment.end) < _BARE_KEYS
    return holder.shape in {"impl", "called"} and _is_scrap(source, segment)


def _is_scrap(source: bytes, segment: _Segment) -> bool:
    text = source[segment.start : segment.end]
    return (b"\n" not in text and len(text) <= 4 * _TAIL) or (len(text) <= _TAIL and not _WORD.search(text))


def _documents_bodies(language: str) -> bool:
    return language in GRAMMARS and GRAMMARS[language].body_docstrings


def _module_docstring(language: str, source: bytes, outline: Outline) -> str:
    """Return the module's docstring, or else the comment that opens the file, unless that is its licence."""
    if _documents_bodies(language):
        first = next((child for child in outline.roots[0].named_children if child.type != "comment"), None)
        if first is not None and first.type == "expression_statement":
            return python_docstring(source, first.start_byte)
        return ""
    told: list[str] = []
    end = 0
    for start, stop, spoken in outline.leads:
        if start > _MODULE_DOC or source[end:start].strip():
            break
        if spoken:
            text = source[start:stop].decode()
            if not _PRAGMA.match(text):
                told.append(text)
        end = stop
    text = comment_text(told)
    return "" if is_licence(text) else text
