"""What a run of indexing need not prepare again: files are recognised by their content, here or in another root.

They are read in the process that indexes, not in workers: nothing is parsed, so nothing can die, and no worker has to start.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from threading import Event

from findspot.cancellation import check
from findspot.core.arrays import Vectors
from findspot.core.types import FileProblem
from findspot.indexing.reading import read_task
from findspot.indexing.tasks import Outcome, PreparerOptions, Task, Unchanged, Vanished
from findspot.storage.prepared_cache import Held, PreparedCache
from findspot.storage.records import PreparedFile
from findspot.storage.store import IndexStore

_AT_ONCE = 64
"""Files between two looks whether the caller has lost interest, and to what there is to write."""

_MOST_KEPT = 5_000
"""Files that one run keeps for later: reading one back and packing it takes a tenth of the time of preparing it."""


class Reuse:
    """The cache of prepared files in one run. ``keeps`` says whether what is prepared or replaced is kept for later."""

    def __init__(self, options: PreparerOptions, store: IndexStore, cache: PreparedCache, *, keeps: bool) -> None:
        self._options = options
        self._store = store
        self._cache = cache
        self._left = _MOST_KEPT if keeps else 0
        self.taken: list[PreparedFile] = []
        """What came from the cache."""

    def outcomes(
        self,
        tasks: Sequence[Task],
        alike: Collection[str],
        rest: list[Task],
        vectors: dict[bytes, Vectors],
        stop: Event | None,
    ) -> Iterator[list[Outcome]]:
        """Yield outcomes of files that need no preparing, some at a time; the tasks of others are added to ``rest``.

        ``alike`` are paths of files that probably are what the index holds. ``vectors`` gets those of the chunks, by
        content hash. Raises ``Cancelled``.
        """
        entries = self._cache.known([task.path for task in tasks])
        promising = {path for path, _ in entries}.union(alike)
        for start in range(0, len(tasks), _AT_ONCE):
            check(stop)
            found: list[Outcome] = []
            for task in tasks[start : start + _AT_ONCE]:
                outcome = self._outcome(task, entries, vectors) if task.path in promising else None
                if outcome is None:
                    rest.append(task)
                else:
                    found.append(outcome)
            if found:
                yield found

    def _outcome(
        self, task: Task, entries: Collection[tuple[str, bytes]], vectors: dict[bytes, Vectors]
    ) -> PreparedFile | Unchanged | Vanished | FileProblem | None:
        """Return what becomes of a file, None for one that has to be prepared."""
        found = read_task(self._options.root, task, self._options.walk)
        if not isinstance(found, tuple):
            return found
        read, _ = found
        held = self._cache.get(read.path, read.content_hash) if (read.path, read.content_hash) in entries else None
        if held is None:
            return None
        vectors.update(held.vectors)
        file = held.file._replace(**read._asdict())
        self.taken.append(file)
        return file

    def held(self, paths: Sequence[str]) -> list[Held]:
        """Return files as the index holds them, as far as they are to be kept and are not yet."""
        wanted = paths[: self._left]
        if not wanted:
            return []
        self._left -= len(wanted)
        return self._store.held_files(self._cache.known(wanted), wanted)

    def keep(self, replaced: Sequence[Held], written: Sequence[str]) -> None:
        """Keep files that the index has let go of, and those of some paths that it holds now."""
        self._cache.put([*replaced, *self.held(written)])

    def end(self) -> None:
        """Note which entries were of use."""
        self._cache.used(self.taken)
