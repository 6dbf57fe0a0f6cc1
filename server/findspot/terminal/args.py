"""What may be written on the command line, and how it is taken apart.

``build_parser`` declares every command and option once; the reference page is generated from it. ``parse``
gives the raw arguments; ``findspot.terminal.request`` turns them into a request.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from findspot import __version__
from findspot.config import Settings
from findspot.core.types import Level

Command = Literal["search", "localize", "index", "status", "eval", "lsp"]
Format = Literal["pretty", "json", "files", "count"]

_WITHOUT_QUERY: tuple[Command, ...] = ("index", "status", "lsp")

_EPILOG = """\
exit status: 0 something was found (or done), 1 nothing was found, 2 an error, 130 interrupted.
A query that is also the name of a command: findspot -- status
"""


class RawArguments(argparse.Namespace):
    """The command line as it was written; each command sets the attributes of its own options only."""

    command: Command
    root: Path | None
    quiet: bool = False
    verbose: bool
    format: Format
    top_k: int | None = None
    no_text: bool = False
    query: str
    file: str | None
    paths: list[Path]
    no_scope: bool
    skip_outside: bool
    level: Level
    budget: float | None = None
    rebuild: bool
    show_root: bool
    skipped: str | None
    hidden: bool = False
    no_ignore: bool = False
    path: Path | None
    commits: int
    tcp: str | None


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, with one sub-parser for each command."""
    parser = argparse.ArgumentParser(
        prog="findspot",
        usage="findspot [OPTIONS] QUERY [PATHS...]\n       findspot COMMAND [OPTIONS] ...",
        description="Where in this code base is it? Search by a sentence, a symbol, an error or a whole issue text.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"findspot {__version__}")
    commands = parser.add_subparsers(
        prog="findspot", title="commands", dest="command", metavar="COMMAND", required=True
    )

    def add(name: Command, parents: list[argparse.ArgumentParser], summary: str, text: str) -> argparse.ArgumentParser:
        description = f"{summary[0].upper()}{summary[1:]}. {text}"
        return commands.add_parser(name, parents=parents, help=summary, description=description, allow_abbrev=False)

    voice, output, answers, scope = _voice_options(), _output_options(), _answer_options(), _scope_options()
    common = _common_options(voice)

    search = add(
        "search",
        [common, answers, scope],
        "find the places that a sentence, a symbol or an error message is about",
        "This is the default command: 'findspot QUERY' means 'findspot search QUERY'.",
    )
    search.add_argument("query", metavar="QUERY", help="What to look for; put several words into quotes.")
    search.add_argument("paths", metavar="PATHS", nargs="*", type=Path, help="Look only in these folders and files.")

    localize = add(
        "localize",
        [common, answers, scope],
        "find the places that an issue text or a stack trace is about",
        "The text may be as long as a whole issue; a local model reorders the best candidates.",
    )
    localize.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="File with the text, or the text itself in quotes; '-' or nothing: standard input.",
    )
    localize.add_argument("paths", metavar="PATHS", nargs="*", type=Path, help="Look only in these folders and files.")
    localize.add_argument("--budget", metavar="SECONDS", type=float, help=_setting_help("budget"))
    localize.add_argument(
        "--level",
        choices=get_args(Level),
        default="function",
        help="What one result stands for: a whole file, or a function, class or section. Default: function.",
    )

    index = add(
        "index",
        [common, output],
        "bring the index up to date, and say what changed",
        "Searching does this by itself; use it to prepare an index beforehand.",
    )
    index.add_argument("--rebuild", action="store_true", help="Throw the index away first and build it from nothing.")

    add(
        "status", [common, output, _status_options()], "show the root and the state of its index", "Nothing is indexed."
    )

    evaluation = add(
        "eval",
        [voice, output],
        "measure Findspot on the history of your own repository",
        "The messages of its commits are asked about, at the files before each commit, and compared with the functions"
        " that the commit changed. It works in a temporary folder; your index is not touched.",
    )
    evaluation.add_argument(
        "path", metavar="PATH", nargs="?", type=Path, help="A folder inside the git repository. Default: this folder."
    )
    evaluation.add_argument(
        "--commits", metavar="N", type=int, default=50, help="How many commits, the newest that suit. Default: 50."
    )
    evaluation.add_argument("--budget", metavar="SECONDS", type=float, help=_setting_help("budget"))

    lsp = add("lsp", [], "start the language server", "It talks over standard input and output.")
    channel = lsp.add_mutually_exclusive_group()
    channel.add_argument("--stdio", action="store_true", help="Use standard input and output; this is the default.")
    channel.add_argument("--tcp", metavar="HOST:PORT", help="Listen for editors on this address instead.")
    lsp.add_argument("-v", "--verbose", action="store_true", help="Write a log to standard error.")
    return parser


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
            parser.error("give a QUERY or a COMMAND; 'findspot --help' lists them")
        return parser.parse_args(options, RawArguments())
    command = words.pop(0) if words and words[0] in commands else "search"
    if command == "status" and "--skipped" in options and len(words) == 1 and not rest:
        options[options.index("--skipped")] = f"--skipped={words.pop()}"
    if command in _WITHOUT_QUERY and (words or rest):
        commands[command].error(f"it takes no query; to search for this word: findspot -- {command} ...")
    raw = RawArguments(command=command)
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


def _wants_value(option: str, valued: set[str]) -> bool:
    """Say whether the value of ``option`` is the next word: ``--root`` and ``-qk``, but not ``--root=X`` or ``-k5``."""
    if option.startswith("--"):
        return option in valued
    first = next((place for place, letter in enumerate(option[1:], 1) if f"-{letter}" in valued), None)
    return first is not None and first == len(option) - 1


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to reach its sub-parsers
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            return dict(action.choices)
    return {}


def _common_options(voice: argparse.ArgumentParser) -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(add_help=False)
    root.add_argument(
        "--root",
        metavar="DIR",
        type=Path,
        help="Folder to index. Default: the nearest folder above with a .git, .hg, .jj or .findspot, else this folder.",
    )
    return argparse.ArgumentParser(add_help=False, parents=[root, _file_options(), voice])


def _file_options() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--hidden",
        action="store_true",
        help="Take in hidden files and folders; they go into an index of their own, which is kept.",
    )
    parent.add_argument(
        "--no-ignore",
        action="store_true",
        help="Take in what ignore files leave out and other checkouts; they go into an index of their own, which is kept.",
    )
    return parent


def _voice_options() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("-q", "--quiet", action="store_true", help="No progress and no notes on standard error.")
    parent.add_argument("-v", "--verbose", action="store_true", help="Write a log to standard error.")
    return parent


def _output_options() -> argparse.ArgumentParser:
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


def _answer_options() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    shape = parent.add_mutually_exclusive_group()
    shape.add_argument(
        "--format",
        choices=get_args(Format),
        default="pretty",
        help="pretty: for people; json: one object a line; files: paths only; count: how many. Default: pretty.",
    )
    shape.add_argument("--json", dest="format", action="store_const", const="json", help="Short for --format json.")
    parent.add_argument("-k", "--top-k", metavar="N", type=int, help=_setting_help("top_k"))
    parent.add_argument("--no-text", action="store_true", help="Leave the source text out of the output.")
    return parent


def _scope_options() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--no-scope",
        action="store_true",
        help="Look in the whole root, also when the current folder lies deeper. Not together with PATHS.",
    )
    parent.add_argument(
        "--skip-outside",
        action="store_true",
        help="Leave out PATHS that lie outside the root, instead of failing.",
    )
    return parent


def _status_options() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    what = parent.add_mutually_exclusive_group()
    what.add_argument("--show-root", action="store_true", help="Print the root and nothing else.")
    what.add_argument(
        "--skipped",
        metavar="PATTERN",
        nargs="?",
        const="",
        help="List what is left out of the index and why: all of it, or what a glob or a part of a path means.",
    )
    return parent


def _setting_help(name: str) -> str:
    field = Settings.model_fields[name]
    return f"{field.description} Default: {field.default}."
