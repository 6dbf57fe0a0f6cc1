"""Runs of the explore loop (``findspot localize --explore --trace``) as trajectories."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import ValidationError

from findspot.agent.runs import Run, RunCall
from findspot_training.source import TrainingError
from findspot_training.trajectories.schema import Call, Trajectory, Turn, problems_text

_NAME: Final = re.compile(r"^\[\d+\] ", re.MULTILINE)
"""The name of a place, which differs from run to run."""


def is_run(value: Any) -> bool:
    """Return whether a value of a file is meant as a run of the explore loop."""
    return isinstance(value, dict) and {"version", "policy", "turns"} <= value.keys()


def trajectory_of_run(value: Any, where: str) -> Trajectory:
    """Return the trajectory in a run from JSON; raises ``TrainingError`` with the place and each field that is wrong."""
    try:
        run = Run.model_validate(value)
    except ValidationError as error:
        raise TrainingError(f"{where}: {problems_text(error)}") from error
    return Trajectory(
        id=where,
        query=run.query,
        repository=run.repository,
        commit=run.commit,
        turns=tuple(Turn(calls=tuple(map(_call, turn.calls))) for turn in run.turns),
        answer=tuple(one.model_dump() for one in run.answer.results),
        metrics={"seconds": run.seconds, "forced": float(run.answer.forced)},
    )


def _call(one: RunCall) -> Call:
    observation = _NAME.sub("", one.answer)
    return Call(tool=one.tool or "?", arguments=one.arguments, observation=observation, error=bool(one.error))
