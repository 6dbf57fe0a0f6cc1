"""Sentence embeddings of a BERT model in GGUF, run by llama.cpp inside this process.

Measured rules that this module keeps: flash attention on (three times faster at MiniLM's head size), one text
per micro-batch (packing several makes attention quadratic over the pack), and context, batch and micro-batch
of one size (llama.cpp cuts silently at the smallest).

It calls the C interface of llama-cpp-python rather than its ``Llama`` class, which points the process's
standard output at the null device while a model loads; another thread's protocol messages would be lost.
Texts are tokenized by our own ``WordPiece``: llama.cpp's tokenizer keeps Hangul and Indic marks apart
differently from the one the models are trained with, and knows no limit for long words.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from findspot.core.arrays import Vectors
from findspot.errors import Cancelled, ModelError
from findspot.inference.wordpiece import WordPiece

DOCUMENT_TOKENS = 112
"""Tokens read of a document; twice as many cost twice the time and say little more."""

QUERY_TOKENS = 64
"""Tokens read of a query."""

_TILE = 64
"""Tokens from which llama.cpp's flash attention works in tiles: 64 tokens take half as long as 62 do."""

_FILL_FROM = 40
"""Tokens from which filling a batch up to one tile is faster than running it as it is."""

_WORD_START = "\u2581"


class LlamaEmbedder:
    """An ``Embedder`` over one llama.cpp context; threads may share it and take turns text by text."""

    def __init__(self, path: Path, model_id: str, dimension: int, *, threads: int = 0, prompt: str = "") -> None:
        """Load the model at ``path``; raises ``ModelError`` without llama-cpp-python or with an unusable file.

        ``threads`` 0 takes one processor fewer than there are, because llama.cpp's threads spin: on a busy
        machine one thread too many is far slower than one too few. ``prompt`` goes before each query.
        """
        self._library = load_library()
        self._model_id = f"{model_id}/{DOCUMENT_TOKENS}"
        self._prompt = prompt
        self._lock = Lock()
        self._model: Any = None
        self._context: Any = None
        self._batch: Any = None
        try:
            self._open(path, dimension, threads or max(1, (os.cpu_count() or 2) - 1))
        except BaseException:
            self.close()
            raise
        self._dimension = dimension

    @property
    def model_id(self) -> str:
        """Identity of the weights and of how much they read; part of the key of cached vectors."""
        return self._model_id

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        return self._dimension

    def embed_documents(
        self, texts: Sequence[str], stop: Event | None = None, deadline: float | None = None
    ) -> Vectors:
        """Embed rendered documents, as many from the beginning as are done by ``deadline``.

        Returns shape (done, dimension). ``deadline`` is a value of ``time.monotonic``; a text that would
        probably end after it, going by the one before, is not begun. Raises ``Cancelled`` between texts once
        ``stop`` is set.
        """
        rows: list[Vectors] = []
        began = time.monotonic()
        last = 0.0
        for text in texts:
            if stop is not None and stop.is_set():
                raise Cancelled("embedding was stopped")
            if deadline is not None and began + last > deadline:
                break
            rows.append(self._embed(text, DOCUMENT_TOKENS))
            ended = time.monotonic()
            began, last = ended, ended - began
        return np.stack(rows) if rows else np.empty((0, self._dimension), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Embed one rendered query; shape (1, dimension)."""
        return self._embed(self._prompt + text, QUERY_TOKENS)[np.newaxis]

    def close(self) -> None:
        """Give back the model's memory; idempotent."""
        with self._lock:
            if self._batch is not None:
                self._library.llama_batch_free(self._batch)
            if self._context is not None:
                self._library.llama_free(self._context)
            if self._model is not None:
                self._library.llama_model_free(self._model)
            self._model = self._context = self._batch = None

    def _embed(self, text: str, limit: int) -> Vectors:
        pieces = self._words.encode(text, limit - 2)
        if not pieces:
            return np.zeros(self._dimension, dtype=np.float32)
        ids = (self._first, *pieces, self._last)
        with self._lock:
            if self._batch is None:
                raise ModelError("the localization model is closed; open the index again")
            batch = self._batch
            batch.n_tokens = _TILE if _FILL_FROM <= len(ids) < _TILE else len(ids)
            for place in range(batch.n_tokens):
                # What fills a tile belongs to a sequence of its own, which the text does not attend to.
                sequence, position = (0, place) if place < len(ids) else (1, place - len(ids))
                batch.token[place] = ids[position]
                batch.pos[place] = position
                batch.seq_id[place][0] = sequence
            if self._library.llama_encode(self._context, batch) != 0:
                raise ModelError("llama.cpp could not run the localization model; there may be too little memory")
            found = self._library.llama_get_embeddings_seq(self._context, 0)
            vector = np.array(np.ctypeslib.as_array(found, (self._dimension,)), dtype=np.float32)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def _open(self, path: Path, dimension: int, threads: int) -> None:
        library = self._library
        settings = library.llama_model_default_params()
        settings.n_gpu_layers = 0
        if not path.is_file():
            raise ModelError(f"{path}: no such model file; install Findspot again")
        self._model = library.llama_model_load_from_file(os.fsencode(path), settings)
        if self._model is None:
            raise ModelError(f"{path}: llama.cpp cannot load this file, it is damaged; install Findspot again")
        found = library.llama_model_n_embd(self._model)
        if found != dimension:
            raise ModelError(f"{path}: its vectors have {found} components, the manifest says {dimension}")
        self._read_vocabulary(path)
        self._context = library.llama_init_from_model(self._model, self._context_settings(threads))
        if self._context is None:
            raise ModelError(f"{path}: llama.cpp has no memory left to run this model; close other programs")
        size = max(DOCUMENT_TOKENS, QUERY_TOKENS)
        self._batch = batch = library.llama_batch_init(size, 0, 1)
        for place in range(size):
            batch.n_seq_id[place] = 1
            batch.logits[place] = 1

    def _context_settings(self, threads: int) -> Any:
        settings = self._library.llama_context_default_params()
        settings.n_ctx = settings.n_batch = settings.n_ubatch = max(DOCUMENT_TOKENS, QUERY_TOKENS)
        settings.n_seq_max = 2
        settings.kv_unified = True
        settings.n_threads = settings.n_threads_batch = threads
        settings.pooling_type = self._library.LLAMA_POOLING_TYPE_MEAN
        settings.flash_attn_type = self._library.LLAMA_FLASH_ATTN_TYPE_ENABLED
        settings.embeddings = True
        return settings

    def _read_vocabulary(self, path: Path) -> None:
        library = self._library
        vocabulary = library.llama_model_get_vocab(self._model)
        if library.llama_vocab_type(vocabulary) != library.LLAMA_VOCAB_TYPE_WPM:
            raise ModelError(f"{path}: its vocabulary is not BERT's, which is the only kind Findspot embeds with")
        initial: dict[str, int] = {}
        continuing: dict[str, int] = {}
        unknown: int | None = None
        for number in range(library.llama_vocab_n_tokens(vocabulary)):
            piece = library.llama_vocab_get_text(vocabulary, number).decode("utf-8", "replace")
            if piece.startswith(_WORD_START):
                initial[piece[1:]] = number
            else:
                attributes = library.llama_vocab_get_attr(vocabulary, number)
                if attributes & library.LLAMA_TOKEN_ATTR_UNKNOWN:
                    unknown = number
                elif not attributes & library.LLAMA_TOKEN_ATTR_CONTROL:
                    continuing[piece] = number
        self._words = WordPiece(initial, continuing, unknown)
        self._first = library.llama_vocab_bos(vocabulary)
        self._last = library.llama_vocab_sep(vocabulary)


def load_library() -> Any:
    """Return llama-cpp-python, silenced; imported late because it takes a tenth of a second."""
    try:
        import llama_cpp  # noqa: PLC0415 - late on purpose
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            f"the localization model needs llama-cpp-python, which cannot be used here ({error}); "
            "run: pip install llama-cpp-python"
        ) from error
    # Its log goes to standard error, where a terminal user would take it for an error of ours.
    logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL + 1)
    library: Any = llama_cpp
    library.llama_backend_init()
    return library
