"""The reference of the HTTP interface, made of the table of its endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from findspot.web.endpoints import ENDPOINTS, SHORT
from findspot.web.guard import PUBLIC
from findspot.web.messages import HttpResult, RootStatus, SourceLine
from findspot.web.openapi import parameters
from scripts.message_pages import table

_HEAD = """# The HTTP interface

{made}
What `findspot serve` offers to programs, beside the [search page](../guides/browser.md). Answers are JSON with the
[messages](messages.md) of every front end. The running server has the same as OpenAPI 3.1 at `/openapi.json`, and as a page at
`/docs`.

A client sends the token of the printed address as `Authorization: Bearer TOKEN`, with every request but those that are
marked as public. What is refused has a status and an object with `error`, a sentence that says what to do: 400 for a mistake in the
request, 401 without the token, 403 for a page of another site, 404, 408, 413 where something is missing, slow or too large, 421
where another host is meant, 503 where too much is asked at a time. Whoever closes the connection gives the question up.

Parameters of an address may be given several times where they are lists. {short}.

An address that ends in `/events` answers with server-sent events, each with the object that its table describes: `partial` may come
several times, `answer` is the last one, and `end` says that there is no more, with `error` where something went wrong on
the way. Every object of a question repeats its `request_id`, so that a client can drop what belongs to an older one.
"""


def http_page(made: str) -> str:
    """Return the page about every address; ``made`` says that it is generated."""
    short = ", ".join(f"`{letter}` is `{name}`" for letter, name in SHORT.items())
    lines = [_HEAD.format(made=made, short=short)]
    for endpoint in ENDPOINTS:
        public = " Public." if endpoint.path in PUBLIC else ""
        lines += [f"## {endpoint.method} {endpoint.path}", "", f"{endpoint.summary}{public}", ""]
        if endpoint.stream is not None:
            continue  # it takes and gives what the one before it does
        schema = endpoint.request.model_json_schema(by_alias=False)
        left_out: set[str] = set()
        if endpoint.method == "GET":
            written = {SHORT.get(one["name"], one["name"]) for one in parameters(endpoint.request, schema)}
            left_out = set(schema["properties"]) - written
        if endpoint.path not in PUBLIC:
            lines += [*table(endpoint.request, schema, left_out), ""]
        lines += [*_table(endpoint.answer), ""]
    for title, model in (("Places", HttpResult), ("Lines of source", SourceLine), ("Roots", RootStatus)):
        lines += [f"## {title}", "", *_table(model), ""]
    return "\n".join([*lines, ""])


def _table(model: type[BaseModel]) -> Iterator[str]:
    mode: Any = "serialization"
    return table(model, model.model_json_schema(by_alias=False, mode=mode))
