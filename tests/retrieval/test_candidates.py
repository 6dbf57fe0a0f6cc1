"""Which words gather candidates, and what that may cost."""

from __future__ import annotations

from findspot.core.query import analyse
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.core.text import SubTokenizer
from findspot.retrieval.candidates import Pool
from findspot.retrieval.index_view import NO_OVERLAY, IndexView
from findspot.storage.store import IndexStore


def pool(store: IndexStore, text: str) -> Pool:
    return Pool(IndexView(store, NO_OVERLAY, ()), analyse(text, SubTokenizer()), DEFAULT_WEIGHTS)


def test_a_word_of_every_chunk_gathers_only_where_there_is_no_other(store: IndexStore) -> None:
    assert pool(store, "render.py").gathering_terms(16, 2) == (["render"], True)
    assert pool(store, "py").gathering_terms(16, 2) == (["py"], False)
    every, dropped = pool(store, "render.py").gathering_terms(16, 1_000)
    assert (sorted(every), dropped) == (["py", "render"], False)


def test_frequent_words_are_taken_while_there_are_less_than_two(store: IndexStore) -> None:
    found, dropped = pool(store, "the upload queue delay attempt").gathering_terms(16, 3)
    assert len(found) == 2
    assert dropped
    assert len(pool(store, "the upload queue delay attempt").gathering_terms(3, 1_000)[0]) == 3
