"""Fixtures for the tests of the language server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.lsp.wire import Wire


@pytest_asyncio.fixture
async def make_wire() -> AsyncIterator[Callable[..., Wire]]:
    """Return a maker of in-process sessions; they are shut down after the test."""
    made: list[Wire] = []

    def make(steps: int = 0, **overrides: object) -> Wire:
        wire = Wire(steps, overrides)
        made.append(wire)
        return wire

    yield make
    for wire in made:
        await wire.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small workspace of three files."""
    root = tmp_path / "shop"
    (root / "src").mkdir(parents=True)
    (root / "src" / "upload.py").write_text(
        'def retry_upload(name):\n    """Schedule the next attempt."""\n    return name\n', encoding="utf-8"
    )
    (root / "src" / "übung.py").write_text("x = '😀é'; def_marker = 'naïve 😀 place'\n", encoding="utf-8")
    (root / "README.md").write_text("# Shop\n\nUploads are retried.\n", encoding="utf-8")
    return root


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder with one file."""
    root = tmp_path / "one"
    root.mkdir()
    (root / "a.py").write_text("def find_me():\n    return 1\n", encoding="utf-8")
    return root
