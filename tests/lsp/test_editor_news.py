"""What an editor tells while the server runs: settings, files that come and go, the trace; asked as editors ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import CLIENTS, Editor, editing

both = pytest.mark.parametrize("kind", CLIENTS)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a workspace of twelve files that all hold one word."""
    root = tmp_path / "shop"
    root.mkdir()
    for number in range(12):
        (root / f"part_{number}.py").write_text(f"def rebate_{number}():\n    return {number}\n", encoding="utf-8")
    return root


def told(editor: Editor) -> list[str]:
    """Return the lines of the client's log."""
    return [message.message for message in editor.client.log_messages]


def change(editor: Editor, settings: Any) -> None:
    """Tell that the configuration has changed."""
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))


async def test_settings_are_fetched_and_fetched_again(shop: Path) -> None:
    async with editing("visual-studio-code", shop) as editor:
        editor.client.set_configuration({"findspot": {"top_k": 3, "server": {"path": ["x"]}, "budget": None}})
        change(editor, None)

        async def three() -> bool:
            return len(await editor.paths("rebate")) == 3

        await editor.until_ready()
        await editor.until(three)
        editor.client.set_configuration({"findspot": {"top_k": 5, "topk": 7, "budget": "long"}})
        change(editor, None)

        async def five() -> bool:
            return len(await editor.paths("rebate")) == 5

        await editor.until(five)
        lines = told(editor)
    assert any("has no setting topk" in line for line in lines)
    assert any("budget" in line and "must be" in line for line in lines)
    assert not any("server" in line and "no setting" in line for line in lines)


async def test_settings_are_taken_as_they_are_told(shop: Path) -> None:
    async with editing("neovim", shop, options={"top_k": 2}) as editor:
        editor.client.set_configuration({"findspot": {"top_k": 4}})
        await editor.until_ready()
        change(editor, {"findspot": {"top_k": 4}})

        async def four() -> bool:
            return len(await editor.paths("rebate")) == 4

        await editor.until(four)
        change(editor, "nonsense")
        assert await editor.paths("rebate_7")


@both
async def test_files_that_come_and_go(kind: str, shop: Path) -> None:
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        old, new = shop / "part_3.py", shop / "moved" / "other.py"
        new.parent.mkdir()
        old.rename(new)
        files = [types.FileRename(old_uri=old.as_uri(), new_uri=new.as_uri())]
        editor.client.workspace_did_rename_files(types.RenameFilesParams(files=files))
        await editor.until_found("rebate_3", "moved/other.py")
        assert "part_3.py" not in await editor.paths("rebate_3")
        (shop / "part_4.py").unlink()
        gone = [types.FileDelete(uri=(shop / "part_4.py").as_uri())]
        editor.client.workspace_did_delete_files(types.DeleteFilesParams(files=gone))
        await editor.until_found("rebate_4", "part_4.py", found=False)
        (shop / "part_5.py").write_text("def surcharge():\n    return 5\n", encoding="utf-8")
        event = types.FileEvent(uri=(shop / "part_5.py").as_uri(), type=types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
        await editor.until_found("surcharge", "part_5.py")


@both
async def test_a_trace_tells_of_requests(kind: str, shop: Path) -> None:
    traces: list[str] = []
    async with editing(kind, shop) as editor:
        editor.client.feature(types.LOG_TRACE)(lambda params: traces.append(params.message))
        await editor.until_ready()
        await editor.search("rebate")
        assert not traces
        editor.client.set_trace(types.SetTraceParams(value=types.TraceValue.Messages))
        await editor.search("rebate")
        await editor.search("rebate")
    assert traces
    assert traces[0].startswith("findspot/search answered in ")


async def test_a_document_of_results(shop: Path) -> None:
    async with editing("visual-studio-code", shop) as editor:
        await editor.until_ready()
        params = types.TextDocumentContentParams(uri="findspot-results:/results.md?where%20is%20rebate_7")
        found: Any = await editor.request(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, params)
    assert "part_7.py:1-2 rebate_7" in found.text
