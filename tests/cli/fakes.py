"""An engine of data for the tests that are about the command line alone, and builders of answers."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest

from findspot.config import Config
from findspot.core.excerpts import NOTHING_SOUGHT, Excerpts, Found
from findspot.core.types import (
    Answer,
    AnswerStatus,
    Evidence,
    IndexState,
    IndexStatus,
    Progress,
    RefreshReport,
    SearchResult,
    Span,
)


def make_result(path: str = "src/retry.py", **changes: Any) -> SearchResult:
    """Return a result with one line of evidence."""
    values: dict[str, Any] = {
        "path": path,
        "symbol": "Scheduler.schedule",
        "kind": "method",
        "span": Span(0, 40, 12, 14),
        "score": 0.75,
        "rank": 1,
        "stage": "hybrid",
        "evidence": (Evidence("lexical", "upload, retry", 3.5),),
        "fresh": True,
        "text": "def schedule(self) -> None:\n    retry()\n    return\n",
    }
    values |= changes
    preview = Excerpts(NOTHING_SOUGHT).preview(values["text"].split("\n"), values["span"].start_line, Found())
    return SearchResult(**({"preview": preview} | values))


def make_status(**changes: Any) -> AnswerStatus:
    """Return the status of a complete answer."""
    values: dict[str, Any] = {
        "state": IndexState.READY,
        "complete": True,
        "lexical": True,
        "dense": True,
        "model": "applied",
        "rescored": 2,
        "files": 2911,
        "chunks": 41000,
        "elapsed_seconds": 0.042,
    }
    return AnswerStatus(**(values | changes))


@dataclass
class FakeEngine:
    """Answers what it was given and writes down how it was asked; ``refreshes`` are raised or reported in turn."""

    answer: Answer = field(default_factory=lambda: Answer((make_result(),), make_status()))
    index: IndexStatus = field(default_factory=lambda: IndexStatus("/r", IndexState.READY, files=3, chunks=9))
    refreshes: list[Exception | Progress] = field(default_factory=list)
    on_refresh: Callable[[], None] | None = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    closed: bool = False

    def open(self, root: Path, config: Config) -> Self:
        """Stand in for the class method of the real engine."""
        self.asked.append(("open", {"root": root, "config": config}))
        return self

    def close(self) -> None:
        """Note that the engine was closed."""
        self.closed = True

    def catch_up(self, stop: threading.Event | None = None) -> bool:
        """Say that nothing watches."""
        del stop
        return False

    def refresh(self, **options: Any) -> RefreshReport:
        """Raise or report the next of ``refreshes``, or be done at once."""
        self.asked.append(("refresh", options))
        if self.on_refresh is not None:
            self.on_refresh()
        while self.refreshes:
            step = self.refreshes.pop(0)
            if isinstance(step, Exception):
                raise step
            if options["progress"] is not None:
                options["progress"](step)
        return RefreshReport(IndexState.READY, added=2, unchanged=1, seconds=0.5, skipped=(("binary", 4),))

    def search(self, query: str, **options: Any) -> Answer:
        """Give the answer."""
        self.asked.append(("search", {"query": query, **options}))
        return self.answer

    def localize(self, text: str, **options: Any) -> Answer:
        """Give the answer."""
        self.asked.append(("localize", {"text": text, **options}))
        return self.answer

    def status(self) -> IndexStatus:
        """Give the status."""
        return self.index

    def calls(self, name: str) -> list[dict[str, Any]]:
        """Return the options of each call of ``name``."""
        return [options for called, options in self.asked if called == name]


def install(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Let the command line find ``engine`` where it looks for the real one; the current folder is the root."""
    module = ModuleType("findspot.engine")
    module.Engine = engine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "findspot.engine", module)
    monkeypatch.setattr("findspot.cli.inputs.find_root", lambda cwd, _paths=(): (cwd, None))
    return engine
