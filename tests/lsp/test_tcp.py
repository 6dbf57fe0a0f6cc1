"""The server over TCP: several clients, each with a session of its own, and connections that are no client's."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.test_process import END_SECONDS, answer, frame, hello, server

Address = tuple[str, int]

INITIALIZE = frame(
    {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}}
)

FOREIGN = {
    "nothing": b"",
    "a web page's request": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a post with a message in it": b"POST / HTTP/1.1\r\nOrigin: http://a.example\r\n" + INITIALIZE,
    "an origin before a message": b"Origin: http://a.example\r\n" + INITIALIZE,
    "an origin within the header": INITIALIZE.replace(b"\r\n\r\n", b"\r\nOrigin: null\r\n\r\n"),
    "garbage": bytes(range(256)) * 40,
    "a header without end": b"Content-Type: " + b"x" * 200_000,
    "many header lines": b"Content-Type: x\r\n" * 20_000,
    "half a message": INITIALIZE[:-5],
    "a message of a terabyte": b"Content-Length: 1099511627776\r\n\r\n{}",
    "no length": b"\r\n\r\n",
}


@contextlib.contextmanager
def listening() -> Iterator[tuple[subprocess.Popen[bytes], Address]]:
    """Start a server on a free port."""
    with server("--tcp", "127.0.0.1:0") as process:
        assert process.stderr
        line = process.stderr.readline().decode()
        match = re.fullmatch(r"findspot: listening on (127\.0\.0\.1):(\d+)\n", line)
        assert match, line
        # What it says later must not fill the pipe.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield process, (match.group(1), int(match.group(2)))


class Client:
    """One initialized client with one folder."""

    def __init__(self, connection: socket.socket, root: Path) -> None:
        self._stream = connection.makefile("rwb")
        self._number = 1
        self._send(hello(root))
        answer(self._stream, 1)

    def _send(self, data: bytes) -> None:
        self._stream.write(data)
        self._stream.flush()

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send(frame({"method": method, "params": params}))

    def ask(self, method: str, params: Any) -> Any:
        """Return the result of a request."""
        self._number += 1
        self._send(frame({"id": self._number, "method": method, "params": params}))
        found = answer(self._stream, self._number)
        assert "error" not in found, found
        return found["result"]

    def until_first(self, query: str, path: str) -> dict[str, Any]:
        """Search until a result in ``path`` comes first, as it will when the folder is indexed."""
        end = time.monotonic() + END_SECONDS
        while time.monotonic() < end:
            results = self.ask("findspot/search", {"query": query})["results"]
            if results and results[0]["path"] == path:
                first: dict[str, Any] = results[0]
                return first
        raise AssertionError(f"{path} was never found")


@contextlib.contextmanager
def client(address: Address, root: Path) -> Iterator[Client]:
    """Connect; at the end the client says goodbye and the server closes this connection."""
    with socket.create_connection(address, timeout=END_SECONDS) as connection:
        made = Client(connection, root)
        yield made
        made.ask("shutdown", None)
        made.notify("exit", None)
        assert _rest(connection) == b""


def _rest(connection: socket.socket) -> bytes:
    """Return what comes until the server closes the connection; fails when it does not."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(65536):
            found += data
    return found


@pytest.mark.row("C01")
def test_clients_come_and_go_and_the_server_stays(workspace: Path) -> None:
    with listening() as (process, address):
        for _ in range(3):
            with client(address, workspace) as one:
                one.until_first("find_me", "a.py")
        assert process.poll() is None


def test_what_is_no_client_ends_only_itself(workspace: Path) -> None:
    with listening() as (process, address), client(address, workspace) as one:
        for name, data in FOREIGN.items():
            with socket.create_connection(address, timeout=END_SECONDS) as other:
                with contextlib.suppress(OSError):  # it may be refused before all of it was sent
                    other.sendall(data)
                    other.shutdown(socket.SHUT_WR)
                assert _rest(other) == b"", name
            one.until_first("find_me", "a.py")
        assert process.poll() is None


@pytest.mark.slow
def test_who_does_not_say_initialize_is_sent_away_and_a_client_may_be_silent(workspace: Path) -> None:
    with listening() as (_, address), client(address, workspace) as one:
        with socket.create_connection(address, timeout=END_SECONDS) as silent:
            assert _rest(silent) == b""
        with socket.create_connection(address, timeout=END_SECONDS) as slow:
            slow.sendall(INITIALIZE[:-5])
            assert _rest(slow) == b""
        one.until_first("find_me", "a.py")


def test_eight_clients_of_one_folder_see_their_own_text_beside_a_hostile_one(workspace: Path) -> None:
    over = threading.Event()

    def disturb(address: Address) -> None:
        while not over.is_set():
            for data in FOREIGN.values():
                with contextlib.suppress(OSError), socket.create_connection(address, timeout=END_SECONDS) as other:
                    other.sendall(data)

    def work(address: Address, number: int) -> list[str]:
        with client(address, workspace) as one:
            one.until_first("find_me", "a.py")
            text = f"def own_{number}():\n    return 1\n"
            document = {"uri": (workspace / "a.py").as_uri(), "languageId": "python", "version": 1, "text": text}
            one.notify("textDocument/didOpen", {"textDocument": document})
            found: list[str] = []
            while len(found) < 20:
                given = one.ask("findspot/search", {"query": f"own_{number}"})
                if given["status"]["complete"]:  # else the text is still being read, on a busy machine
                    found += [result["symbol"] for result in given["results"]]
            return found

    with listening() as (process, address), ThreadPoolExecutor(9) as pool:
        hostile = pool.submit(disturb, address)
        try:
            answers = list(pool.map(lambda number: work(address, number), range(8)))
        finally:
            over.set()
        hostile.result()
        assert answers == [[f"own_{number}"] * 20 for number in range(8)]
        assert process.poll() is None


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_with_its_clients(workspace: Path, number: signal.Signals) -> None:
    with listening() as (process, address), socket.create_connection(address, timeout=END_SECONDS) as connection:
        Client(connection, workspace).until_first("find_me", "a.py")
        process.send_signal(number)
        assert process.wait(END_SECONDS) == 0


def test_an_address_that_others_can_reach_is_warned_of() -> None:
    with server("--tcp", "0.0.0.0:0") as process:
        assert process.stderr
        assert b"warning: 0.0.0.0 can be reached from other machines" in process.stderr.readline()
        assert b"listening on" in process.stderr.readline()
