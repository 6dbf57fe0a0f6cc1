"""What was measured, as a table for people and as plain data for JSON: pure functions of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from findspot.evaluation.measure import SYSTEMS, Measured, Row
from findspot.evaluation.metrics import mean, percentile, reciprocal_rank, strict_hit

FILE_KS = (1, 3, 5, 10)
FUNCTION_KS = (5, 10)

_COLUMNS = (*(f"file@{k}" for k in FILE_KS), *(f"func@{k}" for k in FUNCTION_KS), "func MRR")

_SHORT_COMMIT = 10

_IN_PART = "applied to "

_LEGEND = """\
file@k: all changed files are among the first k; func@k: the same for functions, in per cent of the commits.
func MRR: one through the rank of the first changed function, on average."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the commits, and the numbers of each system on them; without a commit there are no numbers."""

    name: str
    commits: int
    systems: Mapping[str, Mapping[str, float | None]]


_GROUPS: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("all commits", lambda _: True),
    ("the message names a changed file or function", lambda row: row.mentioned),
    ("it names none", lambda row: not row.mentioned),
)


def groups(rows: Sequence[Row]) -> list[Group]:
    """Return the numbers of all rows, and of those whose text mentions what it is about or does not."""
    found: list[Group] = []
    for name, belongs in _GROUPS:
        members = [row for row in rows if belongs(row)]
        found.append(Group(name, len(members), {system: _numbers(members, system) for system in SYSTEMS}))
    return found


def _numbers(rows: Sequence[Row], system: str) -> dict[str, float | None]:
    ranks = [row.systems[system] for row in rows]
    files = {f"file@{k}": mean([float(strict_hit(one.files, k)) for one in ranks]) for k in FILE_KS}
    functions = {f"func@{k}": mean([float(strict_hit(one.functions, k)) for one in ranks]) for k in FUNCTION_KS}
    return {**files, **functions, "func MRR": mean([reciprocal_rank(one.functions) for one in ranks])}


def latency(rows: Sequence[Row]) -> dict[str, dict[str, float | None]]:
    """Return the median and the 95th percentile of the seconds of each call."""
    found: dict[str, dict[str, float | None]] = {}
    for call in ("localize", "search"):
        seconds = [row.seconds[call] for row in rows]
        found[call] = {"p50": percentile(seconds, 0.5), "p95": percentile(seconds, 0.95)}
    return found


def models(rows: Sequence[Row]) -> Counter[str]:
    """Count what the answers said about the localization model; those that had time for a part of it are one kind."""
    return Counter("applied to some candidates" if row.model.startswith(_IN_PART) else row.model for row in rows)


def record(measured: Measured) -> dict[str, Any]:
    """Return everything as plain data; ``null`` stands for a number that no commit gives."""
    repository, rows = measured.repository, measured.rows
    return {
        "root": str(repository.top or repository.store),
        "head": repository.head,
        "shallow": repository.shallow,
        "complete": measured.complete,
        "commits": len(rows),
        "suitable": len(measured.tasks),
        "left_out": dict(measured.left_out),
        "budget": measured.config.settings.budget,
        "groups": {
            key: {"commits": group.commits, "systems": group.systems}
            for key, group in zip(("all", "mentioned", "not_mentioned"), groups(rows), strict=True)
        },
        "latency": latency(rows),
        "model": dict(models(rows)),
        "missing_files": max((row.missing for row in rows), default=0),
        "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    commit = row.task.candidate.commit
    return {
        "commit": commit.digest,
        "parent": commit.parents[0],
        "message": row.task.candidate.message.text,
        "files": [file.as_json() for file in row.task.files],
        "mentioned": row.mentioned,
        "ranks": {name: {"files": ranks.files, "functions": ranks.functions} for name, ranks in row.systems.items()},
        "seconds": {name: round(seconds, 4) for name, seconds in row.seconds.items()},
        "model": row.model,
    }


def table_lines(measured: Measured) -> Iterator[str]:
    """Yield the lines for people, at most 110 columns wide."""
    rows, repository = measured.rows, measured.repository
    yield f"{repository.top or repository.store}"
    newest, oldest = (one.task.candidate.commit.digest[:_SHORT_COMMIT] for one in (rows[0], rows[-1]))
    span = newest if len(rows) == 1 else f"{newest} back to {oldest}"
    stopped = "" if measured.complete else f"; stopped before the other {len(measured.tasks) - len(rows):,}"
    yield f"{_commits(len(rows))}, {span}; each asked at the tree before it{stopped}"
    yield ""
    yield f"{'':<12}{''.join(f'{name:>10}' for name in _COLUMNS)}"
    for group in groups(rows):
        if group.commits:
            yield f"{group.name} ({group.commits:,})"
            for name, numbers in group.systems.items():
                yield f"  {name:<10}{''.join(f'{_cell(column, numbers[column]):>10}' for column in _COLUMNS)}"
    yield ""
    yield from _LEGEND.splitlines()
    yield ""
    for call, numbers in latency(rows).items():
        yield f"{call:<9} p50 {numbers['p50'] or 0.0:.2f} s, p95 {numbers['p95'] or 0.0:.2f} s"
    yield f"model     {_counts(models(rows))}"
    yield f"left out  {_counts(measured.left_out) or 'no commit'}"
    yield from _warnings(measured)


def _warnings(measured: Measured) -> Iterator[str]:
    missing = max(row.missing for row in measured.rows)
    if measured.repository.shallow:
        yield "note      this clone is shallow: older commits and what they say are not there"
    if missing:
        yield f"note      up to {missing:,} files of a commit could not be laid out: this clone lacks them"


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in counts.most_common())


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if column.endswith("MRR") else f"{100 * value:.0f}"


def _commits(number: int) -> str:
    return f"{number:,} commit{'' if number == 1 else 's'}"
