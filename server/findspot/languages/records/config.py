"""INI files and what is written like them."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="config",
    suffixes=words("ini cfg conf properties env editorconfig"),
    scanned=True,
)
