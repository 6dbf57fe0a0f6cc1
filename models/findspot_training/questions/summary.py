"""From answered questions to the numbers of a report and of a comparison, and these as JSON and Markdown."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from findspot.evaluation.metrics import Rank, any_hit, mean, percentile, reciprocal_rank
from findspot_training.evaluation.metrics import paired_bootstrap
from findspot_training.evaluation.report import Table
from findspot_training.evaluation.systems import SYSTEMS
from findspot_training.questions.measure import Ranks, Row
from findspot_training.source import TrainingError

_DEPTH: Final = 10
_FILE_KS: Final = (1, 5)
_FUNCTION_KS: Final = (1, 5, 10)

QUESTIONS: Final = "questions"
DEFINITIONS: Final = "definition"
KINDS: Final = ("docstring", "subject", "behaviour", "architecture")
COMPARED_GROUPS: Final = (QUESTIONS, *KINDS, DEFINITIONS)

Metric = Callable[[Ranks], float | None]
"""A number of one system on one question, None where the question has no answer of that sort."""


def ndcg(ranks: Sequence[Rank], depth: int = _DEPTH) -> float:
    """Return the normalized discounted cumulative gain of the first ``depth`` places, each gold item being worth one.

    Raises ``ValueError`` without a gold item.
    """
    if not ranks:
        raise ValueError("a row without a gold item has no gain")
    gain = math.fsum(1 / math.log2(rank + 1) for rank in ranks if rank is not None and rank <= depth)
    return gain / math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(len(ranks), depth) + 1))


def metrics() -> dict[str, Metric]:
    """Return every number of one system on one question by name; hits ask for at least one gold item.

    The nDCG of files is that of their own order, ``list nDCG@10`` that of the list as shown, in which several results
    of one file take several places.
    """
    functions, files, listed = attrgetter("functions"), attrgetter("files"), attrgetter("listed")
    found: dict[str, Metric] = {"nDCG@10": _of(functions, ndcg)}
    for k in _FUNCTION_KS:
        found[f"function@{k}"] = _of(functions, partial(_hit, k=k))
    found["function MRR"] = _of(functions, reciprocal_rank)
    for k in _FILE_KS:
        found[f"file@{k}"] = _of(files, partial(_hit, k=k))
    found["file MRR"] = _of(files, reciprocal_rank)
    found["file nDCG@10"] = _of(files, ndcg)
    found["list nDCG@10"] = _of(listed, ndcg)
    return found


def _of(kind: Callable[[Ranks], Sequence[Rank]], number: Callable[[Sequence[Rank]], float]) -> Metric:
    def measured(one: Ranks) -> float | None:
        ranks = kind(one)
        return number(ranks) if ranks else None

    return measured


def _hit(ranks: Sequence[Rank], k: int) -> float:
    return float(any_hit(ranks, k))


def groups(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the groups of rows that are reported: by kind, then questions (all but definitions) by language."""
    every = list(rows)
    asked = [row for row in every if row.kind != DEFINITIONS]
    found = {
        QUESTIONS: asked,
        **{kind: [row for row in asked if row.kind == kind] for kind in KINDS},
        "words removed": [row for row in asked if row.shortened],
        "nothing removed": [row for row in asked if not row.shortened],
        DEFINITIONS: [row for row in every if row.kind == DEFINITIONS],
    }
    languages = Counter(row.language for row in asked)
    for language, _ in sorted(languages.items(), key=lambda one: (-one[1], one[0])):
        found[f"questions, {language}"] = [row for row in asked if row.language == language]
    return {name: chosen for name, chosen in found.items() if chosen}


def _means(rows: Sequence[Row], system: str) -> dict[str, float | None]:
    return {
        name: mean([value for row in rows if (value := of(row.systems[system])) is not None])
        for name, of in metrics().items()
    }


def summarize(rows: Mapping[str, Row], description: Mapping[str, Any]) -> dict[str, Any]:
    """Return all numbers of a run: means from 0 to 1 by group, system and metric; seconds of the engine's calls."""
    every = list(rows.values())
    repositories = dict.fromkeys(row.repository for row in every)
    seconds = {name: [row.seconds[name] for row in every if name in row.seconds] for name in every[0].seconds}
    return {
        "run": dict(description),
        "refused": sum(bool(row.refused) for row in every),
        "groups": {
            name: {"n": len(chosen), "systems": {system: _means(chosen, system) for system in SYSTEMS}}
            for name, chosen in groups(every).items()
        },
        "repositories": {
            name: {
                "n": len(chosen),
                "systems": {system: _means(chosen, system) for system in SYSTEMS},
            }
            for name in repositories
            if (chosen := [row for row in every if row.repository == name and row.kind != DEFINITIONS])
        },
        "latency": {
            name: {"n": len(values), "p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
            for name, values in seconds.items()
        },
        "model": dict(Counter(row.model for row in every).most_common()),
    }


def compare(
    left: Mapping[str, Row],
    right: Mapping[str, Row],
    systems: Sequence[str],
    against: str | None = None,
    only: Sequence[str] = COMPARED_GROUPS,
) -> list[dict[str, Any]]:
    """Compare systems of two runs on the questions that both have answered; ``against`` is the right run's system.

    Raises ``TrainingError`` when they share none.
    """
    shared = [one for name, one in left.items() if name in right and one.text == right[name].text]
    if not shared:
        raise TrainingError("the two runs share no question")
    found: list[dict[str, Any]] = []
    for system in systems:
        other = against or system
        for group, chosen in groups(shared).items():
            for metric, of in metrics().items() if group in only else ():
                pairs = [(of(row.systems[system]), of(right[row.id].systems[other])) for row in chosen]
                both = [(one, two) for one, two in pairs if one is not None and two is not None]
                if not both:
                    continue
                ours, theirs = [one for one, _ in both], [two for _, two in both]
                interval = paired_bootstrap(ours, theirs)
                found.append(
                    {
                        "metric": f"{group}: {metric}",
                        "left": system,
                        "right": other,
                        "left_mean": mean(ours),
                        "right_mean": mean(theirs),
                        **asdict(interval),
                        "clear": interval.clear,
                    }
                )
    return found


def tables(numbers: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a report."""
    columns = list(metrics())
    found = [
        Table(
            f"{name} (n = {group['n']})".capitalize(),
            "At least one gold function, or gold file, in the first k; functions are counted among functions, over the "
            "questions that a function answers.",
            ["system", *columns],
            [[system, *(_percent(one[column]) for column in columns)] for system, one in group["systems"].items()],
        )
        for name, group in numbers["groups"].items()
    ]
    rows = [
        [name, str(group["n"]), system, *(_percent(one[column]) for column in columns)]
        for name, group in numbers["repositories"].items()
        for system, one in group["systems"].items()
    ]
    found.append(
        Table("Questions by repository", "All kinds but definitions.", ["repository", "n", "system", *columns], rows)
    )
    seconds = [
        [name, str(one["n"]), f"{one['p50']:.4f}", f"{one['p95']:.4f}"] for name, one in numbers["latency"].items()
    ]
    found.append(Table("Latency", "Seconds.", ["call", "n", "p50", "p95"], seconds))
    return found


def write_report(rows: Mapping[str, Row], description: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Write ``report.json`` and ``report.md`` into ``out`` and return the numbers."""
    numbers = summarize(rows, description)
    run = numbers["run"]
    parts = [
        "# Questions",
        "",
        f"Findspot {run['version']} (engine {run['engine']}), questions {run['questions']}, budget {run['budget']:g} s.",
        f"{len(rows)} answered, {numbers['refused']} refused by the engine (they count as misses).",
        "",
        *(f"- the model, {count} times: {said}" for said, count in numbers["model"].items()),
        "",
    ]
    for table in tables(numbers):
        lines = [table.head, ["---"] * len(table.head), *table.rows]
        parts += [f"## {table.title}", "", table.note, "", *("| " + " | ".join(line) + " |" for line in lines), ""]
    (out / "report.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text("\n".join(parts), encoding="utf-8")
    return numbers


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"
