"""Completion in the real shells, with the scripts that ``findspot completions`` prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pytest

from findspot.cli.commands import build_parser
from findspot.cli.completions import commands_of
from findspot.cli.options import Format
from findspot.config import Settings
from tests.cli.conftest import Ask

EXPECTED = [
    ("findspot st", {"status"}),
    ("findspot --root src st", {"status"}),
    ("findspot --root=src st", {"status"}),
    ("findspot -k 5 sta", {"status"}),
    ("findspot --js", {"--json"}),
    ("findspot x --js", {"--json"}),
    ("findspot status --sh", {"--show-root"}),
    ("findspot --stats --sk", {"--skipped"}),
    ("findspot --format ", set(get_args(Format))),
    ("findspot --format=j", {"json"}),
    ("findspot context --format ", {"markdown", "json", "xml"}),
    ("findspot x --only c", {"code", "config"}),
    ("findspot --color a", {"auto", "always"}),
    ("findspot config ", {"list", "get", "set", "unset", "edit", "path"}),
    ("findspot config get top", {"top_k"}),
    ("findspot completions z", {"zsh"}),
    ("findspot install co", {"codex"}),
    ("findspot x -t rus", {"rust"}),
    ("findspot x --type-not=asc", {"asciidoc"}),
    ("findspot x s", {"some file", "src"}),
    ("findspot --root s", {"src"}),
    ("findspot x --ignore-file so", {"some file"}),
    ("findspot localize so", {"some file"}),
    ("findspot related so", {"some file"}),
    ("findspot -k ", set()),
    ("findspot status ", set()),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "here" / "src").mkdir(parents=True)
    (tmp_path / "here" / "some file").write_text("")
    return tmp_path / "here"


@pytest.fixture
def script(ask: Ask, tmp_path: Path) -> Path:
    """Return where the script of a shell is written; its name is the shell's."""
    for shell in ("bash", "zsh", "fish", "powershell"):
        (tmp_path / shell).write_bytes(ask("completions", shell, cwd=tmp_path).stdout)
    return tmp_path


def completed(found: str) -> set[str]:
    """Return what was offered; shells mark folders, and one that completes a whole word repeats the option."""
    return {word.split("\t")[0].replace("\\ ", " ").rstrip("/") for word in found.splitlines()}


def run(words: list[str], folder: Path, home: Path) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(script: Path, folder: Path) -> None:
    lines = [f"source '{script}/bash'"]
    for line, _ in EXPECTED:
        # bash itself takes a line apart at "=", which makes words of its own.
        words = line.replace("=", " = ").split(" ")
        quoted = " ".join(f"'{word}'" for word in words)
        lines += [
            f"COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}",
            "_findspot",
            'printf "%s\\n" "${COMPREPLY[@]}" END',
        ]
    found = run(["bash", "--norc", "-c", "\n".join(lines)], folder, script).split("END\n")
    assert [completed(text) - {""} for text in found[:-1]] == [expected for _, expected in EXPECTED]


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish_completes(script: Path, folder: Path) -> None:
    lines = [f"source '{script}/fish'"]
    for line, _ in EXPECTED:
        lines += [f"complete -C '{line}'", "echo END"]
    found = run(["fish", "--no-config", "-c", "\n".join(lines)], folder, script).split("END\n")
    offered = [{word.rpartition("=")[2] for word in completed(text)} for text in found[:-1]]
    assert offered == [expected for _, expected in EXPECTED]


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_completes(script: Path, folder: Path) -> None:
    """Zsh completes in an interactive shell only; what it is about to offer is written to a file."""
    import pty

    hits = script / "hits"
    (script / "start").write_text(f"""\
PROMPT= RPROMPT=
autoload -Uz compinit; compinit -u -D
source '{script}/zsh'
compadd() {{
    local -a offered; builtin compadd -A offered "$@"
    (( $#offered )) && print -rl -- $offered >> '{hits}'
    builtin compadd "$@"
}}
show() {{ zle complete-word; print END >> '{hits}'; BUFFER= }}
zle -N show
bindkey '^I' show
print END >> '{hits}'
""")
    ours, theirs = pty.openpty()
    environ = {"PATH": os.environ["PATH"], "HOME": str(script), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    process = subprocess.Popen(["zsh", "-f", "-i"], cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        for number, line in enumerate([f"source '{script}/start'\n", *(f"{line}\t" for line, _ in EXPECTED)], 1):
            os.write(ours, line.encode())
            while not hits.exists() or hits.read_text().count("END\n") < number:
                assert process.poll() is None
                time.sleep(0.02)
        found = hits.read_text().split("END\n")[1:-1]
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert [completed(text) for text in found] == [expected for _, expected in EXPECTED]


def test_each_command_and_option_of_the_parser_is_in_each_script(script: Path) -> None:
    for name, command in commands_of(build_parser()).items():
        for shell in ("bash", "zsh", "fish", "powershell"):
            text = (script / shell).read_text()
            assert name in text
            for option in command.options:
                for spelling in option.names:
                    assert (spelling.lstrip("-") if shell == "fish" else spelling) in text, (shell, name)
            if name == "config":
                assert all(setting in text for setting in Settings.model_fields)


def test_an_unknown_shell_names_the_nearest(ask: Ask, tmp_path: Path) -> None:
    done = ask("completions", "bsh", cwd=tmp_path, status=2)
    assert "SHELL bsh: must be bash or zsh or fish or powershell; did you mean bash?" in done.stderr.decode()
