"""The loop: calls at once, budgets that hold, calls that are not made twice, and an end whatever happens."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from findspot.agent import loop
from findspot.agent.loop import explore
from findspot.agent.protocol import Budgets, Call, Citation, Final, State
from findspot.core.types import Answer
from findspot.engine import Engine
from findspot.errors import Cancelled, QueryError
from findspot.service.messages import LocalizeRequest
from findspot.service.tools import TOOLS, FilesFound, GlobRequest, Tool
from tests.agent.conftest import Scripted

QUESTION = LocalizeRequest(text="where are items kept", top_k=5)
SAVE = Final((Citation("shop/store.py", symbol="save"),))


def tool_of(run: Any) -> dict[str, Tool]:
    """Return the table of tools with one more, called ``probe``."""
    return {**TOOLS, "probe": Tool("probe", "For a test.", GlobRequest, FilesFound, run)}


def found(*paths: str) -> FilesFound:
    return FilesFound(paths=paths, truncated=False)


@pytest.mark.row("A06", "A08")
def test_a_policy_sees_what_its_calls_found_and_its_answer_is_the_answer(engine: Engine) -> None:
    policy = Scripted([Call("search_text", {"pattern": "nothing to keep"})], SAVE)
    answer, run = explore(engine, QUESTION, policy)
    (seen,) = policy.states[1].turns[0]
    assert "shop/store.py:8: raise ValueError" in seen.text
    assert [(one.path, one.symbol, one.stage, one.rank) for one in answer.results] == [
        ("shop/store.py", "save", "explored", 1)
    ]
    assert answer.results[0].text.startswith("def save")
    assert (run.answer.forced, run.answer.stage, len(run.turns)) == (False, "explored", 1)


@pytest.mark.row("A07")
def test_the_calls_of_a_turn_run_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = threading.Barrier(8, timeout=20)

    def meet(engine: Engine, asked: GlobRequest, stop: threading.Event | None) -> FilesFound:
        everyone.wait()
        return found(asked.pattern)

    monkeypatch.setattr(loop, "TOOLS", tool_of(meet))
    policy = Scripted([Call("probe", {"pattern": f"p{at}"}) for at in range(8)], SAVE)
    budgets = Budgets(seconds=60, call_seconds=30)
    explore(engine, QUESTION, policy, budgets)
    assert [one.text for one in policy.states[1].turns[0]] == [f"p{at}" for at in range(8)]


@pytest.mark.row("A07")
def test_calls_over_the_limit_are_dropped_and_turns_end(engine: Engine) -> None:
    many = [Call("find_files", {"pattern": f"*{at}.py"}) for at in range(20)]
    policy = Scripted(
        lambda state: [
            replace(call, arguments={"pattern": f"{state.turn}{call.arguments['pattern']}"}) for call in many
        ]
    )
    answer, run = explore(engine, QUESTION, policy, Budgets(turns=3, calls_per_turn=4))
    assert [(len(turn.calls), turn.dropped) for turn in run.turns] == [(4, 16), (4, 16)]
    assert [state.last for state in policy.states] == [False, False, True]
    assert run.answer.forced
    assert answer.results
    assert answer.results[0].stage != "explored"
    assert "exploring gave no answer; this is the answer without it" in answer.status.notes


@pytest.mark.row("A16")
def test_the_same_call_is_not_run_twice(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def probe(engine: Engine, asked: GlobRequest, stop: threading.Event | None) -> FilesFound:
        ran.append(asked.pattern)
        return found(asked.pattern)

    monkeypatch.setattr(loop, "TOOLS", tool_of(probe))
    same = Call("probe", {"limit": 100, "pattern": "a"})  # 100 is the default
    policy = Scripted([Call("probe", {"pattern": "a"}), same], [same, Call("probe", {"pattern": "b"})], SAVE)
    _, run = explore(engine, QUESTION, policy)
    assert sorted(ran) == ["a", "b"]
    assert [[call.repeated for call in turn.calls] for turn in run.turns] == [[False, True], [True, False]]
    assert policy.states[2].turns[1][0].answer == found("a")
    assert policy.states[2].turns[1][0].text == "(unchanged since the same call in turn 1)"


def test_what_goes_wrong_in_a_tool_is_an_observation(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(engine: Engine, asked: GlobRequest, stop: threading.Event | None) -> FilesFound:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(loop, "TOOLS", tool_of(crash))
    calls = [
        Call("probe", {"pattern": "a"}),
        Call("nothing", {}),
        Call("read_lines", {"path": "../outside.py"}),
        Call("read_lines", {"path": "shop/store.py", "start_line": 10_000}),
        Call("search_text", {"pattern": "(", "expression": True}),
        Call("search_text", {"patern": "x"}),
    ]
    policy = Scripted(calls, SAVE)
    answer, run = explore(engine, QUESTION, policy)
    errors = [one.error for one in policy.states[1].turns[0]]
    assert errors[0] == "the tool failed: RuntimeError"
    assert "there is no tool nothing; there are search_text" in errors[1]
    assert "not a path inside the root" in errors[2]
    assert "has 13 lines" in errors[3]
    assert "cannot be read" in errors[4]
    assert "did you mean 'pattern'" in errors[5]
    assert answer.results[0].symbol == "save"
    assert not run.answer.forced


@pytest.mark.row("A07")
def test_bytes_are_a_budget_of_their_own(engine: Engine) -> None:
    policy = Scripted(lambda state: [Call("search_text", {"pattern": "e", "limit": 100 + state.turn})])
    _, run = explore(engine, QUESTION, policy, Budgets(turns=10, bytes=1_000, call_bytes=400))
    sizes = [call.bytes for turn in run.turns for call in turn.calls]
    assert max(sizes) <= 400
    assert sum(sizes) <= 1_000
    assert len(policy.states) < 10
    assert policy.states[-1].last


def test_a_call_that_takes_too_long_is_left_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()

    def wait(engine: Engine, asked: GlobRequest, stop: threading.Event | None) -> FilesFound:
        assert stop is not None
        while not stop.is_set():
            time.sleep(0.01)
        told.set()
        raise Cancelled("stopped")

    monkeypatch.setattr(loop, "TOOLS", tool_of(wait))
    policy = Scripted([Call("probe", {"pattern": "a"}), Call("find_files", {"pattern": "*.ts"})], SAVE)
    explore(engine, QUESTION, policy, Budgets(seconds=30, call_seconds=1.0))
    slow, quick = policy.states[1].turns[0]
    assert slow.error == "it took longer than 1 s; ask for less, or in fewer files"
    assert quick.text == "web/view.ts"
    assert told.wait(20)


@pytest.mark.row("A14")
@pytest.mark.parametrize("where", ["call", "policy"])
def test_cancelling_ends_it_wherever_it_is(engine: Engine, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    stop, free = threading.Event(), threading.Event()

    def wait(*_: object) -> Any:
        stop.set()
        free.wait(60)  # deaf to every event, as foreign code is

    monkeypatch.setattr(loop, "TOOLS", tool_of(wait))
    policy = Scripted([Call("probe", {"pattern": "a"})] if where == "call" else wait)
    try:
        with pytest.raises(Cancelled):
            explore(engine, QUESTION, policy, Budgets(seconds=50, call_seconds=50), stop=stop)
        assert not free.is_set()
    finally:
        free.set()


@pytest.mark.row("A08")
def test_a_policy_that_fails_or_dawdles_leaves_the_plain_answer_and_a_note(engine: Engine) -> None:
    free = threading.Event()

    def fail(state: State) -> Any:
        raise QueryError("the model is gone")

    def dawdle(state: State) -> Any:
        free.wait(60)

    plain = plain_answer(engine)
    try:
        for behaviour, note in (
            (fail, "exploring failed: the model is gone; this is the answer without it"),
            (dawdle, "exploring took too long; this is the answer without it"),
            (lambda _: None, "exploring gave no answer; this is the answer without it"),
            (lambda _: Final(()), "no place of the explored answer exists; this is the answer without exploring"),
        ):
            answer, run = explore(engine, QUESTION, Scripted(behaviour), Budgets(seconds=4.0))
            assert answer.results == plain.results
            assert answer.status.notes[-1] == note
            assert run.answer.forced
    finally:
        free.set()


def plain_answer(engine: Engine) -> Answer:
    return engine.localize(QUESTION.text, top_k=QUESTION.top_k)


@pytest.mark.row("A13")
def test_an_empty_root_is_said_and_nothing_is_asked(tmp_path: Any) -> None:
    from findspot.config import Config, Settings

    (tmp_path / "root").mkdir()
    settings = Settings(workers=1, localization_model="", ranker="")
    with Engine.open(tmp_path / "root", Config(settings, tmp_path / "cache")) as engine:
        engine.refresh()
        policy = Scripted(SAVE)
        answer, run = explore(engine, QUESTION, policy)
    assert (answer.results, policy.states, run.turns) == ((), [], ())
    assert "nothing was explored: nothing is indexed yet" in answer.status.notes


def test_hostile_calls_end_and_show_no_more_than_they_may(engine: Engine) -> None:
    engine.set_overlay("shop/store.py", f"x = '{'a' * 300_000}'\n")
    calls = [
        Call("search_text", {"pattern": "(a|aa)+$b", "expression": True}),
        Call("search_text", {"pattern": "a*a*a*a*a*c", "expression": True}),
        Call("search_text", {"pattern": "a", "limit": 200}),
        Call("search_text", {"pattern": "(" * 900 + "a" + ")*" * 40, "expression": True}),
        Call("read_lines", {"path": "shop/store.py"}),
        Call("query_syntax", {"language": "python", "query": "(string) @s", "scope": ["shop"]}),
        Call("find_code", {"query": "a" * 100_000}),
        Call("references", {"name": "a" * 1_000}),
    ]
    policy = Scripted(calls, Final((Citation("shop/cart.py", symbol="total"),)))
    try:
        answer, run = explore(engine, QUESTION, policy, Budgets(seconds=60, call_seconds=30, call_bytes=2_000))
    finally:
        engine.set_overlay("shop/store.py", None)
    seen = policy.states[1].turns[0]
    assert all(one.bytes <= 2_000 for one in seen)
    assert "cannot be read" in seen[3].error
    assert "shop/store.py:1: x = 'aaa" in seen[2].text
    assert seen[5].text.endswith("(there is more; narrow the question down)")  # a line that no parser is given
    assert [one.symbol for one in answer.results] == ["Cart.total"]
    assert not run.answer.forced


def test_a_policy_may_find_what_the_engine_does_not(engine: Engine) -> None:
    """Words that the index does not have are still parts of words in the text."""
    question = LocalizeRequest(text="hing to ke", top_k=3)
    policy = Scripted(
        [Call("search_text", {"pattern": question.text})],
        lambda state: Final(tuple(one.cited("holds it") for one in state.places.values() if one.start_line == 8)),
    )
    answer, _ = explore(engine, question, policy)
    assert [(one.symbol, one.evidence[0].detail) for one in answer.results] == [("save", "holds it")]
