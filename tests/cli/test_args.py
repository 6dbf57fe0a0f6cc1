"""How the words of the command line are taken apart."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from findspot.cli.args import parse
from findspot.cli.commands import Command
from findspot.cli.main import build_parser


@pytest.mark.parametrize(
    ("argv", "command", "query", "paths"),
    [
        (["where are retries"], "search", "where are retries", []),
        (["retries", "src"], "search", "retries", ["src"]),
        (["search", "retries", "src", "docs"], "search", "retries", ["src", "docs"]),
        (["retries", "--json", "src"], "search", "retries", ["src"]),
        (["-k", "5", "retries", "src"], "search", "retries", ["src"]),
        (["-k5", "retries", "-q", "src"], "search", "retries", ["src"]),
        (["-qk", "5", "retries"], "search", "retries", []),
        (["--root", "index", "retries"], "search", "retries", []),
        (["--root=index", "retries"], "search", "retries", []),
        (["--", "status"], "search", "status", []),
        (["search", "status"], "search", "status", []),
        (["--", "-x", "-y"], "search", "-x", ["-y"]),
        (["retries", "--", "--json"], "search", "retries", ["--json"]),
        (["--json", "--", "lsp", "src"], "search", "lsp", ["src"]),
        (["statuses"], "search", "statuses", []),
        ([""], "search", "", []),
    ],
)
def test_a_query_and_its_paths_are_found_among_options(
    argv: list[str], command: str, query: str, paths: list[str]
) -> None:
    raw = parse(argv)
    assert (raw.command, raw.query, raw.paths) == (command, query, [Path(path) for path in paths])


@pytest.mark.parametrize("argv", [["--json", "status"], ["status", "--json"]])
def test_options_may_stand_before_the_command(argv: list[str]) -> None:
    raw = parse(argv)
    assert (raw.command, raw.format) == ("status", "json")


@pytest.mark.parametrize(
    ("argv", "file", "paths"),
    [
        (["localize"], None, []),
        (["localize", "-"], "-", []),
        (["localize", "issue.txt", "--level", "file", "src"], "issue.txt", ["src"]),
        (["localize", "--budget", "2.5", "issue.txt"], "issue.txt", []),
    ],
)
def test_localize_takes_a_file_and_paths(argv: list[str], file: str | None, paths: list[str]) -> None:
    raw = parse(argv)
    assert (raw.command, raw.file, raw.paths) == ("localize", file, [Path(path) for path in paths])


@pytest.mark.row("V30")
@pytest.mark.parametrize("shape", ["pretty", "json", "files", "count"])
def test_each_format_can_be_asked_for(shape: str) -> None:
    assert parse(["x", "--format", shape]).format == shape


def test_the_default_format_is_for_people_and_json_is_a_shorthand() -> None:
    assert parse(["x"]).format == "pretty"
    assert parse(["x", "--json"]).format == "json"


@pytest.mark.row("V31", "V32")
@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "give a QUERY or a COMMAND"),
        (["--json"], "give a QUERY or a COMMAND"),
        (["--jsn", "x"], "--jsn"),
        (["x", "--top-k", "many"], "-k many: must be a whole number from 1 to 1000"),
        (["x", "--format", "xml"], "--format xml: must be pretty or json or files or count"),
        (["x", "--json", "--format", "files"], "cannot be used together"),
        (["x", "-k"], "-k: its value is missing"),
        (["status", "retries"], "takes no query"),
        (["index", "retries"], "takes no query"),
        (["lsp", "--", "retries"], "takes no query"),
        (["lsp", "--stdio", "--tcp", "127.0.0.1:1"], "cannot be used together"),
        (["search"], "QUERY"),
    ],
)
def test_a_misuse_is_explained_and_ends_with_2(argv: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(argv)
    assert left.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["status", "--help"], ["--version"]])
def test_help_and_version_end_with_0(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(argv)
    assert left.value.code == 0
    assert "findspot" in capsys.readouterr().out


def test_every_option_has_a_help_text() -> None:
    parsers = [build_parser()]
    for parser in parsers:
        for action in parser._actions:
            assert action.help or action.metavar == "COMMAND", action.option_strings
            if isinstance(action.choices, dict):
                parsers.extend(action.choices.values())
    assert len(parsers) == 1 + len(get_args(Command))
