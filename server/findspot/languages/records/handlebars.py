"""Handlebars and Mustache."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="handlebars", suffixes=words("hbs handlebars mustache"), scanned=True, code=True, runtimes=words("javascript")
)
