"""Hundreds of files at once under the running server: all are found, and no answer calls itself complete before."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.engine.test_mass_changes import name_of, write_file
from tests.lsp.editor import Editor, editing

pytestmark = pytest.mark.slow


async def until_complete(editor: Editor) -> None:
    """Wait until the server says that its index agrees with the files."""

    async def complete() -> bool:
        (root,) = (await editor.request("findspot/status", {}))["roots"]
        return bool(root["complete"])

    await editor.until(complete)


async def holds(editor: Editor, kind: str, number: int) -> tuple[bool, bool]:
    """Return whether a function is found by its name, and whether the answer calls itself complete."""
    wanted = name_of(kind, number)
    answer = await editor.search(wanted, top_k=1)
    return any(result["symbol"] == wanted for result in answer["results"]), answer["status"]["complete"]


@pytest.mark.row("T02")
@pytest.mark.parametrize("count", [600])
async def test_a_formatter_runs_over_the_workspace(tmp_path: Path, count: int) -> None:
    root = tmp_path / "root"
    for number in range(count):
        write_file(root, number, "before")
    async with editing("visual-studio-code", root) as editor:
        await until_complete(editor)
        for number in range(count):
            write_file(root, number, "after")
            if number % 50 == 0:
                found, complete = await holds(editor, "after", number)
                assert found or not complete
        while True:
            found, complete = await holds(editor, "after", count - 1)
            assert found or not complete
            if complete:
                break
            await asyncio.sleep(0.02)
        for number in range(0, count, 7):
            assert await holds(editor, "after", number) == (True, True)
            assert await holds(editor, "before", number) == (False, True)


def git(root: Path, *arguments: str) -> None:
    """Run git as somebody."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.mark.row("T02")
async def test_a_checkout_of_a_version_far_apart(tmp_path: Path) -> None:
    """Every file is another one, most are gone or new; and back again."""
    root = tmp_path / "root"
    root.mkdir()
    git(root, "init", "-q", "-b", "old")
    for number in range(400):
        write_file(root, number, "before")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Old")
    git(root, "checkout", "-qb", "new")
    git(root, "rm", "-rq", "pkg1", "pkg2", "pkg3")
    for number in range(200, 700):
        write_file(root, number, "after")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "New")
    async with editing("neovim", root) as editor:
        await until_complete(editor)
        for branch, kind, gone in (("old", "before", "after"), ("new", "after", "before"), ("old", "before", "after")):
            git(root, "checkout", "-q", branch)
            await until_complete(editor)
            for number in range(200, 400, 9):
                assert await holds(editor, kind, number) == (True, True)
                assert await holds(editor, gone, number) == (False, True)
