"""Vectors of the localization model: kept by model and content, bounded, and never worth an error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from findspot.storage.vector_cache import VectorCache
from tests.storage.rows import vector_of

KEYS = [bytes([number]) * 16 for number in range(6)]


def test_vectors_come_back_in_another_process_of_the_same_folder(tmp_path: Path) -> None:
    first = VectorCache(tmp_path)
    first.put("model@1", {KEYS[0]: vector_of("a"), KEYS[1]: vector_of("b")})
    first.close()
    second = VectorCache(tmp_path)
    found = second.get("model@1", [KEYS[1], KEYS[2], KEYS[1]])
    second.close()
    assert list(found) == [KEYS[1]]
    assert np.allclose(found[KEYS[1]], vector_of("b"), atol=1e-3)


def test_other_weights_never_meet_these_vectors(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    cache.put("model@1", {KEYS[0]: vector_of("a")})
    assert cache.get("model@2", [KEYS[0]]) == {}
    cache.close()


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findspot.storage.vector_cache._LIMIT", 3)
    monkeypatch.setattr("findspot.storage.vector_cache._SLACK", 0)
    cache = VectorCache(tmp_path)
    for key in KEYS:
        cache.put("model@1", {key: vector_of("a")})
    kept = cache.get("model@1", KEYS)
    cache.close()
    assert KEYS[-1] in kept
    assert KEYS[0] not in kept
    assert len(kept) <= 4


@pytest.mark.parametrize("trouble", ["no database", "a folder in the way", "a file for a folder"])
def test_an_unusable_cache_is_a_miss(tmp_path: Path, trouble: str) -> None:
    folder = tmp_path / "cache"
    if trouble == "a file for a folder":
        folder.write_text("in the way")
    else:
        VectorCache(folder).get("model@1", KEYS)
        [database] = folder.glob("*.sqlite3")
        for left in folder.iterdir():
            left.unlink()
        if trouble == "no database":
            database.write_bytes(b"this is no database" * 500)
        else:
            database.mkdir()
    cache = VectorCache(folder)
    cache.put("model@1", {KEYS[0]: vector_of("a")})
    assert cache.get("model@1", [KEYS[0]]) == {}
    cache.close()
    assert cache.get("model@1", [KEYS[0]]) == {}
