"""A small repository behind the HTTP interface: in this process, and as the command that a user starts."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from findspot.service.engines import SharedEngines
from findspot.service.http_server import OwnNames
from findspot.web.app import application
from findspot.web.session import Session

PATIENCE_SECONDS = 90.0
TOKEN = "a-token-for-tests-only"

RETRY = '''"""Uploads that are tried again."""


class Uploader:
    def schedule_retry(self, item: str, attempt: int) -> float:
        """Plan the next attempt of an upload that failed, later each time."""
        delay = 2.0**attempt
        self.queue.append((item, delay))
        return delay
'''

CLIENT = """from retry import Uploader


def send_everything(items: list[str]) -> None:
    uploader = Uploader()
    for item in items:
        uploader.schedule_retry(item, 1)
"""

TEST = """from retry import Uploader


def test_a_retry_comes_later_each_time() -> None:
    assert Uploader().schedule_retry("a", 2) > Uploader().schedule_retry("a", 1)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder with a few files of Python and a marker of a root."""
    root = tmp_path / "uploads"
    (root / "src").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / ".findspot").mkdir()
    (root / "src" / "retry.py").write_text(RETRY)
    (root / "src" / "client.py").write_text(CLIENT)
    (root / "tests" / "test_retry.py").write_text(TEST)
    return root


class Here(NamedTuple):
    """An application in this process: who asks it with the token, and its session."""

    client: httpx2.AsyncClient
    session: Session

    async def get(self, path: str, /, **params: Any) -> dict[str, Any]:
        """Return an answer, which must be one."""
        response = await self.client.get(path, params=params)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def error(self, path: str, status: int, /, **params: Any) -> str:
        """Return why there is no answer."""
        response = await self.client.get(path, params=params)
        assert response.status_code == status, response.text
        said: str = response.json()["error"]
        return said


Open = Callable[..., Awaitable[Here]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Return what opens the application of some folders, until the test ends."""
    engines = SharedEngines()
    sessions: list[Session] = []

    async def one(*folders: Path, scope: tuple[Path, ...] = (), fresh: bool = True) -> Here:
        session = Session(engines, folders, scope)
        sessions.append(session)
        session.begin()
        if fresh:
            await session.until_fresh(PATIENCE_SECONDS)
        transport = httpx2.ASGITransport(application(session, OwnNames(), TOKEN))
        known = {"Authorization": f"Bearer {TOKEN}"}
        return Here(httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:1", headers=known), session)

    yield one
    for session in sessions:
        session.shutdown()
        await asyncio.to_thread(session.close)
    engines.close()


@pytest.fixture
async def here(opened: Open, repository: Path) -> Here:
    """Return the application of the repository, indexed."""
    return await opened(repository)


class Server(NamedTuple):
    """A process that serves: the address that it printed without the token, the token, and the process."""

    url: str
    token: str
    process: asyncio.subprocess.Process

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.url, headers=self.headers, timeout=PATIENCE_SECONDS)

    async def until_ready(self) -> dict[str, Any]:
        """Wait for the index, and return the status."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.client() as client:
            while (status := (await client.get("status")).json())["status"] != "ready":
                await asyncio.sleep(0.05)
        told: dict[str, Any] = status
        return told


@asynccontextmanager
async def serving(*words: str, cwd: Path, ends: int | None = 0) -> AsyncIterator[Server]:
    """Run the command and stop it in the end; it must end well."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "findspot", "serve", "-q", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            address = (await process.stdout.readline()).decode().strip()
        url, _, token = address.partition("#token=")
        yield Server(url, token, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
        assert ends is None or code == ends


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of a stream, each with its name and its object."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found
