"""What the numbers of an evaluation mean: pure functions of ranks and seconds.

A *rank* is the 1-based place of one gold item in a list, or None when the list does not hold it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence

Rank = int | None


def ranks_of(ranking: Sequence[Hashable], gold: Iterable[Hashable]) -> list[Rank]:
    """Return the rank of each gold item; the first place counts where a ranking repeats itself."""
    places: dict[Hashable, int] = {}
    for place, item in enumerate(ranking, start=1):
        places.setdefault(item, place)
    return [places.get(item) for item in gold]


def strict_hit(ranks: Sequence[Rank], k: int) -> bool:
    """Return whether all gold items are among the first ``k``; raises ``ValueError`` without a gold item."""
    _require(ranks)
    return all(rank is not None and rank <= k for rank in ranks)


def any_hit(ranks: Sequence[Rank], k: int) -> bool:
    """Return whether at least one gold item is among the first ``k``; raises ``ValueError`` without a gold item."""
    _require(ranks)
    return any(rank is not None and rank <= k for rank in ranks)


def reciprocal_rank(ranks: Sequence[Rank]) -> float:
    """Return one through the rank of the first gold item, 0 when none was found; ``ValueError`` without a gold item."""
    _require(ranks)
    return max((1.0 / rank for rank in ranks if rank is not None), default=0.0)


def _require(ranks: Sequence[Rank]) -> None:
    if not ranks:
        raise ValueError("a row without a gold item can be neither a hit nor a miss")


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, None of nothing."""
    return math.fsum(values) / len(values) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least ``share`` (0 to 1) of the values do not exceed, None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
