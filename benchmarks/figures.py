"""``make figures``: the pages with figures and their charts, made from what the last measurements left behind.

Nothing is measured here; the same results give the same pages.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.charts import Bar, bar_chart
from benchmarks.faults import AREAS
from benchmarks.results import PERFORMANCE, RELIABILITY, read_results

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs/reference"
PICTURES = ROOT / "docs/pictures"

_MADE = "<!-- made by `make figures` from {source}; change that, not this -->"
_DEPTHS = (1, 5, 10)
_MOST_SHARE = 3.0
"""Where a bar ends that misses its budget by far, so that the others can be seen."""

_BUSY = 0.5
"""Load for each core above which a reader is told."""

Record = Mapping[str, Any]


def pages() -> dict[Path, str]:
    """Return every page and chart with what it must say, as far as there are results."""
    found: dict[Path, str] = {}
    if PERFORMANCE.is_file():
        record = read_results(PERFORMANCE)
        found[REFERENCE / "performance.md"] = "\n".join(performance_page(record))
        found[PICTURES / "performance-budgets.svg"] = budget_chart(record)
        found[PICTURES / "performance-search.svg"] = tools_chart(record, "search, warm", "Time of a search, median")
        if record["hits"]:
            found[PICTURES / "performance-hits.svg"] = hits_chart(record)
    if RELIABILITY.is_file():
        record = read_results(RELIABILITY)
        found[REFERENCE / "reliability.md"] = "\n".join(reliability_page(record))
        found[PICTURES / "reliability.svg"] = faults_chart(record)
    return found


def performance_page(record: Record) -> Iterator[str]:
    """Yield the lines of the page about time, memory and hits."""
    yield from ("# Performance", "", _MADE.format(source="benchmarks/measured/performance.json"), "")
    yield "How fast Findspot is, what it takes, and how often it is right, beside ripgrep and a plain BM25, in one run on one machine."
    yield "What each line means, who the others are, and earlier figures on Django with a quiet machine stand in"
    yield "[benchmarks](../contributing/benchmarks.md#measured). The budgets are meant for Django on two quiet cores."
    yield from ("", *_measured(record), "")
    yield from (
        "## Against the budgets",
        "",
        _picture("performance-budgets", "Each figure as a share of its budget"),
        "",
    )
    yield "Each bar is the share of its budget that was used; what is shorter than the dashed line keeps it."
    yield from ("", *_speed_table(record["lines"]), "")
    yield from ("## Beside other tools", "", _picture("performance-search", "Time of a search by tool"), "")
    if record["hits"]:
        yield from (_picture("performance-hits", "Questions answered by tool"), "")
        yield "How many questions have their answer among the first 1, 5 and 10 different files, and, where it is a definition, among"
        yield from ("the first results:", "", *_hit_table(record["hits"]), "")
    yield "`make bench`, then `make figures`, renew this page."
    yield ""


def _measured(record: Record) -> Iterator[str]:
    about = record["machine"]
    load = record["load_before"]
    yield f"Measured {record['date']} on {record['repository']}, version {record['version']}, commit `{record['commit']}`, by `{record['command']}`:"
    yield f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}, Python {about['python']}."
    if load is not None:
        busy = load > _BUSY * about["cores"]
        told = " **The machine was busy with other work: a quiet one is faster.**" if busy else ""
        yield f"Load {load:.1f} before and {record['load_after']:.1f} after.{told}"
    if record["quick"]:
        yield "Few repetitions (`--quick`): a look rather than a measurement."


def _speed_table(lines: Sequence[Record]) -> Iterator[str]:
    yield "| what | tool | n | p50 | p95 | min | max | unit | budget | note |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |"
    for line in lines:
        values = line["samples"]
        numbers = (
            [len(values), *map(_short, (_p50(values), _p95(values), min(values), max(values)))] if values else ["-"] * 5
        )
        cells = (line["row"], line["tool"], *numbers, line["unit"], "; ".join(line["verdicts"]), line["note"])
        yield f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def _hit_table(hits: Sequence[Record]) -> Iterator[str]:
    names = [f"file@{depth}" for depth in _DEPTHS] + [f"symbol@{depth}" for depth in _DEPTHS]
    yield f"| questions | tool | n | {' | '.join(names[:3])} | n | {' | '.join(names[3:])} |"
    yield f"| --- | --- |{' ---: |' * 8}"
    for line in hits:
        symbols = ["-"] * 3 if line["symbols"] is None else line["symbols"]
        cells = (line["kind"], line["tool"], line["asked"], *line["files"], line["with_symbol"], *symbols)
        yield f"| {' | '.join(map(str, cells))} |"


def budget_chart(record: Record) -> str:
    """Return the chart of what is left of each budget."""
    bars = []
    for line in record["lines"]:
        for budget in line["budgets"] if line["samples"] else []:
            value = _statistic(budget["statistic"], line["samples"])
            said = f"{_short(value)} of {budget['limit']:g} {line['unit']}"
            bars.append(
                Bar(
                    f"{line['row']}, {budget['statistic']}",
                    min(value / budget["limit"], _MOST_SHARE),
                    said,
                    int(value > budget["limit"]),
                )
            )
    return bar_chart("Share of each budget that was used", bars, mark=(1.0, "budget"), legend=("kept", "missed"))


def tools_chart(record: Record, row: str, title: str) -> str:
    """Return the chart of one row, tool by tool."""
    lines = [line for line in record["lines"] if line["row"] == row and line["samples"]]
    bars = [
        Bar(
            line["tool"],
            _p50(line["samples"]),
            f"{_short(_p50(line['samples']))} {line['unit']}",
            int(line["tool"] != "findspot"),
        )
        for line in lines
    ]
    return bar_chart(title, bars)


def hits_chart(record: Record) -> str:
    """Return the chart of questions whose file is among the first five."""
    return bar_chart(
        "Right file among the first five",
        [
            Bar(
                f"{line['kind']}: {line['tool']}",
                line["files"][1] / line["asked"],
                f"{line['files'][1]} of {line['asked']}",
                int(not line["tool"].startswith("findspot")),
            )
            for line in record["hits"]
        ],
    )


def reliability_page(record: Record) -> Iterator[str]:
    """Yield the lines of the page about what goes wrong."""
    yield from ("# Reliability", "", _MADE.format(source="benchmarks/measured/reliability.json"), "")
    yield "What is done to Findspot on purpose, and how often it held. Every case is a test with the real parts: processes that are"
    yield "killed, files that are damaged, repositories that are traps. What must stay true is listed as I-1 to I-23 in"
    yield from ("[architecture](../contributing/architecture.md#what-must-stay-true).", "")
    yield f"Run {record['date']}, version {record['version']}, commit `{record['commit']}`, {record['system']}, by `{record['command']}`."
    yield from ("", _picture("reliability", "Cases by area"), "")
    yield from ("| what goes wrong | cases | held | skipped here | seconds |", "| --- | ---: | ---: | ---: | ---: |")
    for area in record["areas"]:
        tried = area["passed"] + area["failed"]
        yield f"| {area['name']} | {tried} | {area['passed']} | {area['skipped']} | {area['seconds']:g} |"
    total = sum(area["passed"] + area["failed"] for area in record["areas"])
    held = sum(area["passed"] for area in record["areas"])
    yield f"| **all** | **{total}** | **{held}** | | |"
    yield ""
    for area in record["areas"]:
        yield f"- **{area['name']}**: {' '.join(area['what'])}"
    missing = [name for name in AREAS if name not in {area["name"] for area in record["areas"]}]
    if missing:
        yield from ("", f"Not run yet: {', '.join(missing)}.")
    yield from ("", "`make faults`, then `make figures`, renew this page.", "")


def faults_chart(record: Record) -> str:
    """Return the chart of cases by area."""
    bars = [
        Bar(
            area["name"],
            area["passed"] + area["failed"],
            f"{area['passed']} of {area['passed'] + area['failed']} held",
            int(area["failed"] > 0),
        )
        for area in record["areas"]
    ]
    return bar_chart("Cases by what goes wrong", bars, legend=("all held", "some did not"))


def _picture(name: str, what: str) -> str:
    return f"![{what}](../pictures/{name}.svg)"


def _statistic(name: str, values: Sequence[float]) -> float:
    return _p50(values) if name == "p50" else _p95(values) if name == "p95" else max(values)


def _p50(values: Iterable[float]) -> float:
    return statistics.median(values)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[-(-len(values) * 95 // 100) - 1]


def _short(value: float) -> str:
    return (
        f"{value:.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
        if value >= 1
        else f"{value:.3f}"
    )


def main() -> int:
    """Write the pages and charts."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
