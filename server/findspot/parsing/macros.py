"""Macros that a C or C++ grammar cannot know: names in capitals that stand where the language has none.

``class EXPORT_API Cache``, ``LIB_INLINE void f()`` and ``LOCKS_EXCLUDED(mutex)`` are errors to a parser that has not
seen their definitions, and what they stand in loses its name or its class. A file with errors is therefore read once
more with such words blanked out. Byte offsets stay as they are, so that all text still comes from the file itself.
"""

from __future__ import annotations

import re
from typing import Final

_MACRO: Final = re.compile(
    rb"\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]\w*_(?:inline|unused|nodiscard|constexpr))\b(?:[ \t]*\((?:[^()\n]|\([^()\n]*\)){0,200}\))?(?=\s+[A-Za-z_~\[:]|[ \t]*$)",
    re.MULTILINE,
)
"""A name in capitals of two parts or more, or one that ends like a specifier (``lib_inline``), with arguments or without,
before another word or at the end of its line."""

_VALUE: Final = re.compile(rb"[=#?]|\b(?:return|case|goto)\b")
_NOT_A_BREAK: Final = re.compile(rb"[^\r\n]")
_BEFORE: Final = 200
"""Bytes of a line before a macro that are looked at; a value on its right-hand side is none."""


def without_macros(source: bytes) -> bytes | None:
    """Return the source with its macros as blanks, or None where it has none."""
    blanked, count = _MACRO.subn(lambda found: _blank(source, found), source)
    return blanked if count and blanked != source else None


def _blank(source: bytes, found: re.Match[bytes]) -> bytes:
    begin = max(source.rfind(b"\n", max(found.start() - _BEFORE, 0), found.start()) + 1, found.start() - _BEFORE, 0)
    if _VALUE.search(source, begin, found.start()):
        return found[0]
    return _NOT_A_BREAK.sub(b" ", found[0])
