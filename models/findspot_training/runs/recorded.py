"""Recorded runs out of a file of either kind: runs in the own format, or a log of chat messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from findspot_training.runs.messages import conversation_of, message_of, runs_of_messages
from findspot_training.runs.schema import Run, json_values, parse_runs
from findspot_training.source import TrainingError

Values = list[tuple[str, Any]]
"""Where each value stands, and the value; a ``TrainingError`` in place of one that could not be read."""


def read_recorded(path: Path) -> Iterator[Run | TrainingError]:
    """Yield the runs of a file, and an error for each part of it that could not be read; never raises one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        yield TrainingError(f"{path}: cannot be read: {error.strerror}")
        return
    values = _values(data, str(path))
    good = [value for _, value in values if not isinstance(value, TrainingError)]
    if any(isinstance(value, dict) and "turns" in value for value in good):
        yield from parse_runs(values)
    elif any(conversation_of(value) for value in good):
        yield from _conversations(values, path.stem)
    elif any(message_of(value) for value in good):
        yield from runs_of_messages(values, path.stem)
    else:
        yield _unrecognised(path, values, good)


def _values(data: bytes, name: str) -> Values:
    """Return the values of a file that is one JSON value, or has one on each line."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        return list(json_values(data, name))
    if isinstance(whole, list):
        return [(f"{name}, entry {number}", one) for number, one in enumerate(whole, start=1)]
    return [(name, whole)]


def _conversations(values: Values, name: str) -> Iterator[Run | TrainingError]:
    for number, (where, value) in enumerate(values, start=1):
        messages = conversation_of(value)
        if isinstance(value, TrainingError):
            yield value
        elif messages is None:
            yield TrainingError(f"{where}: has no 'messages' or 'history' with a message in it")
        else:
            own = value.get("instance_id") or value.get("id")
            entries = ((f"{where}, message {at}", one) for at, one in enumerate(messages, start=1))
            yield from runs_of_messages(entries, str(own or (f"{name}-{number}" if len(values) > 1 else name)))


def _unrecognised(path: Path, values: Values, good: list[Any]) -> TrainingError:
    if not values:
        return TrainingError(f"{path}: is empty")
    if not any(isinstance(value, dict) for value in good) and len(good) < len(values):
        first = next(value for _, value in values if isinstance(value, TrainingError))
        return TrainingError(f"{path}: is neither JSON nor JSON lines ({first})")
    return TrainingError(
        f"{path}: is not recognised. Two kinds are read: runs as JSON lines, each with 'id', 'query' and 'turns'; and a log "
        "of chat messages in Anthropic's or OpenAI's shape, as a list, as an object with 'messages' or 'history', or as JSON "
        "lines"
    )
