"""Runs out of the messages that agents leave behind, in the shape of Anthropic's interface or of OpenAI's.

Anthropic's: an assistant's ``content`` has blocks ``tool_use`` (id, name, input), a user's has blocks ``tool_result``
(tool_use_id, content, is_error). A line may wrap the message as ``{"type": ..., "message": {...}}``, as the session files
of Claude Code do. OpenAI's: an assistant has ``tool_calls`` (id, function with name and arguments as a text of JSON), and
messages of the role ``tool`` have ``tool_call_id``, or ``tool_call_ids`` in the logs of SWE-agent.

A message of the assistant is a turn. Claude Code writes each block on a line of its own, with the id of the message they
belong to, and results may stand between them: lines with the same id are one turn. What an agent that was called by another
one did (``isSidechain``, ``parent_tool_use_id``) is a run of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from findspot_training.runs.schema import Call, Run, Turn, nested_too_deeply
from findspot_training.source import TrainingError

UNPARSED: Final = "unparsed"
"""The one argument of a call whose arguments are no object of JSON: it has what the model wrote."""


@dataclass(slots=True)
class _Open:
    """A call that may still be answered."""

    tool: str
    arguments: Mapping[str, Any]
    at: float | None
    observation: str | None = None
    error: bool = False


@dataclass(slots=True)
class _Log:
    """One run as far as it was read."""

    query: str = ""
    began: float | None = None
    turns: list[dict[str, _Open]] = field(default_factory=list)
    named: dict[str, dict[str, _Open]] = field(default_factory=dict)
    """Turns by the id of their message."""
    calls: dict[str, _Open] = field(default_factory=dict)
    """The latest call with an id: some servers count from the start again with every message."""
    early: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    """Results of calls that were not told of yet, with where they stand: lines of calls at once may change places."""

    def run(self, name: str) -> Run:
        """Return what was read."""
        turns = (
            Turn(tuple(Call(one.tool, one.arguments, one.observation, one.at, one.error) for one in turn.values()))
            for turn in self.turns
        )
        return Run(name, self.query, tuple(turns))


def message_of(value: Any) -> Mapping[str, Any] | None:
    """Return the message in a value of a log, wrapped or not; None for what is no message."""
    if not isinstance(value, Mapping):
        return None
    inner = value.get("message")
    found = inner if isinstance(inner, Mapping) else value
    role = found.get("role", value.get("type") if found is inner else None)
    known = isinstance(role, str) and role in {"assistant", "user", "tool", "system", "developer"}
    return {**found, "role": role} if known else None


def conversation_of(value: Any) -> list[Any] | None:
    """Return the messages of an object that holds a whole conversation; None for any other value."""
    if isinstance(value, Mapping):
        for key in ("messages", "history"):
            found = value.get(key)
            if isinstance(found, list) and any(message_of(one) for one in found):
                return found
    return None


def runs_of_messages(values: Iterable[tuple[str, Any]], name: str) -> Iterator[Run | TrainingError]:
    """Yield the runs of one log, each value with where it stands, and what could not be read in it."""
    logs: dict[str, _Log] = {}
    roots: dict[str, str] = {}
    for where, value in values:
        if isinstance(value, TrainingError):
            yield value
            continue
        message = message_of(value)
        if message is None:
            # Session files also tell of titles, settings and the like, as objects; anything else is a mistake.
            if not isinstance(value, Mapping):
                yield TrainingError(f"{where}: must be a message, which is an object")
            continue
        log = logs.setdefault(_thread(value, roots), _Log())
        for problem in _add(log, message, value, where):
            yield TrainingError(f"{where}: {problem}")
    for log in logs.values():
        for of, (where, _, _) in log.early.items():
            yield TrainingError(f"{where}: a result for the call '{of}', which is not in the log")
    with_turns = {thread: log for thread, log in logs.items() if log.turns}
    if not with_turns:
        yield TrainingError(f"{name}: no message in it is an assistant's, so there is no run")
    for thread, log in with_turns.items():
        yield log.run(f"{name}/{thread}" if thread and len(with_turns) > 1 else name)


def _thread(value: Mapping[str, Any], roots: dict[str, str]) -> str:
    """Return what tells the agents of a log apart; empty for the one that the user spoke to.

    Older session files give a called agent no name; its messages hang together by ``parentUuid``.
    """
    caller, agent = value.get("parent_tool_use_id"), value.get("agentId")
    if isinstance(caller, str):
        return caller
    if value.get("isSidechain") is not True:
        return ""
    if isinstance(agent, str):
        return agent
    own = str(value.get("uuid"))
    roots[own] = roots.get(str(value.get("parentUuid")), own)
    return roots[own]


def _seconds(value: Mapping[str, Any]) -> float | None:
    stamp = value.get("timestamp")
    if not isinstance(stamp, str):
        return None
    try:
        moment = datetime.fromisoformat(stamp)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _add(log: _Log, message: Mapping[str, Any], value: Mapping[str, Any], where: str) -> Iterator[str]:
    """Take a message, and the value it was in, into a run; yields what is wrong with it."""
    now = _seconds(value)
    if log.began is None:
        log.began = now
    if message["role"] == "assistant":
        yield from _add_calls(
            log, message, None if now is None or log.began is None else round(max(0.0, now - log.began), 3)
        )
    answered = False
    for of, observation, error in _results(message):
        answered = True
        if not isinstance(of, str):
            yield "a result that does not say for which call"
            continue
        call = log.calls.get(of)
        if call is None:
            log.early.setdefault(of, (where, observation, error))
        elif call.observation is None:
            call.observation, call.error = observation, error
        elif call.observation != observation:
            yield f"a second result for the call '{of}'; the first is kept"
    # A meta message is one that the agent's program put into the user's mouth.
    if message["role"] == "user" and not answered and not log.query and value.get("isMeta") is not True:
        log.query = _text(message.get("content"))


def _add_calls(log: _Log, message: Mapping[str, Any], at: float | None) -> Iterator[str]:
    own = message.get("id")
    turn = log.named.get(own) if isinstance(own, str) else None
    if turn is None:
        turn = {}
        log.turns.append(turn)
        if isinstance(own, str):
            log.named[own] = turn
    for number, (of, tool, arguments) in enumerate(_calls(message), start=1):
        if not isinstance(tool, str) or not tool:
            yield f"call {number} names no tool"
        elif isinstance(of, str) and of in turn:
            continue  # a resumed session writes its lines again
        else:
            parsed = _arguments(arguments)
            if parsed is None:
                yield f"call {number}: its arguments are nested too deeply and were left out"
            key = of if isinstance(of, str) else f"without an id, {len(turn)}"
            _, observation, error = log.early.pop(key, ("", None, False))
            turn[key] = log.calls[key] = _Open(tool, parsed or {}, at, observation, error)


def _calls(message: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield (id, tool, arguments) for each call, in either shape; servers' own tools have blocks of similar names."""
    for block in _blocks(message.get("content")):
        if str(block.get("type")).endswith("tool_use"):
            yield block.get("id"), block.get("name"), block.get("input")
    for one in _blocks(message.get("tool_calls")):
        function = one.get("function")
        told = function if isinstance(function, Mapping) else {}
        yield one.get("id"), told.get("name"), told.get("arguments")


def _results(message: Mapping[str, Any]) -> Iterator[tuple[Any, str, bool]]:
    """Yield (id of the call, observation, error) for each result, in either shape."""
    for block in _blocks(message.get("content")):
        if str(block.get("type")).endswith("tool_result"):
            yield block.get("tool_use_id"), _text(block.get("content")), block.get("is_error") is True
    if message["role"] == "tool":
        several = message.get("tool_call_ids")
        of = several[0] if isinstance(several, list) and several else message.get("tool_call_id")
        yield of, _text(message.get("content")), False


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _arguments(value: Any) -> Mapping[str, Any] | None:
    """Return the arguments as an object; None if they are nested too deeply."""
    told = value
    if isinstance(value, str):
        try:
            told = json.loads(value) if value.strip() else {}
        except (ValueError, RecursionError):
            told = value
    if nested_too_deeply(told):
        return None
    if isinstance(told, dict):
        return told
    return {} if told is None else {UNPARSED: value}


def _text(value: Any) -> str:
    """Return the text of a content, which is a text or a list of parts."""
    return "\n".join(map(_part, value)) if isinstance(value, list) else _part(value)


def _part(value: Any) -> str:
    if not isinstance(value, Mapping):
        return value if isinstance(value, str) else ""
    text = value.get("text")
    return text if isinstance(text, str) else f"[{value.get('type', 'no text')}]"
