"""How much of each place stands in an answer of limited length: all headings, all signatures, then code in order.

Pure functions: which lines of a place are shown depends on the places, the budget and the counter only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from findspot.core.identifiers import split_symbol
from findspot.core.types import SearchResult
from findspot.mcp import prose

Count = Callable[[str], int]
"""How many tokens a text has."""

_HEAD = 12
"""Lines of a place among which the one with its name, the end of its signature, is looked for."""

_SHARES = (0.5, 1.0)
"""How much of what is left the next place may take: half in a first round, so that one long place does not take all."""

_LAST_WORDS = 60
"""Tokens kept for what is said below the places."""


@dataclass(slots=True)
class Shown:
    """One place of an answer: its heading, and which of its lines are shown, counted from 0."""

    result: SearchResult
    heading: str
    lines: list[str]
    chosen: set[int] = field(default_factory=set)

    @property
    def code(self) -> str:
        """The lines that are shown, with their numbers; an ellipsis stands for those that are not."""
        width = len(str(self.result.span.end_line))
        parts: list[str] = []
        last = -1
        for at in sorted(self.chosen):
            if at != last + 1:
                parts.append("...")
            parts.append(_numbered(self.result, self.lines, at, width))
            last = at
        if self.chosen and last != len(self.lines) - 1:
            parts.append("...")
        return "\n".join(parts)


def laid_out(
    results: Sequence[SearchResult], name: Callable[[SearchResult], str], budget: int, count: Count
) -> list[Shown]:
    """Return the first places that fit into ``budget`` tokens, at least one, with as much of their code as fits."""
    room = budget - _LAST_WORDS
    shown: list[Shown] = []
    for number, result in enumerate(results, start=1):
        one = Shown(result, f"{number}. {prose.heading(result, name(result))}", result.text.split("\n"))
        cost = count(one.heading) + 1
        if shown and cost > room:
            break
        shown.append(one)
        room -= cost
    for one in shown:
        room -= _add(one, _signature(one), room, count)
    for share in _SHARES:
        for one in shown:
            room -= _add(one, _nearest_first(one), int(room * share), count)
    return shown


def written(shown: Sequence[Shown]) -> str:
    """Return the text of places."""
    return "\n".join(line for one in shown for line in (one.heading, one.code) if line)


def _add(one: Shown, order: Iterator[int], room: int, count: Count) -> int:
    """Choose lines in the given order until the next one does not fit; returns what they cost."""
    width, spent = len(str(one.result.span.end_line)), 0
    for at in order:
        if at in one.chosen:
            continue
        cost = count(_numbered(one.result, one.lines, at, width)) + 1
        if spent + cost > room:
            break
        one.chosen.add(at)
        spent += cost
    return spent


def _signature(one: Shown) -> Iterator[int]:
    last = split_symbol(one.result.symbol or "")[1]
    named = next((at for at, line in enumerate(one.lines[:_HEAD]) if last and last in line), 0)
    return iter(range(named + 1))


def _nearest_first(one: Shown) -> Iterator[int]:
    """Yield all lines: in order where the place is short, else by how near they are to the line that matches best."""
    best = one.result.best_line
    if best is None:
        return iter(range(len(one.lines)))
    at = best - one.result.span.start_line
    return iter(sorted(range(len(one.lines)), key=lambda line: (abs(line - at), line)))


def _numbered(result: SearchResult, lines: Sequence[str], at: int, width: int) -> str:
    number = result.span.start_line + at
    return f"{number:>{width}}{'>' if number == result.best_line else ' '} {lines[at]}"
