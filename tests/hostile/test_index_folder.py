"""The index folder as a user may find it: in every state a command works, or says in one line what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from findspot.config import Config, Settings, load_config
from findspot.engine import Engine, Models
from findspot.errors import ConfigError, FindspotError
from findspot.storage.schema import DATABASE_NAME
from tests.cli.processes import COMMAND, write_project

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="obstacles of a POSIX file system")]

QUESTION = ("upload", "--json", "-q")


def ask(project: Path, *limits: str, words: tuple[str, ...] = QUESTION) -> subprocess.CompletedProcess[bytes]:
    """Run a command; it ends with 0, or with 2 and one line that says what to do."""
    bounded = ("sh", "-c", f'{";".join(limits)}; exec "$@"', "sh") if limits else ()
    done = subprocess.run([*bounded, *COMMAND, *words], cwd=project, capture_output=True, timeout=120, check=False)
    said = done.stderr.decode()
    assert "Traceback" not in said, said
    assert "Errno" not in said, said
    assert done.returncode in {0, 2}, said
    if done.returncode:
        assert said.count("\n") == 1, said
    return done


def _database_is_a_folder(index: Path) -> None:
    (index / DATABASE_NAME).unlink()
    (index / DATABASE_NAME).mkdir()


def _pipe(index: Path) -> None:
    (index / DATABASE_NAME).unlink()
    os.mkfifo(index / DATABASE_NAME)


def _file(index: Path) -> None:
    shutil.rmtree(index)
    index.write_text("in the way")


def _dangling(index: Path) -> None:
    shutil.rmtree(index)
    index.symlink_to("nowhere")


def _endless(index: Path) -> None:
    (index / DATABASE_NAME).unlink()
    (index / DATABASE_NAME).symlink_to("/dev/zero")


def _folders(index: Path) -> None:
    for suffix in ("-wal", "-shm", ".seal", ".seal-open"):
        path = index / f"{DATABASE_NAME}{suffix}"
        path.unlink(missing_ok=True)
        path.mkdir()


OBSTACLES: dict[str, tuple[Callable[[Path], None], bool]] = {
    "database is a folder": (_database_is_a_folder, True),
    "pipe": (_pipe, True),
    "endless": (_endless, True),
    "folders": (_folders, False),
    "file": (_file, False),
    "dangling": (_dangling, False),
}


@pytest.mark.row("T04")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", OBSTACLES)
def test_a_command_works_or_says_what_to_do(tmp_path: Path, kind: str) -> None:
    project = write_project(tmp_path / "project")
    assert ask(project).returncode == 0
    make, mends_itself = OBSTACLES[kind]
    make(load_config(project).index_dir(project))
    for words in (QUESTION, ("status", "-q"), ("index", "-q")):
        done = ask(project, words=words)
        assert done.returncode == 0 or not mends_itself, done.stderr


@pytest.mark.row("T04")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("blocks", [0, 1, 8, 64, 300])
def test_a_full_disk_is_an_error_of_one_line(tmp_path: Path, blocks: int) -> None:
    project = write_project(tmp_path / "project")
    done = ask(project, f"ulimit -f {blocks}")
    assert done.returncode == 2 or b"scheduler.py" in done.stdout
    assert ask(project).returncode == 0


@pytest.mark.row("T04")
def test_a_cache_that_vanishes_under_a_process_comes_back(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    config = Config(Settings(workers=1, localization_model=""), tmp_path / "cache")
    models = Models.load(config.settings)
    with Engine.open(project, config, models) as engine:
        engine.refresh()
        expected = [one.path for one in engine.search("upload").results]
        shutil.rmtree(tmp_path / "cache")
        with pytest.raises(FindspotError, match="built again"):
            engine.search("upload")
        engine.refresh()
        assert [one.path for one in engine.search("upload").results] == expected
        assert engine.status().files == 4
    models.close()


def test_without_a_home_folder_the_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set FINDSPOT_CACHE_DIR"):
        load_config(tmp_path, environ={"FINDSPOT_CACHE_DIR": "~nobody-of-that-name/cache"})
