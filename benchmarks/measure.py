"""Numbers and where they come from: samples with their statistics, budgets, memory of a process tree, the machine."""

from __future__ import annotations

import os
import platform
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psutil  # type: ignore[import-untyped]  # psutil carries no types

Statistic = Literal["p50", "p95", "max"]
Unit = Literal["s", "ms", "MB"]

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Samples:
    """Measured values of one thing, in the unit of their line."""

    values: tuple[float, ...]

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The smallest value that at least 95 % of the values do not exceed; with few values, the largest."""
        return sorted(self.values)[-(-len(self.values) * 95 // 100) - 1]

    @property
    def min(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def max(self) -> float:
        """The largest value."""
        return max(self.values)

    def of(self, statistic: Statistic) -> float:
        """Return one of the statistics by name."""
        return {"p50": self.p50, "p95": self.p95, "max": self.max}[statistic]


@dataclass(frozen=True, slots=True)
class Budget:
    """What one statistic of a line should not exceed, in the line's unit."""

    statistic: Statistic
    limit: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what was measured, of which tool. Without samples ``note`` says why there are none."""

    row: str
    tool: str
    unit: Unit
    samples: Samples | None
    budgets: tuple[Budget, ...] = ()
    note: str = ""


@dataclass(slots=True)
class Stopwatch:
    """Collects durations in seconds, and the processor time of this process and of those it has waited for.

    Neighbours on the machine disturb processor time less than they disturb the clock.
    """

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @contextmanager
    def lap(self) -> Iterator[None]:
        """Measure a block; one that raises is not counted."""
        started, worked = time.perf_counter(), _worked()
        yield
        self.seconds.append(time.perf_counter() - started)
        self.processor.append(_worked() - worked)

    def samples(self, unit: Unit) -> Samples | None:
        """Return what was collected, in seconds or milliseconds."""
        return scaled(self.seconds, unit)

    def processor_note(self, unit: Unit) -> str:
        """Return the processor time of all threads and processes in words."""
        samples = scaled(self.processor, unit)
        return f"processor time p50 {samples.p50:.3g} {unit}, p95 {samples.p95:.3g} {unit}" if samples else ""


def _worked() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def scaled(seconds: Sequence[float], unit: Unit) -> Samples | None:
    """Return seconds as samples of a line in ``s`` or ``ms``; None without any."""
    factor = {"s": 1.0, "ms": 1000.0}[unit]
    return Samples(tuple(value * factor for value in seconds)) if seconds else None


def tree_memory(pid: int) -> float:
    """Return the memory of a process and all its descendants in MB; 0 when it has gone.

    Linux shares pages among the processes they belong to (PSS), so that nothing counts twice; other systems only tell
    the resident size (RSS), whose sum is an upper bound.
    """
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in family:
        try:
            total += process.memory_full_info().pss if MEMORY_KIND == "PSS" else process.memory_info().rss
        except psutil.Error:
            continue  # it ended between the listing and now
    return total / MEGABYTE


MEMORY_KIND = "PSS" if platform.system() == "Linux" else "RSS"


class PeakMemory:
    """Looks at the memory of a process tree again and again while a block runs; ``peak`` is in MB."""

    def __init__(self, pid: int, every_seconds: float = 0.05) -> None:
        self.peak = 0.0
        self._pid = pid
        self._every = every_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="benchmark-memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            self.peak = max(self.peak, tree_memory(self._pid))
            self._over.wait(self._every)


def folder_size(folder: Path) -> float:
    """Return the size of all files below ``folder`` in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MEGABYTE


def load_average() -> float | None:
    """Return how many processes wanted a core during the last minute; None where the system does not tell."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def machine() -> dict[str, str | int]:
    """Return what a reader must know about the machine to compare numbers."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"
