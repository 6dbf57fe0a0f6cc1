"""Probabilities and the length of an answer as pure functions."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.core.ranking.calibration import (
    HERE_INPUTS,
    RESULT_INPUTS,
    Logistic,
    best_length,
    here_inputs,
    result_inputs,
)


def test_a_logistic_by_hand() -> None:
    one = Logistic(np.array([2.0, -1.0]), 0.5)
    [found] = one.probability(np.array([[1.0, 3.0]])).tolist()
    assert found == pytest.approx(1 / (1 + math.exp(0.5)))


def test_one_sure_result_stands_alone() -> None:
    assert best_length([0.95, 0.05, 0.04, 0.03]) == 1


def test_several_likely_results_stand_together() -> None:
    assert best_length([0.9, 0.85, 0.8, 0.05, 0.02]) == 3


def test_an_answer_is_never_empty_where_there_are_results() -> None:
    assert best_length([]) == 0
    assert best_length([0.01] * 5) >= 1


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=12))
def test_no_other_length_has_a_better_expectation(drawn: list[float]) -> None:
    chances = sorted(drawn, reverse=True)
    expected = max(sum(chances), 1.0)

    def value(length: int) -> float:
        return 1.25 * sum(chances[:length]) / (0.25 * expected + length)

    best = value(best_length(chances))
    assert all(value(length) <= best + 1e-12 for length in range(1, len(chances) + 1))


def test_inputs_have_their_columns_and_shares_fall_with_the_scores() -> None:
    scores = np.array([2.0, 1.0, -1.0])
    features = {name: np.zeros(3) for name in ("coverage", "best_raw", "known", "mention", "frame", "terms")}
    rows = result_inputs(scores, features)
    assert rows.shape == (3, len(RESULT_INPUTS))
    shares = rows[:, RESULT_INPUTS.index("log_share")].tolist()
    assert all(one > other for one, other in pairwise(shares))
    assert rows[:, RESULT_INPUTS.index("gap")].tolist() == [0.0, 1.0, 3.0]
    assert result_inputs(np.zeros(0), features).shape == (0, len(RESULT_INPUTS))


def test_what_is_asked_of_a_whole_list_is_its_best() -> None:
    names = ("coverage", "best_raw", "known", "mention", "file_mention", "terms", "corpus")
    features = {name: np.array([0.1, 0.7]) for name in names}
    [row] = here_inputs(np.array([3.0, 1.0]), features).tolist()
    assert row[HERE_INPUTS.index("top")] == 3.0
    assert row[HERE_INPUTS.index("spread")] == 2.0
    assert row[HERE_INPUTS.index("coverage")] == 0.7
