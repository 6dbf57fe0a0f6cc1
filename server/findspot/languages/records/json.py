"""JSON, with or without comments."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="json",
    suffixes=words("json jsonc json5 webmanifest"),
    scanned=True,
)
