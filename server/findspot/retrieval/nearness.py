"""What the index knows of the files in an editor: their imports, and what past commits changed together with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from findspot.core.ranking.nearness import Links, Near, changed_together, near
from findspot.core.ranking.weights import RankingWeights
from findspot.core.types import EditorContext
from findspot.retrieval.import_graph import neighbours_of
from findspot.retrieval.index_view import IndexView
from findspot.storage.records import ChunkRow

_ORIGINS = 8
"""Files whose past is asked for: the active one, then those that changed or were edited last."""

_COMMITS = 60
"""Their newest commits that count; older ones speak of how the code was cut before."""

_OF_ONE = 3
"""Definitions of a called name up to which it means one of them."""

_USERS = 50
"""Callers of the definition at the cursor."""


class Nearness:
    """How near the candidates of one request are to what an editor shows."""

    def __init__(self, context: EditorContext, view: IndexView, weights: RankingWeights) -> None:
        self._context = context
        self._view = view
        self._weights = weights

    def of(self, rows: Sequence[ChunkRow], files: Mapping[str, float]) -> list[Near]:
        """Return how near each candidate is; ``files`` has the scores of their files by hand-set weights."""
        best = max(files.values(), default=0.0) or 1.0
        relevance = {path: score / best for path, score in files.items()}
        links = self._links
        if self._context.active is not None and relevance.get(self._context.active):
            imports = self._view.imports_of(list(dict.fromkeys([self._context.active, *(row.path for row in rows)])))
            imported, importers = neighbours_of(self._context.active, imports)
            links = replace(links, imported=imported, importers=importers)
        return [near(row, self._context, links, relevance, self._weights.near) for row in rows]

    @cached_property
    def _links(self) -> Links:
        """What does not depend on the candidates."""
        context, view = self._context, self._view
        active = () if context.active is None else (context.active,)
        origins = list(dict.fromkeys((*active, *context.changed, *context.recent)))[:_ORIGINS]
        links = Links(together=changed_together(view.changed_with(origins, _COMMITS) if origins else ()))
        if context.active is None or context.line is None:
            return links
        here = view.chunk_at(context.active, context.line)
        row = None if here is None else view.rows([here]).get(here)
        if here is None or row is None or row.symbol is None:
            return links
        names = view.references_of([here]).get(here, [])
        definers = [ids for ids in view.named(names, _OF_ONE + 1).values() if len(ids) <= _OF_ONE]
        name = row.symbol.rpartition(".")[2]
        users = view.callers([name], _USERS).get(name, [])
        callees = frozenset(number for ids in definers for number in ids) - {here}
        return replace(links, symbol=row.symbol, callees=callees, callers=frozenset(users) - {here})
