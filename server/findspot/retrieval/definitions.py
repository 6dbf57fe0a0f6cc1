"""Places by name and by edge: what a symbol picker lists, and what is connected with the code at a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from findspot.core.types import Evidence
from findspot.retrieval.index_view import IndexView, in_scope
from findspot.retrieval.overlay import Overlay
from findspot.retrieval.protocols import IndexReader
from findspot.retrieval.results import Ranked
from findspot.storage.records import ChunkRow, SymbolRow

_NAME = re.compile(r"[\w$.:#]+")

_DEFINITIONS = 3
"""Definitions of a called name up to which the call says where it goes."""


def symbol_places(
    store: IndexReader,
    query: str,
    by_meaning: Sequence[Ranked],
    *,
    limit: int,
    scope: Sequence[str],
    exclude: Sequence[str],
    overlay: Overlay,
) -> list[Ranked]:
    """Return definitions whose name holds the query, when it is one word, then the answers by meaning.

    Ranks decide, so scores are 1 downwards; definitions in unsaved buffers come through ``by_meaning``.
    """
    text = query.strip()
    named: list[Ranked] = []
    if _NAME.fullmatch(text):
        bare = re.split(r"[.:#]+", text)[-1]
        asked = limit
        while True:
            found = store.symbols_like(bare, asked, scope)
            symbols = [row for row in found if row.path not in overlay.paths and not _is_below(row.path, exclude)]
            if len(symbols) >= limit or len(found) < asked:
                break
            asked *= 4
        rows = store.rows([symbol.chunk_id for symbol in symbols])
        named = [_place(symbol, rows[symbol.chunk_id], text) for symbol in symbols[:limit] if symbol.chunk_id in rows]
    taken = {(place.row.path, place.symbol) for place in named}
    rest = [place for place in by_meaning if (place.row.path, place.symbol) not in taken]
    # An unsaved definition of just this name goes before stored ones that only contain it.
    first = [place for place in rest if place.row.id < 0 and _is_named(place.row, text)]
    merged = [*first, *named, *(place for place in rest if place not in first)][:limit]
    return [replace(place, score=1.0 / (1 + at)) for at, place in enumerate(merged)]


def related_places(store: IndexReader, path: str, line: int, *, limit: int, overlay: Overlay) -> list[Ranked]:
    """Return callers of the definition at a line, and the definitions that it calls, nearest relation first."""
    view = IndexView(store, overlay, ())
    here = view.chunk_at(path, line)
    row = view.rows([here]).get(here) if here is not None else None
    if row is None:
        return []
    found: dict[int, str] = {}
    if row.symbol is not None:
        name = row.symbol.rsplit(".", 1)[-1]
        for number in view.callers([name], limit).get(name, []):
            found.setdefault(number, f"calls {row.symbol}")
    called = view.references_of([row.id]).get(row.id, [])
    for name, numbers in sorted(view.named(called, _DEFINITIONS + 1).items()):
        if len(numbers) <= _DEFINITIONS:
            for number in numbers:
                found.setdefault(number, f"{name}, called here")
    found.pop(row.id, None)
    places: list[Ranked] = []
    for at, (number, other) in enumerate(view.rows(found).items()):
        score = 1.0 / (1 + at)
        places.append(
            Ranked(other, score, (Evidence("graph", found[number], 1.0),), other.span, other.kind, other.symbol)
        )
    return places[:limit]


def _is_below(path: str, places: Sequence[str]) -> bool:
    return bool(places) and in_scope(path, places)


def _is_named(row: ChunkRow, text: str) -> bool:
    return row.symbol is not None and row.symbol.rsplit(".", 1)[-1].casefold() == text.casefold()


def _place(symbol: SymbolRow, row: ChunkRow, text: str) -> Ranked:
    evidence = Evidence("mention", f"name holds '{text}'", 1.0)
    share = len(text) / max(len(symbol.name), len(text))  # an exact name holds all of the question
    return Ranked(row, 1.0, (evidence,), symbol.span, symbol.kind, symbol.qualified_name, covered=share)
