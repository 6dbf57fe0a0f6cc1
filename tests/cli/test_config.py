"""``findspot config``: what counts and why, and changing it without losing anything."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from findspot.config import Settings, load_config, project_config_path
from findspot.places import user_config_path
from tests.cli.conftest import Ask
from tests.cli.processes import records

MINE = "# mine\ntop_k = 5 # few\nthreads = 2\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / ".git").mkdir(parents=True)
    return Path(os.path.realpath(tmp_path / "root"))


@pytest.fixture
def own() -> Path:
    """Return the user's own file, which holds two settings."""
    path = user_config_path()
    path.parent.mkdir(parents=True)
    path.write_text(MINE)
    return path


@pytest.fixture
def project(root: Path) -> Path:
    """Return the project's file, which holds one setting."""
    path = project_config_path(root)
    path.parent.mkdir()
    path.write_text("top_k = 7\n")
    return path


@pytest.mark.row("V08")
def test_each_setting_is_listed_with_where_it_came_from_and_what_it_means(
    ask: Ask, root: Path, own: Path, project: Path
) -> None:
    facts = {fact["name"]: fact for fact in records(ask("config", "--json", "--hidden", cwd=root))}
    assert facts.keys() == Settings.model_fields.keys()
    told = {name: (facts[name]["value"], facts[name]["origin"], facts[name]["file"]) for name in facts}
    assert told["top_k"] == (7, "project", str(project))
    assert told["threads"] == (2, "user", str(own))
    assert told["hidden"] == (True, "command line", None)
    assert told["chunk_size"] == (256, "default", None)
    assert all(fact["meaning"] and fact["allowed"] for fact in facts.values())

    done = ask("config", cwd=root)
    lines = {line.split()[0]: line for line in done.stdout.decode().splitlines() if line}
    assert lines["top_k"].split()[1:3] == ["7", "project"]
    assert lines["top_k"].endswith(str(Settings.model_fields["top_k"].description))
    assert str(own) in done.stderr.decode()
    assert str(project) in done.stderr.decode()


def test_one_value_can_be_read_by_a_script(ask: Ask, root: Path, own: Path) -> None:
    assert ask("config", "get", "top_k", cwd=root).stdout == b"5\n"
    assert ask("config", "get", "hidden", cwd=root).stdout == b"false\n"
    assert ask("config", "get", "chat_model", cwd=root).stdout == b"\n"
    assert ask("config", "path", cwd=root).stdout.decode() == f"{own}\n"
    assert ask("config", "path", "--project", cwd=root).stdout.decode() == f"{project_config_path(root)}\n"


def test_setting_one_keeps_comments_and_counts_from_then_on(ask: Ask, root: Path, own: Path) -> None:
    done = ask("config", "set", "top_k", "9", cwd=root)
    assert done.stderr.decode() == f"findspot: top_k is 9 from now on (in {own})\n"
    assert own.read_text() == MINE.replace("5", "9")
    ask("config", "set", "hidden", "true", "-q", cwd=root)
    ask("config", "set", "budget", "2", cwd=root)
    ask("config", "set", "chat_model", "a b", cwd=root)
    settings = load_config(root).settings
    assert (settings.top_k, settings.hidden, settings.budget, settings.chat_model) == (9, True, 2.0, "a b")
    for name in ("hidden", "budget", "chat_model"):
        ask("config", "unset", name, cwd=root)
    assert own.read_text() == MINE.replace("5", "9")


def test_the_project_gets_only_what_a_project_may_set(ask: Ask, root: Path) -> None:
    path = project_config_path(root)
    ask("config", "set", "top_k", "9", "--project", cwd=root)
    assert path.read_text() == "top_k = 9\n"
    assert load_config(root).origins == {"top_k": "project"}
    for words, complaint in (
        (("embedder", "mine"), "'embedder' may only be set by you, not by a project"),
        (("top_k", "101"), "a project may set 'top_k' to at most 100"),
    ):
        assert complaint in ask("config", "set", *words, "--project", cwd=root, status=2).stderr.decode()
    assert path.read_text() == "top_k = 9\n"
    ask("config", "unset", "top_k", "--project", cwd=root)
    assert path.read_text() == ""
    assert not user_config_path().exists()


def test_what_another_file_says_all_the_same_is_told(ask: Ask, root: Path, own: Path, project: Path) -> None:
    done = ask("config", "set", "top_k", "9", cwd=root)
    assert f"here top_k is 7 all the same, from {project}" in done.stderr.decode()
    done = ask("config", "unset", "top_k", "--project", cwd=root)
    assert f"here top_k is 9 all the same, from {own}" in done.stderr.decode()


@pytest.mark.row("V09")
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["get", "topk"], "there is no setting 'topk'; did you mean top_k?"),
        (["set", "topk", "3"], "there is no setting 'topk'; did you mean top_k?"),
        (["unset", "topk"], "there is no setting 'topk'; did you mean top_k?"),
        (["set", "top_k", "0"], "setting 'top_k' must be a whole number from 1 to 1000, not '0'"),
        (["set", "top_k", "many"], "setting 'top_k' must be a whole number from 1 to 1000, not 'many'"),
        (["set", "hidden", "yes"], "setting 'hidden' must be true or false, not 'yes'"),
        (["set", "chunk_size", "48"], "chunk_overlap (64) must be smaller than chunk_size (48); nothing was changed"),
        (["set"], "NAME is missing: findspot config set NAME VALUE"),
        (["set", "top_k"], "VALUE is missing: findspot config set NAME VALUE"),
        (["get", "top_k", "3"], "config get takes no VALUE; leave out 3"),
        (["list", "top_k"], "config list takes no NAME; leave out top_k"),
        (["lst"], "ACTION lst: must be list or get or set or unset or edit or path; did you mean list?"),
        (["--project"], "--project belongs to set, unset, edit and path"),
        (["path", "--json"], "--json belongs to list and get, not to path"),
    ],
)
def test_a_misuse_gets_one_line_and_changes_nothing(
    ask: Ask, root: Path, own: Path, words: list[str], complaint: str
) -> None:
    done = ask("config", *words, cwd=root, status=2)
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert complaint in done.stderr.decode()
    assert own.read_text() == MINE


@pytest.mark.row("V09")
def test_a_mistake_in_a_file_is_listed_and_can_be_mended(ask: Ask, root: Path, own: Path) -> None:
    own.write_text(MINE + "hiden = true\n")
    done = ask("config", cwd=root)
    assert f"warning: {own}: ignored: unknown setting 'hiden'; did you mean 'hidden'?" in done.stderr.decode()
    ask("config", "unset", "hiden", cwd=root)
    assert own.read_text() == MINE
    assert load_config(root).settings.threads == 2


@pytest.mark.parametrize("project_file", [False, True])
def test_a_file_that_is_a_folder_or_no_toml_gets_one_line_and_stays(ask: Ask, root: Path, project_file: bool) -> None:
    path = project_config_path(root) if project_file else user_config_path()
    option = ["--project"] * project_file
    path.mkdir(parents=True)
    for words in (["set", "top_k", "3"], ["unset", "top_k"]):
        done = ask("config", *words, *option, cwd=root, status=2)
        assert done.stderr.decode().startswith(f"findspot: error: {path}: ")
        assert done.stderr.count(b"\n") == 1
    assert list(path.iterdir()) == []
    path.rmdir()
    path.write_text("top_k = \n")
    done = ask("config", "set", "top_k", "3", *option, cwd=root, status=2)
    assert "nothing was changed" in done.stderr.decode()
    assert path.read_text() == "top_k = \n"
    assert f"{path}: ignored: " in ask("config", cwd=root).stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
@pytest.mark.parametrize("action", [["set", "top_k", "3"], ["unset", "top_k"], ["edit"]])
@pytest.mark.parametrize("link", ["folder", "file"])
def test_a_link_in_a_project_is_not_written_through(
    ask: Ask, root: Path, tmp_path: Path, action: list[str], link: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "config.toml").write_text("top_k = 1\n")
    path = project_config_path(root)
    if link == "folder":
        path.parent.symlink_to(outside)
    else:
        path.parent.mkdir()
        path.symlink_to(outside / "config.toml")
    done = ask("config", *action, "--project", cwd=root, env={"EDITOR": "true"}, status=2)
    assert "behind a link, which is not followed here" in done.stderr.decode()
    assert (outside / "config.toml").read_text() == "top_k = 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="the editor here is a script of a shell")
def test_edit_opens_the_file_in_the_users_editor_without_a_shell(ask: Ask, root: Path, tmp_path: Path) -> None:
    editor = tmp_path / "my editor; touch oops"
    editor.write_text('#!/bin/sh\nprintf "top_k = %s\\n" "$1" > "$2"\n')
    editor.chmod(0o755)
    path = user_config_path()
    ask("config", "edit", cwd=root, env={"VISUAL": f"'{editor}' 4", "EDITOR": "false"})
    assert load_config(root).settings.top_k == 4
    done = ask("config", "edit", cwd=root, env={"VISUAL": "", "EDITOR": f"'{editor}' 0"}, status=2)
    assert f"{path}: ignored: setting 'top_k' must be a whole number" in done.stderr.decode()
    assert path.read_text() == "top_k = 0\n"
    assert not (root / "oops").exists()


def test_edit_says_what_is_missing(ask: Ask, root: Path) -> None:
    nothing = {"VISUAL": "", "EDITOR": ""}
    done = ask("config", "edit", cwd=root, env=nothing, status=2)
    assert f"set EDITOR to your editor, as in EDITOR=vim; the file is {user_config_path()}" in done.stderr.decode()
    done = ask("config", "edit", cwd=root, env=nothing | {"EDITOR": "no-such-editor"}, status=2)
    assert "$EDITOR: there is no program no-such-editor" in done.stderr.decode()


def test_control_characters_of_a_file_do_not_reach_the_terminal(ask: Ask, root: Path, own: Path) -> None:
    own.write_text('chat_model = "a\\u001b[31m"\n')
    assert b"\x1b" not in ask("config", cwd=root).stdout
    assert json.loads(ask("config", "get", "chat_model", "--json", cwd=root).stdout)["value"] == "a\x1b[31m"
