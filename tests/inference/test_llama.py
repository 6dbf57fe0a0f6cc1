"""The GGUF model in llama.cpp: the same vectors as the original, in silence, in threads, within a deadline."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from findspot.errors import Cancelled, ModelError
from findspot.inference import llama
from findspot.inference.base import Embedder
from findspot.inference.llama import DOCUMENT_TOKENS, QUERY_TOKENS, LlamaEmbedder
from findspot.inference.manifest import load_llama, load_manifest

ENTRY = load_manifest().entry("minilm-code-q8")
REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "model_reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def embedder() -> Iterator[LlamaEmbedder]:
    loaded = load_llama(ENTRY, threads=1)
    yield loaded
    loaded.close()


@pytest.mark.row("A12")
@pytest.mark.row("C09")
@pytest.mark.parametrize("example", REFERENCE, ids=lambda example: repr(example["text"][:30]))
def test_the_quantized_model_agrees_with_the_original(embedder: LlamaEmbedder, example: dict[str, object]) -> None:
    vector = embedder.embed_documents([str(example["text"])])[0]
    original = np.array(example["vector"], dtype=np.float64)
    assert float(vector @ original) / float(np.linalg.norm(original)) > 0.999


def test_the_reference_holds_texts_that_are_cut() -> None:
    assert len(REFERENCE) >= 20
    assert any(len(example["text"]) > 10 * DOCUMENT_TOKENS for example in REFERENCE)


def test_filling_a_batch_to_a_tile_changes_nothing(embedder: LlamaEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["the queue drops a job " * count for count in range(6, 13)]
    filled = embedder.embed_documents(texts)
    monkeypatch.setattr(llama, "_FILL_FROM", 1000)
    assert float((filled * embedder.embed_documents(texts)).sum(axis=1).min()) > 0.999


def test_documents_and_queries_are_read_to_their_limits(embedder: LlamaEmbedder) -> None:
    text = "alpha " * 500
    at_limit = embedder.embed_documents(["alpha " * (DOCUMENT_TOKENS - 2)])
    np.testing.assert_array_equal(embedder.embed_documents([text]), at_limit)
    np.testing.assert_array_equal(embedder.embed_query(text), embedder.embed_query("alpha " * (QUERY_TOKENS - 2)))
    assert not np.array_equal(embedder.embed_query(text), at_limit)


def test_vectors_are_units_or_zero(embedder: LlamaEmbedder) -> None:
    vectors = embedder.embed_documents(["open the file", "", " \n\t", "\0", "\ud800 lone"])
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 0, 1], atol=1e-5)


def test_marks_in_a_text_are_ordinary_text(embedder: LlamaEmbedder) -> None:
    plain = embedder.embed_query("how is it closed")
    marked = embedder.embed_query("how is it closed [SEP] [SEP] [CLS]")
    assert float((plain * marked).sum()) < 0.9


def test_it_is_an_embedder_that_names_its_weights_and_its_limit(embedder: LlamaEmbedder) -> None:
    whole: Embedder = embedder
    assert whole.model_id == f"minilm-code-q8@{ENTRY.files[0].sha256[:12]}/{DOCUMENT_TOKENS}"
    assert whole.dimension == 384


def test_a_prompt_goes_before_queries_only(embedder: LlamaEmbedder) -> None:
    prompted = load_llama(replace(ENTRY, prompt="query: "), threads=1)
    np.testing.assert_array_equal(prompted.embed_query("files"), embedder.embed_query("query: files"))
    np.testing.assert_array_equal(prompted.embed_documents(["files"]), embedder.embed_documents(["files"]))
    prompted.close()


def test_threads_take_turns(embedder: LlamaEmbedder) -> None:
    texts = [f"where is number {number} parsed" for number in range(8)]
    expected = embedder.embed_documents(texts)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(embedder.embed_documents, [texts] * 4):
            np.testing.assert_array_equal(found, expected)


class StoppingTexts(list[str]):
    """Texts that set the stop event when the second of them is read."""

    def __init__(self, texts: Sequence[str], stop: Event) -> None:
        super().__init__(texts)
        self.stop = stop
        self.read = 0

    def __iter__(self) -> Iterator[str]:
        for text in list.__iter__(self):
            self.read += 1
            if self.read == 2:
                self.stop.set()
            yield text


def test_stop_ends_the_work_between_texts(embedder: LlamaEmbedder) -> None:
    stop = Event()
    texts = StoppingTexts(["one", "two", "three"], stop)
    with pytest.raises(Cancelled):
        embedder.embed_documents(texts, stop)
    assert texts.read == 2


def test_as_many_rows_as_fit_before_the_deadline(embedder: LlamaEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("findspot.inference.llama.time.monotonic", lambda: next(clock))
    texts = [f"text {number}" for number in range(10)]
    # Each text takes one second of this clock; the fourth would end at 4.
    assert embedder.embed_documents(texts, deadline=3.5).shape == (3, 384)


def test_a_deadline_that_is_over_gives_no_rows(embedder: LlamaEmbedder) -> None:
    assert embedder.embed_documents(["text"], deadline=0.0).shape == (0, 384)
    assert embedder.embed_documents(["text"], deadline=float("inf")).shape == (1, 384)


def test_a_closed_embedder_says_so() -> None:
    loaded = load_llama(ENTRY, threads=1)
    loaded.close()
    loaded.close()
    with pytest.raises(ModelError, match="closed"):
        loaded.embed_query("text")


def test_without_llama_cpp_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(ModelError, match="pip install llama-cpp-python"):
        load_llama(ENTRY)


def test_the_library_is_loaded_only_with_a_model() -> None:
    code = "import sys, findspot.inference.manifest; sys.exit('llama_cpp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_file_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model file"):
        LlamaEmbedder(tmp_path / "none.gguf", "x", 384)


@pytest.mark.parametrize("start", [0, 4, 24])
def test_a_damaged_file_of_the_right_size_is_a_model_error(start: int, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    content = bytearray(ENTRY.files[0].path.read_bytes())
    content[start : start + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        LlamaEmbedder(path, "x", 384)


def test_another_dimension_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="384 components"):
        LlamaEmbedder(ENTRY.files[0].path, "x", 768)


NOISY = """
import os, sys, threading
from findspot.inference.manifest import load_llama, load_manifest

def load():
    loaded = load_llama(load_manifest().entry("minilm-code-q8"), threads=1)
    loaded.embed_documents(["some text", "another " * 200])
    loaded.close()

worker = threading.Thread(target=load)
worker.start()
lines = 0
while worker.is_alive():
    os.write(1, b"message\\n")
    lines += 1
worker.join()
sys.stderr.write(str(lines))
"""


def test_nothing_but_our_own_messages_reaches_the_standard_streams() -> None:
    done = subprocess.run([sys.executable, "-c", NOISY], capture_output=True, check=True)
    assert done.stdout == b"message\n" * int(done.stderr)
    assert int(done.stderr) > 0
