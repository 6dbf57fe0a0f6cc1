"""C++, and the traces of everything that compiles to native code."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import CAMEL, PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

_ASAN = r"\s*#\d{1,4} 0x[0-9a-fA-F]{1,16} in ([^\s(]{1,200})(?:\(.{0,300}?\))?(?: const)? (\S{1,300}\.[A-Za-z]{1,5}):(\d{1,7})(?::\d{1,7})?"
_GDB = r"\s*#\d{1,4}\s+(?:0x[0-9a-fA-F]{1,16} in )?([\w:~<>*&., ]{1,200}?) ?\(.{0,300}?\)(?: const)?\s+(?:at|from) (\S{1,300}?):(\d{1,7})"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_ASAN, line) or re.match(_GDB, line)
    if found is None:
        return None
    return Frame(clean_path(found[2]), int(found[3]), found[1].strip(), "cpp")


LANGUAGE = Language(
    name="cpp",
    suffixes=words("cc cpp cxx c++ hh hpp hxx h++ ipp ixx tpp inl ino"),
    grammar=Grammar(module="tree_sitter_cpp", queries=("c", "cpp"), macros=True),
    test_name=f"{PREFIX}|{SUFFIX}|{CAMEL}",
    generated=words(".pb.cc .pb.cpp"),
    vendored_roots=words("deps dependencies"),
    frames=FrameReader(read=_frame, hints=("#",), any_suffix=True),
)
