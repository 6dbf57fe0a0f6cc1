"""Opening a file of the workspace so that nothing that happened since the walk can do harm."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from findspot.indexing.walker import extended_path
from findspot.opening import open_inside


def open_source(root: Path, path: str) -> BinaryIO:
    """Open the root-relative file ``path`` for reading bytes; raises what ``open_inside`` raises."""
    return open_inside(Path(extended_path(str(root), windows=sys.platform == "win32")), path)
