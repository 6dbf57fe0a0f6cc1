"""Who may ask this server, and with which headers it answers.

A request must name this server as its host, come from a page of this very server if it comes from a page, and show the
token, except for what is no secret: the page itself and the description of the interface.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from findspot.service.http_server import OwnNames, shows_token

PUBLIC = frozenset({"/", "/docs", "/health", "/openapi.json"})
PUBLIC_FOLDER = "/page/"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """An application around another one, which it keeps from strangers; ``token`` is None where none is wanted."""

    def __init__(self, app: ASGIApp, names: OwnNames, token: str | None) -> None:
        self._app = app
        self._names = names
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = self._refused(scope)
        await (self._app if refused is None else refused)(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> JSONResponse | None:
        headers, path = Headers(scope=scope), scope["path"]
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._names.takes_host(host):
            return _no(421, f"this server is not called {host[:100]}; use the address that it has printed")
        if origin is not None and not self._names.takes_origin(origin, host):
            return _no(403, "pages of other sites may not ask this server")
        if path in PUBLIC or path.startswith(PUBLIC_FOLDER):
            return None
        if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return _no(403, "pages of other sites may not ask this server")
        if self._token is not None and not shows_token(scope["headers"], self._token):
            said = "the token is missing or wrong: send the header 'Authorization: Bearer TOKEN'"
            return _no(401, said, {"WWW-Authenticate": "Bearer"})
        return None


def _no(status: int, error: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": error}, status, {"Connection": "close", **(headers or {})})
