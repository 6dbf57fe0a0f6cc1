"""``findspot tui`` on the command line: what the words mean, and what is wrong with them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from findspot.cli.args import parse
from findspot.cli.inputs import UsageError
from findspot.cli.terminal import Terminal
from findspot.cli.tui import TuiRequest, resolve_tui
from findspot.errors import OpenError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / ".findspot").mkdir(parents=True)
    (root / "src").mkdir()
    return root


def asked(root: Path, *words: str) -> TuiRequest:
    return resolve_tui(parse(["tui", *words]), dataclasses.replace(Terminal.of_process(), folder=root))


def test_words_are_a_query_and_paths(root: Path) -> None:
    options = asked(root, "two\nlines", "src", "-k7", "--only", "tests").options
    assert (options.query, options.scope, options.top_k) == ("two lines", (str(root / "src"),), 7)
    assert options.filters.only == ("tests",)
    assert asked(root).options.query == ""
    assert asked(root / "src").options.scope == (str(root / "src"),)
    assert asked(root / "src", "--no-scope").options.scope == ()


@pytest.mark.row("V35")
def test_with_the_query_option_every_word_is_a_path(root: Path) -> None:
    options = asked(root, "--query", "some words", "src").options
    assert (options.query, options.scope) == ("some words", (str(root / "src"),))


@pytest.mark.row("V13")
def test_the_whole_index_can_be_waited_for(root: Path) -> None:
    assert asked(root, "--full-index").options.full_index
    assert not asked(root).options.full_index


def test_interactive_is_another_name(root: Path) -> None:
    assert parse(["-i", "words"]).command == "tui"


def test_several_roots_are_searched_together(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert list(asked(root, "--root", str(root), "--root", str(other)).configs) == [root, other]


@pytest.mark.row("V36")
def test_a_template_is_looked_at_first(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(root, "--open-cmd", "code -g {file}:{line}").options.open_cmd == "code -g {file}:{line}"
    assert not capsys.readouterr().err
    asked(root, "--open-cmd", "code")
    assert capsys.readouterr().err == "findspot: warning: open_cmd has no {file}; the file is put at its end\n"
    with pytest.raises(OpenError, match="word of its own"):
        asked(root, "--open-cmd", "sh -c 'vim {file}'")


@pytest.mark.row("V36")
def test_a_project_does_not_say_what_opens(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".findspot/config.toml").write_text('open_cmd = "evil {file}"\n')
    assert not asked(root).options.open_cmd
    assert "'open_cmd' may only be set by you" in capsys.readouterr().err


def test_what_cannot_be_meant_is_said(root: Path) -> None:
    with pytest.raises(UsageError, match="--no-scope"):
        asked(root, "words", "src", "--no-scope")
    with pytest.raises(UsageError, match="no such file or folder"):
        asked(root, "words", "nowhere")
