"""Derived data is checked: what is damaged is built again or refused, and never answered from."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from findspot.errors import IndexDamagedError, IndexStorageError
from findspot.storage.schema import DATABASE_NAME, SCHEMA_VERSION
from findspot.storage.store import IndexStore
from findspot.storage.vector_cache import VectorCache
from tests.storage.rows import index_key, prepared_file, vector_of, write

UPLOAD = prepared_file("src/upload.py", {"retry": "retry the upload again", "close": "close the socket"})
LOGIN = prepared_file("src/login.py", {"check": "check the password of a user"})

OpenStore = Callable[[], IndexStore]


@pytest.fixture
def index(open_store: OpenStore, tmp_path: Path) -> Path:
    """Make an index of two files and close it; returns its folder."""
    store = open_store()
    write(store, UPLOAD, LOGIN)
    store.sync_vectors()
    store.close()
    return tmp_path / "index"


def flip(path: Path, at: int) -> None:
    """Change one bit."""
    with path.open("r+b") as stream:
        stream.seek(at)
        old = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([old ^ 1]))


@pytest.mark.row("T04")
def test_one_bit_of_the_database_is_enough(index: Path, open_store: OpenStore, tmp_path: Path) -> None:
    """Wherever the bit is: in text, in a number, in free space. The index begins anew and is empty."""
    shutil.copytree(index, tmp_path / "kept")
    size = (index / DATABASE_NAME).stat().st_size
    for at in range(100, size, size // 40):
        shutil.rmtree(index)
        shutil.copytree(tmp_path / "kept", index)
        flip(index / DATABASE_NAME, at)
        with contextlib.closing(IndexStore(index, index_key())) as store:
            assert store.stored_files() == {}, at


@pytest.mark.row("T04")
def test_damage_under_an_open_index_is_met_by_the_next_read(index: Path, open_store: OpenStore) -> None:
    store = open_store()
    assert set(store.stored_files()) == {"src/upload.py", "src/login.py"}
    database = index / DATABASE_NAME
    text = database.read_bytes().find(b"password")
    flip(database, text)
    with pytest.raises(IndexDamagedError, match="from outside"):
        store.lexical(["password"], 5)
    store.mark_damaged()
    assert store.repair()
    assert store.stored_files() == {}
    write(store, LOGIN)
    assert store.lexical(["password"], 5)


@pytest.mark.row("T04")
def test_what_is_written_after_damage_does_not_seal_it(index: Path, open_store: OpenStore) -> None:
    store = open_store()
    flip(index / DATABASE_NAME, (index / DATABASE_NAME).read_bytes().find(b"password"))
    store.write([prepared_file("new.py", {"new": "a new one"})], [], {})
    with pytest.raises(IndexDamagedError):
        store.compact_log()


@pytest.mark.row("T04")
def test_a_database_that_was_replaced_is_not_read_on(index: Path, open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store()
    (tmp_path / "other").write_bytes((index / DATABASE_NAME).read_bytes())
    (tmp_path / "other").replace(index / DATABASE_NAME)
    with pytest.raises(IndexDamagedError, match="replaced"):
        store.rows([1])
    assert store.repair()
    assert len(store.stored_files()) == 2


@pytest.mark.row("T04")
def test_a_log_that_is_not_the_databases_own_is_not_played(index: Path, tmp_path: Path) -> None:
    """SQLite checks that a log is whole, but not that it belongs to the database beside it."""
    other = IndexStore(tmp_path / "other", index_key())
    write(other, prepared_file("stranger.py", {"strange": "a stranger's code"}))
    log = tmp_path / "other" / f"{DATABASE_NAME}-wal"
    shutil.copy(log, index / log.name)
    other.close()
    with contextlib.closing(IndexStore(index, index_key())) as store:
        assert store.stored_files() == {}


@pytest.mark.row("T04")
@pytest.mark.parametrize("what", ["flip", "cut", "zeros", "other", "old name", "pipe", "link"])
def test_a_damaged_vector_file_is_built_again(index: Path, open_store: OpenStore, what: str, tmp_path: Path) -> None:
    with contextlib.closing(open_store()) as store:
        right = store.dense(vector_of("check the password of a user"), 3)
    [file] = index.glob("vectors-*")
    data = file.read_bytes()
    if what == "flip":
        flip(file, len(data) - 20)
    elif what == "cut":
        os.truncate(file, len(data) // 2)
    elif what == "zeros":
        file.write_bytes(bytes(len(data)))
    elif what == "other":
        file.write_bytes(data[:-8] + data[:8])
    elif what == "old name":
        file.rename(file.with_name(file.name.rpartition("-")[0] + ".usearch"))
    else:
        file.rename(tmp_path / "vectors")
        os.mkfifo(file) if what == "pipe" else file.symlink_to("/dev/zero")
    store = open_store()
    store.sync_vectors()
    assert store.dense(vector_of("check the password of a user"), 3) == right
    assert right[0][1] == pytest.approx(1.0, abs=0.02)


@pytest.mark.row("T04")
def test_vectors_do_not_change_with_their_file(index: Path, open_store: OpenStore) -> None:
    """A file that is cut or changed under a running search neither ends the process nor changes an answer."""
    store = open_store()
    right = store.dense(vector_of("close the socket"), 3)
    [file] = index.glob("vectors-*")
    os.truncate(file, 10)
    assert store.dense(vector_of("close the socket"), 3) == right
    write(store, prepared_file("new.py", {"new": "close the socket twice"}))
    assert len(store.dense(vector_of("close the socket"), 9)) == 4


@pytest.mark.row("T04")
def test_vectors_of_changes_that_were_lost_do_not_count(index: Path, open_store: OpenStore, tmp_path: Path) -> None:
    """A log that breaks off takes the database back, and the ids of its lost chunks are given again."""
    shutil.copytree(index, tmp_path / "before")
    with contextlib.closing(open_store()) as store:
        write(store, prepared_file("lost.py", {"lost": "lost words about parcels"}))
        store.sync_vectors()
    for path in (tmp_path / "before").glob("index*"):
        shutil.copy2(path, index / path.name)
    for seal in index.glob("*.seal*"):
        seal.unlink()
    store = open_store()
    write(store, prepared_file("new.py", {"new": "other words about sockets"}))
    store.sync_vectors()
    assert store.dense(vector_of("other words about sockets"), 1)[0][1] == pytest.approx(1.0, abs=0.02)


DAMAGE = {
    "text": "UPDATE chunks SET signature = CAST(x'ff41' AS TEXT)",
    "kind": "UPDATE chunks SET kind = 'nothing'",
    "class": "UPDATE files SET path_class = 'nothing'",
    "references": "UPDATE chunks SET reference_ids = x'0102'",
    "no references": "UPDATE chunks SET reference_ids = 'text'",
    "embedding": "UPDATE embeddings SET vector = x'00'",
    "embedding of text": "UPDATE embeddings SET vector = 'text'",
    "embedding without end": "UPDATE embeddings SET vector = CAST(x'007c007c007c007c007c007c007c007c' AS BLOB)",
    "generation": "UPDATE meta SET value = 'x' WHERE key = 'generation'",
    "column": "ALTER TABLE chunks DROP COLUMN part",
    "table": "DROP TABLE symbols",
}


@pytest.mark.row("T04")
@pytest.mark.parametrize("kind", DAMAGE)
def test_rows_that_cannot_be_read_are_damage(index: Path, open_store: OpenStore, kind: str) -> None:
    """Where a seal is missing, odd values are still noticed: no other error, and no answer made of them."""
    store = open_store()
    with contextlib.closing(sqlite3.connect(index / DATABASE_NAME)) as other:
        other.execute(DAMAGE[kind])
        other.commit()
    asked: list[Callable[[], object]] = [
        lambda: store.rows(range(1, 9)),
        lambda: store.references_of(range(1, 9)),
        lambda: store.similarities(vector_of("x"), range(1, 9)),
        store.generation,
        store.corpus,
        lambda: store.symbols_like("check", 5),
        store.sync_vectors,
    ]
    met = 0
    for ask in asked:
        try:
            ask()
        except IndexDamagedError:
            met += 1
    assert met
    store.mark_damaged()
    assert store.repair()
    assert store.stored_files() == {}


def _folder(index: Path) -> None:
    (index / DATABASE_NAME).unlink()
    (index / DATABASE_NAME).mkdir()
    (index / DATABASE_NAME / "x").touch()


def _header(index: Path) -> None:
    with (index / DATABASE_NAME).open("r+b") as stream:
        stream.write(b"SQLite format 4\0" + b"\xff" * 84)


def _no_seal_and_header(index: Path) -> None:
    for seal in index.glob("*.seal*"):
        seal.unlink()
    _header(index)


def _dangling(index: Path) -> None:
    shutil.rmtree(index)
    index.symlink_to(index.with_name("nowhere"))


def _file(index: Path) -> None:
    shutil.rmtree(index)
    index.write_text("in the way")


def _locks(index: Path) -> None:
    for name in ("index.lock", "open.lock"):
        (index / name).unlink(missing_ok=True)
        (index / name).mkdir()


def _empty(index: Path) -> None:
    (index / DATABASE_NAME).write_bytes(b"")


OBSTACLES = {
    "a folder": _folder,
    "changed header": _header,
    "changed header, no seal": _no_seal_and_header,
    "dangling link": _dangling,
    "a file": _file,
    "locks are folders": _locks,
    "empty": _empty,
}


@pytest.mark.row("T04")
@pytest.mark.parametrize("kind", OBSTACLES)
def test_opening_ends_with_an_index_or_one_error(index: Path, kind: str) -> None:
    """Never in another exception: a new index where that can be, or an error that says what to do."""
    OBSTACLES[kind](index)
    if kind in {"dangling link", "a file"}:
        with pytest.raises(IndexStorageError, match=r"cannot be made: [^\[]*; remove what is in its place"):
            IndexStore(index, index_key())
    else:
        with contextlib.closing(IndexStore(index, index_key())) as store:
            assert set(store.stored_files()) <= {"src/upload.py", "src/login.py"}


def test_databases_of_earlier_formats_are_removed(index: Path, open_store: OpenStore) -> None:
    for number in range(SCHEMA_VERSION + 2):
        for suffix in ("", "-wal"):
            (index / f"index-v{number}.sqlite3{suffix}").touch()
    open_store()
    left = {path.name for path in index.glob("index-v*.sqlite3")}
    assert left == {DATABASE_NAME, f"index-v{SCHEMA_VERSION + 1}.sqlite3"}


@pytest.mark.row("T04")
def test_a_model_vector_that_changed_is_a_miss(tmp_path: Path) -> None:
    keys = [bytes([number]) * 16 for number in range(3)]
    cache = VectorCache(tmp_path)
    cache.put("model@1", {key: vector_of(str(key)) for key in keys})
    cache.close()
    [database] = tmp_path.glob("*.sqlite3")
    with contextlib.closing(sqlite3.connect(database)) as other:
        other.execute("UPDATE vectors SET vector = zeroblob(length(vector)) WHERE id = 1")
        other.execute("UPDATE vectors SET content_hash = ? WHERE id = 2", (b"other",))
        other.execute("UPDATE vectors SET vector = 'text' WHERE id = 3")
        other.commit()
    cache = VectorCache(tmp_path)
    assert cache.get("model@1", [*keys, b"other"]) == {}
    cache.put("model@1", {keys[0]: vector_of("a")})
    assert np.allclose(cache.get("model@1", keys)[keys[0]], vector_of("a"), atol=1e-3)
    cache.close()
