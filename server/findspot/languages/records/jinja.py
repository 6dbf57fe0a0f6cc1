"""Jinja, and what is written like it: templates of Django, Twig, Liquid and Nunjucks."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="jinja",
    suffixes=words("jinja jinja2 j2 djt djhtml twig liquid njk"),
    scanned=True,
    code=True,
    runtimes=words("javascript python"),
)
