"""The least language client that works: starts ``findspot lsp``, asks, and answers what the server asks back."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE_SECONDS = 120.0


class ServerError(Exception):
    """The server answered with an error, or went away."""


class ServerProcess:
    """One server over its pipes, ended when it hangs. Requests are answered one after the other; use it in one thread."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(env))
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._ids = itertools.count(1)
        # Reads have no time-out of their own: a server that hangs is ended, and the read then sees the end.
        self._guard = threading.Timer(PATIENCE_SECONDS, self._process.kill)
        self._guard.daemon = True
        self._guard.start()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid


class LanguageClient(ServerProcess):
    """A client of ``findspot lsp``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.cancel()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._stdin.close()
        self._stdout.close()

    def start(self, root: Path) -> None:
        """Shake hands, with ``root`` as the only workspace folder."""
        folder = {"uri": root.as_uri(), "name": root.name}
        capabilities = {"window": {"workDoneProgress": False}}
        self.request(
            "initialize",
            {"processId": None, "rootUri": folder["uri"], "capabilities": capabilities, "workspaceFolders": [folder]},
        )
        self._send({"method": "initialized", "params": {}})

    def request(self, method: str, params: Any) -> Any:
        """Send a request and return its result; raises ``ServerError``."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message:
                if "id" in message:  # progress tokens, registrations: agreed to, without doing anything
                    self._send({"id": message["id"], "result": None})
            elif message.get("id") == number:
                if "error" in message:
                    raise ServerError(str(message["error"]))
                return message["result"]

    def stop(self) -> None:
        """Say goodbye and wait for the end of the process."""
        self.request("shutdown", None)
        self._send({"method": "exit"})
        self._process.wait(timeout=10)

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            self._stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self._stdin.flush()
        except BrokenPipeError as error:
            raise ServerError("the server has gone away") from error

    def _receive(self) -> dict[str, Any]:
        length = 0
        while line := self._stdout.readline():
            if line == b"\r\n":
                message: dict[str, Any] = json.loads(self._stdout.read(length))
                return message
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        raise ServerError("the server has gone away")
