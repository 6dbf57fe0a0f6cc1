"""The training loop of the bi-encoder: which batch is next, when the state is kept, and the curve of the loss.

What a step does is up to the learner, so that nothing heavy is needed to know that a training goes on where it stopped.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from findspot_training.source import TrainingError, claim
from findspot_training.train.curve import Point, share_of_rate
from findspot_training.train.encoder.batches import Integers

_KEEP_EVERY: Final = 300.0
"""Seconds between two checkpoints."""

_POINT_EVERY: Final = 20
"""Steps between two points of the curve."""

_WARM: Final = 0.06
"""Share of the steps over which the rate rises; then it falls linearly to zero."""


class Learner(Protocol):
    """What is trained: it learns from the rows of one batch, and its state can be kept."""

    def step(self, rows: Integers, rate: float) -> float:
        """Learn from a batch and return its loss before the step."""
        ...

    def save(self, path: Path, told: str) -> None:
        """Write the whole state, and the words that belong to it."""
        ...

    def load(self, path: Path) -> str:
        """Take up a state that ``save`` wrote, and return its words."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast; the rate rises for a while and then falls to zero."""

    seed: int
    steps: int
    rate: float


Epoch = Callable[[np.random.Generator], Sequence[Integers]]
"""Draws the rows of each batch of one time through all examples."""


def train(learner: Learner, epoch: Epoch, plan: Plan, made_of: Mapping[str, Any], folder: Path) -> list[Point]:
    """Train and return the curve. The state is saved in ``folder`` now and then, and resumed from there.

    ``made_of`` are the numbers that the learner and the examples were made with. Raises ``TrainingError`` when the folder
    holds a training with others, or there is no batch.
    """
    state = folder / "state.pt"
    claim(folder / "made_of.json", {"plan": asdict(plan), **made_of})
    first, curve, warm = 0, list[Point](), max(1, int(plan.steps * _WARM))
    if state.is_file():
        told = json.loads(learner.load(state))
        first, curve = int(told["step"]), [Point(**point) for point in told["curve"]]
    losses: list[float] = []
    kept = began = time.monotonic()
    for number, rows in enumerate(_rows(epoch, plan), start=1):
        if number <= first:
            continue
        losses.append(learner.step(rows, plan.rate * share_of_rate(number - 1, plan.steps, warm)))
        if number % _POINT_EVERY and number < plan.steps:
            continue
        curve.append(Point(number, float(np.mean(losses))))
        losses = []
        pace = (time.monotonic() - began) / (number - first)
        told = f"step {number:,}/{plan.steps:,}: loss {curve[-1].loss:.3f}, {pace:.1f} s a step"
        print(told, file=sys.stderr, flush=True)
        if time.monotonic() - kept > _KEEP_EVERY or number == plan.steps:
            beside = state.with_suffix(".part")
            learner.save(beside, json.dumps({"step": number, "curve": [asdict(point) for point in curve]}))
            beside.replace(state)
            kept = time.monotonic()
    return curve


def _rows(epoch: Epoch, plan: Plan) -> Iterator[Integers]:
    """Yield the batches of one epoch after the other, the same ones each time."""
    left, number = plan.steps, 0
    while left > 0:
        found = epoch(np.random.default_rng((plan.seed, number)))[:left]
        if not found:
            raise TrainingError("too few examples to train on: not one batch is full")
        yield from found
        left -= len(found)
        number += 1
