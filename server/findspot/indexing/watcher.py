"""Placeholder until the real one lands."""

from __future__ import annotations

from typing import Any


class Watcher:
    """Watches nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take anything."""

    def start(self) -> None:
        """Start."""

    def stop(self) -> None:
        """Stop."""
