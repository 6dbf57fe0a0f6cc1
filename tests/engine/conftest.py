"""Real models, loaded once for all tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from findspot.config import Settings
from findspot.engine import Models


@pytest.fixture(scope="session")
def models() -> Iterator[Models]:
    """Return the shipped models."""
    loaded = Models.load(Settings())
    yield loaded
    loaded.close()
