"""The chunks of unsaved buffers, in memory.

They carry negative ids and compete with stored chunks as equals, by the same exact scores.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.render import Fields
from findspot.core.types import Span
from findspot.storage.records import ChunkRow, PreparedFile


@dataclass(frozen=True)
class Overlay:
    """Unsaved buffers as chunks. Make it with ``Overlay.of``; it never changes, so requests may share it.

    ``vectors`` has one static embedding per row (shape (rows, dimension), zero rows where unknown), or is None.
    """

    paths: frozenset[str] = frozenset()
    rows: tuple[ChunkRow, ...] = ()
    fields: tuple[Fields, ...] = ()
    references: tuple[tuple[str, ...], ...] = ()
    definitions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    spans: Mapping[tuple[str, str], Span] = field(default_factory=dict)
    tokens: tuple[frozenset[str], ...] = ()
    vectors: Vectors | None = None

    @classmethod
    def of(cls, files: Iterable[PreparedFile], vectors: Mapping[bytes, Vectors] | None = None) -> Overlay:
        """Make an overlay of prepared buffers; ``vectors`` maps chunk content hashes to static embeddings."""
        rows: list[ChunkRow] = []
        fields: list[Fields] = []
        references: list[tuple[str, ...]] = []
        definitions: dict[str, list[int]] = {}
        spans: dict[tuple[str, str], Span] = {}
        paths: set[str] = set()
        for file in files:
            paths.add(file.path)
            first = len(rows)
            for chunk in file.chunks:
                rows.append(
                    ChunkRow(
                        id=-1 - len(rows),
                        path=file.path,
                        language=file.language,
                        kind=chunk.kind,
                        symbol=chunk.symbol,
                        signature=chunk.signature,
                        docstring=chunk.docstring,
                        span=Span(*chunk.place),
                        part=chunk.part,
                        path_class=file.path_class,
                        file_hash=file.content_hash,
                        content_hash=chunk.content_hash,
                    )
                )
                fields.append(Fields(*chunk.columns))
                references.append(chunk.references)
            starts = [row.span.start_byte for row in rows[first:]]
            own = {row.symbol: row.id for row in reversed(rows[first:])}
            for symbol in file.symbols:
                spans.setdefault((file.path, symbol.qualified_name), Span(*symbol.place))
                if starts:
                    # A definition too small for a chunk of its own lies inside its parent's.
                    around = rows[first + max(bisect_right(starts, symbol.place[0]) - 1, 0)].id
                    number = own.get(symbol.qualified_name, around)
                    for name in {symbol.name, *_tails(symbol.qualified_name)}:
                        definitions.setdefault(name, []).append(number)
        return cls(
            paths=frozenset(paths),
            rows=tuple(rows),
            fields=tuple(fields),
            references=tuple(references),
            definitions={name: tuple(dict.fromkeys(ids)) for name, ids in definitions.items()},
            spans=spans,
            tokens=tuple(frozenset(f"{f.path} {f.name} {f.signature} {f.body}".split()) for f in fields),
            vectors=_matrix(rows, vectors),
        )


def _tails(qualified: str) -> list[str]:
    parts = qualified.split(".")
    return [".".join(parts[at:]) for at in range(len(parts))]


def _matrix(rows: Sequence[ChunkRow], vectors: Mapping[bytes, Vectors] | None) -> Vectors | None:
    if not vectors:
        return None
    dimension = next(iter(vectors.values())).reshape(-1).shape[0]
    matrix = np.zeros((len(rows), dimension), dtype=np.float32)
    for at, row in enumerate(rows):
        vector = vectors.get(row.content_hash)
        if vector is not None:
            matrix[at] = vector.reshape(-1)
    return matrix


NO_OVERLAY = Overlay()
