"""YAML, and templates of it."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="yaml",
    suffixes=words("yaml yml"),
    scanned=True,
)
