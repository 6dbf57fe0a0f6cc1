"""The last step of an answer: present text for each place, and whether it is the text that was indexed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from findspot.buffers import Buffers
from findspot.core.types import SearchResult, Stage
from findspot.indexing.sources import Source, read_source
from findspot.retrieval.searcher import Ranked
from findspot.storage.records import ChunkRow

_MAX_TEXT = 16_000
"""Bytes of source that one result carries."""


class Texts:
    """Reads the workspace and the unsaved buffers of one root."""

    def __init__(self, root: Path, buffers: Buffers, max_file_bytes: int) -> None:
        self._root = root
        self._buffers = buffers
        self._max_file_bytes = max_file_bytes

    def results(self, found: Sequence[Ranked], stage: Stage) -> tuple[tuple[SearchResult, ...], dict[str, bytes]]:
        """Turn ranked places into results, with the texts by path that the spans of fresh ones count in.

        Each file is read once. A file that has changed since it was indexed gives the lines that stand at the place now,
        and is marked.
        """
        sources: dict[tuple[str, bool], Source | None] = {}
        results: list[SearchResult] = []
        contents: dict[str, bytes] = {}
        for rank, one in enumerate(found, start=1):
            key = (one.row.path, _is_buffered(one.row))
            if key not in sources:
                sources[key] = self._source(one.row)
            source = sources[key]
            fresh = source is not None and source.content_hash == one.row.file_hash
            shown = one.row.span if one.kind == "file" else one.span
            text = ""
            if source is not None and fresh:
                contents[one.row.path] = source.text
            if source is not None:
                text = source.slice(shown, _MAX_TEXT) if fresh else source.lines(shown, _MAX_TEXT)
            results.append(
                SearchResult(
                    path=one.row.path,
                    symbol=one.symbol,
                    kind=one.kind,
                    span=one.span,
                    score=one.score,
                    rank=rank,
                    stage=stage,
                    evidence=one.evidence,
                    fresh=fresh,
                    text=text,
                    probability=one.probability,
                    covered=one.covered,
                )
            )
        return tuple(results), contents

    def is_on_disk(self, path: str, text: str) -> bool:
        """Return whether a buffer is what lies on disk; editors drop a byte order mark and may change line ends."""
        source = read_source(self._root, path, self._max_file_bytes)
        return source is not None and _plain_lines(source.text) == _plain_lines(text.encode("utf-8", "replace"))

    def text_of(self, row: ChunkRow) -> str | None:
        """Return the text of a chunk if its file is still the one that was indexed."""
        source = self._source(row)
        if source is None or source.content_hash != row.file_hash:
            return None
        return source.slice(row.span, _MAX_TEXT)

    def _source(self, row: ChunkRow) -> Source | None:
        if _is_buffered(row):
            return self._buffers.source(row.path)
        return read_source(self._root, row.path, self._max_file_bytes)


def _is_buffered(row: ChunkRow) -> bool:
    """Say whether a row stands for unsaved text: those carry negative ids."""
    return row.id < 0


def _plain_lines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
