"""One client's session: its roots, the threads that work for it, and what keeps their index fresh."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from findspot.agent.tokens import TokenCounter
from findspot.config import load_config
from findspot.core.types import IndexState, IndexStatus
from findspot.errors import Cancelled, FindspotError, RootError
from findspot.mcp.roots import Folders, absolute, names_of
from findspot.service.engines import Access, EngineSource
from findspot.service.fan_out import Questions
from findspot.service.messages import Mode
from findspot.service.scheduling import Scheduler
from findspot.service.upkeep import Upkeep
from findspot.service.workspaces import Root, Workspace

FIRST_SECONDS = 1.0
"""How long a question waits for the first index of a folder: a small one is ready by then. What is there is asked after it."""

POLL_SECONDS = 0.05

_log = logging.getLogger(__name__)


class Session:
    """Everything one client has opened; methods belong to the event loop's thread unless they say otherwise."""

    def __init__(self, engines: EngineSource, folders: Folders) -> None:
        self.folders = folders
        self._engines = engines
        self.workspace = Workspace(self._open, engines.give_back, self.path_of)
        self.scheduler = Scheduler()
        self.questions = Questions(self.workspace, self.scheduler, prepare=lambda: None)
        self.count = TokenCounter()
        self._upkeep = Upkeep(self.scheduler)
        self._tasks: set[asyncio.Task[None]] = set()
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
                self.spawn(self._closed(root))
        for folder in wanted:
            root_added = self.workspace.add(str(folder))
            if root_added is not None:
                self.spawn(self._maintained(root_added))

    def path_of(self, written: str) -> Path:
        """Return the absolute path that a client's word for a file means; raises ``QueryError``."""
        return absolute(written, self.names)

    def shown(self, root: Path, path: str) -> str:
        """Return how a root-relative path is written to the client."""
        return path if len(self.names) == 1 else f"{self.names.get(root, root.name)}/{path}"

    def missing(self) -> list[str]:
        """Return what to say of roots that have vanished; for worker threads. Raises ``RootError`` where none is left."""
        roots = self.workspace.chosen(None)
        gone = [str(root.path) for root in roots if not root.path.is_dir()]
        if len(gone) == len(roots):
            raise RootError(f"{', '.join(gone)}: no such folder any more; start the server in the folder to search")
        return [f"{folder}: no such folder any more; it is left out" for folder in gone]

    def _open(self, folder: Path) -> Access:
        config = load_config(folder, lenient=True)
        for warning in config.warnings:
            _log.warning("%s", warning)
        return self._engines.open(folder, config)

    # --- index ---

    async def statuses(self) -> list[tuple[Root, IndexStatus | str]]:
        """Return where the index of each root stands, or why it cannot be opened."""

        def one(root: Root) -> IndexStatus | str:
            try:
                return root.access().engine.status()
            except FindspotError as error:
                return str(error)

        roots = self.workspace.chosen(None)
        return await self.scheduler.run(Mode.SEARCH, lambda _: [(root, one(root)) for root in roots])

    async def first_indexed(self, seconds: float = FIRST_SECONDS) -> None:
        """Wait until each root has an index that can be asked, at most ``seconds``."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            found = [status for _, status in await self.statuses() if isinstance(status, IndexStatus)]
            if not any(status.chunks == 0 and status.state in _COMING for status in found):
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _maintained(self, root: Root) -> None:
        await self._upkeep.begin(root, threading.Event(), on_locked=_log.info)

    async def _closed(self, root: Root) -> None:
        await self.scheduler.run(Mode.SEARCH, lambda _: root.close())

    # --- life ---

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the messages; its failure is logged."""
        task = asyncio.get_running_loop().create_task(_guarded(work))
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
        for root in self.workspace.roots:
            root.close()
        self.scheduler.join()


_COMING = frozenset({IndexState.EMPTY, IndexState.INDEXING})


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Cancelled:
        _log.info("background work was cancelled")
    except FindspotError as error:
        _log.warning("%s", error)
    except Exception:  # noqa: BLE001 - nobody waits for this task; it is logged
        _log.exception("background work failed")
