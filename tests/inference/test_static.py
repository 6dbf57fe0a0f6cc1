"""The static embedder against a plain implementation of its sum, on the shipped model."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import overload

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from findspot.core.arrays import Vectors
from findspot.core.text import SubTokenizer
from findspot.errors import Cancelled, ModelError
from findspot.inference.base import Embedder
from findspot.inference.manifest import ModelEntry, load_manifest, load_static
from findspot.inference.static import StaticEmbedder, damped

ENTRY = load_manifest().entry("static-code")
FOLDER = ENTRY.files[0].path.parent


def documents() -> list[str]:
    """Return real documents as the index renders them: this package, 60 words at a time."""
    words = SubTokenizer()
    found = []
    for path in sorted(Path(load_static.__code__.co_filename).parents[1].rglob("*.py")):
        parts = words.words(path.read_text(encoding="utf-8"), 100_000)
        found += [" ".join(parts[start : start + 60]) for start in range(0, len(parts), 60)]
    return [*found, "", "naïve straße 東京 повторная", "ﬀﬀ", "x" * 200]


def plain(texts: Sequence[str], *, damps: bool) -> Vectors:
    """Embed text by text with the standard tokenizer: the sum of the pieces' rows, then unit length.

    With ``damps`` a piece that occurs n times counts as the rounded fourfold of the square root of n.
    """
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    unknown = tokenizer.token_to_id("[UNK]")
    table = load_file(FOLDER / "model.safetensors")["embeddings"].astype(np.float32)
    rows = []
    for text in texts:
        found = Counter(tokenizer.encode(text, add_special_tokens=False).ids)
        worth = {piece: round(4 * math.sqrt(count)) if damps else count for piece, count in found.items()}
        parts = [weight * table[piece] for piece, weight in worth.items() if piece != unknown]
        total = np.sum(parts, axis=0) if parts else np.zeros(table.shape[1], dtype=np.float32)
        rows.append(total / (np.linalg.norm(total) or 1))
    return np.array(rows, dtype=np.float32)


@pytest.fixture(scope="module")
def embedder() -> Iterator[StaticEmbedder]:
    loaded = load_static(ENTRY)
    yield loaded
    loaded.close()


def test_vectors_equal_the_standard_ones(embedder: StaticEmbedder) -> None:
    texts = documents()
    assert len(texts) > 100
    np.testing.assert_allclose(embedder.embed_documents(texts), plain(texts, damps=True), atol=1e-6)


def test_the_shipped_table_is_of_single_bytes() -> None:
    assert load_file(FOLDER / "model.safetensors")["embeddings"].dtype == np.int8


@pytest.mark.parametrize("dtype", [np.int8, np.float16, np.float32])
def test_whole_numbers_of_any_type_give_the_same_vectors(dtype: type[np.generic], tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    table = load_file(FOLDER / "model.safetensors")["embeddings"]
    save_file({"embeddings": table.astype(dtype)}, tmp_path / "model.safetensors")
    undamped = StaticEmbedder.load(tmp_path, "x", table.shape[1])
    texts = documents()[-100:]
    np.testing.assert_allclose(undamped.embed_documents(texts), plain(texts, damps=False), atol=1e-6)


def test_repetitions_count_less_and_less() -> None:
    worth = damped(np.array([0, 1, 2, 3, 4, 100, 256], dtype=np.float32))
    assert worth.tolist() == [0, 4, 6, 7, 8, 40, 64]


def test_vectors_are_units_or_zero(embedder: StaticEmbedder) -> None:
    vectors = embedder.embed_documents(["open the file", "", " \n", "x" * 200])
    assert vectors.shape == (4, embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 0], atol=1e-6)


def test_a_text_has_the_same_vector_in_every_batch(embedder: StaticEmbedder) -> None:
    texts = documents()
    together = embedder.embed_documents(texts)
    for number in (0, 1, 63, 64, 65, len(texts) - 4):
        np.testing.assert_array_equal(embedder.embed_query(texts[number])[0], together[number])


def test_near_meanings_are_near(embedder: StaticEmbedder) -> None:
    query = embedder.embed_query("remove a directory")
    near, far = embedder.embed_documents(["delete folder", "parse json number"])
    assert float(query[0] @ near) > float(query[0] @ far)


def test_it_is_an_embedder_that_names_its_weights(embedder: StaticEmbedder) -> None:
    whole: Embedder = embedder
    assert whole.model_id == f"static-code@{ENTRY.files[0].sha256[:12]}"
    assert whole.dimension == 256


def test_no_documents_give_no_rows(embedder: StaticEmbedder) -> None:
    assert embedder.embed_documents([]).shape == (0, 256)


def test_a_prompt_goes_before_queries_only() -> None:
    entry = replace(ENTRY, prompt="query about ")
    with_prompt, without = load_static(entry), load_static(ENTRY)
    np.testing.assert_array_equal(with_prompt.embed_query("files"), without.embed_query("query about files"))
    np.testing.assert_array_equal(with_prompt.embed_documents(["files"]), without.embed_documents(["files"]))


def test_threads_share_one_embedder() -> None:
    shared = load_static(ENTRY)
    texts = documents()[:100]
    expected = load_static(ENTRY).embed_documents(texts)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(shared.embed_documents, [texts] * 12):
            np.testing.assert_array_equal(found, expected)


class StoppingTexts(Sequence[str]):
    """Texts that set the stop event once they have been read past the first block."""

    def __init__(self, stop: Event) -> None:
        self.stop = stop
        self.read = 0

    def __len__(self) -> int:
        return 10_000

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, int):
            return "text"
        self.read += 1
        self.stop.set()
        return ["text"] * len(range(*index.indices(len(self))))


def test_stop_ends_the_work_between_blocks(embedder: StaticEmbedder) -> None:
    stop = Event()
    texts = StoppingTexts(stop)
    with pytest.raises(Cancelled):
        embedder.embed_documents(texts, stop)
    assert texts.read == 1


def damaged(folder: Path) -> ModelEntry:
    """Return the entry of a copy of the model in ``folder``."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    return replace(ENTRY, files=tuple(replace(file, path=folder / file.path.name) for file in ENTRY.files))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_a_model_error(name: str, tmp_path: Path) -> None:
    entry = damaged(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelError, match="install Findspot again"):
        load_static(entry)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_cut_file_is_a_model_error(name: str, tmp_path: Path) -> None:
    entry = damaged(tmp_path)
    with (tmp_path / name).open("r+b") as stream:
        stream.truncate(1000)
    with pytest.raises(ModelError, match="bytes"):
        load_static(entry)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_damaged_file_of_the_right_size_is_a_model_error(name: str, tmp_path: Path) -> None:
    entry = damaged(tmp_path)
    with (tmp_path / name).open("r+b") as stream:
        stream.write(b"\xff" * 64)
    with pytest.raises(ModelError, match="cannot be read"):
        load_static(entry)


def test_weights_of_another_shape_are_a_model_error(tmp_path: Path) -> None:
    damaged(tmp_path)
    save_file({"embeddings": np.zeros((30522, 8), dtype=np.float16)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="dimension 256"):
        StaticEmbedder.load(tmp_path, "x", 256)
    save_file({"embeddings": np.zeros((100, 256), dtype=np.float16)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="100 vectors"):
        StaticEmbedder.load(tmp_path, "x", 256)
