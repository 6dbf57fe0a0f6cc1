"""A client inside the test's own process: JSON objects in, JSON objects out, no pipes and no second process."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from findspot.config import Config
from findspot.lsp.server import FindspotServer, build_server
from findspot.service.engines import Access
from tests.lsp.fakes import FakeEngine

if TYPE_CHECKING:
    from findspot.engine import Engine, Unsaved

PATIENCE_SECONDS = 20.0


class Wire:
    """One session with fake engines; ``engines`` holds those that were opened, by folder name."""

    def __init__(self, steps: int = 0, overrides: Mapping[str, Any] | None = None) -> None:
        self.steps = steps
        self.locked = 0
        self.engines: dict[str, FakeEngine] = {}
        self.server: FindspotServer = build_server(overrides or {}, self)
        self.protocol = self.server.session.protocol
        self.protocol.set_writer(self, include_headers=False)
        self.received: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._arrived = asyncio.Event()

    # The methods that make this object a source of engines.

    def open(self, root: Path, config: Config) -> Access:
        """Open a fake engine."""
        engine = FakeEngine(root, config, self.steps)
        engine.locked = self.locked
        self.engines[root.name] = engine
        return Access(cast("Engine", engine), config, cast("Unsaved", engine.unsaved()))

    def give_back(self, engine: Engine) -> None:
        """Close a fake engine."""
        engine.close()

    # The two methods that make this object a writer for the server; ``close`` serves both.

    def write(self, data: bytes) -> None:
        """Take one message of the server; its own requests are answered with null at once."""
        message = json.loads(data)
        self.received.append(message)
        self._arrived.set()
        if "id" in message and "method" in message:
            loop = asyncio.get_running_loop()
            loop.call_soon(self.send, {"id": message["id"], "result": None})

    def close(self) -> None:
        """Do nothing: there is no pipe, and fake engines share nothing."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message as it is."""
        self.protocol.receive(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> int:
        """Send a request and return its id."""
        number = next(self._ids)
        self.send({"id": number, "method": method, "params": params})
        return number

    async def answer(self, number: int | str | None) -> dict[str, Any]:
        """Wait for the response to a request, with ``result`` or ``error``."""
        return await self.wait(lambda message: "method" not in message and message.get("id") == number)

    async def wait(self, wanted: Any) -> dict[str, Any]:
        """Wait for the first message, also one of the past, for which ``wanted`` is true."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for message in self.received:
                    if wanted(message):
                        return message
                self._arrived.clear()
                await self._arrived.wait()

    async def request(self, method: str, params: Any = None) -> Any:
        """Send a request and return its result; an error fails the test."""
        response = await self.answer(self.ask(method, params))
        assert "error" not in response, response
        return response["result"]

    async def error(self, method: str, params: Any = None) -> dict[str, Any]:
        """Send a request that must fail and return its error."""
        response = await self.answer(self.ask(method, params))
        assert "error" in response, response
        error: dict[str, Any] = response["error"]
        return error

    async def start(self, *folders: Path, capabilities: Any = None, options: Any = None) -> dict[str, Any]:
        """Initialize with ``folders``."""
        result: dict[str, Any] = await self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": capabilities or {},
                "initializationOptions": options,
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name} for folder in folders],
            },
        )
        self.notify("initialized", {})
        return result

    async def until_indexed(self, *folders: Path) -> None:
        """Wait until the first indexing run of each folder is over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not all(f.name in self.engines and self.engines[f.name].indexed for f in folders):
                await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Shut the session down and join its threads."""
        self.server.session.shutdown()
        await asyncio.to_thread(self.server.session.close)
