"""The protocol reference names every method, parameter, field and error code that the server has."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from findspot.core.limits import MAX_SCOPE, MAX_TEXT
from findspot.core.types import (
    AnswerStatus,
    Evidence,
    FileProblem,
    IndexState,
    IndexStatus,
    ProblemKind,
    RefreshReport,
    SearchResult,
    Span,
)
from findspot.lsp.convert import answer_status_json, index_status_json, report_json, result_json
from findspot.lsp.params import IndexParams, LocalizeParams, SearchParams, StatusParams
from findspot.lsp.protocol import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "protocol.md"


def named() -> set[str]:
    """Return all names in backticks, a dotted or listed one also by its parts."""
    found = re.findall(r"`([^`\n]+)`", PAGE.read_text(encoding="utf-8"))
    return {part for text in found for part in (text, *re.findall(r"[\w./]+", text))}


def camel(name: str) -> str:
    """Return a Python field name as the protocol spells it."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def test_every_method_and_command_is_there() -> None:
    assert {*COMMANDS, *COMMANDS.values(), "workspace/symbol", "workspace/executeCommand"} <= named()


def test_every_parameter_is_there() -> None:
    types = (SearchParams, LocalizeParams, StatusParams, IndexParams)
    assert {camel(field.name) for kind in types for field in dataclasses.fields(kind)} <= named()


def test_every_field_of_an_answer_is_there() -> None:
    result = SearchResult(
        "a", None, "file", Span(0, 0, 1, 1), 1.0, 1, "hybrid", (Evidence("dense", "", 1.0),), True, ""
    )
    status = AnswerStatus(IndexState.READY, True, True, True, "applied", 1, 1, 0.1)
    problem = FileProblem("a", ProblemKind.BINARY, "")
    answers = [
        result_json(result, "file:///r", None, "utf-8", include_text=True),
        answer_status_json([status]),
        index_status_json(IndexStatus("/r", IndexState.READY), "file:///r"),
        report_json(RefreshReport(IndexState.READY, problems=(problem,)), "file:///r"),
    ]
    keys = {key for answer in answers for key in answer} | {"detail", "results", "status", "runningRequests", "roots"}
    assert keys <= named()
    assert {state.value for state in IndexState} <= named()


def test_the_limits_are_the_real_ones() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {f"{limit:,}" for limit in (MAX_TEXT, MAX_SCOPE)} <= set(re.findall(r"[\d,]*\d", text))
