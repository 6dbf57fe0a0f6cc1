"""The application: from requests to calls of the table of endpoints, and from what they raise to a status and a sentence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from findspot.core.limits import MAX_TEXT
from findspot.errors import Cancelled, FindspotError, OutsideRootError, QueryError, RootError
from findspot.service.http_server import OwnNames, is_loopback
from findspot.service.messages import RequestError
from findspot.web.endpoints import ENDPOINTS, Call, Endpoint, QueryReader, new_request_id
from findspot.web.events import Event
from findspot.web.guard import Guard
from findspot.web.messages import End, Failure
from findspot.web.openapi import openapi
from findspot.web.session import BusyError, Session

MAX_BODY: Final = 6 * MAX_TEXT + 100_000
"""Bytes of a request: a text of greatest length, each of its characters written as an escape."""

BODY_SECONDS = 30.0
"""How long a client may take to send a request."""

_PAGE: Final = Path(__file__).parent / "page"

_STATUS: Final[tuple[tuple[type[FindspotError], int], ...]] = (
    (QueryError, 400),
    (OutsideRootError, 400),
    (RootError, 404),
    (BusyError, 503),
    (Cancelled, 499),  # nobody reads it
)

_WORDS: Final = {404: "there is nothing here; /docs says what there is", 405: "not by this method; /docs says by which"}

T = TypeVar("T")
Events = AsyncGenerator[Event]


def application(session: Session, names: OwnNames, token: str | None) -> ASGIApp:
    """Return the application of one session."""
    app = Starlette(
        routes=[
            *(_route(session, endpoint) for endpoint in ENDPOINTS),
            Route("/openapi.json", _openapi),
            Route("/docs", _page("docs.html")),
            Route("/", _page("index.html")),
            Mount("/page", StaticFiles(directory=_PAGE)),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _crash},
    )
    return Guard(app, names, token)


def _route(session: Session, endpoint: Endpoint) -> Route:
    reader = QueryReader(endpoint.request)

    async def handle(request: Request) -> Response:
        request_id = ""
        try:
            raw = reader.read(request.query_params.multi_items())
            if endpoint.method == "POST":
                raw = {**raw, **await _body(request)}
            asked = endpoint.request.read(raw)
            request_id = getattr(asked, "request_id", None) or new_request_id()
            call = Call(asked, request_id, _is_local(request))
            if endpoint.stream is not None:
                return await _streamed(session, endpoint.stream(session, call), request_id, request)
            if endpoint.run is not None:
                with session.call():
                    return JSONResponse((await _while_there(request, endpoint.run(session, call))).to_json())
            return Response(status_code=501)
        except FindspotError as error:
            return _failure(error, request_id)

    return Route(endpoint.path, handle, methods=[endpoint.method])


async def _streamed(session: Session, events: Events, request_id: str, request: Request) -> Response:
    """Answer with events; what fails before the first one has a status of its own."""
    with session.call():
        try:
            first = await _while_there(request, anext(events))
        except BaseException:
            await events.aclose()
            raise

    async def encoded() -> AsyncIterator[bytes]:
        async with aclosing(events):
            yield first.encoded()
            try:
                with session.call():
                    async for event in events:
                        yield event.encoded()
                end = End(request_id=request_id)
            except FindspotError as error:
                end = End(request_id=request_id, error=str(error))
            yield Event("end", end).encoded()

    return StreamingResponse(encoded(), media_type="text/event-stream")


async def _while_there(request: Request, work: Awaitable[T]) -> T:
    """Return what ``work`` gives; it is cancelled, and ``Cancelled`` raised, once the client has gone."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.ensure_future(work), asyncio.create_task(gone())
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Cancelled("the client has gone")
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait((working, leaving))  # a stream cannot be closed while it runs


async def _body(request: Request) -> dict[str, Any]:
    """Return the object that a client sends, of ``MAX_BODY`` bytes at most and within ``BODY_SECONDS``."""
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                data += part
                if len(data) > MAX_BODY:
                    raise HTTPException(413, f"the request has more than {MAX_BODY:,} bytes; cut the text down")
    except TimeoutError:
        raise HTTPException(408, f"the request did not come within {BODY_SECONDS:.0f} seconds") from None
    except ClientDisconnect:
        raise Cancelled("the client has gone") from None
    try:
        read = json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the body is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise RequestError("the body must be one object with named fields")
    return read


def _is_local(request: Request) -> bool:
    return request.client is not None and is_loopback(request.client.host)


def _failure(error: FindspotError, request_id: str = "") -> Response:
    """Return why there is no answer, with the status that says whose fault it is."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    told = {"request_id": request_id} if request_id else {}
    return JSONResponse(Failure(error=str(error), **told).to_json(), status)


def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    return JSONResponse(
        Failure(error=_WORDS.get(error.status_code, error.detail)).to_json(), error.status_code, error.headers
    )


def _crash(_: Request, __: Exception) -> Response:
    return JSONResponse(Failure(error="this is a fault of Findspot; its log says more").to_json(), 500)


def _openapi(_: Request) -> Response:
    return JSONResponse(openapi())


def _page(name: str) -> Callable[[Request], Response]:
    def page(_: Request) -> Response:
        return FileResponse(_PAGE / name, headers={"Cache-Control": "no-cache"})

    return page
