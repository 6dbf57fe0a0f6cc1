"""A text for a reader who cannot look for themselves: whole, cut, and empty."""

from __future__ import annotations

import re

import pytest

from findspot.core.types import AnswerStatus, Evidence, IndexState, SearchResult, Span
from findspot.service.bundle import bundle

STATUS = AnswerStatus(IndexState.READY, True, True, True, "applied", 2, 4, 0.1)


def place(rank: int, text: str, **more: object) -> SearchResult:
    """Return one result."""
    evidence = (Evidence("lexical", "text has 'rebate'", 1.0), Evidence("dense", "similar in meaning", 0.5))
    base = SearchResult(
        f"shop/part_{rank}.py",
        f"part_{rank}",
        "function",
        Span(0, 9, 3, 7),
        1.0,
        rank,
        "localized",
        evidence,
        True,
        text,
    )
    return base if not more else SearchResult(**{**{name: getattr(base, name) for name in base.__slots__}, **more})


def test_each_place_has_its_path_lines_reasons_and_code() -> None:
    text = bundle("where is\n a rebate", [place(1, "def part():\n    pass", probability=0.625)], STATUS, 5_000)
    assert text.startswith("# Code for: where is a rebate\n")
    assert "## 1. shop/part_1.py:3-7 `part_1`" in text
    assert "62 % likely. Why: text has 'rebate'; similar in meaning." in text
    assert "```\ndef part():\n    pass\n```" in text


def test_what_does_not_fit_is_named_and_then_counted() -> None:
    places = [place(rank, "x = 1\n" * 60) for rank in range(1, 9)]
    for limit in (500, 600, 900, 1_500):
        text = bundle("rebate", places, STATUS, limit)
        assert len(text) <= limit
        left_out = re.search(r"^(\d+) more did not fit", text, re.MULTILINE)
        assert text.count("## ") + (int(left_out[1]) if left_out else 0) == len(places)


def test_a_fence_inside_of_the_code_does_not_end_it() -> None:
    text = bundle("docs", [place(1, "```sh\nmake\n```")], STATUS, 5_000)
    assert "````\n```sh\nmake\n```\n````" in text


def test_what_must_be_known_is_said() -> None:
    unfinished = AnswerStatus(
        IndexState.INDEXING, False, True, True, "applied", 2, 4, 0.1, notes=("Nothing is called so.",)
    )
    text = bundle("rebate", [place(1, "x", fresh=False, truncated=True)], unfinished, 5_000)
    assert "> Nothing is called so." in text
    assert "> The index is not complete yet" in text
    assert "has changed since it was indexed" in text
    assert "(cut)" in text


@pytest.mark.parametrize("query", ["", "x" * 4_000])
def test_nothing_found(query: str) -> None:
    text = bundle(query, [], STATUS, 500)
    assert text.endswith("Nothing was found.\n")
    assert len(text) <= 500
