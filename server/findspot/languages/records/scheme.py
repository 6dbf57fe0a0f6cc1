"""Scheme."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="scheme",
    suffixes=words("scm ss sld sls sps"),
    interpreters=words("guile scheme chibi-scheme csi gosh"),
    grammar=Grammar(bundled="scheme", queries=("scheme",)),
    test_name=f"{PREFIX}|{SUFFIX}|(?i:^test-)",
)
