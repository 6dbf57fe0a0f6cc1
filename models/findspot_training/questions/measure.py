"""Puts questions to the engine and to the baselines, on trees without the documentation that they were made of.

A repository's rows are written when all of them are there, so a run that was stopped goes on with the next repository.
The tree has no past: subjects of commits are asked where nobody can look them up.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from findspot.core.types import Unavailable
from findspot.engine import Models
from findspot.errors import ModelError
from findspot.evaluation.bm25 import Units
from findspot.evaluation.checkouts import BareRepository, WorkTree
from findspot.evaluation.metrics import Rank, ranks_of
from findspot.inference.manifest import load_manifest, load_static
from findspot.parsing.chunker import parse
from findspot.parsing.languages import Parsers
from findspot_training.evaluation.baselines import Dense
from findspot_training.evaluation.runner import Options, Places, config_hash, describe
from findspot_training.evaluation.systems import Found, ask_engine, from_baseline
from findspot_training.indexed import IndexedTree
from findspot_training.mirrors import find_repository, repository_of
from findspot_training.questions.blanking import says, without_documentation
from findspot_training.questions.rows import Question
from findspot_training.source import TrainingError, json_lines, write_whole

_RUN_FILE: Final = "run.json"
_SHOWN: Final = 10
"""Functions of each list that are kept to be looked at."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """What one system said: ranks of the gold functions among functions, of the gold files, and its first functions.

    ``listed`` are the ranks of the gold files in the list as it is shown, where each result takes a place.
    """

    functions: list[Rank]
    files: list[Rank]
    top: list[str] = field(default_factory=list)
    listed: list[Rank] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """One answered question; ``refused`` is why the engine did not take it, which counts as a miss."""

    id: str
    kind: str
    repository: str
    language: str
    shortened: bool
    text: str
    systems: dict[str, Ranks]
    seconds: dict[str, float]
    model: str
    refused: str = ""


def measure(questions: Sequence[Question], digest: str, places: Places, options: Options, *, jobs: int = 1) -> None:
    """Ask what is not answered yet; raises ``TrainingError`` when the folder holds a run with other options.

    ``digest`` identifies the file of questions.
    """
    description = json.loads(json.dumps({**describe(options), "questions": digest}))
    run_file = places.out / _RUN_FILE
    if run_file.is_file():
        earlier = json.loads(run_file.read_text(encoding="utf-8"))
        if config_hash(earlier) != config_hash(description):
            changed = sorted(key for key in description if description[key] != earlier.get(key))
            raise TrainingError(
                f"{places.out} holds a run with another {', '.join(changed)}; give another --out, or delete it"
            )
    by_repository: dict[str, list[Question]] = {}
    for question in questions:
        by_repository.setdefault(question.repository, []).append(question)
    absent = [name for name in by_repository if find_repository(places.repositories, name) is None]
    if absent:
        raise TrainingError(f"{places.repositories} holds no bare repository of {', '.join(absent)}")
    places.out.mkdir(parents=True, exist_ok=True)
    run_file.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    waiting = [group for name, group in by_repository.items() if not _rows_path(places.out, name).is_file()]
    task = partial(_measure_repository, places=places, options=options)
    if jobs == 1:
        for group in waiting:
            task(group)
    else:
        # A fresh interpreter per process: forking one that has threads and models in it is asking for trouble.
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            list(pool.map(task, waiting))


def _rows_path(out: Path, repository: str) -> Path:
    return out / "rows" / f"{repository.lower().replace('/', '+')}.jsonl"


def read_rows(out: Path) -> tuple[dict[str, Row], dict[str, Any]]:
    """Return the rows of a run by id, and what it was made with; raises ``TrainingError`` when it has none."""
    rows: dict[str, Row] = {}
    try:
        description = dict(json.loads((out / _RUN_FILE).read_text(encoding="utf-8")))
        for path in sorted((out / "rows").glob("*.jsonl")):
            for values in json_lines(path):
                systems = {name: Ranks(**one) for name, one in values["systems"].items()}
                rows[values["id"]] = Row(**{**values, "systems": systems})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{out}: is no run of questions: {error}") from error
    if not rows:
        raise TrainingError(f"{out}: holds no answered question")
    return rows, description


def digest_of(path: Path) -> str:
    """Return a short name for the contents of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def lay_out(folder: Path, questions: Sequence[Question], bare: BareRepository, parsers: Parsers) -> dict[str, str]:
    """Fill an empty ``folder`` with the tree of the questions, all of one commit, and take their documentation out.

    Returns the blob hash by path, as the repository has it. Raises ``TrainingError`` when a docstring cannot be taken
    out, or is still there afterwards.
    """
    commit = questions[0].commit
    tree = bare.tree(commit)
    work = WorkTree(folder, bare, history=False)
    work.go(commit, tree)
    gold: dict[str, set[str]] = {}
    sentences: dict[str, list[str]] = {}
    for question in questions:
        if question.kind == "docstring":
            for path, name in question.places:
                gold.setdefault(path, set()).add(name)
                sentences.setdefault(path, []).append(question.written)
    for path, names in gold.items():
        source = work.read(path)
        blanked = None if source is None else without_documentation(path, source, names, parsers)
        left = blanked is None or [one for one in sentences[path] if says(blanked, one)]
        if blanked is None or left:
            raise TrainingError(f"{questions[0].repository}: the documentation cannot be taken out of {path}")
        (folder / path).write_bytes(blanked)
    _forget_the_past(folder)
    return tree


def _forget_the_past(folder: Path) -> None:
    """Give a folder a repository without a commit, so that no other one around it lends its past."""
    own = folder / ".git"
    (own / "objects").mkdir(parents=True)
    (own / "refs").mkdir()
    (own / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n", encoding="utf-8")
    (own / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8", newline="\n")


def _measure_repository(questions: Sequence[Question], *, places: Places, options: Options) -> None:
    """Answer all questions of one repository and write their rows."""
    name = questions[0].repository
    started = time.perf_counter()
    settings = options.settings()
    models = Models.load(settings)
    place = places.work / name.lower().replace("/", "+")
    with IndexedTree(place, settings, models, options.weights()) as index:
        with BareRepository(repository_of(places.repositories, name)) as bare:
            tree = lay_out(index.root, questions, bare, Parsers())
        if "model" not in options.off and isinstance(found := models.localization_model(), Unavailable):
            raise ModelError(f"the localization model cannot be used: {found.reason}")
        rows = _answered(questions, tree, index, options)
    lines = [json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows]
    write_whole(_rows_path(places.out, name), "".join(lines))
    print(f"{name}: {len(rows)} questions, {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)


def _answered(
    questions: Sequence[Question], tree: Mapping[str, str], index: IndexedTree, options: Options
) -> list[Row]:
    units = Units(partial(parse, parsers=Parsers()), texts=True)
    dense = Dense(load_static(load_manifest().entry(options.settings().embedder)))
    engine = index.refreshed()
    known = units.of(tree, lambda path: _read(index.root / path))
    rows: list[Row] = []
    for question in questions:
        asked = ask_engine(engine, question.text, top_k=options.top_k, depth=options.depth)
        found = {
            **asked.found,
            "bm25": from_baseline(units.bm25(known, question.text), top_k=options.top_k, depth=options.depth),
            "dense": from_baseline(dense.rank(known, question.text), top_k=options.top_k, depth=options.depth),
        }
        rows.append(
            Row(
                id=question.id,
                kind=question.kind,
                repository=question.repository,
                language=question.answers[0].language,
                shortened=bool(question.removed),
                text=question.text,
                systems={name: _ranks(one, question) for name, one in found.items()},
                seconds={name: round(value, 4) for name, value in asked.seconds.items()},
                model=asked.model,
                refused=asked.error,
            )
        )
    return rows


def _ranks(found: Found, question: Question) -> Ranks:
    top = [f"{path}:{name}" for path, name in found.functions[:_SHOWN]]
    shown = [one.path for one in found.listed or found.answer]
    return Ranks(
        functions=ranks_of(found.functions, question.places),
        files=ranks_of(found.files, question.paths),
        top=top,
        listed=ranks_of(shown, question.paths),
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
