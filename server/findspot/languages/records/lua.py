"""Lua."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SPEC, SUFFIX, WHOLE
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = rf"\s*(?:lua[\d.]{{0,4}}: )?({PATH}{{1,400}}\.lua):(\d{{1,7}}): (?:in (?:upvalue |local |method |field |function )*'?([\w.:]{{1,200}})?)?"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    name = found[3].replace(":", ".") if found and found[3] else None
    return Frame(clean_path(found[1]), int(found[2]), name, "lua") if found else None


LANGUAGE = Language(
    name="lua",
    suffixes=words("lua"),
    interpreters=words("lua luajit"),
    grammar=Grammar(
        module="tree_sitter_lua",
        queries=("lua",),
        calls=forms(
            test="describe context it spec test insulate expose pending",
            route="get post put patch delete match",
        ),
    ),
    test_name=f"{PREFIX}|{SUFFIX}|{SPEC}|{WHOLE}",
    frames=FrameReader(read=_frame, hints=(".lua:",)),
)
