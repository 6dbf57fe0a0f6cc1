"""The server's own logic, in process and with an engine of plain Python: no models, no second process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from findspot import __version__
from findspot.lsp.causes import SHOW_CAUSE
from findspot.lsp.protocol import COMMANDS
from findspot.service import upkeep
from tests.lsp.wire import Wire

MakeWire = Callable[..., Wire]


def edit(wire: Wire, file: Path, text: str, version: int = 2) -> None:
    """Open ``file`` in the editor with what is on disk and replace its text without saving."""
    document = {"uri": file.as_uri(), "languageId": "python", "version": 1, "text": file.read_text(encoding="utf-8")}
    wire.notify("textDocument/didOpen", {"textDocument": document})
    change(wire, file, text, version)


def change(wire: Wire, file: Path, text: str, version: int) -> None:
    """Replace the whole text of an open document."""
    wire.notify(
        "textDocument/didChange",
        {"textDocument": {"uri": file.as_uri(), "version": version}, "contentChanges": [{"text": text}]},
    )


async def paths(wire: Wire, query: str, **options: Any) -> list[str]:
    """Return the paths that a search finds."""
    answer = await wire.request("findspot/search", {"query": query, **options})
    return [result["path"] for result in answer["results"]]


async def test_what_the_server_says_about_itself(make_wire: MakeWire, folder: Path) -> None:
    told = await make_wire().start(folder)
    assert told["serverInfo"] == {"name": "findspot", "version": __version__}
    capabilities = told["capabilities"]
    assert capabilities["textDocumentSync"] == {"openClose": True, "change": 2, "save": {"includeText": False}}
    assert set(capabilities["executeCommandProvider"]["commands"]) == {*COMMANDS, SHOW_CAUSE}
    assert capabilities["workspace"]["workspaceFolders"] == {"supported": True, "changeNotifications": True}


async def test_search_answers_with_every_field(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    answer = await wire.request("findspot/search", {"query": "next attempt", "top_k": 3})
    (result,) = answer["results"]
    assert result["uri"] == (folder / "src" / "upload.py").as_uri()
    assert result["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 36}}
    named = {"uri", "range", "root", "path", "symbol", "kind", "score", "probability", "rank", "stage", "evidence"}
    assert result.keys() == named | {"fresh", "text", "truncated", "exact", "best_line", "matches"}
    assert (result["path"], result["rank"], result["stage"]) == ("src/upload.py", 1, "hybrid")
    assert result["evidence"] == [{"kind": "lexical", "detail": "all words", "score": 1.0}]
    assert answer["status"]["state"] == "ready"
    assert answer["status"]["complete"] is True
    without = await wire.request("findspot/search", {"query": "next attempt", "include_text": False})
    assert "text" not in without["results"][0]


@pytest.mark.row("V12")
async def test_search_while_indexing_answers_and_says_so(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire(steps=100_000)
    await wire.start(folder)
    answer = await wire.request("findspot/search", {"query": "upload"})
    assert answer["status"]["state"] in {"empty", "indexing"}
    assert answer["status"]["complete"] is False
    await wire.request("shutdown")
    assert await asyncio.to_thread(wire.engines["shop"].stopped.wait, 10)


@pytest.mark.parametrize("method", ["findspot/localize", "workspace/executeCommand"])
async def test_cancel_stops_the_work(make_wire: MakeWire, folder: Path, method: str) -> None:
    wire = make_wire(steps=0)
    await wire.start(folder)
    await wire.until_indexed(folder)
    engine = wire.engines["shop"]
    engine.steps = 100_000
    params: dict[str, Any] = {"text": "upload", "budget": 60}
    if method == "workspace/executeCommand":
        params = {"command": "findspot.localize", "arguments": [params]}
    number = wire.ask(method, params)
    while (await wire.request("findspot/status"))["running_requests"] == 0:
        await asyncio.sleep(0.005)
    wire.notify("$/cancelRequest", {"id": number})
    assert (await wire.answer(number))["error"]["code"] == -32800
    assert await asyncio.to_thread(engine.stopped.wait, 10)
    while (await wire.request("findspot/status"))["running_requests"]:
        await asyncio.sleep(0.005)


@pytest.mark.row("T07")
@pytest.mark.parametrize("way", ["$/cancelRequest", "window/workDoneProgress/cancel"])
async def test_cancel_is_answered_while_the_thread_hangs(make_wire: MakeWire, folder: Path, way: str) -> None:
    wire = make_wire(steps=0)
    await wire.start(folder)
    await wire.until_indexed(folder)
    engine = wire.engines["shop"]
    engine.hanging = threading.Event()
    # More than there are threads: those that wait for one are cancelled as quickly.
    asked = [
        wire.ask(
            "findspot/localize", {"text": "upload", "partialResultToken": f"part {at}", "workDoneToken": f"bar {at}"}
        )
        for at in range(5)
    ]
    while (await wire.request("findspot/status"))["running_requests"] < 2:
        await asyncio.sleep(0.005)
    for at, number in enumerate(asked):
        wire.notify(way, {"id": number} if way == "$/cancelRequest" else {"token": f"bar {at}"})
    for number in asked:
        assert (await wire.answer(number))["error"]["code"] == -32800
    assert not engine.hanging.is_set()
    assert await paths(wire, "schedule") == ["src/upload.py"]
    engine.hanging.set()
    while (await wire.request("findspot/status"))["running_requests"]:
        await asyncio.sleep(0.005)
    answered = [message["id"] for message in wire.received if message.get("id") in asked and "method" not in message]
    assert sorted(answered) == asked


async def test_the_cancel_button_of_a_progress_bar_stops_indexing(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire(steps=100_000)
    await wire.start(folder, capabilities={"window": {"workDoneProgress": True}})
    begun = await wire.wait(lambda message: message.get("params", {}).get("value", {}).get("kind") == "begin")
    assert begun["params"]["value"]["title"] == "Indexing shop"
    wire.notify("window/workDoneProgress/cancel", {"token": begun["params"]["token"]})
    ended = await wire.wait(lambda message: message.get("params", {}).get("value", {}).get("kind") == "end")
    assert ended["params"]["value"]["message"] == "cancelled"
    assert wire.engines["shop"].stopped.is_set()
    values = [m["params"]["value"] for m in wire.received if m.get("method") == "$/progress"]
    assert values[-1]["kind"] == "end"
    created = [m for m in wire.received if m.get("method") == "window/workDoneProgress/create"]
    assert len(created) == 1


async def test_a_client_without_progress_gets_none(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire(steps=20)
    await wire.start(folder)
    await wire.until_indexed(folder)
    assert not [m for m in wire.received if "rogress" in m.get("method", "")]


async def test_partial_results_come_first_and_the_answer_replaces_them(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire(steps=3)
    await wire.start(folder)
    await wire.until_indexed(folder)
    number = wire.ask(
        "findspot/localize", {"text": "upload", "partialResultToken": "part", "workDoneToken": 0, "level": "file"}
    )
    answer = await wire.answer(number)
    messages = [m["params"] for m in wire.received if m.get("method") == "$/progress"]
    partials = [m["value"] for m in messages if m["token"] == "part"]
    kinds = [m["value"]["kind"] for m in messages if m["token"] == 0]
    assert len(partials) == 1
    assert [r["path"] for r in partials[0]["results"]] == [r["path"] for r in answer["result"]["results"]]
    assert partials[0]["status"]["model"] == "not asked for"
    assert answer["result"]["status"]["model"] == "applied"
    assert (kinds[0], kinds[-1]) == ("begin", "end")
    assert wire.received.index(next(m for m in wire.received if m.get("id") == number)) > 0
    assert "localize level=file budget=1.0" in wire.engines["shop"].log


@pytest.mark.row("B04")
async def test_unsaved_text_is_found_at_once(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    file = folder / "src" / "upload.py"
    edit(wire, file, "def brand_new(): pass\n")
    assert await paths(wire, "brand_new") == ["src/upload.py"]
    assert await paths(wire, "schedule") == []
    change(wire, file, file.read_text(encoding="utf-8"), 3)
    assert await paths(wire, "schedule") == ["src/upload.py"]
    assert wire.engines["shop"].overlays == {}


async def test_typing_costs_one_overlay_after_a_pause(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    file = folder / "src" / "upload.py"
    edit(wire, file, "a")
    for version in range(3, 30):
        change(wire, file, "a" * version, version)
    engine = wire.engines["shop"]
    while not engine.overlays:
        await asyncio.sleep(0.01)
    assert [line for line in engine.log if line.startswith("overlay")] == ["overlay src/upload.py 29"]


async def test_saving_keeps_the_text_until_the_index_has_it(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    file = folder / "src" / "upload.py"
    text = "def brand_new(): pass\n"
    edit(wire, file, text)
    file.write_text(text, encoding="utf-8")
    wire.notify("textDocument/didSave", {"textDocument": {"uri": file.as_uri()}})
    assert await paths(wire, "brand_new") == ["src/upload.py"]
    engine = wire.engines["shop"]
    while "refresh ['src/upload.py']" not in engine.log or engine.overlays:
        await asyncio.sleep(0.005)
    assert await paths(wire, "brand_new") == ["src/upload.py"]


async def test_closing_without_saving_brings_the_file_back(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    file = folder / "src" / "upload.py"
    edit(wire, file, "nothing")
    assert await paths(wire, "schedule") == []
    wire.notify("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
    assert await paths(wire, "schedule") == ["src/upload.py"]


async def test_incremental_changes_use_the_clients_units(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder, capabilities={"general": {"positionEncodings": ["utf-8"]}})
    await wire.until_indexed(folder)
    file = folder / "src" / "übung.py"
    text = file.read_text(encoding="utf-8")
    edit(wire, file, text)
    column = len(text[: text.index("place")].encode())
    wire.notify(
        "textDocument/didChange",
        {
            "textDocument": {"uri": file.as_uri(), "version": 3},
            "contentChanges": [
                {
                    "range": {"start": {"line": 0, "character": column}, "end": {"line": 0, "character": column + 5}},
                    "text": "spot",
                }
            ],
        },
    )
    assert await paths(wire, "😀 spot'") == ["src/übung.py"]


async def test_documents_outside_and_of_other_schemes_are_left_alone(
    make_wire: MakeWire, folder: Path, tmp_path: Path
) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    other = tmp_path / "other.py"
    other.write_text("x", encoding="utf-8")
    link = folder / "link.py"
    link.symlink_to(other)
    for uri in ("untitled:Untitled-1", other.as_uri(), link.as_uri(), "git:/a"):
        document = {"uri": uri, "languageId": "python", "version": 1, "text": "secret words"}
        wire.notify("textDocument/didOpen", {"textDocument": document})
    assert await paths(wire, "secret") == []


@pytest.mark.row("C03")
async def test_two_folders_are_searched_together_or_by_name(make_wire: MakeWire, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "upload_two.py").write_text("upload\n", encoding="utf-8")
    wire = make_wire()
    await wire.start(folder, other)
    await wire.until_indexed(folder, other)
    answer = await wire.request("findspot/search", {"query": "upload"})
    assert {result["root"] for result in answer["results"]} == {folder.as_uri(), other.as_uri()}
    assert [result["rank"] for result in answer["results"]] == [1, 2, 3]
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["status"]["files"] == 4
    assert await paths(wire, "upload", root=other.as_uri()) == ["upload_two.py"]
    assert await paths(wire, "upload", scope=[(folder / "src").as_uri()]) == ["src/upload.py"]

    event = {"added": [], "removed": [{"uri": folder.as_uri(), "name": "shop"}]}
    engine = wire.engines.pop("shop")
    wire.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert await paths(wire, "upload") == ["upload_two.py"]
    assert await asyncio.to_thread(engine.closed.wait, 10)
    event = {"added": [{"uri": folder.as_uri(), "name": "shop"}], "removed": []}
    wire.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await wire.until_indexed(folder)
    assert len(await paths(wire, "upload")) == 3


async def test_a_folder_behind_a_link_keeps_the_clients_name(make_wire: MakeWire, folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder, target_is_directory=True)
    wire = make_wire()
    await wire.start(link)
    await wire.until_indexed(link)
    edit(wire, link / "src" / "upload.py", "brand_new")
    (result,) = (await wire.request("findspot/search", {"query": "brand_new"}))["results"]
    assert result["uri"] == (link / "src" / "upload.py").as_uri()


async def test_another_process_that_indexes_is_waited_for(
    make_wire: MakeWire, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "LOCKED_SECONDS", 0.01)
    wire = make_wire()
    wire.locked = 3
    await wire.start(folder)
    await wire.until_indexed(folder)
    assert await paths(wire, "schedule") == ["src/upload.py"]
    told = [m["params"]["message"] for m in wire.received if m.get("method") == "window/logMessage"]
    assert len([message for message in told if "another process is indexing" in message]) == 1


async def test_a_request_without_a_folder_says_so(make_wire: MakeWire) -> None:
    wire = make_wire()
    await wire.start()
    error = await wire.error("findspot/search", {"query": "x"})
    assert error["code"] == -32803
    assert "No folder is open" in error["message"]


async def test_parameters_may_be_spelled_as_editors_do(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    answer = await wire.request("findspot/search", {"query": "next attempt", "topK": 1, "includeText": False})
    assert [sorted(result.keys() & {"text", "rank"}) for result in answer["results"]] == [["rank"]]


async def test_older_clients_name_one_root(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.request("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
    wire.notify("initialized", {})
    await wire.until_indexed(folder)
    assert await paths(wire, "schedule") == ["src/upload.py"]


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("findspot/search", None, "'query' is missing"),
        ("findspot/search", [1], "one object"),
        ("findspot/search", {"query": 5}, "'query' must be a string"),
        ("findspot/search", {"query": "x" * 200_001}, "at most 200,000"),
        ("findspot/search", {"query": "x", "top_k": 0}, "'top_k'"),
        ("findspot/search", {"query": "x", "top_k": True}, "'top_k' must be a whole number from 1 to 1000"),
        ("findspot/search", {"query": "x", "top_k": 2.5}, "'top_k'"),
        ("findspot/search", {"query": "x", "topk": 5}, "did you mean 'top_k'"),
        ("findspot/search", {"query": "x", "scope": "file:///x"}, "'scope' must be a list"),
        ("findspot/search", {"query": "x", "scope": [5]}, "'scope' must hold strings"),
        ("findspot/search", {"query": "x", "scope": ["http://x"]}, "not a file: URI"),
        ("findspot/search", {"query": "x", "scope": ["file:///etc"]}, "outside of the workspace"),
        ("findspot/search", {"query": "x", "root": "file:///etc"}, "not a workspace folder"),
        ("findspot/search", {"query": "x", "scope": ["file:///x"] * 1001}, "at most 1,000"),
        ("findspot/search", {"query": "x", "include_text": "no"}, "true or false"),
        ("findspot/search", {"query": "   "}, "empty"),
        ("findspot/localize", {"text": "x", "budget": -1}, "'budget'"),
        ("findspot/localize", {"text": "x", "budget": 1e9}, "'budget'"),
        ("findspot/localize", {"text": "x", "level": "line"}, "'level'"),
        ("findspot/localize", {"text": "x", "level": ["file"]}, "'level'"),
        ("findspot/localize", {"text": "x" * 200_001}, "at most 200,000"),
        ("findspot/localize", {"text": "x", "partialResultToken": {}}, "'partialResultToken'"),
        ("findspot/index", {"rebuild": "yes"}, "true or false"),
        ("findspot/status", {"root": 5}, "'root'"),
        ("workspace/symbol", {}, "'query' is missing"),
        ("workspace/symbol", 5, "workspace/symbol"),
        ("workspace/executeCommand", {"command": "findspot.search"}, "'query' is missing"),
        ("workspace/executeCommand", {"command": "findspot.search", "arguments": ["words"]}, "one object"),
        ("workspace/executeCommand", {"command": "findspot.search", "arguments": [{}, {}]}, "not 2 arguments"),
        ("workspace/executeCommand", {"command": "rm", "arguments": []}, "no command 'rm'"),
    ],
)
async def test_wrong_parameters_get_a_plain_answer(
    make_wire: MakeWire, folder: Path, method: str, params: Any, message: str
) -> None:
    wire = make_wire()
    await wire.start(folder)
    error = await wire.error(method, params)
    assert error["code"] == -32602
    assert message in error["message"]
    assert await paths(wire, "schedule", root=folder.as_uri()) in (["src/upload.py"], [])


async def test_broken_messages_are_answered_and_end_nothing(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    early = await wire.error("findspot/search", {"query": "x"})
    assert early["code"] == -32002
    await wire.start(folder)
    wire.protocol.receive(b"{not json")
    assert (await wire.wait(lambda m: m.get("error", {}).get("code") == -32700))["id"] is None
    for body in (b"[]", b"5", b'{"id": 77}', b"[" * 100_000):
        wire.protocol.receive(body)
    wire.send({"id": {}, "method": "findspot/search", "params": {"query": "x"}})
    wire.send({"id": 99, "result": {"jsonrpc": "2.0"}})
    wire.notify("textDocument/didChange", {"contentChanges": 5})
    wire.notify("nonsense/notification", {"a": 1})
    assert (await wire.error("nonsense/request", {"class": 1}))["code"] == -32601
    await wire.until_indexed(folder)
    assert await paths(wire, "schedule") == ["src/upload.py"]
    await wire.request("shutdown")
    assert (await wire.error("findspot/search", {"query": "x"}))["code"] == -32600


async def test_settings_of_the_editor(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire(debounce_ms=50)
    await wire.start(folder, options={"top_k": 1, "debounce_ms": 70, "embeder": "x", "budget": "long"})
    await wire.until_indexed(folder)
    shown = [m["params"]["message"] for m in wire.received if m.get("method") == "window/showMessage"]
    assert len(shown) == 1
    assert "editor settings: ignored: unknown setting 'embeder'; did you mean 'embedder'?; setting 'budget'" in shown[0]
    settings = wire.engines["shop"].config.settings
    assert (settings.top_k, settings.debounce_ms, settings.embedder) == (1, 50, "static-code")
    assert len(await paths(wire, "upload")) == 1


async def test_settings_that_fit_only_together_are_taken_together(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder, options={"chunk_size": 48, "chunk_overlap": 8})
    await wire.until_indexed(folder)
    settings = wire.engines["shop"].config.settings
    assert (settings.chunk_size, settings.chunk_overlap) == (48, 8)
    assert not [m for m in wire.received if m.get("method") == "window/showMessage"]


async def test_a_broken_settings_file_is_shown_once_and_the_rest_goes_on(make_wire: MakeWire, folder: Path) -> None:
    (folder / ".findspot").mkdir()
    (folder / ".findspot" / "config.toml").write_text("top_kk = 3\n", encoding="utf-8")
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    await paths(wire, "upload")
    shown = [m["params"]["message"] for m in wire.received if m.get("method") == "window/showMessage"]
    assert len(shown) == 1
    assert "config.toml: ignored: unknown setting 'top_kk'; did you mean 'top_k'?" in shown[0]


async def test_a_mistake_in_the_users_file_is_shown_once_and_costs_that_setting(
    make_wire: MakeWire, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder.parent / "own.toml"
    own.write_text("top_k = 1\nreranker = ''\n", encoding="utf-8")
    monkeypatch.setattr("findspot.config.resolve.user_config_path", lambda: own)
    wire = make_wire()
    await wire.start(folder, options={"debounce_ms": 70})
    await wire.until_indexed(folder)
    assert len(await paths(wire, "upload")) == 1
    shown = [m["params"]["message"] for m in wire.received if m.get("method") == "window/showMessage"]
    hint = "ignored: unknown setting 'reranker'; did you mean 'localization_model'?"
    assert shown == [f"Findspot: {own}: {hint}"]


async def test_index_request_reports_what_it_did(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    (folder / "new.py").write_text("newest = 1\n", encoding="utf-8")
    answer = await wire.request("workspace/executeCommand", {"command": "findspot.index", "arguments": [{}]})
    (report,) = answer["roots"]
    assert (report["root"], report["state"], report["added"], report["unchanged"]) == (folder.as_uri(), "ready", 1, 3)
    assert wire.engines["shop"].log[:2] == ["watch", "refresh rebuild=False"]
    await wire.request("findspot/index", {"rebuild": True, "root": folder.as_uri()})
    assert "refresh rebuild=True" in wire.engines["shop"].log


@pytest.mark.row("C07")
async def test_workspace_symbols(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire()
    await wire.start(folder)
    await wire.until_indexed(folder)
    (symbol,) = await wire.request("workspace/symbol", {"query": "next attempt"})
    assert (symbol["name"], symbol["containerName"], symbol["kind"]) == ("inner", "Outer in src/upload.py", 12)
    assert symbol["location"]["uri"] == (folder / "src" / "upload.py").as_uri()
    assert await wire.request("workspace/symbol", {"query": " "}) == []


async def test_shutdown_closes_engines_and_stops_threads(make_wire: MakeWire, folder: Path) -> None:
    wire = make_wire(steps=100_000)
    await wire.start(folder)
    await wire.request("findspot/status")
    await wire.request("shutdown")
    wire.notify("exit")
    assert wire.protocol.exit_requested
    assert wire.protocol.was_shut_down
    await wire.stop()
    assert wire.engines["shop"].closed.is_set()
