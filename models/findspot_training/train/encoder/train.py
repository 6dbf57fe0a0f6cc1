"""From repositories to the weights of the localization model: pairs, tokens, topics, training, conversion."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors.numpy import save_file

from findspot.core.ranking.result_lists import z_scores
from findspot.core.render import render_static_query
from findspot.core.text import SubTokenizer
from findspot.inference.llama import DOCUMENT_TOKENS, QUERY_TOKENS
from findspot.inference.manifest import load_manifest, load_static
from findspot_training import source
from findspot_training.corpus.mirrors import file_name
from findspot_training.corpus.pairs.make import Pair, PairParameters, numbered
from findspot_training.corpus.pairs.rendering import for_model
from findspot_training.measure.cases import job_of_commits, job_of_others
from findspot_training.measure.heads import Head, collect, read_heads
from findspot_training.train import manifest
from findspot_training.train.curve import Point, write_curve
from findspot_training.train.encoder.batches import Floats, Integers, batches
from findspot_training.train.encoder.encoder import Encoder, Reader
from findspot_training.train.encoder.learners import Examples, Groups, HeadCorrection, InBatchNegatives
from findspot_training.train.encoder.loop import Plan, train

WEIGHTS: Final = "weights.safetensors"
"""The trained weights in float32, kept beside the checkpoints."""


@dataclass(frozen=True, slots=True)
class Training(PairParameters):
    """The parameters of a recipe: where pairs come from and how many, and the numbers of both parts.

    ``topics`` is the static embedder by which
    batches are put together. The second part learns from ``runs`` runs of neighbouring commits of each mined repository,
    none of which the rankers of the recipe ``ranker`` learned from.
    """

    name: str
    dimension: int
    topics: str
    ranker: str
    steps: int
    batch: int
    rate: float
    temperature: float
    topical: float
    runs: int
    second_steps: int
    second_batch: int
    second_rate: float
    second_temperature: float


def train_encoder(parameters: Mapping[str, Any], mined: Path, mirrors: Path, out: Path, kept: Sequence[str]) -> Path:
    """Train the model of a recipe's ``parameters`` and return the file of its weights, in float32.

    ``mined`` is a folder of the command ``mine``, ``mirrors`` holds the bare repositories. Pairs, heads, states and the
    curves as ``curve.json`` and ``curve.svg`` are kept in ``out``, from where a training that was stopped goes on. Raises
    ``TrainingError`` when a repository is one of the ``kept`` ones, or may be a copy of one.
    """
    told = source.parameters_of(Training, parameters)
    pairs = told.pairs(mined, mirrors, out / "pairs", for_model(), kept)
    folder = source.model_folder()
    reader, encoder = Reader(source.vocabulary(folder)), Encoder(folder)
    first = train_on_pairs(told, pairs, reader, encoder, out / "first")
    write_curve(first, out / "first")
    halfway = encoder.weights()
    collect_heads(told, mined, mirrors, out / "heads")
    second = train_on_heads(told, read_heads(out / "heads"), reader, encoder, out / "second")
    write_curve(second, out / "second")
    # Half way back: the second part unlearns some of what the first knew of questions (0013).
    save_file({name: (value + halfway[name]) / 2 for name, value in encoder.weights().items()}, out / WEIGHTS)
    return out / WEIGHTS


def train_on_pairs(
    told: Training, pairs: Sequence[Sequence[Pair]], reader: Reader, encoder: Encoder, out: Path
) -> list[Point]:
    """Do the first part: every text against the other functions of its batch."""
    examples = make_examples(pairs, reader, told.topics)
    print(f"{len(examples.queries):,} pairs of {len(pairs)} repositories", file=sys.stderr, flush=True)

    def epoch(draw: np.random.Generator) -> list[Integers]:
        return batches(examples.repositories, examples.vectors, told.batch, told.topical, draw)

    made_of = {"pairs": examples.digest(), "batch": [told.batch, told.temperature, told.topical]}
    learner = InBatchNegatives(encoder, examples, told.temperature)
    return train(learner, epoch, Plan(told.seed, told.steps, told.rate), made_of, out)


def collect_heads(told: Training, mined: Path, mirrors: Path, out: Path) -> None:
    """Take the heads of commits that the rankers do not know; raises ``TrainingError`` over heads of other commits."""
    source.claim(out / "made_of.json", {"runs": told.runs, "seed": told.seed, "ranker": told.ranker})
    taken = manifest.read_recipe(source.MODELS / "recipes" / f"{told.ranker}.toml").parameters
    jobs = []
    for name in told.repositories:
        path = mined / "rows" / f"{file_name(name)}.jsonl"
        rows = list(source.json_lines(path))
        learned = rows if name in taken["repositories"] else []
        known = job_of_commits(name, learned, int(taken["commits"]), int(taken["words"]), int(taken["seed"]))
        jobs.append(job_of_others(name, rows, known, told.runs, told.seed))
    collect(jobs, mirrors, out, "commits")


def train_on_heads(told: Training, heads: Sequence[Head], reader: Reader, encoder: Encoder, out: Path) -> list[Point]:
    """Do the second part: what to add to the order of the engine."""
    groups = make_groups(heads, reader)
    print(f"{len(groups.queries):,} heads of {len(heads):,} can be learned from", file=sys.stderr, flush=True)

    def epoch(draw: np.random.Generator) -> list[Integers]:
        size = told.second_batch
        rows = draw.permutation(len(groups.queries))
        return [rows[at : at + size] for at in range(0, len(rows) - size + 1, size)]

    made_of = {"heads": groups.digest(), "batch": [told.second_batch, told.second_temperature]}
    learner = HeadCorrection(encoder, groups, told.second_temperature)
    return train(learner, epoch, Plan(told.seed, told.second_steps, told.second_rate), made_of, out)


def make_groups(heads: Iterable[Head], reader: Reader) -> Groups:
    """Return the heads that have something right and something wrong in them, as the model reads them."""
    groups = Groups([], [], [], [])
    for head in heads:
        read = [one for one in head.candidates if one.document is not None]
        right = np.flatnonzero([one.right for one in read])
        if 0 < len(right) < len(read):
            groups.queries.append(reader.pieces(head.query, QUERY_TOKENS))
            groups.documents.append([reader.pieces(one.document or "", DOCUMENT_TOKENS) for one in read])
            groups.order.append(np.array(z_scores([one.score for one in read]), dtype=np.float32))
            groups.right.append(right)
    return groups


def make_examples(pairs: Sequence[Sequence[Pair]], reader: Reader, topics: str) -> Examples:
    """Return the pairs of all repositories as the model reads them, with vectors of the static embedder ``topics``."""
    flat = [(number, pair) for number, some in enumerate(pairs) for pair in some]
    return Examples(
        queries=[reader.pieces(pair.query, QUERY_TOKENS) for _, pair in flat],
        documents=[reader.pieces(pair.document, DOCUMENT_TOKENS) for _, pair in flat],
        repositories=np.array([number for number, _ in flat], dtype=np.int64),
        texts=numbered(f"{number} {pair.query}" for number, pair in flat),
        functions=numbered(f"{number} {pair.place}" for number, pair in flat),
        vectors=_about([pair for _, pair in flat], topics),
    )


def _about(pairs: Sequence[Pair], topics: str) -> Floats:
    """Return what each pair is about, shape (pairs, dimension): the text and the function in equal parts."""
    embedder = load_static(load_manifest().entry(topics))
    tokenizer = SubTokenizer()
    sides = [
        embedder.embed_documents([render_static_query(text, tokenizer) for text in texts])
        for texts in ([pair.query for pair in pairs], [pair.document for pair in pairs])
    ]
    return np.asarray(sides[0] + sides[1], dtype=np.float32)
