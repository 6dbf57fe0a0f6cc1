"""The report of a run: ``report.json`` with every number, the same tables in ``report.md`` and ``report.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from findspot_training.evaluation.plots import bars, curves
from findspot_training.evaluation.records import LEVELS, Row
from findspot_training.evaluation.summary import ANY_KS, CEILINGS, FILE_KS, FUNCTION_KS, MAIN, summarize

_FILES = [f"file@{k}" for k in FILE_KS]
_ALL_FILES = [f"all files@{k}" for k in FILE_KS]
_FUNCTIONS = [f"func@{k}" for k in FUNCTION_KS]
_ANY = [f"any func@{k}" for k in ANY_KS]
_SEEN = [f"seen func@{k}" for k in FUNCTION_KS]
_HEADLINE = [*_FILES, *_FUNCTIONS, *_SEEN, *_ANY, "file MRR", "func MRR"]
_SHORT = ["file@1", "file@5", *_FUNCTIONS]

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{padding:.2rem .6rem;border-bottom:1px solid #ddd;"
    "text-align:right}th:first-child,td:first-child{text-align:left}svg{width:100%;height:auto;margin:1rem 0}"
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what it shows, a sentence about how to read it, and its cells."""

    title: str
    note: str
    head: list[str]
    rows: list[list[str]]


def write_report(rows: Mapping[str, Row], description: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Write the three files into ``out`` and return the numbers."""
    numbers = summarize(rows, description)
    (out / "report.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(markdown(numbers), encoding="utf-8")
    (out / "report.html").write_text(page(numbers), encoding="utf-8")
    return numbers


def markdown(numbers: Mapping[str, Any]) -> str:
    """Return the report as Markdown."""
    parts = ["# Evaluation", "", *_facts(numbers), ""]
    for table in tables(numbers):
        parts += [f"## {table.title}", "", table.note, "", _line(table.head), _line(["---"] * len(table.head))]
        parts += [*map(_line, table.rows), ""]
    return "\n".join(parts)


def page(numbers: Mapping[str, Any]) -> str:
    """Return the report as one HTML page that needs nothing else."""
    facts = "".join(f"<p>{escape(fact)}</p>" for fact in _facts(numbers))
    body = "".join(map(_html, tables(numbers)))
    drawn = "".join(plots(numbers))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Evaluation</title>'
        f"<style>{_STYLE}</style></head><body><h1>Evaluation</h1>{facts}{drawn}{body}</body></html>\n"
    )


def tables(numbers: Mapping[str, Any]) -> list[Table]:
    """Return all tables of a report."""
    systems = list(numbers["answers"])
    found = [
        _ranking_table(
            f"Rows {MAIN}",
            "Strict: all gold in the first k. Files are code files; functions are counted among functions. Seen: places of "
            "the answer as cut, where a class takes a place too. Any: at least one gold function.",
            numbers["rankings"][MAIN],
            _HEADLINE,
        ),
        _ranking_table(
            "All rows with a gold code file",
            "File columns as above, then with documents and tests that the solution changes counted as gold too.",
            numbers["rankings"]["all"],
            [*_FILES, *_ALL_FILES],
        ),
    ]
    for split in numbers["rankings"]:
        if split not in {"all", MAIN}:
            group = numbers["rankings"][split]
            found.append(_ranking_table(split.capitalize(), "Part of the first table.", group, _HEADLINE))
    found += [_answer_table(numbers, level, systems) for level in LEVELS]
    found.append(
        Table(
            "Ceilings",
            "Share of rows with all gold functions in the first k, then the share of gold functions there.",
            ["system", *(f"all in {k}" for k in CEILINGS), *(f"recall {k}" for k in CEILINGS)],
            [
                [
                    name,
                    *(_percent(numbers["ceilings"][name][str(k)]["strict"]) for k in CEILINGS),
                    *(_percent(numbers["ceilings"][name][str(k)]["recall"]) for k in CEILINGS),
                ]
                for name in systems
            ],
        )
    )
    found += [_latency_table(numbers), _repository_table(numbers), comparison_table(numbers["comparisons"])]
    measured = {name: one["error"] for name, one in numbers["calibration"].items() if one["error"] is not None}
    if measured:
        cells = [[name, _percent(error)] for name, error in measured.items()]
        note = "Mean distance between a result's probability and the share of such results that are right."
        found.append(Table("Expected calibration error", note, ["system", "error"], cells))
    return found


def plots(numbers: Mapping[str, Any]) -> list[str]:
    """Return the plots of a report as SVG."""
    systems = numbers["rankings"][MAIN]["systems"]
    shown = [*_FILES, *_FUNCTIONS]
    drawn = [
        bars("Strict accuracy", shown, {name: [one[metric] for metric in shown] for name, one in systems.items()}),
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


def comparison_table(comparisons: Sequence[Mapping[str, Any]]) -> Table:
    """Return the table of paired differences."""
    return Table(
        "Differences",
        "Mean difference in points, left minus right, row by row; 95 % interval of a paired bootstrap. "
        "A star: the interval leaves zero out.",
        ["left", "right", "metric", "n", "left mean", "right mean", "difference", "interval"],
        [
            [
                one["left"],
                one["right"],
                one["metric"],
                str(one["n"]),
                _percent(one["left_mean"]),
                _percent(one["right_mean"]),
                f"{100 * one['difference']:+.1f}{'*' if one['clear'] else ''}",
                f"{100 * one['low']:+.1f} to {100 * one['high']:+.1f}",
            ]
            for one in comparisons
        ],
    )


def table_text(table: Table) -> str:
    """Return a table for the terminal, columns aligned."""
    cells = [table.head, *table.rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(table.head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    )


def _facts(numbers: Mapping[str, Any]) -> list[str]:
    counts, run = numbers["counts"], numbers["run"]
    switched = f"; without {', '.join(run['off'])}" if run["off"] else ""
    facts = [
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
    return [f"{fact}\n" for fact in facts]


def _ranking_table(title: str, note: str, group: Mapping[str, Any], columns: Sequence[str]) -> Table:
    rows = [[name, *(_percent(one[column]) for column in columns)] for name, one in group["systems"].items()]
    return Table(f"{title} (n = {group['n']})", note, ["system", *columns], rows)


def _answer_table(numbers: Mapping[str, Any], level: str, systems: Sequence[str]) -> Table:
    rows = [
        [name, *(_percent(numbers["answers"][name][level][column]) for column in ("precision", "recall", "f_beta"))]
        for name in systems
    ]
    number = max((numbers["answers"][name][level]["n"] for name in systems), default=0)
    return Table(
        f"The answer as cut, {level} level (n = {number})",
        "Means over rows; F-beta with beta 0.5. These say nothing about rankings, and Acc@k nothing about them.",
        ["system", "precision", "recall", "F 0.5"],
        rows,
    )


def _latency_table(numbers: Mapping[str, Any]) -> Table:
    rows = [
        [name, str(one["n"]), _seconds(one["p50"]), _seconds(one["p95"])] for name, one in numbers["latency"].items()
    ]
    note = (
        "Seconds. Cold: the first call about a text, whose candidates the model mostly has not read yet. "
        "Warm: the same call again. First list: the instant answer inside the cold call."
    )
    return Table("Latency", note, ["call", "n", "p50", "p95"], rows)


def _repository_table(numbers: Mapping[str, Any]) -> Table:
    rows = [
        [repo, str(one["n"]), name, *(_percent(values[metric]) for metric in _SHORT)]
        for repo, one in numbers["repositories"].items()
        for name, values in one["systems"].items()
    ]
    return Table("By repository", f"Rows {MAIN}.", ["repository", "n", "system", *_SHORT], rows)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _html(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f"<h2>{escape(table.title)}</h2><p>{escape(table.note)}</p><table><tr>{head}</tr>{body}</table>"
