"""The commands ``mine``, ``questions make`` and ``check-repos`` of ``findspot-train``."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from findspot_training.corpus import held_out
from findspot_training.corpus.mining.runner import Options, find_all, mine
from findspot_training.corpus.mirrors import repositories_of
from findspot_training.corpus.questions.make import make_questions
from findspot_training.corpus.questions.recipe import read_recipe
from findspot_training.corpus.questions.rows import write_questions
from findspot_training.options import Commands, add_held_out, add_repositories, positive
from findspot_training.source import TrainingError


def add_commands(commands: Commands) -> None:
    """Declare the commands; each leaves its function as ``run``, which takes the arguments and returns the status."""
    one = commands.add_parser("mine", help="take pairs of texts and functions from bare git histories")
    add_repositories(one)
    add_held_out(one)
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="rows and manifest; a run is continued")
    one.add_argument(
        "--repository",
        action="append",
        default=[],
        metavar="OWNER/NAME",
        help="only this one; may be repeated (default: all)",
    )
    one.add_argument("--limit", type=positive, default=1500, help="rows of each kind per repository")
    one.add_argument("--seed", type=int, default=0, help="of what is drawn where there is more")
    one.set_defaults(run=_mine)
    two = commands.add_parser("check-repos", help="refuse files that name held-out repositories")
    two.add_argument("files", nargs="+", type=Path, metavar="FILE", help="names as text, JSON or JSON lines")
    add_held_out(two)
    two.set_defaults(run=_check_repos)


def add_questions(actions: Commands) -> None:
    """Declare how questions are made."""
    one = actions.add_parser("make", help="draw questions from bare git repositories")
    one.add_argument(
        "--recipe", type=Path, required=True, metavar="FILE", help="repositories, numbers and seed, as TOML"
    )
    add_repositories(one)
    add_held_out(one)
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help="the questions, as JSON lines")
    one.add_argument(
        "--repository", action="append", default=[], metavar="OWNER/NAME", help="only this one; may be repeated"
    )
    one.set_defaults(run=_make)


def _mine(arguments: argparse.Namespace) -> int:
    kept = held_out.read_kept(arguments.held_out)
    names = arguments.repository or find_all(arguments.repos)
    held_out.check(names, kept, arguments.allow, str(arguments.repos))
    if not names:
        raise TrainingError(f"{arguments.repos}: no bare repositories are there")
    if arguments.repository:
        names = list(map(held_out.normalized, names))
    manifest = mine(names, arguments.repos, arguments.out, Options(arguments.limit, arguments.seed))
    total: Counter[str] = Counter()
    for one in manifest["repositories"].values():
        total.update(one["kinds"])
    for kind, count in sorted(total.items()):
        print(f"{kind}: {count}")
    return 0


def _make(arguments: argparse.Namespace) -> int:
    recipe = read_recipe(arguments.recipe)
    kept = held_out.read_kept(arguments.held_out)
    names = arguments.repository or list(recipe.repositories)
    unknown = [name for name in names if name not in recipe.repositories]
    if unknown:
        raise TrainingError(f"{arguments.recipe}: does not name {', '.join(unknown)}")
    held_out.check(names, kept, arguments.allow, str(arguments.recipe))
    questions = make_questions(repositories_of(arguments.repos, names), recipe)
    write_questions(arguments.out, questions)
    for kind, count in sorted(Counter(one.kind for one in questions).items()):
        print(f"{kind}: {count}")
    return 0


def _check_repos(arguments: argparse.Namespace) -> int:
    kept = held_out.read_kept(arguments.held_out)
    found = []
    for path in arguments.files:
        names = held_out.read_names(path)
        found += held_out.refusals(names, kept, str(path), arguments.allow)
    for one in found:
        print(f"{one.repo} ({one.where}): {one.reason}: {one.held_out}")
    if not found:
        print("none of the repositories is held out")
    return 1 if found else 0
