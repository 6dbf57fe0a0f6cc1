"""A parser of command lines that complains in one line that says what to do."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from findspot.core.columns import visible


class Left(Exception):
    """The command line asks for a text alone, or cannot be understood: what to print where, and the exit status."""

    def __init__(self, status: int, out: str = "", err: str = "") -> None:
        super().__init__(out or err)
        self.status = status
        self.out = out
        self.err = err


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line that says what to do; it prints nothing itself and raises ``Left``."""

    _said = ""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Raise ``Left``."""
        raise Left(status, self._said, message or "")

    def _print_message(self, message: str, file: Any = None) -> None:  # noqa: ARG002 - the caller of the parser prints it
        self._said += message

    def error(self, message: str) -> NoReturn:
        """Print ``message`` in our own words on standard error, and leave with status 2."""
        self.exit(2, f"findspot: error: {visible(_in_our_words(message))}\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            raise argparse.ArgumentError(action, f"{value}: must be {' or '.join(choices)}{hint(str(value), choices)}")


def _in_our_words(message: str) -> str:
    """Return what argparse complains about, as a person would say it."""
    about = re.fullmatch(r"argument (\S+): (.*)", message, re.DOTALL)
    if about is None:
        return re.sub(
            r"^the following arguments are required: (\w+).*", r"\1 is missing; 'findspot --help' shows how", message
        )
    name, what = about[1].split("/")[0], about[2]
    if what.startswith("not allowed with argument "):
        return f"{name} and {what.split()[-1].split('/')[0]} cannot be used together; leave one out"
    if what.startswith("expected "):
        return f"{name}: its value is missing; 'findspot --help' shows how"
    if what.startswith("ignored explicit argument"):
        return f"{name} takes no value; leave out what follows it"
    return f"{name} {what}"


def hint(word: str, known: Sequence[str]) -> str:
    """Return words that name the nearest of ``known``, or nothing."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def options_of(command: argparse.ArgumentParser) -> Mapping[str, argparse.Action]:
    """Return every spelling of every option of ``command`` with what is declared of it."""
    return command._option_string_actions  # noqa: SLF001 - argparse has no public way to list its options


def arguments_of(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return what is declared of each option and each word of ``command``, in that order; its commands are none."""
    declared = command._actions  # noqa: SLF001 - argparse has no public way to list its options
    return [action for action in declared if not isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001


def positionals_of(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return what is declared of the words of ``command`` that are no options."""
    return [action for action in arguments_of(command) if not action.option_strings]


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the commands of ``parser`` by name."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to reach its sub-parsers
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            return dict(action.choices)
    return {}
