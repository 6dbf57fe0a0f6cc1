"""From settings to what the rooms of indexing are made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from findspot.config import IndexSettings
from findspot.core.render import RENDER_VERSION
from findspot.indexing.tasks import PARSING_VERSION, PreparerOptions
from findspot.inference.models import Models
from findspot.languages.table import GRAMMARS
from findspot.storage.records import IndexKey
from findspot.workspace.ignore_rules import global_excludes
from findspot.workspace.roots import home_folder
from findspot.workspace.walker import WalkOptions


def preparer_options(root: Path, settings: IndexSettings, environ: Mapping[str, str]) -> PreparerOptions:
    """Return what a root is walked and its files are prepared with; ``environ`` holds git's variables."""
    home = home_folder()
    excludes = global_excludes(environ, home) if home is not None else None
    walk = WalkOptions(settings.hidden, settings.max_file_bytes, excludes, settings.ignore_files, settings.follow)
    return PreparerOptions(root, walk, settings.chunk_size, settings.chunk_overlap)


def index_key(models: Models, settings: IndexSettings) -> IndexKey:
    """Return what an index depends on besides the workspace."""
    return IndexKey(
        embedder=models.embedder_id,
        dimension=models.dimension,
        chunk_size=settings.chunk_size,
        chunk_overlap=settings.chunk_overlap,
        render_version=RENDER_VERSION,
        parsing_version=f"{PARSING_VERSION}/{','.join(sorted(GRAMMARS))}",
    )
