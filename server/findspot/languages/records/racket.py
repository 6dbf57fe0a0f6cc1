"""Racket."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

_FRAME = rf"\s*({PATH}{{1,400}}\.(?:rkt|scm|ss)):(\d{{1,7}}):\d{{1,7}}(?:: (\S{{1,200}}))?"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    return Frame(clean_path(found[1]), int(found[2]), found[3], "racket") if found else None


LANGUAGE = Language(
    name="racket",
    suffixes=words("rkt rktl"),
    interpreters=words("racket"),
    grammar=Grammar(bundled="racket", queries=("scheme",)),
    test_name=f"{PREFIX}|{SUFFIX}|(?i:-tests?$)",
    build_files=words("info.rkt"),
    generated=words("_rkt.dep _rkt.zo"),
    frames=FrameReader(read=_frame, hints=(".rkt:", ".scm:", ".ss:")),
)
