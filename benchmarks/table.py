"""The tables a person reads, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.measure import Budget, Line, Samples
from benchmarks.quality import DEPTHS, HitLine

_HEADINGS = ("what", "tool", "n", "p50", "p95", "min", "max", "unit", "budget", "note")


def speed_table(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the lines of the first table; a row that several tools share is named once."""
    rows: list[tuple[str, ...]] = [_HEADINGS]
    last = ""
    for line in lines:
        numbers = _numbers(line.samples)
        budget = "; ".join(verdict(one, line.samples, line.unit) for one in line.budgets if line.samples)
        rows.append(("" if line.row == last else line.row, line.tool, *numbers, line.unit, budget, line.note))
        last = line.row
    yield from _aligned(rows, right=frozenset(range(2, 7)))


def hit_table(lines: Sequence[HitLine]) -> Iterator[str]:
    """Yield the lines of the second table."""
    rows: list[tuple[str, ...]] = [
        (
            "questions",
            "tool",
            "n",
            *(f"file@{depth}" for depth in DEPTHS),
            "n",
            *(f"symbol@{depth}" for depth in DEPTHS),
        )
    ]
    last = ""
    for line in lines:
        files = [str(count) for count in line.files]
        symbols = ["-"] * len(DEPTHS) if line.symbols is None else [str(count) for count in line.symbols]
        kind = "" if line.kind == last else line.kind
        rows.append((kind, line.tool, str(line.asked), *files, str(line.with_symbol), *symbols))
        last = line.kind
    yield from _aligned(rows, right=frozenset(range(2, 10)))


def verdict(budget: Budget, samples: Samples, unit: str) -> str:
    """Say whether a budget was met, or by how much it was missed."""
    value = samples.of(budget.statistic)
    limit = f"{budget.statistic} <= {budget.limit:g} {unit}"
    if value <= budget.limit:
        return f"{limit} met"
    over = value - budget.limit
    return f"{limit} MISSED by {_short(over)} ({over / budget.limit:.0%})"


def as_json(facts: Mapping[str, Any], lines: Sequence[Line], hits: Sequence[HitLine]) -> dict[str, Any]:
    """Return everything that was measured, with every single value."""
    return {
        **facts,
        "lines": [
            {
                **asdict(line),
                "samples": list(line.samples.values) if line.samples else [],
                "verdicts": [verdict(one, line.samples, line.unit) for one in line.budgets if line.samples],
            }
            for line in lines
        ],
        "hits": [asdict(line) for line in hits],
    }


def _numbers(samples: Samples | None) -> tuple[str, ...]:
    if samples is None:
        return ("-",) * 5
    shown = (_short(value) for value in (samples.p50, samples.p95, samples.min, samples.max))
    return (str(len(samples.values)), *shown)


def _short(value: float) -> str:
    return (
        f"{value:.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.3f}"
        if value < 1
        else f"{value:.2f}"
    )


def _aligned(rows: Sequence[tuple[str, ...]], right: frozenset[int]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
