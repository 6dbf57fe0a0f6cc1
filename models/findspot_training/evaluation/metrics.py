"""What the numbers of an evaluation mean: pure functions of ranks, sets, seconds and probabilities.

A *rank* is the 1-based place of one gold item in a list, or None when the list does not hold it. Strict Acc@k of a
ranking and the F-beta of an answer that chose its own length are different families; nothing here mixes them.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

Rank = int | None

BETA = 0.5
"""Precision counts twice as much as recall: a wrong place costs its reader more than a missing one."""


def ranks_of(ranking: Sequence[Hashable], gold: Iterable[Hashable]) -> list[Rank]:
    """Return the rank of each gold item; the first place counts where a ranking repeats itself."""
    places: dict[Hashable, int] = {}
    for place, item in enumerate(ranking, start=1):
        places.setdefault(item, place)
    return [places.get(item) for item in gold]


def strict_hit(ranks: Sequence[Rank], k: int) -> bool:
    """Say whether all gold items are among the first ``k``; raises ``ValueError`` without a gold item."""
    _require(ranks)
    return all(rank is not None and rank <= k for rank in ranks)


def any_hit(ranks: Sequence[Rank], k: int) -> bool:
    """Say whether at least one gold item is among the first ``k``; raises ``ValueError`` without a gold item."""
    _require(ranks)
    return any(rank is not None and rank <= k for rank in ranks)


def reciprocal_rank(ranks: Sequence[Rank]) -> float:
    """Return one through the rank of the first gold item, 0 when none was found; ``ValueError`` without a gold item."""
    _require(ranks)
    return max((1.0 / rank for rank in ranks if rank is not None), default=0.0)


def _require(ranks: Sequence[Rank]) -> None:
    if not ranks:
        raise ValueError("a row without a gold item can be neither a hit nor a miss")


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


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, None of nothing."""
    return math.fsum(values) / len(values) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least ``share`` (0 to 1) of the values do not exceed, None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


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
