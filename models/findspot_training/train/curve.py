"""How a training goes: the share of the full rate that a step has, and the curve of the loss as numbers and as a plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from findspot_training.measure.plots import curves


@dataclass(frozen=True, slots=True)
class Point:
    """The mean loss up to a step since the point before."""

    step: int
    loss: float


def share_of_rate(step: int, steps: int, warm: int) -> float:
    """Return what part of the full rate a step has: it rises for ``warm`` steps and then falls linearly to zero."""
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


def write_curve(curve: Sequence[Point], out: Path) -> None:
    """Write ``curve.json`` and ``curve.svg`` into the folder ``out``."""
    (out / "curve.json").write_text(
        json.dumps([asdict(point) for point in curve]) + "\n", encoding="utf-8", newline="\n"
    )
    top = max((point.loss for point in curve), default=1.0)
    points = [(float(point.step), point.loss / top) for point in curve]
    marks = [(0.0, "0")] + ([(points[-1][0], f"step {curve[-1].step:,}")] if points else [])
    drawn = curves(f"Loss of training; 100 % is {top:.2f}", {"loss": points}, marks)
    svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    (out / "curve.svg").write_text(svg + "\n", encoding="utf-8", newline="\n")
