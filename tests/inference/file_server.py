"""A real HTTP server on this machine that serves one file, and misbehaves as it is told."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FileServer:
    """What is served, and how; a test changes it while requests come. ``asked`` has the headers of each request.

    ``cut_after`` closes the connection after so many bytes of each answer, ``hang_after`` stops sending instead.
    """

    data: bytes
    tag: str = '"one"'
    modified: str = ""
    ranges: bool = True
    check_range: bool = True
    cut_after: int | None = None
    hang_after: int | None = None
    claimed: int | None = None
    status: int = 200
    location: str = ""
    encoding: str = ""
    kind: str = "application/octet-stream"
    chunked: bool = False
    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    cuts: int = 1_000_000
    released: threading.Event = field(default_factory=threading.Event)


class _Handler(http.server.BaseHTTPRequestHandler):
    served: FileServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        served = self.served
        served.asked.append(dict(self.headers))
        if served.location:
            self.send_response(302)
            self.send_header("Location", served.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        begin = self._begin()
        if begin is not None and begin >= len(served.data):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(served.data)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = served.data[begin or 0 :]
        self.send_response(served.status if begin is None else 206)
        if begin is not None:
            total = len(served.data)
            self.send_header("Content-Range", f"bytes {begin}-{total - 1}/{total}")
        for name, value in (
            ("ETag", served.tag),
            ("Last-Modified", served.modified),
            ("Content-Type", served.kind),
            ("Content-Encoding", served.encoding),
        ):
            if value:
                self.send_header(name, value)
        if served.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        else:
            self.send_header("Content-Length", str(len(body) if served.claimed is None else served.claimed))
        self.end_headers()
        self._send(body)

    def _begin(self) -> int | None:
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in {self.served.tag, self.served.modified, None}
        if wanted is None or not self.served.ranges or (self.served.check_range and not same):
            return None
        return int(wanted[1])

    def _send(self, body: bytes) -> None:
        served = self.served
        if served.hang_after is not None:
            self.wfile.write(body[: served.hang_after])
            self.wfile.flush()
            served.released.wait(60)
            self.close_connection = True
        elif served.cut_after is not None and served.cuts > 0:
            served.cuts -= 1
            self.wfile.write(body[: served.cut_after])
            self.close_connection = True
        else:
            self.wfile.write(body)
            self.close_connection = served.claimed is not None

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that go away: that is what they are tested for."""


@contextmanager
def serving(data: bytes) -> Iterator[FileServer]:
    """Serve ``data`` on a free port of this machine."""
    served = FileServer(data)
    handler = type("Handler", (_Handler,), {"served": served})
    with _Server(("127.0.0.1", 0), handler) as server:
        served.address = f"http://127.0.0.1:{server.server_port}/files/tiny-q8.gguf?key=secret"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.released.set()
            server.shutdown()
            thread.join()
