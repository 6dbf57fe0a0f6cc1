"""The process that runs a chat model: requests come in on its standard input, replies go out, a line of JSON each.

It is a process of its own for two reasons. Where usearch is loaded llama.cpp cannot read a byte-pair vocabulary (decision
0031), so nothing here may import the index. And a model is a stranger's file, over which llama.cpp may end its process.

It does one small step for each request, a batch of the prompt or one token, so whoever asks can stop at any time by asking no
more. It ends when its input ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any, TextIO

import numpy as np

from findspot.errors import ModelError
from findspot.inference.grammar import ROOT
from findspot.inference.llama import load_library


class Runner:
    """One model with one context, and the answer that is being written."""

    def __init__(self, path: str, context: int, batch: int, threads: int) -> None:
        self._library = library = load_library()
        settings = library.llama_model_default_params()
        settings.n_gpu_layers = 0
        self._model = library.llama_model_load_from_file(os.fsencode(path), settings)
        if self._model is None:
            raise ModelError("llama.cpp cannot load this file")
        if library.llama_model_has_encoder(self._model) or not library.llama_model_has_decoder(self._model):
            raise ModelError("this model reads and does not write")
        options = library.llama_context_default_params()
        options.n_ctx = context
        options.n_batch = options.n_ubatch = batch
        options.n_outputs_max = 1  # only what follows a prompt is asked for; older versions do not know this
        options.n_threads = options.n_threads_batch = threads
        self._context = library.llama_init_from_model(self._model, options)
        if self._context is None:
            raise ModelError("llama.cpp has no memory left to run this model")
        self._room = context
        self._vocabulary = library.llama_model_get_vocab(self._model)
        self._size = library.llama_vocab_n_tokens(self._vocabulary)
        self._batch = batch
        self._seen: list[int] = []  # whose keys and values are in the context
        self._due: list[int] = []
        self._written = b""
        self._left = 0
        self._grammar: Any = None
        self._choices = np.zeros(
            self._size, dtype=np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
        )

    def marks(self, wanted: list[str]) -> list[str]:
        """Return which of the wanted texts are one token of their own, when marks count."""
        return [mark for mark in wanted if len(self._tokens(mark, marks=True)) == 1]

    def count(self, text: str) -> int:
        """Return how many tokens an ordinary text has."""
        return len(self._tokens(text, marks=False))

    def begin(self, pieces: list[tuple[str, bool]], grammar: str, most: int) -> None:
        """Take up a conversation; what it has in common with the one before is not read again."""
        library = self._library
        tokens = [token for text, marks in pieces for token in self._tokens(text, marks=marks)]
        first = library.llama_vocab_bos(self._vocabulary)
        if library.llama_vocab_get_add_bos(self._vocabulary) and tokens[:1] != [first]:
            tokens.insert(0, first)
        if len(tokens) + most > self._room:
            raise ModelError(f"the conversation has {len(tokens):,} tokens and room for {self._room - most:,}")
        if self._grammar is not None:
            library.llama_sampler_free(self._grammar)
            self._grammar = None
        if grammar:
            self._grammar = library.llama_sampler_init_grammar(self._vocabulary, grammar.encode(), ROOT.encode())
            if self._grammar is None:
                raise ModelError("llama.cpp does not take the grammar")
        common = next(
            (place for place, (old, new) in enumerate(zip(self._seen, tokens, strict=False)) if old != new),
            min(len(self._seen), len(tokens)),
        )
        common = min(common, len(tokens) - 1)
        memory = library.llama_get_memory(self._context)
        if not library.llama_memory_seq_rm(memory, 0, common, -1):
            library.llama_memory_clear(memory, True)
            common = 0
        self._seen, self._due = tokens[:common], tokens[common:]
        self._written, self._left = b"", most

    def step(self) -> bool:
        """Read a batch of what is due or write one token; returns whether the answer is done."""
        batch, self._due = self._due[: self._batch], self._due[self._batch :]
        array = (self._library.llama_token * len(batch))(*batch)
        if self._library.llama_decode(self._context, self._library.llama_batch_get_one(array, len(batch))) != 0:
            self._seen = []
            self._library.llama_memory_clear(self._library.llama_get_memory(self._context), True)
            raise ModelError("llama.cpp could not run the model")
        self._seen += batch
        if self._due:
            return False
        token = self._next()
        if token is None or self._left <= 0 or self._library.llama_vocab_is_eog(self._vocabulary, token):
            return True
        if self._grammar is not None:
            self._library.llama_sampler_accept(self._grammar, token)
        self._written += self._piece(token)
        self._left -= 1
        self._due = [token]
        return self._left <= 0

    def text(self) -> str:
        """Return what has been written."""
        return self._written.decode("utf-8", "replace")

    def _next(self) -> int | None:
        """Return the likeliest token that the grammar allows, None for none; mostly the likeliest of all, tried alone, is."""
        logits = np.ctypeslib.as_array(self._library.llama_get_logits_ith(self._context, -1), (self._size,))
        best = int(logits.argmax())
        if self._grammar is None:
            return best
        alone = np.array([(best, logits[best], 0)], dtype=self._choices.dtype)
        if np.isfinite(self._allowed(alone)["logit"][0]):
            return best
        self._choices["id"] = np.arange(self._size)
        self._choices["logit"] = logits
        allowed = self._allowed(self._choices)
        chosen = int(allowed["logit"].argmax())
        return int(allowed["id"][chosen]) if np.isfinite(allowed["logit"][chosen]) else None

    def _allowed(self, choices: Any) -> Any:
        """Return ``choices`` with a logit of minus infinity for those that the grammar does not allow."""
        library = self._library
        data = choices.ctypes.data_as(ctypes.POINTER(library.llama_token_data))
        array = library.llama_token_data_array(data=data, size=len(choices), selected=-1, sorted=False)
        library.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return choices

    def _tokens(self, text: str, *, marks: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        while True:
            found = (self._library.llama_token * room)()
            count = self._library.llama_tokenize(self._vocabulary, data, len(data), found, room, False, marks)
            if count >= 0:
                return list(found[:count])
            room = -count

    def _piece(self, token: int) -> bytes:
        room = 256
        while True:
            data = ctypes.create_string_buffer(room)
            count = self._library.llama_token_to_piece(self._vocabulary, token, data, room, 0, False)
            if count >= 0:
                return data.raw[:count]
            room = -count


def main() -> None:
    """Serve until the input ends; the first line says which model, each other one names a method and its arguments."""
    outgoing = _own_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - does not exist on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no dump behind
    runner: Runner | None = None
    for line in sys.stdin.buffer:
        name, *arguments = json.loads(line)
        try:
            if runner is None:
                runner = Runner(*arguments)
                _send(outgoing, ["ok", None])
            else:
                _send(outgoing, ["ok", getattr(runner, name)(*arguments)])
        except ModelError as error:
            _send(outgoing, ["error", str(error)])
            if runner is None:
                return


def _own_output() -> TextIO:
    """Keep the standard output for replies: whatever a library prints goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _send(outgoing: TextIO, reply: list[Any]) -> None:
    outgoing.write(json.dumps(reply) + "\n")
    outgoing.flush()


if __name__ == "__main__":
    main()
