"""Solidity."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import CAMEL
from findspot.languages.record import Grammar, Language, words

_FRAME = rf"\s*at (?:([\w.$<>]{{1,200}}) )?\(?({PATH}{{1,400}}\.sol):(\d{{1,7}})"
_ARROW = rf"\s*(?:-->|╭▸) ({PATH}{{1,400}}\.sol):(\d{{1,7}})"


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_FRAME, line):
        return Frame(clean_path(found[2]), int(found[3]), found[1], "solidity")
    if found := re.match(_ARROW, line):
        return Frame(clean_path(found[1]), int(found[2]), None, "solidity")
    return None


LANGUAGE = Language(
    name="solidity",
    suffixes=words("sol"),
    grammar=Grammar(bundled="solidity", queries=("solidity",)),
    test_name=rf"{CAMEL}|(?i:\.t$)",
    lock_files=words("foundry.lock soldeer.lock"),
    generated=words(".gas-snapshot"),
    build_files=words("foundry.toml hardhat.config.js hardhat.config.ts truffle-config.js remappings.txt"),
    vendored_roots=words("lib"),
    frames=FrameReader(read=_frame, hints=(".sol:",)),
)
