"""``findspot install``, and then the real program: it lists our server, is told when to use it, calls it, gets the answer."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest

from findspot.installing import sections
from tests.agents.model import Call, Model, Turn
from tests.agents.programs import PROGRAMS, Desk, Program

QUESTION = "where is a failed upload tried again"

FILES = {
    "src/uploads.py": '''"""Uploads."""


class Uploader:
    def schedule_retry(self, item, attempt):
        """Plan the next attempt of an upload that failed, later each time."""
        return 2.0**attempt
''',
    "src/cart.py": 'def add_item(cart, item):\n    """Put an item into the cart."""\n    cart.append(item)\n',
}

DEFERRED = "mcp__findspot__find_code"
"""What two programs show of our tool at first: its name alone, to be looked up before it is called."""

FOUND = re.compile(r"src/uploads\.py.{1,30}?\b5\b.{1,20}?\b7\b")
"""The right place, in the text of our tool or in its structured answer: programs show a model the one or the other."""


class Questioner:
    """A model that looks for our tool as a real one would, and asks until the server runs and the new index has the answer."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.called_as = ""

    def __call__(self, turn: Turn) -> Call | str:
        """Return the next call, or the answer."""
        if any(FOUND.search(result) for result in turn.results):
            return "It is in src/uploads.py, in schedule_retry."
        if len(turn.results) > 40:
            return "I do not know."
        if turn.results:
            time.sleep(0.5)
        offered = {name.lower(): name for name in turn.tools}
        direct = next((name for name in turn.tools if name.endswith("find_code")), None)
        if direct is not None:
            self.called_as = direct
            return Call(direct, {"query": QUESTION})
        if "tool_call" in offered and any("find_code" in result for result in turn.results):
            self.called_as = DEFERRED
            return Call("tool_call", {"name": DEFERRED, "arguments": {"query": QUESTION}})
        seeker = offered.get("toolsearch") or offered.get("tool_search")
        if seeker is not None:
            return Call(seeker, {"query": f"select:{DEFERRED}"})
        if self.program.wait is not None:
            return Call(self.program.wait[0], dict(self.program.wait[1]))
        return f"There is no such tool among {', '.join(turn.tools)}."


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small repository that no index knows."""
    root = tmp_path / "uploads"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


CALLED = {
    "claude": "mcp__findspot__find_code",
    "codex": "find_code",
    "opencode": "findspot_find_code",
    "gemini": "mcp_findspot_find_code",
    "qwen": "mcp__findspot__find_code",
}


def check_answer(desk: Desk, model: Model, questioner: Questioner, *words: str) -> None:
    """Ask, and check that our tool was called, that its answer reached the model, and that it had been told of it."""
    said = desk.ask(QUESTION, *words)
    assert "It is in src/uploads.py" in said, (said, [turn.tools for turn in model.turns], model.turns[-1].results)
    assert questioner.called_as == CALLED[desk.program.name]
    told = sections.SUMMARY if desk.program.name == "claude" else sections.BEGIN
    assert told in model.turns[0].body


@pytest.mark.row("C08")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_program_uses_what_was_installed_for_its_user(program: Program, tmp_path: Path, project: Path) -> None:
    questioner = Questioner(program)
    with Model(questioner).serving() as model:
        desk = Desk(program, tmp_path / "home", project, model.address)
        desk.home.mkdir()
        before = desk.prepare()
        desk.install()
        desk.expect_listed(program.connected)
        check_answer(desk, model, questioner)
        desk.install("--uninstall")
        assert "findspot" not in desk.listing().lower()
    for path, data in before.items():
        # Some programs write into their own configuration, which we then leave as they have it.
        assert path.read_bytes() == data or "findspot" not in path.read_text()
        assert b"a comment" not in data or "a comment" in path.read_text()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_program_uses_what_was_installed_for_the_project(program: Program, tmp_path: Path, project: Path) -> None:
    """Files that the project shares name no folder of anybody; a program may ask its user before it starts the server."""
    questioner = Questioner(program)
    with Model(questioner).serving() as model:
        desk = Desk(program, tmp_path / "home", project, model.address)
        desk.home.mkdir()
        desk.prepare()
        desk.install("--scope", "project")
        if program.asked_first:
            desk.expect_listed(program.asked_first)
        check_answer(desk, model, questioner, *program.trusted)
        desk.install("--scope", "project", "--uninstall")
    left = subprocess.run(
        ["git", "grep", "--untracked", "-l", "findspot"], cwd=project, capture_output=True, check=False
    )
    assert left.stdout.split() in ([], [b"opencode.json.findspot-backup"], [b".qwen/settings.json.findspot-backup"])
