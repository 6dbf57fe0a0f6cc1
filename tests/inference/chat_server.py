"""A real server of chat completions on this machine that answers as a test wants."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Said = tuple[int, Any]


def message(text: Any) -> Said:
    """Return an answer with one message."""
    return 200, {"choices": [{"message": {"role": "assistant", "content": text}}]}


@dataclass
class ChatServer:
    """``answer`` gets the body of a request and returns status and body, which is JSON unless it is bytes."""

    answer: Callable[[dict[str, Any]], Said]
    endpoint: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    location: str = ""
    released: threading.Event = field(default_factory=threading.Event)


class _Handler(http.server.BaseHTTPRequestHandler):
    served: ChatServer

    def do_POST(self) -> None:
        served = self.served
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        served.bodies.append(body)
        served.headers.append(dict(self.headers))
        served.paths.append(self.path)
        status, said = served.answer(body)
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        if served.location:
            self.send_header("Location", served.location)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that go away."""


@contextmanager
def chatting(answer: Callable[[dict[str, Any]], Said]) -> Iterator[ChatServer]:
    """Serve on a free port of this machine."""
    served = ChatServer(answer)
    handler = type("Handler", (_Handler,), {"served": served})
    with _Server(("127.0.0.1", 0), handler) as server:
        served.endpoint = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.released.set()
            server.shutdown()
            thread.join()
