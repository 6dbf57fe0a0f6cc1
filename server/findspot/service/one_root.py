"""One root for a front end that asks and leaves: bring it up to date, ask, mend what turns out to be damaged."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from findspot.config import Config
from findspot.core.left_out import left_out_note
from findspot.core.types import Answer, IndexStatus, Progress, RefreshReport, Related, Skipped
from findspot.errors import Cancelled, IndexDamagedError, IndexLockedError, IndexStorageError, WorkerError
from findspot.service.messages import Question
from findspot.service.questions import ask_engine

if TYPE_CHECKING:
    from findspot.engine import Engine

T = TypeVar("T")

_LOCK_PATIENCE_SECONDS = 2.0
"""How long to wait for another process that indexes before answering from what is there: most passes are shorter."""

_LOCK_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to know what is going on; called in the thread that asks.

    ``refreshed`` is called when a refresh is over, however it ended; ``note`` gets what is waited for, ``warn`` what is
    wrong. ``confirm`` is asked with the number of files before a first index of many is built, and says if it is wanted.
    """

    note: Callable[[str], None]
    warn: Callable[[str], None]
    progress: Callable[[Progress], None] | None = None
    refreshed: Callable[[], None] | None = None
    confirm: Callable[[int], bool] | None = None


@dataclass(frozen=True, slots=True)
class Freshened:
    """``warnings`` say why an answer must come from an older index; ``first`` what a first run has left out."""

    warnings: Sequence[str] = ()
    first: str = ""


class OneRoot:
    """Use it as a context manager; each call may take as long as indexing takes, and ``stop`` ends it."""

    def __init__(
        self, root: Path, config: Config, listener: Listener, stop: Event, *, lent: Engine | None = None
    ) -> None:
        """Open the index of an absolute root; raises what ``Engine.open`` raises.

        ``lent`` is the engine where it is open already; whoever lends it closes it.
        """
        from findspot.engine import Engine  # noqa: PLC0415 - slow to import, and not needed for a usage error

        self._is_own = lent is None
        self._engine = Engine.open(root, config) if lent is None else lent
        self._settings = config.settings
        self._listener = listener
        self._stop = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_own:
            self._engine.close()

    def refresh(self, *, rebuild: bool = False) -> RefreshReport:
        """Bring the index up to date; raises what ``Engine.refresh`` raises."""
        try:
            try:
                return self._engine.refresh(
                    progress=self._listener.progress, stop=self._stop, rebuild=rebuild, confirm=self._is_wanted
                )
            finally:
                if self._listener.refreshed is not None:
                    self._listener.refreshed()
        except Cancelled:
            self._listener.note("stopped; what was indexed so far is kept, and the next run goes on from there")
            raise

    def _is_wanted(self, files: int) -> bool:
        """Return whether a first index of so many files is wanted; only of many is asked, and only where somebody can answer."""
        least, confirm = self._settings.index_warn_threshold, self._listener.confirm
        if confirm is None or least == 0 or files < least:
            return True
        if self._listener.refreshed is not None:
            self._listener.refreshed()  # a line of progress makes room
        return confirm(files)

    def freshen(self, *, rebuild: bool = False) -> Freshened:
        """Bring the index up to date before a question, or say why the answer comes from the index as it is.

        ``rebuild`` builds it from nothing.

        Raises what ``Engine.refresh`` raises where there is no index yet to answer from.
        """
        if self._engine.catch_up(self._stop):
            return Freshened()
        give_up_at = time.monotonic() + _LOCK_PATIENCE_SECONDS
        told = False
        while True:
            try:
                report = self.refresh(rebuild=rebuild)
            except IndexLockedError:
                has_something = self._engine.status().chunks > 0
                if has_something and time.monotonic() >= give_up_at:
                    return Freshened(
                        ["another process is indexing this root; this answer comes from the index as it is now"]
                    )
                if not (told or has_something):
                    self._listener.note("another process is indexing this root; waiting for its first results")
                    told = True
            except (IndexStorageError, WorkerError) as error:
                if self._engine.status().chunks == 0:
                    raise
                return Freshened(
                    [f"the index could not be brought up to date: {error}; this answer comes from the index as it is"]
                )
            else:
                is_first = report.added > 0 and not (report.changed or report.removed or report.unchanged)
                return Freshened(first=left_out_note(report.skipped, 0, 0) if is_first else "")
            if self._stop.wait(_LOCK_POLL_SECONDS):
                raise Cancelled("stopped while waiting for another process")

    def ask(self, question: Question, scope: Sequence[str] = ()) -> Answer:
        """Return the answer to a question."""
        return self.run(lambda engine, stop: ask_engine(engine, self._settings, question, scope=scope, stop=stop))

    def run(self, work: Callable[[Engine, Event], T]) -> T:
        """Return what ``work`` makes of the engine; an index that turns out to be damaged is built again, once."""
        try:
            return work(self._engine, self._stop)
        except IndexDamagedError as error:
            self._listener.warn(str(error))
            self.refresh()
            return work(self._engine, self._stop)

    def related(self, path: str, line: int, name: str | None = None) -> Related:
        """Return what is connected with the definition at a 1-based line of a root-relative file, or with ``name`` on it."""
        return self.run(lambda engine, _: engine.related(path, line, name))

    def status(self) -> IndexStatus:
        """Return where the index stands."""
        return self._engine.status()

    def skipped(self, pattern: str) -> Skipped:
        """Return what is left out of the index and why."""
        return self._engine.skipped(pattern)
