"""Hard negatives: functions of the same tree that a text might be taken to be about, and is not.

Two of the same file, one of the same folder, two that share the rarest words with the text and two whose static vectors
are nearest to its own; where there are too few, the next nearest. The same function in another version is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from findspot.core.render import render_static_query
from findspot.core.text import SubTokenizer
from findspot.inference.manifest import load_manifest, load_static
from findspot_training.accelerator.functions import Functions, Numbers
from findspot_training.train.encoder.encoder import Pieces

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

WRONG: Final = 7
"""Hard negatives of each text, fewer in a tree that has no more."""

_SAME_FILE: Final = 2
_SAME_FOLDER: Final = 1
_LEXICAL: Final = 2
_STATIC: Final = 2

_TOGETHER: Final = 256
"""Texts whose nearness to all documents is computed at once."""

_WINDOW: Final = 3 * WRONG
"""The best of a kind that are looked at; others of their places may be taken already."""

_COMMON: Final = 0.1
"""A piece in a greater share of the documents tells none apart."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text with its right document, and the documents ``pool`` of which none of the places ``excluded`` is a negative."""

    kind: str
    language: str
    query: str
    right: int
    pool: Numbers
    excluded: frozenset[int]


class Neighbours:
    """All documents of a repository: where they stand, which pieces they have, what their static vectors are."""

    def __init__(self, functions: Functions, pieces: Sequence[Pieces], topics: str) -> None:
        """Take the documents with their ``pieces``; ``topics`` is the static embedder's name."""
        self._embedder = load_static(load_manifest().entry(topics))
        self._tokenizer = SubTokenizer()
        self._places = np.array(functions.places, dtype=np.int64)
        self._files = np.array(functions.files, dtype=np.int64)
        self._folders = np.array(functions.folders, dtype=np.int64)
        self.vectors = self.about(functions.texts)
        self._starts, self._owners, self._weights = _postings(pieces)

    def about(self, texts: Iterable[str]) -> Floats:
        """Return unit vectors of texts, shape (texts, dimension); a text without a known word has a zero row."""
        words = [render_static_query(text, self._tokenizer) for text in texts]
        vectors = np.asarray(self._embedder.embed_documents(words), dtype=np.float32)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)

    def wrong(self, asked: Sequence[Asked], vectors: Floats, pieces: Sequence[Pieces]) -> npt.NDArray[np.int32]:
        """Return the hard negatives of texts, shape (texts, WRONG), -1 where there are no more."""
        found = np.full((len(asked), WRONG), -1, dtype=np.int32)
        for start in range(0, len(asked), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            near = vectors[part] @ self.vectors.T
            for row, one in enumerate(asked[part]):
                lexical = self._shared(pieces[start + row])
                chosen = self._chosen(one, near[row], lexical)
                found[start + row, : len(chosen)] = chosen
        return found

    def _chosen(self, one: Asked, near: Floats, lexical: Floats) -> list[int]:
        pool = one.pool
        pool = pool[~np.isin(self._places[pool], list(one.excluded))]
        if not len(pool):
            return []
        close, shared = near[pool], lexical[pool]
        both = close + shared / max(float(shared.max()), 1e-6)
        same_file = self._files[pool] == self._files[one.right]
        same_folder = (self._folders[pool] == self._folders[one.right]) & ~same_file
        taken: dict[int, int] = {}  # by place: of two versions or readings of a function one is enough
        for scores, among, count in (
            (both, same_file, _SAME_FILE),
            (both, same_folder, _SAME_FOLDER),
            (shared, shared > 0, _LEXICAL),
            (close, close > 0, _STATIC),
            (both, None, WRONG),
        ):
            rows = np.arange(len(pool)) if among is None else np.flatnonzero(among)
            few = rows if len(rows) <= _WINDOW else rows[np.argpartition(-scores[rows], _WINDOW)[:_WINDOW]]
            limit = min(WRONG, len(taken) + count)
            for at in few[np.argsort(-scores[few], kind="stable")]:
                if len(taken) >= limit:
                    break
                taken.setdefault(int(self._places[pool[at]]), int(pool[at]))
        return list(taken.values())

    def _shared(self, pieces: Pieces) -> Floats:
        """Return the summed rarity of the pieces that each document shares with a text."""
        scores = np.zeros(len(self.vectors), dtype=np.float32)
        for piece in np.unique(pieces[1:-1]):
            if piece + 1 < len(self._starts):
                owners = self._owners[self._starts[piece] : self._starts[piece + 1]]
                scores[owners] += self._weights[piece]
        return scores


def _postings(pieces: Sequence[Pieces]) -> tuple[Integers, Integers, Floats]:
    """Return for each piece where its documents begin in the second array, and how rare it is; too common ones have none."""
    documents = [np.unique(one[1:-1]) for one in pieces]
    flat = np.concatenate([np.zeros(0, dtype=np.int32), *documents]).astype(np.int64)
    owners = np.repeat(np.arange(len(documents)), [len(one) for one in documents])
    counts = np.bincount(flat)
    kept = (counts <= max(2, _COMMON * len(documents)))[flat]
    flat, owners = flat[kept], owners[kept]
    order = np.argsort(flat, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(flat, minlength=len(counts)))))
    rarity = np.log(1 + len(documents) / np.maximum(counts, 1)).astype(np.float32)
    return starts.astype(np.int64), owners[order], rarity
