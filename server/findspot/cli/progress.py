"""Long calls on a terminal: the line that shows how far they are, and Ctrl-C that stops them cleanly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from findspot.cli.output import count
from findspot.core.types import Progress

if TYPE_CHECKING:
    from findspot.cli.terminal import Output

_FIRST_DRAW_SECONDS = 0.3
"""Shorter calls show nothing: a line that only flashes up says less than none."""

_REDRAW_SECONDS = 0.1


class ProgressLine:
    """One line that is written over again and again, and is gone at the end. Call it with each ``Progress``."""

    def __init__(self, stream: Output, width: int) -> None:
        """Draw on ``stream``, a terminal of ``width`` columns."""
        self._stream = stream
        self._width = width
        self._drawn = 0
        self._due = _FIRST_DRAW_SECONDS
        self._phase = ""
        self._phase_began = 0.0

    def __call__(self, report: Progress) -> None:
        """Show ``report``, but not more often than the eye can follow."""
        now = report.elapsed_seconds
        if report.phase != self._phase:
            self._phase, self._phase_began = report.phase, now
            self._due = _FIRST_DRAW_SECONDS
        if report.phase == "done":
            self.clear()
        elif now >= self._due:
            self._due = now + _REDRAW_SECONDS
            self._draw(progress_text(report, now - self._phase_began))

    def show(self, text: str) -> None:
        """Show ``text`` at once, until something else is shown."""
        self._draw(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._stream.write(f"\r{' ' * self._drawn}\r")
            self._stream.flush()
            self._drawn = 0

    def _draw(self, text: str) -> None:
        # Written over with spaces instead of an escape sequence: that works on every terminal.
        shown = text[: self._width - 1]
        self._stream.write(f"\r{shown.ljust(self._drawn)}")
        self._stream.flush()
        self._drawn = len(shown)


def progress_text(report: Progress, phase_seconds: float) -> str:
    """Return the words for ``report``; ``phase_seconds`` is how long its phase has been running."""
    if report.phase == "scanning":
        return f"looking for files: {report.done:,}"
    unit = "files" if report.phase == "indexing" else "vectors"
    done = f"{report.done:,}" if report.total is None else f"{report.done:,}/{report.total:,}"
    parts = [f"{report.phase}: {done} {unit}", count(report.chunks, "chunk")]
    if phase_seconds > 0 and report.done:
        rate = report.done / phase_seconds
        parts.append(f"{rate:,.0f} {unit}/s")
        if report.total is not None:
            parts.append(f"{_duration((report.total - report.done) / rate)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """Give an event that the first Ctrl-C sets, so that a call can stop between two steps; the second one raises.

    Outside the main thread, and where interrupts are ignored (``nohup``), nothing is changed.
    """
    stop = threading.Event()

    def handler(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    with _on_interrupt(handler):
        yield stop


def end_on_interrupt() -> AbstractContextManager[None]:
    """Have the first Ctrl-C raise: who waits for a person looks at no event."""
    return _on_interrupt(signal.default_int_handler)


@contextmanager
def _on_interrupt(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
        yield
        return
    previous = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
