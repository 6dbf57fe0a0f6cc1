"""Answers of several roots become one, in an order and with a status that can be defended."""

from __future__ import annotations

from dataclasses import replace

from findspot.core.types import AnswerStatus, IndexState, SearchResult, Span
from findspot.service.questions import Answered, merge, merged_status

READY = AnswerStatus(IndexState.READY, True, True, True, "applied", 3, 9, 0.2, rescored=4)


def answered(name: str, *covered: float, status: AnswerStatus = READY, limit: int = 10) -> Answered[str]:
    """Return an answer whose results hold so much of the question; each is made into its name."""
    results = [
        SearchResult(f"{name}{at}", None, "file", Span(0, 1, 1, 1), 1.0, at, "hybrid", (), True, "", covered=held)
        for at, held in enumerate(covered, start=1)
    ]
    return Answered(tuple((result, result.path) for result in results), status, limit)


def test_one_root_keeps_its_order_and_scores() -> None:
    only = answered("a", 0.1, 0.9)
    assert merge([only]).rows == only.rows


def test_a_root_that_has_little_to_do_with_the_question_comes_last() -> None:
    found = merge([answered("far", 0.3, 0.3), answered("near", 0.9, 0.2, 0.1)])
    assert [made for _, made in found.rows] == ["near1", "near2", "near3", "far1", "far2"]
    assert [result.rank for result, _ in found.rows] == [1, 2, 3, 4, 5]
    scores = [result.score for result, _ in found.rows]
    assert scores == sorted(scores, reverse=True)


def test_equal_roots_take_turns_up_to_the_longest_limit() -> None:
    found = merge([answered("a", 0.8, 0.8, limit=2), answered("b", 0.8, 0.8, limit=3)])
    assert [made for _, made in found.rows] == ["a1", "b1", "a2"]


def test_the_least_finished_root_counts() -> None:
    other = replace(READY, state=IndexState.INDEXING, complete=False, rescored=0, model="no time", message="waits")
    status = merged_status([READY, other])
    assert (status.state, status.complete, status.files) == (IndexState.INDEXING, False, 6)
    assert (status.model, status.rescored, status.message) == ("applied; no time", 4, "waits")


def test_a_root_that_failed_makes_no_answer_complete() -> None:
    status = merge([answered("a", 0.5)], ["b cannot be opened"]).status
    assert (status.complete, status.message) == (False, "b cannot be opened")


def test_what_one_root_lacks_is_no_news_where_another_has_it() -> None:
    has = replace(READY, exact=True)
    lacks = replace(READY, exact=False, notes=("nothing is called so",))
    assert merged_status([has, lacks]).notes == ()
    assert merged_status([lacks, lacks]).notes == ("nothing is called so",)
