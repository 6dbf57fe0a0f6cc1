"""One client's session: its roots, the threads that work for it, and what keeps their index fresh."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from findspot.agent.tokens import TokenCounter
from findspot.config import load_config
from findspot.core.types import IndexStatus, Progress, SearchResult
from findspot.errors import Cancelled, FindspotError, OutsideRootError, RootError
from findspot.mcp import prose
from findspot.mcp.answers import Lines
from findspot.mcp.roots import Folders, absolute, names_of
from findspot.service.engines import Access, EngineSource
from findspot.service.fan_out import Questions
from findspot.service.messages import Mode, Question
from findspot.service.questions import Merged
from findspot.service.scheduling import Scheduler
from findspot.service.upkeep import Upkeep
from findspot.service.workspaces import EngineFile, Root, Workspace

FIRST_SECONDS = 1.0
"""How long a question waits for the first index of a folder: a small one is ready by then. What is there is asked after it."""

POLL_SECONDS = 0.05

BEGIN_SECONDS = 0.05
"""How long to wait for a question that follows at once before the files are compared with the index."""

_log = logging.getLogger(__name__)

Report = Callable[[float, float | None, str], Awaitable[None]]
"""Is told how much is done, of how much, and what that is."""


class Session:
    """Everything one client has opened; methods belong to the event loop's thread unless they say otherwise."""

    def __init__(self, engines: EngineSource, folders: Folders, count: TokenCounter) -> None:
        """``count`` is shared by all sessions of a process: its vocabulary takes megabytes."""
        self.folders = folders
        self._engines = engines
        self.workspace = Workspace(self._open, engines.give_back, self.path_of)
        self.scheduler = Scheduler()
        self.questions = Questions(self.workspace, self.scheduler, prepare=lambda: None)
        self.count = count
        self._upkeep = Upkeep(self.scheduler)
        self._tasks: set[asyncio.Task[None]] = set()
        self._steps: dict[Root, Progress | str | None] = {}
        self._leaving: set[Root] = set()  # no longer roots, but not closed yet
        self.names: dict[Path, str] = {}
        """How each root is called towards the client."""

    # --- roots ---

    def use(self, folders: Sequence[Path]) -> None:
        """Make ``folders`` the roots: those that are new are indexed and watched, those that went are closed."""
        wanted = list(dict.fromkeys(folders))
        self.names = names_of(wanted)
        for root in self.workspace.roots:
            if root.path not in wanted:
                self.workspace.remove(root.name)
                root.stop.set()
                self.scheduler.stop_all(root)
                self._leaving.add(root)
                self._spawn(self._closed, root)
        for folder in wanted:
            root_added = self.workspace.add(str(folder))
            if root_added is not None:
                self._spawn(self._maintained, root_added)

    def path_of(self, written: str) -> Path:
        """Return the absolute path that a client's word for a file means, of which there is a root; raises ``QueryError``."""
        return absolute(written, self.names)

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

    def _left_alone(self) -> list[Root]:
        """Return the roots that nobody keeps up to date, because their folders were gone for a while; for worker threads."""
        found: list[Root] = []
        for root in self.workspace.roots:
            with contextlib.suppress(FindspotError):  # the answer says why it cannot be opened
                if root not in self._steps and root.path.is_dir() and not root.access().engine.freshness.watching:
                    found.append(root)
        return found

    def _open(self, folder: Path) -> Access:
        config = load_config(folder, lenient=True)
        for warning in config.warnings:
            _log.warning("%s", warning)
        return self._engines.open(folder, config)

    # --- asking ---

    async def ask(self, question: Question, report: Report) -> tuple[Merged[Root], list[str]]:
        """Ask all roots; returns the results, each with its root, and what must be said above them.

        Where nothing is indexed yet, the first index is waited for, ``FIRST_SECONDS`` at most.
        """
        gone = await self.scheduler.run(Mode.SEARCH, lambda _: self._gone())
        for root in await self.scheduler.run(Mode.SEARCH, lambda _: self._left_alone()):
            self._spawn(self._maintained, root)
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
        """Return where the index of each root stands, or why it cannot be opened."""

        def one(root: Root) -> IndexStatus | str:
            try:
                return root.access().engine.status()
            except FindspotError as error:
                return str(error)

        def work(_: threading.Event) -> list[tuple[Root, IndexStatus | str]]:
            self._gone()
            return [(root, one(root)) for root in self.workspace.roots]

        return await self.scheduler.run(Mode.SEARCH, work)

    def indexing(self) -> list[str]:
        """Return how far the indexing of each root is that is being indexed."""
        return [
            step if isinstance(step, str) else prose.progress(self.names.get(root.path, root.name), step)
            for root, step in self._steps.copy().items()
            if step is not None
        ]

    # --- index ---

    async def _first_indexed(self, report: Report) -> None:
        """Wait until no root is being indexed, at most ``FIRST_SECONDS``, and report how far that is."""
        loop = asyncio.get_running_loop()
        until = loop.time() + FIRST_SECONDS
        told: Progress | str | None = None
        while self._steps and loop.time() < until:
            step = next(iter(self._steps.copy().values()), None)
            if isinstance(step, Progress) and step != told:
                told = step
                await report(float(step.done), step.total, "; ".join(self.indexing()))
            await asyncio.sleep(POLL_SECONDS)

    async def _maintained(self, root: Root) -> None:
        stop = threading.Event()
        self._steps[root] = None

        def step(made: Progress) -> None:
            self._steps[root] = made

        def locked(why: str) -> None:
            self._steps[root] = why

        try:
            await asyncio.sleep(BEGIN_SECONDS)
            # A client that starts a server for one question is answered from the index as it is, and sooner.
            give_way = self.scheduler.foreground.give_way
            await self.scheduler.run(Mode.INDEX, lambda _: give_way(FIRST_SECONDS), root, stop)
            await self._upkeep.begin(root, stop, step, locked)
        finally:
            del self._steps[root]

    async def _closed(self, root: Root) -> None:
        await self.scheduler.run(Mode.SEARCH, lambda _: root.close())
        self._leaving.discard(root)

    # --- life ---

    def _spawn(self, work: Callable[[Root], Coroutine[Any, Any, None]], root: Root) -> None:
        """Run work on a root beside the messages; its failure is logged."""
        task = asyncio.get_running_loop().create_task(_guarded(work, root))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def shutdown(self) -> None:
        """Tell all work to stop; returns at once."""
        for task in self._tasks:
            task.cancel()
        self.scheduler.end()

    def close(self) -> None:
        """Wait for the threads and give the engines back; from any thread, after ``shutdown``."""
        self.scheduler.drop_waiting()
        for root in (*self.workspace.roots, *self._leaving):
            root.close()
        self.scheduler.join()


def _root_of(root: Root, _: SearchResult, __: bytes | None) -> Root:
    return root


async def _guarded(work: Callable[[Root], Coroutine[Any, Any, None]], root: Root) -> None:
    try:
        await work(root)
    except Cancelled:
        _log.info("background work was cancelled")
    except FindspotError as error:
        _log.warning("%s", error)
    except Exception:  # noqa: BLE001 - nobody waits for this task; it is logged
        _log.exception("background work failed")
