"""From rows to numbers: means by group, system and metric, latencies, and paired differences of two systems or runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from findspot.evaluation.metrics import Rank, mean, percentile
from findspot_training.measure.metrics import paired_bootstrap
from findspot_training.measure.rows import Judged, Row
from findspot_training.source import TrainingError

Metric = Callable[[Judged], float | None]
"""One number of one system on one row, None where the row has no such gold."""

Groups = Callable[[Iterable[Row]], Mapping[str, Sequence[Row]]]
"""Sorts rows into groups by name; a row may be in several."""

_DEPTH: Final = 10


def metric(field: str, of: Callable[[Sequence[Rank]], float]) -> Metric:
    """Return a metric of the ranks in one field of ``Judged``."""

    def measured(judged: Judged) -> float | None:
        ranks: list[Rank] = getattr(judged, field)
        return float(of(ranks)) if ranks else None

    return measured


def ndcg(ranks: Sequence[Rank], depth: int = _DEPTH) -> float:
    """Return the normalized discounted cumulative gain of the first ``depth`` places, each gold item being worth one.

    Raises ``ValueError`` without a gold item.
    """
    if not ranks:
        raise ValueError("a row without a gold item has no gain")
    gain = math.fsum(1 / math.log2(rank + 1) for rank in ranks if rank is not None and rank <= depth)
    return gain / math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(len(ranks), depth) + 1))


def means(rows: Iterable[Row], system: str, metrics: Mapping[str, Metric]) -> dict[str, float | None]:
    """Return the mean of each metric of one system."""
    judged = [row.systems[system] for row in rows if system in row.systems]
    return {name: mean([value for one in judged if (value := of(one)) is not None]) for name, of in metrics.items()}


def numbers_of(rows: Sequence[Row], systems: Iterable[str], metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """Return the number of rows, and the means of each system."""
    return {"n": len(rows), "systems": {system: means(rows, system, metrics) for system in systems}}


def latency(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return n, p50, p95 and all values of the seconds of each kind of call."""
    names = dict.fromkeys(name for row in rows for name in row.seconds)
    seconds = {name: sorted(row.seconds[name] for row in rows if name in row.seconds) for name in names}
    return {
        name: {"n": len(values), "p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "values": values}
        for name, values in seconds.items()
    }


def compare(
    left: Mapping[str, Row],
    right: Mapping[str, Row],
    systems: Iterable[tuple[str, str]],
    metrics: Mapping[str, Metric],
    groups: Groups = lambda rows: {"": list(rows)},
) -> list[dict[str, Any]]:
    """Compare pairs of systems, of one run or of two, on the cases that both have finished, by paired bootstrap.

    Raises ``TrainingError`` when they share none.
    """
    shared = [
        one
        for name, one in left.items()
        if not one.error and name in right and not right[name].error and one.text == right[name].text
    ]
    if not shared:
        raise TrainingError("the two runs share no finished row")
    found: list[dict[str, Any]] = []
    for ours, theirs in systems:
        for group, chosen in groups(shared).items():
            rows = [(one.systems, right[one.id].systems) for one in chosen]
            judged = [(one[ours], two[theirs]) for one, two in rows if ours in one and theirs in two]
            for name, of in metrics.items():
                values = [(of(one), of(two)) for one, two in judged]
                pairs = [(one, two) for one, two in values if one is not None and two is not None]
                if not pairs:
                    continue
                first, second = [one for one, _ in pairs], [two for _, two in pairs]
                interval = paired_bootstrap(first, second)
                found.append(
                    {
                        "metric": f"{group}: {name}" if group else name,
                        "left": ours,
                        "right": theirs,
                        "left_mean": mean(first),
                        "right_mean": mean(second),
                        **asdict(interval),
                        "clear": interval.clear,
                    }
                )
    return found
