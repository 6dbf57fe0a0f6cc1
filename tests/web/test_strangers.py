"""Who must stay out, and what a hostile client may send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from findspot.service.http_server import OwnNames
from findspot.web.app import MAX_BODY, application
from tests.web.conftest import TOKEN, Here

SECRET = (
    "/search?q=retry",
    "/status",
    "/file?path=src/retry.py",
    "/related?path=src/retry.py&line=5",
    "/status/events",
    "/nothing",
)


@pytest.mark.parametrize("path", SECRET)
async def test_without_the_token_nothing_is_told(here: Here, path: str) -> None:
    for given in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        response = await here.client.get(path, headers={"Authorization": given})
        assert response.status_code == 401
        assert "Authorization: Bearer TOKEN" in response.json()["error"]


async def test_the_page_and_the_description_are_no_secret(here: Here) -> None:
    for path in ("/", "/docs", "/health", "/openapi.json", "/page/app.js", "/page/style.css"):
        response = await here.client.get(path, headers={"Authorization": ""})
        assert response.status_code == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "path",
    ["/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2f..%2fconfig/__init__.py", "/page/", "/page//etc/passwd"],
)
async def test_only_files_of_the_page_are_served(here: Here, path: str) -> None:
    assert (await here.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:1", "127.0.0.1.evil.example", "10.0.0.1", "[2001:db8::1]:1", ""]
)
async def test_a_name_that_is_not_ours_is_refused(here: Here, host: str) -> None:
    for path in ("/", "/status"):
        assert (await here.client.get(path, headers={"Host": host})).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost:1", "LOCALHOST", "[::1]:1", "127.9.9.9"])
async def test_this_machine_may_be_called_by_its_own_names(here: Here, host: str) -> None:
    assert (await here.client.get("/status", headers={"Host": host})).status_code == 200


async def test_pages_of_other_sites_cannot_ask(here: Here) -> None:
    for origin in ("http://evil.example", "null", "https://127.0.0.1:1", "http://127.0.0.1:2", "http://localhost:1"):
        for path in ("/status", "/"):
            assert (await here.client.get(path, headers={"Origin": origin})).status_code == 403
    assert (await here.client.get("/status", headers={"Origin": "http://127.0.0.1:1"})).status_code == 200
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        assert (await here.client.get("/status", headers={"Sec-Fetch-Site": site})).status_code == status
    assert (await here.client.get("/", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200  # a link


async def test_without_a_token_pages_of_other_sites_stay_out_all_the_same(here: Here) -> None:
    app = application(here.session, OwnNames(), None)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:1") as client:
        assert (await client.get("/status")).status_code == 200
        assert (await client.get("/status", headers={"Sec-Fetch-Site": "same-site"})).status_code == 403
        assert (
            await client.post("/localize", headers={"Origin": "http://evil.example"}, json={"text": "x"})
        ).status_code == 403


async def test_to_a_network_every_address_is_ours_but_no_name(here: Here) -> None:
    names = OwnNames(frozenset({"workstation"}), loopback=False)
    app = application(here.session, names, TOKEN)
    known = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://10.0.0.1:1", headers=known
    ) as client:
        assert (await client.get("/status")).status_code == 200
        assert (await client.get("/status", headers={"Host": "workstation:1"})).status_code == 200
        assert (await client.get("/status", headers={"Host": "evil.example"})).status_code == 421


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "'text' is missing"),
        (b"{", 400, "the body is not JSON"),
        (b"[]", 400, "the body must be one object"),
        (b"\xff\xfe\x00", 400, "the body is not JSON"),
        (b"[" * 100_000, 400, "the body is not JSON"),
        (b'{"text": "retry", "top_k": 1e999}', 400, "'top_k' must be a whole number"),
        (b'{"text": "retry", "extra": {}}', 400, "'extra' is not a parameter"),
        (b'{"text": ["retry"]}', 400, "'text' must be a string"),
        (b'{"text": "' + b"x" * 200_001 + b'"}', 400, "at most 200,000"),
        (b'{"text": "' + b"x" * (MAX_BODY + 1) + b'"}', 413, "cut the text down"),
    ],
)
async def test_a_bad_body_gets_a_sentence(here: Here, body: bytes, status: int, said: str) -> None:
    for path in ("/localize", "/localize/events"):
        response = await here.client.post(path, content=body)
        assert response.status_code == status
        assert said in response.json()["error"]


async def test_an_endless_body_is_cut_off(here: Here) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b"x" * 65_536

    assert (await here.client.post("/localize", content=endless())).status_code == 413
    assert sent < 2 * MAX_BODY


async def test_other_methods_and_addresses_are_named(here: Here) -> None:
    assert (await here.client.post("/search")).status_code == 405
    assert (await here.client.get("/localize")).status_code == 405
    assert "/docs says" in (await here.client.get("/nothing")).json()["error"]


async def test_half_a_character_and_control_characters_are_answered(here: Here) -> None:
    for text in ("\\ud800 retry", "\\u0000 retry \\u001b[31m", "\\u202e retry"):
        response = await here.client.post("/localize", content=f'{{"text": "{text}"}}'.encode())
        assert response.status_code == 200


async def test_too_many_questions_are_refused_and_none_is_kept(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findspot.web.session.MOST_CALLS", 2)
    answers = await asyncio.gather(*(here.client.get("/search", params={"q": "retry"}) for _ in range(6)))
    codes = [answer.status_code for answer in answers]
    assert codes.count(200) >= 2
    assert set(codes) <= {200, 503}
    assert 503 in codes
    assert (await here.client.get("/search", params={"q": "retry"})).status_code == 200
