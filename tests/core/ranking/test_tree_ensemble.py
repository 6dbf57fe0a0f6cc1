"""Sums of trees: read from JSON, walked for many rows at once, refused when they do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from findspot.core.ranking.features import FEATURES_VERSION, FILE_FEATURES, UNIT_FEATURES
from findspot.core.ranking.learned import Rankers
from findspot.core.ranking.tree_ensemble import Trees, check_features

TREES: list[list[list[float]]] = [
    [[0, 0.5, 1, 2], [1.0], [1, 2.0, 3, 4], [10.0], [20.0]],
    [[0.25]],
]
TWO: dict[str, Any] = {"features": ["words", "calls"], "trees": TREES}


def walk(tree: list[list[float]], row: list[float]) -> float:
    """Follow one tree from its root, one node at a time."""
    at = 0
    while len(tree[at]) > 1:
        feature, threshold, left, right = tree[at]
        at = int(left if row[int(feature)] <= threshold else right)
    return tree[at][0]


def test_all_rows_reach_the_leaves_that_a_plain_walk_reaches() -> None:
    draw = np.random.default_rng(3)
    rows = draw.uniform(-1, 4, size=(200, 2))
    found = Trees.from_json(TWO).predict(rows)
    expected = [sum(walk(tree, row) for tree in TREES) for row in rows.tolist()]
    assert found.tolist() == pytest.approx(expected)


def test_a_threshold_belongs_to_the_left_side() -> None:
    assert Trees.from_json(TWO).predict(np.array([[0.5, 9.0]])).tolist() == [1.25]


def test_no_rows_and_no_trees() -> None:
    trees = Trees.from_json(TWO)
    assert trees.predict(np.zeros((0, 2))).tolist() == []
    assert Trees.from_json({"features": ["words"], "trees": []}).predict(np.zeros((3, 1))).tolist() == [0.0] * 3


@pytest.mark.parametrize("node", [[7, 0.5, 1, 2], [0, 0.5, 0, 1], [0, 0.5, 1, 9]])
def test_a_node_that_points_nowhere_is_refused(node: list[float]) -> None:
    with pytest.raises(ValueError, match="points outside"):
        Trees.from_json({"features": ["words"], "trees": [[node, [1.0], [2.0]]]})


def test_trees_of_other_features_are_refused() -> None:
    trees = Trees.from_json(TWO)
    check_features(trees, ("words", "calls"))
    with pytest.raises(ValueError, match="other features"):
        check_features(trees, ("calls", "words"))


def rankers(**changed: Any) -> dict[str, Any]:
    """Return the smallest file of rankers that is complete."""
    return {
        "features_version": FEATURES_VERSION,
        "units": {"features": list(UNIT_FEATURES), "trees": []},
        "files": {"features": list(FILE_FEATURES), "trees": []},
        **changed,
    }


def test_rankers_of_another_version_or_form_are_refused() -> None:
    with pytest.raises(ValueError, match="made for features"):
        Rankers.from_json(rankers(features_version=FEATURES_VERSION + 1))
    with pytest.raises(ValueError, match="not a file of rankers"):
        Rankers.from_json({"features_version": FEATURES_VERSION})
    with pytest.raises(ValueError, match="not a file of rankers"):
        Rankers.from_json(rankers())  # without its calibration
