"""Requests are checked once for every front end; answers keep the engine's own names."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import pytest

from findspot.core import types as core
from findspot.core.types import Evidence, FileProblem, IndexState, ProblemKind, Span
from findspot.service.messages import (
    AnswerStatus,
    IndexRequest,
    IndexStatus,
    LocalizeRequest,
    RefreshReport,
    Request,
    RequestError,
    Result,
    SearchRequest,
)

RESULT = core.SearchResult(
    "src/é.py", "Shop.pay", "method", Span(3, 9, 2, 4), 0.5, 1, "hybrid", (Evidence("dense", "", 1.0),), True, "x"
)


def test_null_is_absent_and_camel_case_is_the_same_field() -> None:
    plain = SearchRequest.read({"query": "x", "top_k": 3, "scope": ["a", "b"]})
    assert plain == SearchRequest.read({"query": "x", "topK": 3, "scope": ["a", "b"], "root": None})
    assert (plain.scope, plain.include_text) == (("a", "b"), True)


def test_half_of_a_pair_of_surrogates_is_replaced() -> None:
    assert LocalizeRequest.read({"text": "a\ud800"}).text == "a\ufffd"


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        (SearchRequest, {"query": "x", "top_k": "3"}, "'top_k' must be a whole number from 1 to 1000, not 3"),
        (SearchRequest, {"query": "x", "topK": 1001}, "'top_k' must be a whole number from 1 to 1000, not 1001"),
        (SearchRequest, {"query": "x", "includetext": True}, "did you mean 'include_text'?"),
        (
            SearchRequest,
            {"query": "x", "zzz": 1},
            "known are root, scope, types, not_types, globs, only, max_depth, ignored, top_k, include_text, context, threshold, explain, query",
        ),
        (SearchRequest, {"query": "x", "scope": ["y" * 16_385]}, "'scope' has 16,385 characters"),
        (SearchRequest, {"query": "x", "context": 5}, "'context' must be an object"),
        (SearchRequest, {"query": "x", "context": {"open": "a.py"}}, "'context.open' must be a list"),
        (SearchRequest, {"query": "x", "context": {"open": [5]}}, "'context.open' must hold strings"),
        (
            SearchRequest,
            {"query": "x", "context": {"opened": []}},
            "'context.opened' is not a parameter; did you mean 'open'?",
        ),
        (SearchRequest, {"query": "x", "context": {"active": {"line": 1}}}, "'context.active.path' is missing"),
        (
            SearchRequest,
            {"query": "x", "context": {"active": {"path": "a", "line": 0}}},
            "'context.active.line' must be a whole number from 1 to 2147483647, not 0",
        ),
        (SearchRequest, {"query": "x", "context": {"diagnostics": [1]}}, "'context.diagnostics' must hold objects"),
        (
            SearchRequest,
            {"query": "x", "context": {"diagnostics": [{"path": "a", "line": 1}]}},
            "'context.diagnostics.message' is missing",
        ),
        (LocalizeRequest, {"text": "x", "level": "line"}, "'level' must be 'file' or 'function'"),
        (LocalizeRequest, {"text": "x", "budget": "soon"}, "'budget' must be a number from 0 to 60, not soon"),
        (IndexRequest, {"rebuild": 1}, "'rebuild' must be true or false"),
        (IndexRequest, [], "one object"),
        (SearchRequest, {"query": "x", "\ud800": 1}, "'\ufffd' is not a parameter"),
        (SearchRequest, {"query": {"text": "x"}}, "'query' must be a string"),
        (SearchRequest, {"query": "x", "top_k": float("nan")}, "'top_k' must be a whole number"),
        (LocalizeRequest, {"text": "x", "budget": float("inf")}, "'budget' must be a number from 0 to 60"),
    ],
)
def test_a_mistake_names_the_field_and_what_it_should_be(kind: type[Request], raw: Any, message: str) -> None:
    with pytest.raises(RequestError, match=re.escape(message)):
        kind.read(raw)


def test_of_what_an_editor_shows_the_first_hundred_files_count() -> None:
    many = [f"{number}.py" for number in range(10_000)]
    said = [{"path": path, "message": "m" * 10_000} for path in many]
    raw = {"open": many, "recent": many, "changed": many, "diagnostics": said}
    view = SearchRequest.read({"query": "x", "context": raw}).context
    assert view is not None
    assert view.open == view.recent == view.changed == tuple(many[:100])
    assert [len(one.message) for one in view.diagnostics] == [500] * 100


def test_a_result_has_the_names_and_values_of_the_engine() -> None:
    record = Result.by_lines(RESULT, "/r", include_text=True).to_json()
    assert (record["start_line"], record["end_line"], record["root"]) == (2, 4, "/r")
    assert list(record["evidence"]) == [{"kind": "dense", "detail": "", "score": 1.0}]
    own = {field.name for field in fields(core.SearchResult)} - {"span", "covered", "preview"}
    assert record.keys() == own | {"root", "start_line", "end_line"}
    assert record.keys() - Result.by_lines(RESULT, "/r", include_text=False).to_json().keys() == {"text", "truncated"}
    assert json.loads(json.dumps(record))["symbol"] == "Shop.pay"


def test_a_status_says_whether_the_model_ran() -> None:
    status = core.AnswerStatus(IndexState.READY, True, True, True, "applied to 2 of 9", 1, 1, 0.1, rescored=2)
    assert AnswerStatus.of(status).to_json()["model_applied"] is True
    assert AnswerStatus.of(status).to_json().keys() == AnswerStatus.model_fields.keys()


def test_counts_and_problems_are_objects() -> None:
    problem = FileProblem("a", ProblemKind.BINARY, "it holds NUL bytes")
    status = core.IndexStatus("/r", IndexState.READY, problems=(("binary", 2),), quarantined=(problem,))
    record = json.loads(json.dumps(IndexStatus.of_status(status, "file:///r").to_json()))
    assert (record["root"], record["problems"]) == ("file:///r", {"binary": 2})
    assert record["quarantined"] == [{"path": "a", "kind": "binary", "message": "it holds NUL bytes"}]
    assert record.keys() == IndexStatus.model_fields.keys()
    report = core.RefreshReport(IndexState.READY, problems=(problem,), skipped=(("hidden", 1),))
    assert RefreshReport.of_report(report, "/r").to_json().keys() == RefreshReport.model_fields.keys()


def test_an_index_that_cannot_be_opened_says_so_and_no_more() -> None:
    assert IndexStatus.failed("/r", "no space").to_json() == {"root": "/r", "state": "failed", "message": "no space"}
