"""Redundant calls and calls per turn, worked out by hand, and what is known of tools and commands."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from findspot_training.trajectories.analysis import analyse, totals
from findspot_training.trajectories.effects import Kind
from findspot_training.trajectories.schema import Call
from findspot_training.trajectories.shell import MAX_LENGTH, shell_effect
from findspot_training.trajectories.tools import effect_of
from tests.training.trajectories import bash, call, numbered, plain, read, trajectory


def redundant(*turns: Call | list[Call]) -> list[tuple[tuple[int, int], str, tuple[int, int]]]:
    found = analyse(trajectory(*turns)).redundant_calls
    return [((one.turn, one.call), one.reason.value, (one.earlier.turn, one.earlier.call)) for one in found]


EDIT = call("Edit", "done", file_path="src/a.py", old_string="x", new_string="y")
GREP = "src/a.py:3:import os\nsrc/b.py:9:import re\n"


@pytest.mark.row("A16")
def test_the_figures_of_a_run() -> None:
    figures = analyse(
        trajectory(
            [bash("ls", "a.py\nb.py"), read("a.py", 1, 3)],
            call("Grep", None, pattern="x"),
            [read("a.py", 1, 3), read("a.py", 2, 3), bash("pytest", "E" * 70, error=True)],
            [],
        )
    )
    assert json.loads(json.dumps(figures.as_json())) == {
        "run": "r",
        "turns": 4,
        "turns_with_calls": 3,
        "turns_with_several_calls": 2,
        "calls": 6,
        "calls_per_turn": [2, 1, 3, 0],
        "mean_calls_per_turn": 2.0,
        "most_calls_in_a_turn": 3,
        "calls_by_tool": {"Read": 3, "Bash": 2, "Grep": 1},
        "errors": 1,
        "unanswered": 1,
        "longest_observation": 70,
        "redundant_calls": [
            {"turn": 3, "call": 1, "tool": "Read", "reason": "repeated", "earlier": {"turn": 1, "call": 2}},
            {"turn": 3, "call": 2, "tool": "Read", "reason": "already read", "earlier": {"turn": 1, "call": 2}},
        ],
        "redundant_share": round(2 / 6, 4),
    }


@pytest.mark.row("A16")
def test_a_call_is_repeated_when_it_asks_for_the_same() -> None:
    first = call("search", GREP, query="import", path="./src/")
    assert redundant(first, call("search", GREP, path="src", limit=None, query="import")) == [
        ((2, 1), "repeated", (1, 1))
    ]
    assert redundant([first, first], first) == [((1, 2), "repeated", (1, 1)), ((2, 1), "repeated", (1, 1))]
    assert redundant(bash("cat  ./a.py", "1"), bash("cat a.py", "1")) == [((2, 1), "repeated", (1, 1))]
    assert redundant(first, call("find", GREP, query="import", path="src")) == [((2, 1), "nothing new", (1, 1))]
    assert redundant(first, call("search", "lib/c.py:1:import", query="import", path="lib")) == []
    # A first try that failed makes no second one redundant, unless that fails alike.
    failed = bash("cat a.py", "timeout", error=True)
    assert redundant(failed, bash("cat a.py", "text")) == []
    assert redundant(failed, failed) == [((2, 1), "repeated", (1, 1))]
    assert redundant(bash("cat a.py", None), bash("cat a.py", "text")) == []
    # Another answer shows that something changed unseen; another order of lines does not, nor that it is unchanged.
    assert redundant(bash("tail -n 1 log", "one"), bash("tail -n 1 log", "two"), bash("tail -n 1 log", "two")) == [
        ((3, 1), "repeated", (2, 1))
    ]
    assert redundant(bash("rg -l x", "a\nb"), bash("rg -l x", "b\na")) == [((2, 1), "repeated", (1, 1))]
    stub = call("Read", "File unchanged since last read.", file_path="a.py", offset=1, limit=9)
    assert redundant(read("a.py", 1, 9), stub) == [((2, 1), "repeated", (1, 1))]


@pytest.mark.row("A16")
def test_a_change_between_two_calls_makes_the_second_one_of_use() -> None:
    ls, one, other = bash("ls", "a.py"), read("src/a.py", 1, 9), read("src/b.py", 1, 9)
    for change in (
        bash("python build.py"),
        bash("sed -i s/x/y/ a.py"),
        call("apply_patch", patch="..."),
        call("unheard_of"),
        call("Bash", restart=True),
    ):
        assert redundant(ls, one, change, ls, one) == []
    # Of an edit only the file is known to differ, so what was read of others still holds; listings may not.
    assert redundant(ls, one, other, EDIT, ls, one, other) == [((7, 1), "repeated", (3, 1))]
    whole = call("Edit", file_path="/work/src/a.py", old_string="x", new_string="y")
    assert redundant(one, other, whole, one, other) == [((5, 1), "repeated", (2, 1))]
    assert redundant(read("../b.py", 1, 9), EDIT, read("../b.py", 1, 9)) == []
    move = call("move_file", path="src/c.py", new_path="src/b.py")
    assert redundant(other, move, other) == []
    for leaves_alone in (call("TodoWrite", todos=[]), call("think", thought="hm"), bash("git diff | head -5", "x")):
        assert redundant(one, leaves_alone, one) == [((3, 1), "repeated", (1, 1))]


@pytest.mark.row("A16")
def test_lines_that_earlier_reads_cover_are_already_read() -> None:
    first, second = read("a.py", 1, 50), read("a.py", 40, 90)
    assert redundant(first, second, read("./a.py", 20, 80)) == [((3, 1), "already read", (2, 1))]
    assert redundant(first, second, read("a.py", 10, 30)) == [((3, 1), "already read", (1, 1))]
    assert redundant(first, second, read("a.py", 80, 95)) == []
    assert redundant(first, read("b.py", 10, 30)) == []
    assert redundant(first, EDIT, bash("ls"), read("src/a.py", 10, 30)) == []
    # Whatever shows the lines: tools with numbers and without, and the ways of a shell.
    view = call("str_replace_editor", f"Here is a.py:\n{numbered(1, 50)}", command="view", path="a.py")
    for again in (
        bash("sed -n '10,20p' a.py", plain(10, 20)),
        bash("cat a.py | sed -n 10,20p", plain(10, 20)),
        bash("nl -ba a.py | sed -n '10,20p' || true", numbered(10, 20)),
        bash("head -n 20 ./a.py 2>/dev/null", plain(1, 20)),
        bash("cat a.py | head -20", f"<returncode>0</returncode>\n<output>\n{plain(1, 20)}</output>"),
        call("open_file", plain(10, 20), path="a.py", start_line=10),
        call("view", plain(10, 20), path="a.py", view_range=[10, 20]),
    ):
        assert redundant(view, again) == [((2, 1), "already read", (1, 1))]
        assert redundant(again, view) == []
    # What was asked for is not what was shown: this output was cut after three lines.
    cut = bash("cat a.py", f"{plain(1, 3)}[truncated]\n")
    assert redundant(cut, bash("sed -n '3,9p' a.py", plain(3, 9))) == []
    assert redundant(cut, bash("sed -n '2,3p' a.py", plain(2, 3))) == [((2, 1), "already read", (1, 1))]
    # A number of that length is no number of a line.
    long = call("Read", f"{'9' * 5000}: x", file_path="a.py")
    assert redundant(first, long, bash(f"sed -n '{'9' * 5000}p' a.py", "x")) == []
    # Nobody knows which lines these are, or of which file.
    assert redundant(view, bash("tail -n 5 a.py", plain(46, 50)), bash("cat *.py", plain(1, 9))) == []


@pytest.mark.row("A16")
def test_a_search_that_tells_nothing_new() -> None:
    broad = bash("grep -rn import src", GREP)
    narrow = bash("grep -n import ./src/a.py", "3:import os\n")
    assert redundant(broad, narrow) == [((2, 1), "nothing new", (1, 1))]
    assert redundant(narrow, broad) == []
    assert redundant(broad, bash("grep -n import src/c.py", "3:import os\n")) == []
    assert redundant(broad, call("Grep", "src/a.py:3:import os", pattern="os", path="src")) == [
        ((2, 1), "nothing new", (1, 1))
    ]
    assert redundant(broad, bash("pytest"), narrow) == []
    assert redundant(broad, bash("grep -rn nowhere src", ""), bash("grep -rn never src", "\n")) == []
    nothing = [call("Grep", "No matches found", pattern=word) for word in ("one", "two")]
    assert redundant(*nothing) == []
    # Which files match is news, even if the names are not.
    assert redundant(bash("find src", "src/a.py\nsrc/b.py"), bash("grep -rl import src", "src/a.py")) == []


@pytest.mark.row("A16")
def test_a_listing_that_tells_nothing_new() -> None:
    listed = call("Glob", "src/a.py\nsrc/sub/b.py", pattern="**/*.py")
    assert redundant(listed, bash("find src -name 'b*'", "./src/sub/b.py")) == [((2, 1), "nothing new", (1, 1))]
    assert redundant(listed, bash("ls src", "a.py\n")) == [((2, 1), "nothing new", (1, 1))]
    assert redundant(bash("ls -F", "src/\ntests/"), bash("ls -F src", "tests/")) == []
    assert redundant(bash("ls src", "a.py"), bash("ls tests", "a.py")) == []
    assert redundant(bash("find . | wc -l", "12"), bash("find src | wc -l", "12")) == []


@pytest.mark.row("A16")
def test_another_folder_is_another_question() -> None:
    inside = bash("cd /w && cat a.py", plain(1, 3))
    assert redundant(inside, inside, bash("cat /w/a.py", plain(1, 3))) == [
        ((2, 1), "repeated", (1, 1)),
        ((3, 1), "already read", (1, 1)),
    ]
    assert redundant(bash("cat a.py", "x"), bash("cd src"), bash("cat a.py", "x")) == []
    assert redundant(bash("cat a.py", "x"), bash("cd $HOME"), bash("cat a.py", "x")) == []


@pytest.mark.row("A16")
@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("cat a.py b.py", Kind.READ),
        ("sed -n '/def f/,/return/p;9q' a.py", Kind.READ),
        ("cat a.py | grep -n x", Kind.SEARCH),
        ("cd /w; git --no-pager -C sub grep -n x", Kind.SEARCH),
        ("find . -name '*.py' | xargs -n 1 grep -n x | head", Kind.SEARCH),
        ("PAGER=cat rg x src", Kind.SEARCH),
        ("bash -lc 'grep -rn x src'", Kind.SEARCH),
        ("find . -type f 2> /dev/null | sort | head -20", Kind.LIST),
        ("git log -3 && git status 2>&1", Kind.SHELL),
        ("ls && cat a.py", Kind.SHELL),
        ("grep -rn '`x`|$(y)' src \\\n  --include='*.py' # a comment; rm a.py", Kind.SEARCH),
        ("! 2>/dev/null grep '&&' a.py >/dev/null b.py |& head", Kind.SEARCH),
        ("find . -name '*.py' -exec wc -l {} +", Kind.SHELL),
    ],
)
def test_commands_that_only_read(command: str, kind: Kind) -> None:
    effect = shell_effect(command, "")
    assert (effect.kind, effect.changes) == (kind, False)


@pytest.mark.row("A16")
@pytest.mark.parametrize(
    "commands",
    [
        ["cat a.py > b.py", "cat a.py >> /dev/null > b.py", "cat a >/dev/null >b", "cat a >& b", "cat \\ #x >b"],
        ["cat <<EOF > a.py\nx\nEOF", "cat <<'EOF'\nx\nEOF", "cat <<EOF", "cat <<< x"],
        ["ls; rm a.py", "ls\nrm a.py", "grep x a.py # y\nrm a.py", "ls & rm a.py", "cat a.py # so \\\nrm b.py"],
        ["cat $(make)", "cat `make`", "cat <(make)", 'cat "${x:-`make`}"', "test a == >b", "cat a\\\nb"],
        ["(cd src; ls)", "{ ls; }", "for f in *; do cat $f; done", "bash -lc 'rm a.py'", "python -m pytest", ""],
        ["sed -n 's/x/y/w out' a.py", "sed -n -e 1p -e 'w out' a.py", "sed s/x/y/ -i a.py", "sort -o a.py b.py"],
        ["find . -delete", "find . -exec grep -q x {} + -exec rm {} +", "find . -name x -exec rm {} \\;"],
        ["ls | xargs -I F rm F", "ls | xargs", "rg --pre make x"],
        ["git checkout .", "git -c alias.log=!make log", "git"],
        ["echo 'open", 'echo "open $(', "ls )", "ls |", "ls\0; rm a.py"],
        ["echo " + "x" * 1_000_000, "(" * 4_000 + "ls" + ")" * 4_000, "$(" * 3_000],
    ],
)
def test_commands_that_may_change_something(commands: list[str]) -> None:
    for command in commands:
        effect = shell_effect(command, "/w")
        assert (effect.changes, effect.kind, effect.path, effect.shell_folder) == (True, Kind.SHELL, None, ""), command


@pytest.mark.row("A16")
def test_long_and_deep_commands_are_understood() -> None:
    calls = "xargs " * (MAX_LENGTH // 6 - 1)
    assert shell_effect(f"{calls}cat", "/w").kind is Kind.READ
    assert shell_effect(f"{calls}rm", "/w").changes
    assert shell_effect("ls && " * (MAX_LENGTH // 6 - 1) + "ls", "/w").kind is Kind.LIST


@pytest.mark.row("A16")
@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="there is no bash to compare with")
def test_what_is_said_to_only_read_writes_nothing_in_bash(tmp_path: Path) -> None:
    """Random lines in a bash that finds no programs: what it redirects or runs of them makes a file."""
    runs = "$(: >f)~`: >f`~<(: >f)~>f~>|f~2>f~; : >f~& : >f~\n: >f~${x:-$(: >f)}~${x:-`: >f`}"
    others = "a~-n~*.py~'a b'~$x~\"~'~\\~#~\\\n~\r~<<A~==~2>/dev/null~2>&1~X=1~(~{"
    words = [quote + word + quote for word in runs.split("~") for quote in ("", '"', "'")] + others.split("~")
    chance = Random(1)
    bash = ["/bin/bash", "-c"]
    only_read = 0
    for _ in range(3_000):
        line = chance.choice(["cat ", "grep -n x ", "ls; echo ", "X=1 head "])
        line += chance.choice([" ", ""]).join(chance.choices(words, k=chance.randrange(1, 5)))
        if not shell_effect(line, "").changes:
            only_read += 1
            subprocess.run([*bash, line], cwd=tmp_path, env={"PATH": ""}, stdin=subprocess.DEVNULL, check=False)
            assert list(tmp_path.iterdir()) == [], line
    assert only_read > 300


@pytest.mark.row("A16")
@pytest.mark.parametrize(
    ("tool", "arguments", "kind"),
    [
        ("read_file", {"path": "a.py"}, Kind.READ),
        ("functions.view", {"path": "a.py"}, Kind.READ),
        ("str_replace_editor", {"command": "view", "path": "a.py"}, Kind.READ),
        ("str_replace_based_edit_tool", {"command": "insert", "path": "a.py"}, Kind.CHANGE),
        ("mcp__github__search_code", {"query": "x"}, Kind.SEARCH),
        ("goToDefinition", {"symbol": "x"}, Kind.SEARCH),
        ("search_replace", {"file_path": "a.py"}, Kind.CHANGE),
        ("MultiEdit", {"file_path": "a.py"}, Kind.CHANGE),
        ("LS", {"path": "src"}, Kind.LIST),
        ("listFiles", {}, Kind.LIST),
        ("execute_bash", {"command": "ls"}, Kind.LIST),
        ("shell", {"command": ["bash", "-lc", "cat a.py"]}, Kind.READ),
        ("exec_command", {"cmd": "rm a.py"}, Kind.SHELL),
        ("TodoWrite", {"todos": []}, Kind.OTHER),
        ("Agent", {"prompt": "write"}, Kind.OTHER),
        ("…", {}, Kind.OTHER),
    ],
)
def test_what_a_tool_is_for(tool: str, arguments: dict[str, Any], kind: Kind) -> None:
    assert effect_of(call(tool, **arguments), "").kind is kind


@pytest.mark.row("A16")
def test_totals_are_over_runs_and_over_calls() -> None:
    wasteful = trajectory([bash("ls", "a"), bash("ls", "a")], [bash("ls", "a"), read("a", 1, 2)])
    careful = trajectory(read("a", 1, 2), read("b", 1, 2), read("a", 2, 2))
    silent = trajectory([])
    found = totals([analyse(one) for one in (wasteful, careful, silent)])
    assert found["runs"] == 3
    assert found["calls"] == 7
    assert found["turns"] == {"mean": 2.0, "median": 2}
    assert found["calls_of_a_run"] == {"mean": round(7 / 3, 4), "median": 3}
    # Two a turn and one a turn; half and a third of the calls. A run without a call says nothing about either.
    assert found["calls_per_turn"] == {"mean": 1.5, "median": 1.5}
    assert found["redundant_share_of_a_run"] == {"mean": round(5 / 12, 4), "median": round(5 / 12, 4)}
    assert (found["redundant"], found["redundant_share"]) == (3, round(3 / 7, 4))
    assert found["redundant_by_reason"] == {"repeated": 2, "already read": 1, "nothing new": 0}
    assert found["by_tool"] == {"Read": {"calls": 4, "redundant": 1}, "Bash": {"calls": 3, "redundant": 2}}
