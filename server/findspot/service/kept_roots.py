"""The roots of one client of a server, kept up to date: indexed when they come, watched, and closed when they go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from findspot.config import load_config
from findspot.core.types import IndexStatus, Progress
from findspot.errors import Cancelled, FindspotError
from findspot.service.engines import Access, EngineSource
from findspot.service.fan_out import Questions
from findspot.service.folders import absolute, names_of
from findspot.service.messages import Mode
from findspot.service.scheduling import Scheduler
from findspot.service.upkeep import Upkeep
from findspot.service.workspaces import Root, Workspace

BEGIN_SECONDS = 0.05
"""How long to wait for a question that follows at once before the files are compared with the index."""

FIRST_SECONDS = 1.0
"""How long a running question puts the first look at the files off."""

_log = logging.getLogger(__name__)


class KeptRoots:
    """Everything one client has opened; methods belong to the event loop's thread unless they say otherwise."""

    def __init__(self, engines: EngineSource, settings: Mapping[str, Any] | None = None) -> None:
        """Take where engines come from; ``settings`` go before those of files."""
        self._engines = engines
        self._settings = settings
        self.workspace = Workspace(self._open, engines.give_back, self.path_of)
        self.scheduler = Scheduler()
        self.questions = Questions(self.workspace, self.scheduler, prepare=lambda: None)
        self._upkeep = Upkeep(self.scheduler)
        self._tasks: set[asyncio.Task[None]] = set()
        self._steps: dict[Root, Progress | str | None] = {}
        self._all_fresh = asyncio.Event()
        self._all_fresh.set()
        self._leaving: set[Root] = set()  # no longer roots, but not closed yet
        self.names: dict[Path, str] = {}
        """How each root is called towards the client."""

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
                self._maintain(root_added)

    def path_of(self, written: str) -> Path:
        """Return the absolute path that a client's word for a file means, of which there is a root; raises ``QueryError``."""
        return absolute(written, self.names)

    def _open(self, folder: Path) -> Access:
        config = load_config(folder, self._settings, lenient=True)
        for warning in config.warnings:
            _log.warning("%s", warning)
        return self._engines.open(folder, config)

    def steps(self) -> dict[Root, Progress | str | None]:
        """Return the roots that are being brought up to date, with how far that is, or what it waits for, if known."""
        return self._steps.copy()

    async def until_fresh(self, seconds: float | None = None) -> None:
        """Wait until no root is being brought up to date, at most ``seconds``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_fresh.wait()

    async def statuses(self) -> list[tuple[Root, IndexStatus | str]]:
        """Return where the index of each root stands, or why it cannot be opened."""

        def one(root: Root) -> IndexStatus | str:
            try:
                return root.access().engine.status()
            except FindspotError as error:
                return str(error)

        roots = self.workspace.roots
        return await self.scheduler.run(Mode.SEARCH, lambda _: [(root, one(root)) for root in roots])

    async def take_up_again(self) -> None:
        """Keep those roots up to date that nobody does, because their folders were gone for a while."""

        def left_alone(_: threading.Event) -> list[Root]:
            found: list[Root] = []
            for root in self.workspace.roots:
                with contextlib.suppress(FindspotError):  # the answer says why it cannot be opened
                    if root not in self._steps and root.path.is_dir() and not root.access().engine.freshness.watching:
                        found.append(root)
            return found

        for root in await self.scheduler.run(Mode.SEARCH, left_alone):
            self._maintain(root)

    def _maintain(self, root: Root) -> None:
        """Bring a root up to date and watch it, beside the messages."""
        self._steps[root] = None
        self._all_fresh.clear()
        self._spawn(self._maintained, root)

    async def _maintained(self, root: Root) -> None:
        stop = threading.Event()

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
            if not self._steps:
                self._all_fresh.set()

    async def _closed(self, root: Root) -> None:
        await self.scheduler.run(Mode.SEARCH, lambda _: root.close())
        self._leaving.discard(root)

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


async def _guarded(work: Callable[[Root], Coroutine[Any, Any, None]], root: Root) -> None:
    try:
        await work(root)
    except Cancelled:
        _log.info("background work was cancelled")
    except FindspotError as error:
        _log.warning("%s", error)
    except Exception:  # noqa: BLE001 - nobody waits for this task; it is logged
        _log.exception("background work failed")
