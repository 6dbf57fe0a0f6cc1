"""One client's session: its roots, and what it asks of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from findspot.agent.tokens import TokenCounter
from findspot.core.types import IndexStatus, Progress, SearchResult
from findspot.errors import OutsideRootError, RootError
from findspot.mcp import prose
from findspot.mcp.answers import Lines
from findspot.service.engines import EngineSource
from findspot.service.folders import Folders
from findspot.service.kept_roots import KeptRoots
from findspot.service.messages import Mode, Question
from findspot.service.questions import Merged
from findspot.service.workspaces import EngineFile, Root

FIRST_SECONDS = 1.0
"""How long a question waits for the first index of a folder: a small one is ready by then. What is there is asked after it."""

POLL_SECONDS = 0.05

Report = Callable[[float, float | None, str], Awaitable[None]]
"""Is told how much is done, of how much, and what that is."""


class Session(KeptRoots):
    """The roots of one client, and what it asks of them; methods belong to the event loop's thread unless they say otherwise."""

    def __init__(self, engines: EngineSource, folders: Folders, count: TokenCounter) -> None:
        """``count`` is shared by all sessions of a process: its vocabulary takes megabytes."""
        super().__init__(engines)
        self.folders = folders
        self.count = count

    def named(self, root: str, path: str) -> str:
        """Return what ``path_of`` understands for a file of the root of that name; raises ``OutsideRootError``."""
        found = next((folder for folder, name in self.names.items() if name == root), None)
        if found is None:
            raise OutsideRootError(f"there is no root {root[:200]}; there are {', '.join(self.names.values())}")
        return str(found / path)

    def shown(self, root: Path, path: str) -> str:
        """Return how a root-relative path is written to the client."""
        return path if len(self.names) == 1 else f"{self.names.get(root, root.name)}/{path}"

    def _gone(self) -> list[str]:
        """Return what to say of roots that have vanished; for worker threads. Raises ``RootError`` where none is left."""
        roots = self.workspace.roots
        if not roots:
            raise RootError(
                f"there is no project to search: the server was started in {self.folders.working} and the client names no"
                " folder; start it in the folder of a project, or with --root DIR"
            )
        gone = [str(root.path) for root in roots if not root.path.is_dir()]
        if len(gone) == len(roots):
            raise RootError(f"{', '.join(gone)} is no folder any more, so there is nothing to search; use other tools")
        return [f"{folder} is no folder any more; it is left out" for folder in gone]

    async def ask(self, question: Question, report: Report) -> tuple[Merged[Root], list[str]]:
        """Ask all roots; returns the results, each with its root, and what must be said above them.

        Where nothing is indexed yet, the first index is waited for, ``FIRST_SECONDS`` at most.
        """
        gone = await self.scheduler.run(Mode.SEARCH, lambda _: self._gone())
        await self.take_up_again()
        stop = threading.Event()
        found = await self.questions.ask(question, _root_of, stop)
        if not found.status.chunks and not found.status.complete:
            await self._first_indexed(report)
            found = await self.questions.ask(question, _root_of, stop)
        if gone:
            found = replace(found, status=replace(found.status, complete=False))
        return found, [*gone, *prose.standing(found.status, self.indexing())]

    async def read(self, written: str, start_line: int, end_line: int | None) -> Lines:
        """Return lines of an indexed file as they are now; raises what the engine raises."""

        def work(_: threading.Event) -> Lines:
            with self.scheduler.foreground.request():
                file = self.file(written)
                read = file.access.engine.explorer().read(file.path, start_line, end_line)
                return Lines.of(read, path=self.shown(file.root.path, read.path))

        return await self.scheduler.run(Mode.SEARCH, work)

    def file(self, written: str) -> EngineFile:
        """Return the file that a client's word means; for worker threads. Raises what ``Workspace.file`` raises."""
        self._gone()
        try:
            return self.workspace.file(self.path_of(written))
        except OutsideRootError as error:
            roots = ", ".join(str(root.path) for root in self.workspace.roots)
            raise OutsideRootError(f"{written[:200]} lies outside of what is searched: {roots}") from error

    async def statuses(self) -> list[tuple[Root, IndexStatus | str]]:
        """Return where the index of each root stands, or why it cannot be opened; raises ``RootError`` where none is left."""
        await self.scheduler.run(Mode.SEARCH, lambda _: self._gone())
        return await super().statuses()

    def indexing(self) -> list[str]:
        """Return how far the indexing of each root is that is being indexed."""
        return [
            step if isinstance(step, str) else prose.progress(self.names.get(root.path, root.name), step)
            for root, step in self.steps().items()
            if step is not None
        ]

    async def _first_indexed(self, report: Report) -> None:
        """Wait until no root is being indexed, at most ``FIRST_SECONDS``, and report how far that is."""
        loop = asyncio.get_running_loop()
        until = loop.time() + FIRST_SECONDS
        told: Progress | str | None = None
        while self.steps() and loop.time() < until:
            step = next(iter(self.steps().values()), None)
            if isinstance(step, Progress) and step != told:
                told = step
                await report(float(step.done), step.total, "; ".join(self.indexing()))
            await asyncio.sleep(POLL_SECONDS)


def _root_of(root: Root, _: SearchResult, __: bytes | None) -> Root:
    return root
