"""The real command on a real terminal, in a pipe, and read by the editors and tools that its forms are for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from findspot.core.columns import width
from tests.cli.conftest import Ask
from tests.cli.processes import COMMAND, findspot, rest_of, write_project

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX")

_STYLE = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\")
_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK", "TERM_PROGRAM", "COLUMNS")

NASTY = (
    '"""Uploads."""\n\n\ndef upload_all(name):\n\tif name == "\x1b]0;gone\x07 upload \u202e":\n\t\treturn "'
    + "x" * 900
    + ' upload"\n'
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small project with a file that would steer a terminal."""
    root = write_project(tmp_path / "project")
    (root / "src/all.py").write_text(NASTY, encoding="utf-8")
    return root


def on_terminal(words: list[str], cwd: Path, columns: int, **variables: str) -> str:
    """Return what the command writes to a terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
    with subprocess.Popen([*COMMAND, *words], cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=env | variables):
        os.close(theirs)
        return rest_of(ours).decode().replace("\r\n", "\n")


@posix_only
@pytest.mark.parametrize("columns", [60, 120])
def test_a_terminal_gets_groups_colours_and_links_within_its_width(ask: Ask, project: Path, columns: int) -> None:
    ask("index", cwd=project)
    shown = on_terminal(["upload", "-q"], project, columns, TERM="xterm-kitty")
    bare = _STYLE.sub("", shown)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", bare)
    assert all(width(line) <= columns for line in bare.split("\n"))
    assert bare.split("\n").count("src/uploads/scheduler.py") == 1
    assert re.search(rf"\x1b\]8;;file://[^/]+{re.escape(str(project))}/src/all\.py\x1b\\", shown)
    assert "\x1b[1;31mupload_all\x1b[0m" in shown
    assert "\x1b[35mdef\x1b[0m" in shown


@posix_only
def test_without_colours_a_terminal_reads_the_same(ask: Ask, project: Path) -> None:
    ask("index", cwd=project)
    coloured = on_terminal(["upload", "-q"], project, 80, TERM="xterm-256color")
    for words, variables in ((["--color", "never"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})):
        plain = on_terminal(["upload", "-q", *words], project, 80, **({"TERM": "xterm-kitty"} | variables))
        assert plain == _STYLE.sub("", coloured)


def test_a_pipe_gets_colours_and_groups_when_asked(ask: Ask, project: Path) -> None:
    plain = ask("upload", "-q", cwd=project).stdout.decode()
    assert "\x1b" not in plain
    for words, env in ((("--color", "always"), {}), ((), {"FORCE_COLOR": "1"}), ((), {"CLICOLOR_FORCE": "1"})):
        coloured = ask("upload", "-q", *words, cwd=project, env=env).stdout.decode()
        assert "\x1b[1;31mupload" in coloured
        assert _STYLE.sub("", coloured) == plain
    pretty = ask("upload", "-q", "-p", cwd=project, env={"TERM": "xterm-kitty", "COLUMNS": "70"}).stdout.decode()
    assert "\x1b[1;31mupload" in pretty
    assert "\x1b]8;" not in pretty
    assert "src/all.py" in _STYLE.sub("", pretty).split("\n")
    assert all(width(line) <= 70 for line in _STYLE.sub("", pretty).split("\n"))


@pytest.mark.row("V29", "V30")
def test_paths_end_with_nul_for_xargs(ask: Ask, project: Path) -> None:
    (project / "src/two\nlines.py").write_text("def upload_two():\n    pass\n", encoding="utf-8")
    found = ask("upload", "-q", "-l", "-0", cwd=project / "src", env={"FORCE_COLOR": "1"}).stdout
    assert found.endswith(b"\0")
    assert {b"all.py", b"two\nlines.py"} <= set(found.split(b"\0"))


@pytest.mark.row("V30")
def test_counts_are_as_many_as_results(ask: Ask, project: Path) -> None:
    lines = ask("upload", "-q", "-c", cwd=project).stdout.decode().splitlines()
    total = int(ask("upload", "-q", "--format", "count", cwd=project).stdout)
    assert sum(int(line.rpartition(":")[2]) for line in lines) == total > len(lines)


def test_context_and_explain_are_shown(ask: Ask, project: Path) -> None:
    shown = ask("exponential backoff", "-k1", "-q", "-C1", "--explain", cwd=project).stdout.decode()
    assert ">    8          " in shown
    assert "     7      def schedule_retry" in shown
    assert "     9          delay" in shown
    assert "    10" not in shown
    assert re.search(r"score \d+\.\d{3}, rank 1, by words and meaning\n +lexical +\d+\.\d{3}  .*body: ", shown)


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_vim_reads_the_places(project: Path) -> None:
    findspot("index", cwd=project)
    found = findspot("exponential backoff", "--vimgrep", "-q", cwd=project).stdout
    (project / "errors.txt").write_bytes(found)
    script = "call writefile(map(getqflist(), 'bufname(v:val.bufnr).\":\".v:val.lnum.\":\".v:val.col'), 'read.txt')"
    subprocess.run(
        ["vim", "-Nu", "NONE", "-es", "-q", "errors.txt", "-c", script, "-c", "qa!"],
        cwd=project,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    read = (project / "read.txt").read_text(encoding="utf-8").splitlines()
    assert read == [":".join(line.split(":")[:3]) for line in found.decode().splitlines()]
    assert read[0] == "src/uploads/scheduler.py:8:57"


COLD = """
import sys
from findspot.cli.main import main
status = main(sys.argv[1:])
print(*sorted({name.split(".")[0] for name in sys.modules} & {"pygments", "rich", "textual", "starlette"}))
"""


@pytest.mark.parametrize(("words", "loaded"), [((), ""), (("--color", "always"), "pygments")])
def test_a_search_loads_what_it_shows_with(project: Path, words: tuple[str, ...], loaded: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COLD, "upload", "-q", *words], cwd=project, capture_output=True, check=True, text=True
    )
    assert done.stdout.splitlines()[-1] == loaded
