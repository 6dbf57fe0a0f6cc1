"""The index on disk: what is written is read back, nothing half-done survives, lost files come back."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from findspot.core.types import FileProblem, ProblemKind
from findspot.errors import Cancelled, IndexDamagedError, IndexStorageError
from findspot.storage.schema import DATABASE_NAME, connect
from findspot.storage.store import IndexStore
from tests.storage.rows import index_key, prepared_file, vector_of, write

OpenStore = Callable[[], IndexStore]

UPLOAD = prepared_file(
    "src/upload.py",
    {"retry_upload": "def retry_upload(): send(file) again", "Storage.save": "def save(self): write bytes to disk"},
    references=("send", "write"),
)
LOGIN = prepared_file("src/auth/login.py", {"check_token": "def check_token(): session token valid"})


def test_lexical_candidates_come_best_first_and_know_their_rows(open_store: OpenStore) -> None:
    store = open_store()
    write(store, UPLOAD, LOGIN)
    hits = store.lexical(["session", "token"], 10)
    rows = store.rows([chunk for chunk, _ in hits])
    assert [rows[chunk].symbol for chunk, _ in hits] == ["check_token"]
    assert hits[0][1] > 0
    row = rows[hits[0][0]]
    assert (row.path, row.kind, row.span.start_line) == ("src/auth/login.py", "function", 1)


def test_quotes_and_operators_in_a_term_are_plain_text(open_store: OpenStore) -> None:
    store = open_store()
    write(store, LOGIN)
    assert store.lexical(['to"ken', "AND", "NEAR(", "*"], 10) == []


def test_dense_candidates_are_the_nearest(open_store: OpenStore) -> None:
    store = open_store()
    write(store, UPLOAD, LOGIN)
    wanted = vector_of("def check_token(): session token valid")
    hits = store.dense(wanted, 2)
    assert store.rows([hits[0][0]])[hits[0][0]].symbol == "check_token"
    assert hits[0][1] == pytest.approx(1.0, abs=0.02)
    assert store.similarities(wanted, [hits[0][0]])[hits[0][0]] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.row("V27")
def test_a_scope_never_costs_results(open_store: OpenStore) -> None:
    store = open_store()
    files = [prepared_file(f"a/f{n}.py", {f"f{n}": f"common word number{n}"}) for n in range(40)]
    files += [prepared_file(f"b/g{n}.py", {f"g{n}": f"common word other{n}"}) for n in range(5)]
    write(store, *files)
    for scope in (["b"], ["b/"], ["b/g0.py", "b/g1.py", "b/g2.py", "b/g3.py", "b/g4.py"]):
        lexical = store.lexical(["common"], 5, scope)
        dense = store.dense(vector_of("common word number3"), 5, scope)
        for hits in (lexical, dense):
            paths = {row.path for row in store.rows([chunk for chunk, _ in hits]).values()}
            assert paths == {f"b/g{n}.py" for n in range(5)}


def test_a_scope_is_a_folder_and_not_a_prefix_of_a_name(open_store: OpenStore) -> None:
    store = open_store()
    write(store, prepared_file("src/a.py", {"a": "needle"}), prepared_file("src2/b.py", {"b": "needle"}))
    hits = store.lexical(["needle"], 10, ["src"])
    assert [row.path for row in store.rows([chunk for chunk, _ in hits]).values()] == ["src/a.py"]


def test_names_paths_and_edges_are_found(open_store: OpenStore) -> None:
    store = open_store()
    write(store, UPLOAD, LOGIN)
    named = store.chunks_named(["save", "Storage.save", "Other.save", "retry_upload", "absent"])
    assert set(named) == {"save", "Storage.save", "retry_upload"}
    assert named["save"] == named["Storage.save"]
    callers = store.callers(["send", "nobody"])
    assert {row.symbol for row in store.rows(callers["send"]).values()} == {"retry_upload", "Storage.save"}
    assert store.references_of(callers["send"][:1]) == {callers["send"][0]: ["send", "write"]}
    assert store.imports_of(["src/upload.py", "gone.py"]) == {"src/upload.py": ["os.path"], "gone.py": []}
    assert store.chunk_at("src/upload.py", 2) == named["save"][0]
    assert store.chunk_at("src/upload.py", 99) is None


def test_symbols_like_prefers_equal_then_prefix_then_inner(open_store: OpenStore) -> None:
    store = open_store()
    write(store, prepared_file("a.py", {"resave": "x y", "save_all": "y z", "save": "z w", "other": "w v"}))
    assert [row.name for row in store.symbols_like("save", 10)] == ["save", "save_all", "resave"]
    assert store.symbols_like("100%", 10) == []


def test_writing_a_file_again_replaces_all_of_it(open_store: OpenStore) -> None:
    store = open_store()
    write(store, UPLOAD, LOGIN)
    before = store.generation()
    write(store, prepared_file("src/upload.py", {"resume_upload": "def resume_upload(): continue"}))
    assert store.generation() > before
    assert store.lexical(["retry"], 10) == []
    assert store.callers(["send"]) == {}
    assert store.chunks_named(["retry_upload"]) == {}
    found = store.dense(vector_of("def retry_upload(): send(file) again"), 10)
    assert {row.symbol for row in store.rows([chunk for chunk, _ in found]).values()} == {
        "resume_upload",
        "check_token",
    }


def test_removed_files_leave_no_row(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store()
    write(store, UPLOAD, LOGIN)
    write(store, removed=["src/upload.py", "src/auth/login.py", "never/there.py"])
    store.close()
    with sqlite3.connect(tmp_path / "index" / DATABASE_NAME) as connection:
        for table in ("files", "chunks", "symbols", "imports", "name_references", "lexical"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    connection.close()


def test_everything_is_there_after_opening_again(open_store: OpenStore) -> None:
    first = open_store()
    write(first, UPLOAD, LOGIN)
    first.close()
    second = open_store()
    assert second.totals().files == 2
    assert len(second.dense(vector_of("x"), 10)) == 3


@pytest.mark.parametrize("loss", ["removed", "cut", "garbage"])
def test_the_vector_file_comes_back_from_the_database(open_store: OpenStore, tmp_path: Path, loss: str) -> None:
    first = open_store()
    write(first, UPLOAD, LOGIN)
    first.close()
    [file] = (tmp_path / "index").glob("vectors-*")
    if loss == "removed":
        file.unlink()
    elif loss == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        file.write_bytes(b"\x07" * file.stat().st_size)
    second = open_store()
    second.sync_vectors()
    assert len(second.dense(vector_of("x"), 10)) == 3


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty"])
def test_a_damaged_database_is_started_again(open_store: OpenStore, tmp_path: Path, damage: str) -> None:
    first = open_store()
    write(first, *(prepared_file(f"f{n}.py", {f"f{n}": f"word{n} " * 300}) for n in range(40)))
    first.close()
    database = tmp_path / "index" / DATABASE_NAME
    data = database.read_bytes()
    database.write_bytes({"cut": data[: len(data) // 2], "garbage": b"no database " * 999, "empty": b""}[damage])
    second = open_store()
    try:
        second.lexical(["word1"], 5)
        second.rows(range(1, 41))
        second.fields(range(1, 41))
    except IndexDamagedError:
        second.mark_damaged()
        assert second.repair()
    write(second, UPLOAD)
    assert second.lexical(["retry"], 5)


@pytest.mark.row("V15")
@pytest.mark.row("V44")
def test_another_key_empties_the_index(open_store: OpenStore, tmp_path: Path) -> None:
    first = open_store()
    write(first, UPLOAD)
    first.finish_pass()
    assert first.is_complete()
    first.close()
    other = IndexStore(tmp_path / "index", index_key("another"))
    assert other.totals().files == 0
    assert not other.is_complete()
    other.close()


def test_a_failed_write_leaves_what_was_there(open_store: OpenStore) -> None:
    store = open_store()
    write(store, UPLOAD)
    broken = LOGIN._replace(mtime_ns="not a number", chunks=(*LOGIN.chunks, "no chunk"))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        store.write([broken], ["src/upload.py"], {})
    assert store.totals().files == 1
    assert store.lexical(["retry"], 5)
    write(store, LOGIN)
    assert store.callers(["send"])


def test_a_full_disk_is_said_and_loses_nothing(open_store: OpenStore) -> None:
    store = open_store()
    write(store, UPLOAD)
    writer = store._connection_for_writing
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    big = prepared_file("big.py", {f"f{n}": f"word{n} " * 2000 for n in range(50)})
    with pytest.raises(IndexStorageError, match="full"):
        store.write([big], [], {})
    assert store.lexical(["retry"], 5)
    writer.execute("PRAGMA max_page_count = 1073741823")
    write(store, big)
    assert store.totals().files == 2


def test_problems_of_unread_files_are_replaced_within_the_scope_only(open_store: OpenStore) -> None:
    store = open_store()
    large = FileProblem("data/big.bin", ProblemKind.TOO_LARGE, "too large")
    other = FileProblem("src/x.bin", ProblemKind.BINARY, "binary")
    store.replace_problems([large, other])
    store.replace_problems([], ["src"])
    assert store.problems() == [("data/big.bin", "too large", "too large")]
    assert store.totals().problems == (("too large", 1),)


def test_embeddings_are_kept_by_content_and_pruned_when_most_are_orphans(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    write(store, UPLOAD)
    hashes = [chunk.content_hash for chunk in UPLOAD.chunks]
    write(store, removed=["src/upload.py"])
    assert store.missing_embeddings(hashes) == []
    monkeypatch.setattr("findspot.storage.embeddings._SPARE", 0)
    store.prune_embeddings()
    assert store.missing_embeddings([*hashes, hashes[0]]) == hashes


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexStorageError, match="FINDSPOT_CACHE_DIR"):
        IndexStore(tmp_path / "file" / "index", index_key())


def test_an_index_may_be_copied_while_closed(open_store: OpenStore, tmp_path: Path) -> None:
    first = open_store()
    write(first, UPLOAD)
    first.close()
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    copy = IndexStore(tmp_path / "copy", index_key())
    assert copy.lexical(["retry"], 5)
    copy.close()


def test_a_folder_that_cannot_be_written_is_read_only(
    open_store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_store()
    write(first, UPLOAD)
    first.close()

    def refuse(
        path: Path, *, read_only: bool = False, busy_seconds: float = 1.0, moves_log: bool = True
    ) -> sqlite3.Connection:
        if not read_only:
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorname = "SQLITE_READONLY"
            raise error
        return connect(path, read_only=True, busy_seconds=busy_seconds)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("findspot.storage.index_files.connect", refuse)
    monkeypatch.setattr("filelock.FileLock.acquire", denied)
    store = IndexStore(tmp_path / "index", index_key())
    assert store.read_only
    assert store.lexical(["retry"], 5)
    assert store.dense(vector_of("x"), 5)
    assert not store.repair()
    with pytest.raises(IndexStorageError, match="permissions"):
        store.write([LOGIN], [], {})
    store.close()


@pytest.mark.row("T07")
def test_a_question_is_interrupted(open_store: OpenStore) -> None:
    store = open_store()
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(Cancelled), store.interruptible(stop), store._connection() as connection:
        connection.execute(endless)
    assert store.corpus().files == 0  # neither this thread nor that connection keeps the event
