"""What is trained is what is served (I-4): both paths write a chunk, a question and a feature down in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from findspot.config import Config, Settings
from findspot.core.query import analyse
from findspot.core.text import SubTokenizer
from findspot.core.types import Chunk
from findspot.engine import Engine
from findspot.indexing.options import preparer_options
from findspot.indexing.tasks import Task
from findspot.languages.table import FRAME_READERS
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from findspot.retrieval.rescoring import _read_of, model_document
from findspot.storage.records import PreparedFile
from findspot_training.corpus.pairs import rendering

SAMPLES = Path(__file__).parents[1] / "data" / "ranking"
PATHS = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine on samples of many languages."""
    settings = Settings(workers=1, localization_model="", ranker="")
    with Engine.open(SAMPLES, Config(settings, tmp_path_factory.mktemp("served"))) as engine:
        engine.refresh()
        yield engine


def trained(path: str) -> tuple[Chunk, ...]:
    """Return the chunks of a file as training cuts them."""
    return parse(path, (SAMPLES / path).read_bytes(), parsers=Parsers()).chunks


@pytest.mark.parametrize("path", PATHS)
def test_the_static_embedder_reads_the_same_text(path: str) -> None:
    options = preparer_options(SAMPLES, Settings(), {})
    prepared = options.make().prepare(Task(path))
    assert isinstance(prepared, PreparedFile)
    static = rendering.for_static()
    assert [chunk.static_text for chunk in prepared.chunks] == [static.document(chunk) for chunk in trained(path)]


@pytest.mark.parametrize("path", PATHS)
def test_the_localization_model_reads_the_same_text(engine: Engine, path: str) -> None:
    model = rendering.for_model()
    rows = engine._store.chunks_of(path)
    served = {}
    for row in rows:
        text = engine._own.texts.text_of(row)
        assert text is not None
        served[row.span, row.part] = model_document(row, text)[1]
    assert served == {(chunk.span, chunk.part): model.document(chunk) for chunk in trained(path)}


@pytest.mark.parametrize(
    "text",
    ["where are upload retries scheduled", "Crash in `Store.flush_all` when the disk is full", "TypeError: x is None"],
)
def test_a_question_of_one_line_is_read_as_in_training(text: str) -> None:
    """Of longer reports serving leaves more out than training did, on purpose (0016)."""
    tokenizer = SubTokenizer()
    query = analyse(text, tokenizer, FRAME_READERS)
    assert _read_of(query) == rendering.for_model().query(text)
