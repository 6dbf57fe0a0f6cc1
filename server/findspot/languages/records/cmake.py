"""CMake."""

from __future__ import annotations

from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="cmake",
    suffixes=words("cmake"),
    file_names=words("cmakelists.txt"),
    grammar=Grammar(bundled="cmake", queries=("cmake",), bodies=words("body"), rest="window"),
)
