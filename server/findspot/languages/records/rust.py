"""Rust."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX, WHOLE
from findspot.languages.record import Grammar, Language, words

_FUNCTION = r"\s*\d{1,4}:\s+(?:0x[0-9a-f]{1,16} - )?([\w:<>$&.{}# ]{2,300})$"
_PATH = rf"\s+at ({PATH}{{1,400}}\.rs):(\d{{1,7}})(?::\d{{1,7}})?\s*$"
_PANIC = rf"(?:thread .{{1,100}} )?panicked at (?:'.{{0,300}}', )?({PATH}{{1,400}}\.rs):(\d{{1,7}}):\d{{1,7}}"


def _frame(line: str, before: str) -> Frame | None:
    if found := re.match(_PATH, line):
        name = re.match(_FUNCTION, before)
        return Frame(clean_path(found[1]), int(found[2]), _name(name[1]) if name else None, "rust")
    if found := re.match(_PANIC, line):
        return Frame(clean_path(found[1]), int(found[2]), None, "rust")
    return None


def _name(name: str) -> str:
    parts = [part for part in name.strip().split("::") if part and not part.startswith(("{", "h0", "<"))]
    parts = [part for part in parts if not re.fullmatch(r"h[0-9a-f]{16}", part)]
    return "::".join(parts[-2:])


LANGUAGE = Language(
    name="rust",
    suffixes=words("rs"),
    grammar=Grammar(module="tree_sitter_rust", queries=("rust",), import_paths=True),
    test_name=f"{SUFFIX}|{WHOLE}",
    inline_tests=r"(?:^|\.)(?:\w+_)?tests?(?:_\w+)?\.",
    lock_files=words("cargo.lock"),
    build_files=words("build.rs"),
    package_stems=words("mod lib"),
    program_stems=words("main"),
    frames=FrameReader(read=_frame, hints=(".rs:",), two_lines=True),
)
