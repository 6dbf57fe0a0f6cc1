"""One file from disk to rows: read, hash, decode, parse, render. Done in worker processes only."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

from findspot.core.render import content_hash, render_chunk
from findspot.core.text import SubTokenizer
from findspot.core.types import Chunk, FileProblem, ParsedFile, ProblemKind, Span, SyntaxMatch
from findspot.indexing.reading import Read, read_task
from findspot.indexing.tasks import (
    Outcome,
    PreparerOptions,
    SyntaxMatches,
    SyntaxQuery,
    Task,
)
from findspot.languages.paths import path_class
from findspot.parsing.chunker import parse
from findspot.parsing.decoding import decode_source
from findspot.parsing.notebook import is_notebook
from findspot.parsing.parsers import NoGrammar, Parsers, QueryMistake, TooTangled
from findspot.storage.records import READ_AGAIN, Place, PreparedChunk, PreparedFile, PreparedSymbol
from findspot.workspace.skip_rules import classify_content, named_limit, too_large
from findspot.workspace.walker import WalkOptions

_DECODING = {
    ProblemKind.BINARY: "It holds NUL bytes, so it is taken as binary.",
    ProblemKind.ENCODING: "What is no valid {} in it was replaced.",
    ProblemKind.OTHER_ENCODING: "It is not UTF-8; it was read as {}.",
}

_STATES = 4_096
"""States of somebody's query that are followed at once; what is lost beyond them is said to be."""

_SHOWN = 200
"""Bytes of a captured node that come back."""

_NAMES_PER_CHUNK = 400
"""References kept of one chunk; generated tables of calls would otherwise fill the edge table."""


class Preparer:
    """Prepares files of one root; keeps parsers and split words, so one instance belongs to one thread."""

    def __init__(self, root: Path, options: WalkOptions, *, chunk_size: int, chunk_overlap: int) -> None:
        self._root = root
        self._walk_options = options
        self._chunk_size = chunk_size
        self._chunk_overlap = chunk_overlap
        self._parsers = Parsers()
        self._tokenizer = SubTokenizer()

    def prepare(self, task: Task) -> Outcome:
        """Prepare one file; what is wrong with it comes back as a problem, never as an exception (I-9)."""
        if task.syntax is not None:
            return self._asked(task, task.syntax)
        if task.bare:
            return self.parse(task.path, task.text or b"", plain=bool(task.quarantine))
        found = read_task(self._root, task, self._walk_options)
        if not isinstance(found, tuple):
            return found
        return self._prepare_text(*found, quarantine=task.quarantine, named=task.named)

    def _prepare_text(self, read: Read, raw: bytes, *, quarantine: str, named: bool = False) -> PreparedFile:
        """Prepare what was read of a file; as plain text when it is in quarantine."""
        source, kinds, encoding = decode_source(raw, read.path)
        # What counts of a notebook are its cells; the images and blank lines of its output are as many as it likes.
        content, size = raw, len(raw)
        if source is not None and is_notebook(read.path):
            content, size = source, len(source) - source.count(b"\n")
        problem = classify_content(read.path, content, named=named)
        limit = self._walk_options.max_file_bytes
        if problem is None and size > (named_limit(limit) if named else limit):
            problem = too_large(read.path, size, limit)
        if problem is not None:
            return _skipped(read, problem)
        problems = [
            FileProblem(read.path, kind, _DECODING[kind].format(encoding)) for kind in kinds if kind in _DECODING
        ]
        if source is None:
            return _skipped(read, *problems)
        if quarantine:
            problems.append(FileProblem(read.path, ProblemKind.QUARANTINED, quarantine))
        parsed = self.parse(read.path, source, plain=bool(quarantine))
        if parsed.lacks_grammar:
            read = read._replace(indexed_ns=READ_AGAIN)
        return PreparedFile(
            read.path,
            parsed.language,
            path_class(read.path),
            *read[1:],
            chunks=self.chunks(parsed),
            symbols=tuple(PreparedSymbol(s.name, s.qualified_name, s.kind, _place(s.span)) for s in parsed.symbols),
            imports=tuple(dict.fromkeys(found.target for found in parsed.imports)),
            problems=tuple((found.kind, found.message) for found in (*problems, *parsed.problems)),
        )

    def _asked(self, task: Task, query: SyntaxQuery) -> SyntaxMatches:
        """Return what somebody's query finds in one file; one that ended a worker finds nothing."""
        read = None if task.quarantine else read_task(self._root, task, self._walk_options)
        source = decode_source(read[1], task.path).text if isinstance(read, tuple) else None
        if source is None:
            return SyntaxMatches(task.path, truncated=bool(task.quarantine), mistake=task.quarantine)
        try:
            matches, cut = self._parsers.custom_matches(query.language, source, query.text, _STATES)
        except QueryMistake as error:
            return SyntaxMatches(task.path, mistake=str(error))
        except (NoGrammar, TooTangled):
            return SyntaxMatches(task.path, truncated=True)
        found = {
            SyntaxMatch(
                *(task.path, capture, node.type, node.start_point.row + 1, node.end_point.row + 1),
                source[node.start_byte : min(node.end_byte, node.start_byte + _SHOWN)].decode("utf-8", "ignore"),
            ): node.start_byte
            for _, captures in matches
            for capture, nodes in captures.items()
            for node in nodes
        }
        ordered = tuple(sorted(found, key=lambda one: (found[one], one.capture)))
        return SyntaxMatches(task.path, ordered[: query.limit], truncated=cut or len(ordered) > query.limit)

    def parse(self, path: str, source: bytes, *, plain: bool = False) -> ParsedFile:
        """Parse UTF-8 source with this instance's parsers and window sizes; ``plain`` asks for windows only."""
        return parse(
            path,
            source,
            parsers=self._parsers,
            chunk_size=self._chunk_size,
            chunk_overlap=self._chunk_overlap,
            plain=plain,
        )

    def chunks(self, parsed: ParsedFile) -> tuple[PreparedChunk, ...]:
        """Render the chunks of a parsed file, each with the names that it references."""
        starts = [chunk.span.start_byte for chunk in parsed.chunks]
        names: list[dict[str, None]] = [{} for _ in parsed.chunks]
        for reference in parsed.references:
            position = bisect_right(starts, reference.byte) - 1
            if position >= 0 and len(names[position]) < _NAMES_PER_CHUNK:
                names[position][reference.name] = None
        return tuple(self._chunk(chunk, tuple(found)) for chunk, found in zip(parsed.chunks, names, strict=True))

    def _chunk(self, chunk: Chunk, references: tuple[str, ...]) -> PreparedChunk:
        fields, static_text = render_chunk(chunk, self._tokenizer)
        return PreparedChunk(
            kind=chunk.kind,
            symbol=chunk.symbol,
            signature=chunk.signature,
            docstring=chunk.docstring,
            place=_place(chunk.span),
            part=chunk.part,
            columns=(fields.path, fields.name, fields.signature, fields.body),
            static_text=static_text,
            content_hash=content_hash(static_text.encode()),
            references=references,
        )


def unparsed(options: PreparerOptions, task: Task) -> Outcome:
    """Return a file that no worker survives: known by its content, without chunks."""
    if task.syntax is not None:
        return SyntaxMatches(task.path, truncated=True, mistake=task.quarantine)
    if task.bare:
        return ParsedFile(task.path, "", (), (), (), ())
    found = read_task(options.root, task, options.walk)
    if not isinstance(found, tuple):
        return found
    return _skipped(found[0], FileProblem(task.path, ProblemKind.QUARANTINED, task.quarantine))


def _skipped(read: Read, *problems: FileProblem) -> PreparedFile:
    """Return a file that is known by its hash and has no chunks, so that it is not read again until it changes."""
    found = tuple((problem.kind, problem.message) for problem in problems)
    return PreparedFile(
        read.path, "", path_class(read.path), *read[1:], chunks=(), symbols=(), imports=(), problems=found
    )


def _place(span: Span) -> Place:
    return (span.start_byte, span.end_byte, span.start_line, span.end_line)
