"""Whatever a policy says, a run ends in one valid answer within its budgets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findspot.agent.loop import Explored, explore
from findspot.agent.messages import read_turn, turn_schema
from findspot.agent.protocol import Budgets, Call, Citation, Final, State
from findspot.agent.runs import Run
from findspot.engine import Engine
from findspot.service.messages import LocalizeRequest
from findspot.service.tools import TOOLS
from tests.agent.conftest import FILES, Scripted

BUDGETS = Budgets(turns=3, calls_per_turn=4, seconds=20, bytes=3_000, call_bytes=900)

PATHS = st.one_of(
    st.sampled_from([*FILES, "../outside.py", "/etc/passwd", "SHOP\\STORE.py", "shop", "\0", "a" * 5_000, "file://x"]),
    st.text(max_size=30),
)
NUMBERS = st.one_of(st.none(), st.integers(-5, 40), st.integers(-(2**70), 2**70))
SYMBOLS = st.one_of(
    st.none(), st.sampled_from(["save", "Cart.total", "total", "nothing", "", "x" * 20_000]), st.text(max_size=9)
)
ODD = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2))
CITATIONS = st.one_of(
    st.builds(Citation, PATHS, NUMBERS, NUMBERS, SYMBOLS, st.text(max_size=400)),
    st.builds(Citation, ODD, ODD, ODD, ODD, ODD),
    ODD,
)
ARGUMENTS = st.one_of(
    st.dictionaries(
        st.sampled_from(
            ["pattern", "path", "query", "name", "limit", "line", "start_line", "expression", "scope", "language"]
        ),
        st.one_of(
            PATHS,
            NUMBERS,
            st.booleans(),
            st.lists(PATHS, max_size=2),
            st.floats(),
            st.sampled_from(["save", "(a|aa)+$", "*.py", "(x) @y"]),
        ),
        max_size=4,
    ),
    ODD,
)
CALLS = st.one_of(st.builds(Call, st.one_of(st.sampled_from([*TOOLS, "nothing"]), ODD), ARGUMENTS), ODD)
TURNS = st.one_of(
    st.lists(CALLS, max_size=8),
    st.builds(Final, st.lists(CITATIONS, max_size=30).map(tuple)),
    st.builds(Final, ODD),
    ODD,
    st.just("raise"),
)


def check(found: Explored, root: Path, wanted: int) -> None:
    """Fail unless an answer is valid, its run within ``BUDGETS``, and both can be written and read."""
    answer, run = found
    places = [(one.path, one.span.start_line, one.span.end_line) for one in answer.results]
    assert 0 < len(places) <= wanted
    assert len(set(places)) == len(places)
    for path, start, end in places:
        lines = (root / path).read_text(encoding="utf-8").count("\n")
        assert path in FILES
        assert 1 <= start <= end <= lines
    assert [one.rank for one in answer.results] == [*range(1, len(places) + 1)]
    scores = [one.score for one in answer.results]
    assert scores == sorted(scores, reverse=True)
    assert len({one.stage for one in answer.results}) == 1
    assert run.answer.forced == (answer.results[0].stage != "explored")
    assert len(run.turns) < BUDGETS.turns
    assert all(len(turn.calls) <= BUDGETS.calls_per_turn for turn in run.turns)
    assert sum(call.bytes for turn in run.turns for call in turn.calls) <= BUDGETS.bytes
    assert Run.model_validate(json.loads(json.dumps(run.model_dump()))) == run


@pytest.mark.row("A07", "A08", "A10")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(TURNS, min_size=1, max_size=4), wanted=st.integers(1, 6), level=st.sampled_from(["file", "function"])
)
def test_any_policy_ends_in_a_valid_answer(engine: Engine, turns: list[Any], wanted: int, level: Any) -> None:
    def say(said: Any) -> Any:
        if said == "raise":
            raise RuntimeError("a policy broke")
        return said

    question = LocalizeRequest(text="where are items of a cart kept", top_k=wanted, level=level)
    policy = Scripted(*(lambda _, said=said: say(said) for said in turns))
    check(explore(engine, question, policy, BUDGETS), engine.root, wanted)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.sampled_from(["1", "2", "save"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["calls", "answer", "tool", "arguments", "path", "start_line", "why"]), inner, max_size=4
        ),
    ),
    max_leaves=20,
)


@pytest.mark.row("A08")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(JSON, min_size=1, max_size=3))
def test_any_message_of_a_model_ends_in_a_valid_answer(engine: Engine, messages: list[Any]) -> None:
    question = LocalizeRequest(text="where are items of a cart kept", top_k=3)
    policy = Scripted(*(lambda state, said=said: read_turn(said, state) for said in messages))
    check(explore(engine, question, policy, BUDGETS), engine.root, 3)


def test_the_schema_of_a_turn_names_tools_and_places(engine: Engine) -> None:
    question = LocalizeRequest(text="where are items of a cart kept", top_k=3)

    def first(state: State) -> Any:
        calls, answer = turn_schema(state)["anyOf"]
        tools = [one["properties"]["tool"]["const"] for one in calls["properties"]["calls"]["items"]["anyOf"]]
        assert tools == list(TOOLS)
        assert answer["properties"]["answer"]["items"]["enum"] == list(state.places)
        return read_turn({"calls": [{"tool": "search_text", "arguments": {"pattern": "LIMIT"}}]}, state)

    def last(state: State) -> Any:
        assert state.last
        schema = turn_schema(state)
        names = schema["properties"]["answer"]["items"]["enum"]
        assert schema["required"] == ["answer"]
        assert state.places[names[-1]].path == "shop/store.py"
        return read_turn(
            {"answer": [names[-1], names[0], "no such name", {"path": "store.py", "symbol": "load"}]}, state
        )

    answer, run = explore(engine, question, Scripted(first, last), Budgets(turns=2))
    assert [(one.path, one.span.start_line) for one in answer.results][::2] == [
        ("shop/store.py", 1),
        ("shop/store.py", 12),
    ]
    assert not run.answer.forced
