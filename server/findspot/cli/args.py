"""From the words of the command line to raw arguments; ``findspot.cli.resolve`` turns those into a request.

argparse reads what one command takes. What it has no way to say stands here (0043): options may stand before the command,
and a first word that names none is the query of ``search``.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from findspot.cli.commands import FORMS, RawArguments, build_parser
from findspot.cli.parser import Left, hint, options_of, positionals_of, subcommands


@dataclass(frozen=True, slots=True)
class _Option:
    """An option: its name, its value if one was given, and the word that it stood in."""

    name: str
    value: str | None
    word: str


def parse(argv: Sequence[str]) -> RawArguments:
    """Take the words of the command line apart; raises ``Left`` for ``--help`` and for usage errors.

    Options may stand anywhere before a ``--``. The first other word is the command if it names one; otherwise, and always
    after ``--``, it is the query of ``search``, unless an option stands for another command.
    """
    parser = build_parser()
    commands = subcommands(parser)
    options, words, rest = _separate(argv, [options_of(command) for command in commands.values()])
    names = {option.name for option in options}
    if "--version" in names:
        parser.parse_args(["--version"])
    if "--type-list" in names:
        from findspot.cli.filters import type_lines  # noqa: PLC0415 - the table is long

        raise Left(0, "\n".join(type_lines()))
    named = words[0] if words and words[0] in commands else ""
    near = "" if named or not words else (difflib.get_close_matches(words[0], commands, n=1, cutoff=0.75) or [""])[0]
    forms = {name: form for form in FORMS for name in form.names if named in {"", "search"}}
    instead = next((option.name for option in options if option.name in forms), "")
    called = command = named or "search"
    if named:
        words.pop(0)
    if instead:
        called, form = instead, forms[instead]
        command = form.words[0]
        options = [option for option in options if option.name not in form.names]
        options += [_Option(word, None, word) for word in form.words if word.startswith("-")]
        words = [*(word for word in form.words[1:] if not word.startswith("-")), *words]
    elif not (named or words or rest):
        if not names.isdisjoint({"-h", "--help"}):
            parser.parse_args(["--help"])
        if "--reindex" in names:
            called, command = "--reindex", "index"
        else:
            _know(parser, commands, command, command, options)
            parser.error("give a QUERY or a COMMAND; 'findspot --help' lists them")
    own = commands[command]
    _know(parser, commands, command, called, options)
    for number, option in enumerate(options):  # as in "status --skipped PATTERN"
        if options_of(own)[option.name].nargs == "?" and option.value is None and len(words) == 1 and not rest:
            options[number] = _Option(option.name, words.pop(), option.word)
    _room(own, called, [*words, *rest])
    raw = RawArguments(command=command, meant="" if near in argv else near)
    # Options go first and every other word stands behind a "--": argparse alone does not find options between the
    # positional words, and would take a word with a leading dash for an option.
    behind = ["--", *words, *rest] if words or rest else []
    raw = own.parse_args([*(_joined(option, own) for option in options), *behind], raw)
    if raw.query_flag is not None:
        raw.paths = [Path(raw.query), *raw.paths] if raw.query is not None else raw.paths
        raw.query = raw.query_flag
    return raw


def _separate(
    argv: Sequence[str], tables: Sequence[Mapping[str, argparse.Action]]
) -> tuple[list[_Option], list[str], list[str]]:
    """Split ``argv`` into options with their values, other words, and the words after a ``--``."""
    known = {name: action.nargs is None for table in tables for name, action in table.items()}
    options: list[_Option] = []
    words: list[str] = []
    iterator = iter(argv)
    for word in iterator:
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            given = value if equals else next(iterator, None) if known.get(name) else None
            options.append(_Option(name, given, word))
        else:
            options += _letters(word, known, iterator)
    return options, words, list(iterator)


def _letters(word: str, known: Mapping[str, bool], following: Iterator[str]) -> Iterator[_Option]:
    """Yield the options of ``-qk5``; what follows a letter that no command knows is not looked at."""
    for place, letter in enumerate(word[1:], 1):
        name = f"-{letter}"
        if known.get(name):
            yield _Option(name, word[place + 1 :].removeprefix("=") or next(following, None), word)
            return
        yield _Option(name, None, word)
        if name not in known:
            return


def _joined(option: _Option, command: argparse.ArgumentParser) -> str:
    """Return the option and its value as one word, so that a value may begin with a dash."""
    if option.value is None:
        return option.name
    names = options_of(command)[option.name].option_strings
    return f"{next(name for name in names if name.startswith('--'))}={option.value}"


def _know(
    parser: argparse.ArgumentParser,
    commands: Mapping[str, argparse.ArgumentParser],
    command: str,
    called: str,
    options: Sequence[_Option],
) -> None:
    """Complain about the first option that ``command`` does not have, naming the nearest one that it has."""
    own = options_of(commands[command])
    for option in options:
        name, word = option.name, option.word
        if name in own:
            continue
        if " " in word.partition("=")[0]:
            parser.error(f"{word}: no such option; for a query that begins with a dash: findspot -- '{word}'")
        if called != command and any(name in form.names for form in FORMS):
            parser.error(f"{called} and {name} cannot be used together; leave one out")
        others = [other for other, one in commands.items() if name in options_of(one)]
        near = f"; it belongs to {' and '.join(others)}" if others else hint(name, list(own))
        last = f"; for a query that begins with a dash: findspot -- {word}"
        parser.error(f"{name}: no such option of {called}{near or last}")


def _room(command: argparse.ArgumentParser, called: str, words: Sequence[str]) -> None:
    """Complain about words that a command has no place for."""
    places = positionals_of(command)
    if len(words) <= len(places) or any(place.nargs == "*" for place in places):
        return
    if not places:
        way = (
            f"leave out {words[0]}" if called.startswith("-") else f"to search for this word: findspot -- {called} ..."
        )
        command.error(f"{called} takes no query; {way}")
    taken = " and one ".join(str(place.metavar) for place in places)
    command.error(f"{called} takes one {taken}; leave out {words[len(places)]}")
