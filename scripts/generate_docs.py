"""Write the reference pages that are made from the code, or check that they are up to date (I-19).

``python -m scripts.generate_docs`` writes ``docs/reference/settings.md`` and ``settings.json`` from the sections of
``config``, ``cli.md`` and the manual page ``findspot.1`` from the argument parser, ``languages.md`` from the records of
languages and their measured questions, ``messages.md`` with its JSON schema from the service, ``mcp.md`` from the table of an agent's tools, ``http.md``
from that of the HTTP interface, the clients' types of messages from the language server, and the settings in the manifest of
the VS Code extension. With ``--check`` it writes nothing and ends with status 1 when a page differs from what the code
says.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.languages.table import language_pages
from benchmarks.results import LANGUAGES as MEASURED
from benchmarks.results import read_results
from findspot.cli.commands import build_parser
from findspot.cli.parser import arguments_of, subcommands
from findspot.config import SECTIONS, Section, allowed, flag, project_may
from findspot.languages.table import LANGUAGES
from scripts.agent_pages import agent_page
from scripts.client_types import lua, typescript
from scripts.http_pages import http_page
from scripts.man_page import man_page
from scripts.message_pages import message_page, message_schema, run_page, run_schema, tool_page
from scripts.vscode_manifest import manifest_pages

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"

_BUILT_IN = {"help": "Show this help and leave.", "version": "Show the version and leave."}

_MADE = "<!-- Made by `make docs`; do not edit. -->\n"


def settings_table() -> dict[str, Any]:
    """Return every setting by section, as it is written to ``settings.json``: plain data, limits as in JSON Schema.

    ``project`` is null where only the user may set it, else the limits within which a project may; ``flags`` are the
    names of its option on the command line.
    """
    return {"sections": [_section(name, section) for name, section in SECTIONS.items()]}


def _section(name: str, section: type[Section]) -> dict[str, object]:
    schema = section.model_json_schema()
    return {
        "name": name,
        "description": schema["description"],
        "settings": [
            {"name": key, **{word: value for word, value in fact.items() if word != "title"}, **_marks(key)}
            for key, fact in schema["properties"].items()
        ],
    }


def _marks(name: str) -> dict[str, object]:
    may, option = project_may(name), flag(name)
    limits = {} if may is None else {"minimum": may.least, "maximum": may.most}
    return {
        "project": None if may is None else {word: limit for word, limit in limits.items() if limit is not None},
        "flags": [] if option is None else list(option.names),
    }


def settings_page() -> str:
    """Return the page about every setting."""
    lines = [
        "# Settings",
        "",
        _MADE,
        "Every setting may stand in your own `config.toml` and in the configuration of an editor. Some may stand in a",
        "project's `.findspot/config.toml`, and some have [an option](cli.md) on the command line. The command line or the",
        "editor goes before the project's file, that before yours, and what none of them names has its default. A name",
        "that is not on this page is a mistake, and the message offers the nearest one. The sections are for reading: in",
        "a file a setting stands without its section.",
        "",
        "A project's file may come from a stranger. It counts as a regular file of at most 64 kB with lines of the form",
        "`name = value`, and may set only what the tables say; whatever else stands in it is ignored with a warning. A",
        "mistake in your own file ends a command; an editor shows it, leaves that setting out and goes on.",
        "",
        "Your own file lies in `~/.config/findspot/` on Linux, in `~/Library/Application Support/findspot/` on macOS and",
        "in `%LOCALAPPDATA%\\findspot\\` on Windows. The environment variable `FINDSPOT_CACHE_DIR` moves the folder",
        "of the indexes. Of other variables only `NO_COLOR`, those that describe the terminal, and git's own that name",
        "ignore files are read. [settings.json](settings.json) has these tables for programs.",
    ]
    for name, section in SECTIONS.items():
        lines += ["", f"## {name.capitalize()}", "", str(section.__doc__), "", *_setting_rows(section)]
    lines += ["", "## All defaults", "", "```toml", "# config.toml: the defaults, written out"]
    for section in SECTIONS.values():
        lines += [f"{name} = {_toml(field.default)}" for name, field in section.model_fields.items()]
    return "\n".join([*lines, "```", ""])


def _setting_rows(section: type[Section]) -> Iterator[str]:
    yield "| setting | default | allowed | in a project's file | on the command line | meaning |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, field in section.model_fields.items():
        may, option = project_may(name), flag(name)
        project = "no" if may is None else ", ".join(filter(None, ["yes", may.bounds()]))
        options = "no" if option is None else f"`{', '.join(option.names)}`"
        cells = (f"`{name}`", f"`{_toml(field.default)}`", allowed(name), project, options, str(field.description))
        yield f"| {' | '.join(cells)} |"


def cli_page() -> str:
    """Return the page about every command and option."""
    parser = build_parser()
    lines = ["# Command line", "", _MADE, str(parser.description), "", "```text"]
    lines += [(parser.usage or "").strip(), "```", ""]
    lines += _table(_options(parser))
    for name, command in subcommands(parser).items():
        lines += ["", f"## findspot {name}", "", str(command.description), ""]
        lines += _table(_options(command))
    if parser.epilog:
        lines += ["", "## Exit status", "", "```text", parser.epilog.strip(), "```"]
    return "\n".join([*lines, ""])


def languages_page() -> str:
    """Return the page about every language."""
    rows: dict[str, list[str]] = {"code": [], "keys": [], "headings": [], "windows": []}
    for name, language in sorted(LANGUAGES.items()):
        code = language.grammar is not None or language.declared is not None or language.code
        read = "headings" if language.headings else "windows"
        if language.grammar is not None or language.declared is not None or language.scanned:
            read = "code" if code else "keys"
        told = dict.fromkeys((*(f".{suffix}" for suffix in language.suffixes), *language.file_names))
        traces = "yes" if language.frames else ""
        interpreters = ", ".join(language.interpreters)
        rows[read].append(f"| {name} | {', '.join(f'`{one}`' for one in told)} | {interpreters} | {traces} |")
    lines = [
        "# Languages",
        "",
        _MADE,
        "Any text is indexed. How it is cut depends on its language, which is told by the suffix or the name of a file",
        "(capitals do not matter), or else by the interpreter in its first line. By what stands in it a `.h` is C, C++ or",
        "Objective-C, a `.m` Objective-C, MATLAB, Mercury or Mathematica, a `.v` Verilog or Coq, and a `.txt` with directives",
        "of reStructuredText is that. Languages inside of others, in components, templates and notebooks, are read as what",
        "they are ([how places are called](../guides/terminal.md#what-a-place-is-called)). *Traces* says that stack frames",
        "of the language in a report are understood; those of Java serve all languages of its virtual machine, those of",
        "JavaScript what is compiled to it, those of C++ native code. `-t LANGUAGE` takes most of these names, too.",
    ]
    titles = {
        "code": "Read as code: functions, methods and classes are found as such",
        "keys": "Cut at keys and sections",
        "headings": "Cut at headings",
        "windows": "Read as text, in windows of tokens",
    }
    for read, title in titles.items():
        lines += ["", f"## {title}", "", "| language | files | interpreters | traces |", "| --- | --- | --- | --- |"]
        lines += rows[read]
    return "\n".join([*lines, "", *_calls(), "", *_measured_languages(), ""])


def _calls() -> Iterator[str]:
    """Yield the section about definitions that are calls, with the words that make one of them."""
    yield "## Routes, tests and other calls with a function"
    yield ""
    yield "A call with a function or a block inside is a definition, too, and its name is what people read:"
    yield "`POST /orders/:id/refund`, `test: basket > survives a reload`, `on: click`, `rake: db:seed`. Outside of functions,"
    yield "any call with a string before its block has a name, `factory: user` or `create_table: orders`. Those of four lines"
    yield "or more are found as results of their own, shorter ones in what is around them. A route in a decorator, annotation or"
    yield "attribute is a second name of its function. These are known by the word that is called (tests of other languages"
    yield "by their syntax: `TEST_F(BasketTest, Rejects)`, `@testset`, `test` in Zig):"
    yield ""
    yield "| language | tests | routes | other |"
    yield "| --- | --- | --- | --- |"
    for name, language in sorted(LANGUAGES.items()):
        calls = language.grammar.calls if language.grammar else {}
        if not calls:
            continue
        listed = [[verb for verb, form in calls.items() if form == wanted] for wanted in ("test", "route")]
        rest = [f"{verb} ({form})" for verb, form in calls.items() if form not in {"test", "route"}]
        yield f"| {name} | {' | '.join(' '.join(words) for words in (*listed, rest))} |"


def _measured_languages() -> Iterator[str]:
    """Yield the section with what ``python -m benchmarks.languages`` has left behind."""
    languages = read_results(MEASURED)["languages"]
    dates = sorted(columns[column]["date"] for columns in languages.values() for column in columns)
    yield "## How often the right place is found"
    yield ""
    yield "Questions about public repositories, asked once through the command; a place is right when its lines are those"
    yield "that answer ([how they are counted](../contributing/benchmarks.md#languages)). Where there are two figures, the"
    yield "first is that of the release before, with the 21 languages it read as code. Half of the"
    yield "languages have harder questions: compare the two figures of one, not two languages. Measured between"
    yield f"{dates[0]} and {dates[-1]}, in part on a busy machine: its seconds say little."
    yield ""
    yield from language_pages(languages)


def pages() -> dict[Path, str]:
    """Return every generated page with what it must say."""
    return {
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "settings.json": json.dumps(settings_table(), indent=2, ensure_ascii=False) + "\n",
        REFERENCE / "cli.md": cli_page(),
        REFERENCE / "findspot.1": man_page(build_parser()),
        REFERENCE / "languages.md": languages_page(),
        REFERENCE / "messages.md": message_page(_MADE),
        REFERENCE / "messages.schema.json": message_schema(),
        REFERENCE / "tools.md": tool_page(_MADE),
        REFERENCE / "runs.md": run_page(_MADE),
        REFERENCE / "runs.schema.json": run_schema(),
        REFERENCE / "mcp.md": agent_page(_MADE),
        REFERENCE / "http.md": http_page(_MADE),
        **manifest_pages(settings_table()),
        ROOT / "client-vscode" / "src" / "messages.ts": typescript(),
        ROOT / "client-nvim" / "lua" / "findspot" / "messages.lua": lua(),
    }


def stale() -> list[Path]:
    """Return the pages that are missing or differ from the code."""
    return [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield (how it is written, what it does) for each argument; written by hand since help texts differ by Python."""
    for action in arguments_of(parser):
        value = action.metavar or ("|".join(str(choice) for choice in action.choices) if action.choices else "")
        if not isinstance(value, str):
            value = " ".join(value)
        name = ", ".join(action.option_strings)
        written = f"{name} {value}".strip() if action.nargs != 0 else name
        yield written, _BUILT_IN.get(action.dest, action.help or "")


def _table(options: Iterable[tuple[str, str]]) -> list[str]:
    escaped = [(written.replace("|", "\\|"), text.replace("|", "\\|")) for written, text in options]
    return ["| argument | meaning |", "| --- | --- |", *(f"| `{written}` | {text} |" for written, text in escaped)]


def _toml(value: object) -> str:
    """Write a default as TOML; the settings have plain values only."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def main() -> int:
    """Write or check the pages; returns an exit status."""
    parser = argparse.ArgumentParser(description="Write the generated reference pages.")
    parser.add_argument("--check", action="store_true", help="only say whether they are up to date")
    if parser.parse_args().check:
        names = [path.name for path in stale()]
        if names:
            print(f"out of date: {', '.join(names)}; run `make docs` and commit the result")
        return 1 if names else 0
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
