"""Static embeddings: a text's vector is the sum of its word pieces' vectors, brought to unit length.

Reads the format that model2vec and sentence-transformers share, without torch. Documents are embedded in
blocks: the pieces of a block are counted into a (documents x distinct pieces) matrix, which is multiplied
with the rows of the pieces that occur. Mean or sum make no difference to a unit vector.

A table of whole numbers (int8, or float16 that holds such) has one scale for all its components, which a unit
vector does not need to know; sums of whole numbers are exact, so a text has the same vector in every batch and on
every machine. A model may ask that repetitions count less: code says ``self`` twenty times and means it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from findspot.core.arrays import Vectors
from findspot.errors import Cancelled, ModelError, reason
from findspot.inference.wordpiece import WordPiece

_BLOCK = 64
"""Documents per matrix product; neighbours share their words, and the counts stay inside the cache."""

DAMPED = {"repetitions": "square root"}
"""What the metadata of the weights say when repetitions of a piece count less."""


def damped(counts: Vectors) -> Vectors:
    """Return what numbers of repetitions are worth: four times the square root, rounded so that sums stay exact.

    One is worth 4, two 6, three 7, four 8, a hundred 40. Training uses this function, too (I-4).
    """
    return np.asarray(np.rint(4 * np.sqrt(counts)), dtype=np.float32)


class StaticEmbedder:
    """An ``Embedder`` that looks its vectors up; threads may share one."""

    def __init__(
        self,
        table: npt.NDArray[np.generic],
        words: WordPiece,
        model_id: str,
        prompt: str = "",
        *,
        damps: bool = False,
    ) -> None:
        """Take the vectors, shape (pieces, dimension), and the tokenizer; ``prompt`` goes before each query.

        With ``damps`` repetitions of a piece in a text count less.
        """
        self._table = table
        self._words = words
        self._model_id = model_id
        self._prompt = prompt
        self._damps = damps

    @classmethod
    def load(cls, folder: Path, model_id: str, dimension: int, prompt: str = "") -> StaticEmbedder:
        """Read ``model.safetensors`` and ``tokenizer.json``; raises ``ModelError`` if either is unusable."""
        path = folder / "model.safetensors"
        try:
            with safe_open(path, framework="numpy") as weights:
                table = weights.get_tensor("embeddings")
                told = weights.metadata() or {}
        except (OSError, SafetensorError) as error:
            raise ModelError(
                f"{path}: cannot be read as static embeddings ({reason(error)}); install Findspot again"
            ) from error
        words = WordPiece.from_json(folder / "tokenizer.json")
        if table.ndim != 2 or table.shape[1] != dimension:
            raise ModelError(f"{path}: holds vectors of shape {table.shape}, not of dimension {dimension}")
        if words.size > len(table):
            raise ModelError(f"{path}: has {len(table)} vectors for {words.size} word pieces; install Findspot again")
        return cls(table, words, model_id, prompt, damps=DAMPED.items() <= told.items())

    @property
    def model_id(self) -> str:
        """Identity of the weights; part of the index key."""
        return self._model_id

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        return int(self._table.shape[1])

    def embed_documents(self, texts: Sequence[str], stop: Event | None = None) -> Vectors:
        """Embed rendered documents, shape (texts, dimension); raises ``Cancelled`` once ``stop`` is set.

        A text without a known word has a zero row.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BLOCK):
            if stop is not None and stop.is_set():
                raise Cancelled("embedding was stopped")
            vectors[start : start + _BLOCK] = self._embed(texts[start : start + _BLOCK])
        return vectors

    def embed_query(
        self,
        text: str,
        *,
        stop: Event | None = None,  # noqa: ARG002 - for embedders that take longer
        deadline: float | None = None,  # noqa: ARG002 - the same
    ) -> Vectors:
        """Embed one rendered query; shape (1, dimension)."""
        return self._embed([self._prompt + text])

    def whole_words(self, text: str) -> str:
        """Return the words of a text that are in the vocabulary as a whole."""
        return " ".join(word for word in text.split() if len(self._words[word]) == 1)

    def close(self) -> None:
        """Let go of the vectors."""
        self._table = self._table[:0]
        self._words.clear()

    def _embed(self, texts: Sequence[str]) -> Vectors:
        look_up = self._words.__getitem__
        found: list[int] = []
        ends = [0]
        for text in texts:
            found += chain.from_iterable(map(look_up, text.split()))
            ends.append(len(found))
        ids = np.array(found, dtype=np.intp)
        occurs = np.zeros(len(self._table), dtype=bool)
        occurs[ids] = True
        pieces = np.flatnonzero(occurs)
        column = np.empty(len(self._table), dtype=np.intp)
        column[pieces] = np.arange(len(pieces))
        row = np.repeat(np.arange(len(texts)), np.diff(ends))
        cells = np.bincount(row * len(pieces) + column[ids], minlength=len(texts) * len(pieces))
        counts = cells.reshape(len(texts), len(pieces)).astype(np.float32)
        if self._damps:
            counts = damped(counts)
        sums = counts @ self._table[pieces].astype(np.float32)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        return np.asarray(sums / lengths, dtype=np.float32)
