"""The training project: installed beside Findspot, with a command of its own that the pages describe rightly."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from findspot_training.__main__ import main
from tests.architecture.tree import ROOT

PAGE = ROOT / "docs" / "contributing" / "evaluation.md"

MEASURING = {"evaluate", "compare", "nearby", "reward", "check-repos", "questions", "rescore", "runs"}


def shell_commands() -> list[str]:
    """Return the command lines of the page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("findspot-train")]


def test_the_page_shows_every_measuring_command() -> None:
    assert {shlex.split(command)[1] for command in shell_commands()} == MEASURING


def test_the_console_command_is_the_module_s_main() -> None:
    project = tomllib.loads((ROOT / "models" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "findspot-training"
    assert project["scripts"] == {"findspot-train": "findspot_training.__main__:main"}


def test_help_of_each_command_can_be_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for command in sorted(MEASURING):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert f"findspot-train {command}" in capsys.readouterr().out


def test_rooms_import_only_what_stands_before_them() -> None:
    rooms = ("corpus", "measure", "train", "accelerator")
    for place, room in enumerate(rooms):
        for path in (ROOT / "models" / "findspot_training" / room).rglob("*.py"):
            imported = re.findall(r"^from findspot_training\.(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert not set(imported) & {*rooms[place + 1 :], "__main__"}, path
