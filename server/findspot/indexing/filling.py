"""Vectors for chunks that have none yet, where the embedder is slower than reading the files or failed before.

The texts come from the files once more: a hole is rare, and asking for its vector takes far longer than parsing. Each block
of vectors is stored when it comes, so a run that is stopped or killed loses one block at most.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from findspot.core.arrays import Vectors
from findspot.core.types import Filled
from findspot.errors import ModelError
from findspot.indexing.plan import in_order_of_work
from findspot.indexing.pool import PreparerPool
from findspot.indexing.tasks import Outcome, Task
from findspot.inference.base import SlowEmbedder
from findspot.storage.records import PreparedFile
from findspot.storage.store import IndexStore

_FILES = 64
"""Files that are read at a time; what is read of them waits in memory for its vectors."""

_log = logging.getLogger(__name__)


class Filling:
    """One run over the files with holes; the indexing lock must be held."""

    def __init__(
        self,
        store: IndexStore,
        embedder: SlowEmbedder,
        root: Path,
        progress: Callable[[int, int], None],
        stop: threading.Event | None,
    ) -> None:
        """``progress`` hears how many of the files with holes are done, and how many there are."""
        self._store = store
        self._embedder = embedder
        self._root = root
        self._progress = progress
        self._stop = stop
        self._waiting: dict[bytes, str] = {}
        self._asked: set[bytes] = set()
        self._embedded = 0
        self._changed = False

    def run(self, pool: PreparerPool, workers: int, *, polite: bool, seconds: float | None) -> Filled:
        """Fill what can be filled, in ``seconds`` at most, but for the block in hand; raises ``Cancelled``."""
        until = None if seconds is None else time.monotonic() + seconds
        self._store.settle_dimension()
        paths = in_order_of_work(self._store.files_with_holes())
        if not paths:
            return Filled()
        self._tell()
        self._progress(0, len(paths))
        try:
            for start in range(0, len(paths), _FILES):
                tasks = [Task(path) for path in paths[start : start + _FILES]]
                for outcomes in pool.prepare(tasks, workers=workers, polite=polite, stop=self._stop):
                    self._take(outcomes)
                while len(self._waiting) >= self._embedder.block:
                    self._embed()
                    if until is not None and time.monotonic() >= until:
                        return Filled(self._embedded, finished=False)
                self._progress(start + len(tasks), len(paths))
            while self._waiting:
                self._embed()
        except ModelError as error:
            return Filled(self._embedded, finished=False, failed=str(error))
        finally:
            self._store.sync_vectors()
        self._progress(len(paths), len(paths))
        return Filled(self._embedded, refused=self._embedder.refusal if self._embedded < len(self._asked) else "")

    def _tell(self) -> None:
        """Say once for each index that texts leave this process."""
        if self._embedder.destination and not self._store.dimension:
            _log.warning(
                "the words of files in %s are sent to %s to be embedded", self._root, self._embedder.destination
            )

    def _take(self, outcomes: Iterable[Outcome]) -> None:
        texts = {
            chunk.content_hash: chunk.static_text
            for outcome in outcomes
            if isinstance(outcome, PreparedFile)
            for chunk in outcome.chunks
            if chunk.static_text and chunk.content_hash not in self._asked
        }
        self._waiting |= {key: texts[key] for key in self._store.missing_embeddings(list(texts))}

    def _embed(self) -> None:
        """Embed and store one block of what waits."""
        block = dict(list(self._waiting.items())[: self._embedder.block])
        vectors = self._embedder.embed_documents(list(block.values()), self._stop)
        self._asked |= block.keys()
        for key in block:
            del self._waiting[key]
        found: dict[bytes, Vectors] = {key: vector for key, vector in zip(block, vectors, strict=True) if vector.any()}
        if not found:
            return
        if vectors.shape[1] != self._store.dimension:
            self._change(vectors.shape[1])
        self._store.add_embeddings(found)
        self._embedded += len(found)

    def _change(self, dimension: int) -> None:
        """Begin again with vectors of another length, once."""
        if self._changed:
            raise ModelError(f"{self._embedder.destination}: its vectors change their length from answer to answer")
        self._changed = True
        if self._store.dimension:
            _log.warning("the vectors of %s have another length now; all texts are embedded again", self._root)
        self._store.settle_dimension(dimension)
