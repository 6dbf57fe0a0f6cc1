"""A recorded run of an agent: a question, the calls of each turn with what they returned, and what came of it.

A file has one run per line, as JSON:

========== ============================================================================================
id         text, the name of the run; not empty
query      text, what the agent was asked
turns      list of turns in order, each ``{"calls": [...]}``; a turn is one message of the model
answer     optional: the final choice, a list of objects as ``findspot localize --json`` prints them
repository optional text, ``owner/name``
commit     optional text, the commit that was worked on
metrics    optional object of numbers by name: seconds, tokens, reward, ...
========== ============================================================================================

and a call has

=========== ===========================================================================================
tool        text, the name of the tool; not empty
arguments   object
observation text that came back, or null when nothing ever did
at          optional: seconds from the start of the run to the call
error       optional true or false: the tool said that it failed
=========== ===========================================================================================

Other fields are refused, so that a misspelt one is not lost. What an answer is worth is for the reward to say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from findspot_training.source import TrainingError

MAX_DEPTH: Final = 100
"""Lists and objects inside of each other, in a run or in the arguments of a call; whoever writes them recursively has a limit."""

_RUN_FIELDS: Final = ("id", "query", "repository", "commit", "turns", "answer", "metrics")

_CALL_FIELDS: Final = ("tool", "arguments", "at", "observation", "error")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool; ``observation`` is None when it was never answered."""

    tool: str
    arguments: Mapping[str, Any]
    observation: str | None
    at: float | None = None
    error: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the call as a file has it."""
        told = {"tool": self.tool, "arguments": dict(self.arguments), "at": self.at, "observation": self.observation}
        if self.at is None:
            del told["at"]
        return {**told, "error": True} if self.error else told


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message of the model called; nothing, if it only spoke."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A run from the question to the answer."""

    id: str
    query: str
    turns: tuple[Turn, ...]
    repository: str | None = None
    commit: str | None = None
    answer: tuple[Mapping[str, Any], ...] | None = None
    metrics: Mapping[str, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the run as a line of a file has it."""
        told = {
            "id": self.id,
            "query": self.query,
            "repository": self.repository,
            "commit": self.commit,
            "turns": [{"calls": [call.as_json() for call in turn.calls]} for turn in self.turns],
            "answer": None if self.answer is None else [dict(place) for place in self.answer],
            "metrics": None if self.metrics is None else dict(self.metrics),
        }
        return {name: value for name, value in told.items() if value is not None}


def read_runs(path: Path) -> Iterator[Run]:
    """Yield the runs of a file; raises ``TrainingError`` for the first line that is none, saying what is wrong where."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read: {error.strerror}") from error
    for found in parse_runs(json_values(data, str(path))):
        if isinstance(found, TrainingError):
            raise found
        yield found


def json_values(data: bytes, name: str) -> Iterator[tuple[str, Any]]:
    """Yield (where it stands, value) for each line of JSON lines; the value of a bad line is a ``TrainingError``."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            where = f"{name}, line {number}"
            try:
                yield where, json.loads(line)
            except RecursionError:
                yield where, TrainingError(f"{where}: nested too deeply")
            except UnicodeDecodeError:
                yield where, TrainingError(f"{where}: not UTF-8")
            except ValueError as error:
                yield where, TrainingError(f"{where}: not JSON: {error}")


def parse_runs(values: Iterable[tuple[str, Any]]) -> Iterator[Run | TrainingError]:
    """Yield a run for each value, or what is wrong with it."""
    for where, value in values:
        if isinstance(value, TrainingError):
            yield value
        else:
            try:
                yield parse_run(value, where)
            except TrainingError as error:
                yield error


def parse_run(value: Any, where: str) -> Run:
    """Return the run that a line holds; raises ``TrainingError`` naming the field that is wrong and what it must be."""
    if nested_too_deeply(value):
        raise TrainingError(f"{where}: nested too deeply; {MAX_DEPTH} levels are allowed")
    found = _object(value, where, _RUN_FIELDS)
    turns = _list(found, "turns", where)
    return Run(
        id=_name(found, "id", where),
        query=_text(found, "query", where),
        turns=tuple(_turn(turn, f"{where}, turn {number}") for number, turn in enumerate(turns, start=1)),
        repository=_optional_text(found, "repository", where),
        commit=_optional_text(found, "commit", where),
        answer=_answer(found, where),
        metrics=_metrics(found, where),
    )


def nested_too_deeply(value: Any) -> bool:
    """Say whether a value that came from JSON has more than ``MAX_DEPTH`` levels, without recursion."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def _turn(value: Any, where: str) -> Turn:
    calls = _list(_object(value, where, ("calls",)), "calls", where)
    return Turn(tuple(_call(call, f"{where}, call {number}") for number, call in enumerate(calls, start=1)))


def _call(value: Any, where: str) -> Call:
    found = _object(value, where, _CALL_FIELDS)
    arguments = found.get("arguments")
    if not isinstance(arguments, dict):
        raise _wrong(found, "arguments", where, "an object")
    if "observation" not in found or not isinstance(found["observation"], str | None):
        raise _wrong(found, "observation", where, "text, or null if nothing came back")
    at = found.get("at")
    if at is not None and not (_is_number(at) and at >= 0):
        raise _wrong(found, "at", where, "seconds since the run began")
    error = found.get("error", False)
    if not isinstance(error, bool):
        raise _wrong(found, "error", where, "true or false")
    return Call(_name(found, "tool", where), arguments, found["observation"], at, error)


def _answer(found: Mapping[str, Any], where: str) -> tuple[Mapping[str, Any], ...] | None:
    answer = found.get("answer")
    if answer is None:
        return None
    if not isinstance(answer, list) or not all(isinstance(place, dict) for place in answer):
        raise _wrong(found, "answer", where, "a list of objects, as findspot localize --json prints them")
    return tuple(answer)


def _metrics(found: Mapping[str, Any], where: str) -> Mapping[str, float] | None:
    metrics = found.get("metrics")
    if metrics is not None and not (isinstance(metrics, dict) and all(map(_is_number, metrics.values()))):
        raise _wrong(found, "metrics", where, "an object of numbers")
    return metrics


def _object(value: Any, where: str, fields: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TrainingError(f"{where}: must be an object with {_listed(fields)}, not {_kind(value)}")
    unknown = sorted(value.keys() - set(fields))
    if unknown:
        raise TrainingError(f"{where}: {_listed(unknown)} is not known here; known are {_listed(fields)}")
    return value


def _list(found: Mapping[str, Any], field: str, where: str) -> list[Any]:
    value = found.get(field)
    if not isinstance(value, list):
        raise _wrong(found, field, where, "a list")
    return value


def _text(found: Mapping[str, Any], field: str, where: str) -> str:
    value = found.get(field)
    if not isinstance(value, str):
        raise _wrong(found, field, where, "text")
    return value


def _name(found: Mapping[str, Any], field: str, where: str) -> str:
    if not found.get(field):
        raise _wrong(found, field, where, "text that is not empty")
    return _text(found, field, where)


def _optional_text(found: Mapping[str, Any], field: str, where: str) -> str | None:
    return None if found.get(field) is None else _text(found, field, where)


def _is_number(value: Any) -> bool:
    # A comparison refuses infinity and what is no number, and takes whole numbers that are too large for a float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _wrong(found: Mapping[str, Any], field: str, where: str, wanted: str) -> TrainingError:
    return TrainingError(
        f"{where}: '{field}' must be {wanted}; it is {_kind(found[field]) if field in found else 'missing'}"
    )


def _kind(value: Any) -> str:
    """Return what a value is, in the words of JSON."""
    for kind, name in ((str, "text"), (list, "list"), (dict, "object")):
        if isinstance(value, kind):
            article = "" if kind is str else "an " if not value or kind is dict else "a "
            return f"{article}{'' if value else 'empty '}{name}"
    return json.dumps(value) if value is None or isinstance(value, bool) else "a number"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
