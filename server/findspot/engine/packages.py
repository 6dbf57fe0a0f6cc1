"""The packages of a root that is not open: a walk tells which manifests it has."""

from __future__ import annotations

from pathlib import Path

from findspot.config import Config
from findspot.indexing.options import preparer_options
from findspot.workspace.packages import find_packages
from findspot.workspace.walker import walk


def packages_of(root: Path, config: Config) -> dict[str, tuple[str, ...]]:
    """Return the root-relative folders of each package by its name; raises ``RootError``."""
    return find_packages(root, walk(root, preparer_options(root, config.settings, config.environ).walk).files)
