"""The report of questions: hits and gains by kind, language and repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from findspot.evaluation.metrics import any_hit, reciprocal_rank
from findspot_training.corpus.mirrors import file_name
from findspot_training.measure.rows import Row
from findspot_training.measure.summary import Metric, latency, metric, ndcg, numbers_of
from findspot_training.measure.systems import SYSTEMS
from findspot_training.measure.tables import Report, Table, group_table, latency_table, repository_table

_QUESTIONS: Final = "questions"
_DEFINITIONS: Final = "definition"
_KINDS: Final = ("docstring", "subject", "behaviour", "architecture")

METRICS: Mapping[str, Metric] = {
    "nDCG@10": metric("functions", ndcg),
    **{f"function@{k}": metric("functions", partial(any_hit, k=k)) for k in (1, 5, 10)},
    "function MRR": metric("functions", reciprocal_rank),
    **{f"file@{k}": metric("files", partial(any_hit, k=k)) for k in (1, 5)},
    "file MRR": metric("files", reciprocal_rank),
    "file nDCG@10": metric("files", ndcg),
    "list nDCG@10": metric("listed", ndcg),
}
"""Hits ask for at least one gold item.

The nDCG of files is that of their own order, ``list nDCG@10`` that of the list as shown, in which several results of one file
take several places.
"""

_SHOWN: Final = ("Questions (", *(f"{kind.capitalize()} (" for kind in (*_KINDS, _DEFINITIONS)), "Latency")


def groups(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the groups of rows that are reported: by kind, then questions (all but definitions) by language."""
    every = sorted(rows, key=lambda row: file_name(row.repo))  # drawn from in this order, so it decides digits
    asked = [row for row in every if row.kind != _DEFINITIONS]
    found = {
        _QUESTIONS: asked,
        **{kind: [row for row in asked if row.kind == kind] for kind in _KINDS},
        "words removed": [row for row in asked if row.shortened],
        "nothing removed": [row for row in asked if not row.shortened],
        _DEFINITIONS: [row for row in every if row.kind == _DEFINITIONS],
    }
    languages = Counter(row.language for row in asked)
    for language, _ in sorted(languages.items(), key=lambda one: (-one[1], one[0])):
        found[f"questions, {language}"] = [row for row in asked if row.language == language]
    return {name: chosen for name, chosen in found.items() if chosen}


def kinds(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the groups that two runs are compared on."""
    return {name: chosen for name, chosen in groups(rows).items() if name in {_QUESTIONS, *_KINDS, _DEFINITIONS}}


def report(rows: Mapping[str, Row], description: Mapping[str, Any]) -> Report:
    """Return the report of a run: means from 0 to 1 by group, system and metric; seconds of the engine's calls."""
    every = sorted((row for row in rows.values() if not row.error), key=lambda row: file_name(row.repo))
    asked: dict[str, list[Row]] = {}
    for row in every:
        if row.kind != _DEFINITIONS:
            asked.setdefault(row.repo, []).append(row)
    numbers: dict[str, Any] = {
        "run": dict(description),
        "refused": sum(bool(row.refused) for row in every),
        "groups": {name: numbers_of(chosen, SYSTEMS, METRICS) for name, chosen in groups(every).items()},
        "repositories": {name: numbers_of(chosen, SYSTEMS, METRICS) for name, chosen in asked.items()},
        "latency": latency(every),
        "model": dict(Counter(row.model for row in every).most_common()),
    }
    run = numbers["run"]
    facts = [
        f"Findspot {run['version']} (engine {run['engine']}), questions {run['questions']}, budget {run['budget']:g} s.",
        f"{len(every)} answered, {numbers['refused']} refused by the engine (they count as misses).",
        *(
            f"Not run, {count} questions: {why}"
            for why, count in Counter(one.error for one in rows.values()).items()
            if why
        ),
        *(f"The model, {count} times: {said}" for said, count in numbers["model"].items()),
    ]
    return Report("Questions", facts, _tables(numbers), [], numbers)


def printed(whole: Report) -> Iterable[Table]:
    """Return the tables that the command prints; the report has them all."""
    return (table for table in whole.tables if table.title.startswith(_SHOWN))


def _tables(numbers: Mapping[str, Any]) -> list[Table]:
    columns = list(METRICS)
    note = (
        "At least one gold function, or gold file, in the first k; functions are counted among functions, over the "
        "questions that a function answers."
    )
    return [
        *(group_table(name.capitalize(), note, group, columns) for name, group in numbers["groups"].items()),
        repository_table("Questions by repository", "All kinds but definitions.", numbers["repositories"], columns),
        latency_table(numbers["latency"]),
    ]
