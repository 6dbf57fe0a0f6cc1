"""Commands that make and measure the models: ``findspot-train COMMAND``, or ``python -m findspot_training COMMAND``.

``build`` makes every model of the recipes and the manifest; ``distill-static`` and ``convert-gguf`` make one
kind; ``reference`` writes what the original model says to the texts of the tests. ``evaluate`` measures the engine on
issues with a known solution, ``compare`` two such runs; ``check-repos`` refuses names of held-out repositories.
``recipe`` makes one model from its recipe, training included; ``mine`` takes texts and the functions they are about from git histories; ``questions`` keeps a guard set.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from findspot.errors import FindspotError
from findspot_training import manifest, reference
from findspot_training.evaluation.commands import add_commands
from findspot_training.mining.commands import add_commands as add_mining
from findspot_training.questions.commands import add_commands as add_questions
from findspot_training.recipe import add_command as add_recipe
from findspot_training.source import TrainingError

_MODELS = Path(__file__).resolve().parents[1]

_REFERENCE = _MODELS.parent / "tests" / "data" / "minilm_reference.json"

_METHOD_OF = {"distill-static": "distil", "convert-gguf": "gguf"}


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="findspot-train", description="Make and measure the models of Findspot.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="make all models and the manifest")
    commands.add_parser("distill-static", help="make the static embedders and the manifest")
    commands.add_parser("convert-gguf", help="make the GGUF models and the manifest")
    commands.add_parser("reference", help="write the original model's vectors for the tests")
    add_commands(commands)
    add_mining(commands)
    add_recipe(commands)
    add_questions(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, or 1 after a message on standard error."""
    parsed = make_parser().parse_args(arguments)
    command = parsed.command

    os.environ["HF_HUB_OFFLINE"] = "1"  # everything needed is installed; a look at the network would be a mistake
    try:
        if "run" in parsed:
            return int(parsed.run(parsed))
        if command == "reference":
            reference.write(_REFERENCE)
            return 0
        recipes = manifest.read_recipes(_MODELS)
        for recipe in recipes:
            if _METHOD_OF.get(command, recipe.method) == recipe.method:
                manifest.make(_MODELS, recipe)
        manifest.write_manifest(_MODELS, recipes)
    except (TrainingError, FindspotError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
