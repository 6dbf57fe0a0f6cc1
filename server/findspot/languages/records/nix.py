"""Nix."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="nix",
    suffixes=words("nix"),
    grammar=Grammar(bundled="nix", queries=("nix",)),
    test_name=f"{PREFIX}|{SUFFIX}",
    lock_files=words("flake.lock"),
    package_stems=words("default"),
    runtimes=words("nix"),
)
