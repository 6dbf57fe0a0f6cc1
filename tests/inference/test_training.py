"""The light parts of making models: names, weights, rounding, and that the manifest follows from the recipes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from findspot_training import __main__ as commands
from findspot_training import source
from findspot_training.train import gguf_model, manifest
from findspot_training.train.static import distil as static_model

MODELS = source.MODELS


def test_the_committed_manifest_is_what_the_recipes_and_files_give(tmp_path: Path) -> None:
    recipes = manifest.read_recipes(MODELS)
    for recipe in recipes:
        for path in manifest.model_files(MODELS, recipe):
            target = tmp_path / path.relative_to(MODELS)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    manifest.write_manifest(tmp_path, recipes)
    assert (tmp_path / "manifest.toml").read_bytes() == (MODELS / "manifest.toml").read_bytes()


@pytest.mark.parametrize(
    "content", ["id =", "id = 'x'", (MODELS / "recipes" / "minilm-code-q8.toml").read_text() + "x=1"]
)
def test_a_wrong_recipe_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "bad.toml").write_text(content.replace('"biencoder"', '"magic"'), encoding="utf-8")
    with pytest.raises(source.TrainingError, match=r"bad\.toml"):
        manifest.read_recipes(tmp_path)


def test_missing_libraries_are_an_error_with_the_command_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(source.TrainingError, match=r"pip install -r models/requirements\.txt"):
        source.library("a_library_that_nobody_wrote")
    with pytest.raises(SystemExit):
        commands.main(["nonsense"])
    assert "manifest" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("piece", "written"),
    [("the", "\u2581the"), ("##ing", "ing"), ("[SEP]", "[SEP]"), ("[unused7]", "[unused7]"), ("[", "\u2581[")],
)
def test_pieces_are_written_as_llama_cpp_reads_them(piece: str, written: str) -> None:
    assert gguf_model.gguf_piece(piece) == written


def test_every_tensor_of_every_layer_is_named_once() -> None:
    names = gguf_model.tensor_names(6)
    assert len(names) == 5 + 6 * 16 == len(set(names.values()))
    assert names["encoder.layer.5.output.LayerNorm.bias"] == "blk.5.layer_output_norm.bias"


def test_only_matrices_are_quantized() -> None:
    quantized = {name for name in gguf_model.tensor_names(1).values() if gguf_model.quantizes(name)}
    blocks = {f"blk.0.{part}.weight" for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down")}
    assert quantized == {"token_embd.weight", *blocks}


def test_special_and_unused_pieces_have_no_vector() -> None:
    pieces = ["[PAD]", "[unused0]", "the", "[UNK]", "##s", "["]
    assert static_model.ordinary_pieces(pieces).tolist() == [2, 4, 5]


def test_reduction_keeps_distances_along_the_strongest_directions() -> None:
    random = np.random.default_rng(7)
    flat = random.normal(size=(200, 3)) @ random.normal(size=(3, 10))
    reduced = static_model.reduce(flat, 3)
    np.testing.assert_allclose(reduced.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(
        np.linalg.norm(reduced[:100] - reduced[100:], axis=1), np.linalg.norm(flat[:100] - flat[100:], axis=1)
    )
    assert (np.diff(reduced.var(axis=0)) < 0).all()


def test_common_pieces_weigh_less() -> None:
    weights = static_model.sif_weights(1000, 1e-3)
    assert (np.diff(weights) > 0).all()
    assert 0 < weights[0] < weights[-1] < 1


def test_rounding_gives_whole_numbers_that_float16_holds_exactly() -> None:
    rounded = static_model.to_whole_numbers(np.array([[-10.0, 0.02, 1.0], [0.5, -1.0, 0.0]]), 0.8)
    assert rounded.dtype == np.float16
    np.testing.assert_array_equal(rounded, np.rint(rounded))
    assert rounded[0, 0] == -127
    assert abs(rounded).max() == 127
