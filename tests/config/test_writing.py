"""Changing one setting of the user's file: nothing else in it moves, and a broken file stays as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from findspot.config import load_config, set_user_setting
from findspot.errors import ConfigError
from findspot.places import user_config_path

WRITTEN = '# mine\ntop_k = 5 # few\n\n# which one\nchat_model   =  "old"\nhidden = true\n'


@pytest.fixture
def path() -> Path:
    path = user_config_path()
    path.parent.mkdir(parents=True)
    return path


def test_comments_order_and_spaces_stay(path: Path) -> None:
    path.write_text(WRITTEN, encoding="utf-8")
    assert set_user_setting("chat_model", "new") == path
    assert path.read_text(encoding="utf-8") == WRITTEN.replace('"old"', '"new"')
    assert load_config(None).settings.chat_model == "new"
    set_user_setting("chat_model", None)
    assert path.read_text(encoding="utf-8") == WRITTEN.replace('chat_model   =  "old"\n', "")


def test_line_ends_of_windows_stay(path: Path) -> None:
    path.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    set_user_setting("chat_model", "new")
    assert path.read_bytes() == WRITTEN.replace('"old"', '"new"').replace("\n", "\r\n").encode()


def test_without_a_file_one_is_made() -> None:
    path = set_user_setting("chat_model", 'a "b" \\ c')
    assert load_config(None).settings.chat_model == 'a "b" \\ c'
    assert list(path.parent.iterdir()) == [path]


def test_taking_out_what_is_not_there_changes_nothing(path: Path) -> None:
    path.write_text(WRITTEN, encoding="utf-8")
    set_user_setting("embedder", None)
    assert path.read_text(encoding="utf-8") == WRITTEN


@pytest.mark.parametrize("broken", [b"chat_model = \n", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_a_broken_file_is_refused_and_stays(path: Path, broken: bytes) -> None:
    path.write_bytes(broken)
    with pytest.raises(ConfigError, match="nothing was changed"):
        set_user_setting("chat_model", "new")
    assert path.read_bytes() == broken
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_link_stays_a_link_and_the_mode_stays(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(WRITTEN, encoding="utf-8")
    real.chmod(0o600)
    path.symlink_to(real)
    set_user_setting("chat_model", "new")
    assert path.is_symlink()
    assert 'chat_model   =  "new"' in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o600
