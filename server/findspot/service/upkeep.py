"""Keeping the index of a root up to date for a client that stays: watched from the first refresh on.

Indexing gives way to questions, and waits for another process that indexes the same root.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from findspot.core.types import Progress, RefreshReport
from findspot.errors import IndexLockedError
from findspot.service.messages import Mode
from findspot.service.scheduling import Scheduler
from findspot.service.workspaces import Root

LOCKED_SECONDS = 2.0
"""How often to try again while another process is indexing the same folder."""

GIVE_WAY_SECONDS = 0.25
"""How long one step of indexing waits for running questions; a bound, so that steady typing cannot stop it."""


class Upkeep:
    """Brings the roots of one client up to date; methods belong to the event loop's thread."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    async def refresh(
        self,
        root: Root,
        stop: threading.Event,
        progress: Callable[[Progress], None] | None = None,
        *,
        rebuild: bool = False,
    ) -> RefreshReport:
        """Refresh one root; raises what ``Engine.refresh`` raises. ``progress`` is called in the thread that indexes.

        Watching begins first: what changes while the folder is being read is then read again.
        """

        def step(made: Progress) -> None:
            self._scheduler.foreground.give_way(GIVE_WAY_SECONDS)
            if progress is not None:
                progress(made)

        def work(event: threading.Event) -> RefreshReport:
            return root.watch().refresh(progress=step, stop=event, rebuild=rebuild)

        return await self._scheduler.run(Mode.INDEX, work, root, stop)

    async def begin(
        self,
        root: Root,
        stop: threading.Event,
        progress: Callable[[Progress], None] | None = None,
        on_locked: Callable[[str], None] | None = None,
    ) -> RefreshReport:
        """Refresh one root when no other process indexes it; ``on_locked`` is told once of one that does."""
        while True:
            try:
                return await self.refresh(root, stop, progress)
            except IndexLockedError as error:
                if on_locked is not None:
                    on_locked(str(error))
                on_locked = None
                await asyncio.sleep(LOCKED_SECONDS)
