"""Builders of index rows for tests of the storage layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.render import Fields, content_hash
from findspot.core.text import SubTokenizer
from findspot.core.types import PathClass
from findspot.storage.records import IndexKey, PreparedChunk, PreparedFile, PreparedSymbol
from findspot.storage.store import IndexStore

DIMENSION = 8


def index_key(embedder: str = "test") -> IndexKey:
    """Return a key that differs by its embedder."""
    return IndexKey(embedder, DIMENSION, chunk_size=256, chunk_overlap=64, render_version=1, parsing_version="1")


def vector_of(text: str) -> Vectors:
    """Return a unit vector that depends on the text alone."""
    seed = int.from_bytes(content_hash(text.encode())[:4], "little")
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def prepared_file(path: str, functions: dict[str, str], references: Sequence[str] = ()) -> PreparedFile:
    """Return a file with one chunk per function, name to body, one line each."""
    tokenizer = SubTokenizer()
    chunks: list[PreparedChunk] = []
    symbols: list[PreparedSymbol] = []
    offset = 0
    for line, (name, body) in enumerate(functions.items(), start=1):
        place = (offset, offset + len(body), line, line)
        fields = Fields(*(" ".join(tokenizer.tokens(text)) for text in (path, name, f"def {name}()", body)))
        chunks.append(
            PreparedChunk(
                kind="function",
                symbol=name,
                signature=f"def {name}()",
                docstring="",
                place=place,
                part=0,
                columns=(fields.path, fields.name, fields.signature, fields.body),
                static_text=body,
                content_hash=content_hash(body.encode()),
                references=tuple(references),
            )
        )
        symbols.append(PreparedSymbol(name.rsplit(".", 1)[-1], name, "function", place))
        offset += len(body) + 1
    return PreparedFile(
        path=path,
        language="python",
        path_class=PathClass.SOURCE,
        size=offset,
        mtime_ns=1,
        ctime_ns=1,
        inode=1,
        indexed_ns=2,
        content_hash=content_hash("\n".join(functions.values()).encode()),
        chunks=tuple(chunks),
        symbols=tuple(symbols),
        imports=("os.path",),
        problems=(),
    )


def write(store: IndexStore, *files: PreparedFile, removed: Sequence[str] = ()) -> None:
    """Write files with their vectors, and bring the graph up to date, as an indexing run does."""
    vectors = {chunk.content_hash: vector_of(chunk.static_text) for file in files for chunk in file.chunks}
    store.update_vectors(store.write(files, removed, vectors), vectors)
