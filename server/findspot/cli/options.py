"""Options and arguments that several commands share, each declared once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal, get_args

from findspot.cli.screen import Color
from findspot.cli.values import between, setting
from findspot.config import IndexSettings, ModelSettings, Settings, flag

Format = Literal["pretty", "json", "files", "count", "counts", "vimgrep"]
Shell = Literal["bash", "zsh", "fish", "powershell"]
Only = Literal["code", "docs", "config", "tests"]

_MOST_CONTEXT = 1000
_MOST_DEPTH = 1000


def add_setting(parser: argparse._ActionsContainer, name: str) -> None:
    """Give ``parser`` the option that is declared with a setting."""
    field, mark = Settings.model_fields[name], flag(name)
    if mark is None:
        raise ValueError(f"the setting '{name}' has no option")
    meaning = mark.meaning or str(field.description)
    if field.annotation is bool:
        parser.add_argument(*mark.names, dest=name, action="store_const", const=not field.default, help=meaning)
    else:
        usual = "" if field.default == "" else f" Default: {field.default}."
        parser.add_argument(*mark.names, dest=name, metavar=mark.value, type=setting(name), help=f"{meaning}{usual}")


def add_text(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` a text and where to look."""
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="File with the text, or the text itself in quotes; '-' or nothing: standard input.",
    )
    add_paths(parser)


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` the paths to look in."""
    parser.add_argument(
        "paths",
        metavar="PATHS",
        nargs="*",
        type=Path,
        help="Look only in these folders, files and packages, which are meant by name where no such path exists.",
    )


def add_session_words(parser: argparse.ArgumentParser) -> None:
    """Give ``parser``, whose command shows answers as long as it runs, the first question and where to look."""
    parser.add_argument("query", metavar="QUERY", nargs="?", help="What to look for first.")
    add_paths(parser)
    parser.add_argument(
        "--query", dest="query_flag", metavar="QUERY", help="The same; then every word that is no option is a path."
    )


def add_related_arguments(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` a place, and a name at it."""
    parser.add_argument(
        "place",
        metavar="FILE:LINE",
        help="The place; FILE:LINE:NAME and FILE:LINE:COLUMN mean a name that the line uses.",
    )
    parser.add_argument("--name", metavar="NAME", help="The name on that line that is meant.")


def root_options() -> argparse.ArgumentParser:
    """Return the option that names the root."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--root",
        dest="roots",
        metavar="DIR",
        action="append",
        default=[],
        type=Path,
        help="Folder to index; search and localize take several and give one answer. Default: the nearest folder above with a .git, .hg, .jj or .findspot, else this folder.",
    )
    return parent


def common_options(voice: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Return the options of all commands that open an index: which root, which files, which models."""
    settings = argparse.ArgumentParser(add_help=False)
    for section in (IndexSettings, ModelSettings):
        for name in section.model_fields:
            if flag(name) is not None:
                add_setting(settings, name)
    return argparse.ArgumentParser(add_help=False, parents=[root_options(), settings, voice])


def voice_options() -> argparse.ArgumentParser:
    """Return the options of what is said on standard error."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("-q", "--quiet", action="store_true", help="No progress and no notes on standard error.")
    parent.add_argument("-v", "--verbose", action="store_true", help="Write a log to standard error.")
    return parent


def output_options() -> argparse.ArgumentParser:
    """Return the option of commands that print one thing."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--json",
        dest="format",
        action="store_const",
        const="json",
        default="pretty",
        help="Print one JSON object.",
    )
    return parent


def answer_options() -> argparse.ArgumentParser:
    """Return the options of an answer: how long it is and how it is printed."""
    parent = argparse.ArgumentParser(add_help=False)
    shape = parent.add_mutually_exclusive_group()
    shape.add_argument(
        "--format",
        metavar="FORM",
        choices=get_args(Format),
        default="pretty",
        help="pretty: for people; json: one object a line; files: paths only; count: how many; counts: how many in each"
        " file; vimgrep: FILE:LINE:COLUMN:TEXT for each. Default: pretty.",
    )
    for names, form in (
        (["--json"], "json"),
        (["-l", "--files-with-matches"], "files"),
        (["-c", "--count"], "counts"),
        (["--vimgrep"], "vimgrep"),
    ):
        shape.add_argument(*names, dest="format", action="store_const", const=form, help=f"Short for --format {form}.")
    shape.add_argument(
        "-p",
        "--pretty",
        action="store_true",
        help="For people, in colours and grouped by file, also where the output is no terminal.",
    )
    parent.add_argument(
        "--color",
        "--colour",
        choices=get_args(Color),
        help="When to use colours; auto: on a terminal, unless NO_COLOR is set. Default: auto.",
    )
    parent.add_argument(
        "-0", "--null", action="store_true", help="With --files-with-matches: end each path with a NUL, for xargs -0."
    )
    parent.add_argument(
        "-C",
        "--context",
        dest="context_lines",
        metavar="N",
        type=between(0, _MOST_CONTEXT),
        help="Show N lines before and after each line that matches.",
    )
    parent.add_argument("--explain", action="store_true", help="Show what each score is made of.")
    add_setting(parent, "top_k")
    add_setting(parent, "threshold")
    parent.add_argument("--no-text", action="store_true", help="Leave the source text out of the output.")
    return parent


def scope_options() -> argparse.ArgumentParser:
    """Return the options of what paths mean."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--no-scope",
        action="store_true",
        help="Look in the whole root, also when the current folder lies deeper. Not together with PATHS.",
    )
    parent.add_argument(
        "--skip-outside-root",
        "--skip-outside",
        dest="skip_outside",
        action="store_true",
        help="Leave out PATHS that lie outside the root, instead of failing.",
    )
    return parent


def filter_options() -> argparse.ArgumentParser:
    """Return the options of which files results may come from, as in ripgrep."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "-t",
        "--type",
        dest="types",
        metavar="TYPE",
        action="append",
        default=[],
        help="Only files of this type; may be given several times. --type-list names them.",
    )
    parent.add_argument(
        "--type-list", action="store_true", help="Print the types of files with their globs, and leave."
    )
    parent.add_argument(
        "-T",
        "--type-not",
        dest="not_types",
        metavar="TYPE",
        action="append",
        default=[],
        help="No files of this type; may be given several times.",
    )
    parent.add_argument(
        "-g",
        "--glob",
        dest="globs",
        metavar="GLOB",
        action="append",
        default=[],
        help="Only files that match; with '!' in front: none that match. Of several the last that matches counts.",
    )
    parent.add_argument(
        "--only",
        choices=get_args(Only),
        action="append",
        default=[],
        help="Only files of this kind; may be given several times.",
    )
    parent.add_argument(
        "-d",
        "--max-depth",
        metavar="N",
        type=between(0, _MOST_DEPTH),
        help="Go at most N folders deep below each of PATHS; 0: only files that are named.",
    )
    parent.add_argument(
        "--ignore-file",
        dest="ignore_rules",
        metavar="FILE",
        action="append",
        default=[],
        type=Path,
        help="Leave out what this file names, in the form of .gitignore; may be given several times.",
    )
    return parent
