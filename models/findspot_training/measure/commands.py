"""The commands ``evaluate``, ``compare``, ``questions measure``, ``questions compare``, ``nearby``, ``rescore``, ``reward``."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

from findspot.config import Settings, use_one_math_thread
from findspot_training.corpus.mirrors import repositories_of
from findspot_training.corpus.questions.rows import read_questions
from findspot_training.measure import heads, issues, nearby, questions, rescoring
from findspot_training.measure.cases import Job, jobs_of_issues, jobs_of_questions, there
from findspot_training.measure.evaluate import SWITCHES, Options, evaluate
from findspot_training.measure.instances import read_instances, sample
from findspot_training.measure.reward import rewards
from findspot_training.measure.rows import Row, read_run
from findspot_training.measure.summary import Groups, Metric, compare
from findspot_training.measure.systems import ENGINE_SYSTEMS, SYSTEMS
from findspot_training.measure.tables import comparison_table, table_text
from findspot_training.options import Commands, add_repositories, positive
from findspot_training.source import TrainingError

_QUESTION_DEPTH: Final = 50
"""Functions deeper in a list than this are as good as not found."""

_WEIGHTS: Final = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 1.5)


def add_commands(commands: Commands) -> None:
    """Declare the commands; each leaves its function as ``run``, which takes the arguments and returns the status."""
    one = commands.add_parser("evaluate", help="measure the engine on issues with a known solution")
    one.add_argument("instances", nargs="+", type=Path, metavar="FILE", help="JSON lines in the shape of SWE-bench")
    _add_run(one, "--only", max(issues.CEILINGS))
    one.add_argument("--rows", type=positive, help="evaluate a sample of so many rows")
    one.add_argument("--per-repo", type=positive, help="at most so many rows of each repository")
    one.add_argument("--seed", type=int, default=0, help="of the sample")
    one.set_defaults(run=_evaluate)
    two = commands.add_parser("compare", help="compare two runs row by row")
    two.add_argument("--system", choices=SYSTEMS, default="localize", help="what to compare")
    _add_compared(two)
    two.set_defaults(run=_compare)
    three = commands.add_parser("reward", help="judge recorded answers, as a reward for training")
    three.add_argument("answers", type=Path, metavar="FILE", help="JSON lines with 'instance_id' and 'answer'")
    three.add_argument(
        "--instances", nargs="+", type=Path, required=True, metavar="FILE", help="JSON lines in the shape of SWE-bench"
    )
    add_repositories(three)
    three.set_defaults(run=_reward)
    four = commands.add_parser("nearby", help="measure what it is worth to know the editor")
    four.add_argument("names", nargs="*", metavar="OWNER/NAME", help="repositories whose commits are asked")
    four.add_argument("--per-repo", type=positive, default=40, help="commits of each repository (default: 40)")
    four.add_argument("--questions", type=Path, metavar="FILE", help="to ask with a file open that nobody chose")
    add_repositories(four)
    four.add_argument("--out", type=Path, required=True, metavar="DIR", help="rows; a run there is continued")
    four.add_argument("--jobs", type=positive, default=1, help="processes")
    four.set_defaults(run=_nearby)
    _add_rescoring(
        commands.add_parser("rescore", help="measure a localization model on the best candidates of real texts")
    )


def add_questions(actions: Commands) -> None:
    """Declare what is done with questions once they are made."""
    one = actions.add_parser("measure", help="put questions to the engine and to the baselines")
    one.add_argument("questions", type=Path, metavar="FILE", help="what make wrote")
    _add_run(one, "--repository", _QUESTION_DEPTH)
    one.set_defaults(run=_measure_questions)
    two = actions.add_parser("compare", help="compare two runs question by question")
    two.add_argument(
        "--system", action="append", choices=SYSTEMS, help="what to compare; may be repeated (default: the engine's)"
    )
    _add_compared(two)
    two.set_defaults(run=_compare_questions)


def _add_rescoring(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    one = actions.add_parser("collect", help="take the best candidates of issues and questions from the engine")
    one.add_argument("--issues", type=Path, action="append", default=[], metavar="FILE", help="may be repeated")
    one.add_argument("--per-repo", type=int, help="at most so many issues of each repository")
    one.add_argument("--seed", type=int, default=0, help="of that choice")
    one.add_argument("--questions", type=Path, action="append", default=[], metavar="FILE", help="may be repeated")
    add_repositories(one)
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="a file for each repository")
    one.set_defaults(run=_collect_heads)
    two = actions.add_parser("measure", help="order them with a model, at one weight after another")
    two.add_argument("heads", type=Path, metavar="DIR", help="what collect wrote")
    two.add_argument(
        "--model", action="append", default=[], metavar="ID|FILE", help="of the manifest, or GGUF; two are compared"
    )
    two.add_argument("--weight", type=float, action="append", default=[], help="may be repeated")
    two.add_argument("--threads", type=int, default=Settings().threads, help="threads of the model; 0 chooses")
    two.set_defaults(run=_measure_heads)


def _add_run(parser: argparse.ArgumentParser, only: str, depth: int) -> None:
    """Declare the options of a run; ``only`` is the one that chooses repositories."""
    shipped = Settings()
    add_repositories(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="rows and reports; a run there is continued"
    )
    parser.add_argument("--work", type=Path, metavar="DIR", help="working trees and indexes (default: inside --out)")
    parser.add_argument("--jobs", type=positive, default=1, help="processes; latency means something with 1 only")
    parser.add_argument(
        only,
        dest="only",
        action="append",
        default=[],
        metavar="OWNER/NAME",
        help="only this repository; may be repeated",
    )
    parser.add_argument("--top-k", type=positive, default=shipped.top_k, help="results of the answer as cut")
    parser.add_argument("--depth", type=positive, default=depth, help="results that rankings are taken from")
    parser.add_argument("--budget", type=float, default=shipped.budget, help="seconds of a localize call")
    parser.add_argument("--threads", type=int, default=shipped.threads, help="threads of the model; 0 chooses")
    switches = ", ".join(f"{name} ({what})" for name, what in SWITCHES.items())
    parser.add_argument(
        "--switch", action="append", default=[], metavar="NAME=off", help=f"take a signal away: {switches}"
    )


def _add_compared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("left", type=Path, help="folder of a run")
    parser.add_argument("right", type=Path, help="folder of another, or of the same")
    parser.add_argument("--against", choices=SYSTEMS, help="another system of the right run")


def _options(arguments: argparse.Namespace) -> Options:
    names = set()
    for switch in arguments.switch:
        name, _, value = switch.partition("=")
        if name not in SWITCHES or value not in {"on", "off"}:
            raise TrainingError(f"--switch {switch}: known are {', '.join(SWITCHES)}, each with =on or =off")
        if value == "off":
            names.add(name)
    depth = max(arguments.top_k, arguments.depth)
    return Options(arguments.top_k, depth, arguments.budget, arguments.threads, tuple(sorted(names)))


def _only(arguments: argparse.Namespace, names: Iterable[str]) -> set[str]:
    """Return the repositories that are wanted, in lower case; raises ``TrainingError`` for one that is not there."""
    known = {name.lower() for name in names}
    wanted = {name.lower() for name in arguments.only}
    if wanted - known:
        raise TrainingError(f"nothing is asked about {', '.join(sorted(wanted - known))}")
    return wanted or known


def _run(arguments: argparse.Namespace, jobs: Sequence[Job], **more: str) -> tuple[dict[str, Row], dict[str, Any]]:
    """Ask what is not finished; return the rows of these jobs, and what the run is described by."""
    use_one_math_thread()
    options = _options(arguments)
    described = evaluate(
        jobs, arguments.repos, arguments.out, options, work=arguments.work, processes=arguments.jobs, **more
    )
    asked = {case.id for job in jobs for case in job.cases}
    return {name: row for name, row in read_run(arguments.out).items() if name in asked}, described


def _evaluate(arguments: argparse.Namespace) -> int:
    instances = read_instances(arguments.instances)
    wanted = _only(arguments, (one.repo for one in instances))
    instances = [one for one in instances if one.repo.lower() in wanted]
    chosen = sample(instances, rows=arguments.rows, per_repo=arguments.per_repo, seed=arguments.seed)
    if not chosen:
        raise TrainingError("there are no instances to evaluate")
    rows, described = _run(arguments, jobs_of_issues(chosen))
    report = issues.report({one.id: rows[one.id] for one in chosen if one.id in rows}, described)
    report.write(arguments.out)
    first = report.tables[0]
    print(f"{first.title}\n{table_text(first)}\n\n{arguments.out / 'report.html'}")
    return 0


def _measure_questions(arguments: argparse.Namespace) -> int:
    asked = read_questions(arguments.questions)
    wanted = _only(arguments, (one.repository for one in asked))
    chosen = [one for one in asked if one.repository.lower() in wanted]
    repositories_of(arguments.repos, dict.fromkeys(one.repository for one in chosen))
    digest = hashlib.sha256(arguments.questions.read_bytes()).hexdigest()[:16]
    report = questions.report(*_run(arguments, jobs_of_questions(chosen), questions=digest))
    report.write(arguments.out)
    for table in questions.printed(report):
        print(f"{table.title}\n{table_text(table)}\n")
    print(arguments.out / "report.md")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    return _compared(arguments, [arguments.system], issues.METRICS)


def _compare_questions(arguments: argparse.Namespace) -> int:
    return _compared(arguments, arguments.system or ENGINE_SYSTEMS, questions.METRICS, questions.kinds)


def _compared(
    arguments: argparse.Namespace,
    systems: Iterable[str],
    metrics: Mapping[str, Metric],
    groups: Groups = lambda rows: {"": list(rows)},
) -> int:
    left, right = read_run(arguments.left), read_run(arguments.right)
    pairs = [(name, arguments.against or name) for name in systems]
    print(table_text(comparison_table(compare(left, right, pairs, metrics, groups))))
    only = set(left) ^ set(right)
    if only:
        print(f"{len(only)} rows are in one run only and were left out", file=sys.stderr)
    return 0


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


def _nearby(arguments: argparse.Namespace) -> int:
    jobs = nearby.jobs_of_wide_commits(arguments.repos, arguments.names, arguments.per_repo)
    jobs += jobs_of_questions(read_questions(arguments.questions) if arguments.questions else [])
    nearby.measure(jobs, arguments.repos, arguments.out, arguments.jobs)
    rows = read_run(arguments.out)
    print(table_text(comparison_table(compare(rows, rows, nearby.PAIRS, nearby.METRICS, nearby.groups))))
    return 0


def _collect_heads(arguments: argparse.Namespace) -> int:
    known = there(read_instances(arguments.issues), arguments.repos)
    chosen = sample(known, rows=None, per_repo=arguments.per_repo, seed=arguments.seed)
    asked = [one for path in arguments.questions for one in read_questions(path)]
    if not chosen and not asked:
        raise TrainingError(
            "there is nothing to collect: give --issues or --questions about repositories that are there"
        )
    heads.collect(jobs_of_questions(asked), arguments.repos, arguments.out, "questions")
    heads.collect(jobs_of_issues(chosen), arguments.repos, arguments.out, "issues")
    return 0


def _measure_heads(arguments: argparse.Namespace) -> int:
    every = heads.read_heads(arguments.heads)
    kinds: dict[str, list[int]] = {}
    for at, head in enumerate(every):
        kinds.setdefault(head.kind, []).append(at)
    opinions = {
        name: rescoring.opinions_of(name, every, arguments.threads)
        for name in dict.fromkeys(arguments.model or [Settings().localization_model])
    }
    for name, (kind, places) in product(opinions, kinds.items()):
        chosen, cosines = [every[at] for at in places], [opinions[name][at] for at in places]
        title = f"{kind}, {name} (n = {len(places)})"
        table = rescoring.table_of(title, chosen, cosines, arguments.weight or _WEIGHTS)
        print(f"{table.title}\n{table_text(table)}\n", flush=True)
    if len(opinions) == 2:
        first, second = ((name, rescoring.as_shipped(every, one)) for name, one in opinions.items())
        for kind, places in kinds.items():
            title = f"{kind}: {second[0]} minus {first[0]}, at the weights that are shipped"
            print(rescoring.difference(title, *([one[1][at] for at in places] for one in (second, first))))
    return 0
