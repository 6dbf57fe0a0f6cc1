"""One issue put to each system on the same tree: the engine's calls through the facade, and the baselines.

A system's ranking of functions is the order of the answer that a user gets, continued by a deeper call; classes and
sections of the answer are no functions and count for their file and lines only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.render import render_static_query
from findspot.core.text import SubTokenizer
from findspot.core.types import Answer
from findspot.engine import Engine
from findspot.errors import QueryError
from findspot.evaluation.bm25 import Ranking, Unit, ranked
from findspot.evaluation.places import Place, ranked_files, ranked_functions
from findspot.inference.static import StaticEmbedder

FILE_DEPTH = 10
"""Files that are asked for at least: the largest k of their Acc@k."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One result of an answer as cut: where it is, and its probability where it has one."""

    path: str
    symbol: str | None
    kind: str
    lines: tuple[int, int]
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one system said: the answer as cut, and its files and functions as deep as they were asked for.

    ``listed`` are all results of the length asked for, where the answer chose its own.
    """

    answer: list[Shown] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    functions: list[Place] = field(default_factory=list)
    listed: list[Shown] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """All answers to one issue by system, seconds by kind of call, and what was said about the model."""

    found: dict[str, Found]
    seconds: dict[str, float]
    model: str
    error: str = ""


ENGINE_SYSTEMS = ("localize", "localize, no model", "search")
BASELINES = ("bm25", "dense")
SYSTEMS = ENGINE_SYSTEMS + BASELINES


def ask_engine(engine: Engine, text: str, *, top_k: int, depth: int) -> Asked:
    """Put one text to the engine: timed calls with ``top_k`` results as a user makes them, then deep ones.

    ``localize cold`` is the first call about this text; ``localize warm`` repeats it with the model's vectors at hand,
    and its list is what counts. The answer as cut is the ``likely`` part of a call without a length. A text that the engine refuses has empty answers and the reason in ``error``.
    """
    seconds: dict[str, float] = {}

    def timed(name: str, call: Callable[[], Answer]) -> Answer:
        started = time.perf_counter()
        answer = call()
        seconds[name] = time.perf_counter() - started
        return answer

    def first_list(_: Answer) -> None:
        seconds["localize first list"] = time.perf_counter() - began

    try:
        timed("search cold", lambda: engine.search(text, top_k=top_k))
        search = timed("search warm", lambda: engine.search(text, top_k=top_k))
        searched = engine.search(text, top_k=depth)
        began = time.perf_counter()
        cold = timed("localize cold", lambda: engine.localize(text, top_k=top_k, on_partial=first_list))
        deep = engine.localize(text, top_k=depth)
        files = engine.localize(text, top_k=max(top_k, FILE_DEPTH), level="file")
        warm = timed("localize warm", lambda: engine.localize(text, top_k=top_k))
        cut = _as_cut(engine.localize(text), text)
        plain = engine.localize(text, top_k=top_k, budget=0.0)
        plain_cut = _as_cut(engine.localize(text, budget=0.0), text)
        deep_plain = engine.localize(text, top_k=depth, budget=0.0)
        plain_files = engine.localize(text, top_k=max(top_k, FILE_DEPTH), level="file", budget=0.0)
    except QueryError as error:
        return Asked({name: Found() for name in ENGINE_SYSTEMS}, {}, "not asked", str(error))
    found = {
        "localize": Found(
            _shown(cut),
            ranked_files(files.results),
            ranked_functions((*warm.results, *deep.results)),
            _shown(warm),
        ),
        "localize, no model": Found(
            _shown(plain_cut),
            ranked_files(plain_files.results),
            ranked_functions((*plain.results, *deep_plain.results)),
            _shown(plain),
        ),
        "search": Found(
            _shown(search),
            ranked_files((*search.results, *searched.results)),
            ranked_functions((*search.results, *searched.results)),
        ),
    }
    return Asked(found, seconds, f"cold: {cold.status.model}; warm: {warm.status.model}")


class Dense:
    """Static embeddings alone over the units of BM25, one tree at a time; what the next tree shares is not embedded again."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._tokenizer = SubTokenizer()
        self._known: dict[str, Vectors] = {}

    def rank(self, units: Sequence[Unit], text: str) -> Ranking:
        """Rank by the cosine of static embeddings."""
        present = dict.fromkeys(unit.text for unit in units)
        missing = [one for one in present if one not in self._known]
        fresh = dict(zip(missing, self._embedder.embed_documents(missing), strict=True)) if missing else {}
        self._known = {one: fresh[one] if one in fresh else self._known[one] for one in present}
        vector = self._embedder.embed_query(render_static_query(text, self._tokenizer)).reshape(-1)
        scores = np.array([float(self._known[unit.text] @ vector) for unit in units])
        return ranked(units, scores)


def from_baseline(ranking: Ranking, *, top_k: int, depth: int) -> Found:
    """Give a baseline's ranking the shape of an answer."""
    functions = ranking.functions[:depth]
    return Found(
        [Shown(unit.path, unit.symbol, "function", unit.lines) for unit in functions[:top_k]],
        ranking.files[:depth],
        [(unit.path, unit.symbol or "") for unit in functions],
    )


def _as_cut(answer: Answer, text: str) -> Answer:
    """Return the answer to a report with what it calls the best answer only: people are shown a few results more."""
    likely = answer.status.suggested_length if "\n" in text.strip() else None
    return answer if likely is None else replace(answer, results=answer.results[:likely])


def _shown(answer: Answer) -> list[Shown]:
    return [
        Shown(one.path, one.symbol, one.kind, (one.span.start_line, one.span.end_line), one.probability)
        for one in answer.results
    ]
