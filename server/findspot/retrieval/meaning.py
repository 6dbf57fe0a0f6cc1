"""Vectors of questions from an embedder that may be slow or fail: never waited for longer than a question can."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Event, Lock

import numpy as np

from findspot.core.arrays import Vectors
from findspot.errors import ModelError
from findspot.inference.base import SlowEmbedder

_KEPT = 64
"""Questions whose vectors are kept: an editor asks the same several times."""

_REST_SECONDS = 5.0
"""How long an embedder that failed is not asked again: somebody who types must not wait at each key."""


class QueryEmbedder:
    """A ``WordEmbedder`` whose questions have zeros for a vector where they cannot be embedded, and which remembers why.

    Threads may share one.
    """

    def __init__(self, embedder: SlowEmbedder, dimension: Callable[[], int]) -> None:
        """``dimension`` gives that of the vectors in the index; 0 where there are none, and nobody is asked."""
        self._embedder = embedder
        self._dimension = dimension
        self._lock = Lock()
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._failed_at = 0.0
        self._rest_until = 0.0
        self._failure = ""

    @property
    def model_id(self) -> str:
        """Identity of the embedder."""
        return self._embedder.model_id

    @property
    def dimension(self) -> int:
        """Number of components of the vectors in the index."""
        return self._dimension()

    def embed_documents(self, texts: Sequence[str], stop: Event | None = None) -> Vectors:
        """Embed documents; see ``SlowEmbedder``."""
        return self._embedder.embed_documents(texts, stop)

    def embed_query(self, text: str, *, stop: Event | None = None, deadline: float | None = None) -> Vectors:
        """Return the vector of a question, or zeros by ``deadline``; shape (1, dimension). Raises ``Cancelled``."""
        dimension = self._dimension()
        none = np.zeros((1, dimension), dtype=np.float32)
        if not dimension:
            return none
        with self._lock:
            found = self._known.get(text)
            if found is not None and found.shape == none.shape:
                self._known.move_to_end(text)
                return found
            if time.monotonic() < self._rest_until:
                self._failed_at = time.monotonic()
                return none
        try:
            found = self._embedder.embed_query(text, stop=stop, deadline=deadline)
        except ModelError as error:
            self._note(str(error), _REST_SECONDS)
            return none
        if found.shape != none.shape:
            self._note(
                "its vectors have another length than those of the index; 'findspot index' embeds them again", 0.0
            )
            return none
        with self._lock:
            self._known[text] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def whole_words(self, text: str) -> str:
        """Return the words of a question that have a meaning by themselves."""
        return self._embedder.whole_words(text)

    def close(self) -> None:
        """Give back what the embedder holds."""
        self._embedder.close()

    def failure_since(self, moment: float) -> str:
        """Return why a question had no vector at or after ``moment`` (``time.monotonic``); empty when all had one."""
        with self._lock:
            return self._failure if self._failed_at >= moment else ""

    def _note(self, failure: str, rest: float) -> None:
        with self._lock:
            self._failure = failure
            self._failed_at = time.monotonic()
            self._rest_until = self._failed_at + rest
