"""From a plan to an up-to-date index: prepare, embed, write, in batches that can be cancelled at any point."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from findspot.core.arrays import Vectors
from findspot.core.types import FileProblem, Filled, IndexState, ProblemKind, Progress, RefreshReport
from findspot.errors import Cancelled, Declined
from findspot.indexing.commits import head_commit, read_past
from findspot.indexing.filling import Filling
from findspot.indexing.plan import Plan, make_plan
from findspot.indexing.pool import PreparerPool
from findspot.indexing.reuse import Reuse
from findspot.indexing.tasks import Outcome, Task, Unchanged, Vanished
from findspot.inference.base import Embedder, SlowEmbedder
from findspot.storage.locks import indexing_lock
from findspot.storage.prepared_cache import PreparedCache
from findspot.storage.records import PreparedFile
from findspot.storage.store import IndexStore
from findspot.workspace.walker import FoundFile, WalkOptions, walk

_BATCH_CHUNKS = 3000
"""Chunks written in one transaction: about 0.4 s of work, which is what a kill can lose."""

_BATCH_FILES = 500

_BATCH_SECONDS = 2.0
"""Time after which what there is of a batch is written: files may come slowly, and a run may be stopped."""

_SAVE_EVERY = 0.02
"""Share of the vectors that must have changed before a warm process writes the vector file again."""

ProgressCallback = Callable[[Progress], None]

Phase = Literal["scanning", "indexing", "vectors", "done"]


class Indexer:
    """Brings the index of one root up to date. The advisory lock keeps other processes out while it does."""

    def __init__(
        self,
        pool: PreparerPool,
        index_dir: Path,
        store: IndexStore,
        embedder: Embedder | None,
        slow: SlowEmbedder | None = None,
        prepared: PreparedCache | None = None,
    ) -> None:
        """With ``embedder`` chunks are embedded as they are written, with a ``slow`` one afterwards.

        Without ``prepared`` it is not looked for what was prepared for another root or branch.
        """
        self._options = pool.options
        self._index_dir = index_dir
        self._store = store
        self._embedder = embedder
        self._slow = slow
        self._pool = pool
        self._prepared = prepared

    @property
    def walk_options(self) -> WalkOptions:
        """What a walk of this root takes and leaves; the watcher follows the same rules."""
        return self._options.walk

    def refresh(
        self,
        scope: Sequence[str] = (),
        *,
        rebuild: bool = False,
        workers: int = 0,
        lasting: bool = False,
        lock_seconds: float = 0.0,
        progress: ProgressCallback | None = None,
        confirm: Callable[[int], bool] | None = None,
        stop: threading.Event | None = None,
    ) -> RefreshReport:
        """Bring the whole root, or the files and folders of ``scope``, up to date.

        ``workers`` is the number of parsing processes, 0 chooses. ``lasting`` says that this process lives on, so
        that the vector file need not be saved after small changes, and a slow embedder is left to ``fill``. ``confirm`` is
        asked before an empty index is filled, with the number of files. Raises ``Cancelled`` (what was done is kept),
        ``Declined``, ``IndexLockedError`` after waiting ``lock_seconds``, ``IndexStorageError``.
        """
        started = time.monotonic()
        with indexing_lock(self._index_dir, lock_seconds, stop):
            if self._store.repair():
                scope, rebuild = (
                    (),
                    True,
                )  # nothing is left, so a few files would not do; what is copied may be damaged, too
            elif rebuild:
                self._store.clear()
            if self._slow is not None:
                self._store.settle_dimension()  # vectors that another process has stored meanwhile are no damage
            run = _Run(self._store, self._embedder, progress, stop, started)
            try:
                report = self._run(run, scope, workers, confirm, lasting=lasting, rebuild=rebuild)
            finally:
                run.close()
            if self._slow is None or lasting:
                return report
            filled = self._fill(self._slow, workers, None, run.report, stop, polite=False)
        return replace(report, embedded=filled.embedded, seconds=time.monotonic() - started, filled=filled)

    def fill(
        self,
        *,
        workers: int = 0,
        seconds: float | None = None,
        lock_seconds: float = 0.0,
        stop: threading.Event | None = None,
    ) -> Filled:
        """Give vectors to chunks that have none yet, in ``seconds`` at most; raises what ``refresh`` raises."""
        if self._slow is None:
            return Filled()
        with indexing_lock(self._index_dir, lock_seconds, stop):
            return self._fill(self._slow, workers, seconds, _untold, stop, polite=True)

    def _fill(
        self,
        embedder: SlowEmbedder,
        workers: int,
        seconds: float | None,
        report: Callable[[Phase, int, int | None], None],
        stop: threading.Event | None,
        *,
        polite: bool,
    ) -> Filled:
        progress = partial(report, "vectors")
        filling = Filling(self._store, embedder, self._options.root, progress, stop)
        filled = filling.run(self._pool, workers, polite=polite, seconds=seconds)
        if filled.embedded:
            self._store.save_vectors(allow_unsaved=int(_SAVE_EVERY * self._store.corpus().chunks) if polite else 0)
            self._store.compact_log()
        return filled

    def _run(
        self,
        run: _Run,
        scope: Sequence[str],
        workers: int,
        confirm: Callable[[int], bool] | None,
        *,
        lasting: bool,
        rebuild: bool,
    ) -> RefreshReport:
        run.report("scanning", 0, None)
        files: dict[str, FoundFile] = {}
        problems: list[FileProblem] = []
        left_out: Counter[ProblemKind] = Counter()
        rules = self._options.walk.rules(self._options.root)
        for prefix in scope or ("",):
            found = walk(
                self._options.root,
                self._options.walk,
                prefix,
                rules=rules,
                stop=run.stop,
                progress=lambda seen: run.report("scanning", seen, None),
            )
            files.update(found.files)
            problems += found.problems
            left_out += found.left_out
        if confirm is not None and not scope and self._store.corpus().files == 0 and not confirm(len(files)):
            self._store.note("declined")
            raise Declined(f"{self._options.root} was not indexed, and nothing was searched")
        if self._prepared is not None and not rebuild:
            sizes = {} if scope else {path: file.size for path, file in files.items()}
            run.copied = self._store.begin_with_copy(sizes, run.stop)
            keeps = run.copied or self._store.is_complete()
            run.reuse = Reuse(self._options, self._store, self._prepared, keeps=keeps)
        stored = self._store.stored_files(scope)
        run.alike = {path for path, file in files.items() if path in stored and stored[path].size == file.size}
        steps = make_plan(files, stored)
        run.carry_out(steps, self._pool, workers, polite=lasting)
        self._store.replace_problems((*problems, *run.unread), scope)
        self._store.count_skipped(None if scope else left_out)
        if not scope:
            self._remember_past(run.stop)
            run.report("vectors", run.done, run.total)
            self._store.sync_vectors()
            self._store.finish_pass()
            if run.total or steps.removed:
                self._store.prune_embeddings()
                self._store.compact_log()
        self._store.save_vectors(allow_unsaved=int(_SAVE_EVERY * self._store.corpus().chunks) if lasting else 0)
        run.report("done", run.done, run.total)
        return run.result(problems, len(steps.unchanged), whole=not scope)

    def _remember_past(self, stop: threading.Event | None) -> None:
        """Store the messages of past commits when another commit is checked out than the last time."""
        head = head_commit(self._options.root) or ""
        if head != self._store.past_head():
            self._store.replace_past(head, read_past(self._options.root, head, stop=stop) if head else [])


class _Run:
    """One pass: counts what happens, collects outcomes into batches, embeds and writes them."""

    def __init__(
        self,
        store: IndexStore,
        embedder: Embedder | None,
        progress: ProgressCallback | None,
        stop: threading.Event | None,
        started: float,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._progress = progress
        self.stop = stop
        self._started = started
        self._files: list[PreparedFile] = []
        self._touched: list[Unchanged] = []
        self._gone: list[str] = []
        self._pending_chunks = 0
        self._flushed = started
        self._chunks = 0
        self._embedded = 0
        self._counts: Counter[str] = Counter()
        self._problems: list[FileProblem] = []
        self._graph = ThreadPoolExecutor(max_workers=1, thread_name_prefix="findspot-vectors")
        self._graph_work: list[Future[None]] = []
        self.unread: list[FileProblem] = []
        self.done = 0
        self.total: int | None = None
        self.copied = False
        self.reuse: Reuse | None = None
        self.alike: Collection[str] = ()
        self._vectors: dict[bytes, Vectors] = {}

    def report(self, phase: Phase, done: int, total: int | None) -> None:
        """Tell the caller how far the run is."""
        if self._progress is not None:
            self._progress(Progress(phase, done, total, self._chunks, time.monotonic() - self._started))

    def carry_out(self, steps: Plan, pool: PreparerPool, workers: int, *, polite: bool) -> None:
        """Do what the plan says; raises ``Cancelled`` with everything written so far kept."""
        tasks = [Task(file.path, known_hash) for file, known_hash in steps.work()]
        # A copy of another root's index holds nothing yet that this root would know.
        known = set() if self.copied else {task.path for task in tasks if task.known_hash is not None}
        self.total = len(tasks)
        for start in range(0, len(steps.removed), 500):
            self._check()
            removed = steps.removed[start : start + 500]
            self._write([], removed)
            self._counts["removed"] += 0 if self.copied else len(removed)
        rest = [] if self.reuse is not None else tasks
        if self.reuse is not None:
            for outcomes in self.reuse.outcomes(tasks, self.alike, rest, self._vectors, self.stop):
                self._collect(outcomes, known)
        for outcomes in pool.prepare(rest, workers=workers, polite=polite, stop=self.stop):
            self._collect(outcomes, known)
        self._flush()
        for work in self._graph_work:
            work.result()
        if self.reuse is not None:
            self.reuse.end()

    def _collect(self, outcomes: Iterable[Outcome], known: set[str]) -> None:
        """Take outcomes, write a batch when there is one, and say how far this is."""
        self._take(outcomes, known)
        waited = time.monotonic() - self._flushed
        if self._pending_chunks >= _BATCH_CHUNKS or len(self._files) >= _BATCH_FILES or waited > _BATCH_SECONDS:
            self._flush()
        self.report("indexing", self.done, self.total)

    def close(self) -> None:
        """Wait for the thread that builds the graph."""
        self._graph.shutdown(wait=True, cancel_futures=True)

    def result(self, skipped: Sequence[FileProblem], unchanged: int, *, whole: bool) -> RefreshReport:
        """Return what happened."""
        return RefreshReport(
            state=IndexState.READY,
            added=self._counts["added"],
            changed=self._counts["changed"],
            removed=self._counts["removed"],
            unchanged=unchanged + self._counts["touched"],
            embedded=self._embedded,
            reused=self._counts["reused"] + (0 if self.reuse is None else len(self.reuse.taken)),
            seconds=time.monotonic() - self._started,
            skipped=self._store.skipped_counts(),
            problems=(*skipped, *self.unread, *self._problems),
            whole=whole,
        )

    def _check(self) -> None:
        if self.stop is not None and self.stop.is_set():
            raise Cancelled("indexing was stopped; what was done is kept")

    def _take(self, outcomes: Iterable[Outcome], known: set[str]) -> None:
        for outcome in outcomes:
            self.done += 1
            if isinstance(outcome, Unchanged):
                self._touched.append(outcome)
                self._counts["added" if self.copied else "touched"] += 1
                self._counts["reused"] += self.copied
            elif isinstance(outcome, Vanished):
                self._gone.append(outcome.path)
                self._counts["removed"] += outcome.path in known
            elif isinstance(outcome, FileProblem):
                self.unread.append(outcome)
                if outcome.path in known:
                    self._gone.append(outcome.path)
            elif isinstance(outcome, PreparedFile):
                self._files.append(outcome)
                self._pending_chunks += len(outcome.chunks)
                self._chunks += len(outcome.chunks)
                self._counts["changed" if outcome.path in known else "added"] += 1
                self._problems += [FileProblem(outcome.path, kind, message) for kind, message in outcome.problems]

    def _flush(self) -> None:
        if self._touched:
            self._store.touch([(t.path, t.size, t.mtime_ns, t.ctime_ns, t.inode, t.indexed_ns) for t in self._touched])
        if self._files or self._gone:
            self._write(self._files, self._gone)
        self._files, self._touched, self._gone, self._pending_chunks = [], [], [], 0
        self._flushed = time.monotonic()

    def _write(self, files: Sequence[PreparedFile], removed: Sequence[str]) -> None:
        reuse, taken, self._vectors = self.reuse, self._vectors, {}
        paths = [file.path for file in files]
        replaced = [] if reuse is None else reuse.held([*removed, *paths])
        vectors = taken | self._embed(files, taken)
        written = self._store.write(files, removed, vectors)
        self._graph_work.append(self._graph.submit(self._store.update_vectors, written, vectors))
        if reuse is not None:
            self._graph_work.append(self._graph.submit(reuse.keep, replaced, paths))

    def _embed(self, files: Sequence[PreparedFile], taken: Collection[bytes]) -> dict[bytes, Vectors]:
        if self._embedder is None:
            return {}
        # What was prepared at another time has no text any more; where that has no vector, it is a hole.
        texts = {chunk.content_hash: chunk.static_text for file in files for chunk in file.chunks if chunk.static_text}
        missing = [key for key in self._store.missing_embeddings(list(texts)) if key not in taken]
        if not missing:
            return {}
        vectors = self._embedder.embed_documents([texts[key] for key in missing], self.stop)
        self._embedded += len(missing)
        # A text without a known word has no direction; cosine is not defined for it, so it stays a hole.
        return {key: vector for key, vector in zip(missing, vectors, strict=True) if vector.any()}


def _untold(_phase: Phase, _done: int, _total: int | None) -> None:
    """Tell nobody."""
