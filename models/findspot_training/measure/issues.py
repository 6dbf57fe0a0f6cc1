"""The report of issues: strict accuracy by files and functions, the answer as cut, ceilings, latency, calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from findspot.evaluation.metrics import any_hit, mean, reciprocal_rank, strict_hit
from findspot_training.measure.metrics import expected_calibration_error, reliability
from findspot_training.measure.plots import bars, curves
from findspot_training.measure.rows import LEVELS, Row
from findspot_training.measure.summary import Metric, compare, latency, metric, numbers_of
from findspot_training.measure.systems import SYSTEMS
from findspot_training.measure.tables import (
    Report,
    Table,
    comparison_table,
    group_table,
    latency_table,
    percent,
    repository_table,
)

CEILINGS = (16, 32, 100, 200)

_FILE_KS = (1, 3, 5, 10)
_FUNCTION_KS = (5, 10)
_ANY_KS = (1, 5, 10)

METRICS: Mapping[str, Metric] = {
    **{f"file@{k}": metric("files", partial(strict_hit, k=k)) for k in _FILE_KS},
    **{f"all files@{k}": metric("all_files", partial(strict_hit, k=k)) for k in _FILE_KS},
    **{f"func@{k}": metric("functions", partial(strict_hit, k=k)) for k in _FUNCTION_KS},
    **{f"seen func@{k}": metric("seen", partial(strict_hit, k=k)) for k in _FUNCTION_KS},
    **{f"any func@{k}": metric("functions", partial(any_hit, k=k)) for k in _ANY_KS},
    "file MRR": metric("files", reciprocal_rank),
    "func MRR": metric("functions", reciprocal_rank),
}

_COMPARED = ("file@1", "file@5", "func@5", "func@10")
_FILES = [f"file@{k}" for k in _FILE_KS]
_ALL_FILES = [f"all files@{k}" for k in _FILE_KS]
_FUNCTIONS = [f"func@{k}" for k in _FUNCTION_KS]
_SHORT = ["file@1", "file@5", *_FUNCTIONS]
_HEADLINE = [
    *_FILES,
    *_FUNCTIONS,
    *(f"seen func@{k}" for k in _FUNCTION_KS),
    *(f"any func@{k}" for k in _ANY_KS),
    "file MRR",
    "func MRR",
]

_MAIN = "with a gold function"


def splits(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the groups of rows that are reported; all but the first have a gold function."""
    finished = [row for row in rows if not row.error and row.gold_files]
    with_function = [row for row in finished if row.gold_functions]
    return {
        "all": finished,
        _MAIN: with_function,
        "one gold file": [row for row in with_function if row.one_file],
        "several gold files": [row for row in with_function if not row.one_file],
        "mentioned": [row for row in with_function if row.mentioned],
        "not mentioned": [row for row in with_function if not row.mentioned],
    }


def summarize(rows: Mapping[str, Row], description: Mapping[str, Any]) -> dict[str, Any]:
    """Return all numbers of a run. Shares are from 0 to 1, seconds are wall-clock, None means nothing to measure."""
    every = list(rows.values())
    groups = splits(every)
    main = groups[_MAIN]
    systems = [name for name in SYSTEMS if any(name in row.systems for row in groups["all"])]
    by_id = {row.id: row for row in main}
    compared = {name: METRICS[name] for name in _COMPARED}
    pairs = [("localize", name) for name in systems if name != "localize"]
    return {
        "run": dict(description),
        "counts": {
            "rows": len(every),
            "finished": sum(not row.error for row in every),
            "without gold at the base commit": sum(not row.error and not row.gold_files for row in every),
            "refused by the engine": sum(bool(row.refused) for row in every),
            "files missing in the repositories": sum(row.missing for row in every),
            "not run": dict(Counter(row.error for row in every if row.error).most_common()),
        },
        "model": dict(Counter(row.model for row in groups["all"]).most_common()),
        "rankings": {split: numbers_of(chosen, systems, METRICS) for split, chosen in groups.items()},
        "answers": {name: _answers(main, name) for name in systems},
        "ceilings": {name: _ceilings(main, name) for name in systems},
        "latency": latency(groups["all"]),
        "repositories": {
            repo: numbers_of([row for row in main if row.repo == repo], systems, METRICS)
            for repo in sorted({row.repo for row in main})
        },
        "comparisons": compare(by_id, by_id, pairs, compared) if main else [],
        "calibration": {name: _calibration(main, name) for name in systems},
    }


def _answers(rows: Sequence[Row], system: str) -> dict[str, Any]:
    """Return mean precision, recall and F-beta of the answer as cut, and ``n``, by level."""
    found: dict[str, Any] = {}
    for level in LEVELS:
        scores = [row.systems[system].sets[level] for row in rows if level in row.systems[system].sets]
        numbers = {name: mean([getattr(one, name) for one in scores]) for name in ("precision", "recall", "f_beta")}
        found[level] = {"n": len(scores), **numbers}
    return found


def _ceilings(rows: Sequence[Row], system: str) -> dict[str, dict[str, float | None]]:
    """Return by k the share of rows with all gold functions in the first k, and the share of gold functions found."""
    ranks = [row.systems[system].functions for row in rows]
    return {
        str(k): {
            "strict": mean([float(strict_hit(one, k)) for one in ranks]),
            "recall": mean([sum(rank is not None and rank <= k for rank in one) / len(one) for one in ranks]),
        }
        for k in CEILINGS
    }


def _calibration(rows: Sequence[Row], system: str) -> dict[str, Any]:
    """Return the calibration error of one system's probabilities with its reliability plot, None where it has none."""
    pairs = [pair for row in rows for pair in row.systems[system].calibration]
    bins = reliability([probability for probability, _ in pairs], [hit for _, hit in pairs])
    return {"error": expected_calibration_error(bins), "bins": [asdict(one) for one in bins]}


def report(rows: Mapping[str, Row], description: Mapping[str, Any]) -> Report:
    """Return the report of a run."""
    numbers = summarize(rows, description)
    return Report("Evaluation", _facts(numbers), _tables(numbers), _plots(numbers), numbers)


def _facts(numbers: Mapping[str, Any]) -> list[str]:
    counts, run = numbers["counts"], numbers["run"]
    switched = f"; without {', '.join(run['off'])}" if run["off"] else ""
    return [
        f"Findspot {run['version']} (engine {run['engine']}), {run['top_k']} results, budget {run['budget']:g} s{switched}.",
        (
            f"{counts['finished']} of {counts['rows']} rows finished; "
            f"{counts['without gold at the base commit']} of them have no gold code file at the base commit, "
            f"{counts['refused by the engine']} texts were refused by the engine (they count as misses), "
            f"{counts['files missing in the repositories']} files were missing in the repositories."
        ),
        *(f"Not run, {number} rows: {reason}" for reason, number in counts["not run"].items()),
        *(f"The model, {number} rows: {said}" for said, number in numbers["model"].items()),
    ]


def _tables(numbers: Mapping[str, Any]) -> list[Table]:
    rankings = numbers["rankings"]
    notes = {
        _MAIN: (
            "Strict: all gold in the first k. Files are code files; functions are counted among functions. Seen: places of "
            "the answer as cut, where a class takes a place too. Any: at least one gold function."
        ),
        "all": "File columns as above, then with documents and tests that the solution changes counted as gold too.",
    }
    found = [
        group_table(f"Rows {_MAIN}", notes[_MAIN], rankings[_MAIN], _HEADLINE),
        group_table("All rows with a gold code file", notes["all"], rankings["all"], [*_FILES, *_ALL_FILES]),
    ]
    for split, group in rankings.items():
        if split not in notes:
            found.append(group_table(split.capitalize(), "Part of the first table.", group, _HEADLINE))
    found += [_answer_table(numbers, level) for level in LEVELS]
    found.append(
        Table(
            "Ceilings",
            "Share of rows with all gold functions in the first k, then the share of gold functions there.",
            ["system", *(f"all in {k}" for k in CEILINGS), *(f"recall {k}" for k in CEILINGS)],
            [
                [name, *(percent(one[str(k)][kind]) for kind in ("strict", "recall") for k in CEILINGS)]
                for name, one in numbers["ceilings"].items()
            ],
        )
    )
    found += [
        latency_table(numbers["latency"]),
        repository_table("By repository", f"Rows {_MAIN}.", numbers["repositories"], _SHORT),
        comparison_table(numbers["comparisons"]),
    ]
    measured = {name: one["error"] for name, one in numbers["calibration"].items() if one["error"] is not None}
    if measured:
        cells = [[name, percent(error)] for name, error in measured.items()]
        note = "Mean distance between a result's probability and the share of such results that are right."
        found.append(Table("Expected calibration error", note, ["system", "error"], cells))
    return found


def _answer_table(numbers: Mapping[str, Any], level: str) -> Table:
    answers = {name: one[level] for name, one in numbers["answers"].items()}
    rows = [
        [name, *(percent(one[column]) for column in ("precision", "recall", "f_beta"))] for name, one in answers.items()
    ]
    number = max((one["n"] for one in answers.values()), default=0)
    return Table(
        f"The answer as cut, {level} level (n = {number})",
        "Means over rows; F-beta with beta 0.5. These say nothing about rankings, and Acc@k nothing about them.",
        ["system", "precision", "recall", "F 0.5"],
        rows,
    )


def _plots(numbers: Mapping[str, Any]) -> list[str]:
    systems = numbers["rankings"][_MAIN]["systems"]
    shown = [*_FILES, *_FUNCTIONS]
    drawn = [
        bars("Strict accuracy", shown, {name: [one[column] for column in shown] for name, one in systems.items()}),
        curves(
            "All gold functions in the first k",
            {
                name: [(float(at), one[str(k)]["strict"] or 0.0) for at, k in enumerate(CEILINGS)]
                for name, one in numbers["ceilings"].items()
            },
            [(float(at), str(k)) for at, k in enumerate(CEILINGS)],
        ),
        curves(
            "Share of calls that took at most so many seconds",
            {
                name: [(value, (at + 1) / one["n"]) for at, value in enumerate(one["values"])]
                for name, one in numbers["latency"].items()
                if name != "refresh"
            },
            [(second / 2, f"{second / 2:g} s") for second in range(5)],
        ),
        bars(
            "file@5 by repository",
            [repo.rsplit("/", 1)[-1] for repo in numbers["repositories"]],
            {name: [one["systems"][name]["file@5"] for one in numbers["repositories"].values()] for name in systems},
        ),
    ]
    reliable = {
        name: [(one["probability"], one["hits"]) for one in found["bins"]]
        for name, found in numbers["calibration"].items()
        if found["bins"]
    }
    if reliable:
        marks = [(0.0, "0"), (0.5, "50 %"), (1.0, "100 %")]
        drawn.append(curves("Share of right results by probability", reliable, marks, diagonal=True))
    return drawn
