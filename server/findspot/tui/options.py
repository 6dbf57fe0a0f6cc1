"""What a view is opened with; plain data, so that a command line can make it before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from findspot.core.filters import NO_FILTER, Filter


@dataclass(frozen=True, slots=True)
class Options:
    """What a view is opened with. ``scope`` are absolute paths, none for the whole root; ``report`` is a text to localize.

    ``printing`` tells that the chosen places will be printed and nothing opened; ``full_index`` waits for the index.
    """

    cwd: Path
    query: str = ""
    report: str = ""
    scope: tuple[str, ...] = ()
    filters: Filter = NO_FILTER
    top_k: int = 50
    open_cmd: str = ""
    full_index: bool = False
    printing: bool = False
    background: str | None = None
    dark: bool = True
    home: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
