"""From the words of the command line to raw arguments; ``findspot.cli.resolve`` turns those into a request."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping, Sequence

from findspot.cli.commands import WITHOUT_QUERY, RawArguments, build_parser
from findspot.cli.parser import hint

_OPTIONAL_VALUE = {"status": "--skipped", "mcp": "--http"}
"""Options of commands without a query that may stand with or without a value."""


def parse(argv: Sequence[str]) -> RawArguments:
    """Take the words of the command line apart; leaves by ``SystemExit`` for ``--help`` and for usage errors.

    Options may stand anywhere before a ``--``. The first other word is the command if it names one;
    otherwise, and always after ``--``, it is the query of ``search``.
    """
    parser = build_parser()
    commands = _commands(parser)
    valued = {
        name
        for command in commands.values()
        for action in command._actions  # noqa: SLF001 - argparse has no public way to list its options
        if action.nargs is None
        for name in action.option_strings
    }
    options, words, rest = _separate(argv, valued)
    if not words and not rest:
        if {"-h", "--help", "--version"}.isdisjoint(options):
            _know(parser, commands, "search", options)
            parser.error("give a QUERY or a COMMAND; 'findspot --help' lists them")
        return parser.parse_args(options, RawArguments())
    meant = (difflib.get_close_matches(words[0], commands, n=1, cutoff=0.75) or [""])[0] if words else ""
    command = words.pop(0) if words and words[0] in commands else "search"
    _know(parser, commands, command, options)
    optional = _OPTIONAL_VALUE.get(command, "")
    if optional in options and len(words) == 1 and not rest:
        options[options.index(optional)] = f"{optional}={words.pop()}"
    if command in WITHOUT_QUERY and (words or rest):
        commands[command].error(f"{command} takes no query; to search for this word: findspot -- {command} ...")
    if command == "eval" and len(words) + len(rest) > 1:
        commands[command].error(f"eval takes one PATH; leave out {[*words, *rest][1]}")
    if command == "install" and len(words) + len(rest) > 1:
        commands[command].error(f"install takes one AGENT; run it once more for {[*words, *rest][1]}")
    if command == "models" and len(words) + len(rest) > 2:
        commands[command].error(f"models takes an ACTION and one NAME; leave out {[*words, *rest][2]}")
    raw = RawArguments(command=command, meant="" if meant in argv else meant)
    # Options go first and every other word stands behind a "--": argparse alone does not find options
    # between the positional words, and would take a word with a leading dash for an option.
    behind = [*words, *rest]
    return commands[command].parse_args([*options, "--", *behind] if behind else options, raw)


def _separate(argv: Sequence[str], valued: set[str]) -> tuple[list[str], list[str], list[str]]:
    """Split ``argv`` into options with their values, other words, and the words after a ``--``."""
    options: list[str] = []
    words: list[str] = []
    iterator = iter(argv)
    for word in iterator:
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        options.append(word)
        if _wants_value(word, valued):
            options.extend(value for value in [next(iterator, None)] if value is not None)
    return options, words, list(iterator)


def _know(
    parser: argparse.ArgumentParser,
    commands: Mapping[str, argparse.ArgumentParser],
    command: str,
    options: Sequence[str],
) -> None:
    """Complain about the first option that ``command`` does not have, naming the nearest one that it has."""
    own = commands[command]._option_string_actions  # noqa: SLF001 - argparse has no public way to list its options
    known = [*own, "--version"]
    wants_value = False
    for option in options:
        if wants_value:
            wants_value = False
            continue
        name = option.split("=", 1)[0] if option.startswith("--") else option[:2]
        spaced = " " in option and not option.startswith("--") and name in own and own[name].nargs == 0
        if name not in known or spaced:
            others = [
                other
                for other, one in commands.items()
                if name in one._option_string_actions  # noqa: SLF001
            ]
            if " " in option:
                parser.error(f"{option}: no such option; for a query that begins with a dash: findspot -- '{option}'")
            near = f"; it belongs to {' and '.join(others)}" if others else hint(name, known)
            shown = option if option.startswith("--") and "=" not in option else name
            parser.error(
                f"{shown}: no such option of {command}{near or f'; for a query that begins with a dash: findspot -- {option}'}"
            )
        wants_value = _wants_value(option, {text for text, action in own.items() if action.nargs is None})


def _wants_value(option: str, valued: set[str]) -> bool:
    """Return whether the value of ``option`` is the next word: ``--root`` and ``-qk``, but not ``--root=X`` or ``-k5``."""
    if option.startswith("--"):
        return option in valued
    first = next((place for place, letter in enumerate(option[1:], 1) if f"-{letter}" in valued), None)
    return first is not None and first == len(option) - 1


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to reach its sub-parsers
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            return dict(action.choices)
    return {}
