"""What is left out, as a person asks for it: the list with reasons, the counts, the paths that were named."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import findspot, write_project

FILES = {
    "a.py": "def only_here():\n    return 1\n",
    "build/tool.py": "def build_tool():\n    return 2\n",
    "build/deep/other.py": "def other_tool():\n    return 3\n",
    ".hidden/notes.py": "def hidden_note():\n    return 4\n",
    "plan.svg": "<svg><text>train_churn</text></svg>\n",
    "one.js": "var minifiedword=1;" * 800,
    "nul.py": "x = '\0'\n",
    ".gitignore": "build/\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of which much is left out."""
    return write_project(tmp_path / "project", FILES)


def skipped(project: Path, *pattern: str) -> dict[str, str]:
    """Return the kind of each entry that the list names."""
    done = findspot("status", "--skipped", *pattern, "--json", cwd=project, status=None)
    record: dict[str, Any] = json.loads(done.stdout)
    assert record["truncated"] is False
    return {entry["path"]: entry["kind"] for entry in record["skipped"]}


@pytest.mark.row("T06")
def test_the_list_has_every_entry_with_its_reason(project: Path) -> None:
    """What the name tells is known before anything is indexed, what reading tells is known afterwards."""
    by_name = {
        ".git/": "bookkeeping",
        ".gitignore": "ignore file",
        ".hidden/": "hidden",
        "build/": "ignored",
        "plan.svg": "data file",
    }
    assert skipped(project) == by_name
    findspot("index", cwd=project)
    everything = by_name | {"nul.py": "binary", "one.js": "minified"}
    assert skipped(project) == everything
    counts = json.loads(findspot("status", "--json", cwd=project).stdout)["skipped"]
    assert counts == {
        "bookkeeping": 1,
        "ignore file": 1,
        "hidden": 1,
        "ignored": 1,
        "data file": 1,
        "binary": 1,
        "minified": 1,
    }
    text = findspot("status", "--skipped", cwd=project).stdout.decode()
    assert "build/  ignored  Ignored by .gitignore:1: build/" in text.splitlines()


@pytest.mark.row("T06")
def test_a_pattern_chooses_from_the_list(project: Path) -> None:
    """A glob, a part of a path, or a path below a folder that is left out."""
    assert skipped(project, "*.svg") == {"plan.svg": "data file"}
    assert skipped(project, "hid") == {".hidden/": "hidden"}
    assert skipped(project, "build/deep/other.py") == {"build/": "ignored"}
    assert skipped(project, "a.py") == {}
    assert findspot("status", "--skipped", "a.py", cwd=project, status=1).stdout == b""
    assert b"build/" in findspot("status", "--skipped=build", cwd=project).stdout


@pytest.mark.row("T06")
def test_counts_follow_what_happens(project: Path) -> None:
    """A reason that is gone is not counted any more."""
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    findspot("index", cwd=project)
    subprocess.run(["git", "add", "-f", "build/tool.py"], cwd=project, check=True)
    assert b"tool.py" in findspot("build_tool", "--format", "files", cwd=project).stdout
    assert skipped(project, "build") == {"build/deep/": "ignored"}
    (project / "plan.svg").unlink()
    (project / "one.js").write_text("var a = 1;\n", encoding="utf-8")
    findspot("index", cwd=project)
    counts = json.loads(findspot("status", "--json", cwd=project).stdout)["skipped"]
    assert counts == {"bookkeeping": 1, "ignore file": 1, "hidden": 1, "ignored": 1, "binary": 1}


def errors(project: Path, *argv: str, status: int = 0) -> tuple[list[str], str]:
    """Return the files that an answer names and what it says on standard error."""
    done = findspot(*argv, "--format", "files", cwd=project, status=status)
    return done.stdout.decode().split("\n")[:-1], done.stderr.decode()


@pytest.mark.row("T06")
@pytest.mark.parametrize(
    ("query", "path", "found", "why"),
    [
        ("build_tool", "build/tool.py", "build/tool.py", "ignored by .gitignore:1: build/"),
        ("other_tool", "build/deep", "build/deep/other.py", "ignored by .gitignore:1: build/"),
        ("hidden_note", ".hidden", ".hidden/notes.py", "is hidden"),
        ("train_churn", "plan.svg", "plan.svg", "is a data file"),
        ("minifiedword", "one.js", "one.js", "is minified"),
    ],
)
def test_a_named_path_is_searched_although_it_is_left_out(
    project: Path, query: str, path: str, found: str, why: str
) -> None:
    """Naming asks for it, and the answer says that it is not in the index and why."""
    files, said = errors(project, query, path)
    assert files == [found]
    assert why in said
    assert "searched because you named it" in said
    (project / "report.txt").write_text(f"{query} fails\n", encoding="utf-8")
    files, said = errors(project, "localize", "report.txt", path, "--budget", "0", "-k", "3")
    assert files == [found]
    assert why in said


@pytest.mark.row("T06")
def test_what_cannot_be_searched_says_so(project: Path) -> None:
    """A binary file that is named is nothing found, with the reason, and never silence."""
    files, said = errors(project, "x", "nul.py", status=1)
    assert files == []
    assert "nul.py is binary and was not searched" in said
    (project / "logo.png").write_bytes(b"\x89PNG")
    assert "logo.png is binary and was not searched" in errors(project, "x", "logo.png", status=1)[1]
    assert "is never indexed and was not searched" in errors(project, "x", ".git", status=1)[1]


@pytest.mark.row("V20")
@pytest.mark.row("V21")
@pytest.mark.row("V22")
@pytest.mark.row("V23")
def test_a_named_file_belongs_to_its_question_only(project: Path) -> None:
    """It is absent from other answers, and a later walk that meets it makes it a file like any other."""
    assert errors(project, "build_tool", "build/tool.py")[0] == ["build/tool.py"]
    assert errors(project, "build_tool", status=1)[0] == []
    assert errors(project, "build_tool", "a.py", ".hidden", status=1)[0] == []
    assert errors(project, "build_tool", "build/tool.py")[0] == ["build/tool.py"]
    (project / ".gitignore").write_text("", encoding="utf-8")
    assert "build/tool.py" in errors(project, "build_tool")[0]
    assert "named" not in errors(project, "build_tool", "build/tool.py")[1]


@pytest.mark.row("V48")
def test_options_take_in_what_is_left_out(project: Path) -> None:
    """``--hidden`` and ``--no-ignore`` have an index of their own each; the usual one stays as it is."""
    findspot("index", cwd=project)
    assert ".hidden/notes.py" in errors(project, "hidden_note", "--hidden")[0]
    assert "build/tool.py" in errors(project, "build_tool", "--no-ignore")[0]
    assert set(errors(project, "tool", "--no-ignore", "--hidden")[0]) >= {"build/tool.py", "build/deep/other.py"}
    assert errors(project, "hidden_note", status=1)[0] == []
    again = json.loads(findspot("index", "--json", cwd=project).stdout)
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
    again = json.loads(findspot("index", "--json", "--no-ignore", cwd=project).stdout)
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)


@pytest.mark.row("T06")
def test_an_answer_says_what_it_could_not_look_at(project: Path) -> None:
    """So does the first run, once; not with ``--quiet``, and not where enough was found."""
    line = "left out: 1 data file, 1 minified, 1 hidden, 1 ignored; 'findspot status --skipped' lists them"
    assert errors(project, "zzz_nowhere", status=1)[1].count(line) == 1
    assert line in errors(project, "only_here")[1]
    assert "left out" not in errors(project, "zzz_nowhere", "-q", status=1)[1]
    for number in range(20):
        (project / f"m{number}.py").write_text(f"def only_here_{number}():\n    return {number}\n", encoding="utf-8")
    assert "left out" not in errors(project, "only_here return")[1]
    assert "left out" not in errors(project, "only_here return", "-k", "1")[1]


@pytest.mark.row("T06")
def test_a_first_run_says_what_it_leaves_out(project: Path) -> None:
    """Also when much was found."""
    for number in range(20):
        (project / f"m{number}.py").write_text(f"def only_here_{number}():\n    return {number}\n", encoding="utf-8")
    assert errors(project, "only_here return")[1].count("left out: 1 data file") == 1
    assert "left out" not in errors(project, "only_here return")[1]
