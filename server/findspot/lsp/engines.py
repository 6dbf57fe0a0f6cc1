"""Where a session's engines come from: one per folder, with one set of models for all that want the same ones.

The engine is imported on the first call, in a worker thread: ``initialize`` is answered before SQLite, parsers
and models are loaded.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from findspot.config import Config

if TYPE_CHECKING:
    from findspot.engine import Engine, Models


class EngineSource(Protocol):
    """Opens engines; ``close`` gives back what they share, after all of them are closed."""

    def open(self, root: Path, config: Config) -> Engine:
        """Open the engine of one root."""

    def close(self) -> None:
        """Close what the engines share."""


class SharedModels:
    """Opens real engines; folders with the same model settings share one set of models."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._models: dict[tuple[str, str, str, int], Models] = {}

    def open(self, root: Path, config: Config) -> Engine:
        """Open the engine of one root; raises what ``Engine.open`` raises."""
        from findspot.engine import Engine, Models  # noqa: PLC0415 - slow to import; see the module's docstring

        settings = config.settings
        key = (settings.embedder, settings.reranker, settings.ranker, settings.threads)
        with self._guard:
            models = self._models.get(key)
            if models is None:
                models = self._models[key] = Models.load(settings)
        return Engine.open(root, config, models)

    def close(self) -> None:
        """Give the models' memory back."""
        with self._guard:
            for models in self._models.values():
                models.close()
            self._models.clear()
