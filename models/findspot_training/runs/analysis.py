"""How an agent used its tools: calls per turn, and the calls that could not teach it anything.

A call is redundant if no call in between may have changed the workspace and it

- asked for the same as an earlier one with the same tool ("repeated"),
- showed only lines of a file that earlier reads had shown ("already read"), or
- searched or listed, and told nothing that an earlier search or listing had not told ("nothing new").

Calls of one turn are taken in their order. What a call does is judged by its name and arguments alone (``tools``), and what
is not known to leave the workspace alone may change all of it. So the count errs on the low side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from findspot_training.runs.known import Known, Place, Reason
from findspot_training.runs.schema import Run
from findspot_training.runs.tools import act_of


@dataclass(frozen=True, slots=True)
class Redundant:
    """A redundant call, and the earlier one that made it so."""

    place: Place
    tool: str
    reason: Reason
    earlier: Place

    def as_json(self) -> dict[str, Any]:
        """Return what the command prints."""
        return {
            "turn": self.place[0],
            "call": self.place[1],
            "tool": self.tool,
            "reason": self.reason.value,
            "earlier": {"turn": self.earlier[0], "call": self.earlier[1]},
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one run."""

    run: str
    calls_per_turn: tuple[int, ...]
    by_tool: Mapping[str, int]
    errors: int
    unanswered: int
    longest_observation: int
    """Characters."""
    redundant: tuple[Redundant, ...]

    @property
    def turns(self) -> int:
        """Messages of the model, with calls or without."""
        return len(self.calls_per_turn)

    @property
    def calls(self) -> int:
        """All calls."""
        return sum(self.calls_per_turn)

    @property
    def turns_with_calls(self) -> int:
        """Turns that called something."""
        return sum(number > 0 for number in self.calls_per_turn)

    @property
    def turns_with_several(self) -> int:
        """Turns that called more than one thing."""
        return sum(number > 1 for number in self.calls_per_turn)

    @property
    def mean(self) -> float:
        """Calls for each turn that called something: a last word is no missed chance to call."""
        return self.calls / max(1, self.turns_with_calls)

    @property
    def most(self) -> int:
        """Calls of the turn with the most."""
        return max(self.calls_per_turn, default=0)

    @property
    def share(self) -> float:
        """Of the calls, how many were redundant, from 0 to 1."""
        return len(self.redundant) / max(1, self.calls)

    def as_json(self) -> dict[str, Any]:
        """Return what the command prints."""
        return {
            "run": self.run,
            "turns": self.turns,
            "turns_with_calls": self.turns_with_calls,
            "turns_with_several_calls": self.turns_with_several,
            "calls": self.calls,
            "calls_per_turn": list(self.calls_per_turn),
            "mean_calls_per_turn": round(self.mean, 4),
            "most_calls_in_a_turn": self.most,
            "calls_by_tool": dict(self.by_tool),
            "errors": self.errors,
            "unanswered": self.unanswered,
            "longest_observation": self.longest_observation,
            "redundant_calls": [one.as_json() for one in self.redundant],
            "redundant_share": round(self.share, 4),
        }


def analyse(run: Run) -> Figures:
    """Return the numbers of a run."""
    known = Known()
    found = []
    for turn_number, turn in enumerate(run.turns, start=1):
        for number, call in enumerate(turn.calls, start=1):
            place, act = (turn_number, number), act_of(call, known.folder)
            because = known.redundant(call, act)
            if because is not None:
                found.append(Redundant(place, call.tool, *because))
            known.learn(call, act, place)
    calls = [call for turn in run.turns for call in turn.calls]
    return Figures(
        run=run.id,
        calls_per_turn=tuple(len(turn.calls) for turn in run.turns),
        by_tool=dict(Counter(call.tool for call in calls).most_common()),
        errors=sum(call.error for call in calls),
        unanswered=sum(call.observation is None for call in calls),
        longest_observation=max((len(call.observation or "") for call in calls), default=0),
        redundant=tuple(found),
    )


def totals(all_figures: Sequence[Figures]) -> dict[str, Any]:
    """Return the numbers over many runs; means and medians are of the runs, and shares of all calls together.

    A run without a call says nothing about calls per turn and redundant calls, and is left out there.
    """
    calls = sum(one.calls for one in all_figures)
    calling = [one for one in all_figures if one.calls]
    redundant = [found for one in all_figures for found in one.redundant]
    reasons = Counter(found.reason for found in redundant)
    tools: Counter[str] = Counter()
    for one in all_figures:
        tools.update(one.by_tool)
    wasted = Counter(found.tool for found in redundant)
    return {
        "runs": len(all_figures),
        "calls": calls,
        "turns": _spread(all_figures, lambda one: one.turns),
        "calls_of_a_run": _spread(all_figures, lambda one: one.calls),
        "calls_per_turn": _spread(calling, lambda one: one.mean),
        "turns_with_several_calls": _spread(all_figures, lambda one: one.turns_with_several),
        "redundant_share_of_a_run": _spread(calling, lambda one: one.share),
        "errors": sum(one.errors for one in all_figures),
        "unanswered": sum(one.unanswered for one in all_figures),
        "longest_observation": max((one.longest_observation for one in all_figures), default=0),
        "redundant": len(redundant),
        "redundant_share": round(len(redundant) / max(1, calls), 4),
        "redundant_by_reason": {reason.value: reasons[reason] for reason in Reason},
        "by_tool": {tool: {"calls": number, "redundant": wasted[tool]} for tool, number in tools.most_common()},
    }


def _spread(all_figures: Sequence[Figures], value: Callable[[Figures], float]) -> dict[str, float]:
    values = [value(one) for one in all_figures] or [0.0]
    return {"mean": round(fmean(values), 4), "median": round(median(values), 4)}
