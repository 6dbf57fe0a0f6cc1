"""The one place that turns a chunk or a query into text for FTS5 and for models (I-4).

Serving and training both render through this module, so what is trained is what is served. Any change of
output must raise ``RENDER_VERSION``, which is part of the index key (I-7).
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from findspot.core.text import SubTokenizer, split_text
from findspot.core.types import Chunk

RENDER_VERSION = 2

_STATIC_WORDS = 256
"""Words of a chunk that the static embedder reads; an average over more says ever less."""

_MODEL_DOCSTRING = 300
_MODEL_BODY = 700
"""Characters of docstring and body for the localization model; 96 to 112 tokens are read of them."""

_MODEL_QUERY_PROSE = 500


class Fields(NamedTuple):
    """The four FTS5 columns of a chunk, each a space-joined string of sub-tokens."""

    path: str
    name: str
    signature: str
    body: str


def render_chunk(chunk: Chunk, tokenizer: SubTokenizer) -> tuple[Fields, str]:
    """Render the FTS5 columns of a chunk and the text that the static embedder reads, splitting its words once.

    ``signature`` holds the signature and the docstring, ``body`` the whole text. The static text is lower-case
    words, most telling first: symbol, file name, docstring, then the text. The directories are left out of it:
    every chunk of a folder shares them, which pulls their vectors together.
    """
    written = split_text(chunk.text)
    fields = Fields(
        path=" ".join(tokenizer.tokens(chunk.path)),
        name=" ".join(tokenizer.tokens(chunk.symbol)) if chunk.symbol else "",
        signature=" ".join(tokenizer.tokens(f"{chunk.signature} {chunk.docstring}")),
        body=" ".join(tokenizer.tokens_of(written)),
    )
    stem = chunk.path.rsplit("/", 1)[-1]
    words = tokenizer.words(f"{chunk.symbol or ''} {stem} {chunk.docstring}", _STATIC_WORDS)
    words += tokenizer.words_of(written, _STATIC_WORDS - len(words))
    return fields, " ".join(words)


def render_static_query(text: str, tokenizer: SubTokenizer) -> str:
    """Render a query for the static embedder, in the words that documents are rendered in."""
    return " ".join(tokenizer.words(text, _STATIC_WORDS))


def render_model_document(chunk: Chunk) -> str:
    """Render a chunk for the localization model: path and name, signature, docstring, body."""
    name = chunk.symbol or ""
    head = f"{chunk.path} {name}\n{chunk.signature}\n{chunk.docstring[:_MODEL_DOCSTRING]}"
    return f"{head}\n{chunk.text[:_MODEL_BODY]}".strip()


def render_model_query(title: str, prose: str) -> str:
    """Render a report or question for the localization model: its title and the beginning of its prose."""
    return f"{title}\n{prose[:_MODEL_QUERY_PROSE]}".strip()


def content_hash(data: bytes) -> bytes:
    """Return the 16-byte BLAKE2b digest by which a file's bytes or a rendered text are recognised."""
    return hashlib.blake2b(data, digest_size=16).digest()
