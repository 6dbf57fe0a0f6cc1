"""What is asked for a function, and the function without it.

What a query was taken from must not stand in the document: a docstring is cut out of its function's text, and a name
out of its definition. Else the model would learn to find words in themselves, which lexical search does better.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from findspot.core.text import split_identifier
from findspot.core.types import Chunk
from findspot_training.corpus.mining.lookups import first_sentence

_PYTHON_STRING = re.compile(
    r"""^[ \t]*[rRuU]{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')[ \t]*$\n?""",
    re.DOTALL | re.MULTILINE,
)

_BLOCK = re.compile(r"/\*.*?(?:\*/|\Z)|--\[(=*)\[.*?(?:\]\1\]|\Z)", re.DOTALL)
_LINE = re.compile(r"(?://|--|#(?!\[|!?/|include|define|if|pragma)).*")
_ATTRIBUTE = re.compile(r"[ \t]*(?:@(?!interface\b)|#\[|\[)[^\n]*")

_NAME_WORDS: Final = range(2, 7)
"""Parts of a name that is asked for: one says too little, more than six are the name of a test."""


def without_documentation(chunk: Chunk) -> Chunk:
    """Return the chunk as it were if nobody had documented it; the rest of its comments stay."""
    text = chunk.text
    if chunk.docstring:
        text = _without_python_docstring(text) if chunk.language == "python" else _without_leading_comments(text)
    return replace(chunk, text=text, docstring="")


def _without_python_docstring(text: str) -> str:
    return _PYTHON_STRING.sub("", text, count=1)


def _without_leading_comments(text: str) -> str:
    """Take off the comments above a definition, but keep attributes and annotations among them."""
    kept: list[str] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
        elif found := _BLOCK.match(text, position) or _LINE.match(text, position):
            position = found.end()
        elif found := _ATTRIBUTE.match(text, position):
            kept.append(found[0])
            position = found.end()
        else:
            break
    return "\n".join([*kept, text[position:]])


def bare_name(symbol: str) -> str:
    """Return the last part of a qualified name."""
    return symbol.rsplit(".", 1)[-1]


def name_as_words(symbol: str) -> str | None:
    """Return a name as a phrase, ``getUserName`` as ``get user name``; None when it is too short or too long."""
    parts = [part for part in split_identifier(bare_name(symbol)) if len(part) > 1]
    return " ".join(parts) if len(parts) in _NAME_WORDS else None


def without_name(chunk: Chunk) -> Chunk:
    """Return the chunk without its own name: neither as its symbol nor anywhere in its text."""
    symbol = chunk.symbol or ""
    name = bare_name(symbol)
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return replace(
        chunk,
        symbol=symbol[: -len(name)].rstrip(".") or None,
        signature=pattern.sub(" ", chunk.signature),
        text=pattern.sub(" ", chunk.text),
        docstring=pattern.sub(" ", chunk.docstring),
    )


def documentation(chunk: Chunk) -> str | None:
    """Return the first sentence of a chunk's documentation, None when there is none that asks for the chunk."""
    return first_sentence(chunk.docstring) if chunk.docstring else None
