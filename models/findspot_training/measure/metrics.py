"""What the numbers of an evaluation mean beyond those of ranks: pure functions of sets, differences and probabilities.

Strict Acc@k of a ranking (``findspot.evaluation.metrics``) and the F-beta of an answer that chose its own length are
different families; nothing mixes them.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

BETA = 0.5
"""Precision counts twice as much as recall: a wrong place costs its reader more than a missing one."""


@dataclass(frozen=True, slots=True)
class SetScores:
    """How well a set of answers covers a set of gold items, each from 0 to 1."""

    precision: float
    recall: float
    f_beta: float


def set_scores(predicted: AbstractSet[Hashable], gold: AbstractSet[Hashable], beta: float = BETA) -> SetScores:
    """Score a set against the gold set; an empty answer scores 0, an empty gold set raises ``ValueError``."""
    if not gold:
        raise ValueError("there is nothing to find in an empty gold set")
    shared = len(predicted & gold)
    if not shared:
        return SetScores(0.0, 0.0, 0.0)
    precision, recall = shared / len(predicted), shared / len(gold)
    weight = beta * beta
    return SetScores(precision, recall, (1 + weight) * precision * recall / (weight * precision + recall))


def covered_lines(ranges: Mapping[str, Iterable[tuple[int, int]]]) -> set[tuple[str, int]]:
    """Return (path, line) for every line of the inclusive 1-based ranges of each path."""
    return {(path, line) for path, spans in ranges.items() for first, last in spans for line in range(first, last + 1)}


@dataclass(frozen=True, slots=True)
class Interval:
    """The mean of paired differences with the borders of its 95 % interval; ``n`` is the number of pairs."""

    difference: float
    low: float
    high: float
    n: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def paired_bootstrap(left: Sequence[float], right: Sequence[float], *, rounds: int = 2000, seed: int = 0) -> Interval:
    """Return how much ``left`` is above ``right``, row by row, with the interval of ``rounds`` resamples of the rows.

    Raises ``ValueError`` when the two have different lengths or hold nothing.
    """
    if len(left) != len(right) or not left:
        raise ValueError(f"pairs are needed, not {len(left)} values beside {len(right)}")
    differences = np.asarray(left, dtype=np.float64) - np.asarray(right, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(differences), size=(rounds, len(differences)))
    low, high = np.quantile(differences[draws].mean(axis=1), (0.025, 0.975))
    return Interval(float(differences.mean()), float(low), float(high), len(differences))


@dataclass(frozen=True, slots=True)
class Bin:
    """The results whose probability fell into one tenth: how many, their mean probability, and the share of hits."""

    count: int
    probability: float
    hits: float


def reliability(probabilities: Sequence[float], hits: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Sort results into equal ranges of probability, leaving empty ranges out."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for probability, hit in zip(probabilities, hits, strict=True):
        groups.setdefault(min(bins - 1, int(probability * bins)), []).append((probability, hit))
    return [
        Bin(len(group), math.fsum(one for one, _ in group) / len(group), sum(hit for _, hit in group) / len(group))
        for _, group in sorted(groups.items())
    ]


def expected_calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return the mean distance of probability and share of hits, weighted by count; None without a result."""
    total = sum(one.count for one in bins)
    return math.fsum(one.count * abs(one.probability - one.hits) for one in bins) / total if total else None
