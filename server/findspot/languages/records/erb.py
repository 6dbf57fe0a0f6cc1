"""Embedded Ruby and JavaScript."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="erb", suffixes=words("erb ejs rhtml"), scanned=True, code=True, runtimes=words("javascript ruby")
)
