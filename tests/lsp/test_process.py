"""The server as a bare process: framing, exit codes, standard output, TCP, and ending while it works."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.lsp.editor import SERVER
from tests.lsp.test_editors import generate

END_SECONDS = 30


def frame(message: dict[str, Any]) -> bytes:
    """Return one message with its header."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Readable(Protocol):
    """What messages are read from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""


def read(stream: Readable) -> dict[str, Any]:
    """Read one message; anything that is not the protocol fails the test."""
    header = b""
    while not header.endswith(b"\r\n\r\n"):
        byte = stream.read(1)
        assert byte, f"the stream ended after {header!r}"
        header += byte
    match = re.match(rb"Content-Length: (\d+)\r\nContent-Type: [^\r]+\r\n\r\n$", header)
    assert match, header
    message: dict[str, Any] = json.loads(stream.read(int(match.group(1))))
    return message


def answer(stream: Readable, number: int) -> dict[str, Any]:
    """Read up to the response to request ``number``."""
    while True:
        message = read(stream)
        if message.get("id") == number and "method" not in message:
            return message


def hello(root: Path) -> bytes:
    """Return what a client sends first."""
    folders = [{"uri": root.as_uri(), "name": root.name}]
    params: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}, "workspaceFolders": folders}
    return frame({"id": 1, "method": "initialize", "params": params}) + frame({"method": "initialized", "params": {}})


@contextlib.contextmanager
def server(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the server with pipes; it is killed if the test leaves it running."""
    with subprocess.Popen(
        [*SERVER, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_stdout_is_the_protocols_and_nothing_else(workspace: Path) -> None:
    with server("--stdio") as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(hello(workspace))
        process.stdin.write(frame({"id": 2, "method": "findspot/search", "params": {"query": "find_me"}}))
        process.stdin.write(frame({"id": 3, "method": "findspot/search", "params": {"query": 5}}))
        process.stdin.write(frame({"id": 4, "method": "findspot/localize", "params": {"text": "find_me"}}))
        process.stdin.flush()
        answers: dict[int, dict[str, Any]] = {}
        while set(answers) != {1, 2, 3, 4}:
            message = read(process.stdout)
            if "id" in message:
                answers[message["id"]] = message
        assert answers[3]["error"]["code"] == -32602
        process.stdin.write(frame({"id": 5, "method": "shutdown"}) + frame({"method": "exit"}))
        process.stdin.flush()
        assert answer(process.stdout, 5)["result"] is None
        assert process.wait(END_SECONDS) == 0
        assert process.stdout.read() == b""
        assert process.stderr.read().decode() == ""


@pytest.mark.parametrize("way", ["exit", "end of input", "shutdown"])
def test_the_process_ends_while_it_is_indexing(tmp_path: Path, way: str) -> None:
    generate(tmp_path / "big", 1500)
    with server() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(hello(tmp_path / "big"))
        process.stdin.flush()
        answer(process.stdout, 1)
        number = 2
        while True:
            process.stdin.write(frame({"id": number, "method": "findspot/status", "params": {}}))
            process.stdin.flush()
            (root,) = answer(process.stdout, number)["result"]["roots"]
            number += 1
            if root["state"] == "indexing":
                break
            assert root["state"] == "empty", root
        if way == "shutdown":
            process.stdin.write(frame({"id": number, "method": "shutdown"}))
        if way in {"exit", "shutdown"}:
            process.stdin.write(frame({"method": "exit"}))
            process.stdin.flush()
        else:
            process.stdin.close()
        assert process.wait(END_SECONDS) == (0 if way == "shutdown" else 1)


@pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX")
def test_the_process_ends_when_it_is_told_to_terminate(workspace: Path) -> None:
    with server() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(hello(workspace))
        process.stdin.flush()
        answer(process.stdout, 1)
        process.terminate()
        assert process.wait(END_SECONDS) == 1


def test_garbage_ends_the_session_with_a_plain_message(workspace: Path) -> None:
    with server() as process:
        _, errors = process.communicate(b"GET / HTTP/1.1\r\n\r\n", timeout=END_SECONDS)
        assert process.returncode == 1
        assert b"is no header of the protocol" in errors
        assert b"Traceback" not in errors


def test_stray_prints_do_not_reach_the_client(workspace: Path) -> None:
    code = (
        "import os\n"
        "from findspot.lsp import server\n"
        "from findspot.service import engines\n"
        "real = engines.SharedEngines.open\n"
        "def noisy(self, root, config):\n"
        "    print('printed', flush=True)\n"
        "    os.write(1, b'written')\n"
        "    return real(self, root, config)\n"
        "engines.SharedEngines.open = noisy\n"
        "raise SystemExit(server.run_stdio({}, engines.SharedEngines()))\n"
    )
    requests = hello(workspace) + frame({"id": 2, "method": "findspot/status", "params": {}})
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(requests)
        process.stdin.flush()
        assert answer(process.stdout, 2)["result"]["roots"][0]["root"] == workspace.as_uri()
        process.stdin.close()
        assert process.wait(END_SECONDS) == 1
        assert process.stderr
        assert b"printed" in process.stderr.read()


def test_tcp_says_when_the_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with server("--tcp", f"127.0.0.1:{port}") as process:
            _, errors = process.communicate(timeout=END_SECONDS)
            assert process.returncode == 2
            assert f"cannot listen on 127.0.0.1:{port}" in errors.decode()
            assert "Traceback" not in errors.decode()
