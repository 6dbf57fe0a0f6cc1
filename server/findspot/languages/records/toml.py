"""TOML."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="toml",
    suffixes=words("toml"),
    file_names=words("pipfile cargo.lock"),
    scanned=True,
)
