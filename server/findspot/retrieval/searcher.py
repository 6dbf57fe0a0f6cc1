"""search: the hybrid answer in milliseconds.

``Searcher(store, embedder, weights).search(text, top_k=10, scope=(), overlay=NO_OVERLAY, stop=None)`` returns
``list[Ranked]``, best first, at most ``top_k`` of them, each definition once. ``embedder`` may be None: then
nothing is found by meaning alone. A searcher may be shared by threads.

Lexical and dense search of the store and what the query names give some hundred candidates; their stored
fields are scored exactly, signals are summed by kind of query, priors applied, parts of a definition joined.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event

from findspot.cancellation import check
from findspot.core.arrays import Vectors
from findspot.core.excerpts import NOTHING_SOUGHT, Sought
from findspot.core.query import Query, QueryKind, analyse
from findspot.core.ranking.result_lists import Scored, held_back, joined, whole_span
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights
from findspot.core.render import render_static_query
from findspot.core.text import SubTokenizer
from findspot.core.types import Evidence, Span
from findspot.inference.base import WordEmbedder
from findspot.retrieval.candidates import Pool
from findspot.retrieval.index_view import NO_OVERLAY, IndexView, Overlay
from findspot.retrieval.mentions import find_mentions
from findspot.retrieval.path_lookup import PathTable
from findspot.retrieval.protocols import IndexReader
from findspot.storage.records import ChunkRow

_LEXICAL = 70
_DENSE = 40
"""Candidates of each retriever for the usual ten results; more are taken for longer lists."""

_PER_RESULT = 3
"""Candidates per wanted result: parts of one definition are joined and some stand in unsaved buffers."""

_TERMS = 16
_POSTINGS = 1_800
"""Terms, and chunks that hold them, that one lexical query may cost: about 2 ms. Measured: 3,500 find nothing more on 268
questions about eight large repositories, and take a sixth longer for the whole search."""

_BY_MEANING_ONLY = 10
"""Neighbours that are answers where no word of the question occurs."""

_LONE_FLOOR = 0.15
_LONE_STEP = 0.05
"""Cosine that such a neighbour must have in an index of one chunk, and what is added for ten times as many, up to the usual
floor. Measured on questions about things that are there and things that are not, in indexes of 3, 1,900 and 40,000 chunks."""

_ROUNDS = 6
"""How often the net is cast wider, four times each, before a short list is what there is."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One answer before the engine adds text and freshness.

    ``row`` is the chunk that speaks for it; ``span`` covers the whole definition (the whole file at file level).
    ``kind`` is the row's kind, or ``file``; ``symbol`` the qualified name, None for a file. ``probability`` is None
    where it is not known. ``covered`` is the share of the question that it holds, comparable between indexes. ``sought``
    is what the question looks for in the text, ``lines`` are those that it names there; ``exact`` is as in ``SearchResult``.
    """

    row: ChunkRow
    score: float
    evidence: tuple[Evidence, ...]
    span: Span
    kind: str
    symbol: str | None
    probability: float | None = None
    covered: float = 0.0
    sought: Sought = NOTHING_SOUGHT
    lines: tuple[int, ...] = ()
    exact: bool | None = None


class Searcher:
    """Answers questions from one index."""

    def __init__(
        self, store: IndexReader, embedder: WordEmbedder | None, weights: RankingWeights = DEFAULT_WEIGHTS
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._weights = weights
        self._table: tuple[int, PathTable] | None = None

    @property
    def store(self) -> IndexReader:
        """The index that is searched."""
        return self._store

    def search(
        self,
        text: str,
        top_k: int = 10,
        scope: Sequence[str] = (),
        overlay: Overlay = NO_OVERLAY,
        stop: Event | None = None,
        exclude: Sequence[str] = (),
    ) -> list[Ranked]:
        """Return the best answers to a word, a sentence, a path or a pasted trace.

        Fewer than ``top_k`` come back only when fewer chunks of the scope match (V27). Raises ``Cancelled``.
        """
        with self._store.interruptible(stop):
            return self._search(text, top_k, IndexView(self._store, overlay, scope, exclude), stop)

    def _search(self, text: str, top_k: int, view: IndexView, stop: Event | None) -> list[Ranked]:
        query = analyse(text, SubTokenizer())
        if view.empty or top_k < 1:
            return []
        pool = Pool(view, query, self._weights)
        pool.add_mentions(find_mentions(query, view, lambda: self.path_table(view), self._weights))
        check(stop)
        limit = max(_LEXICAL, _PER_RESULT * top_k)
        terms, dropped = pool.gathering_terms(_TERMS, _POSTINGS)
        ids, more = view.lexical(terms, limit)
        pool.add(ids)
        check(stop)
        self._add_meaning(pool, query, view, max(_DENSE, _PER_RESULT * top_k))
        check(stop)
        entries = self._entries(pool, query)
        steps = wider(pool, view, limit, stop, more=more or dropped)
        while len(entries) < top_k and next(steps, False):
            entries = self._entries(pool, query)
        return finish(pool, view, entries[:top_k])

    def path_table(self, view: IndexView) -> PathTable:
        """Return the paths of the present generation, read once per generation."""
        generation = view.corpus.generation
        known = self._table
        if known is None or known[0] != generation:
            known = (generation, PathTable(self._store.stored_files()))
            self._table = known
        return known[1]

    def _add_meaning(self, pool: Pool, query: Query, view: IndexView, limit: int) -> None:
        """Take neighbours by meaning in."""
        if not pool.terms:
            self.add_by_meaning_only(pool, query, view)
        elif self._weights.dense[query.kind.value] > 0:
            vector = self.vector(query)
            if vector is not None:
                pool.add_dense(vector, view.dense(vector, limit))

    def add_by_meaning_only(self, pool: Pool, query: Query, view: IndexView) -> None:
        """Take neighbours by meaning in where no word of the query occurs in the index.

        Only words that the model knows as a whole have a meaning here: the pieces of others are as near to anything as
        real questions are to their answers. Measured on 53 made-up queries and an index of some 50,000 chunks: the best
        cosine was .27 to .47, where questions that have an answer got .22 to .75.
        """
        if self._embedder is None:
            return
        words = self._embedder.whole_words(render_static_query(query.sentence, SubTokenizer()))
        vector = self._embedder.embed_query(words) if words else None
        if vector is not None and vector.any():
            # The more chunks there are, the nearer the nearest is by chance. A report gets the nearest in any case: who
            # pastes one wants a place to begin at, and is told that none of its words occurs.
            floor = _LONE_FLOOR + _LONE_STEP * math.log10(max(view.total, 1))
            is_report = query.kind in {QueryKind.ISSUE, QueryKind.TRACE}
            pool.dense_floor = -1.0 if is_report else min(self._weights.dense_floor, floor)
            pool.add_dense(vector, view.dense(vector, _BY_MEANING_ONLY))

    def occurs(self, text: str, scope: Sequence[str] = (), overlay: Overlay = NO_OVERLAY) -> bool:
        """Say whether any word of a question, or another form of it that ranking counts, occurs in the index."""
        query = analyse(text, SubTokenizer(), report="\n" in text.strip())
        return bool(Pool(IndexView(self._store, overlay, scope), query, self._weights).terms)

    def vector(self, query: Query) -> Vectors | None:
        """Return the static embedding of a query, shape (1, dimension); None without an embedder or a known word."""
        if self._embedder is None:
            return None
        vector = self._embedder.embed_query(render_static_query(query.sentence, SubTokenizer()))
        return vector if vector.any() else None

    def _entries(self, pool: Pool, query: Query) -> list[Scored]:
        scores = pool.scores()
        entries = [entry for entry in joined(pool.rows, scores) if pool.matches(pool.rows[entry.index])]
        return held_back(pool.rows, entries, query.kind, self._weights)


def wider(pool: Pool, view: IndexView, limit: int, stop: Event | None, *, more: bool) -> Iterator[bool]:
    """Cast the net wider with each step: all terms, four times the chunks, until nothing more matches."""
    for _ in range(_ROUNDS):
        if not more:
            return
        limit *= 4
        ids, more = view.lexical(list(pool.terms), limit)
        pool.add(ids)
        check(stop)
        yield True


def finish(pool: Pool, view: IndexView, entries: Sequence[Scored]) -> list[Ranked]:
    """Turn scored candidates into answers, with evidence and with the span of the whole definition."""
    rows = [pool.rows[entry.index] for entry in entries]
    wanted = [(row.path, row.symbol) for row in rows if row.symbol is not None and row.kind in {"function", "method"}]
    spans = view.definition_spans(dict.fromkeys(wanted))
    answers: list[Ranked] = []
    for entry, row in zip(entries, rows, strict=True):
        whole = spans.get((row.path, row.symbol)) if row.symbol is not None else None
        # A name defined twice has the span of its first definition here; the other one keeps its row's. A comment
        # above a definition belongs to its first part and not to the definition.
        if whole is None or whole.start_byte >= row.span.end_byte or row.span.start_byte >= whole.end_byte:
            span = row.span
        else:
            span = whole_span([row.span, whole])
        answers.append(
            Ranked(
                row=row,
                score=entry.score,
                evidence=pool.evidence(row),
                span=span,
                kind=row.kind,
                symbol=row.symbol,
                covered=pool.covered(row),
                sought=pool.sought,
                lines=pool.lines(row),
                exact=pool.is_exact(row),
            )
        )
    return answers
