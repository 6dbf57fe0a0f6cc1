"""What servers of embeddings answer, read with suspicion: vectors of one length, or none, and why (pure)."""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

import numpy as np

from findspot.config import EmbedderApi
from findspot.core.arrays import Vectors

MOST_COMPONENTS = 16_384
"""The longest vector that is taken; the largest models give 4,096 to 8,192 numbers."""


class Refused(Exception):
    """The server did not give vectors for these texts; for others it may."""


class Found(NamedTuple):
    """Unit vectors in the order of the texts, None where there is none; ``problem`` says why, for one of them."""

    rows: list[Vectors | None]
    problem: str


def vectors_in(data: bytes, count: int, api: EmbedderApi) -> Found:
    """Return the vectors of ``count`` texts; raises ``Refused`` for anything else."""
    try:
        listed = _listed(json.loads(data), count, api)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(
            "it does not answer as a server of embeddings does; check the address and 'embedder_api'"
        ) from error
    rows: list[Vectors | None] = []
    problem = ""
    for written in listed:
        row = _vector(written)
        problem = row if isinstance(row, str) else problem
        rows.append(None if isinstance(row, str) else row)
    length = next((len(row) for row in rows if row is not None), 0)
    if any(row is not None and len(row) != length for row in rows):
        problem = "it gives vectors of several lengths"
        rows = [row if row is not None and len(row) == length else None for row in rows]
    if not length:
        raise Refused(problem)
    return Found(rows, problem)


def _listed(said: Any, count: int, api: EmbedderApi) -> list[Any]:
    """Return the vectors as they are written, in the order of the texts; raises when they are not ``count``."""
    if api == "ollama":
        listed = said["embeddings"]
    else:
        places = [item.get("index", place) for place, item in enumerate(said["data"])]
        if sorted(places) != list(range(count)):
            raise ValueError(places)
        by_place = dict(zip(places, said["data"], strict=True))
        listed = [by_place[place]["embedding"] for place in range(count)]
    if not isinstance(listed, list) or len(listed) != count:
        raise ValueError(count)
    return listed


def _vector(written: Any) -> Vectors | str:
    """Return one vector brought to unit length, or what is wrong with it."""
    try:
        if isinstance(written, str):
            numbers = np.frombuffer(base64.b64decode(written, validate=True), dtype="<f4")
        else:
            numbers = np.array(written)
    except (ValueError, TypeError, OverflowError):
        return "it gives something else than a vector"
    if numbers.ndim != 1 or not 1 <= len(numbers) <= MOST_COMPONENTS or numbers.dtype.kind not in "if":
        return "it gives something else than a vector"
    exact = numbers.astype(np.float64)
    if not np.isfinite(exact).all():
        return "it gives a vector that is not finite"
    largest = np.abs(exact).max()
    if largest == 0:
        return "it gives a vector of zeros"
    exact /= largest  # the square of a large number is none
    return np.asarray(exact / np.linalg.norm(exact), dtype=np.float32)
