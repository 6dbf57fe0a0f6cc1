"""localize: a whole issue or trace in, ranked files or functions out, within a stated time.

``Localizer(searcher, localization_model, cache, weights, rankers).localize(text, text_of=...)`` returns a
``Localization``.

``localization_model(deadline)`` gives the model, or why there is none by then. ``cache`` keeps document vectors by the
hash of what the model reads. ``rankers()`` gives the learned rankers, or why there are none; then hand-set weights order.

Candidates are gathered (see ``gathering``), ordered, and given probabilities. The model then re-scores the best sixteen
(see ``rescoring``), from cached vectors first, then as many as fit before the deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

from findspot.cancellation import check
from findspot.core.filters import NO_FILTER, Filter
from findspot.core.limits import USUAL_THRESHOLD
from findspot.core.query import QueryKind
from findspot.core.ranking.features import Features, file_features, unit_features
from findspot.core.ranking.learned import Chances, Order, Rankers, file_chances, learned_order, unit_chances
from findspot.core.ranking.result_lists import Scored, demote_repeats, joined, ordered, whole_span, with_model
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights
from findspot.core.types import EditorContext, Evidence, Level, Stage, Unavailable
from findspot.retrieval.candidates import Candidates
from findspot.retrieval.gathering import ORDER_COST, STEP_COST, Gathering, gather
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.nearness import Nearness
from findspot.retrieval.overlay import NO_OVERLAY, Overlay
from findspot.retrieval.pace import Pace, by_deadline
from findspot.retrieval.protocols import DocumentModel, DocumentVectors
from findspot.retrieval.question import Question, analysed
from findspot.retrieval.rescoring import TextOf, cosines, no_text
from findspot.retrieval.results import Ranked, ranked
from findspot.retrieval.searcher import Searcher, wider

_WIDEST = 60
"""Candidates from which the net is cast wider when the list is short."""

_REPORTS = frozenset({QueryKind.ISSUE, QueryKind.TRACE})

_RANKED = _REPORTS | {QueryKind.PROSE}
"""Kinds of query that rankers order; names and paths are a matter of spelling."""

_DENSE = 40
"""Neighbours by meaning that become candidates."""

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
    """What one question asks for, besides its words."""

    level: Level
    top_k: int
    text_of: TextOf
    stop: Event | None
    pace: Pace
    nearness: Nearness | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Candidates in order: all scores, the best entry of each definition, files, probabilities.

    ``files`` is empty unless files are asked for; ``chances`` are of what is asked for.
    """

    candidates: Candidates
    order: Order
    entries: Sequence[Scored]
    files: Sequence[Scored] = ()
    chances: Chances | None = None

    @property
    def kind(self) -> QueryKind:
        return self.candidates.question.query.kind


class Localizer:
    """Finds the places that a report is about; may be shared by threads."""

    def __init__(
        self,
        searcher: Searcher,
        localization_model: Callable[[float], DocumentModel | Unavailable],
        cache: DocumentVectors,
        weights: RankingWeights = DEFAULT_WEIGHTS,
        rankers: Callable[[], Rankers | Unavailable] = lambda: Unavailable("there are none"),
    ) -> None:
        self._searcher = searcher
        self._localization_model = localization_model
        self._cache = cache
        self._weights = weights.for_ranker_features()
        self._rankers = rankers

    def localize(
        self,
        text: str,
        *,
        text_of: TextOf = no_text,
        top_k: int = 10,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        filters: Filter = NO_FILTER,
        level: Level = "function",
        budget: float = 1.0,
        overlay: Overlay = NO_OVERLAY,
        stop: Event | None = None,
        on_partial: Callable[[Localization], None] | None = None,
        started: float | None = None,
        context: EditorContext | None = None,
        threshold: float = USUAL_THRESHOLD,
        explain: bool = False,
    ) -> Localization:
        """Rank the places a report is about; ``started`` (``time.monotonic``) is when the budget began to run.

        What is near to the editor's ``context`` is raised.

        The answer comes when the budget is over at the latest, as far as it is by then; with a budget of 0 it is what
        the candidates give, without the model, however long that takes. The model reads what ``text_of`` gives and judges
        nothing else. ``on_partial`` gets the hybrid list as soon as it
        stands. Raises ``Cancelled`` once ``stop`` is set.
        """
        began = time.monotonic() if started is None else started

        def work(keep: Callable[[Localization], None], stopped: Event) -> Localization:
            pace = Pace(began + _CANDIDATES * budget if budget > 0 else None)
            with self._searcher.store.interruptible(stopped):
                view = IndexView(self._searcher.store, overlay, scope, exclude, filters)
                nearness = None if context is None else Nearness(context, view, self._weights)
                return answer(keep, view, _Request(level, top_k, text_of, stopped, pace, nearness, explain))

        def answer(keep: Callable[[Localization], None], view: IndexView, request: _Request) -> Localization:
            # One line is a question, and is answered as a search would; a title with a text below it is a report.
            query = analysed(text, report="\n" in text.strip())
            if view.empty or top_k < 1:
                return Localization((), "hybrid", "nothing is indexed yet")

            def keep_by_hand(found: Candidates) -> None:
                keep(replace(self._hybrid(request, self._by_hand(request, found)), hurried=True))

            candidates = self._gather(Question.of(query, view, self._weights, threshold), request, keep_by_hand)
            found = self._ordered(request, candidates)
            hybrid = self._hybrid(request, found)
            keep(hybrid)
            check(request.stop)
            if on_partial is not None and found.entries:
                on_partial(hybrid)
            check(request.stop)
            return self._with_model(request, found, hybrid, began + budget)

        if budget <= 0:
            return work(lambda _: None, stop or Event())
        found, done = by_deadline(work, began + budget - min(_RESERVE, budget / 10), stop)
        return found if done else replace(found, model=_NO_TIME)

    def features(self, text: str, *, scope: Sequence[str] = (), report: bool = True) -> Features:
        """Return what the learned rankers read of each candidate for a text; nothing is ranked by them here.

        A text of one line is a question unless it is said to be a ``report``.
        """
        view = IndexView(self._searcher.store, NO_OVERLAY, scope)
        question = Question.of(analysed(text, report=report), view, self._weights)
        found = Candidates(question)
        if not view.empty:
            found = self._gather(question, _Request("function", 10, no_text, None, Pace()))
        kept = [entry.index for entry in joined(found.rows, found.scores.units.tolist())]
        files, of_files = file_features(found.table)
        return Features([found.rows[at] for at in kept], unit_features(found.table)[kept], files, of_files)

    # ── candidates ──────────────────────────────────────────────────────────────────────────────────────────

    def _gather(
        self, question: Question, request: _Request, keep: Callable[[Candidates], None] = lambda _: None
    ) -> Candidates:
        view, pace = question.view, request.pace
        paths = partial(self._searcher.path_table, view)
        found = gather(question, Gathering(request.top_k, pace, paths, keep, request.stop, request.nearness))
        if not question.terms:
            return self._searcher.with_meaning_only(found, request.stop, pace.until)
        if self._weights.uses("dense") and pace.allows(2 * STEP_COST + ORDER_COST):
            vector = self._searcher.vector(question.query, request.stop, pace.until)
            if vector is not None:
                return found.with_neighbours(vector, view.dense(vector, _DENSE))
        return found

    # ── order ───────────────────────────────────────────────────────────────────────────────────────────────

    def _by_hand(self, request: _Request, found: Candidates) -> _Ordered:
        """Return candidates by hand-set weights, which takes a few milliseconds."""
        order = found.by_editor(Order(*found.scores))
        entries = self._definitions(found, order)
        return _Ordered(found, order, entries, _files(found, order, entries) if request.level == "file" else ())

    def _ordered(self, request: _Request, candidates: Candidates) -> _Ordered:
        """Return candidates in order, with probabilities where a ranker ordered them."""
        found = self._best(request, candidates)
        order, entries, rows = found.order, found.entries, found.candidates.rows
        files = _files(found.candidates, order, entries) if request.level == "file" else ()
        if entries and not candidates.question.terms:  # rankers have never seen a question without a known word
            return replace(found, files=files)
        # Probabilities were fitted on all candidates with all that is known of them.
        chances: Chances | None = None if request.pace.cut else Chances([], 0.0)
        if entries and chances is not None:
            chances = unit_chances(order, [entry.index for entry in entries])
        if request.level == "file" and chances is not None:
            chances = file_chances(order, [rows[entry.index].path for entry in files], chances.here)
        return replace(found, files=files, chances=chances)

    def _best(self, request: _Request, found: Candidates) -> _Ordered:
        """Return all candidates and the best definitions among them, from as wide a net as ``top_k`` needs (V27)."""
        pace = request.pace
        if not pace.allows(ORDER_COST * len(found) / _USUAL):
            return self._by_hand(request, found)
        steps = wider(found, _WIDEST, request.stop, more=True)
        while True:
            order = self._order(found)
            entries = self._definitions(found, order)
            listed = {found.rows[entry.index].path for entry in entries} if request.level == "file" else entries
            enough = len(listed) >= request.top_k or not pace.fits(ORDER_COST)
            more = None if enough else next(steps, None)
            if more is None:
                return _Ordered(found, order, entries)
            found = more

    def _missing_ranker(self, kind: QueryKind) -> str:
        """Return why hand-set weights did what a ranker should, "" when one did it or none was wanted (I-13)."""
        if not self._weights.uses("ranker") or kind not in _RANKED:
            return ""
        rankers = self._rankers()
        return rankers.reason if isinstance(rankers, Unavailable) else ""

    def _order(self, found: Candidates) -> Order:
        """Order reports and questions by the rankers, which learned from reports; names keep the order of a search."""
        if found.question.query.kind in _RANKED and self._weights.uses("ranker") and found.rows:
            rankers = self._rankers()
            if isinstance(rankers, Rankers):
                return found.by_editor(learned_order(found.table, rankers, self._weights))
        return found.by_editor(Order(*found.scores))

    def _definitions(self, found: Candidates, order: Order) -> list[Scored]:
        """Return one entry per definition, best first.

        By hand-set weights only what matches is an answer. A ranker may also choose what was added with its file.
        """
        kind = found.question.query.kind
        if not any(found.matching):
            return []
        if order.learned:
            # Which part speaks for a long definition is a matter of words; the ranker compares definitions.
            speakers = [entry.index for entry in joined(found.rows, found.scores.units.tolist())]
            rows = [found.rows[at] for at in speakers]
            entries = [Scored(speakers[one.index], one.score) for one in ordered(rows, order.units[speakers].tolist())]
        else:
            entries = [one for one in joined(found.rows, order.units.tolist()) if found.matching[one.index]]
        spread = kind not in _REPORTS
        return demote_repeats(found.rows, entries, kind, self._weights, learned=order.learned, spread=spread)

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
        if isinstance(model, Unavailable):
            return replace(hybrid, model=model.reason)
        if deadline - time.monotonic() < _LEAST_TIME:
            return replace(hybrid, model=_NO_TIME)
        query, rows = found.candidates.question.query, found.candidates.rows
        scored = cosines(
            model,
            self._cache,
            query,
            {entry.index: rows[entry.index] for entry in head},
            request.text_of,
            deadline=deadline - _RESERVE,
            stop=request.stop,
        )
        if len(scored) < 2:
            return replace(hybrid, model=_NO_TIME, considered=len(head))
        check(request.stop)
        first = self._weights.model_first if query.kind in _REPORTS else 0
        entries = with_model(found.entries, scored, self._weights.model[query.kind.value], first=first)
        return replace(
            hybrid,
            results=self._answers(request, replace(found, entries=entries), scored),
            stage="localized",
            model="applied",
            rescored=len(scored),
            considered=len(head),
        )

    # ── answers ─────────────────────────────────────────────────────────────────────────────────────────────

    def _hybrid(self, request: _Request, found: _Ordered) -> Localization:
        """Return the answer without the model."""
        results = self._answers(request, found, {})
        return Localization(
            results,
            "hybrid",
            "the model has not been asked yet",
            here=found.chances.here if found.chances is not None else None,
            length=min(found.chances.length, len(results)) if found.chances is not None else None,
            cut=found.kind in _REPORTS,
            by_hand=self._missing_ranker(found.kind),
            hurried=request.pace.cut,
        )

    def _answers(self, request: _Request, found: _Ordered, scored: Mapping[int, float]) -> tuple[Ranked, ...]:
        entries = found.entries if request.level != "file" else self._files_with_model(found, scored)
        entries = entries[: request.top_k]
        answers: list[Ranked] = []
        order = found.order if request.explain and request.level != "file" else None
        for place, (entry, one) in enumerate(zip(entries, ranked(found.candidates, entries, order), strict=True)):
            answer, cosine = one, scored.get(entry.index)
            if request.level == "file":
                spans = [row.span for row in found.candidates.question.view.chunks_of(one.row.path)]
                answer = replace(one, span=whole_span(spans) if spans else one.span, kind="file", symbol=None)
            if found.chances is not None:
                # Probabilities belong to places in the list: they fall from one to the next, whoever stands there.
                answer = replace(answer, probability=round(found.chances.results[place], 4))
            answers.append(_with_evidence(answer, cosine))
        return tuple(answers)

    def _files_with_model(self, found: _Ordered, scored: Mapping[int, float]) -> Sequence[Scored]:
        rows = found.candidates.rows
        speakers = {rows[entry.index].path: entry.index for entry in found.files}
        best: dict[int, float] = {}
        for index, cosine in scored.items():
            speaker = speakers[rows[index].path]
            best[speaker] = max(best.get(speaker, -1.0), cosine)
        return with_model(found.files, best, self._weights.model_files[found.kind.value])


def _files(found: Candidates, order: Order, entries: Sequence[Scored]) -> list[Scored]:
    """Return one entry per file, best first, each shown by its best unit."""
    shown: dict[str, Scored] = {}
    for entry in entries:
        shown.setdefault(found.rows[entry.index].path, entry)
    by_score = sorted(shown, key=lambda path: (-order.files[path], path))
    return [Scored(shown[path].index, order.files[path]) for path in by_score]


def _with_evidence(answer: Ranked, cosine: float | None) -> Ranked:
    if cosine is None:
        return answer
    return replace(answer, evidence=(*answer.evidence, Evidence("model", "localization model", round(cosine, 4))))
