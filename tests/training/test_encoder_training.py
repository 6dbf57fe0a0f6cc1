"""Training the localization model: what stands together in a batch, that the loop learns, stops and goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file

from findspot.inference.llama import DOCUMENT_TOKENS, QUERY_TOKENS, LlamaEmbedder
from findspot_training import source
from findspot_training.corpus.pairs.make import Pair
from findspot_training.measure.heads import Candidate, Head, read_heads
from findspot_training.source import TrainingError
from findspot_training.train import gguf_model, manifest
from findspot_training.train.encoder import batches, loop
from findspot_training.train.encoder.encoder import Encoder, Reader
from findspot_training.train.encoder.learners import HeadCorrection, InBatchNegatives
from findspot_training.train.encoder.train import Training, make_examples, make_groups, train_encoder
from tests.training.repositories import REPO, Past, write_mined

MODELS = source.MODELS

RECIPE = manifest.read_recipe(MODELS / "recipes" / "minilm-code-q8.toml")


def topics(count: int, dimension: int = 8) -> npt.NDArray[np.float32]:
    """Return vectors of ``dimension`` topics, far from each other, one after the other."""
    noise = np.random.default_rng(0).normal(scale=0.05, size=(count, dimension))
    return (np.eye(dimension)[np.arange(count) % dimension] + noise).astype(np.float32)


def test_every_pair_is_in_one_batch_and_a_batch_is_of_one_repository() -> None:
    repositories = np.repeat([0, 1], [512, 256])
    found = batches.batches(repositories, topics(768), 32, 0.5, np.random.default_rng(1))
    assert sorted(np.concatenate(found).tolist()) == list(range(768))
    assert {len(rows) for rows in found} == {32}
    assert all(len(np.unique(repositories[rows])) == 1 for rows in found)


def test_most_batches_are_of_few_topics() -> None:
    def topics_of(topical: float) -> float:
        rows = batches.batches(np.zeros(1024, dtype=np.int64), topics(1024), 32, topical, np.random.default_rng(1))
        return float(np.mean([len(np.unique(one % 8)) for one in rows]))

    assert topics_of(1.0) < 3
    assert topics_of(0.0) > 7


def test_a_repository_with_too_few_pairs_gives_no_batch() -> None:
    assert not batches.batches(np.zeros(10, dtype=np.int64), topics(10), 32, 0.5, np.random.default_rng(1))


def test_the_same_text_or_function_is_no_negative() -> None:
    same = batches.alike(np.array([0, 0, 1, 2]), np.array([5, 6, 5, 7]))
    assert same.astype(int).tolist() == [[0, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_wrong_parameters_and_held_out_repositories_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="missing or unknown: rate, speed"):
        source.parameters_of(
            Training, {"speed" if key == "rate" else key: value for key, value in RECIPE.parameters.items()}
        )
    with pytest.raises(TrainingError, match="is held out: tornadoweb/tornado"):
        train_encoder(RECIPE.parameters, tmp_path, tmp_path, tmp_path, ["tornadoweb/tornado"])


class Counting:
    """A learner whose whole state is what it was given; its loss falls with every step."""

    def __init__(self, stop_at: int = 0) -> None:
        self.seen: list[list[int]] = []
        self.rates: list[float] = []
        self._stop_at = stop_at

    def step(self, rows: npt.NDArray[np.int64], rate: float) -> float:
        if self._stop_at and len(self.seen) == self._stop_at:
            raise KeyboardInterrupt
        self.seen.append(rows.tolist())
        self.rates.append(rate)
        return 1 / len(self.seen)

    def save(self, path: Path, told: str) -> None:
        path.write_text(json.dumps([told, self.seen, self.rates]), encoding="utf-8")

    def load(self, path: Path) -> str:
        told, self.seen, self.rates = json.loads(path.read_text(encoding="utf-8"))
        return str(told)


PLAN = loop.Plan(seed=1, steps=90, rate=0.1)

MADE_OF = {"pairs": "these", "batch": 16}


def epoch(draw: np.random.Generator) -> list[npt.NDArray[np.int64]]:
    """Return 32 batches."""
    return np.array_split(draw.permutation(512), 32)


def test_the_loop_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_KEEP_EVERY", -1.0)
    whole = Counting()
    curve = loop.train(whole, epoch, PLAN, MADE_OF, tmp_path / "whole")
    assert [point.step for point in curve] == [20, 40, 60, 80, 90]
    assert curve[-1].loss < curve[0].loss
    assert len(whole.seen) == PLAN.steps
    assert max(whole.rates) == pytest.approx(PLAN.rate)
    assert whole.rates[0] < PLAN.rate / 2 > whole.rates[-1]

    with pytest.raises(KeyboardInterrupt):
        loop.train(Counting(stop_at=50), epoch, PLAN, MADE_OF, tmp_path / "cut")
    again = Counting()
    assert loop.train(again, epoch, PLAN, MADE_OF, tmp_path / "cut") == curve
    assert again.seen == whole.seen
    assert loop.train(Counting(), epoch, PLAN, MADE_OF, tmp_path / "cut") == curve


def test_the_loop_refuses_the_state_of_another_training(tmp_path: Path) -> None:
    loop.train(Counting(), epoch, PLAN, MADE_OF, tmp_path)
    with pytest.raises(TrainingError, match="another plan"):
        loop.train(Counting(), epoch, replace(PLAN, seed=2), MADE_OF, tmp_path)
    with pytest.raises(TrainingError, match="another pairs"):
        loop.train(Counting(), epoch, PLAN, {**MADE_OF, "pairs": "those"}, tmp_path)
    with pytest.raises(TrainingError, match="not one batch is full"):
        loop.train(Counting(), lambda _: [], PLAN, MADE_OF, tmp_path / "few")


HEAD = Head(
    id="one", group="acme/tool", kind="commit", query="close the file", functions=2, files=1, ranked_files=(),
    candidates=(
        Candidate("a.py", "f", function=True, score=3.0, right=False, document="a.py f"),
        Candidate("a.py", "g", function=True, score=2.0, right=True, document="a.py g"),
        Candidate("a.py", "h", function=True, score=1.0, right=True, document=None),
    ),
)  # fmt: skip


def test_a_head_teaches_with_what_was_read_and_only_if_there_is_something_to_tell_apart() -> None:
    reader = Reader(["[UNK]", "[CLS]", "[SEP]", "close", "the", "file", "a", ".", "p", "##y", "f", "g"])
    wrong = replace(HEAD, candidates=HEAD.candidates[:1])
    groups = make_groups([HEAD, wrong], reader)
    assert [one.tolist() for one in groups.queries] == [[1, 3, 4, 5, 2]]
    assert [[one.tolist() for one in some] for some in groups.documents] == [
        [[1, 6, 7, 8, 9, 10, 2], [1, 6, 7, 8, 9, 11, 2]]
    ]
    assert [one.tolist() for one in groups.order] == [[1.0, -1.0]]
    assert [one.tolist() for one in groups.right] == [[1]]


def test_examples_are_what_the_model_reads_at_run_time() -> None:
    pair = Pair("commit", "python", "a.py f 1", "Close the " + "file " * 100, "a.py f\ndef f(): " + "close() " * 100)
    other = replace(pair, place="b.py g 1")
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "close": 4, "the": 5, "file": 6, "##s": 7, "(": 8}
    reader = Reader([*vocabulary])
    examples = make_examples([[pair, other], [pair]], reader, "static-code")
    assert examples.queries[0][:4].tolist() == [2, 4, 5, 6]
    assert (len(examples.queries[0]), len(examples.documents[0])) == (QUERY_TOKENS, DOCUMENT_TOKENS)
    assert examples.documents[0][-1] == vocabulary["[SEP]"]
    assert examples.texts.tolist() == [0, 0, 1]
    assert examples.functions.tolist() == [0, 1, 2]
    assert examples.vectors.shape == (3, 256)


# ── with torch, where it is installed ───────────────────────────────────────────────────────────────────────────


def test_a_step_brings_pairs_together_and_the_server_reads_the_same_vectors(tmp_path: Path) -> None:
    """The whole way on a small model: a few steps, the weights, the GGUF file, and llama.cpp's vectors beside torch's."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("gguf")
    folder = small_model(tmp_path / "small", torch, transformers)
    reader = Reader(source.vocabulary(folder))
    pairs = [[Pair("name", "go", f"a.go f{at} 1", word, f"{word} func {word}") for at, word in enumerate(WORDS)]]
    examples = make_examples(pairs, reader, "static-code")
    encoder = Encoder(folder)
    learner = InBatchNegatives(encoder, examples, 0.05)
    rows = np.arange(len(WORDS))
    losses = [learner.step(rows, 1e-3) for _ in range(12)]
    assert losses[-1] < losses[0]
    learner.save(tmp_path / "state", "words")
    other = InBatchNegatives(Encoder(folder), examples, 0.05)
    assert other.load(tmp_path / "state") == "words"
    assert other.step(rows, 1e-3) == pytest.approx(learner.step(rows, 1e-3), rel=1e-3)

    document = " ".join(WORDS[:2])
    told = (Candidate("a.go", word, function=True, score=1.0, right=word == "eagle", document=word) for word in WORDS)
    heads = [replace(HEAD, query=document, candidates=tuple(told))]
    correction = HeadCorrection(encoder, make_groups(heads, reader), 0.05)
    losses = [correction.step(np.array([0]), 1e-3) for _ in range(12)]
    assert losses[-1] < losses[0]

    trained = tmp_path / "weights.safetensors"
    save_file(encoder.weights(), trained)
    target = tmp_path / "model.gguf"
    gguf_model.convert(folder, target, "small", trained)
    served = LlamaEmbedder(target, "small", 64)
    ours = encoder.vectors([reader.pieces(word, QUERY_TOKENS) for word in WORDS]).detach().cpu().numpy()
    theirs = np.concatenate([served.embed_query(word) for word in WORDS])
    served.close()
    assert (ours * theirs).sum(axis=1).min() > 0.98


def test_the_recipe_from_repositories_to_weights_goes_on_where_it_stopped(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    folder = small_model(tmp_path / "small", torch, transformers)
    monkeypatch.setattr(source, "model_folder", lambda: folder)
    mined = write_mined(tmp_path / "mined", past)
    changes = {"repositories": [REPO], "trees": [], "batch": 2, "steps": 3, "second_batch": 1, "second_steps": 2}
    parameters, out = {**RECIPE.parameters, **changes}, tmp_path / "out"
    weights = train_encoder(parameters, mined, past.folder, out, [])
    first = weights.read_bytes()
    assert {path.name for path in out.iterdir()} == {"pairs", "first", "heads", "second", weights.name}
    [head] = read_heads(out / "heads")
    assert any(one.right for one in head.candidates)
    assert train_encoder(parameters, mined, past.folder, out, []).read_bytes() == first
    with pytest.raises(TrainingError, match="was made with another"):
        train_encoder({**parameters, "rate": 1e-3}, mined, past.folder, out, [])
    with pytest.raises(TrainingError, match="another runs"):
        train_encoder({**parameters, "runs": 5}, mined, past.folder, out, [])


WORDS = [
    "alpha",
    "bravo",
    "candle",
    "dragon",
    "eagle",
    "forest",
    "garden",
    "harbor",
    "island",
    "jungle",
    "kernel",
    "ladder",
    "marble",
    "needle",
    "orange",
    "pepper",
]


def small_model(folder: Path, torch: Any, transformers: Any) -> Path:
    """Write a random model in the original's shape, with the letters and a few words as its vocabulary."""
    pieces = [*source.SPECIAL, *WORDS, "func", *"abcdefghijklmnopqrstuvwxyz"]
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(pieces), hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128
    )
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer = {"model": {"vocab": {piece: number for number, piece in enumerate(pieces)}}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder
