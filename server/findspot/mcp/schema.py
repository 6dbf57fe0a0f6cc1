"""JSON schemas as short as a model's context deserves: names, types and meanings, with references written out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

_LEFT_OUT = frozenset(
    {
        *("title", "maxLength", "maxItems", "additionalProperties"),
        *("minimum", "maximum", "exclusiveMaximum", "default"),
    }
)
"""What a model does not need to choose well: a mistake in a call is answered with the limit that it has overstepped."""

_NULL = {"type": "null"}


def schema_of(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    """Return the schema of a request or an answer; what a client may leave out entirely is not in it."""
    schema = model.model_json_schema(by_alias=False, mode=mode)
    definitions = schema.pop("$defs", {})
    short: dict[str, Any] = _Short(definitions, nulls=mode == "serialization").of(schema)
    short.pop("description", None)
    short["properties"].pop("root" if mode == "validation" else "", None)
    return short


class _Short:
    """Shortens schemas; without ``nulls`` what may be null may be left out instead."""

    def __init__(self, definitions: dict[str, Any], *, nulls: bool) -> None:
        self._definitions = definitions
        self._nulls = nulls

    def of(self, schema: Any) -> Any:
        """Return a schema, or a part of one, without what says nothing."""
        if isinstance(schema, list):
            return [self.of(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            found = self.of(self._definitions[schema["$ref"].rpartition("/")[2]])
            return {key: value for key, value in found.items() if key != "description"}
        schema = self._without_null(schema)
        return {
            key: {name: self.of(one) for name, one in value.items()} if key == "properties" else self.of(value)
            for key, value in schema.items()
            if key not in _LEFT_OUT and not (self._nulls and key in {"required", "description"})
        }

    def _without_null(self, schema: dict[str, Any]) -> dict[str, Any]:
        kinds = schema.get("anyOf", [])
        inner = next((one for one in kinds if one != _NULL), None)
        if inner is None or len(kinds) != 2 or _NULL not in kinds or (self._nulls and "type" not in inner):
            return schema
        rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
        return {**rest, **inner, "type": [inner["type"], "null"]} if self._nulls else {**rest, **inner}
