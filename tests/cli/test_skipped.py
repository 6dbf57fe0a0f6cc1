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
    "train.ipynb": '{"cells": [{"cell_type": "code", "source": ["def train_churn():\\n", "    pass\\n"]}]}\n',
    "one.js": "var a=1;" * 2000,
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
        ".gitignore": "hidden",
        ".hidden/": "hidden",
        "build/": "ignored",
        "train.ipynb": "notebook",
    }
    assert skipped(project) == by_name
    findspot("index", cwd=project)
    everything = by_name | {"nul.py": "binary", "one.js": "minified"}
    assert skipped(project) == everything
    counts = json.loads(findspot("status", "--json", cwd=project).stdout)["skipped"]
    assert counts == {"bookkeeping": 1, "hidden": 2, "ignored": 1, "notebook": 1, "binary": 1, "minified": 1}
    text = findspot("status", "--skipped", cwd=project).stdout.decode()
    assert "build/  ignored  Ignored by .gitignore:1: build/" in text.splitlines()


@pytest.mark.row("T06")
def test_a_pattern_chooses_from_the_list(project: Path) -> None:
    """A glob, a part of a path, or a path below a folder that is left out."""
    assert skipped(project, "*.ipynb") == {"train.ipynb": "notebook"}
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
    (project / "train.ipynb").unlink()
    (project / "one.js").write_text("var a = 1;\n", encoding="utf-8")
    findspot("index", cwd=project)
    counts = json.loads(findspot("status", "--json", cwd=project).stdout)["skipped"]
    assert counts == {"bookkeeping": 1, "hidden": 2, "ignored": 1, "binary": 1}
