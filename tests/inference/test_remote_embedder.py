"""An embedder elsewhere, with a real server of both styles that works, refuses, hangs, and answers odd things."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import formatdate
from typing import Any

import numpy as np
import pytest

from findspot.config import EmbedderApi
from findspot.core.arrays import Vectors
from findspot.errors import Cancelled, ModelError
from findspot.inference.base import WordEmbedder
from findspot.inference.remote_embedder import Patience, RemoteEmbedder, endpoint
from tests.inference.embedding_server import Answer, EmbeddingServer, embedding, vector_of, well

QUICK = Patience(request=5.0, connect=2.0, first_pause=0.01, longest_pause=0.5)
TEXTS = [f"word{number} of the {number % 3} kind" for number in range(100)]


@contextmanager
def served(
    answer: Callable[[list[str], Answer], Answer | None] = well,
    api: EmbedderApi = "openai",
    key: str = "",
    patience: Patience = QUICK,
) -> Iterator[tuple[EmbeddingServer, RemoteEmbedder]]:
    with embedding(answer) as server:
        embedder = RemoteEmbedder(server.address, api, "some-model", key, patience)
        try:
            yield server, embedder
        finally:
            embedder.close()


def expected(texts: list[str]) -> Vectors:
    vectors = np.array([vector_of(text) for text in texts])
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize("api", ["openai", "ollama"])
def test_vectors_come_in_the_order_of_the_texts(api: EmbedderApi) -> None:
    with served(api=api, key="sesame") as (server, remote):
        embedder: WordEmbedder = remote
        assert embedder.dimension == 0
        np.testing.assert_allclose(embedder.embed_documents(TEXTS), expected(TEXTS), atol=1e-6)
        np.testing.assert_allclose(embedder.embed_query(TEXTS[7]), expected(TEXTS[7:8]), atol=1e-6)
        assert embedder.dimension == 64
        assert embedder.embed_documents([]).shape == (0, 64)
    assert set(server.paths) == {"/v1/embeddings" if api == "openai" else "/api/embed"}
    assert {body["model"] for body in server.bodies} == {"some-model"}
    assert max(len(body["input"]) for body in server.bodies) == 32
    assert server.headers[0]["Authorization"] == "Bearer sesame"
    assert sorted(server.texts) == sorted([*TEXTS, TEXTS[7]])


@pytest.mark.parametrize(
    ("address", "api", "asked"),
    [
        ("http://a", "openai", "http://a/v1/embeddings"),
        ("http://a/v1/", "openai", "http://a/v1/embeddings"),
        ("http://a/x/embeddings", "openai", "http://a/x/embeddings"),
        ("https://a/deployments/b?version=2", "openai", "https://a/deployments/b/embeddings?version=2"),
        ("http://a:11434", "ollama", "http://a:11434/api/embed"),
        ("http://a:11434/api/embed", "ollama", "http://a:11434/api/embed"),
    ],
)
def test_the_address_may_be_named_in_part(address: str, api: EmbedderApi, asked: str) -> None:
    assert endpoint(address, api) == asked


@pytest.mark.parametrize(
    ("address", "key", "said"),
    [
        ("localhost:11434", "", "no address"),
        ("ftp://a/b", "", "no address"),
        ("http://example.org/v1", "sesame", "use https"),
        ("https://example.org/v1", "ses\name", "signs that no key has"),
    ],
)
def test_what_cannot_be_asked_is_said_at_once(address: str, key: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as failed:
        RemoteEmbedder(address, "openai", "m", key)
    assert "sesame" not in str(failed.value)


def test_requests_are_bounded_and_few_at_a_time() -> None:
    def slowly(_texts: list[str], _good: Answer) -> None:
        time.sleep(0.02)

    long = [f"text{number} " * 900 for number in range(40)]
    with served(slowly) as (server, embedder):
        assert embedder.embed_documents([*TEXTS * 3, *long]).any(axis=1).all()
    sizes = [sum(map(len, body["input"])) for body in server.bodies]
    assert max(sizes) <= 32_000
    assert max(map(len, server.texts)) <= 8_000
    assert 1 < server.most_under_way <= 4


def test_a_server_that_knows_no_base64_is_asked_for_numbers() -> None:
    with embedding() as server:

        def answer(_texts: list[str], _good: Answer) -> Answer | None:
            return (400, {"error": "encoding_format is unknown"}) if "encoding_format" in server.bodies[-1] else None

        server.answer = answer
        embedder = RemoteEmbedder(server.address, "openai", "m", patience=QUICK)
        np.testing.assert_allclose(embedder.embed_query("a b"), expected(["a b"]), atol=1e-6)
        assert embedder.embed_documents(["a"]).any()
        embedder.close()
    assert ["encoding_format" in body for body in server.bodies] == [True, False, False]


@pytest.mark.row("V40")
@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_one_bad_text_is_a_hole_and_no_lost_batch(status: int) -> None:
    def answer(texts: list[str], _good: Answer) -> Answer | None:
        return (status, {"error": "bad text"}) if "poison" in texts else None

    texts = [*TEXTS[:50], "poison", *TEXTS[50:]]
    with served(answer) as (server, embedder):
        vectors = embedder.embed_documents(texts)
        assert np.flatnonzero(~vectors.any(axis=1)).tolist() == [50]
        assert "bad text" in embedder.refusal
    assert sorted(server.texts) == sorted(TEXTS)  # none was embedded twice


def test_a_text_too_long_for_the_model_is_embedded_by_its_beginning() -> None:
    def answer(texts: list[str], _good: Answer) -> Answer | None:
        return (500, {"error": "input is too large"}) if any(len(text) > 1500 for text in texts) else None

    with served(answer) as (server, embedder):
        assert embedder.embed_documents(["short", "long " * 500]).any(axis=1).all()
    assert sorted(map(len, server.texts)) == [5, 1000]


BAD_VECTORS: list[Any] = [
    [float("nan")] * 64,
    [float("inf")] + [1.0] * 63,
    [0.0] * 64,
    [],
    None,
    "no base64!",
    "AAA",
    [[1.0] * 64],
    ["1"] * 64,
    [10**400] * 64,
    {"a": 1},
    5,
    [1.0] * 20_000,
]


@pytest.mark.row("V40")
@pytest.mark.parametrize("bad", BAD_VECTORS, ids=[str(bad)[:20] for bad in BAD_VECTORS])
def test_one_bad_vector_is_a_hole(bad: Any) -> None:
    def answer(texts: list[str], good: Answer) -> Answer:
        vectors = [bad if text == "poison" else one for text, one in zip(texts, good[1]["embeddings"], strict=True)]
        return 200, {"embeddings": vectors}

    with served(answer, "ollama") as (_, embedder):
        vectors = embedder.embed_documents([*TEXTS[:3], "poison", *TEXTS[3:6]])
        assert np.flatnonzero(~vectors.any(axis=1)).tolist() == [3]
        assert embedder.refusal


def test_large_and_small_numbers_become_unit_vectors() -> None:
    with served(lambda *_: (200, {"embeddings": [[1e300, 1e300], [1e-300, 0]]}), "ollama") as (_, embedder):
        np.testing.assert_allclose(embedder.embed_documents(["a", "b"]), [[0.5**0.5] * 2, [1, 0]], atol=1e-6)


BAD_ANSWERS: list[Answer] = [
    (200, b"<html>log in</html>"),
    (200, b""),
    (200, b"[" * 100_000),
    (200, {}),
    (200, []),
    (200, {"data": []}),
    (200, {"data": [{"index": 0, "embedding": [1.0]}] * 2}),
    (200, {"data": [{"index": "0", "embedding": [1.0]}]}),
    (200, {"data": [{"index": 0}]}),
    (200, {"data": {"index": 0}}),
    (200, {"data": [None]}),
    (200, {"data": [{"index": 7, "embedding": [1.0]}]}),
    (200, b" " * 3_000_000),
    (200, gzip.compress(b"{}", mtime=0)),
    (301, {}),
    (401, {"error": "wrong key sesame"}),
    (403, {}),
    (404, {"error": "no such model"}),
    (418, b"\x1b[31mred\x07"),
    (500, {"error": "the key sesame is bad"}),
]


@pytest.mark.row("V40")
@pytest.mark.parametrize("said", BAD_ANSWERS, ids=[str(said)[:30] for said in BAD_ANSWERS])
def test_what_is_no_answer_ends_as_an_error_in_words(said: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with served(lambda *_: said, key="sesame") as (server, embedder):
        if said[1] == BAD_ANSWERS[13][1]:
            server.extra["Content-Encoding"] = "gzip"
        server.extra["Location"] = "http://127.0.0.1:9/other"
        with pytest.raises(ModelError) as failed:
            embedder.embed_query("text")
        with pytest.raises(ModelError, match=server.address):
            embedder.embed_documents(TEXTS)
    assert len(server.bodies) < 60
    message = str(failed.value)
    assert message.startswith(server.address)
    assert message.isprintable()
    assert "sesame" not in message + caplog.text
    assert not embedder.dimension


@pytest.mark.parametrize("retry_after", ["0", "", "x", "date"])
def test_a_busy_server_is_asked_again(retry_after: str) -> None:
    begun: list[int] = []

    def answer(texts: list[str], _good: Answer) -> Answer | None:
        begun.append(len(texts))
        return ((429, {}), (503, b"busy"))[len(begun) % 2] if len(begun) < 3 else None

    with served(answer) as (server, embedder):
        server.extra["Retry-After"] = formatdate(time.time(), usegmt=True) if retry_after == "date" else retry_after
        assert embedder.embed_documents(TEXTS[:20]).any(axis=1).all()
    assert begun == [20] * 3


def test_a_server_that_wants_a_long_rest_gets_it() -> None:
    with served(lambda *_: (429, {})) as (server, embedder):
        server.extra["Retry-After"] = "3600"
        with pytest.raises(ModelError, match="asked too much"):
            embedder.embed_documents(TEXTS[:20])
    assert len(server.bodies) == 1


def test_a_connection_that_breaks_is_made_again() -> None:
    broken: list[int] = []

    def answer(_texts: list[str], _good: Answer) -> None:
        broken.append(1)
        if len(broken) in {1, 3}:
            raise ConnectionResetError

    with served(answer) as (_, embedder):
        assert embedder.embed_documents(TEXTS[:20]).any(axis=1).all()
        assert embedder.embed_documents(TEXTS[:20]).any(axis=1).all()
    assert len(broken) == 4


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    embedder = RemoteEmbedder(address, "openai", "m", patience=QUICK)
    with pytest.raises(ModelError, match=f"{address}: nobody listens there"):
        embedder.embed_documents(["a"])
    with pytest.raises(ModelError, match="nobody listens there"):
        embedder.embed_query("a")
    embedder.close()
    embedder.close()
    with pytest.raises(Cancelled):
        embedder.embed_query("a")


def test_a_server_that_dies_halfway_leaves_what_it_gave() -> None:
    given: list[int] = []

    def answer(texts: list[str], _good: Answer) -> None:
        if sum(given) >= 64:
            raise ConnectionResetError
        given.append(len(texts))

    with served(answer) as (_, embedder):
        vectors = embedder.embed_documents(TEXTS)
        assert int(vectors.any(axis=1).sum()) == sum(given)
        assert "check that the server runs" in embedder.refusal
        with pytest.raises(ModelError, match="check that the server runs"):
            embedder.embed_documents(TEXTS)


def test_a_server_that_hangs_is_waited_for_so_long_and_no_longer() -> None:
    server: EmbeddingServer

    def hang(_texts: list[str], _good: Answer) -> None:
        server.released.wait(20)

    with served(hang, patience=Patience(request=0.2, first_pause=0.01)) as (server, embedder):
        with pytest.raises(ModelError, match="no answer in time"):
            embedder.embed_documents(TEXTS)
        with pytest.raises(ModelError, match="no answer in time"):
            embedder.embed_query("a", deadline=time.monotonic() + 0.05)
        server.released.set()
        assert embedder.embed_query("a").any()


def test_stop_and_close_end_a_request_that_is_under_way() -> None:
    server: EmbeddingServer
    stop, asked = threading.Event(), threading.Event()

    def hang(_texts: list[str], _good: Answer) -> None:
        asked.set()
        server.released.wait(20)

    with served(hang) as (server, embedder), ThreadPoolExecutor() as pool:
        first = pool.submit(embedder.embed_documents, TEXTS, stop)
        assert asked.wait(10)
        stop.set()
        with pytest.raises(Cancelled):
            first.result(timeout=10)
        second = pool.submit(embedder.embed_documents, TEXTS)
        embedder.close()
        with pytest.raises(Cancelled):
            second.result(timeout=10)
        server.released.set()


def test_threads_share_one() -> None:
    with served() as (_, embedder), ThreadPoolExecutor(8) as pool:
        parts = [TEXTS[start : start + 10] for start in range(0, 100, 10)]
        for part, found in zip(parts, pool.map(embedder.embed_documents, parts), strict=True):
            np.testing.assert_allclose(found, expected(part), atol=1e-6)


def test_another_length_counts_from_the_next_answer_on() -> None:
    with served() as (server, embedder):
        assert embedder.embed_documents(TEXTS[:3]).shape == (3, 64)
        server.dimension = 5
        assert embedder.embed_documents(TEXTS[:3]).shape == (3, 5)
        assert embedder.dimension == 5


def test_an_identity_names_server_and_model_and_no_secret() -> None:
    embedder = RemoteEmbedder("https://name:word@example.org/v1?key=secret", "openai", "a model")
    assert embedder.model_id == "openai:a%20model@https://example.org/v1"
