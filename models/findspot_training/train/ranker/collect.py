"""What the engine's rankers would read for texts with known answers: features and labels, repository by repository.

Candidates and their features come from the engine itself (I-4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from findspot.config import Settings
from findspot.core.ranking.features import FEATURES_VERSION, Features
from findspot.engine import Models
from findspot.evaluation.places import FUNCTIONS, Place
from findspot_training.corpus.mirrors import file_name
from findspot_training.measure.cases import Case, Job
from findspot_training.measure.runner import Site, spread, work_through
from findspot_training.source import claim
from findspot_training.train.ranker.rows import CLASSES, HEAD, KINDS, Collected, merged, write

_TAIL: Final = 50
"""Candidates that are kept of each text beside the first ``HEAD`` by hand-set weights and all right ones."""


def collect(jobs: Sequence[Job], repositories: Path, out: Path, *, processes: int = 1, whole: bool) -> None:
    """Write one file per repository below ``out``; finished repositories are left alone.

    ``whole`` keeps all candidates instead of a sample. Questions are read as questions, with embeddings, since that is how
    they are ordered; those that are about another repository come into a file of their own, ``strange`` beside ``own``.
    Raises ``TrainingError`` when ``out`` was made otherwise.
    """
    questions = any(job.questions for job in jobs)
    claim(out / "features.json", {"version": FEATURES_VERSION, "whole": whole, "report": not questions})
    spread(partial(_collect_job, repositories=repositories, out=out, whole=whole), jobs, processes)


def _collect_job(job: Job, *, repositories: Path, out: Path, whole: bool) -> None:
    name = file_name(job.repository)
    own, strange = (out / kind / f"{name}.npz" for kind in (("own", "strange") if job.questions else ("", "")))
    if own.exists() and strange.exists():
        return
    settings = Settings(localization_model="", workers=1)
    found: dict[Path, list[Collected]] = {}

    def asked(site: Site, case: Case) -> None:
        gold = site.gold(case)
        features = site.engine.features(case.text, report=not job.questions)
        part = _rows_of(features, case.id, set(gold.code_files), set(gold.functions), whole=whole)
        if part is not None:
            found.setdefault(own if gold.files else strange, []).append(part)

    for _ in work_through(job, repositories, out / "work", settings, Models.load(settings), asked):
        pass
    for target, parts in found.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        write(merged(parts), target)


def _rows_of(
    found: Features, name: str, gold_files: set[str], gold_functions: set[Place], *, whole: bool
) -> Collected | None:
    """Return the rows of one text; None when no candidate is right, since nothing can be learned from those.

    A text that has no answer here at all is kept, and with ``whole`` every text with all its candidates.
    """
    right = np.array([(unit.path, unit.symbol) in gold_functions and unit.kind in FUNCTIONS for unit in found.units])
    files = np.array([path in gold_files for path in found.files])
    found_any = bool(right.any() and files.any())
    if not whole and gold_files and not found_any:
        return None
    kept = np.arange(len(right))
    if not whole and len(right) > HEAD + _TAIL:
        draw = np.random.default_rng(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()))
        tail = draw.choice(np.arange(HEAD, len(right)), size=_TAIL, replace=False)
        kept = np.unique(np.concatenate([np.arange(HEAD), tail, np.flatnonzero(right)]))
    units = [found.units[at] for at in kept.tolist()]
    classes = {unit.path: CLASSES.index(unit.path_class) for unit in found.units}
    return Collected(
        names=[name],
        units=found.unit_features[kept].astype(np.float32),
        unit_labels=right[kept].astype(np.int8),
        unit_sizes=np.array([len(kept)], dtype=np.int32),
        kinds=np.array([KINDS.index(unit.kind) for unit in units], dtype=np.int8),
        classes=np.array([CLASSES.index(unit.path_class) for unit in units], dtype=np.int8),
        files=found.file_features.astype(np.float32),
        file_labels=files.astype(np.int8),
        file_sizes=np.array([len(files)], dtype=np.int32),
        file_classes=np.array([classes.get(path, 0) for path in found.files], dtype=np.int8),
        gold_functions=np.array([len(gold_functions)], dtype=np.int32),
        gold_files=np.array([len(gold_files)], dtype=np.int32),
    )
