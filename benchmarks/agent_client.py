"""The least client of the server for agents: starts ``findspot mcp`` and calls its tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from benchmarks.language_client import ServerError, ServerProcess


class AgentClient(ServerProcess):
    """A client of ``findspot mcp``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stdin.close()  # which ends the server
        self._process.wait()
        self._guard.cancel()
        self._stdout.close()

    def start(self) -> None:
        """Shake hands, as a client that names no folder."""
        about = {"name": "benchmark", "version": "1"}
        self.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": about})
        self._send({"method": "notifications/initialized"})

    def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool; returns the object that it gives."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        if result.get("isError"):
            raise ServerError(result["content"][0]["text"])
        return result["structuredContent"]

    def request(self, method: str, params: Any) -> Any:
        """Send a request and return its result; raises ``ServerError``."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        while line := self._stdout.readline():
            message = json.loads(line)
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise ServerError(str(message["error"]))
                return message["result"]
        raise ServerError("the server has gone")

    def _send(self, message: Mapping[str, Any]) -> None:
        self._stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._stdin.flush()
