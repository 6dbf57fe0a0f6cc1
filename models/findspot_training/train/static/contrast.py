"""Contrastive learning of a table of vectors: the loss of a batch, its exact gradient, and the step.

The model is a sum of rows brought to unit length, so its gradient is written down here, in numpy: nothing heavy is
needed, and a processor does some ten thousand pairs a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from findspot_training.train.static.bags import Floats, Integers

_FIRST, _SECOND, _SMALL = 0.9, 0.999, 1e-8
"""Adam's decay of its two averages, and what keeps its denominator from zero."""


def unit(sums: Floats) -> tuple[Floats, Floats]:
    """Return rows of unit length, and the lengths they had, shape (rows, 1); a zero row stays zero."""
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return np.asarray(sums / lengths, dtype=np.float32), np.asarray(lengths, dtype=np.float32)


def loss_and_gradients(
    queries: Floats, documents: Floats, alike: npt.NDArray[np.bool_], temperature: float
) -> tuple[float, Floats, Floats]:
    """Return InfoNCE in both directions and its gradients by the sums that the unit vectors are made of.

    Row ``i`` of ``queries`` asks for row ``i`` of ``documents`` (both not yet of unit length, shape (pairs, dimension));
    all other documents are wrong, except where ``alike`` (pairs, pairs) says that they are no negatives.
    """
    asking, asking_lengths = unit(queries)
    answering, answering_lengths = unit(documents)
    scores = asking @ answering.T / temperature
    scores[alike] = -1e9
    pairs = len(scores)
    own = np.arange(pairs)
    slope = np.zeros_like(scores)
    loss = 0.0
    for axis in (1, 0):
        shifted = np.exp(scores - scores.max(axis=axis, keepdims=True))
        shares = shifted / shifted.sum(axis=axis, keepdims=True)
        loss -= float(np.log(np.maximum(shares[own, own], 1e-30)).mean()) / 2
        slope += shares / (2 * pairs)
    slope[own, own] -= 1 / pairs
    slope /= temperature
    return (
        loss,
        _through_unit(slope @ answering, asking, asking_lengths),
        _through_unit(slope.T @ asking, answering, answering_lengths),
    )


def _through_unit(gradient: Floats, units: Floats, lengths: Floats) -> Floats:
    """Turn a gradient by unit vectors into one by the vectors before they were brought to unit length."""
    along = (gradient * units).sum(axis=1, keepdims=True)
    return np.asarray((gradient - along * units) / lengths, dtype=np.float32)


class Adam:
    """Adam on those rows of a table that a batch touches."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.first: Floats = np.zeros(shape, dtype=np.float32)
        self.second: Floats = np.zeros(shape, dtype=np.float32)
        self.steps = 0

    def step(self, table: Floats, rows: Integers, gradient: Floats, rate: float) -> None:
        """Move ``rows`` of ``table`` against ``gradient``, whose rows are theirs."""
        self.steps += 1
        first = _FIRST * self.first[rows] + (1 - _FIRST) * gradient
        second = _SECOND * self.second[rows] + (1 - _SECOND) * gradient * gradient
        self.first[rows], self.second[rows] = first, second
        scale = rate * np.sqrt(1 - _SECOND**self.steps) / (1 - _FIRST**self.steps)
        table[rows] -= np.float32(scale) * first / (np.sqrt(second) + np.float32(_SMALL))
