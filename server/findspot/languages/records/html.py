"""HTML."""

from __future__ import annotations

from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="html",
    suffixes=words("html htm xhtml"),
    grammar=Grammar(bundled="html", queries=("page", "html"), rest="section"),
    runtimes=words("javascript"),
)
