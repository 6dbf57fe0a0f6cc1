"""How well an order of candidates would have answered texts whose answers are known; no engine is run.

Numbers are those of the evaluation (strict Acc@k), so that a ranker can be judged in seconds before the whole engine
is. Only units that can be right, functions in source files, take part in the order of functions.
"""

from __future__ import annotations

import numpy as np

from findspot.core.types import PathClass
from findspot.evaluation.metrics import Rank, mean, strict_hit
from findspot_training.train.ranker.rows import CLASSES, KINDS, Collected, Numbers

FILE_DEPTHS = (1, 3, 5, 10)
UNIT_DEPTHS = (1, 5, 10)

_FUNCTIONS = tuple(KINDS.index(kind) for kind in KINDS if kind in {"function", "method"})
_SOURCE = CLASSES.index(PathClass.SOURCE)


def rankable(rows: Collected) -> Numbers:
    """Return for each unit whether it is a function in a source file, shape (units,)."""
    found: Numbers = np.isin(rows.kinds, _FUNCTIONS) & (rows.classes == _SOURCE)
    return found


def rankable_files(rows: Collected) -> Numbers:
    """Return for each file whether it is a source file, shape (files,)."""
    return np.asarray(rows.file_classes == _SOURCE)


def unit_ranks(rows: Collected, scores: Numbers) -> list[list[Rank]]:
    """Return for each text the ranks of its right functions."""
    return _ranks(rows.unit_sizes, rows.unit_labels, scores, rankable(rows), rows.gold_functions)


def file_ranks(rows: Collected, scores: Numbers) -> list[list[Rank]]:
    """Return for each text the ranks of its right files."""
    return _ranks(rows.file_sizes, rows.file_labels, scores, rankable_files(rows), rows.gold_files)


def _ranks(sizes: Numbers, labels: Numbers, scores: Numbers, allowed: Numbers, gold: Numbers) -> list[list[Rank]]:
    found: list[list[Rank]] = []
    for start, size, wanted in zip(np.cumsum(sizes) - sizes, sizes, gold, strict=True):
        inside = np.flatnonzero(allowed[start : start + size]) + start
        order = inside[np.argsort(-scores[inside], kind="stable")]
        right = (np.flatnonzero(labels[order] > 0) + 1).tolist()
        found.append([*right, *[None] * (int(wanted) - len(right))])
    return found


def table(rows: Collected, units: Numbers, files: Numbers) -> dict[str, float]:
    """Return strict Acc@k in percent of orders by these scores, over texts with a right function."""
    answered = [at for at, count in enumerate(rows.gold_functions) if count]
    found: dict[str, float] = {"n": float(len(answered))}
    for name, depths, ranks in (
        ("file", FILE_DEPTHS, file_ranks(rows, files)),
        ("func", UNIT_DEPTHS, unit_ranks(rows, units)),
    ):
        asked = [ranks[at] for at in answered if ranks[at]]
        found |= {f"{name}@{k}": 100 * (mean([float(strict_hit(one, k)) for one in asked]) or 0.0) for k in depths}
    return found
