"""Options that several commands of ``findspot-train`` share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name
"""Where commands are declared."""


def add_repositories(parser: argparse.ArgumentParser) -> None:
    """Declare where repositories are."""
    parser.add_argument(
        "--repos", type=Path, required=True, metavar="DIR", help="bare repositories, as owner+name/repo"
    )


def add_held_out(parser: argparse.ArgumentParser) -> None:
    """Declare which repositories must not be used."""
    parser.add_argument(
        "--held-out",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="repositories that must not be used; may be repeated",
    )
    parser.add_argument(
        "--allow", action="append", default=[], metavar="OWNER/NAME", help="a namesake that was looked at"
    )


def positive(text: str) -> int:
    """Return a number from 1 on; for ``argparse``."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {value}")
    return value
