"""What the HTTP interface offers, in one table: address, request, answer, function. Routes and pages about it are made of it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from findspot import __version__
from findspot.service.messages import ContextRequest, Message, Request, StatusRequest
from findspot.web.events import Event, answer_of, localize_events, search_events, status_events
from findspot.web.messages import (
    FileLines,
    FileRequest,
    Health,
    HttpAnswer,
    HttpContext,
    HttpRelated,
    LocalizeRequest,
    RelatedRequest,
    SearchRequest,
    ServerStatus,
)
from findspot.web.session import Session


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its parameters, checked, the name of the question, and whether its client is on this machine."""

    asked: Any
    request_id: str
    local: bool


Run = Callable[[Session, Call], Awaitable[Message]]
Stream = Callable[[Session, Call], AsyncGenerator[Event]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address, what it takes, and the object that it answers with: once by ``run``, or as events by ``stream``."""

    method: Literal["GET", "POST"]
    path: str
    summary: str
    request: type[Request]
    answer: type[Message]
    run: Run | None = None
    stream: Stream | None = None


async def _search(session: Session, call: Call) -> Message:
    return answer_of(await session.ask(call.asked, highlight=call.asked.highlight), call.request_id)


async def _context(session: Session, call: Call) -> Message:
    return await session.context(call.asked)


async def _related(session: Session, call: Call) -> Message:
    return await session.related(call.asked)


async def _file(session: Session, call: Call) -> Message:
    return await session.read(call.asked)


async def _status(session: Session, call: Call) -> Message:
    return await session.status(local=call.local)


async def _health(_: Session, __: Call) -> Message:
    return Health(status="ok", version=__version__)


ENDPOINTS: Final = (
    Endpoint(
        "GET",
        "/search",
        "Places that a word, a sentence, a path or an error message is about.",
        SearchRequest,
        HttpAnswer,
        run=_search,
    ),
    Endpoint(
        "GET",
        "/search/events",
        "`GET /search` as events: `partial` answers while the index fills, then one `answer`.",
        SearchRequest,
        HttpAnswer,
        stream=lambda session, call: search_events(session, call.asked, call.request_id),
    ),
    Endpoint(
        "POST",
        "/localize",
        "Places that an issue, an error message or a stack trace is about.",
        LocalizeRequest,
        HttpAnswer,
        run=_search,
    ),
    Endpoint(
        "POST",
        "/localize/events",
        "`POST /localize` as events: the instant list as `partial`, then the `answer` that the localization model has ordered.",
        LocalizeRequest,
        HttpAnswer,
        stream=lambda session, call: localize_events(session, call.asked, call.request_id),
    ),
    Endpoint(
        "POST", "/context", "The code that a question is about, in one text.", ContextRequest, HttpContext, run=_context
    ),
    Endpoint(
        "GET",
        "/related",
        "Callers, callees, tests and similar code of a definition.",
        RelatedRequest,
        HttpRelated,
        run=_related,
    ),
    Endpoint("GET", "/file", "Lines of a file of the index.", FileRequest, FileLines, run=_file),
    Endpoint("GET", "/status", "Where the index stands.", StatusRequest, ServerStatus, run=_status),
    Endpoint(
        "GET",
        "/status/events",
        "`GET /status` as `status` events, one for each change.",
        StatusRequest,
        ServerStatus,
        stream=lambda session, call: status_events(session, local=call.local),
    ),
    Endpoint("GET", "/health", "Whether the server runs.", StatusRequest, Health, run=_health),
)

SHORT: Final[Mapping[str, str]] = {
    "q": "query",
    "k": "top_k",
    "type": "types",
    "not_type": "not_types",
    "glob": "globs",
}
"""How parameters of an address may be written, too."""


class QueryReader:
    """Turns the parameters of an address, which are texts, into the values that a request has."""

    def __init__(self, request: type[Request]) -> None:
        properties = request.model_json_schema(by_alias=False)["properties"]
        self._kinds = {name: _kind(field) for name, field in properties.items()}

    def read(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Return the values by name; what cannot be read stays a text, of which the request will complain."""
        values: dict[str, Any] = {}
        for written, text in pairs:
            name = SHORT.get(written, written) if SHORT.get(written) in self._kinds else written
            kind = self._kinds.get(name, "string")
            if kind == "array":
                values.setdefault(name, []).append(text)
            else:
                values[name] = _value(kind, text)
        return values


def _kind(field: Mapping[str, Any]) -> str:
    options = [field, *field.get("anyOf", ())]
    return next((str(one["type"]) for one in options if one.get("type", "null") != "null"), "string")


def _value(kind: str, text: str) -> Any:
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
    except ValueError:
        return text
    if kind == "boolean":
        return {"true": True, "1": True, "": True, "false": False, "0": False}.get(text.lower(), text)
    return text


def new_request_id() -> str:
    """Return a name for a question that has none."""
    return secrets.token_urlsafe(9)
