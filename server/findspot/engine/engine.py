"""The facade: everything a front end may ask of one root, in plain frozen data (I-2).

An ``Engine`` belongs to one root and may be used by many threads. Searching never waits for indexing, and what an
answer was made of is always said (I-13). Several engines of one process share their ``Models``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from findspot.cancellation import EitherEvent, held
from findspot.config import Config
from findspot.core.filters import NO_FILTER, Filter
from findspot.core.limits import USUAL_THRESHOLD, checked_length, checked_text
from findspot.core.ranking.features import Features
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights
from findspot.core.types import (
    Answer,
    AnswerStatus,
    EditorContext,
    Filled,
    IndexState,
    IndexStatus,
    Level,
    Progress,
    RefreshReport,
    Related,
    Skipped,
    Stage,
)
from findspot.engine.exploring import Explorer
from findspot.engine.freshness import Freshness, Work
from findspot.engine.healing import SLICE_SECONDS, Healer
from findspot.engine.labels import grouped, label, localized, shown_of
from findspot.engine.meaning import Meaning
from findspot.engine.named import NamedPaths
from findspot.engine.read_ahead import Filler
from findspot.engine.snippets import Reading
from findspot.engine.standing import Standing
from findspot.engine.uncommitted import Uncommitted
from findspot.engine.unsaved import Unsaved
from findspot.errors import IndexDamagedError
from findspot.indexing.indexer import Indexer
from findspot.indexing.options import index_key, preparer_options
from findspot.indexing.pool import PreparerPool
from findspot.indexing.skipped import MAX_SKIPPED, list_skipped
from findspot.inference.models import Models
from findspot.retrieval.definitions import symbol_places
from findspot.retrieval.localizer import Localization, Localizer
from findspot.retrieval.related import related_places
from findspot.retrieval.results import Ranked
from findspot.retrieval.searcher import Searcher
from findspot.storage.catalogue import note_use
from findspot.storage.prepared_cache import PreparedCache
from findspot.storage.store import IndexStore
from findspot.storage.vector_cache import VectorCache
from findspot.workspace.roots import checked_root, path_in_root
from findspot.workspace.walker import asked_path, clean_prefix, clean_scope

__all__ = ["Engine", "Models", "Unsaved"]

_WATCH_LOCK_SECONDS = 30.0
"""How long the watcher waits for another process that indexes the same root."""

_T = TypeVar("_T")


class _Asked(NamedTuple):
    """When a question came (``time.monotonic``), if the index was complete then, whose buffers it sees, what reads for it."""

    at: float
    complete: bool
    own: Unsaved
    reading: Reading


class Engine:
    """One root: its index, its watcher, its unsaved buffers. Use it as a context manager, or call ``close``."""

    def __init__(
        self, root: Path, config: Config, models: Models, weights: RankingWeights, *, owns_models: bool
    ) -> None:
        """Open the index of a resolved root; use ``Engine.open``."""
        self.root = root
        self.config = config
        self._models, self.preload = models, models.preload
        self._owns_models = owns_models
        self._index_dir = config.index_dir(root)
        options = preparer_options(root, config.settings, config.environ)
        self._pool = PreparerPool(options)
        self._meaning = Meaning(models)
        fast, slow = self._meaning.fast, self._meaning.slow
        self._store = IndexStore(self._index_dir, index_key(models, config.settings))
        note_use(self._index_dir, root)
        self._prepared = PreparedCache(config.cache_dir, self._store.key)
        self._indexer = Indexer(self._pool, self._index_dir, self._store, fast, slow, self._prepared)
        self._healer = Healer(self._fill)
        self._cache, model = VectorCache(config.cache_dir), models.localization_model
        self._searcher = Searcher(self._store, self._meaning.of_questions(self._store), weights)
        self._localizer = Localizer(self._searcher, model, self._cache, weights, models.rankers)
        self.unsaved = partial(Unsaved, options, self._pool, fast)
        """Makes a place for the unsaved buffers of one of several clients, which the others do not see."""
        self._own = self.unsaved()
        self._named = NamedPaths(self._pool, self._store, self._prepared)
        self.uncommitted = Uncommitted(self.root, self._store.stored_files)
        self._refreshing = threading.Lock()
        self._watching = threading.Lock()
        self._closing = threading.Event()
        self._progress: Progress | None = None
        self.freshness = Freshness()
        self._standing = Standing(root, config, self._store, self._index_dir, self.freshness, self._meaning.absent)
        self._filler = Filler(
            self._store,
            model,
            self._cache,
            self._own.texts.text_of,
            config.settings.read_ahead,
            lambda: self._progress is not None,
            self.freshness.read_ahead_ended,
        )

    @classmethod
    def open(
        cls, root: Path, config: Config, models: Models | None = None, weights: RankingWeights = DEFAULT_WEIGHTS
    ) -> Self:
        """Open a root without indexing it; raises ``RootError``, ``IndexStorageError``.

        Without ``models`` the engine loads its own and closes them with itself. Other ``weights`` than the shipped ones
        are for measuring.
        """
        resolved = checked_root(root)
        return cls(resolved, config, models or Models.load(config.settings), weights, owns_models=models is None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop watching and indexing, save what is derived, close the files. Idempotent."""
        self._closing.set()
        self._pool.close()
        self._filler.close()
        self._healer.close()
        self.uncommitted.close()
        with self._watching:
            watcher, self.freshness.watcher = self.freshness.watcher, None
            if watcher is not None:
                watcher.stop()
        with self._refreshing:
            self._store.close()
            self._cache.close()
            self._prepared.close()
        if self._owns_models:
            self._models.close()

    # ── indexing ────────────────────────────────────────────────────────────────────────────────────────────

    def refresh(
        self,
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: threading.Event | None = None,
        paths: Sequence[str] | None = None,
        rebuild: bool = False,
        lock_seconds: float = 0.0,
        confirm: Callable[[int], bool] | None = None,
    ) -> RefreshReport:
        """Bring the index up to date: all of it, or the root-relative files and folders in ``paths``.

        ``confirm`` is asked before an empty index is filled, with the number of files. Raises ``Cancelled`` (what was done
        is kept), ``Declined``, ``IndexLockedError`` after ``lock_seconds``, ``IndexStorageError``, ``OutsideRootError``, ``WorkerError``.
        """
        scope = tuple(clean_prefix(path) for path in paths) if paths is not None else ()
        if paths is not None and not scope:
            return RefreshReport(IndexState.READY)

        def report(step: Progress) -> None:
            self._progress = step
            if progress is not None:
                progress(step)

        self._filler.yield_to_request()
        either = EitherEvent(stop, self._closing)
        with held(self._refreshing, either):
            run = partial(
                self._indexer.refresh,
                scope,
                rebuild=rebuild,
                workers=self.config.settings.workers,
                lasting=self.freshness.watcher is not None,
                lock_seconds=lock_seconds,
                progress=report,
                confirm=confirm,
                stop=either,
            )
            try:
                try:
                    done = run()
                except IndexDamagedError:
                    self._store.mark_damaged()
                    done = run()
            except Exception as error:
                self.freshness.refresh_failed(error, scope, closing=self._closing.is_set())
                raise
            finally:
                self._progress = None
            if done.whole:
                self.freshness.passed()
            if self._meaning.slow is not None:
                self.freshness.filled(done.filled, self._store.totals().holes)
        self._filler.index_changed()
        self._healer.index_changed()
        return done

    def _fill(self) -> Filled:
        """Give some of the chunks without a vector one; raises what ``refresh`` raises."""
        with held(self._refreshing, self._closing):
            done = self._indexer.fill(seconds=SLICE_SECONDS, stop=self._closing)
            self.freshness.filled(done, self._store.totals().holes)
        return done

    def catch_up(self, stop: threading.Event | None = None) -> bool:
        """Index what has changed so far without waiting for quiet, where the root is watched; else return False.

        False as well where that takes long: a ``refresh`` waits for it then.
        """
        return self.state() is IndexState.READY and self.freshness.catch_up(EitherEvent(stop, self._closing))

    def watch(self, on_change: Callable[[RefreshReport], None] | None = None) -> None:
        """Keep the index fresh in the background until ``close``; ``on_change`` is told of every change.

        A process that watches lives on, so the localization model is loaded too before anybody waits for it.
        """
        from findspot.workspace.watcher import Watcher  # noqa: PLC0415 - loads watchdog, which a single answer never needs

        self.preload()

        def changed(paths: frozenset[str] | None) -> None:
            report = self.refresh(paths=None if paths is None else sorted(paths), lock_seconds=_WATCH_LOCK_SECONDS)
            self.freshness.mended(Work.CHANGES)
            if on_change is not None and (report.added or report.changed or report.removed):
                on_change(report)

        with self._watching:
            if not self._closing.is_set() and not self.freshness.watch_again():
                self.freshness.watcher = Watcher(
                    self.root,
                    changed,
                    debounce_seconds=self.config.settings.debounce_ms / 1000,
                    options=self._indexer.walk_options,
                    on_error=partial(self.freshness.failed, Work.WATCHING),
                    on_first=self._pool.warm,
                )
                self.freshness.watcher.start()
                self._filler.start()
                if self._meaning.slow is not None:
                    self._healer.start()

    @property
    def read_ahead(self) -> int:
        """How many functions the localization model has read in the background since this engine was opened."""
        return self._filler.read

    # ── asking ──────────────────────────────────────────────────────────────────────────────────────────────

    def search(
        self,
        query: str,
        *,
        top_k: int | None = None,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        filters: Filter = NO_FILTER,
        stop: threading.Event | None = None,
        unsaved: Unsaved | None = None,
        context: EditorContext | None = None,
        threshold: float = USUAL_THRESHOLD,
        explain: bool = False,
    ) -> Answer:
        """Return the hybrid list for a word, a sentence, a path or a trace; raises ``QueryError``, ``Cancelled``.

        ``scope`` is what to search, ``filters`` what of it counts; ``unsaved`` has one client's buffers, ``context`` what is near.
        """
        own = unsaved or self._own
        asked = self._asked(own)
        inside, wanted = clean_scope(scope), checked_length(top_k, self.config.settings.top_k)
        named = self._guarded(lambda: self._named.read(inside, own.buffers, stop))
        ask = partial(self._searcher.search, checked_text(query), top_k=wanted, stop=stop, context=context)
        ask = partial(ask, scope=inside, exclude=clean_scope(exclude), filters=filters, threshold=threshold)
        found = self._guarded(lambda: ask(overlay=named.overlay, explain=explain))
        self._meaning.check(found, asked.at)
        made = self._named.noted(self._answer(found, asked), named, wanted)
        return label(made, query, found, inside, self._searcher, named.overlay, filters=filters)

    def localize(
        self,
        text: str,
        *,
        top_k: int | None = None,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        filters: Filter = NO_FILTER,
        level: Level = "function",
        budget: float | None = None,
        stop: threading.Event | None = None,
        on_partial: Callable[[Answer], None] | None = None,
        unsaved: Unsaved | None = None,
        context: EditorContext | None = None,
        threshold: float = USUAL_THRESHOLD,
        explain: bool = False,
    ) -> Answer:
        """Return the places that a report is about, within ``budget`` seconds.

        With ``top_k`` that many come back; without it the answer to a report chooses its length (see ``shown_of``).
        ``on_partial`` gets the hybrid answer as soon as it stands. ``status.model`` says whether the localization model
        was applied, or why not. Raises ``QueryError``, ``Cancelled``.
        """
        own = unsaved or self._own
        asked = self._asked(own)
        seconds = self.config.settings.budget if budget is None else budget
        if seconds > 0:
            self.preload()  # while the candidates are gathered
        inside, wanted = clean_scope(scope), checked_length(top_k, self.config.settings.top_k)
        named = self._guarded(lambda: self._named.read(inside, own.buffers, stop))

        def answer(found: Localization) -> Answer:
            self._meaning.check(found.results, asked.at)
            shown = shown_of(found, top_k)
            made = self._named.noted(self._answer(shown, asked, found.stage, found.note), named, wanted)
            status = localized(made.status, found)
            made = replace(made, status=status)
            return label(made, text, shown, inside, self._searcher, named.overlay, filters=filters)

        told = None if on_partial is None else lambda found: on_partial(answer(found))
        ask = partial(
            self._localizer.localize, checked_text(text), top_k=wanted, level=level, budget=seconds, stop=stop
        )
        ask = partial(ask, scope=inside, exclude=clean_scope(exclude), filters=filters, threshold=threshold)
        ask = partial(ask, overlay=named.overlay, context=context, started=asked.at, explain=explain, on_partial=told)
        found = self._guarded(lambda: ask(text_of=asked.reading.text_of))
        return answer(found)

    def features(self, text: str, *, report: bool = True) -> Features:
        """Return what the learned rankers read of each candidate for a text: for training, not for front ends."""
        return self._guarded(lambda: self._localizer.features(checked_text(text), report=report))

    def symbols(
        self,
        query: str,
        *,
        top_k: int | None = None,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        filters: Filter = NO_FILTER,
        stop: threading.Event | None = None,
        unsaved: Unsaved | None = None,
    ) -> Answer:
        """Return definitions by name, or by a sentence about them: for symbol pickers."""
        own = unsaved or self._own
        asked, limit = self._asked(own), checked_length(top_k, self.config.settings.top_k)
        ask = partial(symbol_places, self._searcher, checked_text(query), limit=limit, filters=filters, stop=stop)
        inside, outside = clean_scope(scope), clean_scope(exclude)
        return self._answer(
            self._guarded(lambda: ask(scope=inside, exclude=outside, overlay=own.buffers.overlay)), asked
        )

    def related(
        self, path: str, line: int, name: str | None = None, *, top_k: int | None = None, unsaved: Unsaved | None = None
    ) -> Related:
        """Return what is connected with the definition at a 1-based line of a root-relative file, or with ``name`` on it."""
        own = unsaved or self._own
        asked, limit = self._asked(own), checked_length(top_k, self.config.settings.top_k)
        ask = partial(related_places, self._searcher, asked_path(path), line, name)
        groups = self._guarded(lambda: ask(limit=limit, overlay=own.buffers.overlay))
        return grouped(groups, self._answer([*chain(*groups)], asked))

    def explorer(self, unsaved: Unsaved | None = None) -> Explorer:
        """Return what looks around by name, by line and by edge, with one client's buffers."""
        return Explorer(self.root, self._store, unsaved or self._own, self._pool)

    # ── state ───────────────────────────────────────────────────────────────────────────────────────────────

    def set_overlay(self, path: str, text: str | None) -> None:
        """Search ``text`` in place of what is on disk at the root-relative ``path``; None goes back to the disk."""
        self._own.set(path, text)

    def relative(self, path: Path) -> str:
        """Return the root-relative form of a path, with ``/``; raises ``OutsideRootError``."""
        return clean_prefix(path_in_root(self.root, path))

    def state(self) -> IndexState:
        """Return the state alone, which costs next to nothing."""
        return self._guarded(lambda: self._standing.state(self._progress))

    def status(self) -> IndexStatus:
        """Return where the index stands."""
        busy = self._refreshing.locked()
        return self._guarded(lambda: self._standing.status(self._progress, self._own, busy=busy))

    def skipped(self, pattern: str = "", *, limit: int = MAX_SKIPPED) -> Skipped:
        """Return what is left out of the index and why: what a glob or a part of a path means, at most ``limit`` entries."""
        return self._guarded(lambda: list_skipped(self.root, self._indexer.walk_options, self._store, pattern, limit))

    # ── answers ─────────────────────────────────────────────────────────────────────────────────────────────

    def _asked(self, own: Unsaved) -> _Asked:
        complete = self._standing.is_complete(self.state(), own)
        return _Asked(time.monotonic(), complete, own, own.texts.reading())

    def _answer(
        self, found: Sequence[Ranked], asked: _Asked, stage: Stage = "hybrid", model: str = "not asked for"
    ) -> Answer:
        results, contents = asked.reading.results(found, stage)
        corpus = self._guarded(self._store.corpus)
        state = self.state()
        status = AnswerStatus(
            state=state,
            complete=asked.complete and self._standing.is_complete(state, asked.own),
            lexical=True,
            dense=self._meaning.is_used(asked.at),
            model=model,
            files=corpus.files,
            chunks=corpus.chunks,
            elapsed_seconds=time.monotonic() - asked.at,
            message="; ".join(filter(None, (self._meaning.lack(asked.at), self._standing.message(asked.own)))),
        )
        return Answer(results, status, contents)

    def _guarded(self, ask: Callable[[], _T]) -> _T:
        """Ask the index, ahead of what is read in the background; damage is noted, so that the next refresh builds it again: at once in a process that watches."""
        self._filler.yield_to_request()
        try:
            return ask()
        except IndexDamagedError as error:
            self._store.mark_damaged()
            self.freshness.refresh_failed(error)
            raise
