"""Command-line arguments and their parsing.

``build_parser`` declares every command and option once; the reference page is generated from it. ``parse``
gives the raw arguments; ``findspot.cli.resolve`` turns them into a request.
"""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args

from findspot import __version__
from findspot.cli.columns import visible
from findspot.config import Settings, allowed, flag, flagged
from findspot.core.types import Level

Command = Literal["search", "localize", "index", "status", "eval", "lsp"]
Format = Literal["pretty", "json", "files", "count"]

_WITHOUT_QUERY: tuple[Command, ...] = ("index", "status", "lsp")

_EPILOG = """\
exit status: 0 something was found (or done), 1 nothing was found, 2 an error, 130 interrupted.
A query that is also the name of a command: findspot -- status
"""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line that says what to do."""

    def error(self, message: str) -> NoReturn:
        """Print ``message`` in our own words on standard error, and leave with status 2."""
        self.exit(2, f"findspot: error: {visible(_in_our_words(message))}\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            raise argparse.ArgumentError(action, f"{value}: must be {' or '.join(choices)}{_hint(str(value), choices)}")


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


def _hint(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _number(key: str) -> Callable[[str], int | float]:
    """Return what reads the value of an option that is also a setting, within the setting's limits."""

    def read(text: str) -> int | float:
        kind = int if Settings.model_fields[key].annotation is int else float
        try:
            value = kind(text)
            Settings.model_validate({key: value})
        except ValueError:  # pydantic's error is one, too
            raise argparse.ArgumentTypeError(f"{text}: must be {allowed(key)}") from None
        return value

    return read


def _commits(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be a whole number from 1 on")
    return int(text)


class RawArguments(argparse.Namespace):
    """The command line as it was written; each command sets the attributes of its own options only.

    ``meant`` is the command that a first word is nearly called like.
    """

    command: Command
    meant: str = ""
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
    hidden: bool | None = None
    ignore_files: bool | None = None
    path: Path | None
    commits: int
    tcp: str | None

    def settings(self) -> dict[str, Any]:
        """Return the settings that were given on the command line, by their names."""
        return {name: value for name in flagged() if (value := getattr(self, name)) is not None}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, with one sub-parser for each command."""
    parser = Parser(
        prog="findspot",
        usage="findspot [OPTIONS] QUERY [PATHS...]\n       findspot COMMAND [OPTIONS] ...",
        description="Where in this code base is it? Search by a sentence, a symbol, an error or a whole issue text.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"findspot {__version__}")
    commands: argparse._SubParsersAction[argparse.ArgumentParser] = parser.add_subparsers(
        prog="findspot", title="commands", dest="command", metavar="COMMAND", required=True, parser_class=Parser
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
    _add_setting(localize, "budget")
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
        "--commits", metavar="N", type=_commits, default=50, help="How many commits, the newest that suit. Default: 50."
    )
    _add_setting(evaluation, "budget")

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
            _know(parser, commands, "search", options)
            parser.error("give a QUERY or a COMMAND; 'findspot --help' lists them")
        return parser.parse_args(options, RawArguments())
    meant = (difflib.get_close_matches(words[0], commands, n=1, cutoff=0.75) or [""])[0] if words else ""
    command = words.pop(0) if words and words[0] in commands else "search"
    _know(parser, commands, command, options)
    if command == "status" and "--skipped" in options and len(words) == 1 and not rest:
        options[options.index("--skipped")] = f"--skipped={words.pop()}"
    if command in _WITHOUT_QUERY and (words or rest):
        commands[command].error(f"{command} takes no query; to search for this word: findspot -- {command} ...")
    if command == "eval" and len(words) + len(rest) > 1:
        commands[command].error(f"eval takes one PATH; leave out {[*words, *rest][1]}")
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
            hint = f"; it belongs to {' and '.join(others)}" if others else _hint(name, known)
            shown = option if option.startswith("--") and "=" not in option else name
            parser.error(
                f"{shown}: no such option of {command}{hint or f'; for a query that begins with a dash: findspot -- {option}'}"
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
    _add_setting(parent, "hidden")
    _add_setting(parent, "ignore_files")
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
    _add_setting(parent, "top_k")
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


def _add_setting(parser: argparse.ArgumentParser, name: str) -> None:
    """Give ``parser`` the option that is declared with a setting."""
    field, mark = Settings.model_fields[name], flag(name)
    if mark is None:
        raise ValueError(f"the setting '{name}' has no option")
    meaning = mark.meaning or str(field.description)
    if field.annotation is bool:
        parser.add_argument(*mark.names, dest=name, action="store_const", const=not field.default, help=meaning)
    else:
        meaning = f"{meaning} Default: {field.default}."
        parser.add_argument(*mark.names, dest=name, metavar=mark.value, type=_number(name), help=meaning)
