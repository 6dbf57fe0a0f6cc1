"""Every command and option of the command line, declared once; the reference page is generated from it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from findspot import __version__
from findspot.cli.cache_options import CacheAction, add_cache_options
from findspot.cli.config_options import ConfigAction, add_config_options
from findspot.cli.model_options import ModelAction, PolicyName, add_exploring_options, add_model_options
from findspot.cli.options import (
    Format,
    Only,
    Shell,
    add_paths,
    add_related_arguments,
    add_setting,
    add_text,
    answer_options,
    common_options,
    filter_options,
    output_options,
    root_options,
    scope_options,
    voice_options,
)
from findspot.cli.parser import Parser
from findspot.cli.screen import Color
from findspot.cli.serve_options import add_serve_options
from findspot.cli.setup_options import (
    add_agent_server_arguments,
    add_evaluation_arguments,
    add_install_arguments,
    add_server_arguments,
)
from findspot.cli.tui_options import add_tui_options
from findspot.cli.values import between, setting
from findspot.config import flagged
from findspot.core.limits import LEAST_TOKENS, MOST_TOKENS, USUAL_TOKENS
from findspot.core.types import ContextFormat, Level
from findspot.installing.agents import Scope

Command = Literal[
    "search",
    "localize",
    "related",
    "context",
    "index",
    "status",
    "eval",
    "config",
    "cache",
    "completions",
    "models",
    "install",
    "lsp",
    "mcp",
    "serve",
    "tui",
]


class Form(NamedTuple):
    """Another spelling of a command: options that stand for it, the words that they stand for, and what they do."""

    names: tuple[str, ...]
    words: tuple[str, ...]
    meaning: str


FORMS = (
    Form(("-i", "--interactive"), ("tui",), "Search while typing, in the whole terminal."),
    Form(("--serve",), ("serve",), "Start the search page and the HTTP interface."),
    Form(("--index-only",), ("index",), "Bring the index up to date, and search nothing."),
    Form(("--stats",), ("status",), "Show the numbers of files, chunks and holes, and the size of the index."),
    Form(("--show-root",), ("status", "--show-root"), "Print the root and nothing else."),
    Form(("--clear-cache",), ("cache", "clear"), "Throw the index of the root away."),
)
"""The options that do something instead of searching, as users of vecgrep type them. One whose command there is not is none."""

_EPILOG = """\
exit status: 0 something was found (or done), 1 nothing was found, 2 an error, 130 interrupted.
A query that is also the name of a command: findspot -- status
Options of a search: findspot search --help
"""


class RawArguments(argparse.Namespace):
    """The command line as it was written; each command sets the attributes of its own options only.

    ``meant`` is the command that a first word is nearly called like.
    """

    command: Command
    meant: str = ""
    root: Path | None
    roots: list[Path]
    quiet: bool = False
    verbose: bool = False
    format: Format
    pretty: bool = False
    color: Color | None = None
    null: bool = False
    context_lines: int | None = None
    explain: bool = False
    no_text: bool = False
    query: str | None = None
    query_flag: str | None = None
    file: str | None
    paths: list[Path]
    no_scope: bool = False
    skip_outside: bool = False
    types: list[str]
    not_types: list[str]
    globs: list[str]
    only: list[Only]
    max_depth: int | None = None
    ignore_rules: list[Path]
    level: Level
    explore: bool = False
    turns: int | None = None
    calls: int | None = None
    seconds: int | None = None
    trace: Path | None = None
    policy: PolicyName | None = None
    endpoint: str | None = None
    key_env: str | None = None
    top_k: int | None = None
    budget: float | None = None
    open_cmd: str | None = None
    budget_tokens: int
    context_format: ContextFormat
    rebuild: bool = False
    show_root: bool
    skipped: str | None
    path: Path | None
    commits: int
    config_action: ConfigAction
    value: str | None
    project: bool
    cache_action: CacheAction
    all_roots: bool
    shell: Shell
    action: ModelAction
    model: str | None = None
    place: str
    name: str | None
    sha256: str | None
    yes: bool
    tcp: str | None
    http: str | None
    token_file: Path | None
    agent: str | None
    scope: Scope
    uninstall: bool
    dry_run: bool
    instructions: bool
    host: str
    allow_network: bool
    no_token: bool

    def settings(self) -> dict[str, Any]:
        """Return the settings that were given on the command line, by their names."""
        return {name: value for name in flagged() if (value := getattr(self, name, None)) is not None}


_Add = Callable[[Command, list[argparse.ArgumentParser], str, str], argparse.ArgumentParser]
"""Adds a command: its name, the options that it shares, what it does in a phrase, and what else there is to say."""


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

    _add_questions_and_index(add)
    _add_setup_and_servers(add)
    instead = commands.choices["search"].add_argument_group("instead of a search")
    for form in FORMS:
        if form.words[0] in commands.choices:
            instead.add_argument(*form.names, action="store_true", help=form.meaning)
    return parser


def _add_questions_and_index(add: _Add) -> None:
    voice, output, answers, scope = voice_options(), output_options(), answer_options(), scope_options()
    common, filters = common_options(voice), filter_options()

    search = add(
        "search",
        [common, answers, scope, filters],
        "find the places that a sentence, a symbol or an error message is about",
        "This is the default command: 'findspot QUERY' means 'findspot search QUERY'.",
    )
    search.add_argument("query", metavar="QUERY", help="What to look for; put several words into quotes.")
    add_paths(search)
    _add_rebuild(search, "--reindex")

    localize = add(
        "localize",
        [common, answers, scope, filters],
        "find the places that an issue text or a stack trace is about",
        "The text may be as long as a whole issue; a local model reorders the best candidates.",
    )
    add_text(localize)
    _add_rebuild(localize, "--reindex")
    add_setting(localize, "budget")
    localize.add_argument(
        "--level",
        choices=get_args(Level),
        default="function",
        help="What one result stands for: a whole file, or a function, class or section. Default: function.",
    )

    add_exploring_options(localize)

    related = add(
        "related",
        [common, answers],
        "show who uses a definition, what it uses, its tests, and similar code",
        "The definition is the one at a line of a file, or that of a name which the line uses.",
    )
    add_related_arguments(related)

    context = add(
        "context",
        [common, scope, filters],
        "print the code that a text is about, within a budget of tokens",
        "For an agent before its first step: a table of contents, then the places, most certain first, with the signatures"
        " around them, and tests and callers where they fit.",
    )
    _add_context_options(context)

    index = add(
        "index",
        [common, output],
        "bring the index up to date, and say what changed",
        "Searching does this by itself; use it to prepare an index beforehand.",
    )
    _add_rebuild(index, "--rebuild", "--reindex")

    add_tui_options(
        add(
            "tui",
            [common, scope, filters],
            "search while typing, in the whole terminal",
            "Places are opened with the setting open_cmd, $VISUAL, $EDITOR or $PAGER. Where standard output is no terminal,"
            " the chosen ones are printed instead, as in 'vim $(findspot tui -l)'.",
        )
    )

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
    add_evaluation_arguments(evaluation)


def _add_setup_and_servers(add: _Add) -> None:
    voice, output = voice_options(), output_options()
    config = add(
        "config",
        [root_options(), voice, output],
        "show each setting, where it came from and what it means, or change one",
        "Options that set something count here too, so that it shows what they would do.",
    )
    add_config_options(config)

    cache = add(
        "cache",
        [voice, output],
        "show what lies in the cache folder; prune, clear, check or move it",
        "'prune' removes what no root needs: indexes of folders that are gone, earlier formats, second indexes that were"
        " not used for a month. It shows that first, and asks.",
    )
    add_cache_options(cache)

    completions = add(
        "completions",
        [],
        "print a script that completes commands and options in your shell",
        "The guide says where your shell wants to have it.",
    )
    completions.add_argument("shell", metavar="SHELL", choices=get_args(Shell), help=f"{', '.join(get_args(Shell))}.")

    models = add(
        "models",
        [voice, output],
        "list, fetch, check, choose and remove models",
        "Nothing is fetched but what you name. 'use' writes your settings; a model of your own becomes the one that"
        " explores on request.",
    )
    add_model_options(models)

    install = add(
        "install",
        [voice],
        "set up a coding agent, so that it asks Findspot where things are",
        "The change is shown and asked about before a file is touched. Without AGENT all are listed.",
    )
    add_install_arguments(install)

    talks = "It talks over standard input and output."
    add_server_arguments(add("lsp", [], "start the language server", talks))
    add_agent_server_arguments(add("mcp", [], "start the server for coding agents (MCP)", talks))
    add_serve_options(
        add(
            "serve",
            [common_options(voice)],
            "start the search page and the HTTP interface",
            "Only this machine can reach it, and only who knows the token in the printed address.",
        )
    )


def _add_rebuild(parser: argparse.ArgumentParser, *names: str) -> None:
    parser.add_argument(
        *names, dest="rebuild", action="store_true", help="Throw the index away first and build it from nothing."
    )


def _add_context_options(parser: argparse.ArgumentParser) -> None:
    add_text(parser)
    parser.add_argument(
        "--budget-tokens",
        metavar="N",
        type=between(LEAST_TOKENS, MOST_TOKENS),
        default=USUAL_TOKENS,
        help="Tokens of the output at most, as the tokenizer of SmolLM2 counts; those of larger models need fewer for the"
        f" same text. Default: {USUAL_TOKENS}.",
    )
    parser.add_argument(
        "--format",
        dest="context_format",
        choices=get_args(ContextFormat),
        default="markdown",
        help="How it is written. Default: markdown.",
    )
    parser.add_argument(
        "--budget",
        metavar="SECONDS",
        type=setting("budget"),
        help="Seconds that the localization model may take; 0 leaves it out. Default: 10, which is more than it needs.",
    )


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
