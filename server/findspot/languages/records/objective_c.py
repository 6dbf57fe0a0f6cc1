"""Objective-C; the contents of a header or of a ``.m`` tell whether it is that (``detect``)."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import CAMEL, SUFFIX
from findspot.languages.record import Grammar, Language, words

_FRAME = (
    r"[\s*]*(?:frame #)?\d{1,4}:?\s+.{0,120}?[-+]\[(\w{1,120})(?:\(\w{0,120}\))? ([\w:]{1,200})\]"
    rf"(?:.{{0,120}}?(?: at |\()({PATH}{{1,200}}\.mm?):(\d{{1,7}}))?"
)


def _frame(line: str, _before: str) -> Frame | None:
    """Read a frame of a crash report: ``3  Shop  0x0000000102 -[Basket addItem:] + 44 (Basket.m:31)``."""
    found = re.match(_FRAME, line)
    if found is None:
        return None
    selector = found[2].partition(":")[0]
    return Frame(
        clean_path(found[3] or ""), int(found[4]) if found[4] else None, f"{found[1]}.{selector}", "objective-c"
    )


LANGUAGE = Language(
    name="objective-c",
    suffixes=words("m mm"),
    grammar=Grammar(
        bundled="objc",
        queries=("c", "objective_c"),
        bodies=("compound_statement", "implementation_definition"),
        macros=True,
    ),
    test_name=f"{SUFFIX}|{CAMEL}",
    generated=words(".pbobjc.m .pbobjc.h"),
    vendored_roots=words("pods carthage"),
    frames=FrameReader(read=_frame, hints=("-[", "+[")),
)
