"""The reference of the messages: one page for people, one JSON schema for programs."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from findspot.agent.runs import Run, RunAnswer, RunBudgets, RunCall, RunResult, RunTurn
from findspot.core import types
from findspot.service import messages
from findspot.service.tools import TOOLS

_HEAD = """# Messages

{made}
What goes in and comes out has the same names in every front end: as JSON of the command line and as requests of the
[language server](protocol.md), which adds a URI and a range to each place. A request may spell its fields in camelCase, too.
null counts as absent. [messages.schema.json](messages.schema.json) says the same for programs.
"""


def tool_page(made: str) -> str:
    """Return the page about every tool; ``made`` says that it is generated."""
    lines = [_TOOLS_HEAD.format(made=made)]
    for tool in TOOLS.values():
        lines += [f"## {tool.name}", "", f"{tool.description}", ""]
        for model, mode in ((tool.request, "validation"), (tool.answer, "serialization")):
            schema = model.model_json_schema(by_alias=False, mode=mode)  # type: ignore[arg-type]  # a Literal there
            lines += [*table(model, schema, without={"root"} if mode == "validation" else set()), ""]
    return "\n".join(lines)


def run_page(made: str) -> str:
    """Return the page about the record of an exploration; ``made`` says that it is generated."""
    schema = json.loads(run_schema())
    lines = [_RUNS_HEAD.format(made=made)]
    for model in (Run, *_RUN_PARTS):
        lines += _section(model, schema if model is Run else schema["$defs"][model.__name__])
    return "\n".join(lines).replace("\n### ", "\n## ")


def run_schema() -> str:
    """Return the JSON schema of the record of an exploration."""
    return json.dumps(Run.model_json_schema(by_alias=False, mode="serialization"), indent=2) + "\n"


def message_schema() -> str:
    """Return the JSON schema of all messages."""
    models = [(model, "validation") for model in messages.REQUESTS] + [
        (model, "serialization") for model in messages.ANSWERS
    ]
    _, schema = models_json_schema(models, by_alias=False, title="Findspot")  # type: ignore[arg-type]  # a Literal there
    return json.dumps(schema, indent=2) + "\n"


_TOOLS_HEAD = """# Tools

{made}
With these a root can be explored. Each has a table of what it takes and one of what it gives. Paths are relative to the root;
only what the index holds is seen.
"""


_RUNS_HEAD = """# Runs

{made}
`findspot localize --explore --trace FILE` appends one line of JSON to a file: what was asked, called, seen and answered.
`findspot-train runs analyse FILE` counts calls per turn and redundant ones. [runs.schema.json](runs.schema.json) says the same
for programs.
"""

_RUN_PARTS = (RunBudgets, RunTurn, RunCall, RunAnswer, RunResult)


def message_page(made: str) -> str:
    """Return the page about every message; ``made`` says that it is generated."""
    schema = json.loads(message_schema())["$defs"]
    lines = [_HEAD.format(made=made)]
    asked: list[type[BaseModel]] = [
        *messages.REQUESTS,
        messages.EditorView,
        messages.FileInView,
        messages.DiagnosticInView,
    ]
    for heading, models in (("Requests", asked), ("Answers", _with_parts(messages.ANSWERS))):
        lines += [f"## {heading}", ""]
        for model in models:
            lines += _section(model, schema[model.__name__])
    return "\n".join(lines)


def _with_parts(models: tuple[type[BaseModel], ...]) -> list[type[BaseModel]]:
    parts = (messages.Result, messages.Evidence, messages.AnswerStatus, messages.Problem)
    return [*models, *parts]


def _section(model: type[BaseModel], schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {model.__name__}", "", str(model.__doc__).strip().replace("``", "`"), "")
    yield from table(model, schema)
    yield ""


def table(model: type[BaseModel], schema: Mapping[str, Any], without: Container[str] = ()) -> Iterator[str]:
    """Yield the lines of a table of fields."""
    yield from ("| field | type | meaning |", "| --- | --- | --- |")
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        if name in without:
            continue
        must = ", required" if name in required and issubclass(model, messages.Request) else ""
        yield f"| `{name}` | {_type(field)}{must} | {model.model_fields[name].description or ''} |"


def _type(field: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        if hasattr(types, name) and issubclass(getattr(types, name), Enum):
            return _named(name)
        return f"[{name}](messages.md#{name.lower()})" if hasattr(messages, name) else f"`{name}`"
    if field.get("type") == "array":
        parts = field.get("prefixItems")
        return f"list of {_type(field['items'])}" if parts is None else f"[{', '.join(map(_type, parts))}]"
    if field.get("type") == "object":
        return "object of counts" if isinstance(field.get("additionalProperties"), dict) else "object"
    if field.get("maximum") == 2**31 - 1:
        return f"{field['type']}, from {field['minimum']:g}"
    if "maximum" in field:
        return f"{field['type']}, {field['minimum']:g} to {field['maximum']:g}"
    return str(field["type"])


def _named(name: str) -> str:
    return ", ".join(f"`{kind.value}`" for kind in getattr(types, name))
