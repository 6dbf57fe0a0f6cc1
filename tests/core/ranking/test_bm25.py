"""Which terms a document holds, and which share of a question that is."""

from __future__ import annotations

import numpy as np
import pytest

from findspot.core.ranking.bm25 import Matches, covered_shares, joined_matches


def matches(body: list[list[float]], path: list[list[float]]) -> Matches:
    held = np.array(body, dtype=float)
    none = np.zeros_like(held)
    return Matches(held, none, none, np.array(path, dtype=float), np.zeros(len(body)), np.zeros(len(body)))


def test_shares_are_of_the_weight_of_terms_in_any_field() -> None:
    found = matches([[1.7, 0, 0], [0, 0.4, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1], [0, 0, 0]])
    own, together = covered_shares(found, ["a.py", "a.py", "b.py"], np.array([3.0, 2.0, 5.0]))
    assert own == pytest.approx([0.3, 0.7, 0.0])
    assert together == pytest.approx([1.0, 1.0, 0.0])


def test_without_documents_or_weights_nothing_is_covered() -> None:
    own, together = covered_shares(joined_matches([], 3), [], np.ones(3))
    assert own.tolist() == together.tolist() == []
    own, _ = covered_shares(matches([[1.0]], [[0.0]]), ["a.py"], np.array([0.0]))
    assert own.tolist() == [0.0]
