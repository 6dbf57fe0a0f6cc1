"""The policy that needs no model: the engine's order stays, and an uncertain answer says what in the report speaks for it.

A report says several things, and the engine answers all of them at once. Where it is unsure, the first sentences are asked by
themselves, side by side, and each candidate that they find is given with the sentence. They do not change the order: every rule
that let them did so well on the issues that it was chosen on and badly on others (0038).
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
"""Probability of the first candidate from which on nothing is asked."""

_SENTENCES = 3
_WORDS = 5
"""Sentences that are asked, the first ones, and words that one must have."""

_RESULTS = 5
"""Results of a sentence that count."""

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
        reasons = _reasons(state)
        return Final(tuple(_cited(one, reasons.get(_place(one), ())) for one in state.candidates[: state.wanted]))


def _is_unsure(state: State) -> bool:
    first = state.candidates[0].probability if state.candidates else None
    return state.level == "function" and first is not None and first < _SURE


def _sentences(question: str) -> list[str]:
    """Return the first sentences of a report's prose; its title is not one, since that says most already."""
    report = analyse(question, SubTokenizer(), FRAME_READERS, report="\n" in question.strip()).report
    found = [" ".join(one.split()) for one in _SENTENCE.split(report.prose) if len(one.split()) >= _WORDS]
    return found[:_SENTENCES]


def _reasons(state: State) -> dict[tuple[str, str | int], list[str]]:
    """Return the sentences that found each place."""
    found: dict[tuple[str, str | int], list[str]] = {}
    for observation in (one for turn in state.turns for one in turn):
        if isinstance(observation.answer, CodeFound):
            for place in dict.fromkeys(map(_place, observation.answer.results)):
                found.setdefault(place, []).append(str(observation.call.arguments["query"]))
    return found


def _place(one: SearchResult | Result) -> tuple[str, str | int]:
    """Return what is the same for two results of one definition."""
    line = one.start_line if isinstance(one, Result) else one.span.start_line
    return one.path, one.symbol or line


def _cited(one: SearchResult, sentences: Sequence[str]) -> Citation:
    more = f", and {len(sentences) - 1} more" if len(sentences) > 1 else ""
    shown = f"{sentences[0][:_SHOWN]}{'...' if len(sentences[0]) > _SHOWN else ''}" if sentences else ""
    why = f"found for '{shown}'{more}" if shown else ""
    return Citation(one.path, one.span.start_line, one.span.end_line, one.symbol, why)
