"""localize: a whole issue or trace in, ranked files or functions out, within a stated time.

``Localizer(searcher, reranker, cache, text_of, weights).localize(text, top_k=10, scope=(), level="function",
budget=1.0, overlay=NO_OVERLAY, stop=None, on_partial=None, started=None)`` returns a ``Localization``.

``reranker(deadline)`` gives the localization model, or the reason in plain words why there is none by then. ``cache`` keeps
document vectors by the hash of what the model reads. ``text_of(row)`` gives the present text of a chunk, or None
when its file has changed or gone. ``on_partial`` gets the hybrid list as soon as it stands.

The zones of the report ask the index separately, what it names joins them, calls lead one step further; the exact
zone-weighted score orders all of it. The model then re-scores the best sixteen, from cached vectors first, then
as many as fit before the deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event

from findspot.core.arrays import Vectors
from findspot.core.fusion import Scored, joined, whole_span, with_model
from findspot.core.query import Query, Zone, analyse
from findspot.core.ranking import DEFAULT_WEIGHTS, RankingWeights
from findspot.core.render import content_hash, render_model_document, render_model_query
from findspot.core.text import SubTokenizer
from findspot.core.types import Chunk, Evidence, Level, Stage
from findspot.retrieval.mentions import find_mentions
from findspot.retrieval.pool import Pool
from findspot.retrieval.protocols import DocumentModel, VectorCache
from findspot.retrieval.searcher import Ranked, Searcher, check, finish, wider
from findspot.retrieval.view import NO_OVERLAY, IndexView, Overlay
from findspot.storage.records import ChunkRow

_ZONES: tuple[tuple[tuple[Zone, ...], int, int], ...] = (
    (("title",), 80, 12),
    (("ident",), 80, 20),
    (("title", "ident", "prose"), 120, 24),
    (("code", "trace"), 60, 16),
)
"""Questions to the lexical index: zones, candidates, terms. One question of all terms would let a long paste
drown the title."""

_WIDEST = 60
"""Candidates from which the net is cast wider when the list is short."""

_POSTINGS = 25_000
"""Chunks that the terms of one such question may occur in: about 20 ms."""

_SEEDS = 12
"""Candidates whose callers and callees come along."""

_CALLEES_OF_ONE = 3
_CALLERS_OF_ONE = 12
"""Definitions of a called name, and callers of a name, up to which a step along it means anything."""

_RESERVE = 0.03
"""Seconds kept for fusing and answering after the model's last document."""

_LEAST_TIME = 0.06
"""Seconds below which the model is not begun: one query and one document."""


@dataclass(frozen=True, slots=True)
class Localization:
    """An answer and how it came about.

    ``model`` is ``applied`` or the reason why it was not; ``rescored`` of ``considered`` candidates have a model score.
    """

    results: tuple[Ranked, ...]
    stage: Stage
    model: str
    rescored: int = 0
    considered: int = 0


@dataclass(frozen=True, slots=True)
class _Request:
    query: Query
    view: IndexView
    pool: Pool
    level: Level
    top_k: int
    stop: Event | None


class Localizer:
    """Finds the places that a report is about."""

    def __init__(
        self,
        searcher: Searcher,
        reranker: Callable[[float], DocumentModel | str],
        cache: VectorCache,
        text_of: Callable[[ChunkRow], str | None],
        weights: RankingWeights = DEFAULT_WEIGHTS,
    ) -> None:
        self._searcher = searcher
        self._reranker = reranker
        self._cache = cache
        self._text_of = text_of
        self._weights = weights

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
    ) -> Localization:
        """Rank the places a report is about; ``started`` (``time.monotonic``) is when the budget began to run.

        Raises ``Cancelled`` once ``stop`` is set. With no time for the model the hybrid list is the answer.
        """
        deadline = (time.monotonic() if started is None else started) + budget
        query = analyse(text, SubTokenizer(), report=True)
        view = IndexView(self._searcher.store, overlay, scope)
        if view.empty or top_k < 1:
            return Localization((), "hybrid", "nothing is indexed yet")
        pool = Pool(view, query, self._weights)
        request = _Request(query, view, pool, level, top_k, stop)
        self._gather(request)
        entries = self._entries(request)
        hybrid = Localization(self._answers(request, entries, {}), "hybrid", "the model has not been asked yet")
        if on_partial is not None and entries:
            on_partial(hybrid)
        check(stop)
        return self._with_model(request, entries, hybrid, deadline)

    def _entries(self, request: _Request) -> list[Scored]:
        """Return what matches, best first, from as wide a net as a list of ``top_k`` needs (V27)."""
        pool = request.pool
        steps = wider(pool, request.view, _WIDEST, request.stop, more=True)
        while True:
            entries = [entry for entry in joined(pool.rows, pool.scores()) if pool.matches(pool.rows[entry.index])]
            found = {pool.rows[entry.index].path for entry in entries} if request.level == "file" else entries
            if len(found) >= request.top_k or not next(steps, False):
                return entries

    # ── candidates ──────────────────────────────────────────────────────────────────────────────────────────

    def _gather(self, request: _Request) -> None:
        pool, view, query = request.pool, request.view, request.query
        pool.add_mentions(find_mentions(query, view, lambda: self._searcher.path_table(view), self._weights))
        for zones, limit, terms in _ZONES:
            check(request.stop)
            asked, _ = pool.gathering_terms(terms, _POSTINGS, zones)
            pool.add(view.lexical(asked, max(limit, request.top_k * 3))[0])
        check(request.stop)
        self._follow_calls(request)

    def _follow_calls(self, request: _Request) -> None:
        """Take callees and callers of the best candidates in, each with a share of that candidate's score."""
        pool, view = request.pool, request.view
        scores = pool.scores()
        seeds = joined(pool.rows, scores)[:_SEEDS]
        if not seeds:
            return
        best = seeds[0].score or 1.0
        rows = {entry.index: pool.rows[entry.index] for entry in seeds}
        called = view.references_of([row.id for row in rows.values()])
        definers = view.named(sorted({name for names in called.values() for name in names}), _CALLEES_OF_ONE + 1)
        bare = {
            row.symbol.rsplit(".", 1)[-1] for row in rows.values() if row.symbol and row.kind in {"function", "method"}
        }
        callers = view.callers(sorted(bare), _CALLERS_OF_ONE + 1)
        found: dict[int, tuple[float, str]] = {}

        def note(number: int, seed: Scored, detail: str) -> None:
            share = seed.score / best
            if number != pool.rows[seed.index].id and share > found.get(number, (0.0, ""))[0]:
                found[number] = (share, detail)

        for seed in seeds:
            row = rows[seed.index]
            for name in called.get(row.id, ()):
                ids = definers.get(name, [])
                for number in ids if len(ids) <= _CALLEES_OF_ONE else []:
                    note(number, seed, f"called by {row.symbol or row.path}")
            name = row.symbol.rsplit(".", 1)[-1] if row.symbol else ""
            ids = callers.get(name, [])
            for number in ids if len(ids) <= _CALLERS_OF_ONE else []:
                note(number, seed, f"calls {row.symbol}")
        pool.graph = found
        pool.add(found)

    # ── the model ───────────────────────────────────────────────────────────────────────────────────────────

    def _with_model(
        self, request: _Request, entries: Sequence[Scored], hybrid: Localization, deadline: float
    ) -> Localization:
        head = list(entries[: self._weights.model_depth])
        if not head:
            return replace(hybrid, model="no candidate was found")
        if len(head) == 1:
            return replace(hybrid, model="not needed: there is one candidate only")
        if deadline - time.monotonic() < _LEAST_TIME:
            return replace(hybrid, model="no time was left in the budget")
        model = self._reranker(deadline - _RESERVE)
        if isinstance(model, str):
            return replace(hybrid, model=model)
        if deadline - time.monotonic() < _LEAST_TIME:
            return replace(hybrid, model="no time was left in the budget")
        cosines = self._cosines(request, model, head, deadline - _RESERVE)
        if len(cosines) < 2:
            return replace(hybrid, model="no time was left in the budget", considered=len(head))
        check(request.stop)
        results = self._answers(request, with_model(entries, cosines, self._weights.model), cosines)
        return Localization(results, "localized", "applied", len(cosines), len(head))

    def _cosines(
        self, request: _Request, model: DocumentModel, head: Sequence[Scored], deadline: float
    ) -> dict[int, float]:
        """Return the model's cosine by candidate index, for as many of the head as time allows."""
        documents: dict[int, tuple[bytes, str]] = {}
        for entry in head:
            row = request.pool.rows[entry.index]
            text = self._text_of(row)
            if text is not None:
                document = render_model_document(_chunk(row, text))
                documents[entry.index] = (content_hash(document.encode("utf-8", "surrogatepass")), document)
        check(request.stop)
        report = request.query.report
        title, prose = (report.title, report.prose) if report.title or report.prose else (request.query.sentence, "")
        question = model.embed_query(render_model_query(title, prose)).reshape(-1)
        known = self._cache.get(model.model_id, [key for key, _ in documents.values()])
        missing = {key: document for key, document in documents.values() if key not in known}
        if missing:
            keys = list(missing)
            rows = model.embed_documents(list(missing.values()), request.stop, deadline)
            fresh: dict[bytes, Vectors] = {keys[at]: rows[at] for at in range(len(rows))}
            self._cache.put(model.model_id, fresh)
            known = {**known, **fresh}
        return {index: float(known[key] @ question) for index, (key, _) in documents.items() if key in known}

    # ── answers ─────────────────────────────────────────────────────────────────────────────────────────────

    def _answers(self, request: _Request, entries: Sequence[Scored], cosines: dict[int, float]) -> tuple[Ranked, ...]:
        if request.level == "file":
            return tuple(self._files(request, entries, cosines))
        found = finish(request.pool, request.view, entries[: request.top_k])
        indexes = [entry.index for entry in entries[: request.top_k]]
        return tuple(_with_evidence(one, cosines.get(at)) for one, at in zip(found, indexes, strict=True))

    def _files(self, request: _Request, entries: Sequence[Scored], cosines: dict[int, float]) -> list[Ranked]:
        """Return whole files: each by its best units together, shown by its best unit."""
        pool = request.pool
        scores = pool.file_scores()
        shown: dict[str, Scored] = {}
        for entry in entries:
            shown.setdefault(pool.rows[entry.index].path, entry)
        by_score = sorted(shown, key=lambda path: (-scores[path], path))
        files = [Scored(shown[path].index, scores[path]) for path in by_score]
        best: dict[int, float] = {}
        for index, cosine in cosines.items():
            speaker = shown[pool.rows[index].path].index
            best[speaker] = max(best.get(speaker, -1.0), cosine)
        files = with_model(files, best, self._weights.model_files)[: request.top_k]
        found: list[Ranked] = []
        for entry, unit in zip(files, finish(pool, request.view, files), strict=True):
            spans = [row.span for row in request.view.chunks_of(unit.row.path)]
            answer = replace(unit, span=whole_span(spans) if spans else unit.span, kind="file", symbol=None)
            found.append(_with_evidence(answer, best.get(entry.index)))
        return found


def _with_evidence(answer: Ranked, cosine: float | None) -> Ranked:
    if cosine is None:
        return answer
    return replace(answer, evidence=(*answer.evidence, Evidence("model", "localization model", round(cosine, 4))))


def _chunk(row: ChunkRow, text: str) -> Chunk:
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
