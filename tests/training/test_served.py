"""What is trained is what is served (I-4): texts, ids and features on training's way and on the way of a real engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
import pytest

from findspot.config import Config, Settings
from findspot.core.ranking.features import UNIT_FEATURES
from findspot.core.ranking.tree_ensemble import Trees
from findspot.core.types import Chunk
from findspot.engine import Engine
from findspot.inference.llama import DOCUMENT_TOKENS, QUERY_TOKENS, LlamaEmbedder
from findspot.inference.manifest import load_manifest, load_static
from findspot.inference.static import StaticEmbedder, damped
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mining.parsing import parse_code
from findspot_training.corpus.pairs.rendering import for_model, for_static
from findspot_training.source import MODELS, SPECIAL
from findspot_training.train.encoder.encoder import Reader
from findspot_training.train.ranker.collect import _rows_of
from findspot_training.train.static.bags import Bags, counted

SAMPLES = Path(__file__).parents[1] / "data" / "ranking" / "samples"
FILES = ("python.py", "go.go", "java.java", "rust.rs", "typescript.ts", "ruby.rb", "cpp.cpp")

SENTENCE = "where does a store count the items of größe x? 東京"
REPORT = "Too slow\n\nCounting takes minutes when a store holds many items.\n\n```\nstore.count()\n```\n"
TOLD = "Counting a store is far too slow\n\nIt takes minutes when a store holds many items.\n"


@dataclass
class Served:
    """What models were given: texts to the static embedder, ids by text for the localization model, rows by the ranker's columns."""

    documents: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    ids: dict[str, list[int]] = field(default_factory=dict)
    rows: dict[tuple[str, ...], Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Watch the models at the last place before they compute; all of them go on as they are."""
    seen, reading = Served(), [""]
    static, query, predict = StaticEmbedder.embed_documents, StaticEmbedder.embed_query, Trees.predict
    embed, encode = LlamaEmbedder._embed, llama_cpp.llama_encode

    def see_static(self: StaticEmbedder, texts: Any, stop: Any = None) -> Any:
        seen.documents += texts
        return static(self, texts, stop)

    def see_query(self: StaticEmbedder, text: str, **_: Any) -> Any:
        seen.questions.append(text)
        return query(self, text)

    def see_text(self: LlamaEmbedder, text: str, limit: int) -> Any:
        reading[0] = text
        return embed(self, text, limit)

    def see_ids(context: Any, batch: Any) -> Any:
        own = [at for at in range(batch.n_tokens) if batch.seq_id[at][0] == 0]
        seen.ids[reading[0]] = [batch.token[at] for at in own]
        return encode(context, batch)

    def see_rows(self: Trees, rows: Any) -> Any:
        seen.rows[self.features] = rows
        return predict(self, rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticEmbedder, "embed_documents", see_static)
        patch.setattr(StaticEmbedder, "embed_query", see_query)
        patch.setattr(LlamaEmbedder, "_embed", see_text)
        patch.setattr(llama_cpp, "llama_encode", see_ids)
        patch.setattr(Trees, "predict", see_rows)
        yield seen


@pytest.fixture(scope="module")
def engine(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine that has indexed the samples."""
    folder = tmp_path_factory.mktemp("served")
    for name in FILES:
        shutil.copy(SAMPLES / name, folder / name)
    with Engine.open(folder, Config(Settings(workers=1, read_ahead=0), tmp_path_factory.mktemp("index"))) as engine:
        engine.refresh()
        yield engine


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return training's tokenizer over the vocabulary of the shipped model, in the original's spelling."""
    settings = llama_cpp.llama_model_default_params()
    settings.vocab_only = True
    file = MODELS / "minilm-code-q8" / "model-q8_0.gguf"
    model = llama_cpp.llama_model_load_from_file(os.fsencode(file), settings)
    words = llama_cpp.llama_model_get_vocab(model)
    count = llama_cpp.llama_vocab_n_tokens(words)
    pieces = [llama_cpp.llama_vocab_get_text(words, number).decode() for number in range(count)]
    llama_cpp.llama_model_free(model)
    return Reader([_original(piece) for piece in pieces])


def _original(piece: str) -> str:
    if piece in SPECIAL or piece.startswith("[unused"):
        return piece
    return piece[1:] if piece.startswith("\u2581") else f"##{piece}"


def definitions(name: str) -> dict[str, list[Chunk]]:
    """Return the parts of each function of a sample as training finds them."""
    parsed = parse_code(name, (SAMPLES / name).read_bytes(), Parsers())
    assert parsed is not None
    found: dict[str, list[Chunk]] = {}
    for chunk in parsed.chunks:
        if chunk.kind in {"function", "method"} and chunk.symbol is not None:
            found.setdefault(chunk.symbol, []).append(chunk)
    return found


@pytest.mark.parametrize("name", FILES)
def test_functions_are_read_alike(engine: Engine, served: Served, reader: Reader, name: str) -> None:
    found = definitions(name)
    assert found
    for symbol, parts in list(found.items())[:4]:
        assert {for_static().document(part) for part in parts} <= set(served.documents)
        engine.localize(f"{symbol} in {name} does not do what it says", budget=60.0)
        read = [text for text in map(for_model().document, parts) if text in served.ids]
        assert read, f"no part of {symbol} was read as training writes it"
        for text in read:
            assert served.ids[text] == reader.pieces(text, DOCUMENT_TOKENS).tolist()


@pytest.mark.parametrize(("asked", "read"), [(SENTENCE, SENTENCE), (REPORT, REPORT), (TOLD, TOLD.splitlines()[0])])
def test_questions_are_read_alike(engine: Engine, served: Served, reader: Reader, asked: str, read: str) -> None:
    """Of a report with a telling title serving reads the title alone, on purpose (0016), and that as training does."""
    engine.localize(asked, budget=60.0)
    text = for_model().query(read)
    assert served.ids[text] == reader.pieces(text, QUERY_TOKENS).tolist()


def test_a_sentence_is_searched_for_in_the_words_of_training(engine: Engine, served: Served) -> None:
    served.questions.clear()
    engine.search(SENTENCE)
    assert served.questions == [for_static().query(SENTENCE)]


def test_static_vectors_are_sums_of_the_pieces_that_training_counts() -> None:
    embedder = load_static(load_manifest().entry("static-code"))
    texts = [for_static().document(chunk) for name in FILES for parts in definitions(name).values() for chunk in parts]
    bags = Bags.of(texts, embedder._words)
    distinct, counts = counted(*bags.chosen(np.arange(len(texts))), len(texts))
    sums = damped(counts) @ embedder._table[distinct].astype(np.float32)
    trained = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    np.testing.assert_allclose(embedder.embed_documents(texts), trained, atol=1e-6)


@pytest.mark.parametrize(("text", "report"), [(SENTENCE, False), (REPORT, True), (TOLD, True)])
def test_rankers_read_the_features_that_they_learned_from(
    engine: Engine, served: Served, text: str, *, report: bool
) -> None:
    collected = _rows_of(engine.features(text, report=report), "one", set(), set(), whole=True)
    assert collected is not None
    served.rows.clear()
    engine.localize(text, budget=0.0)
    of_units = served.rows.pop(UNIT_FEATURES).astype(np.float32)
    (of_files,) = served.rows.values()
    np.testing.assert_array_equal(of_files.astype(np.float32), collected.files)
    # A ranker is given all parts of a long definition, training the one that speaks for it.
    given = {row.tobytes() for row in of_units}
    assert len(collected.units)
    assert all(row.tobytes() in given for row in collected.units)
