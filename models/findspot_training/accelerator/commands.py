"""The commands ``accelerator pack``, ``accelerator check`` and ``accelerator take`` of ``findspot-train``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from findspot.config import use_one_math_thread
from findspot_training.accelerator import checking, packing, parts, scorer_model, taking, taking_scorer
from findspot_training.accelerator.machine.packed import ENCODER, SCORER
from findspot_training.corpus import held_out
from findspot_training.corpus.mirrors import find_repository
from findspot_training.source import MODELS, TrainingError, parameters_of
from findspot_training.train import manifest

_RECIPE: Final = MODELS / "recipes" / "accelerator.toml"


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands; each leaves its function as ``run``, which takes the arguments and returns the status."""
    group = commands.add_parser("accelerator", help="pack a training for a borrowed machine, and take its result back")
    actions = group.add_subparsers(dest="action", required=True)

    one = actions.add_parser("pack", help="make groups and lists of all repositories and lay them out in parts")
    _add_shared(one)
    one.add_argument("--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo")
    one.add_argument(
        "--work", type=Path, required=True, metavar="DIR", help="what each repository gave; a run there is continued"
    )
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="the parts; what is in it goes")
    one.add_argument("--jobs", type=int, default=1, help="processes; each needs one to two gigabytes")
    one.add_argument("--partial", action="store_true", help="do without repositories that are not there")
    one.add_argument("--finished", action="store_true", help="lay out what is made, and make nothing more")
    one.add_argument("--no-lists", action="store_true", help="take no lists from the engine, which is most of the time")
    one.add_argument("--no-scorer", action="store_true", help="pack for the encoder alone")
    one.set_defaults(run=_pack)

    two = actions.add_parser("check", help="see that a pack is whole, fits, and holds nothing that is held out")
    _add_shared(two)
    two.add_argument("pack", type=Path, metavar="DIR", help="what pack wrote")
    two.set_defaults(run=_check)

    three = actions.add_parser("take", help="convert the weights of a run, measure them, and ship them if they win")
    three.add_argument("folder", type=Path, metavar="FOLDER", help="what the run left: weights and result.json")
    three.add_argument("--work", type=Path, required=True, metavar="DIR", help="converted weights, rows and the report")
    three.add_argument(
        "--heads", type=Path, action="append", required=True, metavar="DIR",
        help="candidates of a tuning set, of `rescore collect`; once for each set",
    )  # fmt: skip
    three.add_argument(
        "--issues", type=Path, action="append", default=[], metavar="FILE",
        help="the same sets, for `evaluate`; asked only when the candidates are ordered better",
    )  # fmt: skip
    three.add_argument("--repos", type=Path, metavar="DIR", help="bare repositories of the issues")
    three.add_argument("--per-repo", type=int, default=15, help="at most so many issues of each repository")
    three.add_argument("--jobs", type=int, default=1, help="processes of `evaluate`")
    three.add_argument("--threads", type=int, default=1, help="threads of the model")
    three.set_defaults(run=_take)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recipe", type=Path, default=_RECIPE, metavar="FILE", help="default: accelerator.toml")
    parser.add_argument("--held-out", type=Path, action="append", required=True, metavar="FILE", help="may be repeated")
    parser.add_argument(
        "--tree", type=Path, default=MODELS.parent, metavar="DIR", help="working tree that travels with each part"
    )


def packing_of(recipe: Path) -> packing.Packing:
    """Return the parameters of a recipe; raises ``TrainingError`` when it is not one of a pack."""
    read = manifest.read_recipe(recipe)
    if read.method != manifest.PACKED:
        raise TrainingError(f"{recipe}: its method is not '{manifest.PACKED}'; `findspot-train recipe` makes it")
    told = parameters_of(packing.Packing, read.parameters)
    strange = sorted(set(told.held) - set(told.repositories))
    if strange:
        raise TrainingError(f"{recipe}: held, but not among the repositories: {', '.join(strange)}")
    return told


def _pack(arguments: argparse.Namespace) -> int:
    use_one_math_thread()
    told, kept = packing_of(arguments.recipe), held_out.read_kept(arguments.held_out)
    held_out.check(told.repositories, kept, [], str(arguments.recipe))
    tree = parts.travelling(arguments.tree)
    absent = [name for name in told.repositories if find_repository(arguments.repos, name) is None]
    if absent and not arguments.partial:
        raise TrainingError(
            f"{arguments.repos} holds no bare repository of {', '.join(absent)}; --partial does without"
        )
    scorer = None if arguments.no_scorer else scorer_model.original()
    if not arguments.finished:
        packing.make_groups(told, arguments.repos, arguments.work, scorer, jobs=arguments.jobs)
        if not arguments.no_lists:
            packing.make_lists(told, arguments.repos, arguments.work, scorer)
    said = f"{len(told.repositories)} names against {len(kept)}: none is held out"
    starts = {SCORER: parts.scorer_start(told, scorer)} if scorer is not None else {}
    starts[ENCODER] = parts.encoder_start(told)
    found = parts.lay_out(told, starts, arguments.work, arguments.out, tree, said)
    _tell(found, arguments.out)
    return 0


def _tell(found: dict[str, Any], out: Path) -> None:
    for what, counts in found["by"].items():
        print(
            f"{what}: "
            + ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items(), key=lambda one: -one[1]))
        )
    print(f"{found['groups']:,} groups of {len(found['repositories'])} repositories, {len(found['absent'])} are absent")
    for part in sorted(out.iterdir()):
        print(f"{part}: {parts.size_of(part) / packing.MIB:.1f} MiB")


def _check(arguments: argparse.Namespace) -> int:
    told, kept = packing_of(arguments.recipe), held_out.read_kept(arguments.held_out)
    for said in checking.check_pack(arguments.pack, kept, parts.travelling(arguments.tree), told.call):
        print(said)
    return 0


def _take(arguments: argparse.Namespace) -> int:
    use_one_math_thread()
    sets = taking.Sets(
        tuple(arguments.heads), tuple(arguments.issues), arguments.repos, arguments.per_repo, arguments.jobs, arguments.threads
    )  # fmt: skip
    result = taking.result_of(arguments.folder)
    if result["model"] == SCORER:
        verdict = taking_scorer.take(arguments.folder, result, arguments.work, sets)
    else:
        verdict = taking.take(arguments.folder, result, arguments.work, sets, MODELS)
    print(verdict.text)
    return 0 if verdict.ships else 1
