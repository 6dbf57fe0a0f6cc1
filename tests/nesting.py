"""Folders nested deeper than calls may be, where the file system allows such paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def nested(root: Path, levels: int) -> Iterator[str]:
    """Make folders below ``root`` and yield the path of the deepest, relative; they go again, one by one."""
    made: list[str] = []
    path = str(root)
    try:
        for _ in range(levels):
            path = f"{path}/d"
            try:
                os.mkdir(path)  # noqa: PTH102 - with parents it recurses, as does removing a tree
            except OSError as error:
                pytest.skip(f"{levels} levels are too many for this system: {error.strerror}")
            made.append(path)
        yield "/".join("d" * levels)
    finally:
        for path in reversed(made):
            for entry in os.scandir(path):
                if not entry.is_dir(follow_symlinks=False):
                    os.remove(entry.path)  # noqa: PTH107
            os.rmdir(path)  # noqa: PTH106
