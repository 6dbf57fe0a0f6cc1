"""A package of a monorepo as a scope: its name means its folder, wherever no such path exists; for every front end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.workspace.packages import folders_of, near_names

if TYPE_CHECKING:
    from findspot.config import Config

PackagesOf = Mapping[Path, Mapping[str, tuple[str, ...]]]
"""The root-relative folders of each package by its name, for each root."""


def package_folders(packages: PackagesOf, name: str) -> tuple[Path, ...]:
    """Return the absolute folders of the package ``name`` in all roots."""
    return tuple(root / folder for root, known in packages.items() for folder in folders_of(known, name))


def nearest_packages(packages: PackagesOf, name: str) -> str:
    """Return what to say of packages that are called nearly so; empty where there are none."""
    near = near_names((package for known in packages.values() for package in known), name)
    return f"; packages with such a name: {', '.join(near)}" if near else ""


def packages_on_disk(roots: Iterable[tuple[Path, Config]]) -> PackagesOf:
    """Return the packages of roots that are not opened yet."""
    from findspot.engine.packages import packages_of  # noqa: PLC0415 - slow to import, and hardly ever needed

    return {root: packages_of(root, config) for root, config in roots}
