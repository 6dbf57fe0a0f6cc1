"""How often each tool's first results hold the answer; an untimed pass over all questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.questions import Hit, Question, file_rank, symbol_rank
from benchmarks.workplace import Workplace
from findspot.core.types import Answer

DEPTHS = (1, 5, 10)

_PLENTY = 60.0


@dataclass(frozen=True, slots=True)
class HitLine:
    """Of ``asked`` questions of a kind, how many a tool answers within its first 1, 5 and 10 results.

    ``symbols`` is None for a tool that names no symbols; ``with_symbol`` counts the questions that have one;
    ``missed`` holds the beginnings of the questions without a right file at any depth.
    """

    kind: str
    tool: str
    asked: int
    files: tuple[int, ...]
    with_symbol: int
    symbols: tuple[int, ...] | None
    missed: tuple[str, ...]


def quality(place: Workplace) -> list[HitLine]:
    """Ask everything of every tool and count the hits, for all short questions together and for each kind."""
    place.ensure_index()
    short, issues = place.questions.short, place.questions.issues
    lines: list[HitLine] = []
    with place.engine() as engine:
        tools: dict[str, Callable[[str], list[Hit]]] = {
            "findspot search": lambda text: _hits(engine.search(text, top_k=max(DEPTHS))),
            "bm25": place.bm25.search,
        }
        if not place.ripgrep.missing():
            tools["ripgrep"] = place.ripgrep.search
        found = {tool: {question: ask(question.text) for question in short} for tool, ask in tools.items()}
        kinds = list(dict.fromkeys(question.kind for question in short))
        for kind, group in [("all short", short), *((kind, [q for q in short if q.kind == kind]) for kind in kinds)]:
            lines += [_count(kind, tool, {q: hits[q] for q in group}) for tool, hits in found.items()]

        def localize(text: str, budget: float) -> list[Hit]:
            return _hits(engine.localize(text, top_k=max(DEPTHS), budget=budget))

        readers: dict[str, Callable[[str], list[Hit]]] = {
            "findspot localize": lambda text: localize(text, _PLENTY),
            "findspot, no model": lambda text: localize(text, 0.0),
            **{tool: tools[tool] for tool in ("bm25", "ripgrep") if tool in tools},
        }
        for tool, ask in readers.items():
            lines.append(_count("issue", tool, {issue: ask(issue.text) for issue in issues}))
    return lines


def _hits(answer: Answer) -> list[Hit]:
    return [Hit(result.path, result.symbol) for result in answer.results]


def _count(kind: str, tool: str, found: dict[Question, list[Hit]]) -> HitLine:
    files = [file_rank(hits, question) for question, hits in found.items()]
    symbols = [symbol_rank(hits, question) for question, hits in found.items() if question.symbol]
    return HitLine(
        kind,
        tool,
        len(files),
        _within(files),
        len(symbols),
        None if tool == "ripgrep" else _within(symbols),
        tuple(question.text[:80] for question, rank in zip(found, files, strict=True) if rank is None),
    )


def _within(ranks: list[int | None]) -> tuple[int, ...]:
    return tuple(sum(rank is not None and rank <= depth for rank in ranks) for depth in DEPTHS)
