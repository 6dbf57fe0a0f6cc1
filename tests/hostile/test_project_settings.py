"""``.findspot/config.toml`` of a stranger: it may set little, and it never keeps a command from its work (I-23)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from findspot.config import Settings, load_config, project_may
from tests.hostile.places import WAYS, make_repository, run

pytestmark = pytest.mark.slow

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def _write(text: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    return make


def _link_in_the_way(path: Path) -> None:
    elsewhere = path.parents[2] / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "config.toml").write_text("top_k = 1\n", encoding="utf-8")
    path.parent.rmdir()
    path.parent.symlink_to(elsewhere)


BAD: dict[str, Callable[[Path], object]] = {
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "input": lambda path: path.symlink_to("/dev/stdin"),
    "pipe": os.mkfifo,
    "link": lambda path: path.symlink_to(path.parents[1] / "uploads.py"),
    "folder is a link": _link_in_the_way,
    "brackets": _write("top_k = " + "[" * 50_000),
    "many brackets": _write("top_k = " + "[" * 100_000),
    "tables": _write("top_k = " + "{a=" * 15_000),
    "dots": _write("a" + ".a" * 30_000 + " = 1"),
    "dots in lines": _write(("a" + ".a" * 400 + " = 1\n") * 60),
    "many names": _write("".join(f"top_l{number} = 1\n" for number in range(4_000))),
    "long number": _write("top_k = " + "9" * 60_000),
    "long name": _write("k" * 60_000 + " = 1"),
    "long text": _write('top_k = "' + "x" * 60_000 + '"'),
    "over the limit": _write("# " + "x" * 64_000),
    "control characters": _write('top_k = "\x1b[31m"'),
    "not UTF-8": lambda path: path.write_bytes(b"top_k = 3 # \xff\xfe\n"),
    "unknown": _write("top_kk = 3\n"),
    "does not fit": _write("chunk_size = 128\nchunk_overlap = 512\n"),
}


@posix_only
@pytest.mark.row("T03")
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_costs_a_warning_of_one_line(tmp_path: Path, kind: str) -> None:
    """None of the kinds takes long, takes memory, or does more than say one line."""
    (tmp_path / "root" / ".findspot").mkdir(parents=True)
    BAD[kind](tmp_path / "root" / ".findspot" / "config.toml")
    began = time.process_time()
    config = load_config(tmp_path / "root", user_config=tmp_path / "none")
    assert time.process_time() - began < 5
    assert config.settings == Settings()
    (warning,) = config.warnings
    assert "config.toml: ignored: " in warning
    assert len(warning) < 1_000
    assert warning.isprintable()


@posix_only
@pytest.mark.row("T03")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["endless", "pipe", "dots", "many brackets", "unknown"])
def test_no_command_is_switched_off(tmp_path: Path, kind: str, way: str) -> None:
    root = make_repository(tmp_path / "root")
    (root / ".findspot").mkdir()
    BAD[kind](root / ".findspot" / "config.toml")
    assert "config.toml: ignored: " in run(way, root)


@pytest.mark.row("T03")
def test_what_only_the_user_may_set_is_refused_name_by_name(tmp_path: Path) -> None:
    """Processes, memory, background work and models are the user's; the rest of the file counts."""
    (tmp_path / ".findspot").mkdir()
    (tmp_path / ".findspot" / "config.toml").write_text(
        'workers = 64\nlocalization_model = ""\ntop_k = 7\nmax_file_bytes = 1_000_000_000\n', encoding="utf-8"
    )
    config = load_config(tmp_path, user_config=tmp_path / "none")
    assert config.settings == Settings(top_k=7)
    assert config.warnings[0].endswith(
        "'workers' may only be set by you, not by a project; 'localization_model' may only be set by you, not by a project; "
        "a project may set 'max_file_bytes' to at most 4000000"
    )


@pytest.mark.row("V08")
@pytest.mark.parametrize("name", [name for name in Settings.model_fields if project_may(name)])
def test_order_of_the_sources_for_each_setting(tmp_path: Path, name: str) -> None:
    """Command line over project over user over default, for whatever a project may set."""
    values = {"top_k": (3, 4, 5), "budget": (2.0, 3.0, 4.0), "hidden": (True, False, True)}
    values |= {"threshold": (0.3, 0.4, 0.5), "full_index": (True, False, True)}
    values |= {"chunk_size": (300, 400, 500), "chunk_overlap": (10, 20, 30), "max_file_bytes": (2000, 3000, 4000)}
    user, project, given = values[name]
    own = tmp_path / "own.toml"
    (tmp_path / ".findspot").mkdir()

    def resolved(override: object = None) -> object:
        config = load_config(tmp_path, {name: override}, user_config=own)
        assert config.warnings == ()
        return getattr(config.settings, name)

    assert resolved() == getattr(Settings(), name)
    own.write_text(f"{name} = {str(user).lower()}\n", encoding="utf-8")
    assert resolved() == user
    (tmp_path / ".findspot" / "config.toml").write_text(f"{name} = {str(project).lower()}\n", encoding="utf-8")
    assert resolved() == project
    assert resolved(given) == given
