"""Markdown."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="markdown",
    suffixes=words("md markdown mdown mkd mdx"),
    headings=True,
)
