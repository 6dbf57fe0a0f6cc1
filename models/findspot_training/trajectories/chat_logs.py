"""Trajectories out of the messages that agents leave behind, in the shape of Anthropic's interface or of OpenAI's.

Anthropic's: an assistant's ``content`` has blocks ``tool_use`` (id, name, input), a user's has blocks ``tool_result``
(tool_use_id, content, is_error). A line may wrap the message as ``{"type": ..., "message": {...}}``, as the session files
of Claude Code do. OpenAI's: an assistant has ``tool_calls`` (id, function with name and arguments as a text of JSON), and
messages of the role ``tool`` have ``tool_call_id``, or ``tool_call_ids`` in the logs of SWE-agent.

A message of the assistant is a turn. Claude Code writes each block on a line of its own, with the id of the message they
belong to, and results may stand between them: lines with the same id are one turn. What an agent that was called by another
one did (``isSidechain``, ``parent_tool_use_id``) is a trajectory of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from findspot_training.source import TrainingError
from findspot_training.trajectories.schema import Call, Trajectory, Turn

UNPARSED: Final = "unparsed"
"""The one argument of a call whose arguments are no object of JSON: it has what the model wrote."""

_ROLES: Final = frozenset({"assistant", "user", "tool", "system", "developer"})

Message = Mapping[str, Any]


@dataclass(slots=True)
class _Thread:
    """What was read so far of one agent."""

    query: str = ""
    began: float | None = None
    turns: list[dict[str, Call]] = field(default_factory=list)
    """For each turn its calls by id."""
    messages: dict[str, dict[str, Call]] = field(default_factory=dict)
    """Turns by the id of their message."""
    calls: dict[str, dict[str, Call]] = field(default_factory=dict)
    """By the id of a call the turn of the latest one: some servers count from the start again with every message."""
    early: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    """Results that came before their calls, with where they stand: lines of parallel calls may change places."""


def message_of(value: Any) -> Message | None:
    """Return the message in a value of a log, wrapped or not; None for anything else."""
    if not isinstance(value, Mapping):
        return None
    inner = value.get("message")
    found = inner if isinstance(inner, Mapping) else value
    role = found.get("role", value.get("type") if found is inner else None)
    return {**found, "role": role} if isinstance(role, str) and role in _ROLES else None


def conversation_of(value: Any) -> list[Any] | None:
    """Return the messages of an object that holds a whole conversation; None for any other value."""
    if isinstance(value, Mapping):
        for key in ("messages", "history"):
            found = value.get(key)
            if isinstance(found, list) and any(map(message_of, found)):
                return found
    return None


def from_messages(values: Iterable[tuple[str, Any]], name: str) -> Iterator[Trajectory | TrainingError]:
    """Yield the trajectories of one log, each value with where it stands, and what could not be read in it."""
    threads: dict[str, _Thread] = {}
    roots: dict[str, str] = {}
    for where, value in values:
        message = message_of(value)
        if isinstance(value, TrainingError):
            yield value
        elif message is not None:
            thread = threads.setdefault(_thread_of(value, roots), _Thread())
            for problem in _add(thread, message, value, where):
                yield TrainingError(f"{where}: {problem}")
        elif not isinstance(value, Mapping):  # session files also have titles, settings and the like, as objects
            yield TrainingError(f"{where}: must be a message, which is an object")
    for thread in threads.values():
        for call, (where, _, _) in thread.early.items():
            yield TrainingError(f"{where}: a result for the call '{call}', which is not in the log")
    with_turns = {own: thread for own, thread in threads.items() if thread.turns}
    if not with_turns:
        yield TrainingError(f"{name}: no message in it is an assistant's, so there is no run")
    for own, thread in with_turns.items():
        yield Trajectory(
            id=f"{name}/{own}" if own and len(with_turns) > 1 else name,
            query=thread.query,
            turns=tuple(Turn(calls=tuple(turn.values())) for turn in thread.turns),
        )


def _thread_of(value: Message, roots: dict[str, str]) -> str:
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


def _seconds(value: Message) -> float | None:
    stamp = value.get("timestamp")
    try:
        moment = datetime.fromisoformat(stamp if isinstance(stamp, str) else "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _add(thread: _Thread, message: Message, value: Message, where: str) -> Iterator[str]:
    """Take a message, and the value it was in, into a thread; yields what is wrong with it."""
    now = _seconds(value)
    if thread.began is None:
        thread.began = now
    if message["role"] == "assistant":
        at = None if now is None or thread.began is None else round(max(0.0, now - thread.began), 3)
        yield from _add_calls(thread, message, at)
    answered = False
    for of, observation, error in _results(message):
        answered = True
        if not isinstance(of, str):
            yield "a result that does not say for which call"
        elif of not in thread.calls:
            thread.early.setdefault(of, (where, observation, error))
        elif (call := thread.calls[of][of]).observation is None:
            thread.calls[of][of] = call.model_copy(update={"observation": observation, "error": error})
        elif call.observation != observation:
            yield f"a second result for the call '{of}'; the first is kept"
    # A meta message is one that the agent's program put into the user's mouth.
    if message["role"] == "user" and not answered and not thread.query and value.get("isMeta") is not True:
        thread.query = _text(message.get("content"))


def _add_calls(thread: _Thread, message: Message, at: float | None) -> Iterator[str]:
    own = message.get("id")
    turn = thread.messages.get(own) if isinstance(own, str) else None
    if turn is None:
        turn = {}
        thread.turns.append(turn)
        if isinstance(own, str):
            thread.messages[own] = turn
    for number, (of, tool, given) in enumerate(_calls(message), start=1):
        if not isinstance(tool, str) or not tool:
            yield f"call {number} names no tool"
        elif not isinstance(of, str) or of not in turn:  # a resumed session writes its lines again
            key = of if isinstance(of, str) else f"without an id, {len(turn)}"
            _, observation, error = thread.early.pop(key, ("", None, False))
            told: dict[str, Any] = {"tool": tool, "observation": observation, "at": at, "error": error}
            try:
                turn[key] = Call(arguments=_arguments(given), **told)
            except ValidationError:
                turn[key] = Call(arguments={}, **told)
                yield f"call {number}: its arguments are nested too deeply and were left out"
            thread.calls[key] = turn


def _calls(message: Message) -> Iterator[tuple[Any, Any, Any]]:
    """Yield (id, tool, arguments) for each call, in either shape; servers' own tools have blocks of similar names."""
    for block in _blocks(message.get("content")):
        if str(block.get("type")).endswith("tool_use"):
            yield block.get("id"), block.get("name"), block.get("input")
    for one in _blocks(message.get("tool_calls")):
        function = one.get("function")
        told = function if isinstance(function, Mapping) else {}
        yield one.get("id"), told.get("name"), told.get("arguments")


def _results(message: Message) -> Iterator[tuple[Any, str, bool]]:
    """Yield (id of the call, observation, error) for each result, in either shape."""
    for block in _blocks(message.get("content")):
        if str(block.get("type")).endswith("tool_result"):
            yield block.get("tool_use_id"), _text(block.get("content")), block.get("is_error") is True
    if message["role"] == "tool":
        several = message.get("tool_call_ids")
        of = several[0] if isinstance(several, list) and several else message.get("tool_call_id")
        yield of, _text(message.get("content")), False


def _blocks(value: Any) -> list[Message]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _arguments(value: Any) -> dict[str, Any]:
    """Return the arguments as an object; what is none becomes the argument ``UNPARSED``."""
    told = value
    if isinstance(value, str):
        try:
            told = json.loads(value) if value.strip() else {}
        except (ValueError, RecursionError):
            told = value
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
