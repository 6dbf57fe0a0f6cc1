"""Julia."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

_FUNCTION = r"\s*\[\d{1,4}\] #?([^\s(#]{1,200})[^\s(]{0,100}\("
_PATH = rf"\s+@ (?:[\w.]{{1,100}} )?({PATH}{{1,400}}\.jl):(\d{{1,7}})"
_ONE_LINE = rf"\s*\[\d{{1,4}}\] (?:.{{0,300}} )?at ({PATH}{{1,400}}\.jl):(\d{{1,7}})"


def _frame(line: str, before: str) -> Frame | None:
    if found := re.match(_PATH, line):
        name = re.match(_FUNCTION, before)
    elif found := re.match(_ONE_LINE, line):  # before Julia 1.6
        name = re.match(_FUNCTION, line)
    else:
        return None
    return Frame(clean_path(found[1]), int(found[2]), name[1] if name else None, "julia")


LANGUAGE = Language(
    name="julia",
    suffixes=words("jl"),
    interpreters=words("julia"),
    grammar=Grammar(module="tree_sitter_julia", queries=("julia",)),
    test_name=f"{PREFIX}|{SUFFIX}|(?i:^runtests$)",
    runtimes=words("julia"),
    frames=FrameReader(read=_frame, hints=(".jl:",), two_lines=True),
)
