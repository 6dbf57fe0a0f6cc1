"""Collected candidates as plain arrays on disk; nothing of the engine is loaded to read them.

LightGBM cannot live in one process with the engine's libraries (both bring C++ code under the same names, and its names
of columns come out empty), so what trains rankers imports this module and never the collector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from findspot.core.types import ChunkKind, PathClass
from findspot_training.source import TrainingError

Numbers = npt.NDArray[Any]
"""Arrays of whole or real numbers, as small as they fit."""

KINDS: Final[tuple[ChunkKind, ...]] = ("function", "method", "class", "module", "section", "window")
CLASSES: Final = tuple(PathClass)

HEAD: Final = 150
"""Candidates of a text, the best by hand-set weights, that are kept in any case."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The rows of all texts of one or more repositories, text by text.

    ``unit_sizes`` and ``file_sizes`` have the number of rows of each text; ``unit_labels`` and ``file_labels`` are 1
    for right ones; ``kinds`` and ``classes`` are places in ``KINDS`` and ``CLASSES``. ``gold_functions`` and
    ``gold_files`` count all that is right, found or not.
    """

    names: list[str]
    units: Numbers
    unit_labels: Numbers
    unit_sizes: Numbers
    kinds: Numbers
    classes: Numbers
    files: Numbers
    file_labels: Numbers
    file_sizes: Numbers
    file_classes: Numbers
    gold_functions: Numbers
    gold_files: Numbers


_ARRAYS = tuple(one.name for one in fields(Collected) if one.name != "names")


def merged(parts: Sequence[Collected]) -> Collected:
    """Return the rows of several parts as one; raises ``TrainingError`` when there are none."""
    if not parts:
        raise TrainingError("no text has a right answer among its candidates")
    names = [name for part in parts for name in part.names]
    return Collected(names, **{field: np.concatenate([getattr(part, field) for part in parts]) for field in _ARRAYS})


def write(rows: Collected, target: Path) -> None:
    """Write rows to a compressed file, which appears when it is whole."""
    partial_file = target.with_suffix(".part.npz")
    np.savez_compressed(partial_file, names=np.array(rows.names), **{field: getattr(rows, field) for field in _ARRAYS})
    partial_file.replace(target)


def read(path: Path) -> Collected:
    """Read what ``write`` wrote."""
    with np.load(path) as found:
        return Collected([str(name) for name in found["names"]], **{field: found[field] for field in _ARRAYS})
