"""Commands that make and measure the models: ``findspot-train COMMAND``, or ``python -m findspot_training COMMAND``.

``recipe`` makes one model from its recipe, from repositories to the shipped file; ``manifest`` writes the manifest of the
models that are there; ``reference`` writes what the trained localization model says to the texts of the tests.
``mine`` takes texts and the functions they are about from git histories. ``evaluate`` measures the engine on issues with a
known solution, ``compare`` two such runs; ``questions`` keeps a guard set; ``rescore`` measures localization models on the
best candidates of both. ``accelerator`` packs a training for a borrowed machine and takes its result back. ``check-repos`` refuses names of held-out repositories. ``runs analyse`` counts calls per turn and
redundant calls in recorded runs of agents.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from findspot.errors import FindspotError
from findspot_training import manifest, reference
from findspot_training.accelerator.commands import add_commands as add_accelerator
from findspot_training.evaluation.commands import add_commands
from findspot_training.mining.commands import add_commands as add_mining
from findspot_training.questions.commands import add_commands as add_questions
from findspot_training.recipe import add_command as add_recipe
from findspot_training.rescoring.commands import add_commands as add_rescoring
from findspot_training.source import TrainingError
from findspot_training.trajectories.commands import add_commands as add_runs

_MODELS = Path(__file__).resolve().parents[1]

_REFERENCE = _MODELS.parent / "tests" / "data" / "model_reference.json"


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="findspot-train", description="Make and measure the models of Findspot.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("manifest", help="write the manifest of the models that are there")
    reference_command = commands.add_parser("reference", help="write the trained model's vectors for the tests")
    reference_command.add_argument("weights", type=Path, metavar="FILE", help="float32 weights that the recipe left")
    add_accelerator(commands)
    add_commands(commands)
    add_mining(commands)
    add_recipe(commands)
    add_questions(commands)
    add_rescoring(commands)
    add_runs(commands)
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
            reference.write(parsed.weights, _REFERENCE)
            return 0
        manifest.write_manifest(_MODELS, manifest.read_recipes(_MODELS))
    except (TrainingError, FindspotError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
