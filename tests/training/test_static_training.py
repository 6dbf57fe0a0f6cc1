"""Training the static embedder: what the vocabulary holds, and that the loop learns and resumes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tokenizers import Tokenizer

from findspot.inference.static import StaticEmbedder
from findspot.inference.wordpiece import WordPiece
from findspot_training import source
from findspot_training.source import TrainingError
from findspot_training.train import manifest
from findspot_training.train.curve import Point, write_curve
from findspot_training.train.static import loop, train, vocabulary
from findspot_training.train.static.bags import Bags, counted
from findspot_training.train.static.contrast import loss_and_gradients
from tests.training.repositories import Past, git

MODELS = source.MODELS

TOKENIZER: dict[str, Any] = json.loads((MODELS / "static-code" / "tokenizer.json").read_text(encoding="utf-8"))


def test_a_held_out_repository_or_a_wrong_parameter_is_an_error(past: Past, tmp_path: Path) -> None:
    recipe = next(one for one in manifest.read_recipes(MODELS) if one.id == "static-code")
    with pytest.raises(TrainingError, match="is held out: tornadoweb/tornado"):
        train.train(recipe.parameters, tmp_path, past.folder, tmp_path, ["tornadoweb/tornado"], tmp_path)
    with pytest.raises(TrainingError, match="missing or unknown: rate, speed"):
        source.parameters_of(
            train.Training, {"speed" if key == "rate" else key: value for key, value in recipe.parameters.items()}
        )


def test_the_vocabulary_takes_common_words_and_can_cut_every_other() -> None:
    original = {
        "[PAD]": 0,
        "[UNK]": 1,
        "the": 2,
        "##x": 3,
        "a": 4,
        "s": 5,
        "##y": 6,
        "##nc": 7,
        "##s": 8,
        "!": 9,
        "of": 10,
    }
    counts = [vocabulary.count_words(["async the the", "own"]), vocabulary.count_words(["async the"])]
    assert vocabulary.common_words(counts, 2) == ["async", "the"]
    built = vocabulary.build(original, ["async", "the"], 100)
    assert built == ["[UNK]", "##x", "a", "s", "##y", "##nc", "##s", "async", "the", "of"]
    assert vocabulary.build(original, ["async", "the"], 8) == built[:8]


def test_the_tokenizer_is_read_alike_by_the_standard_library(tmp_path: Path) -> None:
    built = vocabulary.build(TOKENIZER["model"]["vocab"], ["zzasync"], 40_000)
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(vocabulary.tokenizer_json(TOKENIZER, built)), encoding="utf-8")
    ours, standard = WordPiece.from_json(path), Tokenizer.from_file(str(path))
    text = "zzasync read zzasyncing the config of qqqx 404"
    assert [number for word in text.split() for number in ours[word]] == standard.encode(text).ids
    assert built[ours["zzasync"][0]] == "zzasync"


def test_bags_count_the_pieces_of_chosen_texts() -> None:
    words = WordPiece({"a": 0, "b": 1, "c": 2}, {}, None)
    bags = Bags.of(["a b a", "", "c", "b zzz"], words)
    distinct, counts = counted(*bags.chosen(np.array([3, 0, 1])), 3)
    assert distinct.tolist() == [0, 1]
    assert counts.tolist() == [[0, 1], [2, 1], [0, 0]]


def test_gradients_are_those_of_the_loss() -> None:
    random = np.random.default_rng(3)
    sides = random.normal(size=(2, 5, 4)).astype(np.float32)
    alike = np.zeros((5, 5), dtype=bool)
    alike[0, 1] = alike[1, 0] = True
    _, *gradients = loss_and_gradients(sides[0], sides[1], alike, 0.5)
    step = 1e-3
    for side in (0, 1):
        for place in [(0, 0), (2, 3), (4, 1)]:
            losses = []
            for sign in (1, -1):
                moved = sides.copy()
                moved[side][place] += sign * step
                losses.append(loss_and_gradients(moved[0], moved[1], alike, 0.5)[0])
            assert gradients[side][place] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=2e-3)


def synonyms(count: int) -> loop.Examples:
    """Return pairs in which the query word ``i`` asks for the document word ``count + i``; two repositories."""
    numbers = np.arange(count)
    ends = np.arange(count + 1)
    return loop.Examples(
        queries=Bags(numbers.astype(np.int32), ends),
        documents=Bags((count + numbers).astype(np.int32), ends),
        repositories=numbers % 2,
        files=numbers // 4,
        functions=numbers,
        questions=Bags(np.array([2 * count], dtype=np.int32), np.array([0, 1])),
    )


def beginning(rows: int) -> npt.NDArray[np.float32]:
    """Return a random table."""
    return (np.random.default_rng(5).normal(size=(rows, 16)) * 0.05).astype(np.float32)


def test_the_loop_learns_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    examples = synonyms(256)
    plan = loop.Plan(seed=1, epochs=12, batch=64, rate=0.02, temperature=0.1, asked=0.3)
    table, curve = loop.train_table(beginning(513), examples, plan, tmp_path / "whole")
    asking, answering = table[:256], table[256:512]
    scores = (asking / np.linalg.norm(asking, axis=1, keepdims=True)) @ (
        answering / np.linalg.norm(answering, axis=1, keepdims=True)
    ).T
    assert (scores.argmax(axis=1) == np.arange(256)).mean() > 0.8
    assert curve[-1].loss < curve[0].loss / 2

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_keep", stop_after(5, loop._keep))
        with pytest.raises(KeyboardInterrupt):
            loop.train_table(beginning(513), examples, plan, tmp_path / "cut")
    again, same = loop.train_table(beginning(513), examples, plan, tmp_path / "cut")
    np.testing.assert_array_equal(again, table)
    assert same == curve
    other = loop.Plan(seed=2, epochs=12, batch=64, rate=0.02, temperature=0.1, asked=0.3)
    with pytest.raises(TrainingError, match="another plan"):
        loop.train_table(beginning(513), examples, other, tmp_path / "cut")
    turned = replace(examples, files=examples.files[::-1].copy())
    with pytest.raises(TrainingError, match="another pairs"):
        loop.train_table(beginning(513), turned, plan, tmp_path / "cut")


def stop_after(epochs: int, keep: Any) -> Any:
    """Return a keeper of states that is interrupted once it has kept so many."""

    def kept(state: Path, table: Any, adam: Any, epoch: int, curve: Any) -> None:
        keep(state, table, adam, epoch, curve)
        if epoch == epochs:
            raise KeyboardInterrupt

    return kept


def test_a_batch_is_of_one_repository_and_half_of_them_hold_whole_files() -> None:
    examples = synonyms(1024)
    found = loop.batches(examples, 128, np.random.default_rng(0))
    assert sorted(np.concatenate(found).tolist()) == list(range(1024))
    assert all(len(np.unique(examples.repositories[rows])) == 1 for rows in found)
    assert {len(rows) for rows in found} == {128}


def test_weights_are_written_as_the_embedder_reads_them(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps(TOKENIZER), encoding="utf-8")
    count = len(TOKENIZER["model"]["vocab"])
    table = np.random.default_rng(0).integers(-127, 128, size=(count, 8)).astype(np.float16)
    train.write_weights(table, tmp_path)
    write_curve([Point(10, 2.0), Point(20, 1.0)], tmp_path)
    assert (tmp_path / "model.safetensors").stat().st_size < 8 * count + 200
    embedder = StaticEmbedder.load(tmp_path, "x", 8)
    once, often = embedder.embed_query("file read")[0], embedder.embed_query("read read read read read file")[0]
    assert not np.allclose(once, often)
    words = WordPiece.from_json(tmp_path / "tokenizer.json")
    five = 9 * table[list(words["read"])].sum(axis=0) + 4 * table[list(words["file"])].sum(axis=0)
    np.testing.assert_allclose(often, five / np.linalg.norm(five.astype(np.float32)), rtol=1e-3)
    assert "polyline" in (tmp_path / "curve.svg").read_text(encoding="utf-8")


def test_training_from_repositories_to_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [piece for piece in TOKENIZER["model"]["vocab"] if piece.isalpha() and len(piece) > 5][:400]
    functions = [
        f'def {a}_{b}(value):\n    """The {c} of each {d} here."""\n    {c}(value)\n    return {a}\n\n\n'
        for a, b, c, d in zip(*[iter(words)] * 4, strict=True)
    ]
    work = tmp_path / "origin"
    work.mkdir()
    (work / "code.py").write_text("".join(functions), encoding="utf-8")
    git(work, "init", "-q")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Begin")
    git(tmp_path, "clone", "-q", "--bare", str(work), str(tmp_path / "mirrors" / "acme+words"))

    original = tmp_path / "original"
    original.mkdir()
    (original / "tokenizer.json").write_text(json.dumps(TOKENIZER), encoding="utf-8")
    size = len(TOKENIZER["model"]["vocab"])
    distilled = np.random.default_rng(0).normal(size=(size, 16)).astype(np.float16)
    monkeypatch.setattr(source, "model_folder", lambda: original)
    monkeypatch.setattr(train, "distil", lambda *_: distilled)

    recipe = manifest.read_recipe(MODELS / "recipes" / "static-code.toml")
    changes = {"repositories": [], "trees": ["acme/words"], "epochs": 1, "batch": 32, "dimension": 16}
    target = tmp_path / "model"
    train.train({**recipe.parameters, **changes}, tmp_path, tmp_path / "mirrors", tmp_path / "out", [], target)
    assert sorted(path.name for path in target.iterdir()) == sorted(train.FILES)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "curve.json",
        "curve.svg",
        "made_of.json",
        "pairs",
        "state.npz",
    ]
    embedder = StaticEmbedder.load(target, "x", 16)
    assert np.linalg.norm(embedder.embed_query(words[0])) == pytest.approx(1)
    with pytest.raises(TrainingError, match="too few pairs"):
        loop.train_table(
            beginning(9),
            synonyms(4),
            source.parameters_of(train.Training, {**recipe.parameters, **changes}).plan,
            tmp_path,
        )
