"""``findspot serve`` as a process: its one line, its clients, its neighbours and its end."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from findspot.service import http_server
from findspot.service.engines import SharedEngines
from findspot.web.server import Where, run_http
from tests.web.conftest import PATIENCE_SECONDS, events_of, serving


@pytest.mark.row("V47")
async def test_in_quiet_mode_the_address_is_the_one_line_on_standard_output(repository: Path) -> None:
    async with serving(cwd=repository) as server:
        assert (await server.until_ready())["files"] == 3
        async with server.client() as client:
            assert (await client.get("search", params={"q": "schedule_retry"})).json()["results"]
            page = await client.get("/")
            assert page.headers["content-type"].startswith("text/html")
        server.process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(server.process.communicate(), PATIENCE_SECONDS)
    assert (out, err) == (b"", b"")
    assert server.process.returncode == 0


async def test_a_stream_that_is_open_ends_with_the_server(repository: Path) -> None:
    async with serving(cwd=repository) as server, server.client() as client:
        async with client.stream("GET", "status/events") as stream:
            parts = stream.aiter_text()
            assert (await anext(parts)).startswith("event: status\n")
            server.process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(server.process.wait(), PATIENCE_SECONDS) == 0
        assert server.process.stderr is not None
        assert b"Traceback" not in await server.process.stderr.read()


async def test_after_a_kill_the_next_one_works(repository: Path) -> None:
    for number in range(300):
        (repository / "src" / f"part_{number}.py").write_text(f"def part_{number}() -> int:\n    return {number}\n")
    async with serving(cwd=repository, ends=-signal.SIGKILL) as server:
        async with server.client() as client:
            assert (await client.get("search", params={"q": "part_7"})).status_code == 200
        server.process.kill()
    async with serving(cwd=repository) as server:
        assert (await server.until_ready())["files"] == 303


async def test_two_servers_of_one_root_both_answer_and_both_see_an_edit(repository: Path) -> None:
    async with serving(cwd=repository) as one, serving(cwd=repository) as other:
        await one.until_ready()
        await other.until_ready()
        (repository / "src" / "new.py").write_text("def postpone_everything() -> None:\n    '''Later.'''\n")
        for server in (one, other):
            found: list[str] = []
            async with asyncio.timeout(PATIENCE_SECONDS), server.client() as client:
                while "src/new.py" not in found:
                    await asyncio.sleep(0.05)
                    answer = (await client.get("search", params={"q": "postpone_everything"})).json()
                    found = [one["path"] for one in answer["results"]]
            assert found[0] == "src/new.py"


@pytest.mark.parametrize("service", ["mcp", "command"])
async def test_agents_and_commands_find_the_engine_of_the_server(repository: Path, service: str) -> None:
    async with serving(cwd=repository) as server:
        await server.until_ready()
        script = (
            "import sys; from pathlib import Path; from findspot.mcp.host import warm_processes;"
            "warm = warm_processes(); line = warm.find(Path(sys.argv[1]), sys.argv[2]); print(line is not None)"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, str(repository), service), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert out.strip() == b"True"


async def test_many_clients_at_once_all_get_their_own_answer(repository: Path) -> None:
    async with serving(cwd=repository) as server, server.client() as client:
        await server.until_ready()

        async def ask(number: int) -> None:
            params = {"q": "schedule_retry", "request_id": str(number)}
            events = events_of((await client.get("search/events", params=params)).text)
            assert {data["request_id"] for _, data in events} == {str(number)}

        await asyncio.gather(*map(ask, range(24)))


async def test_who_never_reads_keeps_nobody_waiting(repository: Path) -> None:
    (repository / "src" / "long.py").write_text("".join(f"value_{n} = {n}  # {'x' * 60}\n" for n in range(700)))
    async with serving(cwd=repository) as server, server.client() as client:
        await server.until_ready()
        place = urlsplit(server.url)
        sockets = []
        for _ in range(8):
            lazy = socket.create_connection((str(place.hostname), place.port or 0))
            head = f"GET /file?path=src/long.py HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {server.token}\r\n\r\n"
            lazy.sendall(head.encode() * 40)
            sockets.append(lazy)
        assert (await client.get("search", params={"q": "schedule_retry"})).json()["results"]
        for lazy in sockets:
            lazy.close()
        assert (await client.get("search", params={"q": "schedule_retry"})).json()["results"]


async def test_a_client_that_goes_gives_its_question_up(repository: Path) -> None:
    async with serving(cwd=repository) as server:
        await server.until_ready()
        place = urlsplit(server.url)
        body = json.dumps({"text": "uploads are not retried " * 2000, "budget": 60}).encode()
        for _ in range(6):
            going = socket.create_connection((str(place.hostname), place.port or 0))
            head = f"POST /localize HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {server.token}\r\nContent-Length: {len(body)}\r\n\r\n"
            going.sendall(head.encode() + body)
            going.close()
        async with server.client() as client:
            answer = await client.post("localize", json={"text": "uploads are not retried"})
            assert answer.json()["results"]


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"POST /localize HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nx"]
)
async def test_a_connection_that_does_nothing_is_closed(
    repository: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_server, "SLOW_SECONDS", 0.0)
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(PATIENCE_SECONDS)

    with http_server.listening("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(http_server.serve_until_told(app, listener))
        reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        writer.write(sent)
        closed = await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
        assert closed in {b"", b"Internal Server Error"} or b"500" in closed
        writer.close()
        told.cancel()
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(serving, PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "can be reached from other machines"),  # noqa: S104 - it is refused
        (["--port", "{taken}"], ": the address is in use; choose another port"),
        (["--port", "70000"], "--port 70000: must be a whole number from 0 to 65535"),
        (["--token-file", "absent"], "absent: no such file"),
        (["--no-token", "--allow-network"], "cannot be used together"),
        (["--no-token", "--token-file", "x"], "cannot be used together"),
        (["absent"], "absent: no such file or folder"),
        (["--root", "src", "tests"], "lies outside the root"),
        (["--query", " "], "the text is empty"),
    ],
)
async def test_bad_input_gets_one_line(repository: Path, words: list[str], said: str) -> None:
    with http_server.listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "findspot", "serve", *(word.format(taken=port) for word in words)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=repository,
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 2
    assert out == b""
    assert len(err.decode().splitlines()) == 1
    assert said in err.decode()


async def test_a_token_of_ones_own_is_not_shown(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-secret-of-sixteen-or-more\n")
    async with serving("--token-file", str(tmp_path / "token"), "--query", "a b", cwd=repository) as server:
        assert server.token == ""
        assert server.url.endswith("/?q=a+b")
        headers = {"Authorization": "Bearer a-secret-of-sixteen-or-more"}
        async with httpx2.AsyncClient(headers=headers) as client:
            assert (await client.get(f"{server.url.partition('?')[0]}status")).status_code == 200


async def test_a_network_is_warned_of_and_an_open_door_stays_on_this_machine(repository: Path) -> None:
    async with serving("--no-token", cwd=repository) as server, httpx2.AsyncClient() as client:
        assert (await client.get(f"{server.url}status")).status_code == 200
        assert (await client.get(f"{server.url}status", headers={"Host": "evil.example"})).status_code == 421


def test_an_address_that_cannot_be_is_an_error(repository: Path) -> None:
    with pytest.raises(http_server.AddressError, match="cannot listen on"):
        run_http(SharedEngines(), (repository,), (), {}, Where("256.256.256.256", 0), None, print)
