"""The commands ``evaluate``, ``compare``, ``reward`` and ``check-repos`` of ``findspot-train``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from findspot.config import Settings, use_one_math_thread
from findspot_training import held_out
from findspot_training.evaluation.instances import read_instances, sample
from findspot_training.evaluation.records import read_run
from findspot_training.evaluation.report import comparison_table, table_text, tables, write_report
from findspot_training.evaluation.reward import rewards
from findspot_training.evaluation.runner import SWITCHES, Options, Places, describe, evaluate
from findspot_training.evaluation.summary import CEILINGS, compare, metric_names
from findspot_training.evaluation.systems import SYSTEMS
from findspot_training.source import TrainingError


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands; each leaves its function as ``run``, which takes the arguments and returns the status."""
    shipped = Settings()
    one = commands.add_parser("evaluate", help="measure the engine on issues with a known solution")
    one.add_argument("instances", nargs="+", type=Path, metavar="FILE", help="JSON lines in the shape of SWE-bench")
    one.add_argument("--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo")
    one.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="rows and reports; a run there is continued"
    )
    one.add_argument("--work", type=Path, metavar="DIR", help="working trees and indexes (default: inside --out)")
    one.add_argument("--jobs", type=_positive, default=1, help="processes; latency means something with 1 only")
    one.add_argument("--rows", type=_positive, help="evaluate a sample of so many rows")
    one.add_argument("--per-repo", type=_positive, help="at most so many rows of each repository")
    one.add_argument("--seed", type=int, default=0, help="of the sample")
    one.add_argument(
        "--only", action="append", default=[], metavar="OWNER/NAME", help="this repository; may be repeated"
    )
    one.add_argument("--top-k", type=_positive, default=shipped.top_k, help="results of the answer as cut")
    one.add_argument("--depth", type=_positive, default=max(CEILINGS), help="results that ceilings are taken from")
    one.add_argument("--budget", type=float, default=shipped.budget, help="seconds of a localize call")
    one.add_argument("--threads", type=int, default=shipped.threads, help="threads of the model; 0 chooses")
    switches = ", ".join(f"{name} ({what})" for name, what in SWITCHES.items())
    one.add_argument(
        "--switch", action="append", default=[], metavar="NAME=off", help=f"take a signal away: {switches}"
    )
    one.set_defaults(run=_evaluate)

    two = commands.add_parser("compare", help="compare two runs row by row")
    two.add_argument("left", type=Path, help="folder of a run")
    two.add_argument("right", type=Path, help="folder of another, or of the same")
    two.add_argument("--system", choices=SYSTEMS, default="localize", help="what to compare")
    two.add_argument("--against", choices=SYSTEMS, help="another system of the right run")
    two.set_defaults(run=_compare)

    three = commands.add_parser("check-repos", help="refuse files that name held-out repositories")
    three.add_argument("files", nargs="+", type=Path, metavar="FILE", help="names as text, JSON or JSON lines")
    three.add_argument("--held-out", type=Path, required=True, metavar="LIST", help="the held-out names, one per line")
    three.add_argument(
        "--allow", action="append", default=[], metavar="OWNER/NAME", help="a namesake that was looked at"
    )
    three.set_defaults(run=_check_repos)

    four = commands.add_parser("reward", help="judge recorded answers, as a reward for training")
    four.add_argument("answers", type=Path, metavar="FILE", help="JSON lines with 'instance_id' and 'answer'")
    four.add_argument(
        "--instances", nargs="+", type=Path, required=True, metavar="FILE", help="JSON lines in the shape of SWE-bench"
    )
    four.add_argument("--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo")
    four.set_defaults(run=_reward)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {value}")
    return value


def switched_off(switches: list[str]) -> tuple[str, ...]:
    """Return the signals that ``NAME=off`` takes away; raises ``TrainingError`` for one that is not known."""
    names = set()
    for switch in switches:
        name, _, value = switch.partition("=")
        if name not in SWITCHES or value not in {"on", "off"}:
            raise TrainingError(f"--switch {switch}: known are {', '.join(SWITCHES)}, each with =on or =off")
        if value == "off":
            names.add(name)
    return tuple(sorted(names))


def _evaluate(arguments: argparse.Namespace) -> int:
    use_one_math_thread()
    instances = read_instances(arguments.instances)
    wanted = {name.lower() for name in arguments.only}
    unknown = wanted - {one.repo.lower() for one in instances}
    if unknown:
        raise TrainingError(f"no instance is of {', '.join(sorted(unknown))}")
    if wanted:
        instances = [one for one in instances if one.repo.lower() in wanted]
    chosen = sample(instances, rows=arguments.rows, per_repo=arguments.per_repo, seed=arguments.seed)
    if not chosen:
        raise TrainingError("there are no instances to evaluate")
    out: Path = arguments.out
    off = switched_off(arguments.switch)
    options = Options(arguments.top_k, max(arguments.top_k, arguments.depth), arguments.budget, arguments.threads, off)
    places = Places(arguments.repos, out, arguments.work or out / "work")
    evaluate(chosen, places, options, jobs=arguments.jobs)
    rows = read_run(out)
    ours = {one.id: rows[one.id] for one in chosen if one.id in rows}
    numbers = write_report(ours, describe(options), out)
    first = tables(numbers)[0]
    print(f"{first.title}\n{table_text(first)}\n\n{out / 'report.html'}")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    left, right = read_run(arguments.left), read_run(arguments.right)
    against = arguments.against or arguments.system
    found = compare(left.values(), right.values(), arguments.system, against, metric_names())
    print(table_text(comparison_table(found)))
    only = set(left) ^ set(right)
    if only:
        print(f"{len(only)} rows are in one run only and were left out", file=sys.stderr)
    return 0


def _check_repos(arguments: argparse.Namespace) -> int:
    kept = held_out.read_names(arguments.held_out)
    if not kept:
        raise TrainingError(f"{arguments.held_out}: names no repository, so nothing can be checked against it")
    found = []
    for path in arguments.files:
        names = held_out.read_names(path)
        found += held_out.refusals(names, kept, str(path), arguments.allow)
    for one in found:
        print(f"{one.repo} ({one.where}): {one.reason}: {one.held_out}")
    if not found:
        print("none of the repositories is held out")
    return 1 if found else 0


def _reward(arguments: argparse.Namespace) -> int:
    found = []
    for name, one in rewards(arguments.answers, read_instances(arguments.instances), arguments.repos):
        print(json.dumps({"instance_id": name, **one.as_json()}))
        found.append(one)
    if not found:
        raise TrainingError(f"{arguments.answers}: holds no answer")
    mean, malformed = sum(one.value for one in found) / len(found), sum(bool(one.malformed) for one in found)
    print(f"{len(found)} answers, mean reward {mean:.4f}, {malformed} malformed", file=sys.stderr)
    return 0
