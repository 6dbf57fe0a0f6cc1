"""A chat model behind an address that the user named, spoken to as OpenAI's chat completions.

What is asked, pieces of the code base in it, goes there and nowhere else: redirects are not followed. A key is sent only where
nobody between can read it.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from findspot.cancellation import LOOK_SECONDS, check
from findspot.errors import Cancelled, ModelError
from findspot.inference.addresses import check_address, check_key, failure, is_loopback, without_secrets
from findspot.inference.base import Message

if TYPE_CHECKING:
    import httpx2

_SECONDS = 60.0
"""How long an answer may take without a deadline."""

_MOST_BYTES = 1 << 20
"""The longest answer that is read; an answer of a few thousand tokens has 20 kB."""

_CONTEXT = 32_768
"""Tokens that are taken for granted; what servers really have nobody can ask in a standard way."""

_SHOWN = 200

_NOT_THIS_WAY: Final = frozenset({400, 404, 415, 422, 501})
"""What servers say to a field that they do not know."""


class RemoteChat:
    """A ``ChatModel`` over HTTP. What the server did not take before is not sent again."""

    def __init__(self, endpoint: str, model: str, key: str = "") -> None:
        """Check the address, as in ``http://127.0.0.1:8080/v1``; raises ``ModelError``. Nobody is called yet."""
        check_address(endpoint)
        check_key(endpoint, key)
        self._address = f"{endpoint.rstrip('/')}/chat/completions"
        self._shown = without_secrets(endpoint)
        self._model = model
        self._key = key
        self._formats = ["json_schema", "json_object", ""]
        self._length = "max_tokens"
        self._closed = threading.Event()

    @property
    def model_id(self) -> str:
        """The name of the model, as the server knows it."""
        return self._model

    @property
    def context(self) -> int:
        """Tokens that question and answer are given together."""
        return _CONTEXT

    @staticmethod
    def count(text: str) -> int:
        """Return an upper estimate of how many tokens ``text`` has: one for every two bytes."""
        return len(text.encode("utf-8", "replace")) // 2 + 1

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 512,
        stop: threading.Event | None = None,
        deadline: float | None = None,
    ) -> str:
        """Return the next message; see ``ChatModel``."""
        until = time.monotonic() + _SECONDS
        until = until if deadline is None else min(until, deadline)
        return asyncio.run(self._stopped_by(stop, self._complete(messages, schema, max_tokens), until))

    def close(self) -> None:
        """Stop a call that is running. Idempotent."""
        self._closed.set()

    async def _stopped_by(self, stop: threading.Event | None, work: Any, until: float) -> str:
        """Wait for ``work`` until the deadline, looking now and then whether somebody still wants it."""
        task = asyncio.ensure_future(work)
        try:
            while True:
                left = until - time.monotonic()
                done, _ = await asyncio.wait([task], timeout=max(0.0, min(LOOK_SECONDS, left)))
                if done:
                    return str(task.result())
                check(stop)
                if self._closed.is_set():
                    raise Cancelled("the model was closed")
                if left <= 0:
                    raise ModelError(f"{self._shown}: no answer in time; give more --seconds, or choose a faster model")
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None, most: int) -> str:
        import httpx2  # noqa: PLC0415 - only who asks elsewhere needs it

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        async with httpx2.AsyncClient(
            headers=headers, timeout=_SECONDS, follow_redirects=False, trust_env=not is_loopback(self._address)
        ) as client:
            for body in self._bodies(messages, schema, most):
                try:
                    status, text = await self._post(client, body)
                except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
                    raise ModelError(f"{self._shown}: {failure(error)}; check that the server runs") from error
                if status == 200:
                    return self._said(text)
                if status not in _NOT_THIS_WAY and "response_format" not in text:  # some say 500
                    break
                if status == 400 and "max_completion_tokens" in text:
                    self._length = "max_completion_tokens"
        raise ModelError(f"{self._shown}: {_refusal(status, text)}")

    def _bodies(
        self, messages: Sequence[Message], schema: Mapping[str, Any] | None, most: int
    ) -> Iterator[dict[str, Any]]:
        """Yield what to send, the most exact form first; one that is followed by another was not taken."""
        talk = [{"role": message.role, "content": message.text} for message in messages]
        length = self._length
        while True:
            body: dict[str, Any] = {"model": self._model, "messages": talk, self._length: most, "stream": False}
            match self._formats[0] if schema is not None else "":
                case "json_schema":
                    said = {"name": "turn", "strict": True, "schema": schema}
                    yield body | {"response_format": {"type": "json_schema", "json_schema": said}}
                case "json_object":
                    yield body | {"response_format": {"type": "json_object"}}
                case _:
                    yield body
            if self._length != length:
                length = self._length
            elif schema is None or len(self._formats) == 1:
                return
            else:
                del self._formats[0]

    async def _post(self, client: httpx2.AsyncClient, body: Mapping[str, Any]) -> tuple[int, str]:
        async with client.stream("POST", self._address, json=body) as response:
            data = b""
            async for block in response.aiter_bytes():
                data += block
                if len(data) > _MOST_BYTES:
                    raise ModelError(f"{self._shown}: its answer does not end; check the address")
            return response.status_code, data.decode("utf-8", "replace")

    def _said(self, text: str) -> str:
        """Return the text of an answer; raises ``ModelError`` for what has none."""
        try:
            said = json.loads(text)["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError, RecursionError):
            said = None
        if not isinstance(said, str):
            raise ModelError(f"{self._shown}: it does not answer as a chat completion does; check the address")
        return said


def _refusal(status: int, text: str) -> str:
    said = " ".join(text.split())[:_SHOWN]
    match status:
        case 401 | 403:
            return "it refuses the key; check the variable that --key-env names"
        case 404:
            return f"it knows no such model or address: {said}"
        case 429:
            return "it is asked too much; try again later"
        case _ if 300 <= status < 400:
            return "it sends on to another address; name that one"
        case _:
            return f"it says {status}: {said}"
