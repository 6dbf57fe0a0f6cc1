"""Several folders of one workspace: inside of each other, one under two names, one that has nothing to do with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, editing

Places = list[tuple[str, str]]


@pytest.fixture
def nest(tmp_path: Path) -> Path:
    """Return a folder with a file on each of three levels."""
    for number, folder in enumerate(("outer", "outer/middle", "outer/middle/inner")):
        (tmp_path / folder).mkdir()
        text = f"def schedule_retry_{number}():\n    return 'uploads are retried'\n"
        (tmp_path / folder / f"file{number}.py").write_text(text, encoding="utf-8")
    return tmp_path / "outer"


async def places(editor: Editor, method: str, query: str, **options: Any) -> Places:
    """Return root and path of all results, sorted; each result must have its own."""
    asked = {"query": query} if method == "search" else {"text": query, "budget": 0, "top_k": 10}
    results = (await editor.request(f"findspot/{method}", {**asked, **options}))["results"]
    assert [result["rank"] for result in results] == list(range(1, len(results) + 1))
    assert sorted((r["score"] for r in results), reverse=True) == [r["score"] for r in results]
    return sorted((result["root"].rpartition("/")[2], result["path"]) for result in results)


@asynccontextmanager
async def ready(*folders: Path) -> AsyncIterator[Editor]:
    """Start an editor with ``folders`` and wait until all are indexed."""
    async with editing("neovim", *folders) as editor:
        await editor.until_ready()
        yield editor


ALL = [("inner", "file2.py"), ("middle", "file1.py"), ("outer", "file0.py")]


@pytest.mark.parametrize("method", ["search", "localize"])
async def test_a_place_in_nested_folders_comes_once_from_the_deepest(nest: Path, method: str) -> None:
    middle, inner = nest / "middle", nest / "middle" / "inner"
    query = "schedule_retry uploads"
    async with ready(nest, inner, middle) as editor:
        assert await places(editor, method, query) == ALL
        # A folder that is asked by itself has all that lies below it.
        whole = [("outer", "file0.py"), ("outer", "middle/file1.py"), ("outer", "middle/inner/file2.py")]
        assert await places(editor, method, query, root=nest.as_uri()) == whole
        assert await places(editor, method, query, scope=[middle.as_uri()]) == ALL[:2]
        assert await places(editor, method, query, scope=[(inner / "file2.py").as_uri()]) == ALL[:1]
        assert await places(editor, method, query, scope=[nest.as_uri()]) == ALL
        assert await places(editor, method, query, top_k=2) != await places(editor, method, query)


async def test_symbols_of_nested_folders_come_once(nest: Path) -> None:
    async with ready(nest, nest / "middle") as editor:
        symbols = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams(query="schedule_retry"))
        assert sorted(symbol.name for symbol in symbols or ()) == [f"schedule_retry_{number}" for number in range(3)]


async def test_one_folder_under_two_names_gives_its_places_once(nest: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(nest, target_is_directory=True)
    async with ready(link, nest) as editor:
        found = await places(editor, "search", "schedule_retry uploads")
        assert found == [("link", "file0.py"), ("link", "middle/file1.py"), ("link", "middle/inner/file2.py")]
        assert {root for root, _ in await places(editor, "search", "schedule_retry", root=nest.as_uri())} == {"outer"}
        # Two buffers of one file: what one of them holds stays when the other is closed.
        for name in (link / "file0.py", nest / "file0.py"):
            editor.open(name)
            editor.insert(name, 0, 0, "def unsaved_name():\n    return 2\n\n")
        editor.closed(link / "file0.py")
        assert ("link", "file0.py") in await places(editor, "search", "unsaved_name")


async def test_unsaved_text_counts_in_every_folder_that_holds_it(nest: Path) -> None:
    middle, inner = nest / "middle", nest / "middle" / "inner"
    file = inner / "file2.py"
    async with ready(nest, middle, inner) as editor:
        editor.open(file)
        editor.insert(file, 0, 0, "def unsaved_name():\n    return 2\n\n")
        for folder, path in ((nest, "middle/inner/file2.py"), (middle, "inner/file2.py"), (inner, "file2.py")):
            answer = await editor.search("unsaved_name", root=folder.as_uri())
            first = answer["results"][0]
            assert (first["path"], first["symbol"], first["fresh"]) == (path, "unsaved_name", True)
            old = (await editor.search("schedule_retry_2", root=folder.as_uri()))["results"][0]
            assert (old["path"], old["range"]["start"]["line"], old["fresh"]) == (path, 3, True)
        # The text goes on to count in the folders that are left, and in one that comes.
        event = types.WorkspaceFoldersChangeEvent(
            added=[], removed=[types.WorkspaceFolder(uri=one.as_uri(), name=one.name) for one in (inner, middle)]
        )
        change = types.DidChangeWorkspaceFoldersParams(event=event)
        editor.client.workspace_did_change_workspace_folders(change)
        assert ("outer", "middle/inner/file2.py") in await places(editor, "search", "unsaved_name")
        event.added, event.removed = event.removed, []
        editor.client.workspace_did_change_workspace_folders(change)
        await editor.until_ready()
        assert ("inner", "file2.py") in await places(editor, "search", "unsaved_name")


@pytest.mark.parametrize("method", ["search", "localize"])
async def test_a_folder_that_has_nothing_to_do_with_the_question_comes_last(method: str, tmp_path: Path) -> None:
    right, other = tmp_path / "right", tmp_path / "other"
    for folder in (right, other):
        folder.mkdir()
    for number, verb in enumerate(("schedule", "cancel", "count", "limit", "delay", "report")):
        text = f"def {verb}_upload_retry(upload):\n    '''{verb} the next retry of an upload.'''\n    return upload\n"
        (right / f"retry{number}.py").write_text(text, encoding="utf-8")
        text = f"def next_{verb}_of_page(page):\n    '''The next {verb} in a page of the manual.'''\n    return page\n"
        (other / f"page{number}.py").write_text(text, encoding="utf-8")
    asked = "where is the next retry of an upload scheduled"
    parameters = {"query": asked} if method == "search" else {"text": asked, "budget": 0, "top_k": 10}
    async with ready(other, right) as editor:
        results = (await editor.request(f"findspot/{method}", parameters))["results"]
        roots = [result["root"].rpartition("/")[2] for result in results]
        assert roots[:6] == ["right"] * 6
        assert "other" in roots
