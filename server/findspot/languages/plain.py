"""Languages and formats that are read as windows of tokens."""

from __future__ import annotations

from typing import Final

from findspot.languages.conventions import CAMEL, PREFIX, SPEC
from findspot.languages.record import Language, words

PLAIN: Final = (
    Language(name="assembly", suffixes=words("asm s"), code=True),
    Language(name="awk", interpreters=words("awk"), code=True),
    Language(name="batch", suffixes=words("bat cmd")),
    Language(name="common-lisp", suffixes=words("lisp lsp cl el"), code=True),
    Language(name="crystal", suffixes=words("cr"), code=True, test_name=SPEC),
    Language(name="coq", code=True),
    Language(name="csv", suffixes=words("csv tsv")),
    Language(name="cython", suffixes=words("pyx pxd pxi"), code=True, test_name=PREFIX),
    Language(name="d", suffixes=words("d"), code=True),
    Language(name="diff", suffixes=words("diff patch")),
    Language(name="edn", suffixes=words("edn")),
    Language(name="elm", suffixes=words("elm"), code=True),
    Language(name="gettext", suffixes=words("po pot")),
    Language(name="glsl", suffixes=words("glsl vert frag comp wgsl hlsl"), code=True),
    Language(name="ignore", suffixes=words("gitignore dockerignore")),
    Language(name="just", suffixes=words("just"), file_names=words("justfile")),
    Language(name="json-lines", suffixes=words("jsonl ndjson geojson")),
    Language(name="latex", suffixes=words("tex sty cls bib")),
    Language(name="literate-haskell", suffixes=words("lhs")),
    Language(name="matlab", code=True),
    Language(name="mathematica", suffixes=words("wl wls"), code=True),
    Language(name="mercury", code=True),
    Language(name="nim", suffixes=words("nim nims"), code=True),
    Language(name="pascal", suffixes=words("pas dpr"), code=True),
    Language(name="pod", suffixes=words("pod")),
    Language(name="sass", suffixes=words("sass styl")),
    Language(name="slim", suffixes=words("slim haml pug jade")),
    Language(name="svg", suffixes=words("svg")),
    Language(name="tcl", suffixes=words("tcl"), code=True),
    Language(
        name="text",
        suffixes=words("txt text log adoc asciidoc org textile in"),
        file_names=words(
            "go.mod go.sum procfile license licence copying notice authors contributors maintainers codeowners readme changelog changes news todo install version"
        ),
    ),
    Language(name="thrift", suffixes=words("thrift")),
    Language(name="vb", suffixes=words("vb vbs bas"), code=True, test_name=CAMEL),
)
