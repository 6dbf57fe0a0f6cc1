"""CSS."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="css",
    suffixes=words("css pcss"),
    scanned=True,
    code=True,
    runtimes=words("javascript"),
)
