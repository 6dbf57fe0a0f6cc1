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

ENDLESS = Bomb(
    "endless.kt",
    (
        "e {\nue<T /*s\n     get() {\n        vel()}\n\n"
        + "\ufffd" * 7
        + "   \n\nfun Strine): Track {\n    retlve(this))\n}\n\ninterface Source {\n    fun open(): Stream\n}\n\n"
        "enum class Mode { LOOP, ONCE }\n\nobject Registry {\n    fun find(name: String) = lookup(name)\n}\n\n"
        "suspend fun play(\n    track: Track,\n    loud: Boolean = false,\n): Result<Unit> = runCat"
    ).encode(),
)
"""Kotlin with an unclosed comment; its grammar never comes back."""
