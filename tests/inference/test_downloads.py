"""Fetching a model from a real server that cuts, changes, lies, hangs and answers something else."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from findspot.errors import ModelError
from findspot.inference import downloads
from findspot.inference.downloads import Fetched, fetch_model
from findspot.inference.own_models import OwnModels
from tests.gguf_files import write_tiny_llama
from tests.inference.file_server import FileServer, serving


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a small model."""
    return write_tiny_llama(tmp_path_factory.mktemp("tiny") / "tiny.gguf").read_bytes()


@pytest.fixture
def server(data: bytes) -> Iterator[FileServer]:
    with serving(data) as served:
        yield served


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "tiny.gguf"


def fetch(server: FileServer, target: Path, **how: Any) -> Fetched:
    return fetch_model(server.address, target, **({"pause_seconds": 0.0, "quiet_seconds": 5.0} | how))


def begun(server: FileServer, target: Path, count: int) -> None:
    """Leave the first ``count`` bytes behind, as a fetch that was cut off does."""
    server.cut_after, server.ranges = count, False
    with pytest.raises(ModelError, match="run the same command again"):
        fetch(server, target)
    server.cut_after, server.ranges = None, True
    server.asked.clear()


def left(target: Path) -> list[str]:
    """Return what lies in the folder beside the lock."""
    return sorted(path.name for path in target.parent.iterdir() if path.name != ".fetching.lock")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_file_arrives_whole_with_its_checksum(server: FileServer, target: Path, data: bytes) -> None:
    told: list[tuple[int, int | None]] = []
    fetched = fetch(server, target, sha256=sha256(data).upper(), tell=lambda done, total: told.append((done, total)))
    assert target.read_bytes() == data
    assert (fetched.sha256, fetched.resumed) == (sha256(data), 0)
    assert told[-1] == (len(data), len(data))
    assert left(target) == ["tiny.gguf"]
    assert server.asked[0]["Accept-Encoding"] == "identity"


def test_a_connection_that_is_cut_goes_on_where_it_stopped(server: FileServer, target: Path, data: bytes) -> None:
    server.cut_after = len(data) // 3
    fetch(server, target)
    assert target.read_bytes() == data
    assert [asked.get("Range") for asked in server.asked][:2] == [None, f"bytes={len(data) // 3}-"]


def test_another_call_goes_on_and_says_from_where(server: FileServer, target: Path, data: bytes) -> None:
    begun(server, target, 10_000)
    fetched = fetch(server, target)
    assert (fetched.resumed, target.read_bytes()) == (10_000, data)
    assert server.asked[0]["If-Range"] == '"one"'


def test_a_server_that_knows_no_ranges_starts_over(server: FileServer, target: Path, data: bytes) -> None:
    server.cut_after, server.ranges, server.cuts = 10_000, False, 2
    fetch(server, target)
    assert target.read_bytes() == data


def test_without_tag_or_date_nothing_is_continued(server: FileServer, target: Path, data: bytes) -> None:
    server.tag, server.cut_after, server.cuts = "", 10_000, 2
    fetch(server, target)
    assert target.read_bytes() == data
    assert all("Range" not in asked for asked in server.asked)


def test_a_weak_tag_is_not_trusted_but_a_date_is(server: FileServer, target: Path, data: bytes) -> None:
    server.tag, server.modified, server.cut_after, server.cuts = 'W/"x"', "Fri, 27 Nov 2026 08:00:00 GMT", 10_000, 1
    fetch(server, target)
    assert server.asked[1]["If-Range"] == server.modified
    assert target.read_bytes() == data


def test_a_tag_that_cannot_be_sent_back_is_not_used(server: FileServer, target: Path, data: bytes) -> None:
    server.tag, server.cut_after, server.cuts = '"\xff\xfe"', 10_000, 1
    fetch(server, target)
    assert "If-Range" not in server.asked[1]
    assert target.read_bytes() == data


@pytest.mark.parametrize("honest", [True, False], ids=["honest", "ignores If-Range"])
def test_a_file_that_changed_meanwhile_is_fetched_anew(
    server: FileServer, target: Path, tmp_path: Path, honest: bool
) -> None:
    begun(server, target, 10_000)
    other = write_tiny_llama(tmp_path / "other.gguf", seed=1).read_bytes()
    server.data, server.tag, server.check_range = other, '"two"', honest
    fetch(server, target)
    assert target.read_bytes() == other


def test_a_file_that_got_another_length_under_the_same_tag_is_fetched_anew(
    server: FileServer, target: Path, data: bytes
) -> None:
    begun(server, target, 10_000)
    server.data = data + bytes(100)
    fetch(server, target)
    assert target.read_bytes() == data + bytes(100)


def test_a_file_that_was_whole_before_the_kill_only_gets_its_name(
    server: FileServer, target: Path, data: bytes
) -> None:
    begun(server, target, 10_000)
    target.with_name("tiny.gguf.part").write_bytes(data)
    assert fetch(server, target).resumed == len(data)
    assert target.read_bytes() == data


def test_a_length_that_is_a_lie_gives_no_file(server: FileServer, target: Path, data: bytes) -> None:
    server.claimed = len(data) + 1000
    with pytest.raises(ModelError, match="run the same command again"):
        fetch(server, target)
    server.claimed = len(data) - 1000
    with pytest.raises(ModelError, match="cut off"):
        fetch(server, target.with_name("other.gguf"))
    assert not target.exists()
    assert not target.with_name("other.gguf").exists()


def test_no_length_at_all_is_fine(server: FileServer, target: Path, data: bytes) -> None:
    server.chunked = True
    fetch(server, target)
    assert target.read_bytes() == data


def test_a_page_is_no_model(server: FileServer, target: Path) -> None:
    server.data, server.kind = b"<!doctype html><title>Log in</title>" * 1000, "text/html"
    with pytest.raises(ModelError, match=r"no GGUF file \(text/html\)"):
        fetch(server, target)
    assert left(target) == []


def test_a_page_shorter_than_the_magic_is_no_model(server: FileServer, target: Path) -> None:
    server.data = b"GG"
    with pytest.raises(ModelError, match="no usable model"):
        fetch(server, target)
    assert left(target) == []


def test_a_server_that_falls_silent_is_given_up_and_what_came_is_kept(server: FileServer, target: Path) -> None:
    server.hang_after, server.ranges = 10_000, False
    with pytest.raises(ModelError, match="sends nothing any more; run the same command again"):
        fetch(server, target, quiet_seconds=0.2)
    assert target.with_name("tiny.gguf.part").stat().st_size >= 10_000


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_refusal_is_told_and_what_came_before_is_kept(server: FileServer, target: Path, status: int) -> None:
    begun(server, target, 10_000)
    server.ranges, server.status = False, status
    with pytest.raises(ModelError, match=f"says {status} .*check the address"):
        fetch(server, target)
    assert target.with_name("tiny.gguf.part").stat().st_size == 10_000


def test_a_wrong_checksum_keeps_nothing(server: FileServer, target: Path, data: bytes) -> None:
    with pytest.raises(ModelError, match=f"its checksum is {sha256(data)}, not {'0' * 64}"):
        fetch(server, target, sha256="0" * 64)
    assert left(target) == []


def test_a_broken_model_keeps_nothing(server: FileServer, target: Path, data: bytes) -> None:
    server.data = data[: len(data) // 2]
    with pytest.raises(ModelError, match="cut off"):
        fetch(server, target)
    assert left(target) == []


def test_compressed_answers_are_refused(server: FileServer, target: Path) -> None:
    server.encoding = "gzip"
    with pytest.raises(ModelError, match="compressed"):
        fetch(server, target)


def test_redirects_are_followed_but_not_for_ever(server: FileServer, target: Path, data: bytes) -> None:
    with serving(data) as first:
        first.location = server.address
        fetch(first, target)
        assert target.read_bytes() == data
        first.location = first.address
        with pytest.raises(ModelError, match="redirect"):
            fetch(first, target.with_name("other.gguf"))


@pytest.mark.parametrize("elsewhere", ["http://example.org/a.gguf", "file:///etc/passwd", "ftp://example.org/a"])
def test_nobody_is_sent_on_to_where_others_can_listen(server: FileServer, target: Path, elsewhere: str) -> None:
    server.location = elsewhere
    with pytest.raises(ModelError):
        fetch(server, target)
    assert left(target) == []


def test_nobody_there_is_said_at_once(target: Path) -> None:
    with pytest.raises(ModelError, match="nobody listens there; check the address"):
        fetch_model("http://127.0.0.1:9/a.gguf", target, pause_seconds=60.0)


def test_a_full_disk_is_said_before_anything_comes(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(ModelError, match="free some space"):
        fetch(server, target)
    assert not target.exists()


def test_a_file_beyond_all_models_is_refused(server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MOST_BYTES", 10_000)
    server.chunked = True  # so that its length is known only by and by
    with pytest.raises(ModelError, match="no model here needs"):
        fetch(server, target)
    assert left(target) == []


def test_a_note_from_elsewhere_is_not_believed(server: FileServer, target: Path, data: bytes) -> None:
    target.parent.mkdir()
    note = {"address": "http://127.0.0.1/other", "validator": '"one"', "total": len(data)}
    mine = note | {"address": server.address}
    bad = [note, mine | {"validator": '"\xff"'}, mine | {"validator": ["x"]}, [], {"address": 1}]
    for written in (*map(json.dumps, bad), "{"):
        target.with_name("tiny.gguf.part").write_bytes(b"GGUF" + bytes(9_996))
        target.with_name("tiny.gguf.part.json").write_text(written, encoding="utf-8")
        fetch(server, target)
        assert target.read_bytes() == data
        target.unlink()


def test_two_fetches_into_one_folder_do_not_meet(server: FileServer, target: Path, data: bytes) -> None:
    server.hang_after = 10_000
    first = threading.Thread(target=fetch, args=(server, target), kwargs={"quiet_seconds": 60.0})
    first.start()
    while not target.with_name("tiny.gguf.part").exists():
        time.sleep(0.01)
    with pytest.raises(ModelError, match="being fetched into this folder already"):
        fetch(server, target)
    server.hang_after = None
    server.released.set()
    first.join()
    assert target.read_bytes() == data


@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
@pytest.mark.skipif(sys.platform == "win32", reason="has other signals")
def test_a_process_that_is_ended_leaves_what_the_next_one_goes_on_with(
    server: FileServer, tmp_path: Path, data: bytes, how: str
) -> None:
    server.hang_after = len(data) // 2
    environ = os.environ | {"XDG_DATA_HOME": str(tmp_path), "PYTHONWARNINGS": ""}
    command = [sys.executable, "-m", "findspot", "models", "pull", server.address]
    child = subprocess.Popen(command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE)
    part = tmp_path / "findspot" / "models" / "tiny-q8.gguf.part"
    while not part.exists() or part.stat().st_size < 1000:
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(getattr(signal, how))
    told = child.communicate()[1].decode()
    if how == "SIGINT":
        assert child.returncode == 130
        assert told == "findspot: stopped; what has come is kept, and the same command goes on from there\n"
    server.hang_after = None
    fetched = OwnModels(part.parent).fetch(server.address)
    assert fetched.resumed >= 1000
    assert fetched.path.read_bytes() == data


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("model.gguf", "no address"),
        ("ftp://example.org/model.gguf", "no address"),
        ("https:///model.gguf", "no address"),
        ("https://[::1/model.gguf", "no address"),
        ("https://example.org:99999/model.gguf", "no address"),
        ("https://exa mple.org/model.gguf", "no address"),
        ("http://example.org/model.gguf", "use https, or give the checksum"),
        ("https://example.org/", "give one of letters and digits with --name"),
        ("https://example.org/%2e%2e%2f..%2fx/..", "give one of letters and digits with --name"),
        ("https://example.org/CON.gguf", "give one of letters and digits with --name"),
    ],
)
def test_addresses_are_checked_before_anybody_is_called(tmp_path: Path, address: str, wrong: str) -> None:
    with pytest.raises(ModelError, match=wrong):
        OwnModels(tmp_path).fetch(address)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_in_an_address_is_not_shown(server: FileServer, target: Path) -> None:
    server.status = 403
    with pytest.raises(ModelError) as failed:
        fetch(server, target)
    assert "secret" not in str(failed.value)
