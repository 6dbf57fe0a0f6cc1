"""Reports against a real index: candidates from every zone, the model within the budget, honest labels."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from findspot.core.arrays import Vectors
from findspot.core.ranking.features import UNIT_FEATURES
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.core.types import Unavailable
from findspot.errors import Cancelled
from findspot.inference.models import Models
from findspot.inference.static import StaticEmbedder
from findspot.retrieval.localizer import Localization, Localizer
from findspot.retrieval.protocols import DocumentModel
from findspot.retrieval.searcher import Searcher
from findspot.storage.records import ChunkRow
from findspot.storage.store import IndexStore
from tests.retrieval.conftest import FILES

ISSUE = """A failed upload is tried again for ever

When `limit` is 0 the policy still gives a delay.

```python
policy = RetryPolicy(0)
policy.next_delay(1)
```

Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/upload/scheduler.py", line 17, in next_delay
    raise RuntimeError("gave up")
RuntimeError: gave up
"""


class Memory:
    """A vector cache that counts."""

    def __init__(self) -> None:
        self.vectors: dict[tuple[str, bytes], Vectors] = {}
        self.asked = 0

    def get(self, model_id: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        self.asked += len(hashes)
        return {key: self.vectors[model_id, key] for key in hashes if (model_id, key) in self.vectors}

    def put(self, model_id: str, vectors: Mapping[bytes, Vectors]) -> None:
        self.vectors.update({(model_id, key): vector for key, vector in vectors.items()})


class Marked:
    """A model that likes documents with a certain word, and takes its time."""

    model_id = "marked"

    def __init__(self, word: str, seconds: float = 0.0) -> None:
        self.word = word
        self.seconds = seconds
        self.embedded = 0
        self.query = ""

    def embed_documents(
        self, texts: Sequence[str], stop: threading.Event | None = None, deadline: float | None = None
    ) -> Vectors:
        rows: list[list[float]] = []
        for text in texts:
            if stop is not None and stop.is_set():
                raise Cancelled("stopped")
            if deadline is not None and time.monotonic() + self.seconds > deadline:
                break
            time.sleep(self.seconds)
            rows.append([1.0, 0.0] if self.word in text else [0.0, 1.0])
        self.embedded += len(rows)
        return np.array(rows, dtype=np.float32).reshape(len(rows), 2)

    def embed_query(self, text: str) -> Vectors:
        self.query = text
        return np.array([[1.0, 0.0]], dtype=np.float32)


def text_of(row: ChunkRow) -> str | None:
    source = FILES.get(row.path)
    return None if source is None else source.encode()[row.span.start_byte : row.span.end_byte].decode()


def make(
    store: IndexStore, embedder: StaticEmbedder, model: DocumentModel | Unavailable, cache: Memory | None = None
) -> Localizer:
    return Localizer(Searcher(store, embedder), lambda _deadline: model, cache or Memory())


def symbols(found: Localization) -> list[str | None]:
    return [one.symbol for one in found.results]


def test_an_issue_leads_to_its_function(store: IndexStore, embedder: StaticEmbedder, models: Models) -> None:
    model = models.localization_model()
    assert not isinstance(model, Unavailable), model
    found = make(store, embedder, model).localize(ISSUE, text_of=text_of, budget=60.0)
    assert symbols(found)[0] == "RetryPolicy.next_delay"
    assert (found.stage, found.model) == ("localized", "applied")
    assert found.rescored == found.considered > 1
    evidence = {one.kind: one.detail for one in found.results[0].evidence}
    assert {"mention", "lexical", "model"} <= set(evidence)
    assert all(one.row.path != "tests/test_scheduler.py" for one in found.results[:3])


def test_frames_are_evidence(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = make(store, embedder, Unavailable("none here")).localize(ISSUE)
    details = {one.detail for one in found.results[0].evidence}
    assert "frame 1 at src/upload/scheduler.py:17" in details


def test_the_reason_why_there_was_no_model(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = make(store, embedder, Unavailable("the model file is missing")).localize(ISSUE)
    assert (found.stage, found.model, found.rescored) == ("hybrid", "the model file is missing", 0)
    assert symbols(found)[0] == "RetryPolicy.next_delay"
    found = make(store, embedder, Marked("x")).localize(ISSUE, budget=0.0)
    assert (found.stage, found.model) == ("hybrid", "no time was left in the budget")


def test_the_model_changes_the_order(store: IndexStore, embedder: StaticEmbedder) -> None:
    text = "The queue of uploads: items and delays of the policy are wrong"
    plain = make(store, embedder, Unavailable("none")).localize(text)
    word = "def pop"
    likes_pop = make(store, embedder, Marked(word)).localize(text, text_of=text_of, budget=60.0)
    assert symbols(likes_pop).index("Queue.pop") < symbols(plain).index("Queue.pop")
    assert [one.score for one in likes_pop.results] == sorted((o.score for o in likes_pop.results), reverse=True)


def test_the_model_leaves_the_first_function_of_a_report_alone_but_not_that_of_a_question(
    store: IndexStore, embedder: StaticEmbedder
) -> None:
    for text, stays in ((ISSUE, True), ("next delay of the retry policy after a failed upload", False)):
        plain = symbols(make(store, embedder, Unavailable("none")).localize(text))
        first, second = str(plain[0]).rsplit(".", 1)[-1], str(plain[1]).rsplit(".", 1)[-1]
        against = make(store, embedder, Marked(f"def {second}")).localize(text, text_of=text_of, budget=60.0)
        assert against.model == "applied"
        assert (symbols(against)[0] == plain[0]) is stays, (first, second)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (ISSUE, "A failed upload is tried again for ever"),
        ("Crash\n\nThe queue takes an item out before its delay is over.",) * 2,
        ("where is the delay of a failed upload computed",) * 2,
        (
            'Traceback (most recent call last):\n  File "scheduler.py", line 17, in next_delay\nRuntimeError: gave up',
            "RuntimeError: gave up",
        ),
        ("### Describe the bug\n\nThe queue is empty too early.",) * 2,
    ],
)
def test_what_the_model_reads_of_a_query(store: IndexStore, embedder: StaticEmbedder, text: str, read: str) -> None:
    model = Marked("def pop")
    assert make(store, embedder, model).localize(text, text_of=text_of, budget=60.0).model == "applied"
    assert [line for line in model.query.split("\n") if line] == [line for line in read.split("\n") if line]


def test_rankers_read_a_score_without_embeddings_of_reports(store: IndexStore, embedder: StaticEmbedder) -> None:
    without = replace(DEFAULT_WEIGHTS, dense=dict.fromkeys(DEFAULT_WEIGHTS.dense, 0.0))
    read = [
        Localizer(Searcher(store, embedder), lambda _: Unavailable("none"), Memory(), weights).features(ISSUE)
        for weights in (DEFAULT_WEIGHTS, without)
    ]
    hand, dense = (UNIT_FEATURES.index(name) for name in ("hand", "dense"))
    assert read[0].unit_features[:, hand].tolist() == read[1].unit_features[:, hand].tolist()
    assert read[0].unit_features[:, dense].max() > 0


def test_the_hybrid_list_comes_first(store: IndexStore, embedder: StaticEmbedder) -> None:
    partial: list[Localization] = []
    final = make(store, embedder, Marked("def pop")).localize(
        ISSUE, text_of=text_of, top_k=50, budget=60.0, on_partial=partial.append
    )
    assert [one.stage for one in partial] == ["hybrid"]
    assert final.stage == "localized"
    assert set(symbols(partial[0])) == set(symbols(final))


def test_a_slow_model_is_cut_and_what_it_read_is_kept(store: IndexStore, embedder: StaticEmbedder) -> None:
    cache = Memory()
    slow = Marked("def pop", seconds=0.2)
    started = time.monotonic()
    found = make(store, embedder, slow, cache).localize(ISSUE, text_of=text_of, budget=1.0)
    assert time.monotonic() - started < 10  # the rest of twelve documents was not read
    assert 0 < found.rescored < found.considered
    assert len(cache.vectors) == slow.embedded == found.rescored
    again = make(store, embedder, slow, cache).localize(ISSUE, text_of=text_of, budget=60.0)
    assert again.rescored == again.considered
    assert slow.embedded == len(cache.vectors) == again.rescored


def test_a_model_too_slow_for_two_documents_is_not_applied(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = make(store, embedder, Marked("x", seconds=30.0)).localize(ISSUE, text_of=text_of, budget=0.5)
    assert (found.stage, found.model) == ("hybrid", "no time was left in the budget")


def test_files(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = make(store, embedder, Marked("x")).localize(ISSUE, text_of=text_of, level="file", budget=60.0)
    assert found.results[0].row.path == "src/upload/scheduler.py"
    assert len({one.row.path for one in found.results}) == len(found.results)
    assert {(one.kind, one.symbol) for one in found.results} == {("file", None)}
    first = found.results[0].span
    assert (first.start_byte, first.start_line) == (0, 1)
    assert first.end_line == FILES["src/upload/scheduler.py"].count("\n")


def test_callers_and_callees_come_along(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = make(store, embedder, Unavailable("none")).localize("`schedule_retry` loses items", top_k=20)
    graph = {one.symbol: e.detail for one in found.results for e in one.evidence if e.kind == "graph"}
    assert graph["Queue.push"] == "called by schedule_retry"


@pytest.mark.row("V24")
def test_a_scope_holds(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = make(store, embedder, Unavailable("none")).localize(ISSUE, scope=["src/report", "web"], top_k=20)
    assert {one.row.path.split("/")[0] for one in found.results} <= {"src", "web"}
    assert all(not one.row.path.startswith("src/upload") for one in found.results)


@pytest.mark.row("A14")
def test_stop_stops(store: IndexStore, embedder: StaticEmbedder) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        make(store, embedder, Unavailable("none")).localize(ISSUE, stop=stop)
    stop = threading.Event()
    with pytest.raises(Cancelled):
        make(store, embedder, Marked("x")).localize(
            ISSUE, text_of=text_of, budget=60.0, stop=stop, on_partial=lambda _: stop.set()
        )


@pytest.mark.parametrize("text", ["zzyzx qwrtp", ".", "```", "\n\n"])
def test_nothing_to_go_by(store: IndexStore, embedder: StaticEmbedder, text: str) -> None:
    found = make(store, embedder, Marked("x")).localize(text)
    assert found.results == ()
    assert (found.stage, found.model) == ("hybrid", "no candidate was found")


def test_an_empty_index(index: object, embedder: StaticEmbedder) -> None:
    assert callable(index)
    found = make(index({}), embedder, Marked("x")).localize(ISSUE)
    assert (found.results, found.stage, found.model) == ((), "hybrid", "nothing is indexed yet")
