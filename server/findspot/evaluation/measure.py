"""Findspot asked about the past of one repository: commit messages, at the tree before the commit.

Everything happens in a temporary folder with an index of its own. It moves through the commits oldest first, so that
each step writes the files that differ and the engine's refresh does the rest, and so that nothing which is derived, the
cached vectors of the model included, can know what came later.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event

from findspot.config import Config
from findspot.core.types import Progress, Unavailable
from findspot.engine import Engine, Models
from findspot.errors import Cancelled, EvaluationError
from findspot.evaluation.bm25 import Units
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.commits import Candidate, FileFunctions, changed_functions, choose
from findspot.evaluation.functions import Parse, parse_code
from findspot.evaluation.history import Repository, read_history
from findspot.evaluation.indexed import IndexedTree
from findspot.evaluation.metrics import Rank, ranks_of
from findspot.evaluation.places import Place, is_mentioned, ranked_files, ranked_functions
from findspot.indexing.options import preparer_options
from findspot.indexing.pool import PreparerPool

SYSTEMS = ("localize", "search", "bm25")

TOP_K = 10
"""Results of the timed calls: the largest k that is reported."""

_DEPTH = 40
"""Results of a second call that continues the list, since classes and sections take places and are no functions."""


@dataclass(frozen=True, slots=True)
class Task:
    """A commit to ask about, and the functions that it changed, as they stood at its parent."""

    candidate: Candidate
    files: tuple[FileFunctions, ...]

    @property
    def functions(self) -> list[Place]:
        """The changed functions, each once."""
        return list(dict.fromkeys((file.path, one.name) for file in self.files for one in file.functions))


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where one system has the changed files among files, and the changed functions among functions."""

    files: list[Rank]
    functions: list[Rank]


@dataclass(frozen=True, slots=True)
class Row:
    """One commit: ranks by system, seconds by call; ``mentioned`` says whether the message names what it changed.

    ``model`` is what the answer said about the localization model; ``missing`` files could not be laid out.
    """

    task: Task
    mentioned: bool
    systems: Mapping[str, Ranks]
    seconds: Mapping[str, float]
    model: str
    missing: int


@dataclass(slots=True)
class Measured:
    """What was measured, newest commit first; not ``complete`` when it was stopped before all ``tasks`` were done.

    ``left_out`` counts the commits that were looked at and are no use, by reason.
    """

    repository: Repository
    config: Config
    tasks: list[Task] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    complete: bool = False


def measure(
    repository: Repository,
    config: Config,
    *,
    commits: int,
    stop: Event,
    tell: Callable[[str], None],
    indexing: Callable[[Progress], None] | None,
) -> Measured:
    """Ask about the last ``commits`` that suit; what was done before ``stop`` was set is returned.

    ``tell`` is told in words what comes next, ``indexing`` follows the first, long run of the indexer. Raises
    ``EvaluationError`` when no commit suits.
    """
    measured = Measured(repository, config)
    with (
        BareRepository(repository.store) as bare,
        contextlib.closing(
            PreparerPool(preparer_options(repository.store, config.settings, config.environ))
        ) as workers,
        contextlib.suppress(Cancelled),
    ):
        parse = partial(workers.parse, stop=stop)
        tell("reading the history")
        measured.tasks += _tasks(bare, repository, parse, commits, measured.left_out, stop)
        with (
            tempfile.TemporaryDirectory(prefix="findspot-eval-", ignore_cleanup_errors=True) as folder,
            IndexedTree(Path(folder).resolve() / "work", bare, config, Models.load(config.settings)) as tree,
        ):
            session = _Session(tree, parse, stop, tell, indexing)
            for number, task in enumerate(reversed(measured.tasks)):
                tell(f"commit {number + 1} of {len(measured.tasks)}{session.pace(number, len(measured.tasks))}")
                measured.rows.insert(0, session.work(task))
        measured.complete = True
    return measured


def _tasks(
    bare: BareRepository,
    repository: Repository,
    parse: Parse,
    wanted: int,
    left_out: Counter[str],
    stop: Event,
) -> list[Task]:
    """Return the newest commits that suit, newest first."""
    tasks: list[Task] = []
    with contextlib.closing(read_history(repository.store, repository.head)) as history:
        for candidate in choose(history, left_out):
            _check(stop)
            files = changed_functions(candidate, bare, partial(parse_code, parse=parse))
            if isinstance(files, Unavailable):
                left_out[files.reason] += 1
                continue
            tasks.append(Task(candidate, tuple(files)))
            if len(tasks) == wanted:
                break
    if not tasks:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.most_common())
        hint = "; this clone is shallow: 'git fetch --unshallow' brings the rest" if repository.shallow else ""
        raise EvaluationError(f"no commit suits, since none changes a function that was there before ({reasons}){hint}")
    return tasks


def _check(stop: Event) -> None:
    if stop.is_set():
        raise Cancelled("stopped while measuring")


class _Session:
    """The working folder with its index; the same for all commits."""

    def __init__(
        self,
        tree: IndexedTree,
        parse: Parse,
        stop: Event,
        tell: Callable[[str], None],
        indexing: Callable[[Progress], None] | None,
    ) -> None:
        self._tree = tree
        self._units = Units(parse, texts=False)
        self._stop = stop
        self._tell = tell
        self._indexing = indexing
        self._began = 0.0

    def pace(self, done: int, total: int) -> str:
        """Return in words how long the rest will take, nothing while that is unknown; the first commit is no measure."""
        if done < 2:
            self._began = time.monotonic()
            return ""
        seconds = (time.monotonic() - self._began) / (done - 1) * (total - done)
        return f", {seconds:.0f} s left" if seconds < 60 else f", {seconds / 60:.0f} min left"

    def work(self, task: Task) -> Row:
        """Lay out the parent of a commit, refresh, ask every system; raises ``Cancelled``."""
        _check(self._stop)
        fresh = not self._tree.files
        self._tree.go(task.candidate.commit.parents[0])
        engine = self._tree.engine
        if fresh:
            self._index(engine)
        text = task.candidate.message.text
        units = self._units.of(self._tree.files, self._read)
        ranking = self._units.bm25(units, text)
        answers = {"bm25": (ranking.files, [(unit.path, unit.symbol or "") for unit in ranking.functions])}
        seconds: dict[str, float] = {}
        engine.refresh(stop=self._stop)
        began = time.perf_counter()
        first = engine.search(text, top_k=TOP_K, stop=self._stop)
        seconds["search"] = time.perf_counter() - began
        deep = engine.search(text, top_k=_DEPTH, stop=self._stop)
        both = (*first.results, *deep.results)
        answers["search"] = (ranked_files(both), ranked_functions(both))
        began = time.perf_counter()
        first = engine.localize(text, top_k=TOP_K, stop=self._stop)
        seconds["localize"] = time.perf_counter() - began
        files = engine.localize(text, top_k=TOP_K, level="file", stop=self._stop)
        deep = engine.localize(text, top_k=_DEPTH, stop=self._stop)
        answers["localize"] = (ranked_files(files.results), ranked_functions((*first.results, *deep.results)))
        paths = [file.path for file in task.files]
        return Row(
            task,
            is_mentioned(paths, task.functions, text),
            {name: _ranks(*answers[name], paths, task.functions) for name in SYSTEMS},
            seconds,
            first.status.model,
            self._tree.missing,
        )

    def _index(self, engine: Engine) -> None:
        """Index the first tree; the model is loaded before anything is timed."""
        if engine.config.settings.budget > 0:
            self._tree.models.localization_model()
        engine.refresh(progress=self._indexing, stop=self._stop)
        self._tell("reading the same files for plain BM25")

    def _read(self, path: str) -> bytes | None:
        _check(self._stop)
        return self._tree.read(path)


def _ranks(files: Sequence[str], functions: Sequence[Place], paths: Sequence[str], wanted: Sequence[Place]) -> Ranks:
    return Ranks(ranks_of(files, paths), ranks_of(functions, wanted))
