"""``findspot cache``: real indexes of real folders, listed, pruned, cleared, checked and moved."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from findspot.storage import prepared_cache
from findspot.storage.schema import DATABASE_NAME
from tests.cli.conftest import Ask

_HOLD = """
import sys
from pathlib import Path
from findspot.config import Config, Settings
from findspot.engine import Engine
if __name__ == "__main__":
    settings = Settings(localization_model="", read_ahead=0)
    with Engine.open(Path(sys.argv[1]), Config(settings, Path(sys.argv[2]))) as engine:
        engine.refresh()
        print("open", flush=True)
        sys.stdin.read()
        print(len(engine.search("parse_upload").results), flush=True)
"""


@contextmanager
def holding(root: Path, cache: Path) -> Iterator[subprocess.Popen[str]]:
    """Have a process that has the index of ``root`` open."""
    command = [sys.executable, "-c", _HOLD, str(root), str(cache)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache folder of the commands of a test."""
    monkeypatch.setenv("FINDSPOT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def roots(tmp_path: Path, ask: Ask, cache: Path) -> list[Path]:
    """Return two folders that are indexed."""
    found = [tmp_path / name for name in ("one", "two")]
    for root in found:
        (root / ".git").mkdir(parents=True)
        (root / "upload.py").write_text(f"def parse_upload_{root.name}(text):\n    return text.split()\n")
        ask("index", cwd=root)
    return found


def listed(ask: Ask, cwd: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(ask("cache", "--json", cwd=cwd).stdout)
    return record


def roots_of(ask: Ask, cwd: Path) -> dict[str, str]:
    """Return the state of each root's folder."""
    return {one["root"]: one["folder"] for one in listed(ask, cwd)["indexes"]}


def index_of(ask: Ask, cwd: Path, root: Path) -> Path:
    return Path(next(one["index"] for one in listed(ask, cwd)["indexes"] if one["root"] == str(root)))


@pytest.mark.row("B11")
def test_the_list_names_roots_with_size_and_age(tmp_path: Path, ask: Ask, cache: Path, roots: list[Path]) -> None:
    shutil.rmtree(roots[1])
    assert roots_of(ask, tmp_path) == {str(roots[0]): "there", str(roots[1]): "gone"}
    record = listed(ask, tmp_path)
    assert record["folder"] == str(cache)
    for one in record["indexes"]:
        assert one["size"] == sum(path.stat().st_size for path in Path(one["index"]).iterdir())
        assert time.time() - one["used"] < 100
    done = ask("cache", cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert lines[0].split() == ["SIZE", "USED", "ROOT"]
    assert any(line.endswith(f"{roots[1]} (gone)") for line in lines)
    assert b"2 indexes in " in done.stderr


def test_an_empty_cache_is_no_error(tmp_path: Path, ask: Ask, cache: Path) -> None:
    assert listed(ask, tmp_path)["indexes"] == []
    for action in ("list", "prune", "verify", "clear"):
        ask("cache", action, cwd=tmp_path)
    assert not cache.exists()


@pytest.mark.row("B11")
def test_prune_removes_what_no_root_needs(tmp_path: Path, ask: Ask, cache: Path, roots: list[Path]) -> None:
    ask("index", "--hidden", cwd=roots[0])
    variant = next(Path(one["index"]) for one in listed(ask, tmp_path)["indexes"] if one["variant"] == "hidden")
    old = cache / "indexes" / "old-0123456789abcdef"
    old.mkdir()
    (old / "index-v2.sqlite3").write_bytes(b"old")
    prepared = cache / prepared_cache.NAME
    (roots[0] / "upload.py").write_text("def changed():\n    pass\n")
    ask("index", cwd=roots[0])
    with sqlite3.connect(prepared) as connection:
        connection.execute(
            "INSERT INTO entries (made_for, path, content_hash, used, size, checksum, data) VALUES (x'00', 'a', x'00', 1, 1, 1, x'00')"
        )
    connection.close()
    month = time.time() - 40 * 86_400
    os.utime(variant / "about.json", (month, month))
    shutil.rmtree(roots[1])
    before = sorted(path.name for path in (cache / "indexes").iterdir())
    shown = ask("cache", "prune", "--dry-run", cwd=tmp_path).stdout.decode()
    for why in ("its folder is gone", "of an earlier format", "not used for 40 days", "that no index has"):
        assert why in shown
    assert b"--yes" in ask("cache", "prune", cwd=tmp_path, status=2).stderr
    assert sorted(path.name for path in (cache / "indexes").iterdir()) == before
    ask("cache", "prune", "--yes", cwd=tmp_path)
    assert roots_of(ask, tmp_path) == {str(roots[0]): "there"}
    assert [path.name for path in (cache / "indexes").iterdir()] == [index_of(ask, tmp_path, roots[0]).name]
    with sqlite3.connect(prepared) as connection:
        assert connection.execute("SELECT count(*) FROM entries WHERE made_for = x'00'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM entries").fetchone() != (0,)
    connection.close()
    assert b"nothing to remove" in ask("cache", "prune", cwd=tmp_path).stderr


@pytest.mark.row("B11")
def test_an_index_that_is_in_use_stays(tmp_path: Path, ask: Ask, cache: Path, roots: list[Path]) -> None:
    with holding(roots[1], cache) as process:
        index = index_of(ask, tmp_path, roots[1])
        assert b"is in use" in ask("cache", "clear", str(roots[1]), cwd=tmp_path, status=2).stderr
        assert b"is in use" in ask("cache", "move", str(tmp_path / "moved"), cwd=tmp_path, status=2).stderr
        moved = tmp_path / "elsewhere"
        roots[1].rename(moved)
        assert b"a running process has it open" in ask("cache", "prune", "--yes", cwd=tmp_path, status=1).stderr
        moved.rename(roots[1])
        assert (index / DATABASE_NAME).exists()
        assert process.communicate("", timeout=60)[0].strip() == "1"
    ask("cache", "verify", cwd=tmp_path)
    assert b'"reused"' in ask("index", "--json", cwd=roots[1]).stdout


@pytest.mark.row("V17")
def test_clear_leaves_an_empty_index(tmp_path: Path, ask: Ask, cache: Path, roots: list[Path]) -> None:
    ask("index", "--hidden", cwd=roots[0])
    ask("cache", "clear", cwd=roots[0])
    assert roots_of(ask, tmp_path) == {str(roots[1]): "there"}
    status = json.loads(ask("status", "--json", cwd=roots[0]).stdout)
    assert (status["files"], status["chunks"], status["state"]) == (0, 0, "empty")
    assert json.loads(ask("index", "--json", cwd=roots[0]).stdout)["added"] == 1
    ask("--clear-cache", cwd=roots[0])
    assert b"no such folder" in ask("--clear-cache", "upload", cwd=roots[0], status=2).stderr
    assert json.loads(ask("status", "--json", cwd=roots[0]).stdout)["files"] == 0
    assert b"--yes" in ask("cache", "clear", "--all", cwd=tmp_path, status=2).stderr
    ask("cache", "clear", "--all", "--yes", cwd=tmp_path)
    assert roots_of(ask, tmp_path) == {}


@pytest.mark.row("B11")
@pytest.mark.parametrize("damage", ["a flipped bit", "vectors", "a tie", "an entry"])
def test_verify_says_what_is_damaged(tmp_path: Path, ask: Ask, cache: Path, roots: list[Path], damage: str) -> None:
    (roots[0] / "upload.py").write_text("def changed():\n    pass\n")
    ask("index", cwd=roots[0])
    assert b"as it should be" in ask("cache", "verify", cwd=tmp_path).stdout
    index = index_of(ask, tmp_path, roots[0])
    expected = str(roots[0])
    if damage == "a flipped bit":
        status = (index / DATABASE_NAME).stat()
        with (index / DATABASE_NAME).open("r+b") as stream:
            stream.seek(5000)
            byte = stream.read(1)
            stream.seek(5000)
            stream.write(bytes([byte[0] ^ 1]))
        os.utime(index / DATABASE_NAME, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif damage == "vectors":
        [vectors] = index.glob("vectors-*")
        vectors.write_bytes(vectors.read_bytes()[:-1] + b"\xff")
    elif damage == "a tie":
        for seal in index.glob("*.seal*"):
            seal.unlink()
        with sqlite3.connect(index / DATABASE_NAME) as connection:
            connection.execute("DELETE FROM files")
        connection.close()
    else:
        expected = prepared_cache.NAME
        with sqlite3.connect(cache / prepared_cache.NAME) as connection:
            connection.execute("UPDATE entries SET checksum = 1")
        connection.close()
    lines = ask("cache", "verify", "--json", cwd=tmp_path, status=1).stdout.decode().splitlines()
    assert [fact["name"] for fact in map(json.loads, lines) if fact["faults"]] == [expected]


@pytest.mark.row("B11")
@pytest.mark.parametrize("far", [False, True])
def test_a_moved_cache_answers_as_before(
    tmp_path: Path, ask: Ask, cache: Path, roots: list[Path], monkeypatch: pytest.MonkeyPatch, *, far: bool
) -> None:
    """On the same disk, and on another one, where a folder cannot be renamed to."""
    rename = Path.rename

    def refuse(self: Path, there: Path) -> Path:
        if self == cache:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, there)

    if far:
        monkeypatch.setattr(Path, "rename", refuse)
    target = tmp_path / "far" / "away"
    done = ask("cache", "move", str(target), cwd=tmp_path)
    assert f"FINDSPOT_CACHE_DIR={target}" in done.stderr.decode()
    assert not cache.exists()
    env = {"FINDSPOT_CACHE_DIR": str(target)}
    report = json.loads(ask("index", "--json", cwd=roots[0], env=env).stdout)
    assert (report["added"], report["unchanged"]) == (0, 1)
    ask("cache", "verify", cwd=tmp_path, env=env)


def test_a_cache_is_not_moved_into_something(tmp_path: Path, ask: Ask, cache: Path, roots: list[Path]) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for target in ("full", "cache/inner", ".", "full/file"):
        ask("cache", "move", target, cwd=tmp_path, status=2)
    assert len(roots_of(ask, tmp_path)) == 2


@pytest.mark.parametrize(
    "words",
    [("move",), ("list", "x"), ("clear", "--dry-run"), ("list", "--yes"), ("prune", "--all"), ("clear", "x", "--all")],
)
def test_words_that_do_not_go_together(tmp_path: Path, ask: Ask, cache: Path, words: tuple[str, ...]) -> None:
    assert ask("cache", *words, cwd=tmp_path, status=2).stderr.count(b"\n") == 1
