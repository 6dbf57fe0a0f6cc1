"""What a call does, by the name of its tool and by its arguments; names differ between agents, so words in them count."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any, Final

from findspot_training.trajectories.effects import Effect, Kind, normalized
from findspot_training.trajectories.schema import Call
from findspot_training.trajectories.shell import shell_effect

_LEAVING_ALONE: Final = re.compile(
    r"todo(read|write)|updateplan|think|finish|submit|web(search|fetch)|toolsearch|skill|task(create|update|get|list)"
    r"|(ask|exitplan|enterplan)\w*|goto|scroll(up|down)|(bash|task)output"
)
"""Tools that leave the workspace alone and show nothing of it, or whose output depends on more than their arguments."""

_WORDS: Final = (
    (
        Kind.CHANGE,
        "append apply create delete edit insert move overwrite patch remove rename replace save undo update write",
    ),
    (Kind.SHELL, "bash cmd command exec execute powershell run sh shell terminal"),
    (
        Kind.SEARCH,
        "definition definitions find grep history localize outline references related rg ripgrep search symbol symbols syntax",
    ),
    (Kind.LIST, "dir glob list ls tree"),
    (Kind.READ, "cat open read view"),
)
"""Words in the name of a tool; the first kind that has one of them counts, so ``search_replace`` is a change."""

_EDITOR: Final = {"view": Kind.READ, **dict.fromkeys(("create", "insert", "str_replace", "undo_edit"), Kind.CHANGE)}
"""What an editor with an argument ``command`` does."""

_PATHS: Final = re.compile(
    r"((absolute|relative|notebook|relative_workspace)_)?path|(target_)?(file|dir|directory)|folder|filename|filepath"
    r"|(file|dir)_(name|path)"
)
"""Arguments that name a file or a folder."""

_FIRST: Final = ("offset", "start_line", "line_start", "first_line", "start_line_one_indexed")

_SAYS_WHY: Final = frozenset({"description", "explanation", "thought", "security_risk", "timeout"})
"""Arguments that do not change what is asked for."""


def effect_of(call: Call, folder: str) -> Effect:
    """Return what a call does; ``folder`` is the shell's working directory."""
    kind = _kind(call)
    if kind is Kind.SHELL:
        text = _command_line(call.arguments)
        return Effect(kind, "", changes=True, shell_folder="") if text is None else shell_effect(text, folder)
    given = {
        name: normalized(value) if _PATHS.fullmatch(name) and isinstance(value, str) else value
        for name, value in call.arguments.items()
        if value is not None and name not in _SAYS_WHY
    }
    paths = [str(value) for name, value in given.items() if _PATHS.fullmatch(name)]
    if {"move", "rename"} & set(_words(call.tool)):
        paths = []  # the file that is named is not the only one that changes
    return Effect(
        kind,
        json.dumps(given, sort_keys=True),
        changes=kind is Kind.CHANGE
        or (kind is Kind.OTHER and not _LEAVING_ALONE.fullmatch("".join(_words(call.tool)))),
        path=paths[0] if len(paths) == 1 else "." if not paths and kind in {Kind.LIST, Kind.SEARCH} else None,
        first_line=_first_line(given),
    )


def _kind(call: Call) -> Kind:
    words = _words(call.tool)
    command = call.arguments.get("command")
    if isinstance(command, str) and command in _EDITOR and "path" in call.arguments:
        return _EDITOR[command]
    if _LEAVING_ALONE.fullmatch("".join(words)):
        return Kind.OTHER
    return next((kind for kind, known in _WORDS if set(known.split()) & set(words)), Kind.OTHER)


def _words(tool: str) -> list[str]:
    """Return the words of a tool's name in lower case, without the server that it comes from (``mcp__server__tool``)."""
    name = tool.rsplit("__", 1)[-1].rsplit(".", 1)[-1]
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def _command_line(arguments: Mapping[str, Any]) -> str | None:
    command = arguments.get("command", arguments.get("cmd"))
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        return shlex.join(command)
    return command if isinstance(command, str) else None


def _first_line(given: Mapping[str, Any]) -> int:
    lines = given.get("view_range")
    first = (
        lines[0] if isinstance(lines, list) and lines else next((given[name] for name in _FIRST if name in given), 1)
    )
    return first if isinstance(first, int) else 1
