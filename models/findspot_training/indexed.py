"""A working tree with its index, for as long as something is asked about it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Self

from findspot.config import Config, Settings, use_one_math_thread
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights
from findspot.engine import Engine, Models


class IndexedTree:
    """A folder ``root`` to be filled, and an engine over it; both are gone at the end, and the models closed."""

    def __init__(
        self,
        work: Path,
        settings: Settings,
        models: Models,
        weights: RankingWeights = DEFAULT_WEIGHTS,
        *,
        resumed: bool = False,
    ) -> None:
        """Take an own folder for the tree and the index; what is there already goes, unless a run is ``resumed``."""
        if not resumed:
            shutil.rmtree(work, ignore_errors=True)
        self._work = work
        self.root = work / "tree"
        # git's own excludes of the person who runs this have no say in what is indexed.
        self._config = Config(settings, work / "cache", environ={"GIT_CONFIG_GLOBAL": os.devnull})
        self._models = models
        self._weights = weights
        self._engine: Engine | None = None
        use_one_math_thread()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine is not None:
            self._engine.close()
        self._models.close()
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def engine(self) -> Engine:
        """The engine over the tree, opened on first use."""
        if self._engine is None:
            self._engine = Engine.open(self.root, self._config, self._models, self._weights)
        return self._engine

    def refreshed(self) -> Engine:
        """Return the engine over the tree as it is now."""
        self.engine.refresh()
        return self.engine
