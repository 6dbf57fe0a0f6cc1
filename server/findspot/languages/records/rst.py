"""reStructuredText."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="rst",
    suffixes=words("rst rest"),
    headings=True,
)
