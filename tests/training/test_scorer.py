"""The likelihood scorer: its ids and weights, what is packed for it, what it learns, and what is taken back."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from findspot_training import source
from findspot_training.accelerator import packing, parts, scorer_model, taking, taking_scorer
from findspot_training.accelerator.checking import check_pack
from findspot_training.accelerator.likelihood import Asked, log_likelihoods
from findspot_training.accelerator.machine.main import read_arguments
from findspot_training.accelerator.machine.packed import SCORER, Pack, Texts, joined, real_numbers
from findspot_training.accelerator.scorer_model import Cutter, Form
from findspot_training.source import TrainingError
from tests.training.packs import HEAD, TOLD, small_model
from tests.training.small_llama import write_small_llama

gguf = pytest.importorskip("gguf")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small model."""
    return write_small_llama(tmp_path_factory.mktemp("llama") / "small.gguf")


@pytest.fixture
def packed(small: Path, mirrors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with ``work`` and a ``pack`` for the small model, lists of the engine's included."""
    folder = small_model(tmp_path / "encoder")
    monkeypatch.setattr(source, "model_folder", lambda: folder)
    monkeypatch.setattr(scorer_model, "original", lambda: small)
    packing.make_groups(TOLD, mirrors, tmp_path / "work", small, jobs=1)
    packing.make_lists(TOLD, mirrors, tmp_path / "work", small)
    parts.lay_out(TOLD, {SCORER: parts.scorer_start(TOLD, small)}, tmp_path / "work", tmp_path / "pack", 0, "2 names")
    return tmp_path


def rows_of(texts: Texts) -> list[list[int]]:
    """Return the ids of each text."""
    return [
        texts.pieces[start : start + count].tolist() for start, count in zip(texts.starts, texts.lengths, strict=True)
    ]


def test_texts_are_cut_by_the_vocabulary_of_the_file(small: Path) -> None:
    cutter = Cutter(small)
    form = cutter.form("\n#", 12, 4)
    byte = {chr(one): 3 + one for one in range(33, 127)}
    the, fix = 3 + 256 + 1, 3 + 256 + 4
    assert cutter.ids("the fix", 9).tolist() == [the, fix]
    assert cutter.ids("a12", 9).tolist() == [byte["a"], byte["1"], byte["2"]], "digits stand alone"
    assert cutter.ids("<|im_end|>", 99).tolist() == [byte[one] for one in "<|im_end|>"], "a mark in a text is text"
    assert form == Form((1,), (3 + ord("\n"), byte["#"]), 12, 4)
    assert Form.read(json.loads(json.dumps(form.told()))) == form
    assert cutter.message("\n fix  it\n", form).tolist()[0] == fix, "as after a word"
    assert len(cutter.document("x" * 99, form)) == 12


def test_weights_come_out_of_the_file_and_go_back_bit_by_bit(small: Path, tmp_path: Path) -> None:
    weights = real_numbers(scorer_model.start_weights(small))
    assert set(weights) == scorer_model.trained_names(small) | {"model.embed_tokens.weight"}
    scorer_model.write_gguf(small, weights, tmp_path / "whole.gguf", quantized=False)
    before = {one.name: one for one in gguf.GGUFReader(small).tensors}
    reader = gguf.GGUFReader(tmp_path / "whole.gguf")
    assert {one.name for one in reader.tensors} == set(before)
    for one in reader.tensors:
        old = gguf.quants.dequantize(np.asarray(before[one.name].data), before[one.name].tensor_type)
        np.testing.assert_array_equal(np.asarray(one.data).ravel(), old.ravel())
    assert reader.get_field("tokenizer.ggml.tokens").contents() == gguf.GGUFReader(small).get_field(
        "tokenizer.ggml.tokens"
    ).contents()  # fmt: skip


def test_parts_are_joined_row_by_row() -> None:
    one = Texts([(np.array([1, 2, 3, 4]), np.array([3, 1]))])
    two = Texts([(np.array([5, 6, 7]), np.array([0, 3]))])
    assert rows_of(joined([(one, np.array([1, 0, 0])), (two, np.array([1, 0, 1]))])) == [
        [4, 5, 6, 7],
        [1, 2, 3],
        [1, 2, 3, 5, 6, 7],
    ]
    assert rows_of(one.tails()) == [[2, 3], []]


@pytest.mark.row("A17")
def test_a_pack_for_the_scorer_is_whole_and_has_ids_of_its_own(packed: Path, small: Path) -> None:
    said = list(check_pack(packed / "pack", ["somebody/else"], 0, 64))
    assert said[-1].startswith("scorer: ")
    assert "0 files are not here" in said[-1]
    pack = Pack.read([packed / "pack" / "scorer-1"])
    assert pack.model == SCORER
    assert pack.lists is not None
    tokens = gguf.GGUFReader(small).get_field("tokenizer.ggml.tokens").contents()
    queries, documents = (
        ["".join(tokens[one] for one in row) for row in rows_of(side)] for side in (pack.queries, pack.documents)
    )
    commits = [row for row in range(len(queries)) if pack.manifest["kinds"][pack.columns["kind"][row]] == "commit"]
    assert commits
    for row in commits:
        assert queries[row].startswith("\u0120Let\u0120people\u0120")
        assert documents[pack.columns["right"][row]].startswith("src/")
    rows = np.arange(5)
    drawn, there = pack.drawn(rows, 2, np.random.default_rng(0))
    assert drawn.shape == (5, 3)
    assert there.all()
    assert (drawn[:, 0] == pack.columns["right"][rows]).all()
    (packed / "pack" / "scorer-1" / "scorer.weights.00").unlink()
    with pytest.raises(SystemExit, match="no model are here"):
        Pack.read([packed / "pack" / "scorer-1"])


def test_groups_made_without_the_scorer_are_made_again_for_it(packed: Path, mirrors: Path, small: Path) -> None:
    note = packed / "work" / "acme+tool.json"
    told = json.loads(note.read_text(encoding="utf-8"))
    other = replace(TOLD, document=told["form"]["document"] + 1)
    with pytest.raises(TrainingError, match="nothing is made for the scorer"):
        parts.lay_out(other, {SCORER: parts.scorer_start(other, small)}, packed / "work", packed / "pack", 0, "")
    before = note.stat().st_mtime_ns
    packing.make_groups(TOLD, mirrors, packed / "work", small, jobs=1)
    assert note.stat().st_mtime_ns == before
    packing.make_groups(other, mirrors, packed / "work", small, jobs=1)
    assert json.loads(note.read_text(encoding="utf-8"))["form"]["document"] == other.document


def test_what_cannot_be_read_is_left_out(
    mirrors: Path, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_model(tmp_path / "encoder")
    monkeypatch.setattr(source, "model_folder", lambda: folder)
    broken = tmp_path / "mirrors" / "acme+tool" / "repo"
    broken.mkdir(parents=True)
    for name in ("HEAD", "config", "packed-refs"):
        (broken / name).write_bytes((mirrors / "acme+tool" / "repo" / name).read_bytes())
    (broken / "objects").mkdir()
    (broken / "refs").mkdir()
    packing.make_groups(TOLD, tmp_path / "mirrors", tmp_path / "work", small, jobs=1)
    assert not list((tmp_path / "work").glob("*.json"))


# ── by llama.cpp ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_likelihoods_of_all_tokens_make_one(small: Path) -> None:
    size = scorer_model.config_of(small)["vocab_size"]
    found = log_likelihoods(small, [Asked((1, 70, 80, last), 1) for last in range(size)], 1)
    assert sum(map(math.exp, found)) == pytest.approx(1, abs=1e-3)
    [both] = log_likelihoods(small, [Asked((1, 70, 80, 90), 2)], 1)
    [first, second] = log_likelihoods(small, [Asked((1, 70, 80), 1), Asked((1, 70, 80, 90), 1)], 1)
    assert both == pytest.approx(first + second, abs=1e-3)
    with pytest.raises(RuntimeError, match="gives no likelihoods"):
        log_likelihoods(small.with_name("absent.gguf"), [Asked((1, 2), 1)], 1)


def test_a_scorer_changes_the_places_of_what_it_read_alone() -> None:
    engine = taking_scorer.numbers(HEAD, {}, 0.5)
    assert engine["any function@1"] == 0
    assert engine["MRR"] == pytest.approx(50)
    assert taking_scorer.numbers(HEAD, {0: -9.0, 1: -3.0}, 0.0) == engine
    assert taking_scorer.numbers(HEAD, {0: -9.0, 1: -3.0}, 0.5)["MRR"] == pytest.approx(100)
    assert taking_scorer.numbers(HEAD, {0: -9.0, 1: -3.0}, 0.1) == engine, "a little is not enough"
    assert taking_scorer.numbers(HEAD, {1: -9.0, 2: -3.0}, 0.9)["MRR"] == pytest.approx(100 / 3)


@pytest.mark.skipif(scorer_model.installed() is None, reason="the real weights are not installed")
def test_the_real_vocabulary_cuts_as_llama_cpp_does() -> None:
    script = (
        "import ctypes, json, logging, os, sys\n"
        "import llama_cpp as library\n"
        "logging.getLogger('llama-cpp-python').setLevel(60)\n"
        "library.llama_backend_init()\n"
        "settings = library.llama_model_default_params()\n"
        "settings.vocab_only = True\n"
        "words = library.llama_model_get_vocab(library.llama_model_load_from_file(os.fsencode(sys.argv[1]), settings))\n"
        "for text in json.load(sys.stdin):\n"
        "    content = text.encode()\n"
        "    found = (library.llama_token * (len(content) + 8))()\n"
        "    count = library.llama_tokenize(words, content, len(content), found, len(found), False, False)\n"
        "    print(json.dumps(found[:count]))\n"
    )
    own = Path(__file__).read_text(encoding="utf-8")
    texts = [own[start : start + 500] for start in range(0, len(own), 500)]
    texts += ["na\u00efve \u2603 \u4f60\u597d\t\t x=12345\r\n\r\n  y", "<|im_end|> <filename>", "can't I'LL  don't 'sx"]
    path = scorer_model.original()
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    cutter = Cutter(path)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        cutter.ids(text, 10_000).tolist() for text in texts
    ]


# ── with torch, where it is installed ───────────────────────────────────────────────────────────────────────────


def ran(packed: Path, out: Path, *options: str) -> dict[str, Any]:
    """Run the packed script in a process of its own, as a borrowed machine does, and return its result."""
    part = packed / "pack" / "scorer-1"
    command = [sys.executable, str(part / "run.py"), str(part), "--out", str(out), "--every", "0", "--crowd", "20"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads((out / "result.json").read_text(encoding="utf-8")))


@pytest.mark.timeout(900)  # torch alone takes half a minute to load on a busy machine
def test_torch_and_llama_cpp_agree(packed: Path, small: Path) -> None:
    for name in ("torch", "transformers"):
        pytest.importorskip(name)
    from findspot_training.accelerator.machine.scorer import Scorer, restored

    pack = Pack.read([packed / "pack" / "scorer-1"])
    scorer = Scorer(pack, pack.start(), read_arguments([str(packed)]))
    scorer.model.float()
    rows = np.arange(6)
    documents, there = pack.candidates(rows)
    there[2, 3] = False
    with scorer.torch.no_grad():
        found = scorer.likelihoods(pack.queries, rows, documents, there).numpy()
    assert found[2, 3] == -1e4
    form, texts, read = Form.read(scorer.form), rows_of(pack.queries), rows_of(pack.documents)
    asked = [
        Asked((*form.first, *read[documents[row, at]], *form.between, *texts[row]), len(texts[row]))
        for row, at in zip(*np.nonzero(there), strict=True)
    ]
    # A processor reckons with bfloat16 here and with eight bits there.
    np.testing.assert_allclose(found[there], log_likelihoods(small, asked, 1), rtol=0.02)
    value = scorer.parameters()[0].detach()
    again = restored(*scorer._blocks(value))
    assert float((again - value).abs().max()) <= float(value.abs().max()) / 127


@pytest.mark.timeout(900)  # torch alone takes half a minute to load on a busy machine
def test_a_scorer_learns_is_gone_on_with_and_is_taken_back(packed: Path, small: Path, tmp_path: Path) -> None:
    for name in ("torch", "transformers"):
        pytest.importorskip(name)
    state = ["--state", str(tmp_path / "state.pt"), "--of", "1e6"]
    first = ran(packed, tmp_path / "one", "--seconds", "1e6", "--rounds", "2", "--rate", "1e-2", "--batch", "8", *state)
    losses = [one["loss"] for one in first["curve"]]
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    assert [one["stage"] for one in first["measures"]] == ["start", "groups", "eight bits"]
    assert first["measures"][0]["held"]["list"]["n"] > 0
    start, trained, eight = (one["held"]["all"]["first"] for one in first["measures"])
    assert trained > start
    assert abs(eight - trained) < 0.1
    again = ran(packed, tmp_path / "two", "--seconds", "1e6", "--rounds", "0.01", "--batch", "8", *state)
    assert again["steps"] == first["steps"] + 1
    assert again["curve"][:-1] == first["curve"]
    heads = tmp_path / "heads"
    heads.mkdir()
    (heads / "commits.jsonl").write_text(json.dumps(asdict(HEAD)) + "\n", encoding="utf-8")
    sets = taking.Sets((heads,), (), None, 15, 1, 1)
    verdict = taking_scorer.take(tmp_path / "one", first, tmp_path / "taken", sets)
    assert not verdict.ships
    assert "not better beyond the error on heads" in verdict.text
    card = (tmp_path / "taken" / "card.md").read_text(encoding="utf-8")
    assert card.startswith("# A likelihood scorer (draft)")
    assert "untrained / trained" in card
    target = tmp_path / "taken" / "scorer-q8_0.gguf"
    kinds = {str(one.tensor_type.name) for one in gguf.GGUFReader(target).tensors}
    assert kinds == {"Q8_0", "F32"}
    learned = taking.pieces_of(tmp_path / "one", first)
    scorer_model.write_gguf(small, learned, tmp_path / "plain.gguf", quantized=False)
    asked = [Asked((1, 70, 80, last), 1) for last in (71, 90)]
    assert log_likelihoods(target, asked, 1) == pytest.approx(
        log_likelihoods(tmp_path / "plain.gguf", asked, 1), rel=0.02
    )
    with pytest.raises(TrainingError, match="not those of small"):
        taking_scorer.take(tmp_path / "one", {**first, **_of_others(tmp_path / "one")}, tmp_path / "taken", sets)


def _of_others(folder: Path) -> dict[str, Any]:
    """Leave the weights of another model beside a result, and return what it says of them."""
    from hashlib import sha256

    from safetensors.numpy import save

    packed = save({"other.weight": np.zeros(2, np.float32)})
    (folder / "other.0").write_bytes(packed)
    return {"pieces": ["other.0"], "sha256": sha256(packed).hexdigest()}
