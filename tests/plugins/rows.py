"""A pytest plugin for the ``row`` marker: which rows of the checklist have a passing test.

``@pytest.mark.row("V17", "V18")`` names the rows a test covers. An id that the checklist does not have is a
usage error, so that a row cannot be covered by a misspelling. ``--rows`` prints the state of every row at the end.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

CHECKLIST = Path(__file__).parents[2] / "docs" / "contributing" / "checklist.md"

_PROPERTY = "rows of the checklist"

_SECTION = re.compile(r"^## ([A-Z])\. (.+)$")
_ROW = re.compile(r"^\| ([A-Z][0-9]{2}) \| (.+) \|$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the checklist and the heading it stands under."""

    id: str
    text: str
    section: str


def read_checklist(text: str) -> dict[str, Row]:
    """Return the rows by id, in the order of the page; raises ``ValueError`` for an id that stands there twice."""
    rows: dict[str, Row] = {}
    section = ""
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            section = f"{heading[1]}. {heading[2]}"
        elif row := _ROW.match(line):
            if row[1] in rows:
                message = f"the checklist has {row[1]} twice"
                raise ValueError(message)
            rows[row[1]] = Row(row[1], row[2], section)
    return rows


def state_of(outcomes: set[str]) -> str:
    """Return one word for the outcomes of all tests of a row: a failure outweighs a pass, a pass a skip."""
    for word in ("failing", "passing", "skipped"):
        if word in outcomes:
            return word
    return "no test"


@dataclass(eq=False)
class RowReport:
    """Collects the outcome of each test under the rows it names."""

    rows: dict[str, Row]
    wanted: bool
    outcomes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    tests: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the rows of each test and refuse unknown ids."""
        for item in items:
            ids = tuple(str(name) for marker in item.iter_markers("row") for name in marker.args)
            unknown = [name for name in ids if name not in self.rows]
            if unknown:
                message = f"{item.nodeid}: the checklist ({CHECKLIST.name}) has no row {', '.join(unknown)}"
                raise pytest.UsageError(message)
            if ids:
                item.user_properties.append((_PROPERTY, ids))  # travels with the report, also out of a worker process

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record passes and skips of the call, and failures of any phase."""
        ids = [
            name for key, names in report.user_properties if key == _PROPERTY for name in cast("Sequence[str]", names)
        ]
        if report.failed:
            outcome = "failing"
        elif report.skipped:
            outcome = "skipped"
        elif report.when == "call":
            outcome = "passing"
        else:
            return
        for row in ids:
            self.outcomes[row].add(outcome)
            self.tests[row].add(report.nodeid.split("[")[0])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print every row with its state, and the number of covered rows per section."""
        if not self.wanted:
            return
        write = terminalreporter.write_line
        terminalreporter.section("rows of the checklist")
        passing = 0
        for section in dict.fromkeys(row.section for row in self.rows.values()):
            members = [row for row in self.rows.values() if row.section == section]
            covered = sum(state_of(self.outcomes[row.id]) == "passing" for row in members)
            passing += covered
            write(f"{section}: {covered} of {len(members)}")
            for row in members:
                tests = sorted(self.tests[row.id])
                more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
                where = f"  [{tests[0]}{more}]" if tests else ""
                write(f"  {row.id} {state_of(self.outcomes[row.id]):<8} {row.text}{where}")
        write(f"{passing} of {len(self.rows)} rows have a passing test")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--rows``."""
    parser.addoption("--rows", action="store_true", help="print the state of every row of the checklist")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker and start collecting."""
    config.addinivalue_line("markers", "row(*ids): the rows of docs/contributing/checklist.md that this test covers")
    rows = read_checklist(CHECKLIST.read_text(encoding="utf-8"))
    config.pluginmanager.register(RowReport(rows, wanted=bool(config.getoption("--rows"))), "findspot-rows")
