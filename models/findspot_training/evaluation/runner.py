"""Runs an evaluation: repository by repository, commit by commit, one line per finished instance.

A repository has one working folder and one index. Its instances come in the order of their dates, so each step writes
the files that differ and the engine's own refresh does the rest. Repositories may be spread over processes.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import findspot
from findspot.config import Settings
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, SIGNALS, RankingWeights
from findspot.core.types import Unavailable
from findspot.engine import Models
from findspot.errors import FindspotError, ModelError
from findspot.evaluation.bm25 import Units
from findspot.evaluation.checkouts import BareRepository, WorkTree
from findspot.inference.manifest import find_models, load_manifest, load_static
from findspot.parsing.chunker import parse
from findspot.parsing.languages import Parsers
from findspot_training.evaluation.baselines import Dense
from findspot_training.evaluation.gold import gold_of, with_patch
from findspot_training.evaluation.instances import Instance
from findspot_training.evaluation.records import Row, append_row, judged, read_rows, rows_path
from findspot_training.evaluation.systems import ask_engine, from_baseline
from findspot_training.indexed import IndexedTree
from findspot_training.mirrors import find_repository
from findspot_training.source import TrainingError

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

_RUN_FILE = "run.json"


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


@dataclass(frozen=True, slots=True)
class Places:
    """Folders: of the bare repositories, of the run, and of working trees and indexes."""

    repositories: Path
    out: Path
    work: Path


def describe(options: Options) -> dict[str, Any]:
    """Return what identifies a run: options, settings, and a digest of the engine with its models.

    Any change of the engine's code makes another run: rows of two versions under one roof would say nothing.
    """
    settings = options.settings()
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
        "settings": settings.model_dump(),
        **asdict(options),
    }


def config_hash(description: Mapping[str, Any]) -> str:
    """Return a short name for what ``describe`` gives."""
    return hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()[:12]


def evaluate(instances: Sequence[Instance], places: Places, options: Options, *, jobs: int = 1) -> None:
    """Run what is not finished yet; raises ``TrainingError`` when the folder holds a run with other options."""
    description = json.loads(json.dumps(describe(options)))
    name = config_hash(description)
    run_file = places.out / _RUN_FILE
    if run_file.is_file():
        earlier = json.loads(run_file.read_text(encoding="utf-8"))
        if config_hash(earlier) != name:
            changed = sorted(key for key in description if description[key] != earlier.get(key))
            raise TrainingError(
                f"{places.out} holds a run with another {', '.join(changed)}; give another --out, or delete it"
            )
    places.out.mkdir(parents=True, exist_ok=True)
    run_file.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    by_repo: dict[str, list[Instance]] = {}
    for instance in instances:
        by_repo.setdefault(instance.repo, []).append(instance)
    task = partial(_run_repository, places=places, options=options, config=name)
    groups = sorted(by_repo.values(), key=len, reverse=True)
    if jobs == 1:
        for group in groups:
            task(group)
    else:
        # A fresh interpreter per process: forking one that has threads and models in it is asking for trouble.
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            list(pool.map(task, groups))


def _run_repository(group: Sequence[Instance], *, places: Places, options: Options, config: str) -> None:
    """Work on the unfinished instances of one repository, in the order of their dates."""
    repo = group[0].repo
    target = rows_path(places.out, repo)
    finished = {row.id for row in read_rows([target]).values() if not row.error and row.config == config}
    waiting = sorted((one for one in group if one.id not in finished), key=lambda one: (one.created, one.id))
    if not waiting:
        return
    folder = find_repository(places.repositories, repo)
    if folder is None:
        for instance in waiting:
            append_row(target, _failed(instance, config, f"no repository {repo} below the folder of repositories"))
        _say(f"{repo}: not there, {len(waiting)} rows left out")
        return
    place = places.work / repo.lower().replace("/", "+")
    settings = options.settings()
    models = Models(settings, load_manifest(Path(options.models))) if options.models else Models.load(settings)
    with (
        BareRepository(folder) as bare,
        IndexedTree(place, settings, models, options.weights(), resumed=True) as index,
    ):
        desk = _Desk(index, models, bare, options)
        for number, instance in enumerate(waiting, start=1):
            started = time.perf_counter()
            try:
                row = desk.work(instance, config)
            except (FindspotError, OSError) as error:
                row = _failed(instance, config, f"{type(error).__name__}: {error}")
            append_row(target, row)
            said = row.error or f"{row.files} files, {time.perf_counter() - started:.1f} s"
            _say(f"{repo}: {number} of {len(waiting)}, {instance.id}: {said}")


def _failed(instance: Instance, config: str, reason: str) -> Row:
    return Row(instance.id, instance.repo, instance.commit, config, error=reason)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class _Desk:
    """One repository's tree and baselines, and the answers to its instances."""

    def __init__(self, index: IndexedTree, models: Models, bare: BareRepository, options: Options) -> None:
        self._index = index
        self._models = models
        self._bare = bare
        self._options = options
        self._tree = WorkTree(index.root, bare, history=True)
        self._parsers = Parsers()
        self._units = Units(partial(parse, parsers=self._parsers), texts=True)
        self._dense = Dense(load_static(load_manifest().entry(options.settings().embedder)))

    def work(self, instance: Instance, config: str) -> Row:
        """Go to the base commit, refresh the index, ask everybody, compare with the gold."""
        tree = self._bare.tree(instance.commit)
        move = self._tree.go(instance.commit, tree)
        engine, options = self._index.engine, self._options
        refreshed = engine.refresh()
        if "model" not in options.off and isinstance(found := self._models.localization_model(), Unavailable):
            raise ModelError(f"the localization model cannot be used: {found.reason}")
        asked = ask_engine(engine, instance.text, top_k=options.top_k, depth=options.depth)
        units = self._units.of(tree, self._tree.read)
        baselines = {
            "bm25": from_baseline(self._units.bm25(units, instance.text), top_k=options.top_k, depth=options.depth),
            "dense": from_baseline(self._dense.rank(units, instance.text), top_k=options.top_k, depth=options.depth),
        }
        gold = gold_of(with_patch(instance, self._bare), tree, self._tree.read, self._parsers)
        status = engine.status()
        row = judged(instance, config, gold, asked, baselines)
        return replace(
            row,
            files=status.files,
            chunks=status.chunks,
            missing=move.missing,
            seconds={**row.seconds, "refresh": round(refreshed.seconds, 4)},
        )
