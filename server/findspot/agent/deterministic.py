"""The policy that needs no model: what the engine is unsure of is asked again, sentence by sentence, and the lists are fused.

A report says several things, and the engine answers all of them at once. Where it is unsure of its first result, each sentence is
asked for itself; a candidate that several of them find moves up. Where it is sure, its order stands (0038).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from findspot.agent.protocol import Call, Citation, Final, State
from findspot.core.query import analyse
from findspot.core.text import SubTokenizer
from findspot.core.types import SearchResult
from findspot.languages.table import FRAME_READERS
from findspot.service.messages import Result
from findspot.service.tools import CodeFound

_SURE = 0.35
"""Probability of the first candidate from which on the engine's order stands."""

_SENTENCES = 3
_WORDS = 5
"""Sentences that are asked, the first ones, and words that one must have."""

_RESULTS = 15
"""Results that are asked for each."""

_WEIGHT = 0.2
"""What the list of one sentence weighs beside the engine's own."""

_EARLY = 10
"""What is added to ranks before their reciprocals are summed: how little the first places differ from the next."""

_SENTENCE = re.compile(r"\n\s*\n|(?<=[.!?])\s+(?=[A-Z`])")

_SHOWN = 60
"""Characters of a sentence that are shown as a reason."""


class Deterministic:
    """Asks once, and answers; the same question to the same index gives the same answer."""

    name = "deterministic"

    def turn(self, state: State) -> Sequence[Call] | Final:
        """Ask the sentences of a report that the engine is unsure of; otherwise, and then, answer."""
        if not state.turns and not state.last and _is_unsure(state):
            calls = [Call("localize", {"query": one, "limit": _RESULTS}) for one in _sentences(state.question)]
            if calls:
                return calls[: state.left.calls]
        return Final(tuple(_fused(state)))


def _is_unsure(state: State) -> bool:
    """Return whether the engine is unsure of functions; the order of files gains nothing by asking again."""
    first = state.candidates[0].probability if state.candidates else None
    return state.level == "function" and first is not None and first < _SURE


def _sentences(question: str) -> list[str]:
    """Return the first sentences of a report's prose; its title is not one, since that says most already."""
    report = analyse(question, SubTokenizer(), FRAME_READERS, report="\n" in question.strip()).report
    found = [" ".join(one.split()) for one in _SENTENCE.split(report.prose) if len(one.split()) >= _WORDS]
    return found[:_SENTENCES]


def _fused(state: State) -> list[Citation]:
    """Return the candidates by the sum of their reciprocal ranks, weighted; of equals the engine's first."""
    scores = [1.0 / (_EARLY + rank) for rank in range(1, len(state.candidates) + 1)]
    reasons: list[list[str]] = [[] for _ in scores]
    numbers = {_place(one): number for number, one in reversed(list(enumerate(state.candidates)))}
    for observation in (one for turn in state.turns for one in turn):
        if not isinstance(observation.answer, CodeFound):
            continue
        ranks = {place: rank for rank, place in reversed(list(enumerate(map(_place, observation.answer.results), 1)))}
        for place, rank in ranks.items():
            if place in numbers:
                scores[numbers[place]] += _WEIGHT / (_EARLY + rank)
                reasons[numbers[place]].append(str(observation.call.arguments["query"]))
    order = sorted(range(len(scores)), key=lambda number: (-scores[number], number))
    return [_cited(state.candidates[number], reasons[number]) for number in order[: state.wanted]]


def _place(one: SearchResult | Result) -> tuple[str, str | int]:
    """Return what is the same for two results of one definition."""
    line = one.start_line if isinstance(one, Result) else one.span.start_line
    return one.path, one.symbol or line


def _cited(one: SearchResult, sentences: Sequence[str]) -> Citation:
    more = f", and {len(sentences) - 1} more" if len(sentences) > 1 else ""
    shown = f"{sentences[0][:_SHOWN]}{'...' if len(sentences[0]) > _SHOWN else ''}" if sentences else ""
    why = f"found for '{shown}'{more}" if shown else ""
    return Citation(one.path, one.span.start_line, one.span.end_line, one.symbol, why)
