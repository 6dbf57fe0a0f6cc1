"""An embedder behind an address that the user named, spoken to as OpenAI's or as Ollama's servers are.

The words of files and questions go there and nowhere else: redirects are not followed. Nothing that a server does ends
in anything but vectors, rows of zeros for the texts that have none, or a ``ModelError`` that says what is wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from concurrent.futures import wait
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import numpy as np

from findspot.cancellation import LOOK_SECONDS, check
from findspot.config import EmbedderApi
from findspot.core.arrays import Vectors
from findspot.errors import Cancelled, ModelError
from findspot.inference.addresses import check_address, check_key, failure, is_loopback, without_secrets
from findspot.inference.embedding_answers import Refused, vectors_in

if TYPE_CHECKING:
    import httpx2

QUERY_SECONDS: Final = 2.0
"""How long a question waits for its vector where the caller has no deadline of its own."""

_TEXTS, _CHARACTERS = 32, 32_000
"""What one request holds at most. Small machines take a minute for more."""

_AT_ONCE = 4
"""Requests that are under way at the same time."""

_LONGEST_TEXT = 8_000
_SHORTENED_TEXT = 1_000
"""Characters of a text that are sent, and of one that was refused whole: many models read 512 tokens and no more."""

_MOST_BYTES = 1 << 20
_MOST_BYTES_PER_TEXT = 1 << 18
"""What an answer may have; 4,096 numbers written out are some 90 kB."""

_TRIES, _TRIES_OF_A_QUERY = 4, 2
_REFUSED_IN_A_ROW = 6
_LATE_IN_A_ROW = 3
"""After so many failures without a success between them the server is left alone."""

_SHOWN = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: ``request`` for one answer, ``first_pause`` before a second try, ``longest_pause`` that is ever made."""

    request: float = 60.0
    connect: float = 10.0
    first_pause: float = 0.5
    longest_pause: float = 30.0


class _Down(ModelError):
    """The server cannot be used now; asking for other texts is no use."""


class RemoteEmbedder:
    """An ``Embedder`` over HTTP; threads may share one. Nobody is called before the first text."""

    block = 2 * _AT_ONCE * _TEXTS

    def __init__(
        self, address: str, api: EmbedderApi, model: str, key: str = "", patience: Patience | None = None
    ) -> None:
        """Check the address, as in ``http://127.0.0.1:11434``; raises ``ModelError``."""
        check_address(address)
        check_key(address, key)
        self._address = endpoint(address, api)
        self._shown = without_secrets(address)
        self._api = api
        self._model = model
        self._key = key
        self._patience = patience or Patience()
        self._lock = Lock()
        self._closed = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._client: httpx2.AsyncClient | None = None
        self._base64 = api == "openai"
        self._dimension = 0
        self._refused = 0
        self._late = 0
        self.refusal = ""

    @property
    def model_id(self) -> str:
        """The server and its model; part of the index key."""
        return f"{self._api}:{quote(self._model)}@{quote(self._shown, safe=':/')}"

    @property
    def destination(self) -> str:
        """Where texts go, as it may be shown."""
        return self._shown

    @property
    def dimension(self) -> int:
        """Number of components of a vector, as of the last answer; 0 before the first one."""
        return self._dimension

    def embed_documents(self, texts: Sequence[str], stop: Event | None = None) -> Vectors:
        """Embed rendered documents, shape (texts, dimension); what has no vector is a row of zeros.

        ``refusal`` then says why. Raises ``ModelError`` when the server gives none at all, ``Cancelled`` once ``stop`` is
        set.
        """
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        return self._matrix(self._wait(self._documents(texts), stop, None))

    def embed_query(self, text: str, *, stop: Event | None = None, deadline: float | None = None) -> Vectors:
        """Embed one rendered query, shape (1, dimension), by ``deadline`` (``time.monotonic``); raises ``ModelError``."""
        until = time.monotonic() + QUERY_SECONDS
        until = until if deadline is None else min(until, deadline)
        return self._matrix([self._wait(self._query(text), stop, until)])

    def whole_words(self, text: str) -> str:
        """Return the words of a query that have a meaning by themselves: here nobody can tell."""
        return text

    def close(self) -> None:
        """Stop what is under way and close the connections. Idempotent."""
        self._closed.set()
        with self._lock:
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    # ── the loop that all requests run in ───────────────────────────────────────────────────────────────────────

    def _wait(self, work: Coroutine[Any, Any, T], stop: Event | None, until: float | None) -> T:
        """Return what ``work`` gives, looking now and then whether somebody still wants it."""
        try:
            loop = self._running()
        except Cancelled:
            work.close()
            raise
        task = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            while True:
                left = LOOK_SECONDS if until is None else min(LOOK_SECONDS, until - time.monotonic())
                if wait([task], max(0.0, left)).done:
                    return task.result()
                check(stop)
                if self._closed.is_set():
                    raise Cancelled("the embedder was closed")
                if left <= 0:
                    raise ModelError(f"{self._shown}: no answer in time")
        finally:
            task.cancel()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed.is_set():
                raise Cancelled("the embedder was closed")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._serve, args=(self._loop,), name="findspot-embedder", daemon=True)
                self._thread.start()
            return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            if self._client is not None:
                loop.run_until_complete(self._client.aclose())
            loop.close()

    # ── requests ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _query(self, text: str) -> Vectors | None:
        try:
            return (await self._persistently([text[:_LONGEST_TEXT]], _TRIES_OF_A_QUERY))[0]
        except Refused as error:
            raise ModelError(f"{self._shown}: {error}") from error

    async def _documents(self, texts: Sequence[str]) -> list[Vectors | None]:
        rows: list[Vectors | None] = [None] * len(texts)
        self._refused = self._late = 0
        gate = asyncio.Semaphore(_AT_ONCE)
        down: list[_Down] = []

        async def batch(places: list[int]) -> None:
            async with gate:
                if down:
                    return
                try:
                    async for place, row in self._rows(texts, places):
                        rows[place] = row
                except _Down as error:
                    down.append(error)

        await asyncio.gather(*map(batch, _batches(texts)))
        if down:
            if all(row is None for row in rows):
                raise down[0]
            self.refusal = str(down[0])
        return rows

    async def _rows(self, texts: Sequence[str], places: list[int]) -> AsyncIterator[tuple[int, Vectors | None]]:
        """Yield what there is of some texts; where the server refuses several, they are asked for in halves."""
        try:
            found = await self._persistently([texts[place][:_LONGEST_TEXT] for place in places])
        except Refused as error:
            if len(places) > 1:
                middle = len(places) // 2
                for half in (places[:middle], places[middle:]):
                    async for one in self._rows(texts, half):
                        yield one
                return
            found = [await self._lone(texts[places[0]], error)]
        for place, row in zip(places, found, strict=True):
            yield place, row

    async def _lone(self, text: str, error: Refused) -> Vectors | None:
        """Try the beginning of a text that was refused by itself."""
        if len(text) > _SHORTENED_TEXT:
            try:
                return (await self._persistently([text[:_SHORTENED_TEXT]]))[0]
            except Refused as again:
                error = again
        self.refusal = str(error)
        self._refused += 1
        if self._refused >= _REFUSED_IN_A_ROW:
            raise _Down(f"{self._shown}: {error}")
        return None

    async def _persistently(self, texts: list[str], tries: int = _TRIES) -> list[Vectors | None]:
        """Ask until there is an answer to ``texts``; raises ``Refused`` for these texts, ``_Down`` for all."""
        import httpx2  # noqa: PLC0415 - only who asks elsewhere needs it

        pause = self._patience.first_pause
        for left in reversed(range(tries)):
            try:
                return await self._post(texts)
            except _Busy as busy:
                rest = pause if busy.seconds is None else busy.seconds
                if not left or rest > self._patience.longest_pause:
                    raise _Down(f"{self._shown}: it is asked too much; try again later") from busy
            except (httpx2.TimeoutException, TimeoutError) as error:
                self._late += 1
                if self._late >= _LATE_IN_A_ROW:
                    raise _Down(f"{self._shown}: no answer in time") from error
                if len(texts) > 1:
                    raise Refused("no answer in time") from error
                rest = pause
            except httpx2.TransportError as error:
                if not left:
                    raise _Down(f"{self._shown}: {failure(error)}; check that the server runs") from error
                rest = pause
            await asyncio.sleep(rest)
            pause *= 2
        raise AssertionError("unreachable: the last try returns or raises")

    async def _post(self, texts: list[str]) -> list[Vectors | None]:
        """Ask once."""
        import httpx2  # noqa: PLC0415 - see _persistently

        body: dict[str, Any] = {"model": self._model, "input": texts}
        if self._base64:
            body["encoding_format"] = "base64"
        most = _MOST_BYTES + len(texts) * _MOST_BYTES_PER_TEXT
        try:
            async with (
                asyncio.timeout(self._patience.request),
                self._connected().stream("POST", self._address, json=body) as response,
            ):
                data = b""
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise Refused("it sends its answer compressed, which was not asked for")
                async for block in response.aiter_raw():
                    data += block
                    if len(data) > most:
                        raise Refused("its answer does not end; check the address")
        except httpx2.InvalidURL as error:
            raise _Down(f"{self._shown}: {error}; check the address") from error
        if response.status_code == 200:
            found = vectors_in(data, len(texts), self._api)
            self._refused = self._late = 0
            if found.problem:
                self.refusal = found.problem
            return found.rows
        said = self._printable(data)
        if self._base64 and response.status_code in {400, 422} and "encoding_format" in said:
            self._base64 = False
            return await self._post(texts)
        raise self._objection(response.status_code, response.headers.get("Retry-After", ""), said)

    def _objection(self, status: int, retry_after: str, said: str) -> Exception:
        match status:
            case 429 | 503:
                return _Busy(_seconds(retry_after))
            case 401 | 403:
                return _Down(
                    f"{self._shown}: it refuses the key; check the variable that 'embedder_key_variable' names"
                )
            case 404 | 405:
                return _Down(f"{self._shown}: it knows no such model or address: {said}")
            case _ if 300 <= status < 400:
                return _Down(f"{self._shown}: it sends on to another address; name that one")
            case _:
                return Refused(f"it says {status}: {said}" if said else f"it says {status}")

    def _printable(self, data: bytes) -> str:
        text = " ".join(data[: 8 * _SHOWN].decode("utf-8", "replace").split())
        text = text.replace(self._key, "***") if self._key else text
        return "".join(sign for sign in text if sign.isprintable())[:_SHOWN]

    def _connected(self) -> httpx2.AsyncClient:
        """Return the one client, which belongs to the loop."""
        import httpx2  # noqa: PLC0415 - see _persistently

        if self._client is None:
            headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
            self._client = httpx2.AsyncClient(
                headers={"Accept-Encoding": "identity", "User-Agent": "findspot", **headers},
                timeout=httpx2.Timeout(self._patience.request, connect=self._patience.connect),
                follow_redirects=False,
                trust_env=not is_loopback(
                    self._address
                ),  # a proxy of the environment has no business with this machine
            )
        return self._client

    def _matrix(self, rows: Sequence[Vectors | None]) -> Vectors:
        """Return the rows as one matrix; those of another length than the last are none."""
        self._dimension = next((len(row) for row in reversed(rows) if row is not None), self._dimension)
        matrix = np.zeros((len(rows), self._dimension), dtype=np.float32)
        for place, row in enumerate(rows):
            if row is not None and len(row) == self._dimension:
                matrix[place] = row
            elif row is not None:
                self.refusal = f"its vectors have {len(row)} components here and {self._dimension} there"
        return matrix


class _Busy(Exception):
    """The server wants to be left alone, for some seconds if it says so."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def endpoint(address: str, api: EmbedderApi) -> str:
    """Return the whole address to ask at, whether the user named the server, its interface or all of it."""
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    ending, usual = ("/api/embed", "") if api == "ollama" else ("/embeddings", "/v1")
    if not path.endswith(ending):
        path = f"{path or usual}{ending}"
    return parts._replace(path=path, fragment="").geturl()


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the places of texts that are asked for together."""
    batch: list[int] = []
    size = 0
    for place, text in enumerate(texts):
        length = min(len(text), _LONGEST_TEXT)
        if batch and (len(batch) == _TEXTS or size + length > _CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(place)
        size += length
    if batch:
        yield batch


def _seconds(retry_after: str) -> float | None:
    """Return how long a server wants to be left alone, told in seconds or as a date; None where it does not say."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    return None
