"""The best candidates of texts with known answers, as the localization model meets them: what it reads, and their order.

They are taken from the engine itself (I-4), by giving it a model that remembers what it is asked to read and has no
opinion. Any model, and any weight of it, can then be measured on them in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter

from findspot.config import Settings
from findspot.core.arrays import Vectors
from findspot.core.types import Answer
from findspot.engine import Engine, Models
from findspot.evaluation.places import FUNCTIONS
from findspot.inference.manifest import Manifest
from findspot_training.corpus.mirrors import file_name
from findspot_training.measure.cases import Case, Job
from findspot_training.measure.gold import Gold
from findspot_training.measure.runner import Site, work_through
from findspot_training.source import TrainingError, write_whole

_DEPTH: Final = 40
"""Places of the list that are kept; the model reorders the first of them only."""

_FILES: Final = 30

_PATIENCE: Final = 60.0
"""Seconds of budget: nothing is to be cut by time here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place of a list. ``document`` is what the model reads of it; None where it is not asked."""

    path: str
    symbol: str
    function: bool
    score: float
    right: bool
    document: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """A text as the model reads it, its candidates best first, and its files as (path, score, right).

    ``functions`` and ``files`` say how many there are to be found.
    """

    id: str
    group: str
    kind: str
    query: str
    candidates: tuple[Candidate, ...]
    ranked_files: tuple[tuple[str, float, bool], ...]
    functions: int
    files: int


class Recorder:
    """A localization model without an opinion that keeps what it is given to read."""

    def __init__(self) -> None:
        self.query = ""
        self.documents: list[str] = []
        self._calls = 0

    @property
    def model_id(self) -> str:
        """Another one after each query, so that no vector is taken from a cache."""
        return f"recorder {self._calls}"

    def embed_documents(
        self, texts: Sequence[str], stop: Event | None = None, deadline: float | None = None
    ) -> Vectors:
        """Keep the texts."""
        del stop, deadline
        self.documents = list(texts)
        return np.zeros((len(texts), 1), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Keep the text."""
        self._calls += 1
        self.query, self.documents = text, []
        return np.zeros((1, 1), dtype=np.float32)


class RecordingModels(Models):
    """Models whose localization model is a ``Recorder``."""

    def __init__(self, settings: Settings, manifest: Manifest | None) -> None:
        super().__init__(settings, manifest)
        self.recorder = Recorder()

    def localization_model(self, deadline: float | None = None) -> Any:
        """Return the recorder."""
        del deadline
        return self.recorder


def head_of(engine: Engine, recorder: Recorder, case: Case, group: str, gold: Gold) -> Head:
    """Return the head of one case asked against the tree of the engine, whose localization model is ``recorder``.

    That of a commit has no list of files, which takes half the time: nobody learns from it.
    """
    by_file = (
        ()
        if case.kind == "commit"
        else engine.localize(case.text, top_k=_FILES, level="file", budget=_PATIENCE).results
    )
    answer = engine.localize(case.text, top_k=_DEPTH, budget=_PATIENCE)
    functions, files = frozenset(gold.functions), frozenset(gold.code_files)
    documents = _matched(answer, recorder.documents)
    candidates = tuple(
        Candidate(
            one.path,
            one.symbol or "",
            one.kind in FUNCTIONS,
            one.score,
            (one.path, one.symbol or "") in functions and one.kind in FUNCTIONS,
            document,
        )
        for one, document in zip(answer.results, documents, strict=True)
    )
    ranked = tuple((one.path, one.score, one.path in files) for one in by_file)
    return Head(case.id, group, case.kind, recorder.query, candidates, ranked, len(functions), len(files))


def _matched(answer: Answer, documents: Sequence[str]) -> list[str | None]:
    """Return the document of each result; what is read alike is asked once only, and has none the second time."""
    waiting = iter(documents)
    following = next(waiting, None)
    found: list[str | None] = []
    for one in answer.results:
        if following is not None and following.startswith(f"{one.path} {one.symbol or ''}".strip()):
            found.append(following)
            following = next(waiting, None)
        else:
            found.append(None)
    return found


def collect(jobs: Iterable[Job], repositories: Path, out: Path, name: str) -> None:
    """Write the heads of jobs below ``out``, one file per repository whose name begins with ``name``; existing ones stay.

    Of mined commits what is not right are negatives as hard as they come: functions of the same repository that the engine
    itself takes for the place. Heads without anything right are left out there, and cases without a gold function elsewhere.
    """
    settings = Settings(workers=1)
    for job in jobs:
        target = out / f"{name}-{file_name(job.repository)}.jsonl"
        if target.is_file():
            continue
        models = RecordingModels.load(settings)
        ask = partial(_asked, recorder=models.recorder, group=job.repository)
        heads = work_through(job, repositories, out / "work", settings, models, ask)
        write_whole(target, "".join(json.dumps(asdict(head), ensure_ascii=False) + "\n" for head in heads))


def _asked(site: Site, case: Case, *, recorder: Recorder, group: str) -> Head | None:
    gold = site.gold(case)
    if case.kind != "commit" and not gold.functions:
        return None
    head = head_of(site.engine, recorder, case, group, gold)
    return head if case.kind != "commit" or any(one.right for one in head.candidates) else None


def read_heads(out: Path) -> list[Head]:
    """Return all heads below a folder; raises ``TrainingError`` when there are none."""
    adapter = TypeAdapter(Head)
    lines = (line for path in sorted(out.glob("*.jsonl")) for line in path.read_bytes().split(b"\n") if line)
    found = [adapter.validate_json(line) for line in lines]
    if not found:
        raise TrainingError(f"{out}: holds no collected candidates")
    return found
