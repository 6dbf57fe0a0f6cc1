"""The training loop: batches of one repository each, checkpoints, and the curve of the loss."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from findspot.inference.static import damped
from findspot_training.source import TrainingError, claim
from findspot_training.train.curve import Point, share_of_rate
from findspot_training.train.static.bags import Bags, Floats, Integers, counted
from findspot_training.train.static.contrast import Adam, loss_and_gradients

_SMALLEST_BATCH: Final = 32
"""Pairs; with fewer others in it a batch is too easy to teach anything."""

_POINTS_PER_EPOCH: Final = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of a training; ``rate`` falls linearly to zero after a twentieth of the way.

    ``asked`` is the share of queries that get the words of a question before them.
    """

    seed: int
    epochs: int
    batch: int
    rate: float
    temperature: float
    asked: float


@dataclass(frozen=True, slots=True)
class Examples:
    """All pairs: their two sides as bags, and numbers for the repository, file and function of each.

    ``questions`` are the openings of questions, which say nothing about where code is.
    """

    queries: Bags
    documents: Bags
    repositories: Integers
    files: Integers
    functions: Integers
    questions: Bags

    def digest(self) -> str:
        """Return a short name for all of it, by which a resumed training run recognizes its pairs."""
        summed = hashlib.sha256()
        for bags in (self.queries, self.documents, self.questions):
            summed.update(bags.pieces.tobytes() + bags.ends.tobytes())
        for numbers in (self.repositories, self.files, self.functions):
            summed.update(numbers.tobytes())
        return summed.hexdigest()[:16]


def batches(examples: Examples, size: int, draw: np.random.Generator) -> list[Integers]:
    """Return the rows of each batch of an epoch: one repository each, in a random order.

    Half of them hold whole files, whose functions are the hardest to tell apart.
    """
    found: list[Integers] = []
    for number in np.unique(examples.repositories):
        rows = np.flatnonzero(examples.repositories == number)
        draw.shuffle(rows)
        half = len(rows) // 2
        places = draw.permutation(int(examples.files.max()) + 1)
        together = rows[:half][np.argsort(places[examples.files[rows[:half]]], kind="stable")]
        for part in (together, rows[half:]):
            count = max(1, round(len(part) / size))
            found += [one for one in np.array_split(part, count) if len(one) >= _SMALLEST_BATCH]
    draw.shuffle(found)
    return found


def train_table(table: Floats, examples: Examples, plan: Plan, folder: Path) -> tuple[Floats, list[Point]]:
    """Return the trained table and the curve. The state is saved in ``folder`` after each epoch, and resumed from there."""
    state = folder / "state.npz"
    claim(folder / "made_of.json", {"plan": asdict(plan), "pairs": examples.digest()})
    adam = Adam(table.shape)
    first = 0
    curve: list[Point] = []
    if state.is_file():
        table, adam, first, curve = _restored(state)
    steps = plan.epochs * len(batches(examples, plan.batch, np.random.default_rng((plan.seed, 0))))
    if not steps:
        raise TrainingError(f"too few pairs to train on: a batch needs {_SMALLEST_BATCH} of one repository")
    for epoch in range(first, plan.epochs):
        began = time.monotonic()
        draw = np.random.default_rng((plan.seed, epoch))
        losses: list[float] = []
        chosen = batches(examples, plan.batch, draw)
        every = max(1, len(chosen) // _POINTS_PER_EPOCH)
        for rows in chosen:
            losses.append(_step(table, adam, examples, rows, plan, draw, steps))
            if len(losses) % every == 0:
                curve.append(Point(adam.steps, float(np.mean(losses[-every:]))))
        _keep(state, table, adam, epoch + 1, curve)
        told = f"epoch {epoch + 1}/{plan.epochs}: loss {np.mean(losses):.4f}, {time.monotonic() - began:.0f} s"
        print(told, file=sys.stderr, flush=True)
    return table, curve


def _step(
    table: Floats, adam: Adam, examples: Examples, rows: Integers, plan: Plan, draw: np.random.Generator, steps: int
) -> float:
    pieces, owner = examples.queries.chosen(rows)
    if plan.asked:
        asked = np.flatnonzero(draw.random(len(rows)) < plan.asked)
        more, of = examples.questions.chosen(draw.integers(len(examples.questions), size=len(asked)))
        pieces, owner = np.concatenate([pieces, more]), np.concatenate([owner, asked[of]])
    in_queries, asked_for = counted(pieces, owner, len(rows))
    in_documents, written = counted(*examples.documents.chosen(rows), len(rows))
    query_counts, document_counts = damped(asked_for), damped(written)
    functions = examples.functions[rows]
    alike = functions[:, None] == functions[None, :]
    alike &= ~np.eye(len(rows), dtype=bool)
    loss, by_queries, by_documents = loss_and_gradients(
        query_counts @ table[in_queries], document_counts @ table[in_documents], alike, plan.temperature
    )
    touched, position = np.unique(np.concatenate([in_queries, in_documents]), return_inverse=True)
    gradient = np.zeros((len(touched), table.shape[1]), dtype=np.float32)
    gradient[position[: len(in_queries)]] += query_counts.T @ by_queries
    gradient[position[len(in_queries) :]] += document_counts.T @ by_documents
    adam.step(table, touched, gradient, plan.rate * share_of_rate(adam.steps, steps, max(1, steps // 20)))
    return loss


def _keep(state: Path, table: Floats, adam: Adam, epochs: int, curve: Sequence[Point]) -> None:
    beside = state.with_name("state.part.npz")
    told = json.dumps({"epochs": epochs, "steps": adam.steps, "curve": [asdict(point) for point in curve]})
    np.savez(beside, table=table, first=adam.first, second=adam.second, told=np.array(told))
    beside.replace(state)


def _restored(state: Path) -> tuple[Floats, Adam, int, list[Point]]:
    with np.load(state) as held:
        told, table = json.loads(str(held["told"])), held["table"]
        adam = Adam(table.shape)
        adam.first, adam.second, adam.steps = held["first"], held["second"], int(told["steps"])
        return table, adam, int(told["epochs"]), [Point(**point) for point in told["curve"]]
