"""Documents of R Markdown and Quarto: prose with headings, and chunks of code that are run.

Sections are those of Markdown; the code of chunks is left to the parsers of its language, all chunks of one together.
"""

from __future__ import annotations

import re
from typing import Final

from findspot.parsing.headings import markdown_headings
from findspot.parsing.nesting import Definition
from findspot.parsing.symbols import Outline

_CHUNK = re.compile(
    rb"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*\{\.?(?P<language>[A-Za-z]\w*)(?P<label>[ \t,]+[\w.-]+(?![\w.-]*[ \t]*=))?[^\n]*\n"
    rb"(?P<code>(?:(?![ \t]*(?P=fence)[ \t]*\r?$)[^\n]*+(?:\n|\Z))*+)",
    re.MULTILINE,
)
_LANGUAGES: Final = {"sh": "bash", "js": "javascript", "ojs": "javascript", "rcpp": "cpp"}


def read_literate(_path: str, source: bytes) -> Outline:
    """Return the sections of a document, and its chunks by their labels; code is left to the parsers of its language."""
    outline = Outline([], rest="section")
    headings = markdown_headings(source)
    ends = [heading.byte for heading in headings[1:]] + [len(source)]
    for heading, end in zip(headings, ends, strict=False):
        if heading.title:
            start, written = heading.byte, heading.byte + len(source[heading.byte : end].rstrip())
            section = Definition(
                "large", "section", heading.title, "", "literate", None, start, written, start, heading.end
            )
            outline.definitions.append(section)
    for chunk in _CHUNK.finditer(source):
        language = chunk["language"].decode().lower()
        outline.embedded.setdefault(_LANGUAGES.get(language, language), []).append(chunk.span("code"))
        if chunk["label"]:
            name = chunk["label"].strip(b" \t,").decode()
            start, end = chunk.span()
            outline.definitions.append(
                Definition("large", "section", name, "", "literate", None, start, end, start, None)
            )
    return outline
