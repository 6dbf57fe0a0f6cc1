"""The progress line and the interrupt."""

from __future__ import annotations

import io
import signal
import threading

import pytest

from findspot.cli.progress import ProgressLine, progress_text, stop_on_interrupt
from findspot.core.types import Progress


@pytest.mark.parametrize(
    ("report", "seconds", "expected"),
    [
        (Progress("scanning", 1204, None, 0, 0.5), 0.5, "looking for files: 1,204"),
        (
            Progress("indexing", 500, 2000, 7000, 3.0),
            2.0,
            "indexing: 500/2,000 files, 7,000 chunks, 250 files/s, 6 s left",
        ),
        (Progress("indexing", 0, 2000, 0, 1.0), 0.0, "indexing: 0/2,000 files, 0 chunks"),
        (
            Progress("vectors", 10, 2000, 1, 9.0),
            1.0,
            "vectors: 10/2,000 vectors, 1 chunk, 10 vectors/s, 3 min 19 s left",
        ),
        (Progress("indexing", 10, None, 30, 1.0), 1.0, "indexing: 10 files, 30 chunks, 10 files/s"),
    ],
)
def test_progress_in_words(report: Progress, seconds: float, expected: str) -> None:
    assert progress_text(report, seconds) == expected


def test_the_line_is_redrawn_seldom_fits_the_width_and_goes_away() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, width=20)
    line(Progress("indexing", 1, 100, 5, 1.0))
    line(Progress("indexing", 2, 100, 9, 1.05))
    line(Progress("indexing", 3, 100, 12, 1.2))
    drawn = stream.getvalue().split("\r")[1:]
    assert len(drawn) == 2
    assert all(len(text) <= 19 for text in drawn)
    line(Progress("done", 100, 100, 500, 9.0))
    assert stream.getvalue().endswith(f"\r{' ' * 19}\r")
    before = stream.getvalue()
    line.clear()
    assert stream.getvalue() == before


def test_a_short_call_shows_nothing() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, width=100)
    line(Progress("scanning", 10, None, 0, 0.01))
    line(Progress("indexing", 3, 4, 9, 0.2))
    line(Progress("done", 4, 4, 12, 0.25))
    line.clear()
    assert stream.getvalue() == ""


def test_a_shorter_line_covers_a_longer_one() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, width=100)
    line(Progress("scanning", 1_000_000, None, 0, 1.0))
    line(Progress("scanning", 1, None, 0, 2.0))
    last = stream.getvalue().split("\r")[-1]
    assert last.rstrip() == "looking for files: 1"
    assert len(last) == len("looking for files: 1,000,000")


def test_the_rate_belongs_to_the_phase() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, width=100)
    line(Progress("scanning", 10, None, 0, 8.0))
    line(Progress("indexing", 0, 100, 0, 10.0))
    line(Progress("indexing", 50, 100, 5, 11.0))
    assert "50 files/s, 1 s left" in stream.getvalue()


def test_the_first_interrupt_asks_and_the_second_insists() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_ignored_interrupts_stay_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stop_on_interrupt() as stop:
            signal.raise_signal(signal.SIGINT)
            assert not stop.is_set()
    finally:
        signal.signal(signal.SIGINT, before)


def test_outside_the_main_thread_no_handler_is_set() -> None:
    seen: list[bool] = []

    def run() -> None:
        with stop_on_interrupt() as stop:
            seen.append(stop.is_set())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [False]
