"""``findspot completions``: scripts that complete commands, options and values in a shell, and the manual page.

All is made from the parser. The scripts hold everything themselves: asking Findspot at each key would cost the start of a
process (0043).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from findspot.cli import completion_scripts
from findspot.cli.commands import FORMS, build_parser
from findspot.cli.completion_scripts import Command, Option, Value
from findspot.cli.options import Shell
from findspot.cli.parser import arguments_of, positionals_of, subcommands

if TYPE_CHECKING:
    from findspot.cli.terminal import Terminal
from findspot.config import Settings
from findspot.installing.agents import AGENTS
from findspot.service.file_types import FILE_TYPES

_LENGTH: Final = 72


def run_completions(shell: Shell, terminal: Terminal) -> int:
    """Print the script for a shell, and return the exit status."""
    make = {
        "bash": completion_scripts.bash,
        "zsh": completion_scripts.zsh,
        "fish": completion_scripts.fish,
        "powershell": completion_scripts.powershell,
    }[shell]
    commands = commands_of(build_parser())
    forms = {name: form.words[0] for form in FORMS if form.words[0] in commands for name in form.names}
    terminal.write_lines(make(commands, forms).splitlines())
    return 0


def commands_of(parser: argparse.ArgumentParser) -> dict[str, Command]:
    """Return what can be written after each command."""
    types = list(FILE_TYPES)
    known = {
        "config name": list(Settings.model_fields),
        "install agent": [agent.name for agent in AGENTS],
        **{f"{command} {option}": types for command in subcommands(parser) for option in ("types", "not_types")},
    }
    return {name: _command(name, command, known) for name, command in subcommands(parser).items()}


def _command(name: str, command: argparse.ArgumentParser, known: Mapping[str, Sequence[str]]) -> Command:
    options = [
        Option(
            tuple(action.option_strings),
            _short(action.help or ""),
            None
            if action.nargs in {0, "?"}
            else _value(action, known.get(f"{name} {action.dest}", ())),  # an optional value is never the next word
        )
        for action in arguments_of(command)
        if action.option_strings
    ]
    words = [_value(action, known.get(f"{name} {action.dest}", ())) for action in positionals_of(command)]
    return Command(_short(command.description or ""), tuple(options), tuple(words))


def _value(action: argparse.Action, choices: Sequence[str]) -> Value:
    """Return what an argument may be; ``choices`` are those that argparse does not know of."""
    known = tuple(str(choice) for choice in action.choices or choices)
    if known:
        return Value(known)
    if action.metavar == "DIR":
        return Value(path="folder")
    return Value(path="file" if action.type is Path or action.metavar in {"FILE", "FILE:LINE"} else "")


def _short(text: str) -> str:
    """Return the first sentence, short enough for a list."""
    first = text.partition(". ")[0].partition("; ")[0].removesuffix(".")
    return first if len(first) <= _LENGTH else f"{first[: _LENGTH - 1]}…"
