"""Runs a measurement: every case of every job put to the engine and to the baselines, one row each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import findspot
from findspot.config import Settings
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, SIGNALS, RankingWeights
from findspot.core.types import Unavailable
from findspot.engine import Models
from findspot.errors import ModelError
from findspot.evaluation.bm25 import Units
from findspot.evaluation.places import is_mentioned
from findspot.inference.manifest import find_models, load_manifest, load_static
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mirrors import find_repository
from findspot_training.measure.cases import Case, Job
from findspot_training.measure.instances import Instance
from findspot_training.measure.rows import Row, append_row, judge, read_rows, rows_path
from findspot_training.measure.runner import Site, spread, work_through
from findspot_training.measure.systems import Dense, ask_engine, from_baseline
from findspot_training.source import claim

SWITCHES: Mapping[str, str] = {
    "model": "the localization model",
    "ranker": "the learned rankers; hand-set weights order instead",
    "mentions": "names, paths and frames in the text",
    "calls": "callers and callees",
    "tests": "tests as bridges to what they call",
    "imports": "files that import each other",
    "history": "messages of past commits",
    "recency": "dates of past commits",
    "dense": "static embeddings",
}
"""What ``--switch NAME=off`` takes away."""


@dataclass(frozen=True, slots=True)
class Options:
    """What decides the numbers of a run. ``off`` holds names of ``SWITCHES``."""

    top_k: int
    depth: int
    budget: float
    threads: int
    off: tuple[str, ...]
    models: str = ""
    """Folder of models to measure in the place of those that ship."""

    def weights(self) -> RankingWeights:
        """Return the shipped weights without the signals that are taken away."""
        return replace(DEFAULT_WEIGHTS, off=frozenset(name for name in SIGNALS if name in self.off))

    def settings(self) -> Settings:
        """Return the engine's settings; everything that is not an option keeps its shipped value."""
        given: dict[str, Any] = {"top_k": self.top_k, "budget": self.budget, "threads": self.threads}
        if "model" in self.off:
            given["localization_model"] = ""
        return Settings(**given)


def describe(options: Options) -> dict[str, Any]:
    """Return what identifies a run: options, settings, and a digest of the engine with its models.

    Any change of the engine's code makes another run: rows of two versions under one roof would say nothing.
    """
    package = Path(findspot.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    models = Path(options.models) if options.models else find_models()
    digest.update((models / "manifest.toml").read_bytes())
    return {
        "version": findspot.__version__,
        "engine": digest.hexdigest()[:16],
        "settings": options.settings().model_dump(),
        **asdict(options),
    }


def evaluate(
    jobs: Sequence[Job],
    repositories: Path,
    out: Path,
    options: Options,
    *,
    work: Path | None = None,
    processes: int = 1,
    **more: str,
) -> dict[str, Any]:
    """Ask what is not finished yet, and return what the run is described by: the options, and ``more``.

    Rows come below ``out``, trees and indexes into ``work``, which is inside of it if not given. Raises ``TrainingError`` when
    ``out`` holds a run with other options.
    """
    description = claim(out / "run.json", {**describe(options), **more})
    task = partial(_evaluate_job, repositories=repositories, out=out, work=work or out / "work", options=options)
    spread(task, jobs, processes)
    return description


def _evaluate_job(job: Job, *, repositories: Path, out: Path, work: Path, options: Options) -> None:
    """Ask the unfinished cases of one repository, and write a row for each."""
    target = rows_path(out, job.repository)
    finished = {row.id for row in read_rows([target]).values() if not row.error}
    waiting = replace(job, cases=tuple(one for one in job.cases if one.id not in finished))
    if not waiting.cases:
        return

    def failed(case: Case, reason: str) -> Row:
        return Row(case.id, job.repository, case.commit, case.kind, reason)

    if find_repository(repositories, job.repository) is None:
        for case in waiting.cases:
            append_row(target, failed(case, f"no repository {job.repository} below the folder of repositories"))
        return
    settings = options.settings()
    models = Models(settings, load_manifest(Path(options.models))) if options.models else Models.load(settings)
    systems = _Systems(options, models, job.repository)
    rows = work_through(waiting, repositories, work, settings, models, systems.row, failed, options.weights())
    for row in rows:
        append_row(target, row)


class _Systems:
    """The engine and the baselines on one repository."""

    def __init__(self, options: Options, models: Models, repository: str) -> None:
        self._options = options
        self._models = models
        self._repository = repository
        self._units = Units(partial(parse, parsers=Parsers()), texts=True)
        self._dense = Dense(load_static(load_manifest().entry(options.settings().embedder)))

    def row(self, site: Site, case: Case) -> Row:
        """Ask everybody, and compare what they say with the gold."""
        options, engine = self._options, site.engine
        if "model" not in options.off and isinstance(model := self._models.localization_model(), Unavailable):
            raise ModelError(f"the localization model cannot be used: {model.reason}")
        asked = ask_engine(engine, case.text, top_k=options.top_k, depth=options.depth)
        units = self._units.of(site.tree.files, site.tree.read)
        rankings = {"bm25": self._units.bm25(units, case.text), "dense": self._dense.rank(units, case.text)}
        found = asked.found | {
            name: from_baseline(one, top_k=options.top_k, depth=options.depth) for name, one in rankings.items()
        }
        gold, status = site.gold(case), engine.status()
        return Row(
            id=case.id,
            repo=self._repository,
            commit=case.commit,
            kind=case.kind,
            text="" if isinstance(case.answer, Instance) else case.text,
            language=case.language,
            shortened=case.shortened,
            mentioned=is_mentioned(gold.code_files, gold.functions, case.text),
            gold_files=list(gold.code_files),
            gold_functions=[f"{path}:{name}" for path, name in gold.functions],
            systems={name: judge(one, gold) for name, one in found.items()},
            seconds={name: round(value, 4) for name, value in (asked.seconds | {"refresh": site.seconds}).items()},
            model=asked.model,
            refused=asked.error,
            files=status.files,
            chunks=status.chunks,
            missing=site.tree.missing,
        )
