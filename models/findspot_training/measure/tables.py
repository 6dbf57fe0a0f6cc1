"""Tables of a report, and its three files: ``report.json`` with every number, the tables in ``report.md`` and ``report.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

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

    def markdown(self) -> str:
        """Return the table as a section in Markdown."""
        lines = "\n".join(f"| {' | '.join(row)} |" for row in (self.head, ["---"] * len(self.head), *self.rows))
        return f"## {self.title}\n\n{self.note}\n\n{lines}\n"

    def html(self) -> str:
        """Return the table as a section of a page."""
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.head)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        return f"<h2>{escape(self.title)}</h2><p>{escape(self.note)}</p><table><tr>{head}</tr>{body}</table>"


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said of a run: sentences, tables, plots as SVG, and the ``numbers`` that they show."""

    title: str
    facts: list[str]
    tables: list[Table]
    plots: list[str]
    numbers: Mapping[str, Any]

    def write(self, out: Path) -> None:
        """Write the three files into the folder ``out``."""
        (out / "report.json").write_text(json.dumps(self.numbers, indent=1) + "\n", encoding="utf-8")
        (out / "report.md").write_text(self.markdown(), encoding="utf-8")
        (out / "report.html").write_text(self.page(), encoding="utf-8")

    def markdown(self) -> str:
        """Return the report as Markdown."""
        return "\n".join(
            [f"# {self.title}\n", *(f"{fact}\n" for fact in self.facts), *(one.markdown() for one in self.tables)]
        )

    def page(self) -> str:
        """Return the report as one HTML page that needs nothing else."""
        facts = "".join(f"<p>{escape(fact)}</p>" for fact in self.facts)
        body = "".join([*self.plots, *(table.html() for table in self.tables)])
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f"<style>{_STYLE}</style></head><body><h1>{escape(self.title)}</h1>{facts}{body}</body></html>\n"
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
                percent(one["left_mean"]),
                percent(one["right_mean"]),
                f"{100 * one['difference']:+.1f}{'*' if one['clear'] else ''}",
                f"{100 * one['low']:+.1f} to {100 * one['high']:+.1f}",
            ]
            for one in comparisons
        ],
    )


def group_table(title: str, note: str, group: Mapping[str, Any], columns: Sequence[str]) -> Table:
    """Return the metrics of a group of rows, one system a line."""
    rows = [[name, *(percent(one[column]) for column in columns)] for name, one in group["systems"].items()]
    return Table(f"{title} (n = {group['n']})", note, ["system", *columns], rows)


def repository_table(title: str, note: str, repositories: Mapping[str, Any], columns: Sequence[str]) -> Table:
    """Return the metrics of each repository."""
    rows = [
        [name, str(one["n"]), system, *(percent(values[column]) for column in columns)]
        for name, one in repositories.items()
        for system, values in one["systems"].items()
    ]
    return Table(title, note, ["repository", "n", "system", *columns], rows)


def latency_table(seconds: Mapping[str, Any]) -> Table:
    """Return the latencies of each kind of call."""
    note = (
        "Seconds. Cold: the first call about a text, whose candidates the model mostly has not read yet. "
        "Warm: the same call again. First list: the instant answer inside the cold call."
    )
    rows = [[name, str(one["n"]), f"{one['p50']:.4f}", f"{one['p95']:.4f}"] for name, one in seconds.items()]
    return Table("Latency", note, ["call", "n", "p50", "p95"], rows)


def percent(value: float | None) -> str:
    """Return a share from 0 to 1 as a cell, in percent."""
    return "-" if value is None else f"{100 * value:.1f}"
