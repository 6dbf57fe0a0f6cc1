"""From repositories to the files of a static embedder: pairs, vocabulary, first vectors, training, rounding."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors.numpy import save

from findspot.core.text import MIN_TOKEN
from findspot.inference.static import DAMPED
from findspot.inference.wordpiece import WordPiece
from findspot_training import source
from findspot_training.corpus.pairs.make import Pair, PairParameters, numbered
from findspot_training.corpus.pairs.rendering import for_static
from findspot_training.train.curve import write_curve
from findspot_training.train.static.bags import Bags, Floats
from findspot_training.train.static.distil import Halves, distil, to_whole_numbers
from findspot_training.train.static.loop import Examples, Plan, train_table
from findspot_training.train.static.vocabulary import build, common_words, count_words, tokenizer_json

FILES: Final = ("model.safetensors", "tokenizer.json")
"""The files of a trained static embedder."""

_SPREAD: Final = 2
"""Repositories that a word must occur in to become a piece; a project's own words help nobody else."""

_SCALE: Final = 0.05
"""Mean size of a component before training; the rate is a step on this scale."""

QUESTIONS: Final = (
    "where is", "where are", "where is the logic for", "where do we", "how is", "how does", "how do I", "how to",
    "where and how does", "what", "what happens when", "what is responsible for", "which function", "method which",
    "class that", "function to", "code for", "find the code which", "show me the code that", "implementation of",
)  # fmt: skip
"""Openings of questions; training puts them before queries, so that their words come to mean nothing."""


@dataclass(frozen=True, slots=True)
class Training(PairParameters):
    """The parameters of a recipe: pairs, what the first vectors are distilled with, and the numbers of the plan."""

    dimension: int
    sif: float
    clip_quantile: float
    vocabulary: int
    epochs: int
    batch: int
    rate: float
    temperature: float
    asked: float

    @property
    def plan(self) -> Plan:
        """The numbers of the training loop."""
        return Plan(self.seed, self.epochs, self.batch, self.rate, self.temperature, self.asked)


def train(
    parameters: Mapping[str, Any], mined: Path, mirrors: Path, out: Path, kept: Sequence[str], target: Path
) -> None:
    """Train the model of a recipe's ``parameters`` and write its files to the folder ``target``.

    ``mined`` is a folder of the command ``mine``, ``mirrors`` holds the bare repositories. Pairs, state, and the curve
    as ``curve.json`` and ``curve.svg`` are kept in ``out``, from where a training that was stopped goes on. Raises
    ``TrainingError`` when a repository is one of the ``kept`` ones, or may be a copy of one.
    """
    told = source.parameters_of(Training, parameters)
    pairs = told.pairs(mined, mirrors, out / "pairs", for_static(), kept)
    original = source.model_folder()
    tokenizer = source.tokenizer_json(original)
    pieces = make_vocabulary(pairs, tokenizer["model"]["vocab"], told.vocabulary)
    target.mkdir(parents=True, exist_ok=True)
    described = json.dumps(tokenizer_json(tokenizer, pieces), ensure_ascii=False, separators=(",", ":"))
    (target / "tokenizer.json").write_text(described + "\n", encoding="utf-8", newline="\n")
    words = WordPiece.from_json(target / "tokenizer.json")
    first = first_vectors(pieces, original, distil(original, told.dimension, told.sif, told.clip_quantile))
    examples = make_examples(pairs, words)
    print(f"{sum(map(len, pairs)):,} pairs, {len(pieces):,} pieces", file=sys.stderr, flush=True)
    table, curve = train_table(first, examples, told.plan, out)
    write_curve(curve, out)
    write_weights(to_whole_numbers(table.astype(np.float64), told.clip_quantile), target)


def make_vocabulary(pairs: Iterable[Iterable[Pair]], original: Mapping[str, int], size: int) -> list[str]:
    """Return the pieces for the pairs of each repository; ``original`` is the vocabulary to begin with."""
    counts = (count_words(text for pair in some for text in (pair.query, pair.document)) for some in pairs)
    return build(original, common_words(counts, _SPREAD), size)


def first_vectors(pieces: Sequence[str], folder: Path, distilled: Halves) -> Floats:
    """Return the vectors that training begins with, shape (pieces, dimension): distilled ones.

    A word that the original has no piece for begins as the sum of those that the original cuts it into.
    """
    rows = distilled.astype(np.float32)
    cut = WordPiece.from_json(folder / "tokenizer.json")
    numbers = source.tokenizer_json(folder)["model"]["vocab"]
    table = np.zeros((len(pieces), rows.shape[1]), dtype=np.float32)
    for row, piece in enumerate(pieces):
        if piece not in source.SPECIAL:
            table[row] = rows[[numbers[piece]] if piece in numbers else list(cut[piece])].sum(axis=0)
    return table * np.float32(_SCALE / np.abs(table).mean())


def make_examples(pairs: Sequence[Sequence[Pair]], words: WordPiece) -> Examples:
    """Return the pairs of all repositories as bags of pieces."""
    flat = [(number, pair) for number, some in enumerate(pairs) for pair in some]
    questions = (" ".join(word for word in text.lower().split() if len(word) >= MIN_TOKEN) for text in QUESTIONS)
    return Examples(
        queries=Bags.of((pair.query for _, pair in flat), words),
        documents=Bags.of((pair.document for _, pair in flat), words),
        repositories=np.array([number for number, _ in flat], dtype=np.int64),
        files=numbered(f"{number} {pair.place.split(' ')[0]}" for number, pair in flat),
        functions=numbered(f"{number} {pair.place}" for number, pair in flat),
        questions=Bags.of(questions, words),
    )


def write_weights(table: Halves, target: Path) -> None:
    """Write whole numbers as int8, with what the embedder has to know in the metadata."""
    (target / FILES[0]).write_bytes(save({"embeddings": table.astype(np.int8)}, metadata=DAMPED))
