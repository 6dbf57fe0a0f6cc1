"""Puts cases to the engine, repository by repository: lays a tree out, indexes it, asks, and goes on to the next commit.

A repository has one working folder and one index, so that each step writes the files that differ and the engine's own
refresh does the rest. What is finished is in files, by which a run that was stopped goes on; jobs may be spread over processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from findspot.config import Config, Settings, use_one_math_thread
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights
from findspot.engine import Engine, Models
from findspot.errors import FindspotError
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.indexed import IndexedTree
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mirrors import file_name, repository_of
from findspot_training.corpus.questions.blanking import blanked_files
from findspot_training.corpus.questions.rows import Question
from findspot_training.measure.cases import Case, Job
from findspot_training.measure.gold import Gold, gold_of, with_patch
from findspot_training.progress import Progress

T = TypeVar("T")


class Site:
    """The tree of one repository at the commit of a case, indexed."""

    def __init__(self, tree: IndexedTree, bare: BareRepository, questions: Sequence[Question] = ()) -> None:
        self.tree = tree
        self.parsers = Parsers()
        self.seconds = 0.0
        """How long the last refresh of the index took."""
        self._bare = bare
        self._questions = questions
        self._commit = ""

    @property
    def engine(self) -> Engine:
        """The engine over the tree."""
        return self.tree.engine

    def go(self, commit: str) -> None:
        """Lay out a commit and refresh the index, unless that is where it stands; raises ``FindspotError``, ``OSError``."""
        if commit == self._commit:
            return
        self._commit = ""
        self.tree.go(commit)
        for path, text in blanked_files(self._questions, self.tree.read, self.parsers):
            (self.tree.root / path).write_bytes(text)
        self.seconds = self.engine.refresh().seconds
        self._commit = commit

    def gold(self, case: Case) -> Gold:
        """Return the answer of a case; raises ``EvaluationError`` when its repository lacks the solution."""
        if isinstance(case.answer, Gold):
            return case.answer
        return gold_of(with_patch(case.answer, self._bare), self.tree.files, self.tree.read, self.parsers)


def work_through(
    job: Job,
    repositories: Path,
    work: Path,
    settings: Settings,
    models: Models,
    ask: Callable[[Site, Case], T | None],
    failed: Callable[[Case, str], T] | None = None,
    weights: RankingWeights = DEFAULT_WEIGHTS,
) -> Iterator[T]:
    """Yield what ``ask`` makes of each case at its commit, and ``failed`` of those that cannot be asked; closes the models.

    Without ``failed`` a case whose commit cannot be laid out is left out, and any other fault is raised: what is collected
    into one file would miss a case for good. ``work`` is a folder for trees and indexes, ``repositories`` one of bare
    repositories. Raises ``TrainingError`` when the job's is not there, or a question's documentation cannot be taken out of
    its tree.
    """
    use_one_math_thread()
    # git's own excludes of the person who runs this have no say in what is indexed.
    config = Config(settings, work, environ={"GIT_CONFIG_GLOBAL": os.devnull})
    folder, history = work / file_name(job.repository), not job.questions
    progress = Progress(job.repository)
    with (
        BareRepository(repository_of(repositories, job.repository)) as bare,
        IndexedTree(folder, bare, config, models, weights, history=history) as tree,
    ):
        site = Site(tree, bare, job.questions)
        for number, case in enumerate(job.cases, start=1):
            found: T | None = None
            there = False
            try:
                site.go(case.commit)
                there = True
                found = ask(site, case)
            except (FindspotError, OSError) as error:
                if failed is not None:
                    found = failed(case, f"{type(error).__name__}: {error}")
                elif there or isinstance(error, OSError):
                    raise
                progress.say(f"{case.id} left out: {error}")
            if found is not None:
                yield found
            progress.now_and_then("{} of {}", number, len(job.cases))
        progress.say(f"{len(job.cases)} asked")


def spread(task: Callable[[Job], None], jobs: Sequence[Job], processes: int) -> None:
    """Do all jobs, in so many processes."""
    if processes == 1:
        for job in jobs:
            task(job)
        return
    # A fresh interpreter per process: forking one that has threads and models in it is asking for trouble.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(task, jobs))
