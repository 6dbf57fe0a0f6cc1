"""Recipes of models, and the manifest that Findspot reads, which is written from them.

A recipe says what a model is and how it is made; the manifest adds what only the finished files can say,
their sizes and checksums. The manifest is generated whole, so it cannot disagree with the files.

"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from findspot_training import source
from findspot_training.train.static import train

_HEADER = "# Written by `findspot-train manifest` from the recipes; do not edit.\n"

GGUF: Final = ("model-q8_0.gguf",)
RANKERS: Final = ("rankers.json",)

PACKED: Final = "packed"
"""The method of a recipe that makes no model of its own: `findspot-train accelerator` reads it."""

_METHODS: Final = ("biencoder", "contrastive", "lambdamart", PACKED)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One file of ``recipes/``: what every model has, and the parameters of its method."""

    id: str
    kind: str
    method: str
    pooling: str
    prompt: str
    licence: str
    parameters: dict[str, Any]

    @property
    def dimension(self) -> int:
        """Number of components of a vector; 0 for a model that makes none."""
        return int(self.parameters.get("dimension", 0))


def read_recipes(models: Path) -> list[Recipe]:
    """Return the recipes of the models of a folder, by id; raises ``TrainingError`` for one that is wrong."""
    found = [read_recipe(path) for path in sorted((models / "recipes").glob("*.toml"))]
    return [recipe for recipe in found if recipe.method != PACKED]


def read_recipe(path: Path) -> Recipe:
    """Return one recipe; raises ``TrainingError`` if it is wrong."""
    try:
        recipe = Recipe(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise source.TrainingError(f"{path}: not a usable recipe: {error}") from error
    if recipe.method not in _METHODS:
        raise source.TrainingError(f"{path}: unknown method '{recipe.method}'; known: {', '.join(_METHODS)}")
    return recipe


def model_files(models: Path, recipe: Recipe) -> list[Path]:
    """Return the files of a model, the weights first."""
    names = {"biencoder": GGUF, "contrastive": train.FILES, "lambdamart": RANKERS}[recipe.method]
    return [models / recipe.id / name for name in names]


def write_manifest(models: Path, recipes: Sequence[Recipe]) -> None:
    """Write ``manifest.toml`` for the files of all recipes; raises ``TrainingError`` when one is missing."""
    absent = [path for recipe in recipes for path in model_files(models, recipe) if not path.is_file()]
    if absent:
        raise source.TrainingError(f"{absent[0]} is missing; `findspot-train recipe` makes it")
    parts = [_HEADER]
    for recipe in recipes:
        weights, *companions = model_files(models, recipe)
        lines = [
            "[[model]]",
            f'id = "{recipe.id}"',
            f'kind = "{recipe.kind}"',
            *_file_lines(models, weights),
            f"dimension = {recipe.dimension}",
            f'pooling = "{recipe.pooling}"',
            f'prompt = "{recipe.prompt}"',
            f'licence = "{recipe.licence}"',
            f'card = "cards/{recipe.id}.md"',
        ]
        for companion in companions:
            lines += ["", "[[model.companion]]", *_file_lines(models, companion)]
        parts.append("\n".join(lines) + "\n")
    (models / "manifest.toml").write_text("\n".join(parts), encoding="utf-8", newline="\n")


def _file_lines(models: Path, path: Path) -> list[str]:
    content = path.read_bytes()
    relative = path.relative_to(models).as_posix()
    return [f'file = "{relative}"', f'sha256 = "{hashlib.sha256(content).hexdigest()}"', f"size = {len(content)}"]
