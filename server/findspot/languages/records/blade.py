"""Blade, the templates of Laravel."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="blade", suffixes=words("blade.php"), scanned=True, code=True, runtimes=words("javascript php")
)
