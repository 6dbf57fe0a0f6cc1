"""The types of the language server's own messages for its clients: TypeScript, and annotations of Lua (I-19).

Both are made from the models that check requests and make answers, so no client has a field that the server does not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from findspot.lsp.params import METHODS

_MADE = "Made by `make docs` from the server's messages; do not edit."

_EXPLICIT = 2
"""Pydantic's priority of an alias that a field names itself."""

_TS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_LUA = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "null": "nil"}


def typescript() -> str:
    """Return the module with an interface for each message, and the table of requests."""
    lines = [f"// {_MADE}"]
    for name, schema in _schemas():
        lines += ["", *_comment(schema.get("description", ""), "")]
        if "enum" in schema:
            lines.append(f"export type {name} = {_ts(schema)};")
            continue
        lines.append(f"export interface {name} {{")
        for field, told in schema["properties"].items():
            lines += _comment(told.get("description", ""), "  ")
            lines.append(f"  {field}{'' if field in schema.get('required', ()) else '?'}: {_ts(told)};")
        lines.append("}")
    lines += ["", "/** What each request takes and gives. */", "export interface Methods {"]
    for method, (params, answer) in METHODS.items():
        lines.append(f'  "{method}": {{ params: {params.__name__}; answer: {_called(answer.__name__)} }};')
    return "\n".join([*lines, "}", ""])


def lua() -> str:
    """Return the file of annotations for the Lua language server; it holds no code."""
    lines = ["---@meta findspot.messages", f"-- {_MADE}"]
    for name, schema in _schemas():
        lines += ["", *(f"--- {line}" for line in _plain(schema.get("description", "")).splitlines())]
        if "enum" in schema:
            lines.append(f"---@alias findspot.{name} {_lua(schema)}")
            continue
        lines.append(f"---@class findspot.{name}")
        for field, told in schema["properties"].items():
            optional = "" if field in schema.get("required", ()) else "?"
            note = " ".join(_plain(told.get("description", "")).split())
            lines.append(f"---@field {field}{optional} {_lua(told)} {note}".rstrip())
    return "\n".join([*lines, ""])


def _schemas() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the schema of every message by its name; requests first."""
    asked = [(method.params, "validation") for method in METHODS.values()]
    given = [(method.answer, "serialization") for method in METHODS.values()]
    wanted = list(dict.fromkeys([*asked, *given]))
    _, schema = models_json_schema(wanted, by_alias=False)  # type: ignore[arg-type]  # a Literal there
    spelled = {model.__name__: model for model in _models()}
    for name, one in schema["$defs"].items():
        model = spelled.get(name)
        if model is not None:
            one["properties"] = {_spelled(model, field): told for field, told in one["properties"].items()}
        yield _called(name), one


def _models() -> Iterator[type[BaseModel]]:
    for method in METHODS.values():
        yield from method


def _spelled(model: type[BaseModel], field: str) -> str:
    told = model.model_fields[field]
    return str(told.alias) if told.alias and told.alias_priority == _EXPLICIT else field


def _ts(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_ts(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "$ref" in schema:
        return _name(schema)
    if schema.get("type") == "array":
        item = _ts(schema["items"])
        return f"({item})[]" if " | " in item else f"{item}[]"
    if schema.get("type") == "object":
        return f"Record<string, {_ts(schema['additionalProperties'])}>"
    return _TS[schema["type"]]


def _lua(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return "|".join(_lua(one) for one in schema["anyOf"])
    if "enum" in schema:
        return "|".join(f'"{value}"' for value in schema["enum"])
    if "$ref" in schema:
        return f"findspot.{_name(schema)}"
    if schema.get("type") == "array":
        item = _lua(schema["items"])
        return f"({item})[]" if "|" in item else f"{item}[]"
    if schema.get("type") == "object":
        return f"table<string, {_lua(schema['additionalProperties'])}>"
    return _LUA[schema["type"]]


def _name(schema: Mapping[str, Any]) -> str:
    return _called(str(schema["$ref"]).rpartition("/")[2])


def _called(name: str) -> str:
    """Return the name of a message for clients, who know no results but those with a URI and a range."""
    return name.removeprefix("Placed")


def _plain(text: str) -> str:
    return text.replace("``", "`").strip()


def _comment(text: str, indent: str) -> Iterator[str]:
    told = _plain(text).splitlines()
    if len(told) == 1:
        yield f"{indent}/** {told[0]} */"
    elif told:
        yield from (f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in told), f"{indent} */")
