"""Prepared files outside of an index: kept by path, content and key, bounded, and never worth an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from findspot.core.render import content_hash
from findspot.core.types import ProblemKind
from findspot.indexing.prepare import Preparer
from findspot.indexing.tasks import Task
from findspot.storage.prepared_cache import Held, PreparedCache, _packed
from findspot.storage.records import PreparedFile
from findspot.storage.store import IndexStore
from findspot.workspace.walker import WalkOptions
from tests.architecture.tree import ROOT
from tests.storage.rows import index_key, prepared_file, vector_of


def versions(count: int, path: str = "a.py") -> list[Held]:
    """Return versions of one file with their vectors."""
    files = [prepared_file(path, {"f": f"return {number}"}) for number in range(count)]
    return [
        Held(
            file._replace(content_hash=content_hash(file.chunks[0].static_text.encode())),
            {file.chunks[0].content_hash: vector_of(file.chunks[0].static_text)},
        )
        for file in files
    ]


def kept(cache: PreparedCache, files: list[Held]) -> list[int]:
    """Return the places of the files that the cache gives back."""
    return [at for at, held in enumerate(files) if cache.get(held.file.path, held.file.content_hash) is not None]


def stripped(file: PreparedFile) -> PreparedFile:
    """Return a file without what is not kept."""
    chunks = tuple(chunk._replace(static_text="") for chunk in file.chunks)
    return file._replace(size=0, mtime_ns=0, ctime_ns=0, inode=0, indexed_ns=0, chunks=chunks)


@pytest.mark.row("B11")
def test_a_real_file_comes_back_from_the_index_and_from_the_cache_as_it_was(
    tmp_path: Path, open_store: Callable[[], IndexStore]
) -> None:
    preparer = Preparer(ROOT, WalkOptions(hidden=False, max_file_bytes=1_000_000), chunk_size=256, chunk_overlap=64)
    names = ["server/findspot/storage/reader.py", "README.md", "pyproject.toml", "tests/data/none.py"]
    found = [preparer.prepare(Task(name, text=None if (ROOT / name).exists() else b"\0")) for name in names]
    files = [file for file in found if isinstance(file, PreparedFile)]
    assert len(files) == len(names)
    vectors = {chunk.content_hash: vector_of(chunk.static_text) for file in files for chunk in file.chunks}
    store, cache = open_store(), PreparedCache(tmp_path, index_key)
    store.write(files, [], vectors)
    held = store.held_files((), names)
    cache.put(held)
    cache.close()
    again = PreparedCache(tmp_path, index_key)
    assert again.known(names) == {(file.path, file.content_hash) for file in files}
    for file, one in zip(files, held, strict=True):
        cut = file._replace(chunks=tuple(chunk._replace(docstring=chunk.docstring[:300]) for chunk in file.chunks))
        assert stripped(one.file) == stripped(cut)
        back = again.get(file.path, file.content_hash)
        assert back is not None
        assert back.file == stripped(cut)
        assert back.vectors.keys() == {chunk.content_hash for chunk in file.chunks}
        for key, vector in back.vectors.items():
            assert np.array_equal(vector, one.vectors[key])
    again.close()


@pytest.mark.row("B11")
def test_files_are_for_one_path_content_and_key(tmp_path: Path) -> None:
    cache = PreparedCache(tmp_path, index_key)
    [held] = versions(1)
    cache.put([held])
    assert cache.get("b.py", held.file.content_hash) is None
    assert cache.get("a.py", b"other") is None
    cache.close()
    other = PreparedCache(tmp_path, lambda: index_key("another model"))
    assert other.get("a.py", held.file.content_hash) is None
    other.close()


def test_a_file_that_ended_its_parser_is_not_kept(tmp_path: Path) -> None:
    cache = PreparedCache(tmp_path, index_key)
    [held] = versions(1)
    cache.put([held._replace(file=held.file._replace(problems=((ProblemKind.QUARANTINED, "It crashed."),)))])
    assert cache.known(["a.py"]) == set()
    cache.close()


@pytest.mark.row("B11")
def test_what_was_of_use_stays_when_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100, 1000))
    monkeypatch.setattr("findspot.storage.prepared_cache.time.time", lambda: next(clock))
    cache = PreparedCache(tmp_path, index_key)
    files = [held for number in range(8) for held in versions(1, f"{number}.py")]
    for held in files[:-1]:
        cache.put([held])
    cache.used([files[0].file])
    monkeypatch.setattr("findspot.storage.prepared_cache._LIMIT", 5 * len(_packed(files[0])))
    cache.put(files[-1:])
    left = kept(cache, files)
    cache.close()
    assert {0, 7} <= set(left)
    assert 1 not in left
    assert 2 < len(left) < 8


def test_of_one_path_the_newest_versions_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findspot.storage.prepared_cache._VERSIONS", 3)
    cache = PreparedCache(tmp_path, index_key)
    files = versions(6)
    for held in files:
        cache.put([held])
    assert kept(cache, files) == [3, 4, 5]
    cache.close()
