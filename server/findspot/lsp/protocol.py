"""How messages become calls: pygls's protocol, made strict, cancellable and independent of its document store.

What differs from the base class, and why:

- Findspot's own requests arrive as typed, checked parameters (``params.py``).
- A request that cannot be read is *answered* with an error; the base class only logs it and the client waits
  for ever. The same holds for requests before ``initialize`` and after ``shutdown``.
- ``workspace/executeCommand`` runs as one task, so that cancelling it cancels the command.
- Open documents belong to ``documents.py``: the base class splits lines at form feeds and U+2028 too and
  would apply an edit at the wrong place.
- ``exit`` ends the message loop instead of raising ``SystemExit`` in the middle of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from concurrent.futures import InvalidStateError
from typing import Any

import attrs
from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method

from findspot.lsp.params import METHODS
from findspot.service.messages import RequestError

SEARCH = "findspot/search"
LOCALIZE = "findspot/localize"
CAUSE = "findspot/cause"
RELATED = "findspot/related"
CONTEXT = "findspot/context"
STATUS = "findspot/status"
INDEX = "findspot/index"

COMMANDS = {
    "findspot.search": SEARCH,
    "findspot.localize": LOCALIZE,
    "findspot.cause": CAUSE,
    "findspot.related": RELATED,
    "findspot.context": CONTEXT,
    "findspot.status": STATUS,
    "findspot.index": INDEX,
}
"""Commands for clients that cannot send requests of their own, with the request each stands for."""

RESULTS_SCHEME = "findspot-results"
"""Of documents that the server writes: ``findspot-results:/results.md?QUERY``."""

REQUEST_FAILED = -32803
"""The protocol's code for a request that was understood but could not be carried out."""

_log = logging.getLogger(__name__)


@attrs.define
class OwnRequest:
    """A request of Findspot's own; ``params`` is one of the types in ``params.py``."""

    id: int | str
    method: str
    jsonrpc: str
    params: Any


def make_converter() -> Converter:
    """Return pygls's converter, taught to read Findspot's own requests."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]  # pygls leaves it untyped

    def read(raw: dict[str, Any], _: type) -> OwnRequest:
        method = raw["method"]
        return OwnRequest(
            id=raw["id"], method=method, jsonrpc=raw["jsonrpc"], params=METHODS[method].params.read(raw.get("params"))
        )

    converter.register_structure_hook(OwnRequest, read)
    return converter


class FindspotProtocol(LanguageServerProtocol):
    """The base class with the changes that the module's docstring lists."""

    def __init__(self, server: Any, converter: Converter) -> None:
        self.exit_requested = False
        self._initialized = False
        super().__init__(server, converter)

    @property
    def was_shut_down(self) -> bool:
        """Whether the client said ``shutdown`` before it went."""
        return bool(self._shutdown)

    @property
    def is_initialized(self) -> bool:
        """Whether the client has said ``initialize``."""
        return self._initialized

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]  # a cache there
        """Return the type that a message of ``method`` is read as."""
        if method in METHODS:
            return OwnRequest
        found: type[Any] | None = super().get_message_type(method)
        return found

    def receive(self, body: bytes) -> None:
        """Handle the body of one message; whatever it holds, a request in it gets its answer."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._refuse(None, JsonRpcParseError(f"The message is not JSON: {error}"))
            return
        if not isinstance(data, dict) or data.get("jsonrpc") != self.VERSION:
            self._refuse(None, JsonRpcInvalidRequest("The message is not a JSON-RPC 2.0 object"))
            return
        method, request_id = data.get("method"), data.get("id")
        is_request = isinstance(method, str) and isinstance(request_id, int | str)
        if isinstance(method, str) and "id" in data and not is_request:
            self._refuse(None, JsonRpcInvalidRequest("The id of a request must be a string or a whole number"))
            return
        if is_request and (refusal := self._closed_to(str(method))) is not None:
            self._refuse(request_id, refusal)
            return
        if isinstance(method, str) and not is_request and not self._initialized and method != types.EXIT:
            return
        try:
            message = self.structure_message(data)
        except JsonRpcException as error:
            reason = _reason(error.__cause__)
            if is_request:
                self._refuse(request_id, JsonRpcInvalidParams(f"{method}: {reason}"))
            else:
                _log.warning("ignored a message that does not follow the protocol (%s): %s", method, reason)
            return
        if method == types.INITIALIZE:
            self._initialized = True
        try:
            self.handle_message(message)
        except InvalidStateError:
            _log.info("an answer of the client came too late")
        except Exception:  # noqa: BLE001 - one bad message must not end the session; it is logged
            _log.exception("could not handle %s", method or "an answer of the client")

    def _closed_to(self, method: str) -> JsonRpcException | None:
        if self._shutdown:
            return JsonRpcInvalidRequest("The server is shutting down")
        if not self._initialized and method != types.INITIALIZE:
            return JsonRpcServerNotInitialized("The first request must be 'initialize'")
        if self._initialized and method == types.INITIALIZE:
            return JsonRpcInvalidRequest("The server is initialized already")
        return None

    def _refuse(self, request_id: int | str | None, error: JsonRpcException) -> None:
        # A plain dict, because lsprotocol leaves a null id out and JSON-RPC wants it written.
        details = {"code": error.code, "message": error.message}
        self._send_data({"jsonrpc": self.VERSION, "id": request_id, "error": details})

    def _call_feature(self, method: str, params: Any) -> None:
        handler = self.fm.features.get(method)
        if handler is not None:
            handler(params)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]  # a generator there
        """End the message loop after this message."""
        self.exit_requested = True

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Hand an opened document to the server, without a copy in pygls's own store."""
        self._call_feature(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Hand a change of a document to the server."""
        self._call_feature(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Hand the end of a document to the server."""
        self._call_feature(types.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Hand a pressed cancel button to the server; tokens are kept there."""
        self._call_feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, params)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # a generator there
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """Run a command as one cancellable task."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            known = ", ".join(sorted(self.fm.commands))
            raise JsonRpcInvalidParams(f"There is no command '{params.command[:80]}'; known are {known}")
        return await handler(params)


def _reason(error: BaseException | None) -> str:
    """Return the innermost message of what cattrs wraps, in words for the person who wrote the client."""
    leaves = [leaf for leaf in _leaves(error) if leaf is not None]
    for leaf in leaves:
        if isinstance(leaf, RequestError):
            return str(leaf)
    if leaves and isinstance(leaves[0], KeyError):
        return f"'{leaves[0].args[0]}' is missing"
    return f"the message does not have the form that the protocol asks for ({str(leaves[0])[:200] if leaves else ''})"


def _leaves(error: BaseException | None) -> Iterator[BaseException | None]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
