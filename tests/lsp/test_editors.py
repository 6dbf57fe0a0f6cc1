"""The shipped server as a process, asked as VS Code and as Neovim ask: real index, real models, real files."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import CLIENTS, JsonRpcException, editing

both = pytest.mark.parametrize("kind", CLIENTS)

RETRY = '''"""Uploading files to the object store."""


class Uploader:
    """Sends one file after another."""

    def schedule_retry(self, attempt):
        """Wait with exponential backoff before the next attempt of a failed upload."""
        return min(60, 2**attempt)

    def send(self, name):
        return open(name, "rb").read()
'''

PARSE = '''def parse_invoice(text):
    """Read the number and the total of an invoice."""
    total = 0
    for line in text.splitlines():
        total += amount_of(line)
    return total


def amount_of(line):
    return float(line.split()[-1])
'''

ISSUE = """Uploads hammer the server after a failure

When an upload fails, the next attempt follows at once. I expected an exponential backoff between attempts.

```
Traceback (most recent call last):
  File "shop/store/uploader.py", line 9, in schedule_retry
    return min(60, 2**attempt)
OverflowError: cannot fit
```
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a small workspace."""
    root = tmp_path / "my shop"
    (root / "shop" / "store").mkdir(parents=True)
    (root / "shop" / "store" / "uploader.py").write_text(RETRY, encoding="utf-8")
    (root / "shop" / "invoice.py").write_text(PARSE, encoding="utf-8")
    (root / "README.md").write_text("# Shop\n\nSells things.\n\n## Backup\n\nNightly.\n", encoding="utf-8")
    return root


def generate(root: Path, files: int, lines: int = 1) -> None:
    """Write a tree that takes a while to index; functions of many ``lines`` take the model a while to read."""
    for number in range(files):
        folder = root / f"part{number % 20}"
        folder.mkdir(parents=True, exist_ok=True)
        body = "\n\n".join(
            f'def handler_{number}_{item}(request):\n    """Answer case {item} of unit {number}."""\n'
            + "".join(f"    value_{item} = request.field_{number}_{line}\n" for line in range(lines))
            + f"    return value_{item} + {item}"
            for item in range(12)
        )
        (folder / f"unit_{number}.py").write_text(body + "\n", encoding="utf-8")


@both
@pytest.mark.row("C01")
async def test_a_question_gets_the_place(kind: str, shop: Path) -> None:
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        answer = await editor.search("where is the backoff between upload attempts computed", top_k=3)
        best = answer["results"][0]
        assert (best["path"], best["symbol"]) == ("shop/store/uploader.py", "Uploader.schedule_retry")
        assert best["uri"] == (shop / "shop" / "store" / "uploader.py").as_uri()
        assert best["range"]["start"]["line"] == 6
        assert best["range"]["end"]["line"] == 8
        assert best["fresh"] is True
        assert best["evidence"]
        assert answer["status"]["complete"] is True
        commanded: Any = await editor.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command="findspot.search", arguments=[{"query": "parse_invoice"}])
        )
        assert commanded["results"][0]["symbol"] == "parse_invoice"
    assert editor.exit_code == 0


@both
@pytest.mark.row("B06", "B08")
async def test_localize_sends_the_instant_list_first(kind: str, shop: Path) -> None:
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        params = {"text": ISSUE, "budget": 10, "workDoneToken": "work", "partialResultToken": "part"}
        answer = await editor.request("findspot/localize", params)
        assert answer["results"][0]["symbol"] == "Uploader.schedule_retry"
        partials = [value for token, value in editor.progress if token == "part"]
        assert len(partials) == 1
        assert all(result["stage"] == "hybrid" for result in partials[0]["results"])
        kinds = [value["kind"] for token, value in editor.progress if token == "work"]
        assert kinds == ["begin", "report", "end"]
        files = await editor.request("findspot/localize", {"text": ISSUE, "level": "file", "top_k": 2})
        assert files["results"][0]["path"] == "shop/store/uploader.py"


@both
@pytest.mark.row("V12")
async def test_search_while_indexing_answers_and_is_labelled(kind: str, tmp_path: Path) -> None:
    generate(tmp_path / "big", 500)
    async with editing(kind, tmp_path / "big") as editor:
        answer = await editor.search("answer case of unit")
        assert answer["status"]["complete"] is False
        assert answer["status"]["state"] in {"empty", "indexing"}
        await editor.until_ready()
        answer = await editor.search("handler_7_3")
        assert answer["results"][0]["symbol"] == "handler_7_3"
        assert answer["status"]["complete"] is True
        kinds = [value["kind"] for _, value in editor.progress]
        assert (kinds[0], kinds[-1]) == ("begin", "end")
        assert any("of 500 files" in (value["message"] or "") for value in editor.reports("report"))


@both
@pytest.mark.row("B06")
async def test_cancelled_indexing_stops(kind: str, tmp_path: Path) -> None:
    generate(tmp_path / "big", 1500)
    async with editing(kind, tmp_path / "big") as editor:

        async def begun() -> bool:
            return bool(editor.reports("begin"))

        await editor.until(begun)
        token = editor.progress[0][0]
        editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token=token))

        async def stopped() -> bool:
            (root,) = (await editor.request("findspot/status", {}))["roots"]
            return root["state"] in {"aborted", "empty"} and root["files"] < 1500

        await editor.until(stopped)
        assert editor.reports("end")[0]["message"] == "cancelled"

        params: dict[str, Any] = {"workDoneToken": "again"}
        task = asyncio.ensure_future(editor.client.protocol.send_request_async("findspot/index", params, "run"))

        async def reported() -> bool:
            return any(token == "again" and value["kind"] == "report" for token, value in editor.progress)

        await editor.until(reported)
        editor.client.cancel_request(types.CancelParams(id="run"))
        with pytest.raises(JsonRpcException) as cancelled:
            await task
        assert cancelled.value.code == -32800
        await editor.until(stopped)


@both
@pytest.mark.row("B06", "B08")
async def test_a_cancelled_localize_stops_while_the_model_reads(kind: str, tmp_path: Path) -> None:
    generate(tmp_path / "long", 5, lines=80)
    async with editing(kind, tmp_path / "long") as editor:
        await editor.until_ready()
        params = {"text": "handler of a case adds up the request's fields", "budget": 60, "partialResultToken": "part"}
        task = asyncio.ensure_future(editor.client.protocol.send_request_async("findspot/localize", params, "call"))

        async def listed() -> bool:
            return bool(editor.progress and editor.progress[-1][0] == "part")

        await editor.until(listed)
        assert (await editor.request("findspot/status", {}))["running_requests"] == 1
        editor.client.cancel_request(types.CancelParams(id="call"))
        with pytest.raises(JsonRpcException) as cancelled:
            await task
        assert cancelled.value.code == -32800

        async def idle() -> bool:
            return bool((await editor.request("findspot/status", {}))["running_requests"] == 0)

        await editor.until(idle)


@both
@pytest.mark.row("B04", "B09", "V45", "C02")
async def test_the_life_of_an_edit(kind: str, shop: Path) -> None:
    file = shop / "shop" / "invoice.py"
    new = 'def export_ledger(path):\n    """Write the ledger as a spreadsheet."""\n    return path\n\n\n'
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        editor.open(file)
        editor.insert(file, 0, 0, new)
        answer = await editor.search("export_ledger")
        best = answer["results"][0]
        assert (best["path"], best["symbol"], best["range"]["start"]["line"]) == (
            "shop/invoice.py",
            "export_ledger",
            0,
        )
        assert new not in file.read_text(encoding="utf-8")
        moved = next(r for r in (await editor.search("parse_invoice"))["results"] if r["symbol"] == "parse_invoice")
        assert moved["range"]["start"]["line"] == 5

        file.write_text(new + PARSE, encoding="utf-8")
        editor.saved(file)
        assert (await editor.paths("export_ledger"))[0] == "shop/invoice.py"
        editor.closed(file)
        await editor.until_found("export_ledger", "shop/invoice.py")

        other = shop / "shop" / "outside.py"
        other.write_text("def import_calendar(feed):\n    return feed\n", encoding="utf-8")
        await editor.until_found("import_calendar", "shop/outside.py")
        other.write_text("def import_contacts(feed):\n    return feed\n", encoding="utf-8")
        await editor.until_found("import_contacts", "shop/outside.py")
        other.unlink()
        await editor.until_found("import_contacts", "shop/outside.py", found=False)
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        assert (await editor.paths("export_ledger"))[0] == "shop/invoice.py"


@pytest.mark.row("B09")
async def test_a_result_says_when_its_file_has_changed_since(shop: Path) -> None:
    async with editing("neovim", shop, options={"debounce_ms": 60_000}) as editor:
        await editor.until_ready()
        file = shop / "shop" / "invoice.py"
        file.write_text("import os\n\n\n" + PARSE, encoding="utf-8")
        (result,) = (await editor.search("parse_invoice", top_k=1))["results"]
        assert (result["path"], result["fresh"]) == ("shop/invoice.py", False)
        assert result["range"] == {"start": {"line": 0, "character": 0}, "end": {"line": 6, "character": 0}}
        await editor.request("findspot/index", {})
        (result,) = (await editor.search("parse_invoice", top_k=1))["results"]
        assert result["fresh"] is True
        assert result["range"]["start"] == {"line": 3, "character": 0}


@both
@pytest.mark.row("C07")
async def test_workspace_symbols_take_names_and_sentences(kind: str, shop: Path) -> None:
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        for query in ("schedule_retry", "wait before the next attempt of a failed upload"):
            params = types.WorkspaceSymbolParams(query=query)
            symbols = await editor.client.workspace_symbol_async(params)
            assert symbols
            assert symbols[0].name == "schedule_retry"
            assert symbols[0].kind == types.SymbolKind.Method
            assert symbols[0].container_name == "Uploader in shop/store/uploader.py"


@pytest.mark.row("C07", "L02", "L03")
async def test_workspace_symbols_take_names_that_people_read_and_qualified_ones(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": [f"print({at})"]} for at in range(3)]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    (tmp_path / "app.js").write_text(
        "app.post('/orders/:id', (request, response) => {\n  const order = find(request)\n  order.save()\n"
        "  response.json(order)\n})\n\napp.get('/health', (request, response) => response.send('ok'))\n",
        encoding="utf-8",
    )
    (tmp_path / "pages.rb").write_text(
        "".join(f"class {name}\n  def show\n    render\n  end\nend\n" for name in ("Apples", "Melons", "Pears")),
        encoding="utf-8",
    )
    async with editing("visual-studio-code", tmp_path) as editor:
        await editor.until_ready()
        asked = {
            "GET /hea": ("GET /health", 6),
            "cell 3": ("cell 3", 22),
            "Pears#show": ("show", 11),
            "Pears.": ("Pears", 10),
        }
        for query, expected in asked.items():
            symbols = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams(query=query))
            assert symbols
            place = symbols[0].location
            assert isinstance(place, types.Location)
            assert (symbols[0].name, place.range.start.line) == expected


@both
@pytest.mark.row("C03")
async def test_two_folders(kind: str, shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "tools"
    other.mkdir()
    (other / "clean.py").write_text("def schedule_retry_cleanup():\n    return 1\n", encoding="utf-8")
    async with editing(kind, shop, other) as editor:
        await editor.until_ready()
        answer = await editor.search("schedule_retry")
        assert {result["root"] for result in answer["results"]} == {shop.as_uri(), other.as_uri()}
        assert await editor.paths("schedule_retry", root=other.as_uri()) == ["clean.py"]
        with pytest.raises(JsonRpcException, match="not a workspace folder") as refused:
            await editor.search("x", root=tmp_path.as_uri())
        assert refused.value.code == -32602


@pytest.mark.parametrize(("kind", "encoding"), [("neovim", "utf-8"), ("visual-studio-code", "utf-16")])
async def test_ranges_on_lines_that_are_not_ascii(kind: str, encoding: str, tmp_path: Path) -> None:
    root = tmp_path / "wörter"
    root.mkdir()
    line = "class Küche: 😀 = 1\n"
    source = f"{line.replace('😀', 'ß')}\n    def kochen_lassen(self): return '😀😀 fertig gekocht'\n\n\nx = 1\n"
    (root / "küche.py").write_text(source, encoding="utf-8")
    async with editing(kind, root, encodings=[encoding]) as editor:
        assert editor.encoding == encoding
        await editor.until_ready()
        answer = await editor.search("kochen_lassen")
        best = answer["results"][0]
        assert best["uri"] == (root / "küche.py").as_uri()
        lines = source.splitlines()
        end = best["range"]["end"]
        width: dict[str, Any] = {
            "utf-8": lambda s: len(s.encode()),
            "utf-16": lambda s: len(s.encode("utf-16-le")) // 2,
        }
        assert end["character"] in {0, width[encoding](lines[end["line"]])}
        text = best["text"]
        start = best["range"]["start"]
        assert lines[start["line"]].endswith(text.splitlines()[0])
        prefix = lines[start["line"]].removesuffix(text.splitlines()[0])
        assert start["character"] == width[encoding](prefix)
