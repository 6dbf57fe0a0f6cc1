"""What a client may rely on beyond its answer: given up when it goes, refused when too much is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

import pytest
from starlette.requests import Request

from findspot.errors import Cancelled
from findspot.service.messages import Mode
from findspot.web.app import _streamed, _while_there
from findspot.web.events import Event
from tests.web.conftest import PATIENCE_SECONDS, Here


@pytest.mark.parametrize("streams", [False, True])
async def test_a_question_stops_when_its_client_goes(here: Here, *, streams: bool) -> None:
    """The stop event is what every loop of the engine looks at."""
    leaving = asyncio.Event()
    stopped: asyncio.Queue[bool] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def receive() -> dict[str, Any]:
        await leaving.wait()
        return {"type": "http.disconnect"}

    def work(stop: Any) -> None:
        loop.call_soon_threadsafe(leaving.set)
        loop.call_soon_threadsafe(stopped.put_nowait, stop.wait(PATIENCE_SECONDS))

    async def events() -> AsyncGenerator[Event]:
        await here.session.scheduler.run(Mode.SEARCH, work)
        yield Event("status", None)

    request = Request({"type": "http", "headers": []}, receive)

    def asked() -> Awaitable[object]:
        if streams:
            return _streamed(here.session, events(), "1", request)
        return _while_there(request, here.session.scheduler.run(Mode.SEARCH, work))

    with pytest.raises(Cancelled):
        await asked()
    assert await asyncio.wait_for(stopped.get(), PATIENCE_SECONDS)
