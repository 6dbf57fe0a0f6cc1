"""Options of ``findspot cache``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal, get_args

CacheAction = Literal["list", "prune", "clear", "verify", "move"]


def add_cache_options(cache: argparse.ArgumentParser) -> None:
    """Give ``cache`` its arguments."""
    cache.add_argument(
        "cache_action",
        metavar="ACTION",
        nargs="?",
        choices=get_args(CacheAction),
        default="list",
        help="list, prune, clear [ROOT], verify or move DIR. Default: list.",
    )
    cache.add_argument(
        "path",
        metavar="DIR",
        nargs="?",
        type=Path,
        help="clear: the root; default: the one that a search has here. move: where to.",
    )
    cache.add_argument("--all", dest="all_roots", action="store_true", help="clear: the indexes of all roots.")
    cache.add_argument("--dry-run", action="store_true", help="prune: show what would go, and remove nothing.")
    cache.add_argument("-y", "--yes", action="store_true", help="prune, clear --all: do not ask.")
