"""An index whose vectors come from a server elsewhere: holes, failures, healing, and what answers say of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from findspot.config import load_config
from findspot.core.types import IndexState
from findspot.engine import Engine, healing
from findspot.errors import ModelError
from findspot.inference import remote_embedder
from findspot.retrieval import meaning
from tests.engine.checks import open_engine
from tests.inference.embedding_server import Answer, EmbeddingServer, embedding, well

WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "omega")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pauses short; what is waited for is the same."""
    quick = remote_embedder.Patience(request=5.0, connect=2.0, first_pause=0.01, longest_pause=0.1)
    monkeypatch.setattr(remote_embedder, "Patience", lambda: quick)
    monkeypatch.setattr(remote_embedder, "_TRIES", 2)
    monkeypatch.setattr(meaning, "_REST_SECONDS", 0.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    for word in WORDS:
        (folder / f"{word}.py").write_text(
            f"def upload_{word}(item):\n    return send(item, retries={word})\n\n\n"
            f"def parse_{word}(text):\n    return text.split({word})\n"
        )
    return folder


@contextmanager
def opened(root: Path, server: EmbeddingServer, **settings: str | int) -> Iterator[Engine]:
    with open_engine(root, None, embedder_url=server.address, embedder_model="m", **settings) as engine:
        yield engine


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def repeated(texts: list[str]) -> list[str]:
    """Return the texts of chunks, not of questions, that were embedded more than once."""
    return [text for text, count in Counter(texts).items() if count > 1 and " py " in text]


@pytest.mark.row("V18", "V40")
@pytest.mark.parametrize("api", ["openai", "ollama"])
def test_every_chunk_gets_its_vector_once(root: Path, api: str) -> None:
    with embedding() as server:
        with opened(root, server, embedder_api=api) as engine:
            report = engine.refresh()
            assert report.embedded == len(server.texts) >= 2 * len(WORDS)
            status = engine.status()
            assert (status.holes, status.complete, status.message) == (0, True, "")
            answer = engine.search("upload")
            assert answer.status.dense
            assert answer.status.complete
            assert engine.refresh().embedded == 0
            (root / "beta.py").write_text("def upload_beta(item):\n    return other(item)\n")
            assert engine.refresh().embedded == 1
        with opened(root, server, embedder_api=api) as engine:
            assert engine.refresh().embedded == 0
            assert engine.search("upload").status.dense  # the length of vectors is known without asking
        assert not repeated(server.texts)


def test_what_is_found_by_meaning_comes_from_the_server(root: Path) -> None:
    def answer(texts: list[str], _good: Answer) -> Answer:
        return 200, {
            "embeddings": [[1.0, 0.0] if "parse theta" in text or "zebra" in text else [0.0, 1.0] for text in texts]
        }

    with embedding(answer) as server, opened(root, server, embedder_api="ollama") as engine:
        engine.refresh()
        found = engine.search("zebra crossings are striped")
    assert [result.symbol for result in found.results] == ["parse_theta"]
    assert found.status.by_meaning


@pytest.mark.row("V40", "V42")
def test_without_the_server_words_are_found_and_holes_are_counted_and_healed(root: Path) -> None:
    with embedding() as server:
        port = int(server.address.rpartition(":")[2])
    with opened(root, server) as engine:
        report = engine.refresh()
        assert report.state is IndexState.READY
        status = engine.status()
        assert status.holes == status.chunks > 0
        assert not status.complete
        assert f"{status.holes} chunks are found by words only, without a vector" in status.message
        assert server.address in status.message
        answer = engine.search("upload_zeta")
        assert answer.results[0].symbol == "upload_zeta"
        assert not answer.status.dense
        assert not answer.status.complete
        assert server.address in answer.status.message
        with embedding(port=port) as again:
            assert engine.refresh().embedded == status.holes
            assert engine.search("upload_zeta").status.dense
            healed = engine.status()
            assert (healed.holes, healed.complete, healed.message) == (0, True, "")
            assert not repeated(again.texts)


@pytest.mark.row("V40")
def test_a_server_that_fails_halfway_is_asked_for_the_rest_only(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_embedder.RemoteEmbedder, "block", 5)

    def answer(_texts: list[str], _good: Answer) -> None:
        if len(server.texts) >= 10:
            raise ConnectionResetError

    with embedding(answer) as server, opened(root, server) as engine:
        assert engine.refresh().embedded == 10
        assert engine.status().holes == engine.status().chunks - 10
        server.answer = well
        engine.refresh()
        assert engine.status().holes == 0
        assert not repeated(server.texts)


@pytest.mark.row("V40")
def test_a_text_that_the_server_refuses_is_one_hole(root: Path) -> None:
    def answer(texts: list[str], _good: Answer) -> Answer | None:
        return (400, {"error": "unfit"}) if any("parse eta" in text for text in texts) else None

    with embedding(answer) as server, opened(root, server) as engine:
        engine.refresh()
        status = engine.status()
        assert status.holes == 1
        assert status.complete
        assert "1 chunk is found by words only" in status.message
        assert "unfit" in status.message
        engine.refresh()
        assert not repeated(server.texts)
        server.answer = well
        engine.refresh()
        assert (engine.status().holes, engine.status().message) == (0, "")


@pytest.mark.row("V40")
def test_a_question_without_a_vector_is_answered_by_words_or_fails(root: Path) -> None:
    with embedding() as server, opened(root, server) as engine:
        engine.refresh()
        server.answer = lambda *_: (401, {})
        for answer in (engine.search("upload things"), engine.localize("upload things", budget=10)):
            assert answer.results
            assert not answer.status.dense
            assert "found by words only" in answer.status.message
            assert "refuses the key" in answer.status.message
        with pytest.raises(ModelError, match=r"the search failed: .* refuses the key"):
            engine.search("zebra crossings")
        with pytest.raises(ModelError, match="the search failed"):
            engine.localize("zebra crossings", budget=10)
        server.answer = well
        assert engine.search("upload things").status.dense


def test_a_server_that_hangs_stalls_no_question(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_embedder, "QUERY_SECONDS", 0.2)

    def hang(_texts: list[str], _good: Answer) -> None:
        server.released.wait(60)

    with embedding() as server, opened(root, server) as engine:
        engine.refresh()
        server.answer = hang
        for answer in (engine.search("upload things"), engine.localize("upload other things", budget=10)):
            assert answer.results
            assert "no answer in time" in answer.status.message
        server.released.set()


@pytest.mark.row("V40")
def test_a_process_that_lives_on_heals_by_itself(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healing, "FIRST_PAUSE_SECONDS", 0.2)
    with embedding() as server:
        port = int(server.address.rpartition(":")[2])
    with opened(root, server, debounce_ms=20) as engine:
        engine.watch()
        engine.refresh()
        wait_until(lambda: server.address in engine.status().message)
        assert engine.status().holes == engine.status().chunks > 0
        with embedding(port=port) as again:
            wait_until(lambda: engine.status().holes == 0 and engine.status().complete)
            assert engine.search("upload").status.dense
            (root / "new.py").write_text("def quite_new():\n    return 1\n")
            wait_until(lambda: any("quite new" in text for text in again.texts))
            wait_until(lambda: engine.status().holes == 0 and engine.status().complete)
            assert not repeated(again.texts)


@pytest.mark.row("V15")
def test_vectors_of_another_length_replace_all(root: Path) -> None:
    with embedding() as server:
        with opened(root, server) as engine:
            engine.refresh()
        server.dimension = 7
        with opened(root, server) as engine:
            answer = engine.search("upload")
            assert not answer.status.dense
            assert "have another length" in answer.status.message
            (root / "new.py").write_text("def quite_new():\n    return 1\n")
            engine.refresh()
            engine.refresh()
            assert engine.status().holes == 0
            assert engine.search("upload").status.dense
        with opened(root, server) as engine:
            assert engine.search("upload").status.dense


@pytest.mark.row("V15")
def test_each_embedder_has_an_index_of_its_own(root: Path) -> None:
    with embedding() as server, embedding(dimension=7) as other:
        for _ in range(2):
            for one in (server, other):
                with opened(root, one) as engine:
                    engine.refresh()
                    assert engine.status().holes == 0
                    assert engine.search("upload").status.dense
        with open_engine(root) as engine:
            engine.refresh()
        assert not repeated(server.texts + [f"other {text}" for text in other.texts])
        folders = {
            load_config(root, settings).index_dir(root)
            for settings in ({}, *({"embedder_url": one.address, "embedder_model": "m"} for one in (server, other)))
        }
        assert len(folders) == 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"embedder_url": "http://127.0.0.1:9"}, "which model"),
        ({"embedder_url": "nonsense", "embedder_model": "m"}, "no address"),
        ({"embedder_url": "http://127.0.0.1:9", "embedder_model": "m", "embedder_key_variable": "NO_SUCH"}, "NO_SUCH"),
    ],
)
def test_an_embedder_that_cannot_be_used_is_said(root: Path, settings: dict[str, Any], said: str) -> None:
    with open_engine(root, None, **settings) as engine:
        engine.refresh()
        answer = engine.search("upload")
        assert answer.results
        assert not answer.status.dense
        assert said in answer.status.message


def test_a_project_names_no_address(root: Path) -> None:
    (root / ".findspot").mkdir()
    (root / ".findspot" / "config.toml").write_text('embedder_url = "http://127.0.0.1:9"\nembedder_model = "m"\n')
    config = load_config(root)
    assert config.settings.embedder_url == ""
    assert "only be set by you" in config.warnings[0]
