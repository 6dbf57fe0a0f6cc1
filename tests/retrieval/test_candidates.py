"""Which words gather candidates, and what that may cost."""

from __future__ import annotations

from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.retrieval.candidates import Candidates
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.overlay import NO_OVERLAY
from findspot.retrieval.question import Question, analysed
from findspot.storage.store import IndexStore


def question(store: IndexStore, text: str) -> Question:
    return Question.of(analysed(text), IndexView(store, NO_OVERLAY, ()), DEFAULT_WEIGHTS)


def test_a_word_of_every_chunk_gathers_only_where_there_is_no_other(store: IndexStore) -> None:
    assert question(store, "render.py").gathering_terms(16, 2) == (["render"], True)
    assert question(store, "py").gathering_terms(16, 2) == (["py"], False)
    every, dropped = question(store, "render.py").gathering_terms(16, 1_000)
    assert (sorted(every), dropped) == (["py", "render"], False)


def test_frequent_words_are_taken_while_there_are_less_than_two(store: IndexStore) -> None:
    found, dropped = question(store, "the upload queue delay attempt").gathering_terms(16, 3)
    assert len(found) == 2
    assert dropped
    assert len(question(store, "the upload queue delay attempt").gathering_terms(3, 1_000)[0]) == 3


def test_a_step_of_gathering_leaves_the_candidates_before_it_as_they_were(store: IndexStore) -> None:
    first = Candidates(question(store, "retry policy delay")).with_chunks([1, 2, 2])
    scores = first.scores
    both = first.with_chunks([2, 3])
    assert [row.id for row in first.rows] == [1, 2]
    assert [row.id for row in both.rows] == [1, 2, 3]
    assert both.with_chunks([1, 3, 10_000]) is both
    assert first.scores is scores
    assert len(both.scores.units) == len(both.matching) == len(both.matches) == len(both) == 3
