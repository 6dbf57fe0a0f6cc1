"""One finished case as one JSON line: ranks of the gold, scores of the answer, seconds. What reports are made of.

Each repository has a file of its own, which only the process that works on it appends to. A line that a kill left
torn is no line; a row that failed is tried again by the next run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from findspot.evaluation.metrics import Rank, ranks_of
from findspot.evaluation.places import FUNCTIONS
from findspot_training.measure.gold import Gold, outermost
from findspot_training.measure.metrics import SetScores, covered_lines, set_scores
from findspot_training.measure.systems import Found, Shown
from findspot_training.source import TrainingError

LEVELS = ("file", "module", "function", "line")

_SHOWN = 10
"""Results per list that are kept to be looked at."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One system on one case.

    ``files`` are the ranks of the gold code files, ``all_files`` of all gold files, ``functions`` of the gold
    functions among functions only, ``seen`` their places in the answer as cut, where classes take places too, and ``listed``
    the ranks of the gold code files in the whole list, where each result takes a place. ``sets`` has the scores of the
    answer as cut by level, without those that have no gold. ``calibration`` lists (probability, whether the result is a
    gold function or file) for the results of the whole list that carry a probability.
    """

    files: list[Rank]
    all_files: list[Rank]
    functions: list[Rank]
    seen: list[Rank]
    sets: dict[str, SetScores]
    calibration: list[tuple[float, bool]] = field(default_factory=list)
    top: list[str] = field(default_factory=list)
    listed: list[Rank] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """One case, finished (``systems`` filled) or failed (``error`` says why); ``refused`` is why the engine did not take it.

    ``text`` is kept of questions only.
    """

    id: str
    repo: str
    commit: str
    kind: str = "issue"
    error: str = ""
    text: str = ""
    language: str = ""
    shortened: bool = False
    mentioned: bool = False
    gold_files: list[str] = field(default_factory=list)
    gold_functions: list[str] = field(default_factory=list)
    systems: dict[str, Judged] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    model: str = ""
    refused: str = ""
    files: int = 0
    chunks: int = 0
    missing: int = 0

    @property
    def one_file(self) -> bool:
        """Whether one code file holds all of the solution."""
        return len(self.gold_files) == 1

    def line(self) -> str:
        """Return the row as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)


def judge(found: Found, gold: Gold) -> Judged:
    """Return ranks and scores of one system's answer."""
    return Judged(
        files=ranks_of(found.files, gold.code_files),
        all_files=ranks_of(found.files, gold.files),
        functions=ranks_of(found.functions, gold.functions),
        seen=ranks_of(
            [(one.path, one.symbol if one.kind in FUNCTIONS else None) for one in found.answer], gold.functions
        ),
        sets=level_scores(found.answer, gold),
        calibration=[
            (one.probability, (one.path, one.symbol) in gold.functions or (not one.symbol and one.path in gold.files))
            for one in found.listed
            if one.probability is not None
        ],
        top=[f"{one.path}:{one.symbol or ''}" for one in found.answer[:_SHOWN]],
        listed=ranks_of([one.path for one in found.listed or found.answer], gold.code_files),
    )


def level_scores(answer: Sequence[Shown], gold: Gold) -> dict[str, SetScores]:
    """Score an answer as a set of files, modules, functions and lines, without the levels that have no gold."""
    functions = {(one.path, one.symbol) for one in answer if one.kind in FUNCTIONS and one.symbol is not None}
    lines = covered_lines(
        {path: [one.lines for one in answer if one.path == path] for path in {one.path for one in answer}}
    )
    pairs: dict[str, tuple[set[Any], set[Any]]] = {
        "file": ({one.path for one in answer}, set(gold.code_files)),
        "module": ({(one.path, outermost(one.symbol)) for one in answer if one.symbol}, set(gold.modules)),
        "function": (functions, set(gold.functions)),
        "line": (lines, covered_lines(gold.lines)),
    }
    return {level: set_scores(predicted, wanted) for level, (predicted, wanted) in pairs.items() if wanted}


def rows_path(out: Path, repo: str) -> Path:
    """Return the file of one repository's rows in the folder of a run."""
    return out / "rows" / f"{repo.replace('/', '+')}.jsonl"


def append_row(path: Path, row: Row) -> None:
    """Add one row and see it to the disk; a torn line before it is closed first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        torn = path.stat().st_size > 0 and path.read_bytes()[-1:] != b"\n"
        stream.write((b"\n" if torn else b"") + row.line().encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_rows(paths: Iterable[Path]) -> dict[str, Row]:
    """Return the rows of files by case; the last one of a case counts, lines that are torn or of another version do not."""
    adapter = TypeAdapter(Row)
    rows: dict[str, Row] = {}
    for path in paths:
        try:
            lines = path.read_bytes().split(b"\n") if path.exists() else []
        except OSError as error:
            raise TrainingError(f"{path}: cannot be read: {error}") from error
        for line in lines:
            with suppress(ValidationError):
                row = adapter.validate_json(line)
                rows[row.id] = row
    return rows


def read_run(place: Path) -> dict[str, Row]:
    """Return all rows of the folder of a run; raises ``TrainingError`` when it holds none."""
    rows = read_rows(sorted((place / "rows").glob("*.jsonl")))
    if not rows:
        raise TrainingError(f"{place}: holds no finished row of a measurement")
    return rows
