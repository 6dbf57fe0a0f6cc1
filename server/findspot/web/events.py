"""Answers that come in parts, as server-sent events: the instant list first, then the better one, while the index fills."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Literal, NamedTuple

from findspot.service.messages import AnswerStatus, Message
from findspot.service.questions import Merged
from findspot.web.messages import HttpAnswer, HttpResult, LocalizeRequest, SearchRequest, ServerStatus
from findspot.web.session import Session

AGAIN_SECONDS = 1.0
"""How often a search is repeated while the index fills."""

BEHIND_SECONDS = 3.0
"""How long an answer that is not complete waits for the index to take up what has just changed."""

SEEN_SECONDS = 0.5
"""How often the state of the index is looked at."""

ALIVE_SECONDS = 15.0
"""How often a stream that has nothing to say shows that it lives, which also tells whether its client does."""

EventName = Literal["partial", "answer", "status", "end"]


class Event(NamedTuple):
    """One event of a stream; ``data`` is None for one that only shows that the stream lives."""

    name: EventName
    data: Message | None

    def encoded(self) -> bytes:
        """Return the event as a stream has it."""
        if self.data is None:
            return b": alive\n\n"
        return f"event: {self.name}\ndata: {json.dumps(self.data.to_json(), ensure_ascii=False)}\n\n".encode()


def answer_of(found: Merged[HttpResult], request_id: str) -> HttpAnswer:
    """Return the message of a merged answer."""
    results = tuple(made.model_copy(update={"rank": result.rank, "score": result.score}) for result, made in found.rows)
    return HttpAnswer(results=results, status=AnswerStatus.of(found.status), request_id=request_id)


async def search_events(session: Session, asked: SearchRequest, request_id: str) -> AsyncGenerator[Event]:
    """Yield an answer at once, one again and again while the index fills, and the last one once it is complete."""
    loop = asyncio.get_running_loop()
    patient_until = loop.time() + BEHIND_SECONDS
    while True:
        indexing, began = session.being_indexed, loop.time()
        found = answer_of(await session.ask(asked, highlight=asked.highlight), request_id)
        # A change is noticed some moments before its indexing begins.
        behind = not found.status.complete and began < patient_until
        if not indexing and not behind:
            yield Event("answer", found)
            return
        yield Event("partial", found)
        if indexing:
            await session.until_fresh(max(began + AGAIN_SECONDS - loop.time(), 0))
        else:
            await asyncio.sleep(SEEN_SECONDS)


async def localize_events(session: Session, asked: LocalizeRequest, request_id: str) -> AsyncGenerator[Event]:
    """Yield the instant list, then the list that the localization model has ordered; both again once the index is complete."""
    while True:
        indexing = session.being_indexed
        async for event in _localized(session, asked, request_id, last=not indexing):
            yield event
        if not indexing:
            return
        await session.until_fresh()


async def _localized(session: Session, asked: LocalizeRequest, request_id: str, *, last: bool) -> AsyncGenerator[Event]:
    loop = asyncio.get_running_loop()
    lists: asyncio.Queue[Merged[HttpResult] | None] = asyncio.Queue()

    def on_partial(found: Merged[HttpResult]) -> None:
        loop.call_soon_threadsafe(lists.put_nowait, found)

    work = asyncio.create_task(session.ask(asked, highlight=asked.highlight, on_partial=on_partial))
    work.add_done_callback(lambda _: lists.put_nowait(None))
    try:
        while (found := await lists.get()) is not None:
            yield Event("partial", answer_of(found, request_id))
        yield Event("answer" if last else "partial", answer_of(await work, request_id))
    finally:
        work.cancel()


async def status_events(session: Session, *, local: bool) -> AsyncGenerator[Event]:
    """Yield the state of the index whenever it has changed, for as long as somebody reads."""
    loop = asyncio.get_running_loop()
    told: ServerStatus | None = None
    spoke = loop.time()
    while True:
        status = await session.status(local=local)
        if status != told:
            told, spoke = status, loop.time()
            yield Event("status", status)
        elif loop.time() - spoke > ALIVE_SECONDS:
            spoke = loop.time()
            yield Event("status", None)
        await asyncio.sleep(SEEN_SECONDS if session.being_indexed else 4 * SEEN_SECONDS)
