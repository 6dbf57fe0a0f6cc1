"""The commands ``rescore collect`` and ``rescore measure`` of ``findspot-train``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from findspot.config import Settings, use_one_math_thread
from findspot.core.query import QueryKind
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.inference.llama import LlamaEmbedder
from findspot.inference.manifest import load_llama, load_manifest
from findspot_training.evaluation.instances import read_instances, sample
from findspot_training.evaluation.metrics import paired_bootstrap
from findspot_training.evaluation.report import Table, table_text
from findspot_training.mirrors import find_repository
from findspot_training.questions.rows import read_questions
from findspot_training.rescoring.collect import collect_issues, collect_questions, read_heads
from findspot_training.rescoring.heads import Head
from findspot_training.rescoring.measure import Numbers, cosines_of, means, numbers_of
from findspot_training.source import TrainingError

_WEIGHTS: Final = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 1.5)

TITLES: Final = {
    "nDCG@10": "ndcg",
    "any function@1": "any_function_1",
    "function@5": "function_5",
    "function@10": "function_10",
    "file@1": "file_1",
    "file@5": "file_5",
}
"""What a table says, and where it is found."""

_KINDS: Final = {"docstring": QueryKind.PROSE, "subject": QueryKind.PROSE, "definition": QueryKind.SYMBOL}
"""How the engine reads a text of a kind; all others are reports."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands; each leaves its function as ``run``, which takes the arguments and returns the status."""
    rescore = commands.add_parser("rescore", help="measure a localization model on the best candidates of real texts")
    actions = rescore.add_subparsers(dest="action", required=True)

    one = actions.add_parser("collect", help="take the best candidates of issues and questions from the engine")
    one.add_argument("--issues", type=Path, action="append", default=[], metavar="FILE", help="may be repeated")
    one.add_argument("--per-repo", type=int, help="at most so many issues of each repository")
    one.add_argument("--seed", type=int, default=0, help="of that choice")
    one.add_argument("--questions", type=Path, action="append", default=[], metavar="FILE", help="may be repeated")
    one.add_argument("--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo")
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="a file for each repository")
    one.set_defaults(run=_collect)

    two = actions.add_parser("measure", help="order them with a model, at one weight after another")
    two.add_argument("heads", type=Path, metavar="DIR", help="what collect wrote")
    two.add_argument(
        "--model", action="append", default=[], metavar="ID|FILE", help="of the manifest, or GGUF; two are compared"
    )
    two.add_argument("--weight", type=float, action="append", default=[], help="may be repeated")
    two.add_argument("--threads", type=int, default=Settings().threads, help="threads of the model; 0 chooses")
    two.set_defaults(run=_measure)


def _collect(arguments: argparse.Namespace) -> int:
    use_one_math_thread()
    issues = read_instances(arguments.issues) if arguments.issues else []
    issues = [one for one in issues if find_repository(arguments.repos, one.repo) is not None]
    questions = [one for path in arguments.questions for one in read_questions(path)]
    if not issues and not questions:
        raise TrainingError(
            "there is nothing to collect: give --issues or --questions about repositories that are there"
        )
    chosen = sample(issues, rows=None, per_repo=arguments.per_repo, seed=arguments.seed) if issues else []
    collect_questions(questions, arguments.repos, arguments.out)
    collect_issues(chosen, arguments.repos, arguments.out)
    return 0


def _measure(arguments: argparse.Namespace) -> int:
    heads = read_heads(arguments.heads)
    kinds: dict[str, list[int]] = {}
    for at, head in enumerate(heads):
        kinds.setdefault(head.kind, []).append(at)
    shipped: dict[str, list[Numbers]] = {}
    for name in dict.fromkeys(arguments.model or [Settings().localization_model]):
        model = load_model(name, arguments.threads)
        try:
            cosines = cosines_of(heads, model)
        finally:
            model.close()
        shipped[name] = [numbers_of(head, one, *weights_of(head)) for head, one in zip(heads, cosines, strict=True)]
        for kind, places in kinds.items():
            rows = []
            for weight in arguments.weight or _WEIGHTS:
                numbers = [
                    numbers_of(heads[at], cosines[at], weight, weight, weights_of(heads[at])[2]) for at in places
                ]
                rows.append([f"{weight:g}", *_cells(means(numbers))])
            rows.append(["shipped", *_cells(means([shipped[name][at] for at in places]))])
            table = Table(f"{kind}, {name} (n = {len(places)})", "", ["weight", *TITLES], rows)
            print(f"{table.title}\n{table_text(table)}\n", flush=True)
    if len(shipped) == 2:
        for kind, places in kinds.items():
            print(_compared(kind, [{name: all_of[at] for name, all_of in shipped.items()} for at in places]))
    return 0


def weights_of(head: Head) -> tuple[float, float, int]:
    """Return what is shipped: the model's weight for functions and for files, and how many functions it leaves alone."""
    kind = _KINDS.get(head.kind, QueryKind.ISSUE)
    first = DEFAULT_WEIGHTS.model_first if kind is QueryKind.ISSUE else 0
    return DEFAULT_WEIGHTS.model[kind.value], DEFAULT_WEIGHTS.model_files[kind.value], first


def load_model(name: str, threads: int) -> LlamaEmbedder:
    """Return a model of the manifest by its id, or one of a GGUF file that takes the shipped one's place."""
    entry = load_manifest().entry(Settings().localization_model)
    if name.endswith(".gguf"):
        return LlamaEmbedder(Path(name), name, entry.dimension, threads=threads, prompt=entry.prompt)
    return load_llama(load_manifest().entry(name), threads)


def _cells(numbers: Numbers) -> list[str]:
    return [f"{100 * getattr(numbers, name):.1f}" for name in TITLES.values()]


def _compared(kind: str, rows: list[dict[str, Numbers]]) -> str:
    """Return how far the second model is above the first, in points, with the borders of the 95 % interval."""
    first, second = rows[0]
    lines = [f"{kind}: {second} minus {first}, at the weights that are shipped"]
    for title, name in TITLES.items():
        left, right = ([100 * getattr(row[model], name) for row in rows] for model in (second, first))
        found = paired_bootstrap(left, right)
        lines.append(f"  {title}: {found.difference:+.1f} [{found.low:+.1f}, {found.high:+.1f}]")
    return "\n".join(lines) + "\n"
