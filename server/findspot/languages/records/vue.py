"""Vue's single-file components."""

from __future__ import annotations

from findspot.languages.conventions import SCRIPT
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="vue",
    suffixes=words("vue"),
    grammar=Grammar(bundled="vue", queries=("page", "vue")),
    test_name=SCRIPT,
    package_stems=words("index"),
    runtimes=words("javascript"),
)
