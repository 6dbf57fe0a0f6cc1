"""From rows to the numbers of a report: plain data that is written as JSON and drawn as tables and plots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from findspot.evaluation.metrics import Rank, any_hit, mean, percentile, reciprocal_rank, strict_hit
from findspot_training.evaluation.metrics import expected_calibration_error, paired_bootstrap, reliability
from findspot_training.evaluation.records import LEVELS, Judged, Row
from findspot_training.evaluation.systems import SYSTEMS
from findspot_training.source import TrainingError

FILE_KS = (1, 3, 5, 10)
FUNCTION_KS = (5, 10)
ANY_KS = (1, 5, 10)
CEILINGS = (16, 32, 100, 200)

COMPARED = ("file@1", "file@5", "func@5", "func@10")

Measure = Callable[[Judged], float | None]
"""One number of one system on one row, None where the row has no such gold."""


def _measures() -> dict[str, Measure]:
    """Return every metric of a ranking by name."""
    found: dict[str, Measure] = {}

    def add(name: str, field: str, of: Callable[[Sequence[Rank]], float]) -> None:
        def measure(judged: Judged) -> float | None:
            ranks: list[Rank] = getattr(judged, field)
            return float(of(ranks)) if ranks else None

        found[name] = measure

    for title, field, ks in (("file", "files", FILE_KS), ("all files", "all_files", FILE_KS)):
        for k in ks:
            add(f"{title}@{k}", field, partial(strict_hit, k=k))
    for k in FUNCTION_KS:
        add(f"func@{k}", "functions", partial(strict_hit, k=k))
    for k in FUNCTION_KS:
        add(f"seen func@{k}", "seen", partial(strict_hit, k=k))
    for k in ANY_KS:
        add(f"any func@{k}", "functions", partial(any_hit, k=k))
    add("file MRR", "files", reciprocal_rank)
    add("func MRR", "functions", reciprocal_rank)
    return found


def metric_names() -> list[str]:
    """Return the names of the metrics of rankings."""
    return list(_measures())


def splits(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the groups of rows that are reported; all but the first have a gold function."""
    finished = [row for row in rows if not row.error and row.gold_files]
    with_function = [row for row in finished if row.gold_functions]
    return {
        "all": finished,
        "with a gold function": with_function,
        "one gold file": [row for row in with_function if row.one_file],
        "several gold files": [row for row in with_function if not row.one_file],
        "mentioned": [row for row in with_function if row.mentioned],
        "not mentioned": [row for row in with_function if not row.mentioned],
    }


MAIN = "with a gold function"


def summarize(rows: Mapping[str, Row], description: Mapping[str, Any]) -> dict[str, Any]:
    """Return all numbers of a run. Shares are from 0 to 1, seconds are wall-clock, None means nothing to measure."""
    groups = splits(rows.values())
    main = groups[MAIN]
    systems = [name for name in SYSTEMS if any(name in row.systems for row in groups["all"])]
    failed = Counter(row.error for row in rows.values() if row.error)
    repositories = sorted({row.repo for row in main})
    return {
        "run": dict(description),
        "counts": {
            "rows": len(rows),
            "finished": sum(not row.error for row in rows.values()),
            "without gold at the base commit": sum(not row.error and not row.gold_files for row in rows.values()),
            "refused by the engine": sum(bool(row.refused) for row in rows.values()),
            "files missing in the repositories": sum(row.missing for row in rows.values()),
            "not run": dict(failed.most_common()),
        },
        "model": dict(Counter(row.model for row in groups["all"]).most_common()),
        "rankings": {
            split: {"n": len(chosen), "systems": {name: ranking(chosen, name) for name in systems}}
            for split, chosen in groups.items()
        },
        "answers": {name: answers(main, name) for name in systems},
        "ceilings": {name: ceilings(main, name) for name in systems},
        "latency": latency(groups["all"]),
        "repositories": {
            repo: {
                "n": sum(row.repo == repo for row in main),
                "systems": {name: ranking([row for row in main if row.repo == repo], name) for name in systems},
            }
            for repo in repositories
        },
        "comparisons": [
            one for name in systems if name != "localize" for one in compare(main, main, "localize", name, COMPARED)
        ],
        "calibration": {name: calibration(main, name) for name in systems},
    }


def ranking(rows: Sequence[Row], system: str) -> dict[str, float | None]:
    """Return the mean of each ranking metric of one system."""
    found: dict[str, float | None] = {}
    for name, measure in _measures().items():
        values = [measure(row.systems[system]) for row in rows if system in row.systems]
        found[name] = mean([value for value in values if value is not None])
    return found


def answers(rows: Sequence[Row], system: str) -> dict[str, Any]:
    """Return mean precision, recall and F-beta of the answer as cut, and ``n``, by level."""
    found: dict[str, Any] = {}
    for level in LEVELS:
        scores = [
            row.systems[system].sets[level]
            for row in rows
            if system in row.systems and level in row.systems[system].sets
        ]
        found[level] = {
            "n": len(scores),
            "precision": mean([one.precision for one in scores]),
            "recall": mean([one.recall for one in scores]),
            "f_beta": mean([one.f_beta for one in scores]),
        }
    return found


def ceilings(rows: Sequence[Row], system: str) -> dict[str, dict[str, float | None]]:
    """Return by k the share of rows with all gold functions in the first k, and the share of gold functions found."""
    ranks = [row.systems[system].functions for row in rows if system in row.systems]
    return {
        str(k): {
            "strict": mean([float(strict_hit(one, k)) for one in ranks]),
            "recall": mean([sum(rank is not None and rank <= k for rank in one) / len(one) for one in ranks]),
        }
        for k in CEILINGS
    }


def latency(rows: Sequence[Row]) -> dict[str, dict[str, float | None]]:
    """Return n, p50, p95 and all values of the seconds of each kind of call."""
    names = list(dict.fromkeys(name for row in rows for name in row.seconds))
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        values = sorted(row.seconds[name] for row in rows if name in row.seconds)
        found[name] = {
            "n": len(values),
            "p50": percentile(values, 0.5),
            "p95": percentile(values, 0.95),
            "values": values,
        }
    return found


def calibration(rows: Sequence[Row], system: str) -> dict[str, Any]:
    """Return the calibration error of one system's probabilities with its reliability plot, None where it has none."""
    pairs = [pair for row in rows if system in row.systems for pair in row.systems[system].calibration]
    bins = reliability([probability for probability, _ in pairs], [hit for _, hit in pairs])
    return {"error": expected_calibration_error(bins), "bins": [asdict(one) for one in bins]}


def compare(
    left: Iterable[Row], right: Iterable[Row], left_system: str, right_system: str, metrics: Sequence[str]
) -> list[dict[str, Any]]:
    """Compare two systems, of one run or of two, on the rows that both have finished, by paired bootstrap."""
    others = {row.id: row for row in right if not row.error}
    pairs = [(row, others[row.id]) for row in left if not row.error and row.id in others]
    found: list[dict[str, Any]] = []
    measures = _measures()
    for metric in metrics:
        measure = measures[metric]
        values = [
            (one, two)
            for first, second in pairs
            if left_system in first.systems and right_system in second.systems
            if (one := measure(first.systems[left_system])) is not None
            if (two := measure(second.systems[right_system])) is not None
        ]
        if not values:
            continue
        interval = paired_bootstrap([one for one, _ in values], [two for _, two in values])
        found.append(
            {
                "metric": metric,
                "left": left_system,
                "right": right_system,
                "left_mean": mean([one for one, _ in values]),
                "right_mean": mean([two for _, two in values]),
                **asdict(interval),
                "clear": interval.clear,
            }
        )
    if not found:
        raise TrainingError(f"'{left_system}' and '{right_system}' share no finished row")
    return found
