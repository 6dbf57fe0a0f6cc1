"""The command ``mine`` of ``findspot-train``."""

from __future__ import annotations

import argparse
from pathlib import Path

from findspot_training import held_out
from findspot_training.mining.runner import Options, check, find_all, mine
from findspot_training.source import TrainingError


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command; it leaves its function as ``run``, which takes the arguments and returns the status."""
    one = commands.add_parser("mine", help="take pairs of texts and functions from bare git histories")
    one.add_argument("--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo")
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="rows and manifest; a run is continued")
    one.add_argument(
        "--repository",
        action="append",
        default=[],
        metavar="OWNER/NAME",
        help="only this repository; may be repeated (default: all that are found)",
    )
    one.add_argument("--limit", type=_positive, default=1500, help="rows of each kind per repository")
    one.add_argument("--seed", type=int, default=0, help="of what is drawn where there is more")
    one.add_argument(
        "--held-out",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="repositories that must not be mined; may be repeated",
    )
    one.add_argument("--allow", action="append", default=[], metavar="OWNER/NAME", help="a namesake that was looked at")
    one.set_defaults(run=_mine)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {value}")
    return value


def _mine(arguments: argparse.Namespace) -> int:
    kept: list[str] = []
    for path in arguments.held_out:
        names = held_out.read_names(path)
        if not names:
            raise TrainingError(f"{path}: names no repository, so nothing can be checked against it")
        kept += names
    try:
        names = [held_out.normalized(name) for name in arguments.repository] or find_all(arguments.repos)
        check(names, kept, arguments.allow, str(arguments.repos))
    except ValueError as error:
        raise TrainingError(str(error)) from error
    if not names:
        raise TrainingError(f"{arguments.repos}: no bare repositories are there")
    manifest = mine(names, arguments.repos, arguments.out, Options(arguments.limit, arguments.seed))
    total: dict[str, int] = {}
    for one in manifest["repositories"].values():
        for kind, count in one["kinds"].items():
            total[kind] = total.get(kind, 0) + count
    for kind, count in sorted(total.items()):
        print(f"{kind}: {count}")
    return 0
