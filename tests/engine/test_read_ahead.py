"""Reading ahead: vectors appear in the cache while nobody asks, requests come first, and closing ends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from findspot.config import Config, Settings
from findspot.core.arrays import Vectors
from findspot.engine import Engine
from findspot.engine.read_ahead import Filler
from findspot.errors import FindspotError
from findspot.storage.store import IndexStore
from findspot.storage.vector_cache import VectorCache


class Slow:
    """A model that takes its time and remembers what it read."""

    model_id = "slow@1"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_documents(
        self, texts: Sequence[str], stop: threading.Event | None = None, deadline: float | None = None
    ) -> Vectors:
        """Return a vector of ones for each text."""
        self.texts += texts
        time.sleep(0.01)
        return np.ones((len(texts), 4), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Return a vector of ones."""
        return np.ones((1, 4), dtype=np.float32)


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait half a minute at most; a slow machine is no failure."""
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")


def project(folder: Path, **files: str) -> Path:
    """Write Python files."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


CART = "def total(items):\n    return sum(items)\n\n\ndef count(items):\n    return len(items)\n"


def test_a_server_reads_functions_while_nobody_asks(tmp_path: Path) -> None:
    root = project(tmp_path / "shop", cart=CART, test_cart="def test_total():\n    assert 1\n")
    config = Config(Settings(workers=1, debounce_ms=50), tmp_path / "cache")
    with Engine.open(root, config) as engine:
        engine.refresh()
        engine.watch()
        wait_until(lambda: engine.read_ahead == 2)  # tests are not read
        project(root, price="def price(item):\n    return item.price\n")
        wait_until(lambda: engine.read_ahead == 3)
    with Engine.open(root, config) as engine:
        answer = engine.localize("the total of items and their count is wrong", budget=30.0)
        assert answer.status.model == "applied"


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    root = project(tmp_path / "shop", cart=CART)
    with Engine.open(root, Config(Settings(workers=1, read_ahead=0), tmp_path / "cache")) as engine:
        engine.refresh()
        engine.watch()
        engine.search("total")
        assert engine.read_ahead == 0


def filler(root: Path, cache: VectorCache, model: Slow, busy: Mapping[str, bool]) -> tuple[Filler, IndexStore]:
    """Make a filler over the index of ``root`` with a model of our own."""
    ended: list[FindspotError | None] = []
    config = Config(Settings(workers=1, localization_model=""), root.parent / "index")
    with Engine.open(root, config) as engine:
        engine.refresh()
        store = engine._store
        key = store._key
    opened = IndexStore(config.index_dir(root), key)
    return Filler(
        opened, lambda: model, cache, lambda row: f"{row.symbol}", 100, lambda: busy["now"], ended.append
    ), opened


def test_it_waits_while_something_else_needs_the_processor_and_reads_nothing_twice(tmp_path: Path) -> None:
    root = project(tmp_path / "shop", cart=CART)
    cache, model, busy = VectorCache(tmp_path / "cache"), Slow(), {"now": True}
    one, store = filler(root, cache, model, busy)
    one.start()
    time.sleep(0.5)
    assert model.texts == []
    busy["now"] = False
    wait_until(lambda: one.read == 2)
    one.index_changed()
    time.sleep(0.5)
    one.close()
    one.close()
    assert len(model.texts) == 2
    store.close()
    cache.close()
