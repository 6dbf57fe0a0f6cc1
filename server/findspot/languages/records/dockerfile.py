"""Dockerfiles; those with another ending are told in ``detect``."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="dockerfile",
    suffixes=words("dockerfile containerfile"),
    file_names=words("dockerfile containerfile"),
    scanned=True,
    code=True,
)
