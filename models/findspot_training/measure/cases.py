"""Texts with known answers, by repository: the one form in which issues, questions and commits are asked.

Issues are asked at their base commit. Questions are asked at one commit, in a tree without a past and without the
documentation that they were made of. Mined commits are asked in groups against one older tree, so that the index moves once
for a dozen of texts; the tree is the parent of the oldest, so no text meets code or messages of its own future.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from findspot_training.corpus.mining.enlarge import enlarge
from findspot_training.corpus.mirrors import find_repository
from findspot_training.corpus.questions.rows import Question
from findspot_training.measure.gold import Gold
from findspot_training.measure.instances import Instance

_GROUP: Final = 16
"""Commits that are asked against one tree."""

_ENLARGED: Final = 0.35
"""The share of messages that get a trace or a snippet, as issues have them."""

NOWHERE: Final = Gold((), (), (), (), {})
"""The answer to a text about another repository."""


@dataclass(frozen=True, slots=True)
class Case:
    """A text that is asked at a commit, and its answer: the gold, or the instance whose solution gives it.

    ``kind`` is ``issue``, ``commit`` or that of a question; ``language`` and ``shortened`` say more about a question.
    """

    id: str
    commit: str
    kind: str
    text: str
    answer: Gold | Instance
    language: str = ""
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """The cases of one repository in the order in which they are asked.

    The documentation that ``questions`` were made of is taken out of the tree, and so is the past.
    """

    repository: str
    cases: tuple[Case, ...]
    questions: tuple[Question, ...] = ()


def there(instances: Iterable[Instance], repositories: Path) -> list[Instance]:
    """Return the instances whose bare repository is below a folder."""
    every = list(instances)
    known = {name for name in {one.repo for one in every} if find_repository(repositories, name) is not None}
    return [one for one in every if one.repo in known]


def jobs_of_issues(instances: Sequence[Instance]) -> list[Job]:
    """Return the jobs of issues, in the order of their dates; the longest job first."""
    found: dict[str, list[Case]] = {}
    for one in sorted(instances, key=lambda one: (one.created, one.id)):
        found.setdefault(one.repo, []).append(Case(one.id, one.commit, "issue", one.text, one))
    jobs = [Job(name, tuple(cases)) for name, cases in found.items()]
    return sorted(jobs, key=lambda job: -len(job.cases))


def jobs_against_others(instances: Sequence[Instance], count: int, seed: int) -> list[Job]:
    """Return jobs that ask ``count`` issues of other repositories against the newest tree of each repository."""
    found: list[Job] = []
    for job in jobs_of_issues(instances):
        name, commit = job.repository, job.cases[-1].commit
        others = sorted((one for one in instances if one.repo != name), key=lambda one: one.id)
        chosen = _drawn(f"{seed} {name}").sample(others, min(count, len(others)))
        found.append(Job(name, tuple(_elsewhere(f"{one.id} in {name}", commit, "issue", one.text) for one in chosen)))
    return found


def jobs_of_questions(questions: Sequence[Question], strangers: int = 0, seed: int = 0) -> list[Job]:
    """Return jobs that ask each repository its own questions, then at most ``strangers`` about other repositories."""
    by_repository: dict[str, list[Question]] = {}
    for one in questions:
        by_repository.setdefault(one.repository, []).append(one)
    found = []
    for name, own in by_repository.items():
        commit = own[0].commit
        others = [one for one in questions if one.repository != name]
        strange = _drawn(f"{seed} {name} strangers").sample(others, min(strangers, len(others)))
        cases = [_case_of(one, commit) for one in own]
        cases += [_elsewhere(f"{one.id} elsewhere", commit, one.kind, one.text) for one in strange]
        found.append(Job(name, tuple(cases), tuple(own)))
    return found


def _case_of(one: Question, commit: str) -> Case:
    paths = tuple(one.paths)
    gold = Gold(paths, paths, tuple(one.places), (), {})
    return Case(one.id, commit, one.kind, one.text, gold, one.answers[0].language, bool(one.removed))


def _elsewhere(name: str, commit: str, kind: str, text: str) -> Case:
    return Case(name, commit, kind, text, NOWHERE)


def job_of_commits(repository: str, rows: Iterable[dict[str, Any]], limit: int, words: int, seed: int) -> Job:
    """Return the job of a repository's newest mined commits with ``words`` different words or more, at most ``limit``.

    Neighbours in time, since each step of the index costs the files that differ.
    """
    commits = [row for row in rows if row["kind"] == "commit" and len(set(row["message"].lower().split())) >= words]
    draw = _drawn(f"{seed} {repository}")
    groups = [_group(run, seed, draw) for run in _runs(commits[:limit])]  # newest first
    return Job(repository, tuple(case for group in reversed(groups) for case in group))


def job_of_others(repository: str, rows: Iterable[dict[str, Any]], taken: Job, groups: int, seed: int) -> Job:
    """Return the job of mined commits that ``taken`` has not: ``groups`` runs of neighbours, drawn from all of them.

    A ranker is too sure of commits that it learned from; what is learned from its order needs others.
    """
    known = {case.id for case in taken.cases}
    runs = _runs([row for row in rows if row["kind"] == "commit" and row["commit"] not in known])
    chosen = _drawn(f"{seed} {repository} others").sample(range(len(runs)), min(groups, len(runs)))
    return Job(repository, tuple(case for at in sorted(chosen, reverse=True) for case in _group(runs[at], seed)))


def _runs(commits: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    return [commits[start : start + _GROUP] for start in range(0, len(commits), _GROUP)]


def _group(run: Sequence[Mapping[str, Any]], seed: int, draw: random.Random | None = None) -> list[Case]:
    """Return the cases of neighbouring commits; with ``draw`` some of their texts are enlarged."""
    found = []
    for row in run:
        larger = draw is not None and draw.random() < _ENLARGED
        text = enlarge(dict(row), seed=seed).text if larger else str(row["message"])
        paths = tuple(file["path"] for file in row["files"])
        places = ((file["path"], name) for file in row["files"] for name in file["functions"])
        gold = Gold(paths, paths, tuple(dict.fromkeys(places)), (), {})
        found.append(Case(str(row["commit"]), str(run[-1]["parent"]), "commit", text, gold))
    return found


def _drawn(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable, nothing is secret
