"""Trains the rankers of files and of functions with LambdaMART on collected candidates, and writes them as text.

LambdaMART as in Burges, "From RankNet to LambdaRank to LambdaMART: an overview" (2010), by LightGBM. Nothing of LightGBM
is needed to use the result: the trees are written as numbers that ``findspot.core.ranking.tree_ensemble`` reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from findspot.core.ranking.features import FEATURES_VERSION, UNIT_FEATURES
from findspot_training import source
from findspot_training.train.ranker.judge import rankable, rankable_files
from findspot_training.train.ranker.rows import HEAD, Collected, Numbers

_DIGITS = 5
"""Digits of thresholds and values that are written; more change no order."""


@dataclass(frozen=True, slots=True)
class TreesRecipe:
    """Numbers of a training. Measured: 7 to 31 leaves and 120 to 400 trees are alike."""

    trees: int
    leaves: int
    rate: float
    least: int
    columns: float
    seed: int
    threads: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Rows to learn from: features, labels, and how many rows each text has; texts without a right row are left out."""

    rows: Numbers
    labels: Numbers
    sizes: Numbers


def unit_group(collected: Collected) -> Group:
    """Return the functions in source files that hand-set weights put among the first ``HEAD``.

    Of what stands further down only a sample was collected, with all right ones in it; learning from that would teach
    that a bad place is a good sign.
    """
    near = collected.units[:, UNIT_FEATURES.index("hand_rank")] < np.log1p(HEAD - 0.5)
    return _group(collected.units, collected.unit_labels, collected.unit_sizes, rankable(collected) & near)


def file_group(collected: Collected) -> Group:
    """Return the source files."""
    return _group(collected.files, collected.file_labels, collected.file_sizes, rankable_files(collected))


def _group(rows: Numbers, labels: Numbers, sizes: Numbers, allowed: Numbers) -> Group:
    texts = np.repeat(np.arange(len(sizes)), sizes)
    right = np.zeros(len(sizes), dtype=bool)
    right[np.unique(texts[(labels > 0) & allowed])] = True
    kept = allowed & right[texts]
    counts = np.bincount(texts[kept], minlength=len(sizes))
    return Group(rows[kept], labels[kept], counts[counts > 0])


def fit(
    group: Group, names: Sequence[str], recipe: TreesRecipe, judged: Group
) -> tuple[Any, list[tuple[float, float]]]:
    """Return a LightGBM booster, and its nDCG@10 on ``judged`` after every tree, which nothing is chosen by.

    Columns that the recipe leaves out are constant for it, so that no tree uses them.
    """
    lightgbm = source.library("lightgbm")
    rows = group.rows
    if recipe.left_out:
        rows = rows.copy()
        rows[:, [list(names).index(name) for name in recipe.left_out]] = 0.0
    data = lightgbm.Dataset(rows, label=group.labels, group=group.sizes, feature_name=list(names))
    other = lightgbm.Dataset(judged.rows, label=judged.labels, group=judged.sizes, reference=data)
    options = {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [10],
        "lambdarank_truncation_level": 15,
        "num_leaves": recipe.leaves,
        "learning_rate": recipe.rate,
        "min_data_in_leaf": recipe.least,
        "feature_fraction": recipe.columns,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "num_threads": recipe.threads,
        "seed": recipe.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    went: dict[str, dict[str, list[float]]] = {}
    booster = lightgbm.train(
        options,
        data,
        num_boost_round=recipe.trees,
        valid_sets=[other],
        valid_names=["judged"],
        callbacks=[lightgbm.record_evaluation(went)],
    )
    return booster, [(float(at), value) for at, value in enumerate(went["judged"]["ndcg@10"], start=1)]


def as_json(booster: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return a booster's trees in the form that ``findspot.core.ranking.tree_ensemble.Trees.from_json`` reads."""
    dump = booster.dump_model()
    trees = [_nodes(tree["tree_structure"]) for tree in dump["tree_info"]]
    return {"features": list(names), "trees": trees}


def _nodes(root: dict[str, Any]) -> list[list[float | int]]:
    """Return the nodes of a tree, a parent before its children."""
    found: list[list[float | int]] = []
    waiting: list[tuple[dict[str, Any], int, int]] = [(root, -1, 0)]
    while waiting:
        node, parent, side = waiting.pop(0)
        here = len(found)
        if parent >= 0:
            found[parent][side] = here
        if "leaf_value" in node and "split_feature" not in node:
            found.append([round(float(node["leaf_value"]), _DIGITS)])
            continue
        found.append([int(node["split_feature"]), float(f"{node['threshold']:.{_DIGITS}g}"), 0, 0])
        waiting += [(node["left_child"], here, 2), (node["right_child"], here, 3)]
    return found


def write(parts: Mapping[str, Any], calibration: dict[str, Any], target: Path) -> None:
    """Write both rankers (see ``as_json``) and their calibration to one JSON file, one tree a line."""
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'{{"features_version": {FEATURES_VERSION},', f'"calibration": {json.dumps(calibration)}']
    for name, part in parts.items():
        trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in part["trees"])
        lines.append(f',"{name}": {{"features": {json.dumps(part["features"])},\n"trees": [\n{trees}\n]}}')
    target.write_text("\n".join([*lines, "}"]) + "\n", encoding="utf-8", newline="\n")


def gains(booster: Any, names: Sequence[str]) -> list[tuple[str, float]]:
    """Return each feature's share of the gain of all splits, the greatest first."""
    gained = np.asarray(booster.feature_importance(importance_type="gain"), dtype=np.float64)
    total = float(gained.sum()) or 1.0
    return sorted(zip(names, (gained / total).tolist(), strict=True), key=lambda one: -one[1])
