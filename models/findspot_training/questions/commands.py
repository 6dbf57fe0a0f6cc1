"""The commands ``questions make``, ``questions measure`` and ``questions compare`` of ``findspot-train``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from findspot.config import Settings, use_one_math_thread
from findspot_training import held_out
from findspot_training.evaluation.commands import switched_off
from findspot_training.evaluation.report import comparison_table, table_text
from findspot_training.evaluation.runner import Options, Places
from findspot_training.evaluation.systems import ENGINE_SYSTEMS, SYSTEMS
from findspot_training.mining.runner import check
from findspot_training.mirrors import repository_of
from findspot_training.questions.make import make_questions
from findspot_training.questions.measure import digest_of, measure, read_rows
from findspot_training.questions.recipe import read_recipe
from findspot_training.questions.rows import read_questions, write_questions
from findspot_training.questions.summary import DEFINITIONS, KINDS, compare, tables, write_report
from findspot_training.source import TrainingError

_DEPTH: Final = 50
"""Functions deeper in a list than this are as good as not found."""

_SHOWN: Final = ("Questions (", *(f"{kind.capitalize()} (" for kind in (*KINDS, DEFINITIONS)), "Latency")
"""Tables that are printed; the report has them all."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands; each leaves its function as ``run``, which takes the arguments and returns the status."""
    questions = commands.add_parser("questions", help="make, measure and compare questions with a known answer")
    actions = questions.add_subparsers(dest="action", required=True)

    one = actions.add_parser("make", help="draw questions from bare git repositories")
    one.add_argument(
        "--recipe", type=Path, required=True, metavar="FILE", help="repositories, numbers and seed, as TOML"
    )
    one.add_argument("--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo")
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help="the questions, as JSON lines")
    one.add_argument(
        "--held-out",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="repositories that must not be asked about; may be repeated",
    )
    one.add_argument("--allow", action="append", default=[], metavar="OWNER/NAME", help="a namesake that was looked at")
    one.add_argument(
        "--repository", action="append", default=[], metavar="OWNER/NAME", help="only this one; may be repeated"
    )
    one.set_defaults(run=_make)

    shipped = Settings()
    two = actions.add_parser("measure", help="put questions to the engine and to the baselines")
    two.add_argument("questions", type=Path, metavar="FILE", help="what make wrote")
    two.add_argument("--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo")
    two.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="rows and reports; a run there is continued"
    )
    two.add_argument("--work", type=Path, metavar="DIR", help="trees and indexes (default: inside --out)")
    two.add_argument("--jobs", type=int, default=1, help="processes; latency means something with 1 only")
    two.add_argument(
        "--repository", action="append", default=[], metavar="OWNER/NAME", help="only this one; may be repeated"
    )
    two.add_argument("--top-k", type=int, default=shipped.top_k, help="results of the answer as cut")
    two.add_argument("--depth", type=int, default=_DEPTH, help="results that rankings are taken from")
    two.add_argument("--budget", type=float, default=shipped.budget, help="seconds of a localize call")
    two.add_argument("--threads", type=int, default=shipped.threads, help="threads of the model; 0 chooses")
    two.add_argument("--switch", action="append", default=[], metavar="NAME=off", help="take a signal away")
    two.set_defaults(run=_measure)

    three = actions.add_parser("compare", help="compare two runs question by question")
    three.add_argument("left", type=Path, help="folder of a run")
    three.add_argument("right", type=Path, help="folder of another, or of the same")
    three.add_argument(
        "--system", action="append", choices=SYSTEMS, help="what to compare; may be repeated (default: the engine's)"
    )
    three.add_argument("--against", choices=SYSTEMS, help="another system of the right run")
    three.set_defaults(run=_compare)


def _make(arguments: argparse.Namespace) -> int:
    recipe = read_recipe(arguments.recipe)
    kept: list[str] = []
    for path in arguments.held_out:
        names = held_out.read_names(path)
        if not names:
            raise TrainingError(f"{path}: names no repository, so nothing can be checked against it")
        kept += names
    names = arguments.repository or list(recipe.repositories)
    unknown = [name for name in names if name not in recipe.repositories]
    if unknown:
        raise TrainingError(f"{arguments.recipe}: does not name {', '.join(unknown)}")
    check(names, kept, arguments.allow, str(arguments.recipe))
    places = {name: repository_of(arguments.repos, name) for name in names}
    questions = make_questions(places, recipe)
    write_questions(arguments.out, questions)
    for kind, count in sorted(Counter(one.kind for one in questions).items()):
        print(f"{kind}: {count}")
    return 0


def _measure(arguments: argparse.Namespace) -> int:
    use_one_math_thread()
    asked = read_questions(arguments.questions)
    questions = [one for one in asked if not arguments.repository or one.repository in arguments.repository]
    unknown = set(arguments.repository) - {one.repository for one in questions}
    if unknown:
        raise TrainingError(f"no question is about {', '.join(sorted(unknown))}")
    out: Path = arguments.out
    off = switched_off(arguments.switch)
    depth = max(arguments.top_k, arguments.depth)
    options = Options(arguments.top_k, depth, arguments.budget, arguments.threads, off)
    places = Places(arguments.repos, out, arguments.work or out / "work")
    measure(questions, digest_of(arguments.questions), places, options, jobs=arguments.jobs)
    rows, description = read_rows(out)
    numbers = write_report(rows, description, out)
    for table in tables(numbers):
        if table.title.startswith(_SHOWN):
            print(f"{table.title}\n{table_text(table)}\n")
    print(out / "report.md")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    left, _ = read_rows(arguments.left)
    right, _ = read_rows(arguments.right)
    found = compare(left, right, arguments.system or ENGINE_SYSTEMS, arguments.against)
    print(table_text(comparison_table(found)))
    only = set(left) ^ set(right)
    if only:
        print(f"{len(only)} questions are in one run only and were left out", file=sys.stderr)
    return 0
