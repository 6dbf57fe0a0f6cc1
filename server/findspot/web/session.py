"""The roots that one HTTP server answers from, and what its clients ask of them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from findspot import __version__
from findspot.agent.bundle import Bundle
from findspot.agent.context import Found, bundle, question_of
from findspot.agent.tokens import TokenCounter
from findspot.core.types import IndexState, IndexStatus, Progress, Related, SearchResult
from findspot.errors import FindspotError, OutsideRootError, RootError
from findspot.service.engines import EngineSource
from findspot.service.kept_roots import KeptRoots
from findspot.service.messages import AnswerStatus, ContextRequest, Mode, Question
from findspot.service.questions import Answered, Merged
from findspot.service.workspaces import EngineFile, Root
from findspot.web.messages import (
    FileLines,
    FileRequest,
    HttpContext,
    HttpRelated,
    HttpResult,
    RelatedRequest,
    RootStatus,
    ServerStatus,
    source_lines,
)

MOST_CALLS = 64
"""Questions in work at a time; more are refused, not kept."""

LOOK_SECONDS = 1.0
"""How often it is looked whether the folders are still there."""

T = TypeVar("T")
Shown = tuple[HttpResult, Root]
OnPartial = Callable[[Merged[HttpResult]], None]


class BusyError(FindspotError):
    """Too much is asked at a time."""


class Session(KeptRoots):
    """Methods belong to the event loop's thread unless they say otherwise; they raise what the engine raises."""

    def __init__(
        self,
        engines: EngineSource,
        folders: Sequence[Path],
        scope: Sequence[Path] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Take absolute folders; where ``scope`` is not empty, all answers come from those files and folders."""
        super().__init__(engines, settings)
        self._folders = tuple(folders)
        self._scope = tuple(scope)
        self._count = TokenCounter()
        self._calls = 0
        self._gone: list[Path] = []
        self._look_again = 0.0

    def begin(self) -> None:
        """Begin to bring the roots up to date."""
        self.use(self._folders)

    @contextlib.contextmanager
    def call(self) -> Iterator[None]:
        """Count one call for as long as it is worked on; raises ``BusyError``."""
        if self._calls >= MOST_CALLS:
            raise BusyError(f"{MOST_CALLS} questions are in work already; ask again in a moment")
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1

    # --- questions ---

    async def ask(
        self, question: Question, *, highlight: bool, on_partial: OnPartial | None = None
    ) -> Merged[HttpResult]:
        """Return the merged answer; ``on_partial`` gets, in a worker thread, what one root has found first."""

        def make(root: Root, result: SearchResult, _: bytes | None) -> HttpResult:
            return HttpResult.of_lines(result, root.name, include_text=question.include_text, highlight=highlight)

        def partial_answer(_: Root, answered: Answered[HttpResult]) -> None:
            if on_partial is not None:
                on_partial(Merged(answered.rows, answered.status))

        gone = await self._prepared()
        found = await self.questions.ask(
            question.model_copy(update={"scope": self._inside(question.scope)}),
            make,
            threading.Event(),
            None if on_partial is None or len(self.workspace.roots) > 1 else partial_answer,
        )
        if gone:
            status = replace(found.status, complete=False, notes=(*found.status.notes, *gone))
            found = replace(found, status=status)
        return found

    async def context(self, asked: ContextRequest) -> HttpContext:
        """Return the code that a question is about, in one text."""

        def make(root: Root, result: SearchResult, _: bytes | None) -> Shown:
            return HttpResult.of_lines(result, root.name, include_text=False, highlight=False), root

        await self._prepared()
        asked = asked.model_copy(update={"scope": self._inside(asked.scope)})
        found = await self.questions.ask(question_of(asked), make, threading.Event())

        def lay_out(stop: threading.Event) -> Bundle:
            with self.scheduler.foreground.request():
                places = [
                    Found(result, use.engine, use.unsaved, partial(self.written, root))
                    for result, (_, root) in found.rows
                    for use in (root.access(),)
                ]
                return bundle(asked, places, found.status, self._count, stop)

        made = await self.scheduler.run(Mode.LOCALIZE, lay_out)
        places = {(place.path, place.start_line, place.end_line) for place in made.places}
        results = tuple(
            shown
            for result, (shown, root) in found.rows
            if (self.written(root, result.path), result.span.start_line, result.span.end_line) in places
        )
        status = AnswerStatus.of(found.status)
        return HttpContext(text=made.text, tokens=made.tokens, tokenizer=made.tokenizer, results=results, status=status)

    async def related(self, asked: RelatedRequest) -> HttpRelated:
        """Return what is connected with the definition at a place."""

        def work(file: EngineFile) -> HttpRelated:
            found: Related = file.access.engine.related(file.path, asked.line, asked.name, top_k=asked.top_k)
            made = partial(
                HttpResult.of_lines, root=file.root.name, include_text=asked.include_text, highlight=asked.highlight
            )
            kinds = ("callers", "callees", "tests", "neighbours")
            groups: dict[str, Any] = {name: tuple(map(made, getattr(found, name))) for name in kinds}
            symbol = None if found.symbol is None else made(found.symbol)
            return HttpRelated.of(None, symbol=symbol, status=AnswerStatus.of(found.status), **groups)

        return await self._of_file(asked.root, asked.path, work)

    async def read(self, asked: FileRequest) -> FileLines:
        """Return lines of an indexed file as they are now."""

        def work(file: EngineFile) -> FileLines:
            explorer = file.access.engine.explorer()
            read = explorer.read(file.path, asked.start_line, asked.end_line)
            made: dict[str, Any] = {"root": file.root.name}
            if not asked.highlight:
                return FileLines.of(read, **made)
            # A line in the middle of a long string is known as one only to who has read the file from its beginning.
            whole = explorer.read(file.path, 1, read.end_line)
            above = whole.end_line == read.end_line
            lines = (
                source_lines(whole.text, file.path, 1) if above else source_lines(read.text, file.path, read.start_line)
            )
            return FileLines.of(read, highlighted=lines[read.start_line - 1 :] if above else lines, **made)

        return await self._of_file(asked.root, asked.path, work)

    # --- the state of the index ---

    @property
    def being_indexed(self) -> bool:
        """Whether some root is being brought up to date."""
        return bool(self.steps())

    async def status(self, *, local: bool) -> ServerStatus:
        """Return where the index stands, in the form of the run in progress or that of the finished index."""
        await self.take_up_again()
        steps = self.steps()
        roots: list[RootStatus] = []
        for root, status in await self.statuses():
            name = self.names.get(root.path, root.name)
            if isinstance(status, IndexStatus):
                roots.append(RootStatus.of_status(status, root.name).model_copy(update={"name": name}))
            else:
                roots.append(RootStatus.failed(root.name, status).model_copy(update={"name": name}))
        made = [step for step in steps.values() if isinstance(step, Progress)]
        waits = [step for step in steps.values() if isinstance(step, str)]
        told = {
            "chunks": sum(getattr(root, "chunks", 0) for root in roots),
            "files": sum(getattr(root, "files", 0) for root in roots),
            "message": "; ".join(dict.fromkeys([*waits, *(root.message for root in roots if root.message)])),
            "roots": tuple(roots),
            "scope": tuple(map(str, self._scope)),
            "local": local,
            "version": __version__,
        }
        if not steps:
            return ServerStatus(status=_state(roots), **told)
        totals = [step.total for step in made if step.phase == "indexing"]
        total = None if len(made) < len(steps) or not totals or None in totals else sum(filter(None, totals))
        indexed = sum(step.done for step in made if step.phase == "indexing")
        return ServerStatus(status="indexing", indexed=indexed, total=total, **told)

    def written(self, root: Root, path: str) -> str:
        """Return how a root-relative path is written to clients."""
        return path if len(self.names) == 1 else f"{self.names.get(root.path, root.name)}/{path}"

    # --- parts of these ---

    async def _prepared(self) -> list[str]:
        """Return what to say of roots that have vanished; raises ``RootError`` where none is left.

        It is looked at once in ``LOOK_SECONDS``, so that typing pays for it once.
        """
        loop = asyncio.get_running_loop()
        if loop.time() >= self._look_again:
            self._look_again = loop.time() + LOOK_SECONDS
            await self.take_up_again()
            roots = [root.path for root in self.workspace.roots]
            self._gone = await self.scheduler.run(Mode.SEARCH, lambda _: [one for one in roots if not one.is_dir()])
        if self._gone and len(self._gone) == len(self.workspace.roots):
            raise RootError(f"{', '.join(map(str, self._gone))} is no folder any more, so there is nothing to search")
        return [f"{folder} is no folder any more; it is left out" for folder in self._gone]

    def _inside(self, scope: Sequence[str]) -> tuple[str, ...]:
        """Return where to look for an answer: what a client names, which must lie in the scope of the server."""
        if not self._scope:
            return tuple(scope)
        if not scope:
            return tuple(map(str, self._scope))
        for written in scope:
            path = self.path_of(written)
            if not any(path.is_relative_to(part) for part in self._scope):
                raise OutsideRootError(f"{written[:200]} lies outside of what this server searches: {self._scope[0]}")
        return tuple(scope)

    async def _of_file(self, root: str | None, path: str, work: Callable[[EngineFile], T]) -> T:
        def run(_: threading.Event) -> T:
            with self.scheduler.foreground.request():
                written = path if root is None else str(self.workspace.chosen(root)[0].path / path)
                return work(self.workspace.file(self.path_of(written)))

        return await self.scheduler.run(Mode.SEARCH, run)


def _state(roots: Sequence[RootStatus]) -> str:
    """Return the state of the least finished root."""
    states = [root.state for root in roots]
    for state in (IndexState.FAILED, IndexState.ABORTED, IndexState.INDEXING, IndexState.EMPTY):
        if state in states:
            return state.value
    return IndexState.READY.value
