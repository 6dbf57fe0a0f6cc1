"""Haskell."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import CAMEL
from findspot.languages.record import Grammar, Language, words

_FRAME = r"\s*(\S{1,200}), called at ([^\s:]{1,300}\.hs):(\d{1,7}):\d{1,7} in "


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    return Frame(clean_path(found[2]), int(found[3]), None, "haskell") if found else None


LANGUAGE = Language(
    name="haskell",
    suffixes=words("hs"),
    interpreters=words("runhaskell runghc stack"),
    grammar=Grammar(module="tree_sitter_haskell", queries=("haskell",), clauses=True),
    test_name=CAMEL,
    inline_tests=r"(?:^|\.)prop_",
    frames=FrameReader(read=_frame, hints=(" called at ",)),
)
