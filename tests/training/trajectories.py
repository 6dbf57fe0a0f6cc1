"""Trajectories for tests: calls as agents make them, and files with what they leave behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from findspot_training.trajectories.schema import Call, Trajectory, Turn


def call(tool: str, observation: str | None = "", *, error: bool = False, **arguments: Any) -> Call:
    return Call(tool=tool, arguments=arguments, observation=observation, error=error)


def trajectory(*turns: Call | list[Call], name: str = "r") -> Trajectory:
    grouped = [Turn(calls=(turn,) if isinstance(turn, Call) else tuple(turn)) for turn in turns]
    return Trajectory(id=name, query="where?", turns=tuple(grouped))


def numbered(first: int, last: int) -> str:
    return "\n".join(f"{number:6}\tline {number}" for number in range(first, last + 1))


def plain(first: int, last: int) -> str:
    return "\n".join(f"line {number}" for number in range(first, last + 1)) + "\n"


def read(path: str, first: int, last: int) -> Call:
    return call("Read", numbered(first, last), file_path=path, offset=first, limit=last - first + 1)


def bash(command: str, observation: str | None = "", *, error: bool = False) -> Call:
    return call("Bash", observation, error=error, command=command)


def nested(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


def written(path: Path, *lines: Any) -> Path:
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines), "utf-8")
    return path
