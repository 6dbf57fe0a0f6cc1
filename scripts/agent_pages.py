"""The reference of the server for agents: its tools, prompts and addresses."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from pydantic import BaseModel

from findspot.mcp.answers import CodePlace, Neighbour
from findspot.mcp.prompts import PROMPTS
from findspot.mcp.resources import TEMPLATE
from findspot.mcp.tools import TOOLS
from scripts.message_pages import table

_HEAD = """# The server for agents

{made}
What `findspot mcp` offers by the Model Context Protocol, in its versions 2025-11-25 and older and 2026-07-28.
[Coding agents](../guides/agents.md) tells how to set it up. Each tool has a table of what it takes and one of what it gives;
beside the object stands the same as text. A mistake is an answer with `isError` and a sentence that says what to do. The
name and description of a tool are all that some agents show a model.
"""


def agent_page(made: str) -> str:
    """Return the page about all that an agent can ask; ``made`` says that it is generated."""
    lines = [_HEAD.format(made=made), "## Tools", ""]
    for tool in TOOLS.values():
        lines += [f"### {tool.name}", "", tool.description, ""]
        lines += [*_table(tool.request, "validation"), "", *_table(tool.answer, "serialization"), ""]
    lines += ["## Places", "", "What results have:", "", *_table(CodePlace, "serialization"), ""]
    lines += [
        "Those of `related` have one more:",
        "",
        *_table(Neighbour, "serialization", set(CodePlace.model_fields)),
        "",
    ]
    lines += ["## Prompts", "", "| prompt | argument | what it makes |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | `{one.argument}`: {one.meaning} | {one.description} |" for name, one in PROMPTS.items()]
    lines += ["", "## Resources", "", f"`{TEMPLATE}`: lines of an indexed file as they are now, such as"]
    lines += ["`findspot://project/src/app.py#L1-L20`. Without lines it is the whole file, its first 64,000 bytes.", ""]
    return "\n".join(lines)


def _table(model: type[BaseModel], mode: Any, without: Container[str] = ()) -> Iterator[str]:
    schema = model.model_json_schema(by_alias=False, mode=mode)
    return table(model, schema, without={"root"} if mode == "validation" else without)
