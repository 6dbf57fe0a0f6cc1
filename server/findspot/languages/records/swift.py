"""Swift."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import CAMEL, CAMEL_PREFIX
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = r"\s*\d{1,4}\s.{0,200}?0x[0-9a-fA-F]{4,16} (.{1,300}?) (?:at |\()(\S{1,300}\.swift):(\d{1,7})"
_FATAL = r"(?:.{0,300}?[ :])?([^\s:]{1,300}\.swift)(?::(\d{1,7}): (?:Fatal error|Precondition failed|Assertion failed)|, line (\d{1,7}))"


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_FRAME, line):
        name = found[1].split("(")[0].split(" + ")[0].split(" in ")[0].strip()
        return Frame(clean_path(found[2]), int(found[3]), name or None, "swift")
    if found := re.match(_FATAL, line):
        return Frame(clean_path(found[1]), int(found[2] or found[3]), None, "swift")
    return None


LANGUAGE = Language(
    name="swift",
    suffixes=words("swift"),
    interpreters=words("swift"),
    grammar=Grammar(
        module="tree_sitter_swift",
        queries=("swift",),
        calls=forms(test="describe context it specify test feature scenario fdescribe fcontext fit xdescribe xit"),
    ),
    test_name=f"{CAMEL}|{CAMEL_PREFIX}",
    generated=words(".pb.swift"),
    lock_files=words("package.resolved podfile.lock"),
    build_files=words("package.swift"),
    frames=FrameReader(read=_frame, hints=(".swift",)),
)
