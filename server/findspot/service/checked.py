"""Untrusted JSON, checked: the types of its fields, objects made of them, and what is said of a mistake."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Final, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from findspot.core.filters import MAX_GLOBS, FileKind, braces_written_out
from findspot.core.limits import LEAST_TOKENS, MAX_BUDGET, MAX_RESULTS, MAX_SCOPE, MAX_TEXT, MOST_TOKENS
from findspot.core.text import without_surrogates
from findspot.languages.types import type_mistake

MAX_NAME = 16_384
"""Characters of a path, a URI or the name of a root."""

MAX_IN_VIEW = 100
"""Files of one kind in an editor's view that count; more of them say little."""

MAX_EXCERPT = 500

_SHOWN = 80

_EXPLICIT = 2
"""Pydantic's priority of an alias that a field names itself."""


def _cleaned(raw: Any) -> Any:
    return without_surrogates(raw) if isinstance(raw, str) else raw


Text = Annotated[str, BeforeValidator(_cleaned), Field(max_length=MAX_TEXT)]
Name = Annotated[str, BeforeValidator(_cleaned), Field(max_length=MAX_NAME)]
Scope = Annotated[tuple[Name, ...], Field(max_length=MAX_SCOPE, strict=False)]
"""Files and folders to look in, none for everything; each front end says how they are written."""
Excerpt = Annotated[str, BeforeValidator(lambda raw: _cleaned(raw)[:MAX_EXCERPT] if isinstance(raw, str) else raw)]
"""Text of which only the beginning counts."""
LineNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
FIRST: Final = BeforeValidator(lambda raw: raw[:MAX_IN_VIEW] if isinstance(raw, list | tuple) else raw)
"""Cuts a list of which only the first entries count."""
Names = Annotated[tuple[Name, ...], FIRST, Field(strict=False)]
Length = Annotated[int, Field(ge=1, le=MAX_RESULTS)]
Tokens = Annotated[int, Field(ge=LEAST_TOKENS, le=MOST_TOKENS)]
Budget = Annotated[float, Field(ge=0.0, le=MAX_BUDGET)]

_MAX_RULES = 10_000
_MAX_TYPES = 100


def _known_type(name: str) -> str:
    if mistake := type_mistake(name):
        raise ValueError(f"has an unknown name: {mistake}")
    return name


def _readable(globs: tuple[str, ...]) -> tuple[str, ...]:
    braces_written_out(globs)
    return globs


FileTypes = Annotated[
    tuple[Annotated[Name, AfterValidator(_known_type)], ...], Field(max_length=_MAX_TYPES, strict=False)
]
Globs = Annotated[tuple[Name, ...], AfterValidator(_readable), Field(max_length=MAX_GLOBS, strict=False)]
IgnoreLines = Annotated[tuple[Name, ...], Field(max_length=_MAX_RULES, strict=False)]
FileKinds = Annotated[tuple[FileKind, ...], Field(max_length=_MAX_TYPES, strict=False)]
Similarity = Annotated[float, Field(ge=0.0, le=1.0)]
Depth = Annotated[int, Field(ge=0, le=1_000)]


class Part(BaseModel):
    """An object inside of untrusted JSON that has been checked; null counts as absent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_by_name=True,
        alias_generator=to_camel,
        loc_by_alias=False,
        defer_build=True,  # a command pays for what it uses
    )

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, raw: Any) -> Any:
        """Leave nulls out, and write names so that they can be shown."""
        if not isinstance(raw, Mapping):
            return raw
        return {without_surrogates(str(key)): value for key, value in raw.items() if value is not None}


def mistake(request: type[Part], error: ValidationError) -> str:
    """Return the first mistake in words: which field is wrong and what it should be."""
    mistakes = error.errors()
    # A misspelt name explains what is missing.
    first = next((one for one in mistakes if one["type"] == "extra_forbidden"), mistakes[0])
    names: list[str] = []
    owner: type[Part] = request
    for name in (part for part in first["loc"] if isinstance(part, str)):
        owner = (_part_in(owner.model_fields[names[-1]].annotation) if names else None) or owner
        names.append(name)
    name = names[-1] if names else ""
    field = owner.model_fields.get(name)
    named = field.alias if field is not None and field.alias and field.alias_priority == _EXPLICIT else name
    spelled = ".".join((*names[:-1], named))
    kind, context, value = first["type"], first.get("ctx", {}), first["input"]
    match kind:
        case "missing":
            return f"'{spelled}' is missing"
        case "extra_forbidden":
            return _unknown(owner, name, spelled)
        case "string_type":
            return f"'{spelled}' must {'hold strings' if isinstance(first['loc'][-1], int) else 'be a string'}"
        case "string_too_long" | "too_long":
            unit = "characters" if isinstance(value, str) else "entries"
            return f"'{spelled}' has {len(value):,} {unit}; at most {context['max_length']:,} are allowed"
        case "tuple_type":
            return f"'{spelled}' must be a list"
        case "model_type":
            return f"'{spelled}' must {'hold objects' if isinstance(first['loc'][-1], int) else 'be an object'}"
        case "bool_type":
            return f"'{spelled}' must be true or false"
        case "literal_error":
            return f"'{spelled}' must be {context['expected']}"
        case "value_error":
            return f"'{spelled}' {context['error']}"
        case _:
            return f"'{spelled}' must be {_range(owner, name)}, not {str(value)[:_SHOWN]}"


def _part_in(annotation: Any) -> type[Part] | None:
    """Return the objects that a field holds, None where it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next((found for one in get_args(annotation) if (found := _part_in(one)) is not None), None)


def _range(owner: type[Part], name: str) -> str:
    """Return in words what a number may be."""
    schema = owner.model_json_schema(by_alias=False)["properties"][name]
    number = next((one for one in schema.get("anyOf", ()) if "minimum" in one), schema)
    kind = "a whole number" if number.get("type") == "integer" else "a number"
    least, most = number.get("minimum"), number.get("maximum")
    return kind + (f" from {least:g}" if least is not None else "") + (f" to {most:.10g}" if most is not None else "")


def _unknown(owner: type[Part], name: str, spelled: str) -> str:
    known = list(owner.model_fields)
    near = difflib.get_close_matches(name, [*known, *map(to_camel, known)], n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"'{spelled[:_SHOWN]}' is not a parameter; {hint}"
