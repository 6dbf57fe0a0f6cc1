"""The roots that are searched, and questions to them; knows nothing of a screen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from findspot.config import Config
from findspot.core.filters import Filter
from findspot.core.types import AnswerStatus, IndexStatus, Progress, SearchResult
from findspot.service.engines import Access, EngineSource
from findspot.service.kept_roots import KeptRoots
from findspot.service.messages import LocalizeRequest, SearchRequest
from findspot.service.questions import Answered
from findspot.service.workspaces import Root

_POLL_SECONDS = 0.05

Place = tuple[Path, str, int, str | None]
"""What stays the same of a result from one answer to the next: root, path, first line, symbol."""


@dataclass(frozen=True, slots=True)
class Row:
    """A result with the root that it lies in; ``content`` is its whole file, None where the index is older than that."""

    root: Path
    result: SearchResult
    content: bytes | None

    @property
    def place(self) -> Place:
        """What tells it from others."""
        return self.root, self.result.path, self.result.span.start_line, self.result.symbol

    @property
    def file(self) -> Path:
        """Its file, absolute."""
        return self.root / self.result.path

    @property
    def line(self) -> int:
        """The line to go to."""
        return self.result.best_line or self.result.span.start_line


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: a text, whether it is localized, and where; ``scope`` has absolute paths, none for everything."""

    text: str
    localize: bool
    scope: tuple[str, ...]
    filters: Filter
    top_k: int

    def request(self) -> SearchRequest | LocalizeRequest:
        """Return the message; raises ``RequestError``."""
        where = {"scope": self.scope, "top_k": self.top_k, **asdict(self.filters)}
        if self.localize:
            return LocalizeRequest.read({**where, "text": self.text})
        return SearchRequest.read({**where, "query": self.text})


@dataclass(frozen=True, slots=True)
class Found:
    """An answer in the order of its results, and what it was made of."""

    rows: tuple[Row, ...]
    status: AnswerStatus


class Session(KeptRoots):
    """The roots of one view, with the settings that the command line gave them."""

    def __init__(self, engines: EngineSource, configs: Mapping[Path, Config]) -> None:
        super().__init__(engines)
        self._configs = configs

    def _open(self, folder: Path) -> Access:
        return self._engines.open(folder, self._configs[folder])

    async def ask(self, asking: Asking, on_partial: Callable[[Found], None]) -> Found:
        """Return the answer; ``on_partial`` gets the instant one of a text that is localized, in the loop's thread.

        Raises what the engine raises.
        """
        loop = asyncio.get_running_loop()

        def partial(_: Root, answered: Answered[Row]) -> None:
            found = Found(tuple(row for _, row in answered.rows), answered.status)
            if not loop.is_closed():
                loop.call_soon_threadsafe(on_partial, found)

        alone = len(self.workspace.roots) == 1  # the first part of several answers is no answer
        request = asking.request()
        merged = await self.questions.ask(request, _row, threading.Event(), partial if alone else None)
        return Found(tuple(Row(row.root, result, row.content) for result, row in merged.rows), merged.status)

    async def whole(self) -> None:
        """Wait until every root has been brought up to date, or could not be."""
        while self.steps():  # noqa: ASYNC110 - it changes in a worker thread, too
            await asyncio.sleep(_POLL_SECONDS)

    def progress(self) -> Progress | str | None:
        """Return how far the indexing is, or what it waits for; None when nothing is done or known."""
        return next((step for step in self.steps().values() if step is not None), None)

    async def states(self) -> Sequence[IndexStatus | str]:
        """Return where each index stands, or why it cannot be opened."""
        return [status for _, status in await self.statuses()]


def _row(root: Root, result: SearchResult, content: bytes | None) -> Row:
    return Row(root.path, result, content)
