"""A small root, the view on it with a real engine, and waiting for what it shows."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from findspot.config import load_config
from findspot.service.engines import SharedEngines
from findspot.tui.app import View
from findspot.tui.options import Options
from findspot.tui.session import Row, Session

ViewPilot = Pilot[list[Row]]
Opened = Callable[..., AbstractAsyncContextManager[ViewPilot]]

PATIENCE_SECONDS = 60.0

RETRY = '''"""Uploads that are tried again."""


class Uploader:
    def schedule_retry(self, item: str, attempt: int) -> float:
        """Plan the next attempt of an upload that failed, later each time."""
        delay = 2.0**attempt
        self.queue.append((item, delay))
        return delay
'''

CLIENT = """from retry import Uploader


def send_everything(items: list[str]) -> None:
    uploader = Uploader()
    for item in items:
        uploader.schedule_retry(item, 1)
"""

TRACE = """Traceback (most recent call last):
  File "src/client.py", line 7, in send_everything
    uploader.schedule_retry(item, 1)
  File "src/retry.py", line 7, in schedule_retry
    delay = 2.0**attempt
OverflowError: (34, 'Numerical result out of range')
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with a few files and a marker of a root."""
    root = tmp_path / "uploads"
    for folder in ("src", ".findspot", "docs", "tests"):
        (root / folder).mkdir(parents=True)
    (root / "src/retry.py").write_text(RETRY)
    (root / "src/client.py").write_text(CLIENT)
    (root / "docs/retry.md").write_text("# Retries\n\nHow the retry of an upload is scheduled.\n")
    (root / "tests/test_retry.py").write_text(
        "def test_schedule_retry() -> None:\n    assert schedule_retry('a', 1) == 2\n"
    )
    return root


@pytest.fixture
def opened(root: Path) -> Opened:
    """Open the view on the root, with options of ``Options`` by name."""

    @asynccontextmanager
    async def open_view(size: tuple[int, int] = (80, 24), **options: Any) -> AsyncIterator[ViewPilot]:
        session = Session(SharedEngines(), {root: load_config(root)})
        view = View(session, [root], dataclasses.replace(Options(cwd=root), **options))
        try:
            async with view.run_test(size=size, notifications=True) as pilot:
                yield pilot
        finally:
            session.shutdown()
            session.close()

    return open_view


def view_of(pilot: ViewPilot) -> View:
    """Return the view itself."""
    assert isinstance(pilot.app, View)
    return pilot.app


def screen(pilot: ViewPilot) -> str:
    """Return what is on the screen, line by line."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines)


async def wait_until(pilot: ViewPilot, seen: Callable[[str], bool]) -> str:
    """Wait until the screen shows something."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while not seen(text := screen(pilot)):
        assert time.monotonic() < patient_until, f"this stayed on the screen:\n{text}"
        await asyncio.sleep(0.05)
    await pilot.pause()
    return text
