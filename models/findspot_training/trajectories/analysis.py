"""How an agent used its tools: calls per turn, and the calls that could not teach it anything.

A call is redundant if no call in between may have changed the workspace and it

- asked for the same as an earlier one with the same tool ("repeated"),
- showed only lines of a file that earlier reads had shown ("already read"), or
- searched or listed, and showed nothing that an earlier search or listing had not shown ("nothing new").

Calls of one turn are taken in their order. What a call does is judged by its name and arguments alone (``tools``), and what
is not known to leave the workspace alone may change all of it. So the count errs on the low side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

from findspot_training.trajectories.redundancy import Known, Reason, TurnCall
from findspot_training.trajectories.schema import Trajectory
from findspot_training.trajectories.tools import effect_of


@dataclass(frozen=True, slots=True)
class RedundantCall(TurnCall):
    """A redundant call, and the earlier one that made it so."""

    tool: str
    reason: Reason
    earlier: TurnCall


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one trajectory, under the names that the command prints."""

    run: str
    turns: int
    """Messages of the model, with calls or without."""
    turns_with_calls: int
    turns_with_several_calls: int
    calls: int
    calls_per_turn: tuple[int, ...]
    mean_calls_per_turn: float
    """Of the turns that called something: a last word is no missed chance to call."""
    most_calls_in_a_turn: int
    calls_by_tool: Mapping[str, int]
    errors: int
    unanswered: int
    longest_observation: int
    """Characters."""
    redundant_calls: tuple[RedundantCall, ...]
    redundant_share: float
    """Of all calls, from 0 to 1."""

    def as_json(self) -> dict[str, Any]:
        """Return what the command prints."""
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}


def analyse(trajectory: Trajectory) -> Figures:
    """Return the numbers of a trajectory."""
    known = Known()
    redundant = []
    for turn_number, turn in enumerate(trajectory.turns, start=1):
        for number, call in enumerate(turn.calls, start=1):
            because = known.take(call, effect_of(call, known.folder), TurnCall(turn_number, number))
            if because is not None:
                redundant.append(RedundantCall(turn_number, number, call.tool, *because))
    calls = [call for turn in trajectory.turns for call in turn.calls]
    per_turn = tuple(len(turn.calls) for turn in trajectory.turns)
    calling = sum(number > 0 for number in per_turn)
    return Figures(
        run=trajectory.id,
        turns=len(per_turn),
        turns_with_calls=calling,
        turns_with_several_calls=sum(number > 1 for number in per_turn),
        calls=len(calls),
        calls_per_turn=per_turn,
        mean_calls_per_turn=len(calls) / max(1, calling),
        most_calls_in_a_turn=max(per_turn, default=0),
        calls_by_tool=dict(Counter(call.tool for call in calls).most_common()),
        errors=sum(call.error for call in calls),
        unanswered=sum(call.observation is None for call in calls),
        longest_observation=max((len(call.observation or "") for call in calls), default=0),
        redundant_calls=tuple(redundant),
        redundant_share=len(redundant) / max(1, len(calls)),
    )


def totals(all_figures: Sequence[Figures]) -> dict[str, Any]:
    """Return the numbers over many trajectories; means and medians are of these, and shares of all calls together.

    A trajectory without a call has no calls per turn and no share of redundant ones, and is left out there.
    """
    calls = sum(one.calls for one in all_figures)
    calling = [one for one in all_figures if one.calls]
    redundant = [found for one in all_figures for found in one.redundant_calls]
    reasons = Counter(found.reason for found in redundant)
    wasted = Counter(found.tool for found in redundant)
    tools: Counter[str] = Counter()
    for one in all_figures:
        tools.update(one.calls_by_tool)
    return {
        "runs": len(all_figures),
        "calls": calls,
        "turns": _spread(all_figures, lambda one: one.turns),
        "calls_of_a_run": _spread(all_figures, lambda one: one.calls),
        "calls_per_turn": _spread(calling, lambda one: one.mean_calls_per_turn),
        "turns_with_several_calls": _spread(all_figures, lambda one: one.turns_with_several_calls),
        "redundant_share_of_a_run": _spread(calling, lambda one: one.redundant_share),
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
