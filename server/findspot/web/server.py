"""The process that serves the search page and the HTTP interface, from its first address to its end."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from findspot.service.engines import SharedEngines
from findspot.service.http_server import OwnNames, is_loopback, listening, name_of, serve_until_told
from findspot.service.process import end_process
from findspot.web.app import application
from findspot.web.session import Session


@dataclass(frozen=True, slots=True)
class Where:
    """Where to listen: port 0 is a free one; other machines reach it only where ``to_others`` says so."""

    host: str
    port: int
    to_others: bool = False


def run_http(
    engines: SharedEngines,
    folders: tuple[Path, ...],
    scope: tuple[Path, ...],
    settings: Mapping[str, Any],
    where: Where,
    token: str | None,
    ready: Callable[[str], None],
) -> int:
    """Serve until told to stop, and close ``engines`` then; raises ``AddressError``.

    Clients must show ``token``; without one a new one is made, and "" asks for none. ``settings`` go before those of files.
    ``ready`` is called with the address of the page once requests are taken; a new token stands in its fragment.
    """
    with listening(where.host, where.port, to_others=where.to_others) as listener:
        address, port = listener.getsockname()[:2]
        host_name = socket.gethostname()
        everywhere = ipaddress.ip_address(address.partition("%")[0]).is_unspecified
        session = Session(engines, folders, scope, settings)
        secret = secrets.token_urlsafe(24) if token is None else token
        reach = OwnNames(frozenset({where.host.lower(), host_name.lower()}), loopback=is_loopback(address))
        mark = f"#token={secret}" if token is None else ""

        async def serve() -> None:
            session.begin()
            ready(f"http://{f'{host_name}:{port}' if everywhere else name_of(listener)}/{mark}")
            await serve_until_told(application(session, reach, secret or None), listener)

        def close() -> None:
            session.close()
            engines.close()

        try:
            asyncio.run(serve())
        finally:
            session.shutdown()
            end_process(close, 0)
    return 0
