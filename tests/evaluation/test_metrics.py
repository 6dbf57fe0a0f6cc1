"""The numbers of ranks and seconds, each on a case worked out by hand."""

from __future__ import annotations

import pytest

from findspot.evaluation import metrics


@pytest.mark.row("A03")
def test_a_strict_hit_needs_all_of_the_gold() -> None:
    ranks = metrics.ranks_of(["a", "b", "c", "b"], ["b", "c"])
    assert ranks == [2, 3]
    assert [metrics.strict_hit(ranks, k) for k in (1, 2, 3)] == [False, False, True]
    assert [metrics.any_hit(ranks, k) for k in (1, 2, 3)] == [False, True, True]
    assert metrics.reciprocal_rank(ranks) == 0.5


@pytest.mark.row("A03")
def test_what_is_not_found_is_a_miss_at_any_depth() -> None:
    ranks = metrics.ranks_of(["a"], ["a", "z"])
    assert ranks == [1, None]
    assert not metrics.strict_hit(ranks, 1000)
    assert metrics.reciprocal_rank(metrics.ranks_of([], ["a"])) == 0.0


def test_a_row_without_gold_is_neither_hit_nor_miss() -> None:
    for measure in (
        lambda: metrics.strict_hit([], 1),
        lambda: metrics.any_hit([], 1),
        lambda: metrics.reciprocal_rank([]),
    ):
        with pytest.raises(ValueError, match="gold"):
            measure()


@pytest.mark.row("A01")
def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(20, 0, -1)]
    assert metrics.percentile(values, 0.5) == 10.0
    assert metrics.percentile(values, 0.95) == 19.0
    assert metrics.percentile([7.0], 0.95) == 7.0
    assert metrics.percentile([], 0.5) is None
    assert metrics.mean([]) is None
