"""What the engine's rankers would read for texts with known answers: features and labels, repository by repository.

Candidates and their features come from the engine itself (I-4). Mined commits are asked in groups against one older
tree, so that the index moves once for a dozen of texts; the tree is the parent of the oldest, so no text meets code or
messages of its own future. Tuning instances are asked at their base commit.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from findspot.config import Settings
from findspot.core.ranking.features import FEATURES_VERSION, Features
from findspot.core.ranking.weights import Unit
from findspot.engine import Models
from findspot.errors import FindspotError
from findspot.evaluation.checkouts import BareRepository, WorkTree
from findspot.parsing.languages import Parsers
from findspot_training.evaluation.gold import gold_of, with_patch
from findspot_training.evaluation.instances import Instance
from findspot_training.indexed import IndexedTree
from findspot_training.mining.enlarge import enlarge
from findspot_training.mirrors import repository_of
from findspot_training.questions.measure import lay_out
from findspot_training.questions.rows import Question
from findspot_training.ranker.rows import CLASSES, HEAD, KINDS, Collected, empty, merged, write
from findspot_training.source import TrainingError

_GROUP: Final = 16
"""Commits that are asked against one tree."""

_ENLARGED: Final = 0.35
"""The share of messages that get a trace or a snippet, as issues have them."""

_TAIL: Final = 50
"""Candidates that are kept of each text beside the first ``HEAD`` by hand-set weights and all right ones."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its answer: files, and functions as (path, qualified name)."""

    name: str
    text: str
    files: frozenset[str]
    functions: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Job:
    """Texts of one repository by the commit whose tree they are asked against."""

    repository: str
    steps: tuple[tuple[str, tuple[Text, ...]], ...]


@dataclass(frozen=True, slots=True)
class QuestionJob:
    """The questions about one tree of a repository, and questions about other repositories."""

    repository: str
    own: tuple[Question, ...]
    strange: tuple[Question, ...]


def job_of_commits(repository: str, rows: Iterable[dict[str, Any]], limit: int, words: int, seed: int) -> Job:
    """Return the job of a repository's newest mined commits with ``words`` different words or more, at most ``limit``.

    Neighbours in time, since each step of the index costs the files that differ.
    """
    commits = [row for row in rows if row["kind"] == "commit" and len(set(row["message"].lower().split())) >= words]
    commits = commits[:limit]
    draw = random.Random(f"{seed} {repository}")  # noqa: S311 - repeatable, nothing is secret
    steps: list[tuple[str, tuple[Text, ...]]] = []
    for start in range(0, len(commits), _GROUP):
        group = commits[start : start + _GROUP]  # newest first
        texts = tuple(_text_of(row, enlarged=draw.random() < _ENLARGED, seed=seed) for row in group)
        steps.append((str(group[-1]["parent"]), texts))
    return Job(repository, tuple(reversed(steps)))


def job_of_others(repository: str, rows: Iterable[dict[str, Any]], taken: Job, groups: int, seed: int) -> Job:
    """Return the job of mined commits that ``taken`` has not: ``groups`` runs of neighbours, drawn from all of them.

    A ranker is too sure of commits that it learned from; what is learned from its order needs others.
    """
    known = {text.name for _, texts in taken.steps for text in texts}
    commits = [row for row in rows if row["kind"] == "commit" and row["commit"] not in known]
    runs = [commits[start : start + _GROUP] for start in range(0, len(commits), _GROUP)]
    draw = random.Random(f"{seed} {repository} others")  # noqa: S311 - repeatable, nothing is secret
    chosen = sorted(draw.sample(range(len(runs)), min(groups, len(runs))), reverse=True)
    return Job(
        repository,
        tuple(
            (str(runs[at][-1]["parent"]), tuple(_text_of(row, enlarged=False, seed=seed) for row in runs[at]))
            for at in chosen
        ),
    )


def _text_of(row: dict[str, Any], *, enlarged: bool, seed: int) -> Text:
    functions = frozenset((file["path"], name) for file in row["files"] for name in file["functions"])
    text = enlarge(row, seed=seed).text if enlarged else str(row["message"])
    return Text(str(row["commit"]), text, frozenset(file["path"] for file in row["files"]), functions)


def jobs_against_others(instances: Sequence[Instance], count: int, seed: int) -> list[Job]:
    """Return jobs that ask ``count`` texts of other repositories against the newest tree of each repository."""
    found: list[Job] = []
    for repository, own in jobs_of_instances(instances):
        others = sorted((one for one in instances if one.repo != repository), key=lambda one: one.id)
        draw = random.Random(f"{seed} {repository}")  # noqa: S311 - repeatable, nothing is secret
        chosen = draw.sample(others, min(count, len(others)))
        texts = tuple(Text(f"{one.id} in {repository}", one.text, frozenset(), frozenset()) for one in chosen)
        found.append(Job(repository, ((own[-1].commit, texts),)))
    return found


def jobs_of_instances(instances: Sequence[Instance]) -> list[tuple[str, list[Instance]]]:
    """Return the instances by repository, in the order of their dates."""
    found: dict[str, list[Instance]] = {}
    for instance in sorted(instances, key=lambda one: (one.created, one.id)):
        found.setdefault(instance.repo, []).append(instance)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def jobs_of_questions(questions: Sequence[Question], strangers: int, seed: int) -> list[QuestionJob]:
    """Return jobs that ask each repository its own questions, and as many as ``strangers`` of other repositories."""
    by_repository: dict[str, list[Question]] = {}
    for one in questions:
        by_repository.setdefault(one.repository, []).append(one)
    found = []
    for name, own in by_repository.items():
        others = [one for one in questions if one.repository != name]
        draw = random.Random(f"{seed} {name} strangers")  # noqa: S311 - repeatable, nothing is secret
        found.append(QuestionJob(name, tuple(own), tuple(draw.sample(others, min(strangers, len(others))))))
    return found


def collect(
    work: Sequence[Job | tuple[str, list[Instance]]],
    repositories: Path,
    out: Path,
    *,
    jobs: int,
    whole: bool,
) -> None:
    """Write one file per repository below ``out``; finished repositories are left alone.

    ``whole`` keeps all candidates instead of a sample. Raises ``TrainingError`` when ``out`` was made otherwise.
    """
    _note(out, {"whole": whole})
    task = partial(_collect_repository, repositories=repositories, out=out, whole=whole)
    if jobs == 1:
        for one in work:
            task(one)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        list(pool.map(task, work))


def collect_questions(work: Sequence[QuestionJob], repositories: Path, out: Path) -> None:
    """Write two files per repository, below ``own`` and ``strange`` of ``out``; finished ones are left alone.

    Questions are read as questions, with embeddings, since that is how they are ordered.
    """
    _note(out, {"whole": True, "report": False})
    parsers = Parsers()
    for job in work:
        name = job.repository.lower().replace("/", "+") + ".npz"
        targets = out / "own" / name, out / "strange" / name
        if all(target.is_file() for target in targets):
            continue
        started = time.monotonic()
        settings = Settings(localization_model="", workers=1)
        with (
            BareRepository(repository_of(repositories, job.repository)) as bare,
            IndexedTree(out / "work" / name, settings, Models.load(settings)) as index,
        ):
            lay_out(index.root, job.own, bare, parsers)
            engine = index.refreshed()
            for target, asked in zip(targets, (job.own, job.strange), strict=True):
                texts = [_text_of_question(one, here=asked is job.own) for one in asked]
                parts = [_rows_of(engine.features(one.text, report=False), one, whole=True) for one in texts]
                target.parent.mkdir(parents=True, exist_ok=True)
                write(merged([part for part in parts if part is not None]), target)
        _say(f"{job.repository}: {len(job.own) + len(job.strange)} questions, {time.monotonic() - started:.0f} s")


def _text_of_question(one: Question, *, here: bool) -> Text:
    if not here:
        return Text(f"{one.id} elsewhere", one.text, frozenset(), frozenset())
    return Text(one.id, one.text, frozenset(one.paths), frozenset(one.places))


def _note(out: Path, made: dict[str, bool]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    note = out / "features.json"
    told = {"version": FEATURES_VERSION, **made}
    if note.is_file() and json.loads(note.read_text(encoding="utf-8")) != told:
        raise TrainingError(f"{out} holds features of another version; give another --out, or delete it")
    note.write_text(json.dumps(told) + "\n", encoding="utf-8")


def _collect_repository(work: Job | tuple[str, list[Instance]], *, repositories: Path, out: Path, whole: bool) -> None:
    name = work.repository if isinstance(work, Job) else work[0]
    target = out / (name.lower().replace("/", "+") + ".npz")
    if target.exists():
        return
    folder = repository_of(repositories, name)
    started = time.monotonic()
    parts: list[Collected] = []
    settings = Settings(localization_model="", workers=1)
    place = out / "work" / target.stem
    with BareRepository(folder) as bare, IndexedTree(place, settings, Models.load(settings)) as index:
        tree = WorkTree(index.root, bare, history=True)
        steps = work.steps if isinstance(work, Job) else _steps_of(work[1], bare, tree)
        for number, (commit, texts) in enumerate(steps, start=1):
            try:
                tree.go(commit, bare.tree(commit))
                engine = index.refreshed()
            except FindspotError as error:
                _say(f"{name}: {commit[:12]} left out: {error}")
                continue
            for text in texts:
                part = _rows_of(engine.features(text.text), text, whole=whole)
                if part is not None:
                    parts.append(part)
            if number % 20 == 0:
                done = f"{len(parts)} texts, {time.monotonic() - started:.0f} s"
                _say(f"{name}: {number} of {len(steps) if isinstance(steps, tuple) else '?'} trees, {done}")
    if parts:
        write(merged(parts), target)
    _say(f"{name}: {len(parts)} texts, {time.monotonic() - started:.0f} s")


def _steps_of(
    instances: Sequence[Instance], bare: BareRepository, place: WorkTree
) -> Iterator[tuple[str, tuple[Text, ...]]]:
    parsers = Parsers()
    for one in instances:
        try:
            tree = bare.tree(one.commit)
        except FindspotError as error:
            _say(f"{one.id} left out: {error}")
            continue
        place.go(one.commit, tree)
        gold = gold_of(with_patch(one, bare), tree, place.read, parsers)
        yield one.commit, (Text(one.id, one.text, frozenset(gold.code_files), frozenset(gold.functions)),)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _rows_of(found: Features, text: Text, *, whole: bool) -> Collected | None:
    """Return the rows of one text; None when no candidate is right, since nothing can be learned from those.

    A text that has no answer here at all is kept, and with ``whole`` every text with all its candidates.
    """
    right = np.array([(unit.path, unit.symbol) in text.functions and _is_function(unit) for unit in found.units])
    files = np.array([path in text.files for path in found.files])
    found_any = bool(right.any() and files.any())
    if not whole and text.files and not found_any:
        return None
    if not len(right):
        return empty(text.name, len(text.functions), len(text.files))
    kept = np.arange(len(right))
    if not whole and len(right) > HEAD + _TAIL:
        draw = np.random.default_rng(int.from_bytes(hashlib.blake2b(text.name.encode(), digest_size=8).digest()))
        tail = draw.choice(np.arange(HEAD, len(right)), size=_TAIL, replace=False)
        kept = np.unique(np.concatenate([np.arange(HEAD), tail, np.flatnonzero(right)]))
    units = [found.units[at] for at in kept.tolist()]
    where = {path: at for at, path in enumerate(found.files)}
    classes = {unit.path: CLASSES.index(unit.path_class) for unit in found.units}
    return Collected(
        names=[text.name],
        units=found.unit_features[kept].astype(np.float32),
        unit_labels=right[kept].astype(np.int8),
        unit_sizes=np.array([len(kept)], dtype=np.int32),
        kinds=np.array([KINDS.index(unit.kind) for unit in units], dtype=np.int8),
        classes=np.array([CLASSES.index(unit.path_class) for unit in units], dtype=np.int8),
        unit_files=np.array([where[unit.path] for unit in units], dtype=np.int32),
        files=found.file_features.astype(np.float32),
        file_labels=files.astype(np.int8),
        file_sizes=np.array([len(files)], dtype=np.int32),
        file_classes=np.array([classes.get(path, 0) for path in found.files], dtype=np.int8),
        gold_functions=np.array([len(text.functions)], dtype=np.int32),
        gold_files=np.array([len(text.files)], dtype=np.int32),
    )


def _is_function(unit: Unit) -> bool:
    return unit.kind in {"function", "method"}
