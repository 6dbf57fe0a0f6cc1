"""The record of an agent's work on one question: what it called, turn by turn, what came back, and what came of it.

Everything that reads logs makes ``Trajectory`` objects, and everything that counts, replays or learns takes them. A file
has one on each line, as JSON with the field names below. Types are not converted and unknown fields are refused, so that
a misspelt field is not lost. What an answer is worth is for the reward to say.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic_core import PydanticCustomError

from findspot_training.source import TrainingError

_IN_WORDS_OF_JSON: Final = {
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "extra_forbidden": "is not a known field",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "missing": "is missing",
    "model_type": "must be an object",
    "recursion_depth_exceeded": "is nested too deeply",
    "string_type": "must be text",
    "tuple_type": "must be a list",
}
"""What pydantic says in words of Python, by its name for the mistake."""


def _not_empty(text: str) -> str:
    # A minimal length would refuse half a surrogate pair, which programs leave where they cut a text.
    if not text:
        raise PydanticCustomError("empty", "must not be empty")
    return text


Name = Annotated[str, AfterValidator(_not_empty)]

Number = Annotated[float, Field(allow_inf_nan=False)]


class Record(BaseModel):
    """Base of the records: frozen, strict, without unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    def as_json(self) -> dict[str, Any]:
        """Return the record as a file has it, without the fields that have their default."""
        return self.model_dump(mode="python", exclude_defaults=True)


class Call(Record):
    """One call of a tool."""

    tool: Name
    arguments: dict[str, JsonValue]
    observation: str | None
    """The text that came back; None if the call was never answered."""
    at: Annotated[Number | None, Field(ge=0)] = None
    """Seconds from the start of the work to the call."""
    error: bool = False
    """The tool said that it failed."""


class Turn(Record):
    """One message of the model, with its calls in their order; none, if it only spoke."""

    calls: Annotated[tuple[Call, ...], Field(strict=False)]


class Trajectory(Record):
    """The work on one question, from the question to the answer."""

    id: Name
    query: str
    """What the agent was asked."""
    repository: str | None = None
    """``owner/name``."""
    commit: str | None = None
    """The commit that was worked on."""
    turns: Annotated[tuple[Turn, ...], Field(strict=False)]
    answer: Annotated[tuple[dict[str, JsonValue], ...] | None, Field(strict=False)] = None
    """The final choice: objects as ``findspot localize --json`` prints them, the best first."""
    metrics: dict[str, Number] | None = None
    """Numbers by name: seconds, tokens, reward, ..."""


def parse_trajectory(value: Any, where: str) -> Trajectory:
    """Return the trajectory in a value from JSON; raises ``TrainingError`` with the place and each field that is wrong."""
    try:
        return Trajectory.model_validate(value)
    except ValidationError as error:
        raise TrainingError(f"{where}: {problems_text(error)}") from error


def problems_text(error: ValidationError) -> str:
    """Return the first three problems of a validation as ``turns[0].calls[2].at: what is wrong``."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    told = (f"{_field(one['loc'])}: {_IN_WORDS_OF_JSON.get(one['type'], one['msg'])}" for one in found[:3])
    return "; ".join(text.removeprefix(": ") for text in told) + (
        f"; and {len(found) - 3} more" if len(found) > 3 else ""
    )


def _field(path: tuple[int | str, ...]) -> str:
    # Inside of arguments and answers every value has its place twice, by type and by key, and may lie very deep.
    shown = path[: next((at for at, part in enumerate(path, 1) if part in {"arguments", "answer"}), len(path))]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in shown).lstrip(".")
