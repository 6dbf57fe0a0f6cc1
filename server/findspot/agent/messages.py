"""The turns of a chat model as JSON: the schema of what it may say, made for one state, and its reading.

The schema lists the tools with their arguments and the names of the places that can be cited, so that a grammar made
from it can produce nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from findspot.agent.protocol import Call, Citation, Final, State

_CALLS = "calls"
_ANSWER = "answer"


def turn_schema(state: State) -> dict[str, Any]:
    """Return the JSON schema of the next message: ``{"calls": [{"tool", "arguments"}]}`` or ``{"answer": ["3", ...]}``.

    On the last turn only an answer fits. An answer names places as ``state.places`` does; where there are none it may
    hold nothing.
    """
    names = list(state.places)
    item: dict[str, Any] = {"enum": names} if names else {"type": "string"}
    answer = _object({_ANSWER: _array(item, min(1, len(names)), state.wanted if names else 0)})
    if state.last:
        return answer
    tools = [_object({"tool": {"const": tool.name}, "arguments": tool.schema()}) for tool in state.tools.values()]
    return {"anyOf": [_object({_CALLS: _array({"anyOf": tools}, 1, state.left.calls)}), answer]}


def read_turn(message: Any, state: State) -> Sequence[Call] | Final:
    """Return what a model's message, parsed from JSON, asks for; what fits nothing is left out.

    Places may be named, as the schema wants, or written as objects with ``path``, ``start_line``, ``end_line``,
    ``symbol`` and ``why``, as models without a grammar do.
    """
    if not isinstance(message, Mapping):
        return ()
    if isinstance(message.get(_ANSWER), list):
        return Final(tuple(found for one in message[_ANSWER] if (found := _citation(one, state)) is not None))
    calls = message.get(_CALLS)
    return tuple(
        Call(str(one["tool"]), one["arguments"] if isinstance(one.get("arguments"), Mapping) else {})
        for one in (calls if isinstance(calls, list) else ())
        if isinstance(one, Mapping) and "tool" in one
    )


def _citation(one: Any, state: State) -> Citation | None:
    if isinstance(one, str | int) and str(one) in state.places:
        return state.places[str(one)].cited()
    if not isinstance(one, Mapping) or not isinstance(one.get("path"), str):
        return None
    lines = {name: one[name] for name in ("start_line", "end_line") if isinstance(one.get(name), int)}
    texts = {name: one[name] for name in ("symbol", "why") if isinstance(one.get(name), str)}
    return Citation(one["path"], **lines, **texts)


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: Mapping[str, Any], least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), "minItems": least, "maxItems": most}
