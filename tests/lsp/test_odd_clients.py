"""Clients that answer late, not at all or nonsense, and tell of places that cannot be: asked of the shipped server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.lsp.editor import (
    PATIENCE_SECONDS,
    SERVER,
    Editor,
    JsonRpcException,
    editing,
    make_client,
)

FARTHEST = 2**63 - 1


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a workspace of twelve files that all hold one word."""
    return make_shop(tmp_path / "shop")


def make_shop(root: Path) -> Path:
    """Make a folder of twelve files."""
    root.mkdir()
    for number in range(12):
        (root / f"part_{number}.py").write_text(f"def rebate_{number}():\n    return {number}\n", encoding="utf-8")
    return root


@asynccontextmanager
async def configured(folder: Path, tell: Callable[[int], Awaitable[Any]]) -> AsyncIterator[Editor]:
    """Start the server for a client whose answer to its n-th question for the configuration is ``tell(n)``."""
    client, editor = make_client()
    asked = 0

    async def configuration(_: types.ConfigurationParams) -> Any:
        nonlocal asked
        asked += 1
        return await tell(asked)

    del client.protocol.fm.features[types.WORKSPACE_CONFIGURATION]
    client.feature(types.WORKSPACE_CONFIGURATION)(configuration)
    await client.start_io(*SERVER)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            folders = [types.WorkspaceFolder(uri=folder.as_uri(), name=folder.name)]
            capabilities = client_capabilities("visual-studio-code")
            await client.initialize_session(types.InitializeParams(capabilities, workspace_folders=folders))
            yield editor
            await client.shutdown_session()
    finally:
        process = client._server
        if process is not None and process.returncode is None:
            process.kill()
        await client.stop()


def change(editor: Editor) -> None:
    """Tell that the configuration has changed."""
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))


async def logged(editor: Editor, part: str) -> None:
    """Wait for a line in the client's log."""

    async def there() -> bool:
        return any(part in message.message for message in editor.client.log_messages)

    await editor.until(there)


async def until_length(editor: Editor, length: int) -> None:
    """Wait until a search finds so many results."""

    async def reached() -> bool:
        return len(await editor.paths("rebate")) == length

    await editor.until(reached)


async def test_settings_that_come_after_the_first_search_count(shop: Path) -> None:
    searched = asyncio.Event()

    async def tell(_: int) -> Any:
        await searched.wait()
        return [{"top_k": 3}]

    async with configured(shop, tell) as editor:
        before = await editor.paths("rebate")
        searched.set()
        await editor.until_found("rebate", "part_0.py")
        await until_length(editor, 3)
    assert before == []


@pytest.mark.parametrize("mute", [False, True])
async def test_settings_stay_when_the_client_does_not_tell_new_ones(shop: Path, mute: bool) -> None:
    late = asyncio.Event()

    async def tell(number: int) -> Any:
        if number == 1:
            return [{"top_k": 3}]
        if not mute:
            raise JsonRpcException("the disk is full", code=-32603)
        await late.wait()
        return [{"top_k": 7}]

    async with configured(shop, tell) as editor:
        await editor.until_ready()
        await until_length(editor, 3)
        change(editor)
        await logged(
            editor, "not told its settings: no answer within 5 s" if mute else "not told its settings: the disk"
        )
        late.set()
        assert len(await editor.paths("rebate")) == 3
        if mute:
            await logged(editor, "came too late")
        assert not [line for line in editor.client.log_messages if line.type is types.MessageType.Error]


@pytest.mark.parametrize("field", ["line", "character"])
async def test_a_line_that_no_file_has_does_not_damage_the_index(shop: Path, field: str) -> None:
    here = {"uri": (shop / "part_1.py").as_uri(), "position": {"line": 0, "character": 0, field: FARTHEST}}
    async with editing("neovim", shop) as editor:
        await editor.until_ready()
        editor.open(shop / "part_1.py")
        for method, params in (
            ("findspot/search", {"query": "rebate", "context": {"active": here}}),
            ("findspot/localize", {"text": "rebate", "context": {"active": here}}),
            ("findspot/related", here),
        ):
            with pytest.raises(JsonRpcException, match=f"position.{field}' must be a whole number from 0 to") as error:
                await editor.request(method, params)
            assert error.value.code == -32602
        assert len(await editor.paths("rebate")) == 10
        [root] = (await editor.request("findspot/status", {}))["roots"]
    assert (root["state"], root["files"], root["message"]) == ("ready", 12, "")


async def test_one_event_that_cannot_be_does_not_hide_the_others(shop: Path) -> None:
    async with editing("visual-studio-code", shop) as editor:
        await editor.until_ready()
        (shop / "part_5.py").write_text("def surcharge():\n    return 5\n", encoding="utf-8")
        uris = ["file:///\ud800", "file://[x", "untitled:a", "", (shop / "part_5.py").as_uri()]
        events = [types.FileEvent(uri=uri, type=types.FileChangeType.Changed) for uri in uris]
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=events))
        await editor.until_found("surcharge", "part_5.py")
        assert not [line for line in editor.client.log_messages if line.type is types.MessageType.Error]


async def test_a_folder_that_vanished_keeps_no_other_from_being_indexed(shop: Path, tmp_path: Path) -> None:
    gone = make_shop(tmp_path / "gone")
    shutil.rmtree(gone)
    async with editing("neovim", gone, shop) as editor:
        await editor.until_found("rebate", "part_1.py")
        (shop / "late.py").write_text("def surcharge():\n    return 5\n", encoding="utf-8")
        with pytest.raises(JsonRpcException, match="gone: no such folder"):
            await editor.request("findspot/index", {})
        assert "late.py" in await editor.paths("surcharge")


async def test_names_of_documents_and_diagnostics_of_any_length(shop: Path) -> None:
    place = types.Range(types.Position(0, 0), types.Position(0, 3))
    said = types.Diagnostic(range=place, message="rebate_3 is not what it was. " * 20_000)
    document = types.TextDocumentIdentifier((shop / "part_1.py").as_uri())
    odd = types.TextDocumentContentParams(uri="findspot-results://[x?")
    async with editing("visual-studio-code", shop) as editor:
        await editor.until_ready()
        with pytest.raises(JsonRpcException, match="the text is empty") as error:
            await editor.request(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, odd)
        asked = types.CodeActionParams(document, place, types.CodeActionContext([said]))
        [action] = await editor.request(types.TEXT_DOCUMENT_CODE_ACTION, asked)
        found = await editor.request("findspot/cause", action["command"]["arguments"][0])
    assert error.value.code == -32602
    assert found["results"][0]["path"] == "part_3.py"


async def test_a_newer_cause_of_a_picker_ends_an_older_that_has_yet_to_find_its_file(shop: Path) -> None:
    said = {
        "message": "rebate_3 is wrong",
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}},
    }
    older = {"diagnostic": said, "uri": (shop / "part_1.py").as_uri(), "picker": "live"}
    async with editing("visual-studio-code", shop) as editor:
        await editor.until_ready()
        asked = [
            editor.request("findspot/cause", one) for one in (older, {"text": "rebate_4 is wrong", "picker": "live"})
        ]
        first, second = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(first, JsonRpcException)
    assert first.code == -32800
    assert not isinstance(second, BaseException)
    assert second["results"][0]["path"] == "part_4.py"
