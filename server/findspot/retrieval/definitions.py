"""Places by name: what a symbol picker lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from threading import Event

from findspot.core.filters import Filter
from findspot.core.types import Evidence
from findspot.retrieval.filtering import path_test
from findspot.retrieval.overlay import Overlay
from findspot.retrieval.results import Ranked
from findspot.retrieval.searcher import Searcher
from findspot.storage.records import ChunkRow, SymbolRow

_NAME = re.compile(r"[\w$.:#]+")

_LONGEST_NAME = 200
"""Characters above which no definition is called like a query."""


def symbol_places(
    searcher: Searcher,
    query: str,
    *,
    limit: int,
    scope: Sequence[str],
    exclude: Sequence[str],
    filters: Filter,
    overlay: Overlay,
    stop: Event | None,
) -> list[Ranked]:
    """Return definitions whose name holds the query, then the answers by meaning.

    A qualified name is looked up by its end, and what is called so in full comes first. Names have blanks, too:
    ``POST /orders/:id``, ``cell 3``.

    Ranks decide, so scores are 1 downwards; definitions in unsaved buffers come through ``by_meaning``.
    """
    store, text = searcher.store, query.strip()
    by_meaning = searcher.search(
        query, top_k=limit, scope=scope, exclude=exclude, filters=filters, overlay=overlay, stop=stop
    )
    named: list[Ranked] = []
    parts = [part for part in re.split(r"[.:#]+", text) if part] if _NAME.fullmatch(text) else [text]
    if parts and parts[-1] and len(text) <= _LONGEST_NAME:
        bare = parts[-1]
        asked = limit
        while True:
            found = store.symbols_like(bare, asked, scope, path_test(filters, scope, exclude))
            symbols = [row for row in found if row.path not in overlay.paths]
            if len(symbols) >= limit or len(found) < asked:
                break
            asked *= 4
        rows = store.rows([symbol.chunk_id for symbol in symbols])
        named = [_place(symbol, rows[symbol.chunk_id], text) for symbol in symbols[:limit] if symbol.chunk_id in rows]
    taken = {(place.row.path, place.symbol) for place in named}
    rest = [place for place in by_meaning if (place.row.path, place.symbol) not in taken]
    # An unsaved definition of just this name goes before stored ones that only contain it.
    first = [place for place in rest if place.row.id < 0 and _is_named(place.row, text)]
    merged = [*first, *named, *(place for place in rest if place not in first)]
    if len(parts) > 1:
        whole = "." + ".".join(parts).casefold()
        merged.sort(key=lambda place: not f".{place.symbol or ''}".casefold().endswith(whole))
    return [replace(place, score=1.0 / (1 + at)) for at, place in enumerate(merged[:limit])]


def _is_named(row: ChunkRow, text: str) -> bool:
    return row.symbol is not None and row.symbol.rsplit(".", 1)[-1].casefold() == text.casefold()


def _place(symbol: SymbolRow, row: ChunkRow, text: str) -> Ranked:
    evidence = Evidence("mention", f"name holds '{text}'", 1.0)
    share = len(text) / max(len(symbol.name), len(text))  # an exact name holds all of the question
    return Ranked(row, 1.0, (evidence,), symbol.span, symbol.kind, symbol.qualified_name, covered=share)
