"""How much disk the installed tool takes, without test and training extras."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.measure import MEGABYTE, folder_size

_PROJECT = Path(__file__).resolve().parents[1]


def installed_size() -> tuple[float, int]:
    """Return the size in MB of Findspot with everything it requires, and the number of distributions."""
    names = _closure("findspot")
    total = sum(_distribution_size(metadata.distribution(name)) for name in names - {"findspot"})
    # A checkout is installed by reference: what a wheel would hold is the package and the models with their cards.
    own = folder_size(_PROJECT / "server" / "findspot") + _files_size(_shipped_models())
    return total + own, len(names)


def _closure(name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = canonicalize_name(waiting.pop())
        if current in found:
            continue
        found.add(current)
        for text in metadata.requires(current) or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def _distribution_size(distribution: metadata.Distribution) -> float:
    return _files_size(Path(str(distribution.locate_file(file))) for file in distribution.files or ())


def _shipped_models() -> list[Path]:
    models = _PROJECT / "models"
    left_out = (models / "findspot_training", models / "recipes")
    return [path for path in models.rglob("*") if not any(path.is_relative_to(folder) for folder in left_out)]


def _files_size(files: Iterable[Path]) -> float:
    return sum(path.stat().st_size for path in files if path.is_file()) / MEGABYTE
