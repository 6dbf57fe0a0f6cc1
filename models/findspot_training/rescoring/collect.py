"""Collects heads: issues at their base commit, questions about a tree without the documentation they were made of."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from findspot.config import Settings
from findspot.errors import FindspotError
from findspot.evaluation.checkouts import BareRepository, WorkTree
from findspot.parsing.languages import Parsers
from findspot_training.evaluation.gold import gold_of, with_patch
from findspot_training.evaluation.instances import Instance
from findspot_training.indexed import IndexedTree
from findspot_training.mirrors import repository_of
from findspot_training.questions.measure import lay_out
from findspot_training.questions.rows import Question
from findspot_training.ranker.collect import Job
from findspot_training.rescoring.heads import Candidate, Head, RecordingModels, head_of
from findspot_training.source import TrainingError, json_lines, write_whole


def collect_issues(instances: Sequence[Instance], repositories: Path, out: Path) -> None:
    """Write the heads of issues below ``out``, one file per repository; files that are there are left alone."""
    by_repository: dict[str, list[Instance]] = {}
    for instance in sorted(instances, key=lambda one: (one.created, one.id)):
        by_repository.setdefault(instance.repo, []).append(instance)
    for name, some in by_repository.items():
        target = _target(out, "issues", name)
        if not target.is_file():
            _write(target, _of_issues(some, repository_of(repositories, name), out / "work"))


def collect_questions(questions: Sequence[Question], repositories: Path, out: Path) -> None:
    """Write the heads of questions below ``out``, one file per repository; files that are there are left alone."""
    by_repository: dict[str, list[Question]] = {}
    for question in questions:
        by_repository.setdefault(question.repository, []).append(question)
    for name, some in by_repository.items():
        target = _target(out, "questions", name)
        if not target.is_file():
            _write(target, _of_questions(some, repository_of(repositories, name), out / "work"))


def collect_commits(jobs: Sequence[Job], repositories: Path, out: Path) -> None:
    """Write the heads of mined commits below ``out``, one file per repository; files that are there are left alone.

    What is not right among them are negatives as hard as they come: functions of the same repository that the engine
    itself takes for the place.
    """
    for job in jobs:
        target = _target(out, "commits", job.repository)
        if not target.is_file():
            _write(target, _of_commits(job, repository_of(repositories, job.repository), out / "work"))


def read_heads(out: Path) -> list[Head]:
    """Return all heads below a folder; raises ``TrainingError`` when there are none."""
    found: list[Head] = []
    for path in sorted(out.glob("*.jsonl")):
        for values in json_lines(path):
            candidates = tuple(Candidate(**one) for one in values["candidates"])
            files = tuple((path, score, right) for path, score, right in values["ranked_files"])
            found.append(Head(**{**values, "candidates": candidates, "ranked_files": files}))
    if not found:
        raise TrainingError(f"{out}: holds no collected candidates")
    return found


def _of_issues(instances: Sequence[Instance], folder: Path, work: Path) -> Iterator[Head]:
    parsers = Parsers()
    place, models = _recorded(work)
    with BareRepository(folder) as bare, place as index:
        tree = WorkTree(index.root, bare, history=True)
        for one in instances:
            try:
                files = bare.tree(one.commit)
                tree.go(one.commit, files)
                engine = index.refreshed()
            except FindspotError as error:
                print(f"{one.id} left out: {error}", file=sys.stderr, flush=True)
                continue
            gold = gold_of(with_patch(one, bare), files, tree.read, parsers)
            if gold.functions:
                right = frozenset(gold.functions), frozenset(gold.code_files)
                yield head_of(engine, models, one.id, one.repo, "issue", one.text, *right)


def _of_commits(job: Job, folder: Path, work: Path) -> Iterator[Head]:
    place, models = _recorded(work)
    with BareRepository(folder) as bare, place as index:
        tree = WorkTree(index.root, bare, history=True)
        for commit, texts in job.steps:
            try:
                tree.go(commit, bare.tree(commit))
                engine = index.refreshed()
            except FindspotError as error:
                print(f"{job.repository}: {commit[:12]} left out: {error}", file=sys.stderr, flush=True)
                continue
            for one in texts:
                head = head_of(engine, models, one.name, job.repository, "commit", one.text, one.functions, one.files)
                if any(candidate.right for candidate in head.candidates):
                    yield head


def _of_questions(questions: Sequence[Question], folder: Path, work: Path) -> Iterator[Head]:
    place, models = _recorded(work)
    with BareRepository(folder) as bare, place as index:
        lay_out(index.root, questions, bare, Parsers())
        engine = index.refreshed()
        for one in questions:
            right = frozenset(one.places), frozenset(one.paths)
            yield head_of(engine, models, one.id, one.repository, one.kind, one.text, *right)


def _recorded(work: Path) -> tuple[IndexedTree, RecordingModels]:
    settings = Settings(workers=1)
    models = RecordingModels.load(settings)
    return IndexedTree(work, settings, models), models


def _target(out: Path, kind: str, name: str) -> Path:
    return out / f"{kind}-{name.lower().replace('/', '+')}.jsonl"


def _write(target: Path, heads: Iterator[Head]) -> None:
    lines = [json.dumps(asdict(head), ensure_ascii=False) + "\n" for head in heads]
    write_whole(target, "".join(lines))
    print(f"{target.stem}: {len(lines)} texts", file=sys.stderr, flush=True)
