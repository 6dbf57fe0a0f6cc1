"""Documents with code that is run: R Markdown and Quarto."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="literate",
    suffixes=words("rmd qmd rmarkdown"),
    scanned=True,
    code=True,
    runtimes=words("python r julia javascript"),
)
