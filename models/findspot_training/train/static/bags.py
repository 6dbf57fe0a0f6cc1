"""Texts as bags of pieces: what a static embedder sees of them, held in two flat arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from findspot.inference.wordpiece import WordPiece

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bags:
    """The pieces of many texts, one after the other; those of text ``i`` end at ``ends[i + 1]``."""

    pieces: npt.NDArray[np.int32]
    ends: Integers

    @classmethod
    def of(cls, texts: Iterable[str], words: WordPiece) -> Bags:
        """Cut texts as the embedder does."""
        found: list[npt.NDArray[np.int32]] = []
        ends = [0]
        for text in texts:
            pieces = np.fromiter(chain.from_iterable(map(words.__getitem__, text.split())), dtype=np.int32)
            found.append(pieces)
            ends.append(ends[-1] + len(pieces))
        return cls(np.concatenate([np.zeros(0, np.int32), *found]), np.array(ends, dtype=np.int64))

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.ends) - 1

    def chosen(self, rows: Integers) -> tuple[npt.NDArray[np.int32], Integers]:
        """Return the pieces of some texts and, for each piece, the number of its text among them."""
        starts, ends = self.ends[rows], self.ends[rows + 1]
        lengths = ends - starts
        owner = np.repeat(np.arange(len(rows)), lengths)
        first = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        return self.pieces[first + np.arange(len(owner))], owner


def counted(pieces: npt.NDArray[np.int32], owner: Integers, texts: int) -> tuple[Integers, Floats]:
    """Return the distinct pieces and how often each text has each of them, shape (texts, distinct pieces)."""
    distinct, column = np.unique(pieces, return_inverse=True)
    cells = np.bincount(owner * len(distinct) + column, minlength=texts * len(distinct))
    return distinct.astype(np.int64), cells.reshape(texts, len(distinct)).astype(np.float32)
