"""The unsaved buffers of one client of an engine, and what reads through them.

Several editors may share one engine. Each searches its own unsaved text and never sees that of another.
"""

from __future__ import annotations

from findspot.engine.buffers import Buffers
from findspot.engine.snippets import Texts
from findspot.indexing.pool import PreparerPool
from findspot.indexing.tasks import PreparerOptions
from findspot.inference.base import Embedder
from findspot.workspace.skip_rules import classify_name
from findspot.workspace.walker import clean_prefix


class Unsaved:
    """Made by ``Engine.unsaved`` and handed back to the engine with each request of the client."""

    def __init__(
        self,
        options: PreparerOptions,
        pool: PreparerPool,
        embedder: Embedder | None,
    ) -> None:
        """Take what buffers are parsed and embedded with."""
        self._options = options
        self.buffers = Buffers(pool, embedder)
        self.texts = Texts(options.root, self.buffers, options.walk)

    def set(self, path: str, text: str | None, patience: float | None = None) -> None:
        """Search ``text`` in place of what is on disk at the root-relative ``path``; None goes back to the disk.

        A buffer of a file that the index leaves out is left out too. A text that takes more than ``patience`` seconds to
        read is searched later; answers are not complete until then. Raises ``WorkerError``, ``Cancelled``.
        """
        inside = clean_prefix(path)
        self.buffers.set(inside, text if text is not None and self._is_indexed(inside, len(text)) else None, patience)

    def is_on_disk(self, path: str, text: str) -> bool:
        """Return whether a text is that of the file at the root-relative ``path``, whatever its line ends."""
        return self.texts.is_on_disk(clean_prefix(path), text)

    def _is_indexed(self, path: str, size: int) -> bool:
        walk = self._options.walk
        rules = walk.rules(self._options.root)
        return not rules.skips(path, is_folder=False) and classify_name(path, size, walk.max_file_bytes) is None
