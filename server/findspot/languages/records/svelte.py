"""Svelte's components."""

from __future__ import annotations

from findspot.languages.conventions import SCRIPT
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="svelte",
    suffixes=words("svelte"),
    grammar=Grammar(bundled="svelte", queries=("page", "svelte")),
    test_name=SCRIPT,
    package_stems=words("index"),
    runtimes=words("javascript"),
)
