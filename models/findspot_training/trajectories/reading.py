"""Trajectories out of a file of either kind: our own records, or a log of chat messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from findspot_training.source import TrainingError
from findspot_training.trajectories.chat_logs import conversation_of, from_messages, message_of
from findspot_training.trajectories.explored import is_run, trajectory_of_run
from findspot_training.trajectories.schema import Trajectory, parse_trajectory

Values = list[tuple[str, Any]]
"""Where each value stands, and the value; a ``TrainingError`` in place of one that could not be read."""


def read_trajectories(path: Path) -> Iterator[Trajectory | TrainingError]:
    """Yield the trajectories of a file, and an error for each part of it that could not be read; never raises one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        yield TrainingError(f"{path}: cannot be read: {error.strerror}")
        return
    values = _values(data, str(path))
    if any(isinstance(value, dict) and "turns" in value for _, value in values):
        yield from (_trajectory(value, where) for where, value in values)
    elif any(conversation_of(value) for _, value in values):
        yield from _conversations(values, path.stem)
    elif any(message_of(value) for _, value in values):
        yield from from_messages(values, path.stem)
    else:
        yield _unrecognized(path, values)


def _values(data: bytes, name: str) -> Values:
    """Return the values of a file that is one JSON value, or has one on each line."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        lines = (
            (f"{name}, line {number}", line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()
        )
        return [(where, _value(line, where)) for where, line in lines]
    if isinstance(whole, list):
        return [(f"{name}, entry {number}", one) for number, one in enumerate(whole, start=1)]
    return [(name, whole)]


def _value(line: bytes, where: str) -> Any:
    try:
        return json.loads(line)
    except RecursionError:
        return TrainingError(f"{where}: nested too deeply")
    except UnicodeDecodeError:
        return TrainingError(f"{where}: not UTF-8")
    except ValueError as error:
        return TrainingError(f"{where}: not JSON: {error}")


def _trajectory(value: Any, where: str) -> Trajectory | TrainingError:
    try:
        if isinstance(value, TrainingError):
            return value
        return trajectory_of_run(value, where) if is_run(value) else parse_trajectory(value, where)
    except TrainingError as error:
        return error


def _conversations(values: Values, name: str) -> Iterator[Trajectory | TrainingError]:
    for number, (where, value) in enumerate(values, start=1):
        messages = conversation_of(value)
        if isinstance(value, TrainingError):
            yield value
        elif messages is None:
            yield TrainingError(f"{where}: has no 'messages' or 'history' with a message in it")
        else:
            own = value.get("instance_id") or value.get("id")
            entries = ((f"{where}, message {at}", one) for at, one in enumerate(messages, start=1))
            yield from from_messages(entries, str(own or (f"{name}-{number}" if len(values) > 1 else name)))


def _unrecognized(path: Path, values: Values) -> TrainingError:
    if not values:
        return TrainingError(f"{path}: is empty")
    broken = [value for _, value in values if isinstance(value, TrainingError)]
    if broken and not any(isinstance(value, dict) for _, value in values):
        return TrainingError(f"{path}: is neither JSON nor JSON lines ({broken[0]})")
    return TrainingError(
        f"{path}: is not recognised. Two kinds are read: runs as JSON lines, each with 'id', 'query' and 'turns'; and a log "
        "of chat messages in Anthropic's or OpenAI's shape, as a list, as an object with 'messages' or 'history', or as JSON "
        "lines"
    )
