"""How likely texts are to a language model in GGUF, by llama.cpp.

In a process of its own, which is this file run as a program: where usearch is loaded, llama.cpp cannot read the vocabulary of
such a model (decision 0031). So nothing of ours may be imported here.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Asked:
    """Ids, of which the last ``answered`` are asked for."""

    ids: tuple[int, ...]
    answered: int


def log_likelihoods(model: Path, read: Sequence[Asked], threads: int) -> list[float]:
    """Return for each sequence log P in nats of its last ids after the ones before; raises ``RuntimeError`` when llama.cpp fails."""
    asked = "".join(json.dumps([one.ids, one.answered]) + "\n" for one in read)
    command = [sys.executable, str(Path(__file__)), str(model), str(threads)]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{model}: llama.cpp gives no likelihoods: {done.stderr.strip()[-500:]}")
    return [float(line) for line in done.stdout.split()]


def _answers(model: str, threads: int, read: Sequence[tuple[list[int], int]]) -> Iterator[float]:
    import llama_cpp  # noqa: PLC0415 - only in the process of its own

    library: Any = llama_cpp
    logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL + 1)
    library.llama_backend_init()
    loaded = library.llama_model_load_from_file(os.fsencode(model), library.llama_model_default_params())
    if loaded is None:
        raise SystemExit("it cannot load the file")
    settings = library.llama_context_default_params()
    settings.n_ctx = settings.n_batch = settings.n_ubatch = max(64, max((len(ids) for ids, _ in read), default=0))
    settings.n_threads = settings.n_threads_batch = threads
    context = library.llama_init_from_model(loaded, settings)
    batch = library.llama_batch_init(settings.n_batch, 0, 1)
    pieces = library.llama_vocab_n_tokens(library.llama_model_get_vocab(loaded))
    for ids, answered in read:
        begin = len(ids) - answered
        batch.n_tokens = len(ids)
        for place, number in enumerate(ids):
            batch.token[place], batch.pos[place] = number, place
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, 0
            batch.logits[place] = int(begin - 1 <= place < len(ids) - 1)
        library.llama_memory_clear(library.llama_get_memory(context), True)
        if library.llama_decode(context, batch) != 0:
            raise SystemExit("it could not run the model")
        total = 0.0
        for place in range(begin, len(ids)):
            said = np.ctypeslib.as_array(library.llama_get_logits_ith(context, place - 1), (pieces,)).astype(np.float64)
            highest = said.max()
            total += float(said[ids[place]] - highest - np.log(np.exp(said - highest).sum()))
        yield total


if __name__ == "__main__":
    for answer in _answers(sys.argv[1], int(sys.argv[2]), [tuple(json.loads(line)) for line in sys.stdin]):
        print(answer, flush=True)
