"""Razor, the pages of ASP.NET and components of Blazor."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="razor", suffixes=words("cshtml razor"), scanned=True, code=True, runtimes=words("javascript dotnet")
)
