"""``findspot config``: which settings count, where each came from and what it means; and changing one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from findspot.cli.config_options import ConfigAction
from findspot.cli.inputs import UsageError, root_given
from findspot.cli.parser import hint
from findspot.config import (
    SECTIONS,
    Config,
    Settings,
    allowed,
    child_environ,
    load_config,
    project_config_path,
    project_may,
    read_setting,
    set_project_setting,
    set_user_setting,
)
from findspot.core.columns import cut, visible, width
from findspot.errors import ConfigError
from findspot.places import user_config_path
from findspot.service.opening import command_for

if TYPE_CHECKING:
    from findspot.cli.commands import RawArguments
    from findspot.cli.terminal import Terminal

_WORDS: Mapping[ConfigAction, tuple[str, ...]] = {
    "list": (),
    "get": ("NAME",),
    "set": ("NAME", "VALUE"),
    "unset": ("NAME",),
    "edit": (),
    "path": (),
}
"""What each action needs to know."""


@dataclass(frozen=True, slots=True)
class ConfigRequest:
    """``findspot config``; ``name`` and ``text`` are "" where the action takes none, ``config`` is what counts in ``root``."""

    root: Path
    config: Config
    action: ConfigAction
    name: str
    text: str
    project: bool
    json: bool
    quiet: bool


def resolve_config(raw: RawArguments, cwd: Path) -> ConfigRequest:
    """Check how the words go together; raises a ``FindspotError`` that says what to change."""
    action: ConfigAction = raw.config_action
    words = [word for word in (raw.name, raw.value) if word is not None]
    needed = _WORDS[action]
    if len(words) < len(needed):
        raise UsageError(f"{needed[len(words)]} is missing: findspot config {action} {' '.join(needed)}")
    if len(words) > len(needed):
        raise UsageError(f"config {action} takes no {'VALUE' if needed else 'NAME'}; leave out {words[len(needed)]}")
    if raw.project and action in {"list", "get"}:
        raise UsageError(f"--project belongs to set, unset, edit and path; {action} shows what counts, from all files")
    if raw.format == "json" and action not in {"list", "get"}:
        raise UsageError(f"--json belongs to list and get, not to {action}")
    root, _ = root_given(raw, cwd)
    # A mistake in a file must not keep anybody from looking at it, or from mending it.
    config = load_config(root, raw.settings(), lenient=True)
    name, text = [*words, "", ""][:2]
    return ConfigRequest(root, config, action, name, text, raw.project, raw.format == "json", raw.quiet)


def run_config(request: ConfigRequest, terminal: Terminal) -> int:
    """Do what is asked, and return the exit status."""
    match request.action:
        case "list":
            _list(request, terminal)
        case "get":
            _known(request.name)
            fact = _fact(request, request.name)
            terminal.write_lines([json.dumps(fact) if request.json else visible(_plain(fact["value"]))])
        case "set":
            _known(request.name)
            _change(request, terminal, read_setting(request.name, request.text))
        case "unset":
            _change(request, terminal, None)
        case "edit":
            _edit(request)
        case "path":
            terminal.write_lines([str(_path(request))])
    return 0


def _known(name: str) -> None:
    if name not in Settings.model_fields:
        raise ConfigError(f"there is no setting '{name}'{hint(name, list(Settings.model_fields))}")


def _path(request: ConfigRequest) -> Path:
    return project_config_path(request.root) if request.project else user_config_path()


def _fact(request: ConfigRequest, name: str) -> dict[str, Any]:
    """Return what there is to say about one setting."""
    field, may = Settings.model_fields[name], project_may(name)
    origin = request.config.origins.get(name, "default")
    files = {"user": str(user_config_path()), "project": str(project_config_path(request.root))}
    return {
        "name": name,
        "value": getattr(request.config.settings, name),
        "origin": origin,
        "file": files.get(origin),
        "default": field.default,
        "allowed": allowed(name),
        "project_may": may is not None,
        "meaning": field.description,
    }


def _list(request: ConfigRequest, terminal: Terminal) -> None:
    for warning in request.config.warnings:
        terminal.note(f"warning: {warning}")
    facts = {name: [_fact(request, key) for key in section.model_fields] for name, section in SECTIONS.items()}
    if request.json:
        terminal.write_lines(json.dumps(fact | {"section": name}) for name in facts for fact in facts[name])
        return
    terminal.write_lines(_table(facts, terminal.screen().width))
    if not request.quiet:
        for path in (user_config_path(), project_config_path(request.root)):
            terminal.note(f"{path}{'' if path.exists() else ' (not there)'}")


def _table(facts: Mapping[str, list[dict[str, Any]]], room: int | None) -> Iterator[str]:
    """Yield the settings by section, one a line: name, value, where it came from, what it means."""
    rows = {
        section: [(fact["name"], visible(_shown(fact["value"])), fact["origin"], fact["meaning"]) for fact in some]
        for section, some in facts.items()
    }
    every = [row for some in rows.values() for row in some]
    widths = [min(40, max(width(row[column]) for row in every)) for column in range(3)]
    for number, (section, some) in enumerate(rows.items()):
        yield from [""] * (number > 0)
        yield f"[{section}]"
        for row in some:
            line = "  ".join(
                f"{cell}{' ' * (space - width(cell))}" for cell, space in zip(row[:3], widths, strict=True)
            )
            yield f"{line}  {row[3]}" if room is None else cut(f"{line}  {row[3]}", room)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else _plain(value)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _change(request: ConfigRequest, terminal: Terminal, value: object) -> None:
    name = request.name
    path = _path(request)
    before = path.read_bytes() if path.is_file() else b""
    if request.project:
        set_project_setting(request.root, name, value)
    else:
        set_user_setting(name, value)
    if value is None and path.is_file() and path.read_bytes() == before:
        _known(name)
    if request.quiet:
        return
    done = f"{name} is no longer set" if value is None else f"{name} is {_shown(value)} from now on"
    terminal.note(f"{done} (in {path})")
    now = load_config(request.root, lenient=True)
    origin = now.origins.get(name, "default")
    if origin != ("project" if request.project else "user") and (value is not None or origin != "default"):
        other = project_config_path(request.root) if origin == "project" else user_config_path()
        terminal.note(f"here {name} is {_shown(getattr(now.settings, name, ''))} all the same, from {other}")


def _edit(request: ConfigRequest) -> None:
    """Open the file in the user's editor, and say afterwards what cannot be used of it."""
    path = _path(request)
    environ = {name: value for name, value in child_environ().items() if name != "PAGER"}
    if not (environ.get("VISUAL") or environ.get("EDITOR")):
        raise ConfigError(f"set EDITOR to your editor, as in EDITOR=vim; the file is {path}")
    if request.project and (path.parent.is_symlink() or path.is_symlink()):
        raise ConfigError(f"{path}: is or lies behind a link, which is not followed here")
    if path.exists() and not path.is_file():
        raise ConfigError(f"{path}: it is {'a folder' if path.is_dir() else 'no file'}; move it away first")
    path.parent.mkdir(parents=True, exist_ok=True)
    command = command_for("", path, 1, 1, environ)
    if command.notes:
        raise ConfigError(command.notes[0])
    mistake = command.run()
    if mistake:
        raise ConfigError(mistake)
    changed = load_config(request.root, lenient=True)
    wrong = [warning for warning in changed.warnings if warning.startswith(f"{path}: ")]
    if wrong:
        raise ConfigError(f"{wrong[0]}; 'findspot config edit' opens it again")
