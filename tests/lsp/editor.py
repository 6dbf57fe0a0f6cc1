"""A real editor's side of the wire: the shipped server as a process, asked in the way VS Code and Neovim ask."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

SERVER = (sys.executable, "-m", "findspot", "lsp")
CLIENTS = ("visual-studio-code", "neovim")
PATIENCE_SECONDS = 60.0


@attrs.define
class OwnResponse:
    """The answer to one of Findspot's own requests, left as JSON."""

    id: int | str
    result: Any
    jsonrpc: str


class EditorProtocol(LanguageClientProtocol):
    """Leaves the results of Findspot's requests, and code actions, as JSON objects."""

    def get_result_type(self, method: str) -> type[Any] | None:  # type: ignore[override]  # a cache there
        """Return the type that a result is read as; lsprotocol takes an action with a command for a mere command."""
        if method.startswith("findspot/") or method == types.TEXT_DOCUMENT_CODE_ACTION:
            return OwnResponse
        found: type[Any] | None = super().get_result_type(method)
        return found


class Editor:
    """One running server and the client in front of it."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.progress: list[tuple[int | str, Any]] = []
        self.encoding = "utf-16"

    async def request(self, method: str, params: Any) -> Any:
        """Send a request and return its result; raises ``JsonRpcException`` for an error."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.client.protocol.send_request_async(method, params)

    async def search(self, query: str, **options: Any) -> Any:
        """Return the whole answer of a search."""
        return await self.request("findspot/search", {"query": query, **options})

    async def paths(self, query: str, **options: Any) -> list[str]:
        """Return the paths a search finds, best first."""
        return [result["path"] for result in (await self.search(query, **options))["results"]]

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Ask again until ``condition`` holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await condition():
                await asyncio.sleep(0.05)

    async def until_ready(self) -> None:
        """Wait until every folder is indexed."""

        async def ready() -> bool:
            roots = (await self.request("findspot/status", {}))["roots"]
            return all(root["state"] == "ready" for root in roots)

        await self.until(ready)

    async def until_found(self, query: str, path: str, *, found: bool = True) -> None:
        """Search until ``path`` is (or no longer is) among the results."""

        async def holds() -> bool:
            return (path in await self.paths(query)) is found

        await self.until(holds)

    def open(self, file: Path, encoding: str = "utf-8") -> None:
        """Open a file of the disk, which an editor reads in an encoding of its own choice."""
        text = file.read_bytes().decode(encoding)
        document = types.TextDocumentItem(uri=file.as_uri(), language_id="python", version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))

    def insert(self, file: Path, line: int, character: int, text: str) -> None:
        """Type ``text`` at a place, without saving."""
        here = types.Position(line=line, character=character)
        change = types.TextDocumentContentChangePartial(range=types.Range(start=here, end=here), text=text)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=file.as_uri(), version=2),
                content_changes=[change],
            )
        )

    def saved(self, file: Path) -> None:
        """Tell that a file was saved."""
        document = types.TextDocumentIdentifier(uri=file.as_uri())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(text_document=document))

    def closed(self, file: Path) -> None:
        """Tell that a file was closed."""
        document = types.TextDocumentIdentifier(uri=file.as_uri())
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=document))

    def reports(self, kind: str) -> list[Any]:
        """Return the work-done progress values of one kind that have arrived."""
        return [value for _, value in self.progress if value.get("kind") == kind]

    @property
    def exit_code(self) -> int | None:
        """The exit status of the server's process, None while it runs."""
        process = self.client._server
        return None if process is None else process.returncode


def make_client() -> tuple[LanguageClient, Editor]:
    """Return a client that keeps all progress and answers what a real editor answers."""
    client = LanguageClient(protocol_cls=EditorProtocol, converter_factory=default_converter)
    editor = Editor(client)

    def progress(params: types.ProgressParams) -> None:
        editor.progress.append((params.token, params.value))

    def registered(_: types.RegistrationParams) -> None:
        """Accept a registration: the stock client leaves it unanswered."""

    features = {**DEFAULT_CLIENT_FEATURES, types.PROGRESS: progress, types.CLIENT_REGISTER_CAPABILITY: registered}
    register_lsp_features(client, features)
    return client, editor


@asynccontextmanager
async def editing(
    kind: str, *folders: Path, encodings: Sequence[str] | None = None, options: Any = None
) -> AsyncIterator[Editor]:
    """Start the server as ``kind`` of editor with ``folders`` open; shut it down at the end."""
    client, editor = make_client()
    await client.start_io(*SERVER)
    capabilities = client_capabilities(kind)
    if encodings is not None:
        capabilities.general = capabilities.general or types.GeneralClientCapabilities()
        capabilities.general.position_encodings = [types.PositionEncodingKind(encoding) for encoding in encodings]
    params = types.InitializeParams(
        capabilities=capabilities,
        workspace_folders=[types.WorkspaceFolder(uri=folder.as_uri(), name=folder.name) for folder in folders],
        root_uri=folders[0].as_uri() if folders else None,
        initialization_options=options,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            told = await client.initialize_session(params)
            encoding = told.capabilities.position_encoding or "utf-16"
            editor.encoding = str(getattr(encoding, "value", encoding))
            yield editor
            await client.shutdown_session()
    finally:
        process = client._server
        if process is not None and process.returncode is None:
            process.kill()
        await client.stop()


__all__ = ["CLIENTS", "SERVER", "Editor", "JsonRpcException", "editing"]
