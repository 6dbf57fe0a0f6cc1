"""The past of a workspace: what is read of it, and that its absence costs nothing else. A real git."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from findspot import git as findspot_git
from findspot.config import Config, Settings
from findspot.engine import Engine
from findspot.errors import Cancelled
from findspot.indexing.commits import head_commit, read_past

IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    command = ["git", "-C", str(folder), *IDENTITY, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, message: str, **files: str) -> None:
    """Write files (``_`` stands for ``/`` and the last one for ``.``) and commit them."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--message", message)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a repository with three commits."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Add carts", shop__cart_py="def total(items):\n    return sum(items)\n")
    commit(folder, "Round prices half up\n\nOld invoices differ.", shop__price_py="def rounded(x):\n    return x\n")
    commit(folder, "Say more", readme_py="# nothing\n")
    return folder


def test_messages_and_files_newest_first(project: Path) -> None:
    head = head_commit(project)
    assert head == git(project, "rev-parse", "HEAD")
    past = read_past(project, head or "")
    assert [one.paths for one in past] == [("readme.py",), ("shop/price.py",), ("shop/cart.py",)]
    assert past[1].words.split()[:4] == ["round", "prices", "half", "up"]
    assert "invoices" in past[1].words.split()


def test_a_folder_inside_the_repository_has_its_own_part(project: Path) -> None:
    past = read_past(project / "shop", head_commit(project / "shop") or "")
    assert [one.paths for one in past] == [("price.py",), ("cart.py",)]


def test_mass_edits_and_merges_are_left_out(project: Path) -> None:
    git(project, "checkout", "--quiet", "-b", "side")
    commit(project, "Touch everything", **{f"part{number}_py": "x = 1\n" for number in range(20)})
    git(project, "checkout", "--quiet", "main")
    commit(project, "Another step", other_py="y = 2\n")
    git(project, "merge", "--quiet", "--no-ff", "--message", "Merge side", "side")
    words = [one.words for one in read_past(project, head_commit(project) or "")]
    assert "another step" in words
    assert not any("everything" in one or "merge" in one for one in words)


def test_no_repository_no_commit_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert head_commit(tmp_path) is None
    git(tmp_path, "init", "--quiet")
    assert head_commit(tmp_path) is None
    assert read_past(tmp_path, "0" * 40) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert head_commit(tmp_path) is None


def test_a_shallow_clone_gives_what_it_has(project: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", project.as_uri(), str(clone))
    past = read_past(clone, head_commit(clone) or "")
    assert [one.words for one in past] == ["say more"]


@pytest.mark.skipif(sys.platform == "win32", reason="starts a script by its first line")
def test_a_slow_git_is_given_up_when_nobody_waits_any_more(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = head_commit(project) or ""
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(600)\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(Cancelled, match="stopped"):
        read_past(project, head, stop=stop)
    monkeypatch.setattr(findspot_git, "_SECONDS", 0.2)
    assert read_past(project, head) == []


def history_evidence(engine: Engine, text: str) -> dict[str, bool]:
    """Return for each result's path whether past commits speak for it."""
    answer = engine.localize(text, top_k=10, budget=0.0)
    return {one.path: any(item.kind == "history" for item in one.evidence) for one in answer.results}


@pytest.mark.row("B10")
def test_a_message_leads_to_its_file_and_a_new_commit_is_learned(project: Path, tmp_path: Path) -> None:
    config = Config(Settings(localization_model="", workers=1), tmp_path / "cache")
    with Engine.open(project, config) as engine:
        engine.refresh()
        assert history_evidence(engine, "old invoices differ since prices are rounded").get("shop/price.py")
        commit(project, "Deliver parcels on sundays", shop__cart_py="def total(items):\n    return 1 + sum(items)\n")
        engine.refresh()
        assert history_evidence(engine, "parcels on sundays: the total is wrong").get("shop/cart.py")


def test_without_a_repository_there_is_no_such_signal(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "cart.py").write_text("def total(items):\n    return sum(items)\n", encoding="utf-8")
    with Engine.open(folder, Config(Settings(localization_model="", workers=1), tmp_path / "cache")) as engine:
        engine.refresh()
        assert history_evidence(engine, "the total of the cart is wrong") == {"cart.py": False}
