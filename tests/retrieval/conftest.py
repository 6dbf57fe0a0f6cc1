"""A small index made of texts by the real parsers, the real store and the shipped models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from findspot.config import Settings
from findspot.indexing.prepare import Preparer
from findspot.indexing.tasks import Task
from findspot.inference.models import Models
from findspot.inference.static import StaticEmbedder
from findspot.storage.records import IndexKey, PreparedFile
from findspot.storage.store import IndexStore
from findspot.workspace.walker import WalkOptions

FILES: dict[str, str] = {
    "src/upload/scheduler.py": '''"""When uploads are tried again."""

import random

from upload.queue import Queue


class RetryPolicy:
    """How long to wait before the next attempt."""

    def __init__(self, limit):
        self.limit = limit

    def next_delay(self, attempt):
        """Return the seconds until the next attempt, with jitter."""
        if attempt > self.limit:
            raise RuntimeError("gave up")
        return self.backoff(attempt) * random.random()

    def backoff(self, attempt):
        return 2 ** attempt


def schedule_retry(queue: Queue, policy: RetryPolicy, item):
    """Put a failed upload back into the queue."""
    queue.push(item, policy.next_delay(item.attempt))
''',
    "src/upload/queue.py": '''"""A queue of items to upload."""


class Queue:
    def __init__(self):
        self.items = []

    def push(self, item, delay):
        """Add an item that may be taken after a delay in seconds."""
        self.items.append((delay, item))

    def pop(self):
        return self.items.pop(0)[1]
''',
    "src/report/render.py": '''"""Pages for people."""


def render_page(title, body):
    """Build the HTML of one page."""
    return f"<h1>{escape_html(title)}</h1>{body}"


def escape_html(text):
    """Replace the characters that mean something in HTML."""
    return text.replace("<", "&lt;")
''',
    "tests/test_scheduler.py": '''from upload.scheduler import RetryPolicy, schedule_retry


def test_next_delay_of_retry_policy():
    """The retry policy gives the next delay of an upload."""
    assert RetryPolicy(3).next_delay(1) <= 2


def test_schedule_retry_puts_a_failed_upload_back_into_the_queue():
    schedule_retry(None, RetryPolicy(0), None)
''',
    "docs/guide.md": "# Uploads\n\nA failed upload is put back into the queue. The retry policy gives the next delay.\n",
    "web/store.ts": """export class Store {
  commit(change: string): void {
    this.apply(change);
  }
  apply(change: string): void {
    console.log(change);
  }
}
""",
}


@pytest.fixture(scope="session")
def preparer() -> Preparer:
    return Preparer(Path("unused"), WalkOptions(), chunk_size=256, chunk_overlap=64)


@pytest.fixture(scope="session")
def models() -> Iterator[Models]:
    loaded = Models.load(Settings())
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def embedder(models: Models) -> StaticEmbedder:
    found = models.embedder()
    assert isinstance(found, StaticEmbedder), found
    return found


Index = Callable[[Mapping[str, str]], IndexStore]


@pytest.fixture
def index(tmp_path: Path, preparer: Preparer, embedder: StaticEmbedder) -> Iterator[Index]:
    """Return a maker of indexes of given texts."""
    opened: list[IndexStore] = []

    def make(files: Mapping[str, str]) -> IndexStore:
        key = IndexKey(embedder.model_id, embedder.dimension, 256, 64, 1, "1")
        store = IndexStore(tmp_path / f"index{len(opened)}", key)
        opened.append(store)
        prepared = [prepare(preparer, path, text) for path, text in files.items()]
        chunks = [chunk for file in prepared for chunk in file.chunks]
        vectors = embedder.embed_documents([chunk.static_text for chunk in chunks])
        known = {chunk.content_hash: vector for chunk, vector in zip(chunks, vectors, strict=True) if vector.any()}
        store.write(prepared, [], known)
        store.sync_vectors()
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(index: Index) -> IndexStore:
    return index(FILES)


def prepare(preparer: Preparer, path: str, text: str) -> PreparedFile:
    """Prepare one text as the indexer and the buffers do."""
    prepared = preparer.prepare(Task(path, text=text.encode()))
    assert isinstance(prepared, PreparedFile)
    return prepared
