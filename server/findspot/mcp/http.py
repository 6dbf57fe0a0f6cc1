"""The server over streamable HTTP, for clients that cannot start a program: on this machine only, and with a token.

All clients ask the same roots, those of the command: who may reach the server must not choose what it reads. A page in a
browser is kept out by the token and by the names that a request may give as ``Host`` and ``Origin``.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ipaddress
import json
import logging
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from findspot.agent.tokens import TokenCounter
from findspot.errors import FindspotError
from findspot.mcp.roots import Folders
from findspot.mcp.server import Agent
from findspot.mcp.session import Session
from findspot.service.engines import SharedEngines
from findspot.service.process import end_process

PATH = "/mcp"

MOST_SESSIONS = 100

GRACE_SECONDS = 2
"""How long requests may take to end when the server is told to stop."""


class AddressError(FindspotError):
    """The address cannot be listened on, or may not be."""


def run_http(folders: Folders, host: str, port: int, token: str | None) -> int:
    """Serve clients on a loopback address until told to stop; port 0 takes a free one. Raises ``AddressError``.

    Where to reach it stands on standard error; without ``token`` a new one is made, which stands there, too.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="findspot: %(levelname)s: %(message)s")
    with _listening(host, port) as listener:
        address = listener.getsockname()
        named = f"[{address[0]}]" if listener.family == socket.AF_INET6 else address[0]
        url = f"http://{named}:{address[1]}{PATH}"
        _tell(url, token)
        secret = token or secrets.token_urlsafe(32)
        if token is None:
            _tell_token(url, secret)
        engines = SharedEngines()
        session = Session(engines, folders, TokenCounter())

        def close() -> None:
            session.close()
            engines.close()

        try:
            asyncio.run(_serve(listener, session, secret, [f"{named}:{address[1]}", f"localhost:{address[1]}"]))
        finally:
            session.shutdown()
            end_process(close, 0)
    return 0


async def _serve(listener: socket.socket, session: Session, token: str, hosts: list[str]) -> None:
    security = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts])
    offered = Agent(session, asks_client=False).server()
    app = offered.streamable_http_app(
        streamable_http_path=PATH, transport_security=security, max_sessions=MOST_SESSIONS
    )
    config = uvicorn.Config(
        _with_token(app, token), log_config=None, lifespan="on", timeout_graceful_shutdown=GRACE_SECONDS
    )
    logging.getLogger("uvicorn.error").addFilter(_is_worth_telling)
    server = _Server(config)

    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, stop)
    session.use(session.folders.own())
    await server.serve([listener])


def _is_worth_telling(record: logging.LogRecord) -> bool:
    """Return whether a line of the web server's log is more than a stream that was open at the end."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn raises them again when it is done, which would end the process before its threads."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


def _with_token(app: ASGIApp, token: str) -> ASGIApp:
    """Return ``app`` for those who know the token."""
    wanted = token.encode()

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = next((value for key, value in scope["headers"] if key == b"authorization"), b"")
            scheme, _, secret = given.partition(b" ")
            if scheme.lower() != b"bearer" or not hmac.compare_digest(secret, wanted):
                told = PlainTextResponse(
                    "The token is missing or wrong: send the header 'Authorization: Bearer TOKEN'.\n",
                    401,
                    {"WWW-Authenticate": "Bearer"},
                )
                await told(scope, receive, send)
                return
        await app(scope, receive, send)

    return checked


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens on a loopback address."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, *_, address = found[0]
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
            raise AddressError(
                f"{host} can be reached from other machines; only this one may ask: use 127.0.0.1, ::1 or localhost"
            )
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        raise AddressError(f"cannot listen on {host}:{port}: {error.strerror or error}; choose another port") from error
    with listener:
        yield listener


def _tell(url: str, token: str | None) -> None:
    sys.stderr.write(f"findspot: listening on {url}\n")
    if token is not None:
        sys.stderr.write("findspot: clients send the token of --token-file as 'Authorization: Bearer TOKEN'\n")
    sys.stderr.flush()


def _tell_token(url: str, token: str) -> None:
    entry = {"type": "http", "url": url, "headers": {"Authorization": f"Bearer {token}"}}
    sys.stderr.write(f"findspot: token {token}\n")
    sys.stderr.write(f"findspot: for a client: {json.dumps({'mcpServers': {'findspot': entry}})}\n")
    sys.stderr.flush()
