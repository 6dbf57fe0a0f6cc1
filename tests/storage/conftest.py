"""A store on a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from findspot.storage.store import IndexStore
from tests.storage.rows import index_key


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[], IndexStore]]:
    """Return a function that opens the same index again and again; all are closed at the end."""
    opened: list[IndexStore] = []

    def open_again() -> IndexStore:
        store = IndexStore(tmp_path / "index", index_key())
        opened.append(store)
        return store

    yield open_again
    for store in opened:
        store.close()
