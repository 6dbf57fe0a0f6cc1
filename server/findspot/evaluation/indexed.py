"""The files of one commit at a time with an index over them, which is what gets asked when a past is measured."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Self

from findspot.config import Config
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, RankingWeights
from findspot.engine import Engine, Models
from findspot.evaluation.checkouts import BareRepository, WorkTree


class IndexedTree:
    """A working folder, its index and the engine over both; all of it is gone at the end, and the models are closed."""

    def __init__(
        self,
        folder: Path,
        repository: BareRepository,
        config: Config,
        models: Models,
        weights: RankingWeights = DEFAULT_WEIGHTS,
        *,
        history: bool = True,
    ) -> None:
        """Use ``folder``, whose contents go; without ``history`` no past can be seen (see ``WorkTree``)."""
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._repository = repository
        self._config = replace(config, cache_dir=folder / "cache")
        self.models = models
        self._weights = weights
        self._work = WorkTree(folder / "tree", repository, history=history)
        self._engine: Engine | None = None
        self.root = self._work.folder
        self.read = self._work.read
        self.files: dict[str, str] = {}
        """Blob hash by path of the commit that is laid out, as the repository has it."""
        self.missing = 0
        """How many of ``files`` could not be laid out."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine is not None:
            self._engine.close()
        self.models.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def go(self, commit: str) -> None:
        """Lay out the files of a commit; raises ``EvaluationError`` for one that is unknown."""
        self.files = self._repository.tree(commit)
        self.missing = self._work.go(commit, self.files)

    @property
    def engine(self) -> Engine:
        """The engine over the folder, opened on first use; it still has to ``refresh``."""
        if self._engine is None:
            self._engine = Engine.open(self.root, self._config, self.models, self._weights)
        return self._engine
