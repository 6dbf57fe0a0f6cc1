"""Odd clients: broken lines, cancelled and flooding calls, roots that come, change and vanish, other versions."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from mcp import types

from findspot.agent.tokens import TokenCounter
from findspot.mcp import server
from findspot.mcp.session import Session
from findspot.service.engines import SharedEngines
from findspot.service.folders import Folders, absolute, names_of
from tests.mcp.conftest import PATIENCE_SECONDS, Connect, started, text_of

QUESTION = {"name": "find_code", "arguments": {"query": "where are upload retries scheduled"}}
CAN_TELL = {"roots": {"listChanged": True}}


def project(folder: Path, name: str) -> Path:
    """Write a file with one function into a folder and return the folder."""
    folder.mkdir(parents=True)
    (folder / "main.py").write_text(f"def {name}() -> None:\n    print('hello')\n")
    return folder


async def told_roots(client: Any) -> list[str]:
    status = await client.call("index_status")
    return [one["name"] for one in status["structuredContent"]["roots"]]


# --- roots ---


async def test_roots_come_from_the_client_that_has_some(connect: Connect, tmp_path: Path) -> None:
    client = await connect()
    client.roots = [project(tmp_path / "a" / "web", "one"), project(tmp_path / "b" / "web", "two")]
    await client.start(CAN_TELL)
    await client.until_indexed()
    assert client.asked == ["roots/list"]
    assert await told_roots(client) == ["web", "web~2"]
    for name, path in (("one", "web/main.py"), ("two", "web~2/main.py")):
        (found, *_) = (await client.call("find_code", query=name))["structuredContent"]["results"]
        assert found["path"] == path
        read = await client.call("read_span", path=path)
        assert f"def {name}()" in text_of(read)
        assert (await client.call("find_code", query=name, scope=[path]))["structuredContent"]["results"]


async def test_changed_roots_are_asked_for_again(connect: Connect, tmp_path: Path) -> None:
    client = await connect()
    client.roots = [project(tmp_path / "old", "one")]
    await client.start(CAN_TELL)
    await client.until_indexed()
    client.roots = [project(tmp_path / "new", "two")]
    await client.send({"method": "notifications/roots/list_changed"})
    await client.until_indexed()
    assert await told_roots(client) == ["new"]
    gone = await client.call("read_span", path=str(tmp_path / "old" / "main.py"))
    assert "lies outside" in text_of(gone)


async def test_given_roots_go_before_those_of_the_client(connect: Connect, tmp_path: Path) -> None:
    client = await connect(project(tmp_path / "given", "one"))
    client.roots = [project(tmp_path / "told", "two")]
    await client.start(CAN_TELL)
    assert await told_roots(client) == ["given"]
    assert client.asked == []


async def test_a_client_without_roots_gets_the_project_around_the_working_folder(
    connect: Connect, repository: Path
) -> None:
    client = await connect(working=repository / "src")
    await client.start()
    assert await told_roots(client) == ["uploads"]


@pytest.mark.parametrize("uri", ["https://example.com/x", "file://elsewhere/x", "file:///a%00b", "x"])
async def test_what_is_no_folder_of_this_machine_is_no_root(connect: Connect, monkeypatch: Any, uri: str) -> None:
    client = await connect()

    class Told:
        def as_uri(self) -> str:
            return uri

    client.roots = [Told()]  # type: ignore[list-item]
    await client.start(CAN_TELL)
    assert await told_roots(client) == ["uploads"]


async def test_nobody_means_to_index_the_home_folder(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    client = await connect(working=home)
    await client.start()
    answer = await client.call("find_code", query="anything")
    assert answer["isError"] is True
    assert "start it in the folder of a project, or with --root DIR" in text_of(answer)
    assert Folders((), Path(home.anchor)).own() == ()


async def test_nobody_means_a_client_to_have_the_whole_disk_indexed(connect: Connect, repository: Path) -> None:
    client = await connect(working=repository)
    client.roots = [Path(repository.anchor), Path.home()]
    await client.start(CAN_TELL)
    assert await told_roots(client) == ["uploads"]


async def test_of_roots_that_are_told_late_the_newest_count(connect: Connect, tmp_path: Path) -> None:
    client = await connect()
    client.roots = [project(tmp_path / "new", "two")]
    old = project(tmp_path / "old", "one")
    await client.start(CAN_TELL)
    first = await client.next_asked()
    await client.send({"method": "notifications/roots/list_changed"})
    await client.until_indexed()
    await client.send({"id": first, "result": {"roots": [{"uri": old.as_uri()}]}})
    assert await told_roots(client) == ["new"]


async def test_a_root_that_comes_later_is_indexed(connect: Connect, tmp_path: Path) -> None:
    client = await connect()
    client.roots = [tmp_path / "later"]
    await client.start(CAN_TELL)
    assert (await client.call("find_code", query="one"))["isError"]
    project(tmp_path / "later", "one")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (answer := await client.call("find_code", query="one"))["structuredContent"]["complete"]:
            await asyncio.sleep(0.05)
    assert answer["structuredContent"]["results"][0]["symbol"] == "one"


async def test_a_root_that_is_made_anew_is_indexed_anew(
    connect: Connect, engines: SharedEngines, tmp_path: Path
) -> None:
    root = project(tmp_path / "web", "one")
    client = await connect(root)
    await client.start()
    await client.until_indexed()
    (engine,) = (shared.engine for shared in engines._engines.values())
    shutil.rmtree(root)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while engine.freshness.watching:
            await asyncio.sleep(0.05)
        project(root, "two")
        while not (answer := await client.call("find_code", query="two"))["structuredContent"]["complete"]:
            await asyncio.sleep(0.05)
    assert answer["structuredContent"]["results"][0]["symbol"] == "two"


async def test_a_client_that_changes_its_roots_and_leaves_gives_all_back(
    engines: SharedEngines, repository: Path, tmp_path: Path
) -> None:
    session = Session(engines, Folders((), repository), TokenCounter())
    session.use([repository])
    await session.statuses()
    assert engines.is_open(repository)
    session.use([tmp_path])
    session.shutdown()
    await asyncio.to_thread(session.close)
    assert not engines.is_open(repository)


async def test_a_root_that_vanishes_is_said_and_the_others_answer(connect: Connect, tmp_path: Path) -> None:
    first, second = project(tmp_path / "first", "one"), project(tmp_path / "second", "two")
    client = await connect(first, second)
    await client.start()
    await client.until_indexed()
    shutil.rmtree(first)
    answer = await client.call("find_code", query="two")
    assert answer["structuredContent"]["results"][0]["path"] == "second/main.py"
    assert answer["structuredContent"]["notes"][0] == f"{first} is no folder any more; it is left out"
    shutil.rmtree(second)
    last = await client.call("find_code", query="two")
    assert last["isError"] is True
    assert "there is nothing to search" in text_of(last)


def test_a_word_for_a_file_becomes_a_path_or_a_mistake(tmp_path: Path) -> None:
    web, api = project(tmp_path / "web", "x"), project(tmp_path / "api", "y")
    names = names_of([web, api])
    assert absolute("api/main.py", names) == api / "main.py"
    assert absolute(str(web / "main.py"), names) == web / "main.py"
    assert absolute((web / "main.py").as_uri(), names) == web / "main.py"
    with pytest.raises(Exception, match="begin with the name of one: web, api"):
        absolute("main.py", names)


# --- calls ---


async def test_a_client_that_cancels_everything_does_no_harm(connect: Connect) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    for _ in range(50):
        number = await client.ask("tools/call", QUESTION)
        await client.send({"method": "notifications/cancelled", "params": {"requestId": number, "reason": "changed"}})
    await client.send({"method": "notifications/cancelled", "params": {"requestId": 123_456}})
    answer = await client.request("tools/call", QUESTION)
    assert answer["structuredContent"]["results"]


async def test_a_cancelled_call_stops_its_thread(
    connect: Connect, engines: SharedEngines, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop event of the engine's call is set, which every loop of it looks at."""
    from findspot.service import fan_out

    stops: list[Any] = []
    began = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(*_: Any, stop: Any, **__: Any) -> None:
        stops.append(stop)
        loop.call_soon_threadsafe(began.set)
        assert stop.wait(30)
        raise RuntimeError("nobody reads this")

    client = await connect()
    await client.start()
    await client.until_indexed()
    with monkeypatch.context() as patched:
        patched.setattr(fan_out, "ask_engine", slow)
        number = await client.ask("tools/call", QUESTION)
        async with asyncio.timeout(30):
            await began.wait()
        await client.send({"method": "notifications/cancelled", "params": {"requestId": number}})
        assert await asyncio.to_thread(stops[0].wait, 30)
    assert (await client.request("tools/call", QUESTION))["structuredContent"]["results"]


async def test_too_many_calls_at_once_are_refused_in_words(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CALLS", 3)
    client = await connect()
    await client.start()
    await client.until_indexed()
    numbers = [await client.ask("tools/call", QUESTION) for _ in range(40)]
    answers = [(await client.answer(number))["result"] for number in numbers]
    refused = [text_of(one) for one in answers if one["isError"]]
    assert len(refused) < 40
    assert set(refused) == {"3 calls are in work already; wait for their answers and ask again"}


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"{",
        b"[]",
        b"[1, 2]",
        b"null",
        b'{"jsonrpc": "2.0", "method": 7}',
        b'{"jsonrpc": "2.0", "id": null, "method": "tools/call"}',
        b'{"jsonrpc": "2.0", "id": {}, "method": "tools/list"}',
        b'{"jsonrpc": "2.0", "id": 77, "result": {}}',
        b"\xff\xfe\x00",
        b"",
        b'{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "find_code", "arguments": [1]}}',
        b'{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": 5}',
        json.dumps({"jsonrpc": "2.0", "id": 5, "method": "x" * 100_000}).encode(),
        b'{"a":' * 50_000,
    ],
)
async def test_a_broken_line_costs_that_line(connect: Connect, line: bytes) -> None:
    client = await connect()
    await client.start()
    await client.send(line)
    assert (await client.request("tools/list"))["tools"][0]["name"] == "find_code"


async def test_a_line_without_end_ends_the_session(connect: Connect) -> None:
    client = await connect()
    await client.start()
    await client.send(b'"' + b"x" * (9 * 1024 * 1024))
    with pytest.raises(AssertionError, match="the server has gone"):
        await asyncio.wait_for(client.request("ping"), 30)


async def test_questions_before_initialize_are_refused(connect: Connect) -> None:
    client = await connect()
    assert "nvalid" in await client.error("tools/call", QUESTION)
    await client.start()
    assert (await client.request("tools/list"))["tools"]


async def test_the_version_without_a_handshake_works_too(connect: Connect, repository: Path) -> None:
    """The protocol of 2026 has no ``initialize``: each request tells who asks."""
    client = await connect()
    meta = {
        types.PROTOCOL_VERSION_META_KEY: "2026-07-28",
        types.CLIENT_INFO_META_KEY: {"name": "raw", "version": "1"},
        types.CLIENT_CAPABILITIES_META_KEY: {"roots": {}},
    }
    while True:
        answer = await client.request("tools/call", {**QUESTION, "_meta": meta})
        if answer["structuredContent"]["complete"]:
            break
    assert answer["structuredContent"]["results"][0]["path"] == "src/retry.py"


async def test_several_sessions_share_an_engine_and_end_by_themselves(
    connect: Connect, engines: SharedEngines, repository: Path
) -> None:
    first, second = await connect(), await connect()
    for client in (first, second):
        await client.start()
        await client.until_indexed()
    assert len(engines._engines) == 1
    for client in (first, second):
        assert (await client.request("tools/call", QUESTION))["structuredContent"]["results"]


# --- the process ---


async def test_a_client_that_is_gone_leaves_no_process(repository: Path) -> None:
    async with started(cwd=repository) as client:
        await client.start()
        await client.ask("tools/call", QUESTION)
    assert client.process.returncode == 0


@pytest.mark.parametrize("words", [["--root", "nowhere"], ["--rot", "x"]])
async def test_a_bad_command_line_is_one_line_and_status_2(repository: Path, words: list[str]) -> None:
    async with started(*words, cwd=repository) as client:
        assert await client.process.wait() == 2
