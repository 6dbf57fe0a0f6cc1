"""``findspot models``: list, pull, verify, use and remove, with real files and a real server."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from findspot.config import load_config, models_dir, set_user_setting
from findspot.places import user_config_path
from tests.cli.conftest import Ask
from tests.cli.processes import asking, rest_of
from tests.gguf_files import write_gguf, write_tiny_llama
from tests.inference.file_server import serving


@pytest.fixture
def folder() -> Path:
    """Return the folder of the user's own models, with one in it."""
    folder = models_dir("")
    write_tiny_llama(folder / "tiny.gguf")
    return folder


def listed(ask: Ask, cwd: Path) -> dict[str, dict[str, Any]]:
    record = json.loads(ask("models", "--json", cwd=cwd).stdout)
    return {model["name"]: model for model in record["models"]}


def test_the_list_has_shipped_models_and_ones_own(ask: Ask, tmp_path: Path, folder: Path) -> None:
    models = listed(ask, tmp_path)
    assert [models[name]["used_as"] for name in ("minilm-code-q8", "ranker-v1", "static-code", "tiny")] == [
        "localization_model",
        "ranker",
        "embedder",
        "",
    ]
    tiny = models["tiny"]
    assert (tiny["shipped"], tiny["architecture"], tiny["quantization"]) == (False, "llama", "F32")
    assert (tiny["context"], tiny["context_used"], tiny["licence"]) == (4096, 4096, "apache-2.0")
    assert tiny["size"] == (folder / "tiny.gguf").stat().st_size < tiny["memory"]
    lines = ask("models", "list", cwd=tmp_path).stdout.decode().splitlines()
    assert lines[0].split()[:2] == ["NAME", "SIZE"]
    assert any(line.startswith("tiny ") and "apache-2.0" in line and "about" in line for line in lines)


def test_names_below_folders_and_without_licence(ask: Ask, tmp_path: Path, folder: Path) -> None:
    write_tiny_llama(folder / "maker" / "small.v1.gguf", changed={"general.license": ""})
    assert listed(ask, tmp_path)["maker/small.v1"]["licence"] == "unknown"


def test_a_folder_of_ones_own(ask: Ask, tmp_path: Path) -> None:
    set_user_setting("models_dir", str(tmp_path / "mine"))
    write_tiny_llama(tmp_path / "mine" / "tiny.gguf")
    assert listed(ask, tmp_path)["tiny"]["path"] == str(tmp_path / "mine" / "tiny.gguf")
    set_user_setting("models_dir", "mine")
    assert b"must be an absolute path" in ask("models", cwd=tmp_path, status=2).stderr


def test_a_broken_file_is_listed_with_its_problem(ask: Ask, tmp_path: Path, folder: Path) -> None:
    (folder / "page.gguf").write_bytes(b"<html>")
    done = ask("models", cwd=tmp_path)
    assert b"page.gguf: this is no GGUF file; fetch it again" in done.stderr
    assert listed(ask, tmp_path)["page"]["problem"]


def test_pull_use_verify_remove(ask: Ask, tmp_path: Path) -> None:
    data = write_tiny_llama(tmp_path / "served.gguf").read_bytes()
    checksum = hashlib.sha256(data).hexdigest()
    with serving(data) as server:
        done = ask("models", "pull", server.address, cwd=tmp_path)
    assert checksum.encode() in done.stderr
    assert b"licence: apache-2.0" in done.stderr
    assert listed(ask, tmp_path)["tiny-q8"]["sha256"] == checksum
    assert b"tiny-q8 is the chat_model" in ask("models", "use", "tiny-q8", cwd=tmp_path).stderr
    assert listed(ask, tmp_path)["tiny-q8"]["used_as"] == "chat_model"
    assert b"tiny-q8: as it should be" in ask("models", "verify", cwd=tmp_path).stderr
    path = models_dir("") / "tiny-q8.gguf"
    path.write_bytes(data[:-1] + b"x")
    done = ask("models", "verify", "tiny-q8", cwd=tmp_path, status=2)
    assert b"not the file that was fetched" in done.stderr
    assert b"give --yes" in ask("models", "remove", "tiny-q8", cwd=tmp_path, status=2).stderr
    assert b"which was unset" in ask("models", "remove", "tiny-q8", "--yes", cwd=tmp_path).stderr
    assert load_config(None).settings.chat_model == ""
    assert list(path.parent.glob("tiny*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal")
@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1), ("", 1)])
def test_remove_asks_on_a_terminal(tmp_path: Path, folder: Path, answer: str, status: int) -> None:
    set_user_setting("chat_model", "tiny")
    process, terminal = asking(["models", "remove", "tiny"], tmp_path)
    os.write(terminal, f"{answer}\n".encode())
    seen = rest_of(terminal)
    assert process.wait() == status
    assert b"it is your chat_model, which will be unset? [y/N]" in seen
    assert (folder / "tiny.gguf").exists() == (status == 1)


def test_pull_under_another_name_with_a_checksum(ask: Ask, tmp_path: Path) -> None:
    data = write_tiny_llama(tmp_path / "served.gguf").read_bytes()
    with serving(data) as server:
        wrong = ask("models", "pull", server.address, "--name", "mine", "--sha256", "0" * 64, cwd=tmp_path, status=2)
        assert b"its checksum is" in wrong.stderr
        checksum = hashlib.sha256(data).hexdigest()
        done = ask("models", "pull", server.address, "--name", "mine", "--sha256", checksum, cwd=tmp_path)
        assert b"no checksum" not in done.stderr
        again = ask("models", "pull", server.address, "--name", "mine", cwd=tmp_path, status=2)
        assert b"mine.gguf is there already" in again.stderr
    assert listed(ask, tmp_path)["mine"]["sha256"] == checksum


def test_use_keeps_the_settings_file_as_it_is(ask: Ask, tmp_path: Path, folder: Path) -> None:
    user_config_path().parent.mkdir(parents=True)
    user_config_path().write_text("# mine\ntop_k = 7 # few\n", encoding="utf-8")
    ask("models", "use", "tiny", cwd=tmp_path)
    ask("models", "use", "minilm-code-q8", cwd=tmp_path)
    assert user_config_path().read_text(encoding="utf-8") == (
        '# mine\ntop_k = 7 # few\nchat_model = "tiny"\nlocalization_model = "minilm-code-q8"\n'
    )


def test_a_model_elsewhere_is_used_by_its_path(ask: Ask, tmp_path: Path) -> None:
    path = write_tiny_llama(tmp_path / "elsewhere" / "tiny.gguf")
    ask("models", "use", "elsewhere/tiny.gguf", cwd=tmp_path)
    assert load_config(None).settings.chat_model == str(path)
    assert listed(ask, tmp_path)[str(path)]["used_as"] == "chat_model"
    done = ask("models", "remove", str(path), "--yes", cwd=tmp_path, status=2)
    assert b"delete it yourself" in done.stderr
    assert path.exists()


def test_a_project_cannot_choose_a_model(ask: Ask, tmp_path: Path, folder: Path) -> None:
    (tmp_path / ".findspot").mkdir()
    (tmp_path / ".findspot" / "config.toml").write_text('chat_model = "tiny"\nmodels_dir = "/"\n', encoding="utf-8")
    config = load_config(tmp_path)
    assert (config.settings.chat_model, config.settings.models_dir) == ("", "")
    assert "may only be set by you" in config.warnings[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lst",), "did you mean list?"),
        (("pull",), "findspot models pull ADDRESS"),
        (("use",), "findspot models use NAME"),
        (("list", "x"), "leave out x"),
        (("use", "x", "y"), "leave out y"),
        (("use", "tniy"), "did you mean 'tiny'?"),
        (("use", "x.gguf"), "'findspot models list' shows"),
        (("use", "reader"), "does not write"),
        (("use", "page"), "no GGUF file"),
        (("verify", "nothing"), "no model 'nothing'"),
        (("verify", "page"), "no GGUF file"),
        (("remove", "static-code"), "cannot be removed"),
        (("remove", "tiny", "--sha256", "0"), "belong to pull"),
        (("use", "tiny", "--json"), "--json belongs to list"),
        (("pull", "https://example.org/a.gguf", "--sha256", "12"), "64 hexadecimal digits"),
        (("pull", "http://example.org/a.gguf"), "--sha256"),
        (("--root", "x"), "no such option of models"),
    ],
)
def test_mistakes_are_one_line_that_says_what_to_do(
    ask: Ask, tmp_path: Path, folder: Path, words: tuple[str, ...], said: str
) -> None:
    (folder / "page.gguf").write_bytes(b"<html>")
    write_tiny_llama(folder / "reader.gguf", changed={"general.architecture": "bert"})
    done = ask("models", *words, cwd=tmp_path, status=2)
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""


@pytest.mark.parametrize("words", [("list",), ("use", "tiny"), ("pull", "https://example.org/a.gguf")], ids=" ".join)
def test_a_folder_that_cannot_be_read_is_said(ask: Ask, tmp_path: Path, folder: Path, words: tuple[str, ...]) -> None:
    """Not that there are no models. Tests may run as a user who may read anything, so it is no folder here."""
    ask("models", "use", "tiny", cwd=tmp_path)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("in the way")
    done = ask("models", *words, cwd=tmp_path, status=2)
    assert done.stderr.decode() == (
        f"findspot: error: {folder}: a file stands where a folder is needed; check its name\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_checksum_that_is_a_pipe_is_not_waited_for(ask: Ask, tmp_path: Path, folder: Path) -> None:
    os.mkfifo(folder / "tiny.gguf.sha256")
    assert b"tiny: a whole file; no checksum" in ask("models", "verify", "tiny", cwd=tmp_path).stderr


def test_listing_opens_no_connection_and_no_index(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was opened"))
    write_gguf(models_dir("") / "odd.gguf", {"general.architecture": "llama"}, {})
    ask("models", cwd=tmp_path)
    assert not load_config(None).cache_dir.exists()
