"""Vim script."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

_LINE = r"line\s+(\d{1,7}):"
_FILE = rf"Error detected while processing (?:function .{{0,200}}\.\.script )?({PATH}{{1,400}}\.vim|{PATH}{{0,300}}vimrc)(?:\[(\d{{1,7}})\])?:"


def _frame(line: str, before: str) -> Frame | None:
    found, number = re.match(_FILE, before), re.match(_LINE, line)
    return Frame(clean_path(found[1]), int(number[1]), None, "vim") if found and number else None


LANGUAGE = Language(
    name="vim",
    suffixes=words("vim vimrc"),
    file_names=words(".vimrc .gvimrc vimrc gvimrc _vimrc"),
    grammar=Grammar(bundled="vim", queries=("vim",), bodies=("body",)),
    test_name=f"{PREFIX}|{SUFFIX}",
    frames=FrameReader(read=_frame, hints=("line ",), two_lines=True),
)
