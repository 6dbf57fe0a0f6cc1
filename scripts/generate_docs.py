"""Write the reference pages that are made from the code, or check that they are up to date (I-19).

``python -m scripts.generate_docs`` writes ``docs/reference/settings.md`` from ``config.Settings`` and
``docs/reference/cli.md`` from the argument parser. With ``--check`` it writes nothing and ends with status 1 when a
page differs from what the code says.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotated_types import Ge, Le

from findspot.cli.main import build_parser
from findspot.config import Settings, project_may

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"

_BUILT_IN = {"help": "Show this help and leave.", "version": "Show the version and leave."}

_MADE = "<!-- Made by `make docs`; do not edit. -->\n"


def settings_page() -> str:
    """Return the page about every setting."""
    lines = [
        "# Settings",
        "",
        _MADE,
        "A setting may stand on the command line or in the editor's configuration, in the project's",
        "`.findspot/config.toml` and in your own `config.toml`. The first of these that names it decides; what none names",
        "has its default. A name that is not on this page is an error that offers the nearest one.",
        "",
        "A project's file may come from a stranger. It counts as a regular file of at most 64 kB with lines of the form",
        "`name = value`, and may set only what the table says; whatever else stands in it is ignored with a warning.",
        "",
        "Your own file lies in `~/.config/findspot/` on Linux, in `~/Library/Application Support/findspot/` on macOS and",
        "in `%LOCALAPPDATA%\\findspot\\` on Windows. The environment variable `FINDSPOT_CACHE_DIR` moves the folder",
        "of the indexes. Of other variables only `NO_COLOR`, those that describe the terminal, and git's own that name",
        "ignore files are read.",
        "",
        "| setting | type | default | allowed | in a project's file | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        least = next((item.ge for item in field.metadata if isinstance(item, Ge)), None)
        most = next((item.le for item in field.metadata if isinstance(item, Le)), None)
        allowed = "" if least is None or most is None else f"{least} to {most}"
        kind = field.annotation.__name__ if isinstance(field.annotation, type) else str(field.annotation)
        cells = (f"`{name}`", kind, f"`{_toml(field.default)}`", allowed, _project_cell(name), str(field.description))
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "```toml", "# config.toml: the defaults, written out"]
    lines += [f"{name} = {_toml(field.default)}" for name, field in Settings.model_fields.items()]
    return "\n".join([*lines, "```", ""])


def _project_cell(name: str) -> str:
    mark = project_may(name)
    if mark is None:
        return "no"
    bounds = [f"at least {mark.least}"] if mark.least is not None else []
    bounds += [f"at most {mark.most}"] if mark.most is not None else []
    return ", ".join(["yes", *bounds])


def cli_page() -> str:
    """Return the page about every command and option."""
    parser = build_parser()
    lines = ["# Command line", "", _MADE, str(parser.description), "", "```text"]
    lines += [(parser.usage or "").strip(), "```", ""]
    lines += _table(_options(parser))
    for name, command in _commands(parser).items():
        lines += ["", f"## findspot {name}", "", str(command.description), ""]
        lines += _table(_options(command))
    if parser.epilog:
        lines += ["", "## Exit status", "", "```text", parser.epilog.strip(), "```"]
    return "\n".join([*lines, ""])


def pages() -> dict[Path, str]:
    """Return every generated page with what it must say."""
    return {REFERENCE / "settings.md": settings_page(), REFERENCE / "cli.md": cli_page()}


def stale() -> list[Path]:
    """Return the pages that are missing or differ from the code."""
    return [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list its actions
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - nor to reach its sub-parsers
            return dict(action.choices)
    return {}


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield (how it is written, what it does) for each argument; written by hand since help texts differ by Python."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list its actions
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - commands have headings of their own
            continue
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
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
