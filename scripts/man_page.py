"""The manual page ``findspot.1``, in mdoc, from the parser of the command line."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator

from findspot.cli.parser import arguments_of, subcommands
from findspot.config import OWN_DIR

_WIDTH = 72

_BUILT_IN = {"help": "Show a help and leave.", "version": "Show the version and leave."}

_FILES = (
    ("~/.config/findspot/config.toml", "Your settings on Linux; findspot config path prints where they lie."),
    (f"{OWN_DIR}/config.toml", "In a root: the settings of a project, as far as a project may set them."),
)

_STATUSES = (
    ("0", "Something was found, or the command did its work."),
    ("1", "Nothing was found."),
    ("2", "An error; one line on standard error says what to do."),
    ("130", "Interrupted."),
)


def man_page(parser: argparse.ArgumentParser) -> str:
    """Return the page. It has no date, so that it changes only when the command line does."""
    summary, _, purpose = str(parser.description).partition("? ")
    lines = [
        '.\\" Made by `make docs`; do not edit.',
        ".Dd $Mdocdate$",
        ".Dt FINDSPOT 1",
        ".Os",
        ".Sh NAME",
        ".Nm findspot",
        f".Nd {_text(summary[0].lower() + summary[1:])}",
        ".Sh SYNOPSIS",
        ".Nm",
        ".Op Ar options",
        ".Ar query",
        ".Op Ar path ...",
        ".Nm",
        ".Ar command",
        ".Op Ar options",
        ".Op Ar word ...",
        ".Sh DESCRIPTION",
        *_sentences(purpose),
        "Without a command,",
        ".Nm",
        "searches.",
        "Options may stand anywhere before a",
        ".Ql -- .",
        "A query that is also the name of a command stands behind it.",
        ".Sh COMMANDS",
    ]
    for name, command in subcommands(parser).items():
        lines += [f".Ss findspot {name}", *_sentences(str(command.description)), ".Bl -tag -width Ds"]
        for action in arguments_of(command):
            lines += [f".It {_written(action)}", *_sentences(_BUILT_IN.get(action.dest, action.help or ""))]
        lines.append(".El")
    lines += [".Sh FILES", ".Bl -tag -width Ds"]
    for path, meaning in _FILES:
        lines += [f".It Pa {path}", *_sentences(meaning)]
    lines += [".El", ".Sh EXIT STATUS", ".Bl -tag -width Ds"]
    for status, meaning in _STATUSES:
        lines += [f".It {status}", *_sentences(meaning)]
    return "\n".join([*lines, ".El", ""])


def _written(action: argparse.Action) -> str:
    """Return how an argument is written, as macros of mdoc."""
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    argument = f" Ar {_text(str(value))}" if value and action.nargs != 0 else ""
    # A flag is written without its first dash.
    return " , ".join(f"Fl {_text(name[1:])}{argument}" for name in action.option_strings) or argument.strip()


def _sentences(text: str) -> Iterator[str]:
    """Yield each sentence on lines of its own, as mdoc wants it."""
    for sentence in re.split(r"(?<=[.;:]) (?=[A-Z'])", text.strip()):
        for line in textwrap.wrap(sentence, _WIDTH, break_on_hyphens=False, break_long_words=False):
            yield _text(line)


def _text(text: str) -> str:
    """Return text that cannot be taken for a macro."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
