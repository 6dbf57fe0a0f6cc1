"""Whether a text is what a program prints when something goes wrong."""

from __future__ import annotations

import re

from findspot.core.frames import read_frames
from findspot.languages.table import FRAME_READERS

_LOOKED_AT = 20_000
"""Characters of a text that are looked at."""

_ERROR = re.compile(
    r"^.{0,200}(?:\b\w*(?:Error|Exception|Failure)\b|\berror(?:\[\w+\])?:|\bfatal\b|\bpanic|Traceback|Segmentation fault"
    r"|\bFAILED\b|\bFAIL:|[Aa]ssertion\b.{0,80}\bfailed|\bundefined (?:reference|symbol|method)|\bcannot find\b)",
    re.MULTILINE,
)


def looks_like_error(text: str) -> bool:
    """Return whether a text holds a stack frame or a line that names an error."""
    head = text[:_LOOKED_AT]
    return bool(_ERROR.search(head) or read_frames(head.splitlines(), FRAME_READERS)[0])
