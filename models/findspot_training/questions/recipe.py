"""The recipe of a set of questions: which repositories at which commit, how many of each kind, and the seed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from findspot_training import held_out
from findspot_training.source import TrainingError

_NUMBERS = ("seed", "docstrings", "subjects", "definitions")


@dataclass(frozen=True, slots=True)
class Recipe:
    """``repositories`` maps ``owner/name`` to a commit or ``HEAD``; the numbers are for each repository.

    Where a repository has too few docstrings, subjects take their places, and the other way round.
    """

    repositories: Mapping[str, str]
    seed: int
    docstrings: int
    subjects: int
    definitions: int


def read_recipe(path: Path) -> Recipe:
    """Read a TOML file; raises ``TrainingError`` for one that is wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read: {error}") from error
    repositories = values.pop("repositories", None)
    if not isinstance(repositories, dict) or not repositories:
        raise TrainingError(f"{path}: [repositories] has to say owner/name = commit")
    wrong = sorted(values.keys() ^ set(_NUMBERS)) or [name for name in _NUMBERS if not _is_count(values[name])]
    if wrong:
        raise TrainingError(f"{path}: needs {', '.join(_NUMBERS)} as whole numbers; look at {', '.join(wrong)}")
    try:
        for name in repositories:
            held_out.normalized(name)
    except ValueError as error:
        raise TrainingError(f"{path}: {error}") from error
    return Recipe({name: str(commit) for name, commit in repositories.items()}, **values)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
