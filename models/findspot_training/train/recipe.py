"""``findspot-train recipe FILE``: from the names in a recipe to the files that are shipped, step by step, resumable.

Every step leaves its result in the working folder and is not done again: mined rows, pairs or candidates by repository,
checkpoints. Held-out repositories are refused before anything is read.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from findspot_training import source
from findspot_training.corpus import held_out
from findspot_training.corpus.mining.runner import Options, mine
from findspot_training.corpus.mirrors import file_name
from findspot_training.corpus.questions.rows import read_questions
from findspot_training.measure.cases import (
    Job,
    job_of_commits,
    jobs_against_others,
    jobs_of_issues,
    jobs_of_questions,
    there,
)
from findspot_training.measure.instances import read_instances, sample
from findspot_training.options import Commands, add_repositories
from findspot_training.source import MODELS, TrainingError
from findspot_training.train import gguf_model, manifest, reference
from findspot_training.train.encoder.train import train_encoder
from findspot_training.train.ranker.collect import collect
from findspot_training.train.static.train import train as train_static

_PAGES: Final = MODELS.parent / "docs" / "contributing" / "training"

_TREE_NUMBERS: Final = ("trees", "leaves", "rate", "least", "columns", "seed")


def add_commands(commands: Commands) -> None:
    """Declare the commands; each leaves its function as ``run``, which takes the arguments and returns the status."""
    one = commands.add_parser("recipe", help="make one model from its recipe, from repositories to shipped files")
    one.add_argument("recipe", type=Path, metavar="FILE", help="a file of models/recipes")
    add_repositories(one)
    one.add_argument(
        "--work", type=Path, required=True, metavar="DIR", help="what the steps leave; a run there is continued"
    )
    one.add_argument("--held-out", type=Path, action="append", required=True, metavar="FILE", help="may be repeated")
    one.add_argument(
        "--issues", type=Path, action="append", default=[], metavar="FILE", help="tuning issues; may be repeated"
    )
    one.add_argument(
        "--questions", type=Path, action="append", default=[], metavar="FILE", help="questions; may be repeated"
    )
    one.add_argument("--jobs", type=int, default=1, help="processes that collect candidates")
    one.set_defaults(run=_run)
    two = commands.add_parser("manifest", help="write the manifest of the models that are there")
    two.set_defaults(run=_write_manifest)
    three = commands.add_parser("reference", help="write the trained model's vectors for the tests")
    three.add_argument("weights", type=Path, metavar="FILE", help="float32 weights that the recipe left")
    three.set_defaults(run=_write_reference)


def _run(arguments: argparse.Namespace) -> int:
    recipe = manifest.read_recipe(arguments.recipe)
    if recipe.method == manifest.PACKED:
        raise TrainingError(f"{arguments.recipe}: no model is made by it; `findspot-train accelerator pack` reads it")
    kept = held_out.read_kept(arguments.held_out)
    mined = _mined(recipe.parameters, arguments.repos, arguments.work, kept)
    work = arguments.work / recipe.id
    if recipe.method == "contrastive":
        train_static(recipe.parameters, mined, arguments.repos, work, kept, MODELS / recipe.id)
    elif recipe.method == "biencoder":
        weights = train_encoder(recipe.parameters, mined, arguments.repos, work, kept)
        name, folder = recipe.parameters["name"], source.model_folder()
        [target] = manifest.model_files(MODELS, recipe)
        gguf_model.convert(folder, target, name, weights)
        # What the shipped file is compared with: `findspot-train rescore measure`.
        gguf_model.convert(folder, work / "model-f32.gguf", name, weights, quantized=False)
    else:
        _train_rankers(recipe, mined, arguments)
    return _write_manifest(arguments)


def _write_manifest(_: argparse.Namespace) -> int:
    manifest.write_manifest(MODELS, manifest.read_recipes(MODELS))
    return 0


def _write_reference(arguments: argparse.Namespace) -> int:
    reference.write(arguments.weights, MODELS.parent / "tests" / "data" / "model_reference.json")
    return 0


def _mined(parameters: dict[str, Any], repositories: Path, work: Path, kept: Sequence[str]) -> Path:
    names = list(parameters["repositories"])
    held_out.check(names, kept, [], "the recipe")
    limit = int(parameters.get("mined", parameters["commits"]))
    mine(names, repositories, work / "mined", Options(limit, int(parameters["seed"])))
    return work / "mined"


def _train_rankers(recipe: manifest.Recipe, mined: Path, arguments: argparse.Namespace) -> None:
    told, work = recipe.parameters, arguments.work / recipe.id
    seed = int(told["seed"])
    known = there(read_instances(arguments.issues), arguments.repos)
    instances = sample(known, rows=None, per_repo=int(told["issues"]), seed=seed)
    if not instances:
        raise TrainingError(f"{recipe.id} is calibrated on issues: give --issues with repositories that are there")
    # A commit that solves an issue which the probabilities are fitted on is no longer unseen.
    solutions = {one.fix for one in instances}
    jobs: list[Job] = []
    for name in told["repositories"]:
        path = mined / "rows" / f"{file_name(name)}.jsonl"
        rows = [row for row in source.json_lines(path) if row["commit"] not in solutions]
        jobs.append(job_of_commits(name, rows, int(told["commits"]), int(told["words"]), seed))
    gather = partial(collect, repositories=arguments.repos, processes=arguments.jobs)
    gather([job for job in jobs if job.cases], out=work / "mined", whole=False)
    gather(jobs_of_issues(instances), out=work / "issues", whole=True)
    gather(jobs_against_others(instances, int(told["wrong"]), seed), out=work / "wrong", whole=False)
    asked = [one for path in arguments.questions for one in read_questions(path) if one.kind != "definition"]
    if not asked:
        raise TrainingError(
            f"{recipe.id} is calibrated on questions, too: give --questions, as `questions make` writes"
        )
    gather(jobs_of_questions(asked, int(told["strange"]), seed), out=work / "questions", whole=True)
    numbers = {name: told[name] for name in _TREE_NUMBERS} | {"threads": 1}
    folders = {name: work / name for name in ("mined", "issues", "wrong", "questions")}
    command = [sys.executable, "-m", "findspot_training.train.ranker.fit", "--recipe", json.dumps(numbers)]
    command += [part for name, folder in folders.items() for part in (f"--{name}", str(folder))]
    command += ["--out", str(MODELS / recipe.id), "--report", str(_PAGES)]
    # LightGBM needs a process without the engine's libraries (see ranker.rows).
    if subprocess.run(command, check=False).returncode != 0:
        raise TrainingError(f"{recipe.id}: the training failed, as told above")
