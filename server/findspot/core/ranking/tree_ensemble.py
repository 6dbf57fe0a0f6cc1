"""Sums of regression trees, evaluated for all candidates at once: what gradient boosting leaves behind.

The rankers are trained with LambdaMART (Burges, "From RankNet to LambdaRank to LambdaMART: an overview", 2010). At
run time only their trees are needed, and numpy walks all of them one level at a time for all rows together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from findspot.core.ranking.bm25 import Floats

Whole = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees as arrays over all their nodes: node ``n`` goes to ``left[n]`` when its feature is at most its threshold.

    Leaves point at themselves; ``value`` is 0 for inner nodes. ``roots`` has the first node of each tree, ``depth`` the
    number of steps that reaches a leaf of any.
    """

    features: tuple[str, ...]
    feature: Whole
    threshold: Floats
    left: Whole
    right: Whole
    value: Floats
    roots: Whole
    depth: int

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Trees:
        """Read what ``findspot-train`` writes; raises ``ValueError`` for anything else.

        ``features`` names the columns; a tree is a list of nodes from its root on, each either
        ``[feature, threshold, left, right]``, with the numbers of later nodes, or ``[value]``.
        """
        names = tuple(str(name) for name in found["features"])
        rows: list[tuple[int, float, int, int, float]] = []
        roots: list[int] = []
        depth = 0
        for tree in found["trees"]:
            start = len(rows)
            roots.append(start)
            levels = [0] * len(tree)
            for at, node in enumerate(tree):
                if len(node) == 1:
                    rows.append((0, np.inf, start + at, start + at, float(node[0])))
                    continue
                feature, threshold, left, right = node
                if not (0 <= feature < len(names) and at < left < len(tree) and at < right < len(tree)):
                    raise ValueError(f"node {at} of tree {len(roots)} points outside the tree or at no feature")
                levels[left] = levels[right] = levels[at] + 1
                rows.append((feature, float(threshold), start + left, start + right, 0.0))
            depth = max(depth, *levels, 0)
        columns = list(zip(*rows, strict=True)) or [()] * 5
        whole = [np.array(columns[at], dtype=np.int32) for at in (0, 2, 3)]
        threshold, value = (np.array(columns[at], dtype=np.float64) for at in (1, 4))
        return cls(names, whole[0], threshold, whole[1], whole[2], value, np.array(roots, dtype=np.int32), depth)

    def predict(self, rows: Floats) -> Floats:
        """Return the sum of the trees for each row of shape (rows, features), shape (rows,)."""
        nodes = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        each = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[each, self.feature[nodes]] <= self.threshold[nodes]
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        return np.asarray(self.value[nodes].sum(axis=1), dtype=np.float64)


def check_features(trees: Trees, expected: Sequence[str]) -> None:
    """Raise ``ValueError`` when trees were trained on other columns than those that are computed."""
    if trees.features != tuple(expected):
        raise ValueError("the ranker was trained on other features than this version computes")
