"""The time that there is, and the batches that are gone through in it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from .packed import Pack

WARM = 0.04
"""Of the time of a stage, until its rate of learning is up."""


class Clock:
    """How much of the time is gone, and the rate of learning by it; ``done`` is the share of the groups, if they are to end it."""

    def __init__(self, seconds: float, of: float, spent: float) -> None:
        """``of`` seconds are there in all calls together, ``spent`` of them before this one."""
        self.began = time.monotonic()
        self.seconds, self.of, self.spent, self.done = seconds, of, spent, 0.0

    def start(self, aside: float) -> None:
        """Begin to learn; ``aside`` seconds of the call go to everything else, and all calls are shorter in proportion.

        Ends with a message when nothing is left.
        """
        if aside >= self.seconds:
            raise SystemExit(
                f"{self.seconds:.0f} s are not enough: {aside:.0f} go to reading, measuring and writing; give more, or a smaller --measure"
            )
        self.of *= 1 - aside / self.seconds
        self.seconds -= aside
        self.began = time.monotonic()

    def elapsed(self) -> float:
        """Seconds of all calls."""
        return self.spent + time.monotonic() - self.began

    def gone(self) -> float:
        """Return the share of everything that is gone."""
        return max(self.elapsed() / self.of, self.done)

    def over(self, end: float) -> bool:
        """Return whether the share ``end`` of the whole work is done, or all of this call's time used up."""
        return self.gone() >= end or time.monotonic() - self.began >= self.seconds

    def rate(self, peak: float, begin: float, end: float) -> float:
        """Return the rate of learning between two shares: up for a moment, then down in half a cosine."""
        gone = min(1.0, max(0.0, (self.gone() - begin) / (end - begin)))
        return peak * min(1.0, (gone + 1e-3) / WARM) * (0.5 + 0.5 * math.cos(math.pi * gone))


class Batches:
    """Batches of one repository, in the order of its topics; endless, another cut each time round."""

    def __init__(self, pack: Pack, size: int, seed: int) -> None:
        self.rows, self.size, self.draw = (
            [one for one in pack.rows.values() if len(one) > 1],
            size,
            np.random.default_rng(seed),
        )
        self.rounds = 0.0
        self._left = self._round()

    def _round(self) -> Iterator[Any]:
        found: list[Any] = []
        for rows in self.rows:
            turned = np.roll(rows, int(self.draw.integers(len(rows))))
            parts = np.array_split(turned, max(1, round(len(turned) / self.size)))
            found += parts
        self.draw.shuffle(found)
        return iter(found)

    def next(self) -> Any:
        """Return the rows of the next batch."""
        rows = next(self._left, None)
        if rows is None:
            self._left = self._round()
            rows = next(self._left)
        self.rounds += len(rows) / sum(map(len, self.rows))
        return rows
