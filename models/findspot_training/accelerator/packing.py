"""What is packed of each repository: its groups and the engine's lists, in the ids of each model.

A repository's files are made once, in the working folder; ``parts`` lays them out, anew each time.
"""

from __future__ import annotations

import io
import json
import lzma
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from findspot.core.ranking.result_lists import z_scores
from findspot.errors import FindspotError
from findspot.evaluation.history import head_of
from findspot.inference.llama import DOCUMENT_TOKENS, QUERY_TOKENS
from findspot_training import source
from findspot_training.accelerator.groups import Limits, flat, groups_of
from findspot_training.accelerator.scorer_model import Cutter, Form
from findspot_training.corpus.mirrors import file_name, find_repository
from findspot_training.corpus.pairs.rendering import for_model
from findspot_training.measure.cases import Job, job_of_others
from findspot_training.measure.heads import Head, collect, read_heads
from findspot_training.source import json_lines, write_whole
from findspot_training.train.encoder.encoder import Reader

Array = npt.NDArray[Any]

MIB: Final = 2**20

LISTED: Final = 16
"""Candidates of a list: those that the model re-orders."""


@dataclass(frozen=True, slots=True)
class Packing:
    """The parameters of the recipe. ``held`` are those of ``repositories`` that are measured on and not trained on.

    The scorer reads ``document`` ids of a function, then the text ``between``, then ``message`` ids of what is asked.
    """

    start: str
    topics: str
    commits: int
    documentation: int
    names: int
    runs: int
    seed: int
    call: int
    between: str
    document: int
    message: int
    repositories: tuple[str, ...]
    held: tuple[str, ...]

    @property
    def limits(self) -> Limits:
        """What a repository may give."""
        return Limits(self.commits, self.documentation, self.names, self.seed)


@dataclass(frozen=True, slots=True)
class Readers:
    """What cuts texts into ids: of the encoder, and of the scorer where that is packed, too."""

    encoder: Reader
    scorer: Cutter | None
    form: Form | None

    @classmethod
    def load(cls, told: Packing, scorer: Path | None) -> Self:
        """Take the encoder's vocabulary from its package, the scorer's from the file ``scorer``."""
        cutter = None if scorer is None else Cutter(scorer)
        form = None if cutter is None else cutter.form(told.between, told.document, told.message)
        return cls(Reader(source.vocabulary(source.model_folder())), cutter, form)

    def for_encoder(self, queries: Sequence[str], documents: Sequence[str]) -> dict[str, Array]:
        """Return both sides in the ids of the encoder."""
        asked = [self.encoder.pieces(text, QUERY_TOKENS) for text in queries]
        return {
            **flat("query", asked),
            **flat("document", [self.encoder.pieces(one, DOCUMENT_TOKENS) for one in documents]),
        }

    def for_scorer(self, queries: Sequence[str], documents: Sequence[str]) -> dict[str, Array] | None:
        """Return both sides in the ids of the scorer; None where it is not packed."""
        if self.scorer is None or self.form is None:
            return None
        asked = [self.scorer.message(text, self.form) for text in queries]
        return {
            **flat("query", asked),
            **flat("document", [self.scorer.document(text, self.form) for text in documents]),
        }


def make_groups(told: Packing, mirrors: Path, work: Path, scorer: Path | None, *, jobs: int) -> None:
    """Make the groups of every repository whose mirror is there and that has none of the same numbers yet.

    With the file ``scorer`` they are made for the scorer, too, in the ids of its vocabulary.
    """
    form = Readers.load(told, scorer).form
    waiting = []
    for name in told.repositories:
        place, note = find_repository(mirrors, name), note_of(work, name)
        if place is None:
            continue
        made_of = told.limits.made_of(head_of(place))
        if note.get("made_of") != made_of or (form is not None and note.get("form") != form.told()):
            waiting.append((told, name, place, work, scorer))
    waiting.sort(key=lambda one: _size(one[2]))  # small ones first, so that there is something to pack early
    if jobs == 1 or len(waiting) < 2:
        for one in waiting:
            print(_made(one), file=sys.stderr, flush=True)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for said in pool.map(_made, waiting):
            print(said, file=sys.stderr, flush=True)


def _made(one: tuple[Packing, str, Path, Path, Path | None]) -> str:
    told, name, place, work, scorer = one
    began = sum(os.times()[:4])  # processor time, of git as well, whatever else the machine does
    readers = Readers.load(told, scorer)
    try:
        made = groups_of(name, place, told.limits, for_model(), readers.encoder, told.topics)
    except FindspotError as error:
        return f"{name} left out: {error}"
    rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made.rows)
    write_whole(work / "rows" / f"{file_name(name)}.jsonl", rows)
    packed = packed_bytes({**made.columns, **made.pieces})
    (work / f"{file_name(name)}.xz").write_bytes(packed)
    ids = readers.for_scorer(made.queries, made.documents)
    if ids is not None:
        (work / f"{file_name(name)}.scorer.xz").write_bytes(packed_bytes({**made.columns, **ids}))
    seconds = sum(os.times()[:4]) - began
    note = {
        "made_of": told.limits.made_of(head_of(place)), "form": None if readers.form is None else readers.form.told(),
        "groups": made.kinds.total(), "commits": len(made.rows), "documents": len(made.documents),
        "kinds": dict(sorted(made.kinds.items())), "languages": dict(sorted(made.languages.items())),
        "processor_seconds": round(seconds, 1),
    }  # fmt: skip
    write_whole(work / f"{file_name(name)}.json", json.dumps(note) + "\n")
    return f"{name}: {made.kinds.total():,} groups, {len(packed) / MIB:.2f} MiB, {seconds:.0f} s of a processor"


def make_lists(told: Packing, mirrors: Path, work: Path, scorer: Path | None) -> None:
    """Ask the engine with mined messages, where that was not done yet, and pack its first candidates with their order."""
    readers = Readers.load(told, scorer)
    for name in told.repositories:
        targets = [work / f"{file_name(name)}.lists.xz"] + [work / f"{file_name(name)}.scorer.lists.xz"] * (
            scorer is not None
        )
        rows = work / "rows" / f"{file_name(name)}.jsonl"
        if not rows.is_file() or all(target.is_file() for target in targets):
            continue
        out = work / "heads" / file_name(name)
        collect([job_of_others(name, json_lines(rows), Job(name, ()), told.runs, told.seed)], mirrors, out, "commits")
        heads = read_heads(out) if any(path.stat().st_size for path in out.glob("*.jsonl")) else []
        for target, arrays in zip(targets, lists_of(heads, readers), strict=False):
            target.write_bytes(packed_bytes(arrays))


def lists_of(heads: Sequence[Head], readers: Readers) -> list[dict[str, Array]]:
    """Return the heads that have something right and something wrong among the first, once for each model."""
    queries, numbers, orders, rights = [], [], [], []
    known: dict[str, int] = {}
    for head in heads:
        read = [one for one in head.candidates if one.document is not None][:LISTED]
        if not 0 < sum(one.right for one in read) < len(read):
            continue
        row = np.full(LISTED, -1, dtype=np.int32)
        row[: len(read)] = [known.setdefault(one.document or "", len(known)) for one in read]
        order, right = np.zeros(LISTED, dtype=np.float16), np.zeros(LISTED, dtype=np.bool_)
        order[: len(read)] = z_scores([one.score for one in read])
        right[: len(read)] = [one.right for one in read]
        queries.append(head.query)
        numbers.append(row)
        orders.append(order)
        rights.append(right)
    columns: dict[str, Array] = {
        "documents": np.array(numbers, dtype=np.int32).reshape(-1, LISTED),
        "order": np.array(orders, dtype=np.float16).reshape(-1, LISTED),
        "right": np.array(rights, dtype=np.bool_).reshape(-1, LISTED),
    }
    both = readers.for_encoder(queries, list(known)), readers.for_scorer(queries, list(known))
    return [{**columns, **ids} for ids in both if ids is not None]


def packed_bytes(arrays: Mapping[str, Array], preset: int = 6) -> bytes:
    """Return arrays as one compressed file."""
    raw = io.BytesIO()
    np.savez(raw, allow_pickle=False, **arrays)
    return lzma.compress(raw.getvalue(), preset=preset)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "objects").rglob("*") if path.is_file())


def note_of(work: Path, name: str) -> dict[str, Any]:
    """Return what is known of a repository that was made; empty where none was."""
    path = work / f"{file_name(name)}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
