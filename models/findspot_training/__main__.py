"""Commands that make and measure the models: ``findspot-train COMMAND``, or ``python -m findspot_training COMMAND``.

``recipe`` makes one model from its recipe, from repositories to the shipped file; ``manifest`` writes the manifest of the
models that are there; ``reference`` writes what the trained localization model says to the texts of the tests.
``mine`` takes texts and the functions they are about from git histories. ``evaluate`` measures the engine on issues with a
known solution, ``compare`` two such runs; ``questions`` keeps a guard set; ``nearby`` measures ranking that knows the editor; ``rescore`` measures localization models on the
best candidates of both. ``accelerator`` packs a training for a borrowed machine and takes its result back. ``check-repos`` refuses names of held-out repositories. ``runs analyse`` counts calls per turn and
redundant calls in recorded runs of agents.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from findspot.errors import FindspotError
from findspot_training.accelerator.commands import add_commands as add_accelerator
from findspot_training.corpus import commands as corpus
from findspot_training.measure import commands as measure
from findspot_training.source import TrainingError
from findspot_training.train.recipe import add_commands as add_recipes
from findspot_training.trajectories.commands import add_commands as add_runs


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="findspot-train", description="Make and measure the models of Findspot.")
    commands = parser.add_subparsers(dest="command", required=True)
    for add in (add_accelerator, add_recipes, add_runs, corpus.add_commands, measure.add_commands):
        add(commands)
    questions = commands.add_parser("questions", help="make, measure and compare questions with a known answer")
    actions = questions.add_subparsers(dest="action", required=True)
    corpus.add_questions(actions)
    measure.add_questions(actions)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, or 1 after a message on standard error."""
    parsed = make_parser().parse_args(arguments)
    os.environ["HF_HUB_OFFLINE"] = "1"  # everything needed is installed; a look at the network would be a mistake
    try:
        return int(parsed.run(parsed))
    except (TrainingError, FindspotError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
