"""search: the hybrid answer in milliseconds.

``Searcher(store, embedder, weights).search(text, top_k=10)`` returns ``list[Ranked]``, best first, at most ``top_k`` of
them, each definition once. ``embedder`` may be None: then
nothing is found by meaning alone. A searcher may be shared by threads.

Lexical and dense search of the store and what the query names give some hundred candidates; their stored
fields are scored exactly, signals are summed by kind of query, priors applied, parts of a definition joined.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from threading import Event

from findspot.cancellation import check
from findspot.core.arrays import Vectors
from findspot.core.filters import NO_FILTER, Filter
from findspot.core.limits import USUAL_THRESHOLD
from findspot.core.query import Query, QueryKind
from findspot.core.ranking.learned import Order
from findspot.core.ranking.result_lists import Scored, demote_repeats, joined
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights, similarity_floor
from findspot.core.render import render_static_query
from findspot.core.text import SubTokenizer
from findspot.core.types import EditorContext
from findspot.inference.base import WordEmbedder
from findspot.retrieval.candidates import Candidates
from findspot.retrieval.filtering import path_test
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.mentions import find_mentions
from findspot.retrieval.nearness import Nearness
from findspot.retrieval.overlay import NO_OVERLAY, Overlay
from findspot.retrieval.path_lookup import PathTable
from findspot.retrieval.protocols import IndexReader
from findspot.retrieval.question import Question, analysed
from findspot.retrieval.results import Ranked, ranked

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
        *,
        top_k: int = 10,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        filters: Filter = NO_FILTER,
        overlay: Overlay = NO_OVERLAY,
        stop: Event | None = None,
        context: EditorContext | None = None,
        threshold: float = USUAL_THRESHOLD,
        explain: bool = False,
    ) -> list[Ranked]:
        """Return the best answers to a word, a sentence, a path or a pasted trace.

        What is near to the editor's ``context`` comes first among equals. Fewer than ``top_k`` come back only when fewer
        chunks of the scope match that ``filters`` let through (V27). Raises ``Cancelled``, ``QueryError``.
        """
        with self._store.interruptible(stop):
            view = IndexView(self._store, overlay, scope, exclude, filters)
            if view.empty or top_k < 1:
                return []
            nearness = None if context is None else Nearness(context, view, self._weights)
            question = Question.of(analysed(text), view, self._weights, threshold)
            return self._search(Candidates(question, nearness=nearness), top_k, stop, explain=explain)

    def _search(self, found: Candidates, top_k: int, stop: Event | None, *, explain: bool) -> list[Ranked]:
        question, view = found.question, found.question.view
        mentions = find_mentions(question.query, view, lambda: self.path_table(view), self._weights)
        found = found.with_mentions(mentions)
        check(stop)
        limit = max(_LEXICAL, _PER_RESULT * top_k)
        terms, dropped = question.gathering_terms(_TERMS, _POSTINGS)
        ids, more = view.lexical(terms, limit)
        found = found.with_chunks(ids)
        check(stop)
        found = self._with_meaning(found, max(_DENSE, _PER_RESULT * top_k), stop)
        check(stop)
        entries = self._entries(found)
        steps = wider(found, limit, stop, more=more or dropped)
        while len(entries) < top_k and (more_found := next(steps, None)) is not None:
            found, entries = more_found, self._entries(more_found)
        return ranked(found, entries[:top_k], found.by_editor(Order(*found.scores)) if explain else None)

    def path_table(self, view: IndexView) -> PathTable:
        """Return the paths of the present generation, read once per generation."""
        generation = view.corpus.generation
        known = self._table
        if known is None or known[0] != generation:
            known = (generation, PathTable(self._store.stored_files()))
            self._table = known
        return known[1]

    def _with_meaning(self, found: Candidates, limit: int, stop: Event | None) -> Candidates:
        """Add neighbours by meaning."""
        question = found.question
        if not question.terms:
            return self.with_meaning_only(found, stop)
        vector = self.vector(question.query, stop) if self._weights.dense[question.query.kind.value] > 0 else None
        return found if vector is None else found.with_neighbours(vector, question.view.dense(vector, limit))

    def with_meaning_only(
        self, found: Candidates, stop: Event | None = None, deadline: float | None = None
    ) -> Candidates:
        """Add neighbours by meaning where no word of the query occurs in the index.

        Only words that the model knows as a whole have a meaning here: the pieces of others are as near to anything as
        real questions are to their answers. Measured on 53 made-up queries and an index of some 50,000 chunks: the best
        cosine was .27 to .47, where questions that have an answer got .22 to .75.
        """
        query, view = found.question.query, found.question.view
        if self._embedder is None:
            return found
        words = self._embedder.whole_words(render_static_query(query.sentence, SubTokenizer()))
        vector = self._embedder.embed_query(words, stop=stop, deadline=deadline) if words else None
        if vector is None or not vector.any():
            return found
        # The more chunks there are, the nearer the nearest is by chance. A report gets the nearest in any case: who
        # pastes one wants a place to begin at, and is told that none of its words occurs.
        usual = min(self._weights.dense_floor, _LONE_FLOOR + _LONE_STEP * math.log10(max(view.total, 1)))
        floor = similarity_floor(usual, found.question.threshold)
        if query.kind in {QueryKind.ISSUE, QueryKind.TRACE}:
            floor = -1.0
        return found.with_neighbours(vector, view.dense(vector, _BY_MEANING_ONLY), floor)

    def is_empty(self, scope: Sequence[str], filters: Filter) -> bool:
        """Return whether ``filters`` let nothing through of what the index has in ``scope``."""
        return self._store.few_chunks_of(tuple(scope), path_test(filters, scope, ())) == {}

    def occurs(self, text: str, scope: Sequence[str] = (), overlay: Overlay = NO_OVERLAY) -> bool:
        """Return whether any word of a question, or another form of it that ranking counts, occurs in the index."""
        query = analysed(text, report="\n" in text.strip())
        return bool(Question.of(query, IndexView(self._store, overlay, scope), self._weights).terms)

    def vector(self, query: Query, stop: Event | None = None, deadline: float | None = None) -> Vectors | None:
        """Return the embedding of a query, shape (1, dimension); None without an embedder or a known word."""
        if self._embedder is None:
            return None
        text = render_static_query(query.sentence, SubTokenizer())
        vector = self._embedder.embed_query(text, stop=stop, deadline=deadline)
        return vector if vector.any() else None

    def _entries(self, found: Candidates) -> list[Scored]:
        order = found.by_editor(Order(*found.scores))
        entries = [one for one in joined(found.rows, order.units.tolist()) if found.matching[one.index]]
        return demote_repeats(found.rows, entries, found.question.query.kind, self._weights)


def wider(found: Candidates, limit: int, stop: Event | None, *, more: bool) -> Iterator[Candidates]:
    """Yield more and more candidates: all terms, four times the chunks with each step, until nothing more matches."""
    for _ in range(_ROUNDS):
        if not more:
            return
        limit *= 4
        ids, more = found.question.view.lexical(list(found.question.terms), limit)
        found = found.with_chunks(ids)
        check(stop)
        yield found
