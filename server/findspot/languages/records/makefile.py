"""Make."""

from __future__ import annotations

from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="makefile",
    suffixes=words("mk mak"),
    file_names=words("makefile gnumakefile"),
    interpreters=words("make"),
    grammar=Grammar(bundled="make", queries=("makefile",), rest="window"),
)
