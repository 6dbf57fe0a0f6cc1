"""Languages and formats that are read as windows of tokens."""

from __future__ import annotations

from typing import Final

from findspot.languages.conventions import PREFIX
from findspot.languages.record import Language, words

PLAIN: Final = (
    Language(name="batch", suffixes=words("bat cmd")),
    Language(name="common-lisp", suffixes=words("lisp lsp cl el"), code=True),
    Language(name="coq", code=True),
    Language(name="csv", suffixes=words("csv tsv")),
    Language(name="cython", suffixes=words("pyx pxd pxi"), code=True, test_name=PREFIX),
    Language(name="diff", suffixes=words("diff patch")),
    Language(name="edn", suffixes=words("edn")),
    Language(name="gettext", suffixes=words("po pot")),
    Language(name="ignore", suffixes=words("gitignore dockerignore")),
    Language(name="just", suffixes=words("just"), file_names=words("justfile")),
    Language(name="json-lines", suffixes=words("jsonl ndjson geojson")),
    Language(name="latex", suffixes=words("tex sty cls bib")),
    Language(name="literate-haskell", suffixes=words("lhs")),
    Language(name="mathematica", suffixes=words("wl wls"), code=True),
    Language(name="mercury", code=True),
    Language(name="pod", suffixes=words("pod")),
    Language(name="sass", suffixes=words("sass styl")),
    Language(name="slim", suffixes=words("slim haml pug jade")),
    Language(name="svg", suffixes=words("svg")),
    Language(
        name="text",
        suffixes=words("txt text log adoc asciidoc org textile in"),
        file_names=words(
            "go.mod go.sum procfile license licence copying notice authors contributors maintainers codeowners readme changelog changes news todo install version"
        ),
    ),
    Language(name="thrift", suffixes=words("thrift")),
)
