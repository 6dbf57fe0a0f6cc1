"""Several roots give one answer, in one order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.cli.processes import records, write_project


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    """Return a root with a client and one with a server."""
    client = write_project(
        tmp_path / "client", {"upload.py": "def retry_upload():\n    pass\n", "view.py": "def draw():\n    pass\n"}
    )
    server = write_project(
        tmp_path / "server",
        {"store/upload.py": "def retry_upload():\n    accept()\n", "README.md": "# Server\n\nKeeps uploads.\n"},
    )
    return client, server


def asked(roots: tuple[Path, ...]) -> list[str]:
    return [word for root in roots for word in ("--root", str(root))]


@pytest.mark.row("V04")
@pytest.mark.parametrize("command", ["search", "localize"])
def test_both_roots_are_in_one_list(ask: Ask, roots: tuple[Path, Path], command: str) -> None:
    found = records(ask(command, "retry_upload", "--json", *asked(roots), cwd=roots[0]))
    places = {(one["root"], one["path"]) for one in found[:2]}
    assert places == {(str(roots[0]), "upload.py"), (str(roots[1]), "store/upload.py")}
    assert [one["rank"] for one in found] == list(range(1, len(found) + 1))
    scores = [one["score"] for one in found]
    assert scores == sorted(scores, reverse=True)


def test_the_list_is_no_longer_than_asked_for(ask: Ask, roots: tuple[Path, Path]) -> None:
    assert len(records(ask("retry_upload", "--json", "-k", "1", *asked(roots), cwd=roots[0]))) == 1
    assert ask("retry_upload", "-k", "1", "--format", "count", *asked(roots), cwd=roots[0]).stdout == b"1\n"


def test_people_see_paths_from_where_they_are_and_the_root(ask: Ask, roots: tuple[Path, Path]) -> None:
    done = ask("retry_upload", "-l", *asked(roots), cwd=roots[0])
    assert set(done.stdout.decode().split()[:2]) == {"upload.py", "../server/store/upload.py"}
    assert "4 files" in done.stderr.decode()


def test_paths_choose_what_is_asked_in_each_root(ask: Ask, roots: tuple[Path, Path]) -> None:
    words = ["retry_upload", "--json", *asked(roots)]
    found = records(ask(*words, "../server/store", cwd=roots[0]))
    assert {(one["root"], one["path"]) for one in found} == {(str(roots[1]), "store/upload.py")}
    done = ask(*words, "/", cwd=roots[0], status=2)
    assert "this path lies in none of the roots" in done.stderr.decode()
    found = records(ask(*words, "/", "upload.py", "--skip-outside-root", cwd=roots[0]))
    assert {one["path"] for one in found} == {"upload.py"}


def test_a_root_named_twice_or_inside_another_gives_a_place_once(ask: Ask, roots: tuple[Path, Path]) -> None:
    inner = roots[1] / "store"
    once = records(ask("retry_upload", "--json", "--root", str(roots[0]), cwd=roots[0]))
    assert records(ask("retry_upload", "--json", *asked((roots[0], roots[0])), cwd=roots[0])) == once
    found = records(ask("retry_upload", "--json", *asked((roots[1], inner)), cwd=roots[0]))
    places = [Path(one["root"]) / one["path"] for one in found if one["symbol"] == "retry_upload"]
    assert places == [inner / "upload.py"]


@pytest.mark.parametrize("command", ["status", "index"])
def test_what_works_on_one_root_says_so(ask: Ask, roots: tuple[Path, Path], command: str) -> None:
    done = ask(command, *asked(roots), cwd=roots[0], status=2)
    assert f"{command} works on one root; leave out {roots[1]}" in done.stderr.decode()


def test_a_setting_of_one_project_counts_there_only(ask: Ask, roots: tuple[Path, Path]) -> None:
    (roots[1] / ".findspot").mkdir()
    (roots[1] / ".findspot" / "config.toml").write_text("embedder = 'theirs'\n")
    done = ask("retry_upload", "--json", *asked(roots), cwd=roots[0])
    assert "'embedder' may only be set by you" in done.stderr.decode()
    assert json.loads(done.stdout.splitlines()[0])["complete"] is True
