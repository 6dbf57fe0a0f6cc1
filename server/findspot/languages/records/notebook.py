"""Jupyter notebooks; their code is read in the language of each cell."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX
from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="notebook",
    suffixes=words("ipynb"),
    scanned=True,
    code=True,
    test_name=PREFIX,
    runtimes=words("python r julia"),
)
