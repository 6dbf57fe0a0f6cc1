"""SCSS and Less."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="scss",
    suffixes=words("scss less"),
    scanned=True,
    code=True,
    runtimes=words("javascript"),
)
