"""Trajectories: the record, the logs of chat messages in their shapes, and the command that counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from findspot_training.__main__ import main
from findspot_training.source import TrainingError
from findspot_training.trajectories.analysis import analyse
from findspot_training.trajectories.reading import read_trajectories
from findspot_training.trajectories.schema import Call, Trajectory, Turn
from tests.training.trajectories import bash, call, nested, numbered, read, trajectory, written

CALL = {"tool": "ls", "arguments": {}, "observation": ""}
LEAST = {"id": "two", "query": "", "turns": []}
FULL = {
    "id": "one",
    "query": "where are retries scheduled?",
    "repository": "acme/tool",
    "commit": "0" * 40,
    "turns": [
        {
            "calls": [
                {"tool": "search", "arguments": {"deep": {"er": [1, None]}}, "observation": "a.py:3:retry", "at": 0.5}
            ]
        },
        {"calls": [{**CALL, "observation": None}, {**CALL, "at": 2.0, "error": True}]},
        {"calls": []},
    ],
    "answer": [{"path": "src/a.py", "symbol": "retry", "start_line": 3, "end_line": 9}],
    "metrics": {"seconds": 2.5, "tokens": 1200.0},
}


@pytest.mark.row("O05")
def test_a_record_comes_back_as_it_was_written_and_is_frozen(tmp_path: Path) -> None:
    full, least = read_trajectories(written(tmp_path / "runs.jsonl", FULL, "", LEAST))
    assert isinstance(full, Trajectory)
    assert json.loads(json.dumps(full.as_json())) == FULL
    assert least == Trajectory(id="two", query="", turns=())
    assert list(read_trajectories(written(tmp_path / "one.json", FULL))) == [full]
    with pytest.raises(ValidationError, match="frozen"):
        full.turns[0].calls[0].observation = "other"  # type: ignore[misc]


def with_call(**changed: Any) -> dict[str, Any]:
    return {**LEAST, "turns": [{"calls": [CALL]}, {"calls": [CALL, {**CALL, **changed}]}]}


@pytest.mark.row("O05")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "x", "turns": [', "not JSON"),
        ("[1]", "must be an object"),
        ({**LEAST, "id": ""}, "id: must not be empty"),
        ({"id": "x", "turns": []}, "query: is missing"),
        ({**LEAST, "turns": {}}, "turns: must be a list"),
        ({**LEAST, "turns": [[]]}, "turns[0]: must be an object"),
        ({**LEAST, "comit": "1"}, "comit: is not a known field"),
        ({**LEAST, "commit": 1}, "commit: must be text"),
        ({**LEAST, "answer": ["a.py"]}, "answer: must be an object"),
        ({**LEAST, "metrics": {"x": True}}, "metrics.x: must be a number"),
        ('{"id": "x", "query": "", "turns": [], "metrics": {"x": NaN}}', "metrics.x: must be a finite number"),
        (with_call(tool=None), "turns[1].calls[1].tool: must be text"),
        (with_call(arguments="{}"), "turns[1].calls[1].arguments: must be an object"),
        ({**LEAST, "turns": [{"calls": [{"tool": "a", "arguments": {}}]}]}, "calls[0].observation: is missing"),
        (with_call(at=-1), ".at: Input should be greater than or equal to 0"),
        (with_call(at="1"), ".at: must be a number"),
        (with_call(error=1), ".error: must be true or false"),
        ({"turns": [{"calls": [{}, {}]}]}, "tool: is missing; and 5 more"),
        ('{"id": "x", "query": "", "turns": [{"calls": ' + "[" * 100_000, "nested too deeply"),
        (with_call(arguments={"x": nested(500)}), "turns[1].calls[1].arguments: is nested too deeply"),
    ],
)
def test_a_bad_line_is_named_with_its_field_and_the_rest_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: Any, said: str
) -> None:
    file = written(tmp_path / "runs.jsonl", LEAST, line, FULL)
    assert main(["runs", "analyse", "--json", str(file)]) == 0
    printed = capsys.readouterr()
    assert f"error: {file}, line 2: " in printed.err
    assert said in printed.err
    assert "runs read: 2; problems: 1" in printed.err
    assert [json.loads(text).get("run") for text in printed.out.splitlines()] == ["two", "one", None]


# One run of two turns, as logs of different kinds tell it. OpenAI's shape has no mark for errors.
TOLD = trajectory(
    [call("Read", numbered(1, 3), file_path="a.py"), call("Grep", "a.py:1:x\nb", pattern="x")],
    call("Read", numbered(1, 2), file_path="a.py", limit=2),
    [],
    name="log",
)


def anthropic(told: Trajectory) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": told.query}]
    for at, turn in enumerate(told.turns):
        uses = [
            {"type": "tool_use", "id": f"toolu_{at}_{n}", "name": one.tool, "input": one.arguments}
            for n, one in enumerate(turn.calls)
        ]
        results = [
            {"type": "tool_result", "tool_use_id": f"toolu_{at}_{n}", "content": parts(one), "is_error": one.error}
            for n, one in enumerate(turn.calls)
        ]
        messages.append({"role": "assistant", "content": [{"type": "text", "text": "Let me look."}, *uses]})
        messages += [{"role": "user", "content": results}] if results else []
    return messages


def parts(one: Call) -> Any:
    """Return the observation as one text, or as parts: both occur."""
    lines = str(one.observation).split("\n")
    return one.observation if one.tool == "Read" else [{"type": "text", "text": line} for line in lines]


def openai(told: Trajectory) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "system", "content": "Help."}, {"role": "user", "content": told.query}]
    for turn in told.turns:
        calls = [  # as a server does that counts from 0 in each message
            {"id": f"call_{n}", "function": {"name": one.tool, "arguments": json.dumps(one.arguments)}}
            for n, one in enumerate(turn.calls)
        ]
        messages.append({"role": "assistant", "content": None, "tool_calls": calls or None})
        messages += [
            {"role": "tool", "tool_call_id": f"call_{n}", "content": parts(one)} for n, one in enumerate(turn.calls)
        ]
    return messages


def session(told: Trajectory) -> list[dict[str, Any]]:
    """Return lines with one block each, the last two of a turn in the wrong order, among lines of other kinds."""
    lines: list[dict[str, Any]] = [{"type": "summary", "summary": "A title"}]
    for at, message in enumerate(anthropic(told)):
        content = message["content"]
        for block in [content] if isinstance(content, str) else [[block] for block in content]:
            inner = {**message, "id": f"msg_{at}", "content": block}
            lines.append({"type": message["role"], "isSidechain": False, "message": inner})
    lines[4], lines[5] = lines[5], lines[4]  # a result before the call that it answers
    again = lines[2:4]  # which a resumed session writes again
    return [*lines, *again, {"type": "system", "subtype": "turn_duration"}]


@pytest.mark.row("A16")
@pytest.mark.parametrize("shape", [anthropic, openai, session])
@pytest.mark.parametrize("held", ["list", "lines", "messages", "history", "an object a line"])
def test_every_shape_of_a_log_tells_the_same_run(
    tmp_path: Path, shape: Callable[[Trajectory], list[dict[str, Any]]], held: str
) -> None:
    messages = shape(TOLD)
    file = tmp_path / "log.x"
    if held == "list":
        file.write_text(json.dumps(messages, indent=1), "utf-8")
    elif held == "lines":
        written(file, *messages)
    else:
        whole = {"info": {}, ("history" if held == "history" else "messages"): messages}
        written(file, whole, *([{**whole, "instance_id": "second"}] if held == "an object a line" else []))
    names = {"an object a line": ["log-1", "second"]}.get(held, ["log"])
    assert list(read_trajectories(file)) == [TOLD.model_copy(update={"id": name}) for name in names]


def assistant(*calls: dict[str, Any], **around: Any) -> dict[str, Any]:
    return {"type": "assistant", "message": {"role": "assistant", "content": list(calls)}, **around}


def use(of: Any, **told: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": of, "name": "ls", "input": {}, **told}


def result(of: Any, content: Any = "x", **around: Any) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": of, "content": content}
    return {"type": "user", "message": {"role": "user", "content": [block]}, **around}


@pytest.mark.row("A16")
def test_agents_that_were_called_are_runs_of_their_own(tmp_path: Path) -> None:
    older = {"isSidechain": True}
    file = written(
        tmp_path / "log.jsonl",
        {"type": "user", "isMeta": True, "message": {"role": "user", "content": "Caveat"}},
        {"type": "user", "message": {"role": "user", "content": "Do it"}, "timestamp": "2026-01-01T10:00:00.000Z"},
        assistant(use("a"), timestamp="2026-01-01T10:00:02.500Z"),
        {**older, "type": "user", "uuid": "u1", "parentUuid": None, "message": {"role": "user", "content": "First"}},
        {**older, "type": "user", "uuid": "v1", "parentUuid": None, "message": {"role": "user", "content": "Second"}},
        assistant(use("b"), **older, uuid="u2", parentUuid="u1"),
        assistant(use("c"), use("d"), **older, uuid="v2", parentUuid="v1"),
        result("b", **older, uuid="u3", parentUuid="u2"),
        assistant(use("e"), isSidechain=True, agentId="named"),
        assistant(use("f"), parent_tool_use_id="toolu_9"),
        result("a"),
    )
    runs = {one.id: one for one in read_trajectories(file) if isinstance(one, Trajectory)}
    assert {name: [len(turn.calls) for turn in one.turns] for name, one in runs.items()} == {
        "log": [1],
        "log/u1": [1],
        "log/v1": [2],
        "log/named": [1],
        "log/toolu_9": [1],
    }
    assert (runs["log"].query, runs["log/u1"].query, runs["log/v1"].query) == ("Do it", "First", "Second")
    assert runs["log"].turns[0].calls == (Call(tool="ls", arguments={}, observation="x", at=2.5),)
    assert runs["log/u1"].turns[0].calls == (call("ls", "x"),)
    assert runs["log/v1"].turns[0].calls[0].observation is None
    (alone,) = read_trajectories(written(tmp_path / "agent-1.jsonl", assistant(use("a"), **older, agentId="1")))
    assert isinstance(alone, Trajectory)
    assert alone.id == "agent-1"


@pytest.mark.row("A16")
def test_the_lists_of_results_of_swe_agent_are_understood(tmp_path: Path) -> None:
    asked = {
        "role": "assistant",
        "tool_calls": [{"id": "c", "function": {"name": "open", "arguments": '{"path": "a"}'}}],
    }
    file = written(
        tmp_path / "a.traj",
        {"history": [asked, {"role": "tool", "content": "text", "tool_call_ids": ["c"]}], "info": {}},
    )
    assert list(read_trajectories(file)) == [
        Trajectory(id="a", query="", turns=(Turn(calls=(call("open", "text", path="a"),)),))
    ]


@pytest.mark.row("A16")
def test_what_is_wrong_in_a_log_is_told_and_the_rest_read(tmp_path: Path) -> None:
    odd = [
        {"id": "o", "function": {"name": "bash", "arguments": '{"command": "ls'}},
        {"id": "p"},
        {"id": "q", "function": 1},
    ]
    file = written(
        tmp_path / "log.jsonl",
        assistant(use("a"), use("b", name=None), use("c", input={"x": nested(500)}), use("d", input=[1]), use(None)),
        result("a", [{"type": "image"}, "text", 5, nested(500)]),
        result("a", "other"),
        result("nobody"),
        result(["a"]),
        "[1]",
        '{"type": "assist',
        {"role": ["assistant"]},
        {"role": "assistant", "content": "spoke", "tool_calls": odd},
    )
    *problems, run = read_trajectories(file)
    first, second, third, nameless, last = (
        call("ls", "[image]\ntext\n\n"),
        call("ls", None),
        call("ls", None, unparsed=[1]),
        call("ls", None),
        call("bash", None, unparsed='{"command": "ls'),
    )
    assert run == trajectory([first, second, third, nameless], last, name="log").model_copy(update={"query": ""})
    assert [str(problem).removeprefix(f"{file}, line ").split(":", maxsplit=1)[0] for problem in problems] == list(
        "113567994"
    )
    told = "\n".join(map(str, problems))
    for problem in (
        "line 1: call 2 names no tool",
        "line 1: call 3: its arguments are nested too deeply and were left out",
        "line 3: a second result for the call 'a'; the first is kept",
        "line 4: a result for the call 'nobody', which is not in the log",
        "line 5: a result that does not say for which call",
        "line 6: must be a message",
        "line 7: not JSON",
        "line 9: call 2 names no tool",
        "line 9: call 3 names no tool",
    ):
        assert problem in told


@pytest.mark.row("A16")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b'{"role": "\xff"}', "not UTF-8"),
        (b'[\n {"role": "assistant",\n  "content": "', "is neither JSON nor JSON lines"),
        (b"[" * 100_000, "nested too deeply"),
        (b"42", "is not recognised. Two kinds are read: runs as JSON lines"),
        (b'{"type": "session_meta", "payload": {}}\n{"type": "response_item"}\n', "is not recognised"),
        (b'{"messages": []}', "is not recognised"),
        (b'[{"role": "user", "content": "hello"}]', "no message in it is an assistant's"),
    ],
)
def test_a_file_that_holds_no_run_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    file = tmp_path / "log.json"
    file.write_bytes(content)
    assert main(["runs", "analyse", str(file)]) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


@pytest.mark.row("A16")
def test_a_line_that_is_not_utf_8_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": "x", "query": "", "turns": []}\n{"id": "\xff"}\n')
    first, second = read_trajectories(file)
    assert first == Trajectory(id="x", query="", turns=())
    assert str(second) == f"{file}, line 2: not UTF-8"


@pytest.mark.row("A16")
def test_the_command_prints_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = written(
        tmp_path / "runs.jsonl", trajectory(read("a.py", 1, 9), read("a.py", 1, 9), name="own").as_json(), LEAST
    )
    log = written(tmp_path / "log.jsonl", *session(TOLD))
    missing = tmp_path / "missing.jsonl"
    assert main(["runs", "analyse", str(own), str(missing), str(tmp_path), str(log)]) == 0
    printed = capsys.readouterr()
    assert f"{missing}: cannot be read: No such file" in printed.err
    assert f"{tmp_path}: cannot be read: Is a directory" in printed.err
    assert "runs read: 3; problems: 2" in printed.err
    assert "runs without a call: 1" in printed.err
    rows = [line.split() for line in printed.out.splitlines()]
    assert ["own", "2", "2", "1.00", "1", "0", "0", "125", "1", "50.0"] in rows
    assert ["log", "3", "3", "1.50", "2", "1", "0", "41", "1", "33.3"] in rows
    assert "Redundant in own:" in printed.out
    assert ["2.1", "Read", "repeated", "1.1"] in rows
    assert ["2.1", "Read", "already", "read", "1.1"] in rows
    assert "2 of 5 calls were redundant (40.0 %): 1 repeated, 1 already read, 0 nothing new." in printed.out
    assert ["Read", "4", "2"] in rows


@pytest.mark.row("A16")
def test_the_command_writes_objects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, out = written(tmp_path / "log.jsonl", *openai(TOLD)), tmp_path / "new" / "figures.jsonl"
    assert main(["runs", "analyse", str(log), "--json", "--out", str(out)]) == 0
    assert capsys.readouterr().out == ""
    run, last = map(json.loads, out.read_text("utf-8").splitlines())
    assert (run["what"], run["file"], run["calls_per_turn"]) == ("run", str(log), [2, 1, 0])
    assert (last["what"], last["runs"], last["problems"], last["redundant_share"]) == ("totals", 1, 0, round(1 / 3, 4))


@pytest.mark.row("A16")
def test_huge_observations_and_strange_names_are_borne(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    huge = "x = 1\n" * 400_000
    strange = trajectory(call("re\x1b[31md\ud800", huge), bash("cat a", huge), bash("cat ./a", huge), name="\x1b[2J")
    file = written(tmp_path / "runs.jsonl", strange.as_json())
    assert main(["runs", "analyse", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "re?[31md?" in printed
    assert "2,400,000" in printed
    assert ["3.1", "Bash", "repeated", "2.1"] in [line.split() for line in printed.splitlines()]


@pytest.mark.row("A16")
def test_runs_of_the_explore_loop_are_read(tmp_path: Path) -> None:
    call = {
        "tool": "search_text",
        "arguments": {"pattern": "save"},
        "seconds": 0.1,
        "bytes": 40,
        "answer": "[21] src/a.py:3: def save\n[22] src/b.py:9: save(x)",
        "error": "",
        "repeated": False,
    }
    again = {**call, "answer": "(unchanged since the same call in turn 1)", "repeated": True}
    run = {
        "version": 1,
        "query": "where is it kept",
        "repository": "tool",
        "commit": None,
        "question": "prose",
        "policy": "deterministic",
        "budgets": {"turns": 4, "calls_per_turn": 8, "seconds": 5.0, "bytes": 64_000},
        "turns": [
            {
                "calls": [
                    call,
                    {
                        **call,
                        "tool": "read_lines",
                        "arguments": {"path": "x"},
                        "answer": "error: none",
                        "error": "none",
                    },
                ],
                "dropped": 0,
                "seconds": 0.1,
            },
            {"calls": [again], "dropped": 0, "seconds": 0.1},
        ],
        "answer": {
            "results": [{"path": "src/a.py", "symbol": "save", "start_line": 3, "end_line": 5, "probability": 0.5}],
            "stage": "explored",
            "forced": False,
            "repaired": 0,
            "refused": 0,
        },
        "seconds": 0.4,
    }
    file = tmp_path / "runs.jsonl"
    file.write_text(f"{json.dumps(run)}\n{json.dumps({**run, 'turns': 3})}\n", encoding="utf-8")
    found, problem = read_trajectories(file)
    assert isinstance(found, Trajectory)
    assert found.answer == ({"path": "src/a.py", "symbol": "save", "start_line": 3, "end_line": 5, "probability": 0.5},)
    figures = analyse(found)
    assert (figures.turns, figures.calls, figures.errors) == (2, 3, 1)
    assert [(one.turn, one.tool, one.reason.value) for one in figures.redundant_calls] == [
        (2, "search_text", "repeated")
    ]
    assert isinstance(problem, TrainingError)
    assert "line 2: turns: must be a list" in str(problem)
