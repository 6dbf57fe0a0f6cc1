"""How the words of the command line are taken apart."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from findspot.cli.args import parse
from findspot.cli.commands import Command
from findspot.cli.main import build_parser
from findspot.cli.parser import Left


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


@pytest.mark.parametrize(
    ("argv", "command", "attributes"),
    [
        (["--stats"], "status", {"show_root": False}),
        (["--stats", "--json"], "status", {"format": "json"}),
        (["--root", "--stats", "--stats"], "status", {"roots": [Path("--stats")]}),
        (["search", "--stats"], "status", {}),
        (["--show-root"], "status", {"show_root": True}),
        (["-q", "--index-only"], "index", {"quiet": True, "rebuild": False}),
        (["--index-only", "--reindex"], "index", {"rebuild": True}),
        (["--reindex"], "index", {"rebuild": True}),
        (["--reindex", "x"], "search", {"rebuild": True, "query": "x"}),
    ],
)
def test_options_of_vecgrep_stand_for_commands(argv: list[str], command: str, attributes: dict[str, object]) -> None:
    raw = parse(argv)
    assert raw.command == command
    assert {name: getattr(raw, name) for name in attributes} == attributes


@pytest.mark.row("V35")
@pytest.mark.parametrize("command", [name for name in ("serve", "tui") if name in get_args(Command)])
def test_with_the_query_flag_every_word_is_a_path(command: str) -> None:
    form = {"serve": "--serve", "tui": "-i"}[command]
    for argv in (
        [command, "--query", "retries", "src", "no-such"],
        [form, "--query=retries", "src", "no-such"],
        ["src", form, "no-such", "--query", "retries"],
    ):
        raw = parse(argv)
        assert (raw.command, raw.query, raw.paths) == (command, "retries", [Path("src"), Path("no-such")])


@pytest.mark.row("V35")
@pytest.mark.parametrize(
    "argv", [["--query", "x"], ["x", "--query", "y"], ["status", "--query", "x"], ["--stats", "--query=x"]]
)
def test_the_query_flag_is_for_what_goes_on_showing_answers(argv: list[str]) -> None:
    with pytest.raises(Left) as left:
        parse(argv)
    assert (left.value.status, left.value.out) == (2, "")
    assert "--query: no such option of" in left.value.err
    assert "it belongs to" in left.value.err
    assert "serve" in left.value.err


@pytest.mark.row("V48")
@pytest.mark.parametrize(
    ("argv", "attributes"),
    [
        (["-t", "py", "--type", "rust", "-Tjs"], {"types": ["py", "rust"], "not_types": ["js"]}),
        (["-g", "*.py", "-g!tests/**", "--glob=-x"], {"globs": ["*.py", "!tests/**", "-x"]}),
        (["-g", "-x"], {"globs": ["-x"]}),
        (["-d3"], {"max_depth": 3}),
        (["--max-depth", "0"], {"max_depth": 0}),
        (["--ignore-file", "a", "--ignore-file=b"], {"ignore_rules": [Path("a"), Path("b")]}),
        (["--only", "code", "--only", "tests"], {"only": ["code", "tests"]}),
        (["--hidden", "--no-ignore"], {"hidden": True, "ignore_files": False}),
        (["-l0"], {"format": "files", "null": True}),
        (["--files-with-matches"], {"format": "files"}),
        (["-c"], {"format": "counts"}),
        (["--count"], {"format": "counts"}),
        (["-p"], {"format": "pretty", "pretty": True}),
        (["--vimgrep"], {"format": "vimgrep"}),
        (["-C2"], {"context_lines": 2}),
        (["-C=2"], {"context_lines": 2}),
        (["--context", "0"], {"context_lines": 0}),
        (["--color=never"], {"color": "never"}),
        (["--explain"], {"explain": True}),
        (["--skip-outside"], {"skip_outside": True}),
        (["--skip-outside-root"], {"skip_outside": True}),
        (["--root", "a", "--root", "b"], {"roots": [Path("a"), Path("b")]}),
    ],
)
@pytest.mark.parametrize("command", ["search", "localize"])
def test_options_of_ripgrep_and_vecgrep_are_read(command: str, argv: list[str], attributes: dict[str, object]) -> None:
    raw = parse([command, *argv, "x"])
    assert raw.command == command
    assert {name: getattr(raw, name) for name in attributes} == attributes


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
def test_a_misuse_is_explained_and_ends_with_2(argv: list[str], words: str) -> None:
    with pytest.raises(Left) as left:
        parse(argv)
    assert (left.value.status, left.value.out) == (2, "")
    assert words in left.value.err


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["status", "--help"], ["--version"], ["x", "--version"]])
def test_help_and_version_end_with_0(argv: list[str]) -> None:
    with pytest.raises(Left) as left:
        parse(argv)
    assert (left.value.status, left.value.err) == (0, "")
    assert "findspot" in left.value.out


def test_every_option_has_a_help_text() -> None:
    parsers = [build_parser()]
    for parser in parsers:
        for action in parser._actions:
            assert action.help or action.metavar == "COMMAND", action.option_strings
            if isinstance(action.choices, dict):
                parsers.extend(action.choices.values())
    assert len(parsers) == 1 + len(get_args(Command))


@pytest.mark.parametrize("command", ["", *get_args(Command)])
def test_no_line_of_help_is_wider_than_100_columns(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(Left) as left:
        parse([*filter(None, [command]), "--help"])
    assert [line for line in left.value.out.splitlines() if len(line) > 100] == []
