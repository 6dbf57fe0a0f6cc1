"""How well an order of candidates would have answered texts whose answers are known; no engine is run.

Numbers are those of the evaluation (strict Acc@k), so that a ranker can be judged in seconds before the whole engine
is. Only units that can be right, functions in source files, take part in the order of functions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from findspot.core.types import PathClass
from findspot_training.ranker.rows import CLASSES, KINDS, Collected, Numbers

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


def unit_ranks(rows: Collected, scores: Numbers) -> list[Numbers]:
    """Return for each text the places (0 is first) of its right functions, -1 for each that is no candidate."""
    return _ranks(rows.unit_sizes, rows.unit_labels, scores, rankable(rows), rows.gold_functions)


def file_ranks(rows: Collected, scores: Numbers) -> list[Numbers]:
    """Return for each text the places (0 is first) of its right files, -1 for each that is no candidate."""
    return _ranks(rows.file_sizes, rows.file_labels, scores, rankable_files(rows), rows.gold_files)


def _ranks(sizes: Numbers, labels: Numbers, scores: Numbers, allowed: Numbers, gold: Numbers) -> list[Numbers]:
    found: list[Numbers] = []
    start = 0
    for size, wanted in zip(sizes, gold, strict=True):
        rows = slice(start, start + int(size))
        start += int(size)
        values = np.where(allowed[rows], scores[rows], -np.inf)
        places = np.empty(int(size), dtype=np.int64)
        places[np.argsort(-values, kind="stable")] = np.arange(int(size))
        right = places[(labels[rows] > 0) & allowed[rows]]
        missing = max(int(wanted) - len(right), 0)
        found.append(np.concatenate([np.sort(right), np.full(missing, -1)]))
    return found


def strict(ranks: Sequence[Numbers], depth: int) -> Numbers:
    """Return for each text with an answer 1.0 where all of it is among the first ``depth``, else 0.0."""
    return np.array([float((one >= 0).all() and one.max() < depth) for one in ranks if len(one)])


def table(rows: Collected, units: Numbers, files: Numbers) -> dict[str, float]:
    """Return strict Acc@k in percent of orders by these scores, over texts with a right function."""
    kept = [at for at, count in enumerate(rows.gold_functions) if count]
    of_units, of_files = unit_ranks(rows, units), file_ranks(rows, files)
    found: dict[str, float] = {"n": float(len(kept))}
    for depth in FILE_DEPTHS:
        found[f"file@{depth}"] = 100 * float(strict([of_files[at] for at in kept], depth).mean())
    for depth in UNIT_DEPTHS:
        found[f"func@{depth}"] = 100 * float(strict([of_units[at] for at in kept], depth).mean())
    return found
