"""The policy without a model: when it asks, what it asks, and that the order stays."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from findspot.agent import deterministic
from findspot.agent.deterministic import Deterministic
from findspot.agent.loop import explore
from findspot.agent.protocol import Call, Final, Left, Observation, State
from findspot.config import Config, Settings
from findspot.core.types import Answer, AnswerStatus, IndexState, SearchResult, Span
from findspot.engine import Engine
from findspot.service.messages import LocalizeRequest, Result
from findspot.service.tools import TOOLS, CodeFound

REPORT = """Uploads vanish

They are put back only once after a failure. It should happen five times!
See above.

A log line would help to see which one was dropped.
"""


def result(number: int, probability: float | None = 0.2) -> SearchResult:
    span = Span(number * 100, number * 100 + 50, number * 10, number * 10 + 5)
    return SearchResult(
        *(f"src/m{number}.py", f"f{number}", "function", span, 1.0 / number, number, "hybrid", (), True, ""),
        probability=probability,
    )


def state(probability: float | None = 0.2, turns: Any = (), **more: Any) -> State:
    status = AnswerStatus(IndexState.READY, True, True, True, "not asked", 5, 50, 0.1)
    whole = State(
        question=REPORT,
        level="function",
        scope=(),
        first=Answer(tuple(result(number, probability) for number in range(1, 6)), status),
        wanted=3,
        turn=1 + len(turns),
        turns=turns,
        places={},
        tools=TOOLS,
        left=Left(3, 8, 60_000, 4.0),
        last=False,
        stop=threading.Event(),
    )
    return replace(whole, **more)


def found(*numbers: int) -> Observation:
    results = tuple(Result.by_lines(result(number), "/root", include_text=False) for number in numbers)
    call = Call("localize", {"query": "They are put back only once after a failure, as a sentence that is long."})
    return Observation(call, CodeFound.of(None, results=results, complete=True), "")


def cited(said: Any) -> list[str | None]:
    assert isinstance(said, Final)
    return [one.symbol for one in said.citations]


def test_each_sentence_of_an_uncertain_report_is_asked_for_itself() -> None:
    calls = Deterministic().turn(state())
    assert not isinstance(calls, Final)
    assert [(call.tool, call.arguments["query"]) for call in calls] == [
        ("localize", "They are put back only once after a failure."),
        ("localize", "It should happen five times!"),
        ("localize", "A log line would help to see which one was dropped."),
    ]
    assert len(Deterministic().turn(state(left=Left(3, 2, 60_000, 4.0)))) == 2  # type: ignore[arg-type]  # not Final


@pytest.mark.parametrize(
    "sure",
    [
        state(0.35),
        state(None),
        state(level="file"),
        state(last=True),
        state(question="Uploads vanish"),
        state(first=replace(state().first, results=())),
    ],
)
def test_where_nothing_is_to_be_gained_the_order_stays(sure: State) -> None:
    assert cited(Deterministic().turn(sure)) == [one.symbol for one in sure.candidates[:3]]


def test_what_sentences_find_has_a_reason_and_its_place() -> None:
    turns = ((found(3, 1, 9), found(3), replace(found(3), answer=None, error="it took too long")),)
    said = Deterministic().turn(state(turns=turns))
    assert cited(said) == ["f1", "f2", "f3"]
    assert isinstance(said, Final)
    assert [one.why for one in said.citations] == [
        "found for 'They are put back only once after a failure, as a sentence t...'",
        "",
        "found for 'They are put back only once after a failure, as a sentence t...', and 1 more",
    ]


def test_the_same_question_gives_the_same_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deterministic, "_SURE", 1.1)
    root = tmp_path / "root"
    root.mkdir()
    for number in range(12):
        text = f"def retry{number}(upload):\n    queue.put(upload, log=dropped, times={number})\n    return failure\n"
        (root / f"m{number}.py").write_text(text, encoding="utf-8")
    with Engine.open(root, Config(Settings(workers=1, localization_model=""), tmp_path / "cache")) as engine:
        engine.refresh()
        question = LocalizeRequest(text=REPORT, budget=0.0)
        first, run = explore(engine, question, Deterministic())
        again, _ = explore(engine, question, Deterministic())
        assert [call.tool for call in run.turns[0].calls] == ["localize"] * 3
        assert first.results == again.results
        assert {one.stage for one in first.results} == {"explored"}
        assert any(evidence.kind == "explored" for one in first.results for evidence in one.evidence)
