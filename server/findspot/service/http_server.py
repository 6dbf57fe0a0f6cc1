"""How a process serves by HTTP: the address it listens on, who may ask, clients that are slow, and its end.

Who asks shows a token, and names this server as ``Host`` and, from a page, as ``Origin``: so a page of another site cannot
ask, not even one whose name was made to mean this machine. Owns uvicorn.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ipaddress
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from findspot.errors import FindspotError, reason

GRACE_SECONDS = 2
"""How long requests may take to end when the server is told to stop."""

MOST_CONNECTIONS = 200

SLOW_SECONDS = 30.0
"""How long a client may leave what it is sent untaken, or not finish what it asks."""


class AddressError(FindspotError):
    """The address cannot be listened on, or may not be."""


@contextlib.contextmanager
def listening(host: str, port: int, *, to_others: bool = False) -> Iterator[socket.socket]:
    """Yield a socket that listens on ``host``; port 0 takes a free one. Raises ``AddressError``.

    An address that other machines can reach is refused unless ``to_others``.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, *_, address = found[0]
        if not to_others and not is_loopback(str(address[0])):
            raise AddressError(
                f"{host} can be reached from other machines; only this one may ask: use 127.0.0.1, ::1 or localhost"
            )
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        raise AddressError(
            f"cannot listen on {host}:{port}: {reason(error).partition(';')[0]}; choose another port"
        ) from error
    with listener:
        yield listener


def is_loopback(address: str) -> bool:
    """Return whether an IP address is one of this machine's own."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def name_of(listener: socket.socket) -> str:
    """Return host and port of a listening socket as an address has them: ``127.0.0.1:8080``, ``[::1]:8080``."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if listener.family == socket.AF_INET6 else f"{host}:{port}"


def shows_token(headers: Iterable[tuple[bytes, bytes]], token: str) -> bool:
    """Return whether the headers of a request, with names in small letters, hold ``Authorization: Bearer TOKEN``."""
    given = next((value for name, value in headers if name == b"authorization"), b"")
    scheme, _, secret = given.partition(b" ")
    return scheme.lower() == b"bearer" and hmac.compare_digest(secret, token.encode())


@dataclass(frozen=True, slots=True)
class OwnNames:
    """As what this server may be asked: by address, as ``localhost``, or by the ``names`` that its user gave.

    A name that anybody can buy is none of these, so none can be made to mean this machine (DNS rebinding).
    """

    names: frozenset[str] = frozenset()
    loopback: bool = True

    def takes_host(self, host: str) -> bool:
        """Return whether a request for ``host``, with or without a port, is for this server."""
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        if name.lower() in {"localhost", *self.names}:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self.loopback

    def takes_origin(self, origin: str, host: str) -> bool:
        """Return whether a page of ``origin`` may ask: one of this very server."""
        return origin.lower() == f"http://{host}".lower()


async def serve_until_told(app: Callable[..., Awaitable[None]], listener: socket.socket) -> None:
    """Serve an ASGI application until SIGINT or SIGTERM, then let requests end for ``GRACE_SECONDS``."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_worth_telling)
    server = _Server(config)

    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, stop)
    await server.serve([listener])


def _is_worth_telling(record: logging.LogRecord) -> bool:
    """Return whether a line of the web server's log is more than a stream that was open at the end."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn raises them again when it is done, which would end the process before its threads.

    Connections whose turn it is and that do nothing for ``SLOW_SECONDS`` are closed.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._seen: dict[object, tuple[object, float]] = {}

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Do what is to be done ten times a second."""
        if counter % 10 == 0:
            self._close_slow(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def _close_slow(self, now: float) -> None:
        before, self._seen = self._seen, {}
        for connection in list(self.server_state.connections):
            if not isinstance(connection, H11Protocol):
                continue
            cycle, unsent = connection.cycle, connection.transport.get_write_buffer_size()
            if not (unsent or cycle is None or cycle.response_complete or cycle.more_body):
                continue  # it is ours to answer
            done = (unsent, id(cycle), 0 if cycle is None else len(cycle.body))
            was, since = before.get(connection, (None, now))
            self._seen[connection] = (done, since if done == was else now)
            if done == was and now - since > SLOW_SECONDS:
                connection.transport.abort()
