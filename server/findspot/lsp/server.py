"""The language server: what it offers, and how it starts and ends.

``run_stdio`` and ``run_tcp`` are the doors of the command line. A server object is made for each client by
``build_server``; clients share engines and models, and nothing lives at module level.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from findspot import __version__
from findspot.lsp.causes import SHOW_CAUSE
from findspot.lsp.client_log import ClientLog, traced
from findspot.lsp.params import METHODS
from findspot.lsp.protocol import (
    CAUSE,
    COMMANDS,
    CONTEXT,
    INDEX,
    LOCALIZE,
    RELATED,
    SEARCH,
    STATUS,
    FindspotProtocol,
    make_converter,
)
from findspot.lsp.requests import Requests, answering
from findspot.lsp.session import Session
from findspot.lsp.transport import PipeWriter, SocketWriter, first_message, serve
from findspot.service.engines import EngineSource, SharedEngines
from findspot.service.messages import RequestError
from findspot.service.process import claim_standard_streams, end_process, pump, until_told
from findspot.service.uris import path_of_uri

FIRST_SECONDS = 10.0
"""How long a TCP client may take to say ``initialize``; one that has said it may be silent for ever."""

_log = logging.getLogger(__name__)


class FindspotServer(LanguageServer):
    """A pygls server whose mistakes go to the log, never into a message box."""

    session: Session

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what went wrong outside of a request; what a request was refused for is its answer."""
        if source is FeatureRequestError:
            return
        _log.error("%s: %s", getattr(source, "__name__", source), error)


def build_server(overrides: Mapping[str, Any], engines: EngineSource) -> FindspotServer:
    """Return a server for one client; ``overrides`` are settings that come before the client's own."""
    server = FindspotServer(
        "findspot",
        __version__,
        types.TextDocumentSyncKind.Incremental,
        protocol_cls=FindspotProtocol,
        converter_factory=make_converter,
    )
    server.session = Session(server, overrides, engines)
    _offer_lifecycle(server)
    _offer_documents(server)
    _offer_files(server)
    _offer_requests(server)
    return server


def _offer_lifecycle(server: FindspotServer) -> None:
    session = server.session

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.initialize(params)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        session.initialized()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        session.shutdown()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        session.change_folders(params.event)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def settings_changed(params: types.DidChangeConfigurationParams) -> None:
        await session.settings_changed(params.settings)

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def progress_cancelled(params: types.WorkDoneProgressCancelParams) -> None:
        session.bars.cancel(params.token)


def _offer_documents(server: FindspotServer) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        path = path_of_uri(params.text_document.uri)
        if path is not None:
            session.documents.opened(path, params.text_document.text)
            session.flush_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        path = path_of_uri(params.text_document.uri)
        if path is not None:
            session.documents.changed(path, params.content_changes, session.encoding)
            session.flush_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        path = path_of_uri(params.text_document.uri)
        if path is not None:
            session.documents.closed(path)
            session.flush_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        path = path_of_uri(params.text_document.uri)
        if path is not None:
            session.saved(path)


def _offer_files(server: FindspotServer) -> None:
    session = server.session
    every = types.FileOperationRegistrationOptions(
        filters=[types.FileOperationFilter(pattern=types.FileOperationPattern(glob="**/*"), scheme="file")]
    )

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        session.touched([change.uri for change in params.changes])

    @server.feature(types.WORKSPACE_DID_CREATE_FILES, every)
    def created(params: types.CreateFilesParams) -> None:
        session.touched([file.uri for file in params.files])

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, every)
    def renamed(params: types.RenameFilesParams) -> None:
        session.touched([uri for file in params.files for uri in (file.old_uri, file.new_uri)])

    @server.feature(types.WORKSPACE_DID_DELETE_FILES, every)
    def deleted(params: types.DeleteFilesParams) -> None:
        session.touched([file.uri for file in params.files])


def _offer_requests(server: FindspotServer) -> None:
    requests = Requests(server.session)
    handlers: dict[str, Callable[[Any], Awaitable[Any]]] = {
        SEARCH: answering(SEARCH, requests.search),
        LOCALIZE: answering(LOCALIZE, requests.localize),
        CAUSE: answering(CAUSE, requests.cause),
        RELATED: answering(RELATED, requests.related),
        CONTEXT: answering(CONTEXT, requests.context),
        STATUS: answering(STATUS, requests.status),
        INDEX: answering(INDEX, requests.index),
    }
    for method, handler in handlers.items():
        server.feature(method)(traced(server, method, handler))
    symbols = answering(types.WORKSPACE_SYMBOL, requests.symbols)
    server.feature(types.WORKSPACE_SYMBOL)(traced(server, types.WORKSPACE_SYMBOL, symbols))
    document = answering(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, requests.results_document)
    server.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)(
        traced(server, types.WORKSPACE_TEXT_DOCUMENT_CONTENT, document)
    )
    offered = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.Empty])
    code_actions = answering(types.TEXT_DOCUMENT_CODE_ACTION, requests.code_actions)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, offered)(
        traced(server, types.TEXT_DOCUMENT_CODE_ACTION, code_actions)
    )
    server.command(SHOW_CAUSE)(_as_command(SHOW_CAUSE, CAUSE, answering(CAUSE, requests.show_cause)))
    for command, method in COMMANDS.items():
        server.command(command)(_as_command(command, method, handlers[method]))


def _as_command(
    command: str, method: str, handler: Callable[[Any], Awaitable[Any]]
) -> Callable[[types.ExecuteCommandParams], Coroutine[Any, Any, Any]]:
    """Return a command that takes the parameters of ``method`` as its one argument."""

    async def run(params: types.ExecuteCommandParams) -> Any:
        arguments = list(params.arguments or ())
        if len(arguments) > 1:
            raise JsonRpcInvalidParams(f"{command} takes one object with options, not {len(arguments)} arguments")
        options = arguments[0] if arguments else {}
        if params.work_done_token is not None and isinstance(options, dict) and method != STATUS:
            options = {"workDoneToken": params.work_done_token, **options}
        try:
            checked = METHODS[method].params.read(options)
        except RequestError as error:
            raise JsonRpcInvalidParams(f"{command}: {error}") from error
        return await handler(checked)

    return run


def run_stdio(overrides: Mapping[str, Any], engines: SharedEngines) -> int:
    """Serve one client over standard input and output; returns the exit code that the protocol asks for.

    At the end ``engines`` are closed.
    """
    _quiet_logs()
    stdin, stdout = claim_standard_streams()
    server = build_server(overrides, engines)
    logging.getLogger("findspot").addHandler(ClientLog(server.session))
    logging.getLogger("findspot").setLevel(logging.INFO)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        pump(stdin, reader, loop)
        server.protocol.set_writer(PipeWriter(stdout, lost=reader.feed_eof))
        await until_told(loop.create_task(_serve(server, reader)))

    def close() -> None:
        server.session.close()
        engines.close()

    try:
        asyncio.run(main())
    finally:
        server.session.shutdown()
        code = 0 if server.session.protocol.was_shut_down else 1
        end_process(close, code)
    return code


def run_tcp(host: str, port: int, overrides: Mapping[str, Any], engines: SharedEngines) -> int:
    """Serve any number of clients that connect to ``host:port``, until SIGINT or SIGTERM; returns the exit code.

    The bound address goes to standard error; port 0 takes a free one. There is no password on the connection: bind to a
    loopback address. At the end ``engines`` are closed.
    """
    _quiet_logs()
    serving: set[FindspotServer] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A session is made for who speaks the protocol: connections of others cost next to nothing.
        first = await first_message(reader, FIRST_SECONDS)
        if first is None:
            writer.close()
            return
        server = build_server(overrides, engines)
        serving.add(server)
        server.protocol.set_writer(SocketWriter(writer))
        try:
            await _serve(server, reader, first=first, first_seconds=FIRST_SECONDS)
            with contextlib.suppress(OSError):
                await writer.drain()
        finally:
            writer.close()
            # In a thread: a model call of this client that has to end first delays nobody else.
            await asyncio.to_thread(server.session.close)
            serving.discard(server)

    async def main() -> None:
        listener = await asyncio.start_server(connected, host, port)
        address = listener.sockets[0].getsockname()
        if any(not _is_loopback(socket.getsockname()[0]) for socket in listener.sockets):
            sys.stderr.write(
                f"findspot: warning: {host} can be reached from other machines, and there is no password: whoever connects "
                "can read files of this one; 127.0.0.1 can be reached from this machine only\n"
            )
        sys.stderr.write(f"findspot: listening on {address[0]}:{address[1]}\n")
        sys.stderr.flush()
        # Not ``serve_forever``, which would wait for the last client from Python 3.12 on.
        await until_told(asyncio.create_task(_for_ever()))
        listener.close()

    def close() -> None:
        for server in tuple(serving):
            server.session.close()
        engines.close()

    try:
        asyncio.run(main())
    except OSError as error:
        sys.stderr.write(f"findspot: cannot listen on {host}:{port}: {error.strerror or error}\n")
        return 2
    finally:
        for server in tuple(serving):
            server.session.shutdown()
        end_process(close, 0)
    return 0


async def _serve(
    server: FindspotServer,
    reader: asyncio.StreamReader,
    *,
    first: bytes | None = None,
    first_seconds: float | None = None,
) -> None:
    try:
        await serve(reader, server.session.protocol, first=first, first_seconds=first_seconds)
    finally:
        server.session.shutdown()


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


async def _for_ever() -> None:
    await asyncio.Event().wait()


def _quiet_logs() -> None:
    """Send warnings to standard error; pygls logs whole messages and each refused request, so it is kept silent."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="findspot: %(levelname)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.WARNING)  # the client gets more, in its own log
