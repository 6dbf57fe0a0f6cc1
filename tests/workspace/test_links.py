"""Links that are followed: what ripgrep lists with -L, loops ended, nothing again and again, and only for who asks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from findspot.config import load_config, project_may
from findspot.core.types import ProblemKind
from findspot.workspace.walker import WalkOptions, walk
from tests.cli.processes import findspot, paths, write_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")

FOLLOWING = WalkOptions(follow=True)


def tree(tmp_path: Path) -> Path:
    """Write a project with links inside, out of it, in circles, to nowhere, and to another checkout."""
    root = write_project(tmp_path / "root", {"src/a.py": "def a(): ...\n", "src/deep/b.py": "def b(): ...\n"})
    outside = tmp_path / "outside"
    write_project(
        outside, {"lib/far_away.py": "def far_away_helper(): ...\n", "skip.log": "x\n", ".gitignore": "*.log\n"}
    )
    (root / "alias.py").symlink_to(root / "src" / "a.py")
    (root / "again").symlink_to("src")
    (root / "vendored").symlink_to(outside)
    (root / "one.py").symlink_to(outside / "lib" / "far_away.py")
    (root / "src" / "up").symlink_to("..")
    (root / "src" / "self").symlink_to("self")
    (root / "gone").symlink_to("nowhere")
    (root / "ignored").symlink_to(outside)
    (root / ".gitignore").write_text("/ignored\n", encoding="utf-8")
    return root


@pytest.mark.row("V48")
@pytest.mark.skipif(shutil.which("rg") is None, reason="ripgrep is the judge here")
def test_a_walk_that_follows_finds_what_ripgrep_does(tmp_path: Path) -> None:
    root = tree(tmp_path)
    shown = subprocess.run(
        ["rg", "--no-config", "--files", "-L"], cwd=root, capture_output=True, check=False, text=True
    ).stdout.splitlines()
    assert {"alias.py", "again/deep/b.py", "vendored/lib/far_away.py", "one.py"} <= set(shown)
    assert set(walk(root, FOLLOWING).files) == set(shown)
    assert walk(root, FOLLOWING).left_out[ProblemKind.LINK] >= 3  # loops, and links to nothing
    assert set(walk(root, WalkOptions()).files) == {"src/a.py", "src/deep/b.py"}


def test_links_that_multiply_from_level_to_level_come_to_an_end(tmp_path: Path) -> None:
    """Of two links on each of thirty levels there would be a billion ways to the last folder."""
    root = tmp_path / "root"
    for level in range(30):
        (root / f"level{level}").mkdir(parents=True)
        (root / f"level{level}" / "file.py").write_text("x = 1\n", encoding="utf-8")
        for side in ("left", "right") if level < 29 else ():
            (root / f"level{level}" / side).symlink_to(f"../level{level + 1}")
    found = walk(root, FOLLOWING)
    assert {f"level{level}/file.py" for level in range(30)} <= set(found.files)
    assert len(found.files) < 30 * 10


@pytest.mark.row("V48")
def test_only_the_user_can_ask_for_it_and_the_usual_index_stays(tmp_path: Path) -> None:
    root = tree(tmp_path)
    (root / ".findspot").mkdir()
    (root / ".findspot" / "config.toml").write_text("follow = true\n", encoding="utf-8")
    assert project_may("follow") is None
    assert not load_config(root).settings.follow
    assert findspot("far_away_helper", "--json", cwd=root, status=1).stdout == b""
    found = findspot("far_away_helper", "--json", "-L", cwd=root)
    assert set(paths(found)) >= {"one.py", "vendored/lib/far_away.py"}
    assert all(json.loads(line)["fresh"] and json.loads(line)["text"] for line in found.stdout.splitlines())
    assert set(paths(findspot("far_away_helper", "--json", "-L", "vendored", cwd=root))) == {"vendored/lib/far_away.py"}
    again = json.loads(findspot("index", "--json", cwd=root).stdout)
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
