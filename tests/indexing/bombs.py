"""Sources that end a parser: no guard knows them beforehand, so they show what the worker is for."""

from __future__ import annotations

import random
from typing import NamedTuple

_RANDOM = random.Random(7)


def in_lines(text: str, width: int = 100) -> bytes:
    """Break a long text into lines, so that it does not count as minified."""
    return "\n".join(text[start : start + width] for start in range(0, len(text), width)).encode() + b"\n"


class Bomb(NamedTuple):
    """A file that a parser cannot take."""

    name: str
    content: bytes


CRASH = in_lines("x = " + "".join(_RANDOM.choice("abcd") + "/*" for _ in range(100_000)))
"""Python; tree-sitter overflows the stack on it."""

ENDLESS = Bomb("endless.sh", in_lines("".join(f"({_RANDOM.choice('abcdefgh')}{_RANDOM.choice('xyz')})" for _ in range(60_000))))
"""Shell; the parser takes minutes for it."""
