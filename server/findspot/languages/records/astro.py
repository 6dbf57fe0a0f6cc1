"""Astro's components and pages."""

from __future__ import annotations

from findspot.languages.conventions import SCRIPT
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="astro",
    suffixes=words("astro"),
    grammar=Grammar(bundled="astro", queries=("astro", "page")),
    test_name=SCRIPT,
    package_stems=words("index"),
    runtimes=words("javascript"),
)
