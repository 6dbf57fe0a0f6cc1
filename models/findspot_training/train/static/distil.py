"""Distils a sentence transformer into one vector per word piece: what the static embedder's training begins with.

The method is that of model2vec: each piece of the vocabulary is read by the transformer on its own, the
vectors are reduced by PCA, and each is weighted down by how common its piece is (SIF; the vocabulary is
ordered by frequency, so Zipf's law gives the probability). The vocabulary and its tokenizer stay as they are;
special and unused pieces get a zero row, so they never count.

The components are rounded to whole numbers from -127 to 127, with one scale for the whole table, which a
unit vector does not need to know. Sums of whole numbers are exact, so a text has the same vector in every
batch and on every machine.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from findspot_training import source

_UNUSED = re.compile(r"\[unused\d+\]")

_BATCH = 512

_GREATEST = 127

Doubles = npt.NDArray[np.float64]
Halves = npt.NDArray[np.float16]


def ordinary_pieces(vocabulary: list[str]) -> npt.NDArray[np.int64]:
    """Return the ids of the pieces that stand for text: neither special nor unused."""
    wanted = [i for i, piece in enumerate(vocabulary) if piece not in source.SPECIAL and not _UNUSED.fullmatch(piece)]
    return np.array(wanted, dtype=np.int64)


def piece_vectors(folder: Path, ids: npt.NDArray[np.int64]) -> Doubles:
    """Return what the transformer makes of ``[CLS] piece [SEP]``, averaged; shape (pieces, hidden size)."""
    torch = source.library("torch")
    torch.set_num_threads(1)  # more threads add in another order, and the files would differ from run to run
    model: Any = source.library("transformers").AutoModel.from_pretrained(str(folder), local_files_only=True).eval()
    first, last = (source.tokenizer_json(folder)["model"]["vocab"][name] for name in ("[CLS]", "[SEP]"))
    found: list[Doubles] = []
    with torch.inference_mode():
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            tokens = np.stack([np.full_like(batch, first), batch, np.full_like(batch, last)], axis=1)
            hidden = model(input_ids=torch.from_numpy(tokens)).last_hidden_state
            found.append(hidden.mean(dim=1).double().numpy())
    return np.concatenate(found)


def reduce(vectors: Doubles, dimension: int) -> Doubles:
    """Centre the vectors and keep their ``dimension`` directions of greatest variance, signs fixed."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    kept = directions[:, ::-1][:, :dimension]
    strongest = np.abs(kept).argmax(axis=0)
    kept = kept * np.sign(kept[strongest, np.arange(dimension)])
    return np.asarray(centred @ kept, dtype=np.float64)


def sif_weights(count: int, coefficient: float) -> Doubles:
    """Return the weight of the piece at each frequency rank: near 0 for the commonest, near 1 for the rare."""
    frequency = 1.0 / np.arange(2, count + 2)
    return np.asarray(coefficient / (coefficient + frequency / frequency.sum()), dtype=np.float64)


def to_whole_numbers(vectors: Doubles, clip_quantile: float) -> Halves:
    """Round to whole numbers with one scale for all; the few components beyond ``clip_quantile`` are clipped."""
    largest = float(np.quantile(np.abs(vectors), clip_quantile))
    return np.clip(np.rint(vectors * (_GREATEST / largest)), -_GREATEST, _GREATEST).astype(np.float16)


def distil(folder: Path, dimension: int, sif: float, clip_quantile: float) -> Halves:
    """Return the table of the static embedder, shape (vocabulary, dimension).

    ``sif`` is the coefficient of the weights, ``clip_quantile`` that of components at which rounding clips.
    """
    vocabulary = source.vocabulary(folder)
    ids = ordinary_pieces(vocabulary)
    reduced = reduce(piece_vectors(folder, ids), dimension)
    table = np.zeros((len(vocabulary), dimension), dtype=np.float16)
    table[ids] = to_whole_numbers(reduced * sif_weights(len(ids), sif)[:, None], clip_quantile)
    return table
