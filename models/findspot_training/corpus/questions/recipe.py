"""The recipe of a set of questions: which repositories at which commit, how many of each kind, and the seed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, NonNegativeInt, TypeAdapter

from findspot_training.corpus.held_out import normalized
from findspot_training.source import TrainingError


@dataclass(frozen=True, slots=True)
class Recipe:
    """``repositories`` maps ``owner/name`` to a commit or ``HEAD``; the numbers are for each repository.

    Where a repository has too few docstrings, subjects take their places, and the other way round.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    repositories: Annotated[Mapping[str, str], Field(min_length=1)]
    seed: NonNegativeInt
    docstrings: NonNegativeInt
    subjects: NonNegativeInt
    definitions: NonNegativeInt


def read_recipe(path: Path) -> Recipe:
    """Read a TOML file; raises ``TrainingError`` for one that is wrong."""
    try:
        recipe = TypeAdapter(Recipe).validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
        for name in recipe.repositories:
            normalized(name)
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: not a usable recipe: {error}") from error
    return recipe
