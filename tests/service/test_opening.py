"""Opening a place: the words that programs get, whatever a file is called."""

from __future__ import annotations

import json
import os
import shlex
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from findspot.errors import OpenError
from findspot.service.opening import checked_template, command_for

HOSTILE = (
    "plain.py",
    "two words.py",
    "single'quote.py",
    'double"quote.py',
    "semi;colon && touch x.py",
    "$(touch x)`touch y`${HOME}.py",
    "line\nbreak.py",
    "-o dash.py",
    "+:!touch x",
    "%PATH% 50%.py",
    "{line} {end_line}.py",
    "back\\slash.py",
    "~",
    "*",
    "a:3",
)

Programs = Callable[..., dict[str, str]]


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Make programs that write down their arguments; returns the environment in which there are no others."""

    def make(*names: str, **variables: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for name in names:
            path = folder / name
            path.write_text(
                f"#!{sys.executable}\nimport json, os, sys\n"
                f"json.dump([sys.argv[1:], dict(os.environ)], open({str(tmp_path / 'seen')!r}, 'w'))\n"
            )
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return {"PATH": str(folder), **variables}

    return make


def seen(tmp_path: Path) -> tuple[list[str], dict[str, str]]:
    arguments, environ = json.loads((tmp_path / "seen").read_text())
    return arguments, environ


@pytest.mark.row("V36")
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("editor", ["vim", "less", "hx"])
def test_a_file_name_stays_one_word(programs: Programs, tmp_path: Path, name: str, editor: str) -> None:
    file = tmp_path / name
    file.write_text("text\n")
    assert not command_for("", file, 7, 9, programs(editor, EDITOR=editor)).run()
    assert seen(tmp_path)[0] == ["+7", str(file)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["bin", "seen", name])


@pytest.mark.row("V36")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_template_is_split_before_names_are_put_in(programs: Programs, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    template = "show 'two words' --from={line} --to={end_line} --file={file} {file}"
    assert not command_for(template, file, 7, 9, programs("show")).run()
    assert seen(tmp_path)[0] == ["two words", "--from=7", "--to=9", f"--file={file}", str(file)]


@pytest.mark.row("V36")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_shell_gets_it_as_a_parameter(programs: Programs, tmp_path: Path, name: str) -> None:
    environ = programs("show")
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    file = tmp_path / name
    assert not command_for("sh -c 'show \"$1\"' sh {file}", file, 7, 9, environ).run()
    assert seen(tmp_path)[0] == [str(file)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "seen"]


@pytest.mark.row("V36")
@pytest.mark.parametrize(
    "template", ["sh -c 'vim {file}'", 'emacsclient --eval "(find-file \\"{file}\\")"', "vim '+e {file}'"]
)
def test_a_name_inside_of_code_is_refused(template: str) -> None:
    with pytest.raises(OpenError, match="word of its own"):
        checked_template(template)


@pytest.mark.row("V36")
def test_a_template_without_a_file_is_warned_of(programs: Programs, tmp_path: Path) -> None:
    command = command_for("show +{line}", tmp_path / "a b", 7, 9, programs("show"))
    assert command.notes == ("open_cmd has no {file}; the file is put at its end",)
    command.run()
    assert seen(tmp_path)[0] == ["+7", str(tmp_path / "a b")]


@pytest.mark.row("V36")
def test_the_first_that_is_there_opens(programs: Programs, tmp_path: Path) -> None:
    def words(template: str, environ: dict[str, str]) -> list[str]:
        first, *rest = command_for(template, Path("/r/a.py"), 7, 9, environ).words
        return [Path(first).name, *rest]

    environ = programs("code", "nano", "pager", "less", "more", "show")
    every = {**environ, "VISUAL": "code -r", "EDITOR": "nano", "PAGER": "pager -s"}
    assert words("show {file}", every) == ["show", "/r/a.py"]
    assert words("", every) == ["code", "-r", "--goto", "/r/a.py:7"]
    assert words("  ", {**every, "VISUAL": ""}) == ["nano", "+7", "/r/a.py"]
    assert words("", {**environ, "PAGER": "pager -s"}) == ["pager", "-s", "/r/a.py"]
    assert words("", environ) == ["less", "+7", "/r/a.py"]


@pytest.mark.row("V36")
def test_a_missing_program_is_said_and_the_next_one_taken(programs: Programs) -> None:
    environ = programs("less", EDITOR="nvimm", PAGER="'less")
    command = command_for("cod {file}", Path("/r/a.py"), 7, 9, environ)
    assert Path(command.words[0]).name == "less"
    assert command.notes == (
        "open_cmd: there is no program cod",
        "$EDITOR: there is no program nvimm",
        "$PAGER: ''less' cannot be read as a command: no closing quotation",
    )
    with pytest.raises(OpenError, match="nothing can open a file: set open_cmd or EDITOR"):
        command_for("", Path("/r/a.py"), 7, 9, {"PATH": "/nowhere"})


@pytest.mark.parametrize(
    ("editor", "arguments"),
    [
        ("emacsclient -t", ["-t", "+7", "/r/a.py"]),
        ("code-insiders", ["--goto", "/r/a.py:7"]),
        ("codium --wait", ["--wait", "--goto", "/r/a.py:7"]),
        ("subl", ["/r/a.py:7"]),
        ("zed", ["/r/a.py:7"]),
        ("idea64", ["--line", "7", "/r/a.py"]),
        ("kak", ["+7", "/r/a.py"]),
        ("vim.basic", ["+7", "/r/a.py"]),
        ("frobnicate", ["/r/a.py"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_way(programs: Programs, editor: str, arguments: list[str]) -> None:
    command = command_for("", Path("/r/a.py"), 7, 9, programs(editor.split(maxsplit=1)[0], EDITOR=editor))
    assert list(command.words[1:]) == arguments


def test_a_link_is_known_by_what_it_leads_to(programs: Programs, tmp_path: Path) -> None:
    environ = programs("vim.basic", EDITOR="editor")
    (tmp_path / "bin/editor").symlink_to(tmp_path / "bin/vim.basic")
    assert command_for("", Path("/r/a.py"), 7, 9, environ).words[1:] == ("+7", "/r/a.py")


def test_a_program_with_a_window_leaves_the_terminal_alone(programs: Programs) -> None:
    environ = programs("code", "vim")
    assert not command_for("code -g {file}:{line}", Path("/r/a.py"), 7, 9, environ).in_terminal
    assert command_for("vim {file}", Path("/r/a.py"), 7, 9, environ).in_terminal


def test_an_unquoted_path_with_spaces_is_one_program(programs: Programs, tmp_path: Path) -> None:
    environ = programs("my editor")
    environ["EDITOR"] = str(tmp_path / "bin/my editor")
    assert command_for("", Path("/r/a.py"), 7, 9, environ).words == (environ["EDITOR"], "/r/a.py")


def test_less_hands_no_odd_name_to_a_shell(programs: Programs, tmp_path: Path) -> None:
    environ = programs("less", LESSOPEN="|lesspipe %s", LESS="-R")
    command_for("", tmp_path / "line\nbreak", 1, 1, environ).run()
    assert "LESSOPEN" not in seen(tmp_path)[1]
    assert seen(tmp_path)[1]["LESS"] == "-R"
    command_for("", tmp_path / "plain", 1, 1, environ).run()
    assert seen(tmp_path)[1]["LESSOPEN"] == "|lesspipe %s"


def test_windows_keeps_backslashes_and_its_batch_files_get_no_code(programs: Programs, tmp_path: Path) -> None:
    environ = programs("code.cmd", "show")
    program = str(tmp_path / "bin/code.cmd")
    template = f'"{program}" --goto="C:\\my files" {{file}}:{{line}}'
    command = command_for(template, Path("/r/a b.py"), 7, 9, environ, platform="win32")
    assert command.words == (program, "--goto=C:\\my files", "/r/a b.py:7")
    with pytest.raises(OpenError, match="batch file"):
        command_for(template, Path("/r/a&calc.py"), 7, 9, environ, platform="win32")
    assert command_for("show {file}", Path("/r/a&calc.py"), 7, 9, environ, platform="win32").words[1] == "/r/a&calc.py"


def test_a_template_that_is_no_command_is_refused() -> None:
    with pytest.raises(OpenError, match="no closing quotation"):
        checked_template("vim '{file}")


def test_a_failing_program_is_said(programs: Programs, tmp_path: Path) -> None:
    environ = programs("show")
    false = tmp_path / "bin/false"
    false.write_text("#!/bin/sh\nexit 3\n")
    false.chmod(0o700)
    assert command_for("false {file}", Path("/r/a.py"), 1, 1, environ).run() == f"{false} ended with status 3"
    false.write_text("no program\n")
    false.write_text("#!/nowhere/at/all\n")
    assert "cannot be started" in command_for("false {file}", Path("/r/a.py"), 1, 1, environ).run()


def test_an_interrupt_belongs_to_the_program_in_front(programs: Programs, tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group; the program decides what it means, and gets it as it would anywhere."""
    environ = {**programs(), "PATH": os.environ["PATH"]}
    script = tmp_path / "pager"
    script.write_text(
        f"#!{sys.executable}\nimport os, signal, sys\n"
        "ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
        "os.kill(os.getppid(), signal.SIGINT)\nsys.exit(0 if ours else 5)\n"
    )
    script.chmod(0o700)
    assert not command_for(shlex.join([str(script), "{file}"]), Path("/r/a.py"), 1, 1, environ).run()
