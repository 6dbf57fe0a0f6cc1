"""A real server of embeddings on this machine, of both styles, that answers well or does what a test wants.

A good vector is made of the words of the text, so near texts have near vectors, as with a real model.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Answer = tuple[int, Any]
"""A status, and a body: JSON unless it is bytes."""

DIMENSION = 64


def vector_of(text: str, dimension: int = DIMENSION) -> list[float]:
    """Return the sum of one random direction for each word."""
    total = np.full(dimension, 1e-3)
    for word in text.split():
        seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=4).digest(), "little")
        total += np.random.default_rng(seed).standard_normal(dimension)
    return [float(number) for number in total]


@dataclass
class EmbeddingServer:
    """``answer`` gets the texts of a request and what a good server would say; None says that.

    It may also close the connection, by raising ``ConnectionError``.
    """

    answer: Callable[[list[str], Answer], Answer | None]
    dimension: int = DIMENSION
    address: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)
    under_way: int = 0
    most_under_way: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def good(self, path: str, body: dict[str, Any]) -> Answer:
        """Return what a good server says."""
        if path == "/api/embed":
            return 200, {"embeddings": [vector_of(text, self.dimension) for text in body["input"]]}
        written: list[Any] = [vector_of(text, self.dimension) for text in body["input"]]
        if body.get("encoding_format") == "base64":
            written = [base64.b64encode(np.array(one, dtype="<f4").tobytes()).decode() for one in written]
        listed = [{"object": "embedding", "index": place, "embedding": one} for place, one in enumerate(written)]
        return 200, {"object": "list", "data": listed[::-1]}  # the order is not promised


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: EmbeddingServer

    def do_POST(self) -> None:
        served = self.served
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with served.guard:
            served.bodies.append(body)
            served.headers.append(dict(self.headers))
            served.paths.append(self.path)
            served.under_way += 1
            served.most_under_way = max(served.most_under_way, served.under_way)
        try:
            good = served.good(self.path, body)
            status, said = served.answer(body["input"], good) or good
        except ConnectionError:
            self.close_connection = True
            return
        finally:
            with served.guard:
                served.under_way -= 1
        if status == 200:
            with served.guard:
                served.texts += body["input"]
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data))} | served.extra
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that go away."""


def well(_texts: list[str], _good: Answer) -> None:
    """Answer as a good server does."""


@contextmanager
def embedding(
    answer: Callable[[list[str], Answer], Answer | None] = well, *, port: int = 0, dimension: int = DIMENSION
) -> Iterator[EmbeddingServer]:
    """Serve on a free port of this machine, or on the given one."""
    served = EmbeddingServer(answer, dimension)
    handler = type("Handler", (_Handler,), {"served": served})
    with _Server(("127.0.0.1", port), handler) as server:
        served.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.released.set()
            server.shutdown()
            thread.join()
