"""Zig."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX, WHOLE
from findspot.languages.record import Grammar, Language, words

_FRAME = rf"\s*({PATH}{{1,400}}\.zig):(\d{{1,7}}):\d{{1,7}}: 0x[0-9a-f]{{1,16}} in ([^\s(]{{1,200}})"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    return Frame(clean_path(found[1]), int(found[2]), found[3], "zig") if found else None


LANGUAGE = Language(
    name="zig",
    suffixes=words("zig"),
    grammar=Grammar(module="tree_sitter_zig", queries=("zig",)),
    test_name=f"{SUFFIX}|{WHOLE}",
    inline_tests="^test: ",
    frames=FrameReader(read=_frame, hints=(".zig:",)),
)
