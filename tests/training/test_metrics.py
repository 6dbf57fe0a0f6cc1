"""The numbers of an evaluation, each on a case worked out by hand."""

from __future__ import annotations

import pytest

from findspot_training.measure import metrics


def test_nothing_can_be_found_in_an_empty_gold_set() -> None:
    with pytest.raises(ValueError, match="gold"):
        metrics.set_scores({"a"}, set())


@pytest.mark.row("A02")
def test_f_beta_counts_precision_twice() -> None:
    scores = metrics.set_scores({"a", "b", "c", "d"}, {"a"})
    assert (scores.precision, scores.recall) == (0.25, 1.0)
    assert scores.f_beta == pytest.approx(1.25 * 0.25 / (0.25 * 0.25 + 1.0))
    half = metrics.set_scores({"a"}, {"a", "b", "c", "d"})
    assert half.f_beta == pytest.approx(1.25 * 0.25 / (0.25 + 0.25))
    assert half.f_beta > scores.f_beta
    assert metrics.set_scores({"a"}, {"a"}).f_beta == 1.0
    assert metrics.set_scores(set(), {"a"}) == metrics.SetScores(0.0, 0.0, 0.0)


@pytest.mark.row("A02")
def test_lines_are_counted_once_however_often_they_are_covered() -> None:
    lines = metrics.covered_lines({"a": [(1, 3), (3, 4)], "b": [(1, 1)]})
    assert lines == {("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 1)}
    scores = metrics.set_scores(lines, metrics.covered_lines({"a": [(4, 5)]}))
    assert (scores.precision, scores.recall) == (0.2, 0.5)


def test_the_bootstrap_looks_at_pairs() -> None:
    same = metrics.paired_bootstrap([1.0, 0.0, 1.0], [1.0, 0.0, 1.0])
    assert (same.difference, same.low, same.high, same.clear) == (0.0, 0.0, 0.0, False)
    better = metrics.paired_bootstrap([1.0] * 30 + [0.0] * 70, [0.0] * 100)
    assert better.difference == pytest.approx(0.3)
    assert 0.2 < better.low < 0.3 < better.high < 0.4
    assert better.clear
    assert better == metrics.paired_bootstrap([1.0] * 30 + [0.0] * 70, [0.0] * 100)
    with pytest.raises(ValueError, match="pairs"):
        metrics.paired_bootstrap([1.0], [])


def test_calibration_is_the_distance_between_promise_and_hits() -> None:
    bins = metrics.reliability([0.95, 0.91, 0.1, 1.0], [True, False, False, True])
    assert [(one.count, one.hits) for one in bins] == [(1, 0.0), (3, pytest.approx(2 / 3))]
    error = (1 * 0.1 + 3 * (2.86 / 3 - 2 / 3)) / 4
    assert metrics.expected_calibration_error(bins) == pytest.approx(error)
    assert metrics.expected_calibration_error([]) is None
