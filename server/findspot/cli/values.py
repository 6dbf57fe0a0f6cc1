"""How the values of options are read, and what is said of those that cannot be."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from findspot.config import allowed, read_setting
from findspot.errors import ConfigError


def setting(key: str) -> Callable[[str], object]:
    """Return what reads the value of an option that is also a setting, within the setting's limits."""

    def read(text: str) -> object:
        try:
            return read_setting(key, text)
        except ConfigError:
            raise argparse.ArgumentTypeError(f"{text}: must be {allowed(key)}") from None

    return read


def between(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number from ``least`` to ``most``."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 9 or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text}: must be a whole number from {least} to {most}")
        return int(text)

    return read


def commits(text: str) -> int:
    """Read how many commits are wanted."""
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be a whole number from 1 on")
    return int(text)
