"""Perl."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, WHOLE
from findspot.languages.record import Grammar, Language, words

_FRAME = rf"(?:.{{0,500}} )?at ({PATH}{{1,300}}\.(?:p[lm]|t|psgi|cgi)|{PATH}{{0,300}}\bs?bin/{PATH}{{1,100}}) line (\d{{1,7}})(?:[.,]|$)"


def _frame(line: str, _before: str) -> Frame | None:
    # What Carp says was called there is the function of the frame before.
    found = re.match(_FRAME, line)
    return Frame(clean_path(found[1]), int(found[2]), None, "perl") if found else None


LANGUAGE = Language(
    name="perl",
    suffixes=words("pl pm t psgi"),
    file_names=words("cpanfile"),
    interpreters=words("perl"),
    grammar=Grammar(module="tree_sitter_perl", queries=("perl",), partly=True),
    test_name=f"{PREFIX}|{WHOLE}",
    lock_files=words("cpanfile.snapshot"),
    build_files=words("makefile.pl build.pl cpanfile dist.ini"),
    vendored_roots=words("local inc fatlib"),
    frames=FrameReader(read=_frame, hints=(" line ",)),
)
