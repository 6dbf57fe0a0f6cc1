"""The record of one exploration as a line of JSON: what was asked, called, seen and answered.

The same schema is what training reads; ``docs/reference/runs.md`` is made from it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from findspot.core.types import Stage
from findspot.service.messages import Message


class RunBudgets(Message):
    """What the exploration was allowed to take."""

    turns: int = Field(description="turns at most, the one with the answer included")
    calls_per_turn: int = Field(description="calls of one turn at most")
    seconds: float = Field(description="by the clock, for everything")
    bytes: int = Field(description="of all observations together")


class RunCall(Message):
    """One call of a tool and what came of it."""

    tool: str = Field(description="its name, as the policy wrote it")
    arguments: dict[str, Any] = Field(description="as the policy wrote them")
    seconds: float = Field(description="by the clock; 0 where it was not run")
    bytes: int = Field(description="of the observation")
    answer: str = Field(description="the observation, as a model reads it")
    error: str = Field(description="what went wrong; empty if nothing did")
    repeated: bool = Field(description="the same call had been made before, and was not run again")


class RunTurn(Message):
    """One turn: calls that were made at once."""

    calls: tuple[RunCall, ...] = Field(description="in the order in which the policy named them")
    dropped: int = Field(description="calls over the limit of a turn, which were not run")
    seconds: float = Field(description="by the clock, until the last call was done or given up")


class RunResult(Message):
    """One place of the answer."""

    path: str = Field(description="the file, relative to the root")
    symbol: str | None = Field(description="qualified name inside the file")
    start_line: int = Field(description="the first line, from 1")
    end_line: int = Field(description="the last line, inclusive")
    probability: float | None = Field(description="how likely this is the right place; null where that is not known")


class RunAnswer(Message):
    """What came of it."""

    results: tuple[RunResult, ...] = Field(description="best first")
    stage: Stage = Field(description="`explored`, or what the engine's own answer is, where that had to stand")
    forced: bool = Field(description="the policy gave no valid answer by itself")
    repaired: int = Field(description="citations whose path or lines were mended")
    refused: int = Field(description="citations that are nowhere, outside of the root, or named before")


class Run(Message):
    """One exploration."""

    version: Literal[1] = Field(1, description="of this schema")
    query: str = Field(description="the question")
    repository: str = Field(description="name of the root's folder")
    commit: str | None = Field(description="what was checked out; null where that is not known")
    question: str = Field(description="`symbol`, `path`, `prose`, `trace` or `issue`")
    policy: str = Field(description="its name")
    budgets: RunBudgets = Field(description="what it was allowed to take")
    turns: tuple[RunTurn, ...] = Field(description="those that called something")
    answer: RunAnswer = Field(description="what came of it")
    seconds: float = Field(description="by the clock, for everything")


def append_run(path: Path, run: Run) -> None:
    """Append a run to a file of JSON lines, in one write; raises ``OSError``."""
    line = json.dumps(run.model_dump()) + "\n"
    with path.open("ab") as stream:
        stream.write(line.encode())
