"""The server over streamable HTTP, for clients that cannot start a program: on this machine only, and with a token.

All clients ask the same roots, those of the command: who may reach the server must not choose what it reads. A page in a
browser is kept out by the token and by the names that a request may give as ``Host`` and ``Origin``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import socket
import sys

from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from findspot.agent.tokens import TokenCounter
from findspot.mcp.server import Agent
from findspot.mcp.session import Session
from findspot.service.engines import SharedEngines
from findspot.service.folders import Folders
from findspot.service.http_server import listening, name_of, serve_until_told, shows_token
from findspot.service.process import end_process

PATH = "/mcp"

MOST_SESSIONS = 100


def run_http(folders: Folders, host: str, port: int, token: str | None) -> int:
    """Serve clients on a loopback address until told to stop; port 0 takes a free one. Raises ``AddressError``.

    Where to reach it stands on standard error; without ``token`` a new one is made, which stands there, too.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="findspot: %(levelname)s: %(message)s")
    with listening(host, port) as listener:
        name = name_of(listener)
        url = f"http://{name}{PATH}"
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
            asyncio.run(_serve(listener, session, secret, [name, f"localhost:{name.rpartition(':')[2]}"]))
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
    session.use(session.folders.own())
    await serve_until_told(_with_token(app, token), listener)


def _with_token(app: ASGIApp, token: str) -> ASGIApp:
    """Return ``app`` for those who know the token."""

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not shows_token(scope["headers"], token):
            told = PlainTextResponse(
                "The token is missing or wrong: send the header 'Authorization: Bearer TOKEN'.\n",
                401,
                {"WWW-Authenticate": "Bearer"},
            )
            await told(scope, receive, send)
            return
        await app(scope, receive, send)

    return checked


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
