"""localize: a whole issue or trace in, ranked files or functions out, within a stated time.

``Localizer(searcher, localization_model, cache, text_of, weights, rankers).localize(text, top_k=10, scope=(),
level="function", budget=1.0, overlay=NO_OVERLAY, stop=None, on_partial=None, started=None)`` returns a ``Localization``.

``localization_model(deadline)`` gives the model, or the reason in plain words why there is none by then. ``cache``
keeps document vectors by the hash of what the model reads. ``text_of(row)`` gives the present text of a chunk, or None
when its file has changed or gone. ``rankers()`` gives the learned rankers, or why there are none; then hand-set weights
order. ``on_partial`` gets the hybrid list as soon as it stands.

Candidates are gathered (see ``gathering``), ordered, and given probabilities. The model then re-scores the best sixteen,
from cached vectors first, then as many as fit before the deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

import numpy as np

from findspot.cancellation import check
from findspot.core.arrays import Vectors, rounded
from findspot.core.query import Query, QueryKind, analyse
from findspot.core.ranking.features import Features, file_features, unit_features
from findspot.core.ranking.learned import Chances, Order, Rankers, file_chances, learned_order, unit_chances
from findspot.core.ranking.result_lists import Scored, held_back, joined, ordered, whole_span, with_model
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights
from findspot.core.render import content_hash, render_model_document, render_model_query
from findspot.core.text import SubTokenizer
from findspot.core.types import Chunk, Evidence, Level, Stage
from findspot.retrieval.candidates import Pool
from findspot.retrieval.gathering import ORDER_COST, STEP_COST, gather
from findspot.retrieval.index_view import NO_OVERLAY, IndexView, Overlay
from findspot.retrieval.pace import Pace, by_deadline
from findspot.retrieval.protocols import DocumentModel, VectorCache
from findspot.retrieval.searcher import Ranked, Searcher, finish, wider
from findspot.storage.records import ChunkRow

_WIDEST = 60
"""Candidates from which the net is cast wider when the list is short."""

_REPORTS = frozenset({QueryKind.ISSUE, QueryKind.TRACE})

_RANKED = _REPORTS | {QueryKind.PROSE}
"""Kinds of query that rankers order; names and paths are a matter of spelling."""

_DENSE = 40
"""Neighbours by meaning that become candidates."""

_TELLING_TITLE = 3
"""Words of a title, not all of them stop words, from which on the model reads nothing else of a report."""

_RESERVE = 0.03
"""Seconds kept for fusing and answering after the model's last document."""

_CANDIDATES = 0.6
"""Share of the budget that candidates and their order may take; the rest belongs to the model."""

_USUAL = 400
"""Candidates of a usual report."""

_NO_TIME = "no time was left in the budget"

_LEAST_TIME = 0.06
"""Seconds below which the model is not begun: one query and one document."""


@dataclass(frozen=True, slots=True)
class Localization:
    """An answer and how it came about.

    ``model`` is ``applied`` or the reason why it was not; ``rescored`` of ``considered`` candidates have a model score.
    ``here`` is the probability that the right place is in this index at all, ``length`` how many of the first results
    make the best answer, 0 when it is probably not here; both are None where no probability is known. With ``cut`` the
    rest is left out unless a length was asked for: the answer to a report ends there, a question gets a list.
    ``by_hand`` says why hand-set weights ordered what a ranker should, and is empty otherwise. ``hurried`` tells that the
    time was too short for all candidates and for the ranker.
    """

    results: tuple[Ranked, ...]
    stage: Stage
    model: str
    rescored: int = 0
    considered: int = 0
    here: float | None = None
    length: int | None = None
    cut: bool = False
    by_hand: str = ""
    hurried: bool = False

    @property
    def note(self) -> str:
        """What the model did, in words, how far it came when the time ran out, and why no ranker ordered it."""
        said = self.model
        if self.stage == "localized" and self.rescored < self.considered:
            said = f"applied to {self.rescored} of {self.considered} candidates before the time was over"
        if self.hurried:
            said = f"{said}; there was no time to find all candidates, a larger budget does"
        return f"{said}; ordered by hand-set weights, the ranker is missing: {self.by_hand}" if self.by_hand else said


@dataclass(frozen=True, slots=True)
class _Request:
    query: Query
    view: IndexView
    pool: Pool
    level: Level
    top_k: int
    stop: Event | None
    pace: Pace


@dataclass(frozen=True, slots=True)
class _Ordered:
    """The candidates of a request in order: all scores, the best entry of each definition, files, probabilities.

    ``files`` is empty unless files are asked for; ``chances`` are of what is asked for.
    """

    order: Order
    entries: list[Scored]
    files: list[Scored]
    chances: Chances | None


class Localizer:
    """Finds the places that a report is about."""

    def __init__(
        self,
        searcher: Searcher,
        localization_model: Callable[[float], DocumentModel | str],
        cache: VectorCache,
        text_of: Callable[[ChunkRow], str | None],
        weights: RankingWeights = DEFAULT_WEIGHTS,
        rankers: Callable[[], Rankers | str] = lambda: "there are none",
    ) -> None:
        self._searcher = searcher
        self._localization_model = localization_model
        self._cache = cache
        self._text_of = text_of
        self._weights = weights.beside_rankers()
        self._rankers = rankers

    def localize(
        self,
        text: str,
        top_k: int = 10,
        scope: Sequence[str] = (),
        level: Level = "function",
        budget: float = 1.0,
        overlay: Overlay = NO_OVERLAY,
        stop: Event | None = None,
        on_partial: Callable[[Localization], None] | None = None,
        started: float | None = None,
        exclude: Sequence[str] = (),
    ) -> Localization:
        """Rank the places a report is about; ``started`` (``time.monotonic``) is when the budget began to run.

        The answer comes when the budget is over at the latest, as far as it is by then; with a budget of 0 it is what
        the candidates give, without the model, however long that takes. Raises ``Cancelled`` once ``stop`` is set.
        """
        began = time.monotonic() if started is None else started

        def work(keep: Callable[[Localization], None], stopped: Event) -> Localization:
            pace = Pace(began + _CANDIDATES * budget if budget > 0 else None)
            with self._searcher.store.interruptible(stopped):
                return answer(keep, stopped, pace)

        def answer(keep: Callable[[Localization], None], stopped: Event, pace: Pace) -> Localization:
            # One line is a question, and is answered as a search would; a title with a text below it is a report.
            query = analyse(text, SubTokenizer(), report="\n" in text.strip())
            view = IndexView(self._searcher.store, overlay, scope, exclude)
            if view.empty or top_k < 1:
                return Localization((), "hybrid", "nothing is indexed yet")
            request = _Request(query, view, Pool(view, query, self._weights), level, top_k, stopped, pace)
            self._gather(request, lambda: keep(replace(self._hybrid(request, self._by_hand(request)), hurried=True)))
            found = self._ordered(request)
            hybrid = self._hybrid(request, found)
            keep(hybrid)
            check(stopped)
            if on_partial is not None and found.entries:
                on_partial(hybrid)
            check(stopped)
            return self._with_model(request, found, hybrid, began + budget)

        if budget <= 0:
            return work(lambda _: None, stop or Event())
        found, done = by_deadline(work, began + budget - min(_RESERVE, budget / 10), stop)
        return found if done else replace(found, model=_NO_TIME)

    def _hybrid(self, request: _Request, found: _Ordered) -> Localization:
        """Return the answer without the model."""
        results = self._answers(request, found, {})
        return Localization(
            results,
            "hybrid",
            "the model has not been asked yet",
            here=found.chances.here if found.chances is not None else None,
            length=min(found.chances.length, len(results)) if found.chances is not None else None,
            cut=request.query.kind in _REPORTS,
            by_hand=self._missing_ranker(request.query),
            hurried=request.pace.cut,
        )

    def _by_hand(self, request: _Request) -> _Ordered:
        """Return the candidates so far by hand-set weights, which takes a few milliseconds."""
        order = Order(np.array(request.pool.scores()), request.pool.file_scores())
        entries = self._definitions(request, order)
        return _Ordered(order, entries, _files(request.pool, order, entries) if request.level == "file" else [], None)

    def features(self, text: str, scope: Sequence[str] = (), *, report: bool = True) -> Features:
        """Return what the learned rankers read of each candidate for a text; nothing is ranked by them here.

        A text of one line is a question unless it is said to be a ``report``.
        """
        query = analyse(text, SubTokenizer(), report=report)
        view = IndexView(self._searcher.store, NO_OVERLAY, scope)
        pool = Pool(view, query, self._weights)
        if not view.empty:
            self._gather(_Request(query, view, pool, "function", 10, None, Pace()), lambda: None)
        table = pool.table()
        entries = joined(pool.rows, pool.scores())
        kept = [entry.index for entry in entries]
        files, of_files = file_features(table)
        return Features([pool.rows[at] for at in kept], unit_features(table)[kept], files, of_files)

    def _ordered(self, request: _Request) -> _Ordered:
        """Return the candidates in order, with probabilities where a ranker ordered them."""
        order, entries = self._entries(request)
        if entries and not request.pool.terms:  # rankers have never seen a question without a known word
            return _Ordered(order, entries, _files(request.pool, order, entries), None)
        # Probabilities were fitted on all candidates with all that is known of them.
        chances: Chances | None = None if request.pace.cut else Chances([], 0.0)
        if entries and chances is not None:
            chances = unit_chances(order, [entry.index for entry in entries])
        if request.level != "file":
            return _Ordered(order, entries, [], chances)
        files = _files(request.pool, order, entries)
        if chances is not None:
            chances = file_chances(order, [request.pool.rows[entry.index].path for entry in files], chances.here)
        return _Ordered(order, entries, files, chances)

    def _entries(self, request: _Request) -> tuple[Order, list[Scored]]:
        """Return the order of all candidates and its best definitions, from as wide a net as ``top_k`` needs (V27)."""
        pool = request.pool
        if not request.pace.allows(ORDER_COST * len(pool) / _USUAL):
            ordered = self._by_hand(request)
            return ordered.order, ordered.entries
        steps = wider(pool, request.view, _WIDEST, request.stop, more=True)
        while True:
            order = self._order(request)
            entries = self._definitions(request, order)
            found = {pool.rows[entry.index].path for entry in entries} if request.level == "file" else entries
            enough = len(found) >= request.top_k or not request.pace.fits(ORDER_COST)
            if enough or not next(steps, False):
                return order, entries

    def _missing_ranker(self, query: Query) -> str:
        """Return why hand-set weights did what a ranker should, "" when one did it or none was wanted (I-13)."""
        rankers = self._rankers() if self._weights.uses("ranker") and query.kind in _RANKED else ""
        return rankers if isinstance(rankers, str) else ""

    def _order(self, request: _Request) -> Order:
        """Order reports and questions by the rankers, which learned from reports; names keep the order of a search."""
        pool = request.pool
        if request.query.kind in _RANKED and self._weights.uses("ranker") and pool.rows:
            rankers = self._rankers()
            if isinstance(rankers, Rankers):
                return learned_order(pool.table(), rankers, self._weights)
        return Order(np.array(pool.scores()), pool.file_scores())

    def _definitions(self, request: _Request, order: Order) -> list[Scored]:
        """Return one entry per definition, best first.

        By hand-set weights only what matches is an answer. A ranker may also choose what came along with its file.
        """
        pool, kind = request.pool, request.query.kind
        matching = [pool.matches(row) for row in pool.rows]
        if not any(matching):
            return []
        if order.learned:
            # Which part speaks for a long definition is a matter of words; the ranker compares definitions.
            speakers = [entry.index for entry in joined(pool.rows, pool.scores())]
            rows = [pool.rows[at] for at in speakers]
            entries = [Scored(speakers[one.index], one.score) for one in ordered(rows, order.units[speakers].tolist())]
        else:
            entries = [entry for entry in joined(pool.rows, order.units.tolist()) if matching[entry.index]]
        spread = kind not in _REPORTS
        return held_back(pool.rows, entries, kind, self._weights, learned=order.learned, spread=spread)

    # ── candidates ──────────────────────────────────────────────────────────────────────────────────────────

    def _gather(self, request: _Request, keep: Callable[[], None]) -> None:
        view, query, pool, pace = request.view, request.query, request.pool, request.pace
        table = partial(self._searcher.path_table, view)
        gather(pool, view, query, self._weights, table, request.top_k, request.stop, pace, keep)
        if not pool.terms:
            self._searcher.add_by_meaning_only(pool, query, view)
        elif self._weights.uses("dense") and pace.allows(2 * STEP_COST + ORDER_COST):
            vector = self._searcher.vector(query)
            if vector is not None:
                pool.add_dense(vector, view.dense(vector, _DENSE))

    # ── the model ───────────────────────────────────────────────────────────────────────────────────────────

    def _with_model(self, request: _Request, found: _Ordered, hybrid: Localization, deadline: float) -> Localization:
        head = found.entries[: self._weights.model_depth]
        if not head:
            return replace(hybrid, model="no candidate was found")
        if len(head) == 1:
            return replace(hybrid, model="not needed: there is one candidate only")
        if deadline - time.monotonic() < _LEAST_TIME:
            return replace(hybrid, model=_NO_TIME)
        model = self._localization_model(deadline - _RESERVE)
        if isinstance(model, str):
            return replace(hybrid, model=model)
        if deadline - time.monotonic() < _LEAST_TIME:
            return replace(hybrid, model=_NO_TIME)
        cosines = self._cosines(request, model, head, deadline - _RESERVE)
        if len(cosines) < 2:
            return replace(hybrid, model=_NO_TIME, considered=len(head))
        check(request.stop)
        kind = request.query.kind
        first = self._weights.model_first if kind in _REPORTS else 0
        entries = with_model(found.entries, cosines, self._weights.model[kind.value], first=first)
        mixed = replace(found, entries=entries)
        return replace(
            hybrid,
            results=self._answers(request, mixed, cosines),
            stage="localized",
            model="applied",
            rescored=len(cosines),
            considered=len(head),
        )

    def _cosines(
        self, request: _Request, model: DocumentModel, head: Sequence[Scored], deadline: float
    ) -> dict[int, float]:
        """Return the model's cosine by candidate index, for as many of the head as time allows."""
        documents: dict[int, tuple[bytes, str]] = {}
        for entry in head:
            row = request.pool.rows[entry.index]
            text = self._text_of(row)
            if text is not None:
                document = render_model_document(chunk_of(row, text))
                documents[entry.index] = (content_hash(document.encode("utf-8", "surrogatepass")), document)
        check(request.stop)
        question = model.embed_query(_read_of(request.query)).reshape(-1)
        known = self._cache.get(model.model_id, [key for key, _ in documents.values()])
        missing = {key: document for key, document in documents.values() if key not in known}
        if missing:
            keys = list(missing)
            rows = model.embed_documents(list(missing.values()), request.stop, deadline)
            fresh: dict[bytes, Vectors] = {keys[at]: rounded(rows[at]) for at in range(len(rows))}
            self._cache.put(model.model_id, fresh)
            known = {**known, **fresh}
        return {index: float(known[key] @ question) for index, (key, _) in documents.items() if key in known}

    # ── answers ─────────────────────────────────────────────────────────────────────────────────────────────

    def _answers(self, request: _Request, found: _Ordered, cosines: dict[int, float]) -> tuple[Ranked, ...]:
        entries = found.entries if request.level != "file" else self._files_with_model(request, found, cosines)
        entries = entries[: request.top_k]
        answers: list[Ranked] = []
        for place, (entry, one) in enumerate(zip(entries, finish(request.pool, request.view, entries), strict=True)):
            answer, cosine = one, cosines.get(entry.index)
            if request.level == "file":
                spans = [row.span for row in request.view.chunks_of(one.row.path)]
                answer = replace(one, span=whole_span(spans) if spans else one.span, kind="file", symbol=None)
            if found.chances is not None:
                # Probabilities belong to places in the list: they fall from one to the next, whoever stands there.
                answer = replace(answer, probability=round(found.chances.results[place], 4))
            answers.append(_with_evidence(answer, cosine))
        return tuple(answers)

    def _files_with_model(self, request: _Request, found: _Ordered, cosines: dict[int, float]) -> list[Scored]:
        speakers = {request.pool.rows[entry.index].path: entry.index for entry in found.files}
        best: dict[int, float] = {}
        for index, cosine in cosines.items():
            speaker = speakers[request.pool.rows[index].path]
            best[speaker] = max(best.get(speaker, -1.0), cosine)
        return with_model(found.files, best, self._weights.model_files[request.query.kind.value])


def _files(pool: Pool, order: Order, entries: Sequence[Scored]) -> list[Scored]:
    """Return one entry per file, best first, each shown by its best unit."""
    shown: dict[str, Scored] = {}
    for entry in entries:
        shown.setdefault(pool.rows[entry.index].path, entry)
    by_score = sorted(shown, key=lambda path: (-order.files[path], path))
    return [Scored(shown[path].index, order.files[path]) for path in by_score]


def _read_of(query: Query) -> str:
    """Return what the model reads of a query.

    Of a report this is its title, unless that tells nothing: prose behind it makes the order worse, the more the worse (0016).
    """
    title, prose = query.report.title, query.report.prose
    if not title and not prose:
        return render_model_query(query.sentence, "")
    telling = "title" in query.zones and len(title.split()) >= _TELLING_TITLE
    return render_model_query(title, "" if telling else prose)


def _with_evidence(answer: Ranked, cosine: float | None) -> Ranked:
    if cosine is None:
        return answer
    return replace(answer, evidence=(*answer.evidence, Evidence("model", "localization model", round(cosine, 4))))


def chunk_of(row: ChunkRow, text: str) -> Chunk:
    """Return a stored chunk with its text, as the model's document is rendered from it."""
    return Chunk(
        path=row.path,
        language=row.language,
        kind=row.kind,
        symbol=row.symbol,
        signature=row.signature,
        docstring=row.docstring,
        span=row.span,
        text=text,
        part=row.part,
    )
