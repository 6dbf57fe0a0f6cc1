"""What the tools answer: text and object alike, pages, budgets, and mistakes in words for a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.mcp.conftest import Connect, text_of

QUESTION = "where are upload retries scheduled"


def places(answer: dict[str, Any]) -> list[str]:
    """Return where the results of an answer are."""
    return [f"{one['path']}:{one['start_line']}" for one in answer["structuredContent"]["results"]]


async def test_text_and_object_have_the_same_places_and_code(connect: Connect) -> None:
    """Some agents show a model the text alone, others the object alone."""
    client = await connect()
    await client.start()
    await client.until_indexed()
    answer = await client.call("find_code", query=QUESTION)
    first, text = answer["structuredContent"]["results"][0], text_of(answer)
    assert first["path"] == "src/retry.py"
    assert first["symbol"] == "Uploader.schedule_retry"
    assert first["code"].splitlines()[0] == "5      def schedule_retry(self, item: str, attempt: int) -> float:"
    assert first["code"] in text
    assert text.startswith("1. src/retry.py:5-9  method Uploader.schedule_retry; ")
    assert answer["structuredContent"]["complete"] is True
    assert "notes" not in answer["structuredContent"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("Uploader.schedule_retry", "src/retry.py"),
        ("src/client.py", "src/client.py"),
        (
            'Traceback (most recent call last):\n  File "src/client.py", line 7, in send_everything\nKeyError',
            "src/client.py",
        ),
        ("Uploads that failed are lost\n\nAfter an error nothing plans the next attempt of an upload.", "src/retry.py"),
    ],
    ids=["symbol", "path", "trace", "issue"],
)
async def test_one_tool_takes_any_kind_of_question(connect: Connect, query: str, path: str) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    answer = await client.call("find_code", query=query)
    assert answer["structuredContent"]["results"][0]["path"] == path


async def test_a_name_that_is_nowhere_is_said_above_the_nearest(connect: Connect) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    answer = await client.call("find_code", query="schedule_retries")
    assert "no definition is called schedule_retries" in answer["structuredContent"]["notes"][0]
    assert text_of(answer).startswith("no definition is called schedule_retries")


async def test_pages_follow_each_other_without_gap_or_repeat(connect: Connect, repository: Path) -> None:
    for number in range(12):
        (repository / f"job_{number:02}.py").write_text(f"def upload_job_{number:02}() -> None:\n    print('upload')\n")
    client = await connect()
    await client.start()
    await client.until_indexed()
    wanted: list[str] = []
    while True:  # until the model has read all of them, which it does once
        whole = await client.call("find_code", query="upload job", k=12)
        before, wanted = wanted, places(whole)
        if wanted == before:
            break
    paged: list[str] = []
    offset = 0
    while True:
        page = await client.call("find_code", query="upload job", k=5, offset=offset)
        paged += places(page)
        offset = page["structuredContent"].get("next_offset", 0)
        if not offset:
            break
    assert len(wanted) == 12
    assert paged[:12] == wanted
    assert len(paged) == len(set(paged))


async def test_a_small_budget_keeps_places_and_signatures(connect: Connect, repository: Path) -> None:
    body = "\n".join(f"    total += {number}  # one more step of the long sum" for number in range(400))
    (repository / "sum.py").write_text(f"def long_sum(total: int) -> int:\n{body}\n    return total\n")
    client = await connect()
    await client.start()
    await client.until_indexed()
    small = text_of(await client.call("find_code", query="long sum step", budget_tokens=300))
    large = text_of(await client.call("find_code", query="long sum step", budget_tokens=3_000))
    assert "def long_sum(total: int) -> int:" in small
    assert "...\n" in small
    assert len(small) < 300 * 4 < len(large) < 3_000 * 4


async def test_related_says_what_each_place_is(connect: Connect) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    answer = await client.call("related", path="src/retry.py", line=6)
    told = {one["relation"]: one["symbol"] for one in answer["structuredContent"]["results"]}
    assert told["symbol"] == "Uploader.schedule_retry"
    assert told["caller"] == "send_everything"
    assert "caller: src/client.py:4-7" in text_of(answer)


async def test_context_is_whole_in_text_and_object(connect: Connect) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    answer = await client.call("context", query=QUESTION)
    assert answer["structuredContent"]["text"] == text_of(answer)
    assert "def schedule_retry" in text_of(answer)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("find_code", {"query": ""}, "the text is empty"),
        ("find_code", {"query": "x" * 200_001}, "'query' has 200,001 characters; at most 200,000 are allowed"),
        ("find_code", {}, "'query' is missing"),
        ("find_code", {"query": "x", "limit": 3}, "'limit' is not a parameter"),
        ("find_code", {"query": "x", "k": 1_000}, "'k' must be a whole number from 1 to 50"),
        ("find_code", {"query": "x", "scope": ["../elsewhere"]}, "lies outside"),
        ("find_code", {"query": "x", "scope": ["nowhere"]}, "there is no file, folder or package nowhere"),
        ("read_span", {"path": "../../../etc/passwd"}, "lies outside of what is searched"),
        ("read_span", {"path": "/etc/passwd"}, "lies outside of what is searched"),
        ("read_span", {"path": "file:///etc/passwd"}, "lies outside of what is searched"),
        ("read_span", {"path": "src/../../uploads/../../x"}, "lies outside of what is searched"),
        ("read_span", {"path": "a\0b"}, "null character"),
        ("read_span", {"path": "src/retries.py"}, "there is no indexed file src/retries.py; the nearest: src/retry.py"),
        ("read_span", {"path": "src/retry.py", "start_line": 900}, "has 9 lines"),
        ("read_span", {"path": "leak.py"}, "there is no indexed file leak.py"),
        ("related", {"path": "src/retry.py"}, "'line' is missing"),
    ],
)
async def test_mistakes_are_answers_that_say_what_to_do(
    connect: Connect, repository: Path, tmp_path: Path, tool: str, arguments: dict[str, Any], said: str
) -> None:
    (tmp_path / "secret.py").write_text("password = 'x'\n")
    (repository / "leak.py").symlink_to(tmp_path / "secret.py")
    client = await connect()
    await client.start()
    await client.until_indexed()
    answer = await client.call(tool, **arguments)
    assert answer["isError"] is True
    assert said in text_of(answer)
    assert "password" not in json.dumps(answer)


async def test_an_unknown_tool_is_an_error_of_the_protocol_that_names_the_others(connect: Connect) -> None:
    client = await connect()
    await client.start()
    said = await client.error("tools/call", {"name": "grep", "arguments": {}})
    assert "find_code, context, related, read_span, index_status" in said


async def test_a_cold_folder_is_answered_at_once_and_says_how_far_it_is(connect: Connect, repository: Path) -> None:
    for number in range(400):
        lines = "\n".join(f"def step_{number}_{line}() -> int:\n    return {line}" for line in range(20))
        (repository / f"part_{number}.py").write_text(lines)
    client = await connect()
    await client.start()
    params = {"name": "find_code", "arguments": {"query": QUESTION}, "_meta": {"progressToken": "first"}}
    answer = await client.request("tools/call", params)
    if not answer["structuredContent"]["complete"]:  # else the machine is a fast one
        assert "Not complete: " in answer["structuredContent"]["notes"][-1]
        assert "Ask again in a moment" in text_of(answer)
    steps = [one["params"] for one in client.notified if one["method"] == "notifications/progress"]
    assert steps
    assert {step["progressToken"] for step in steps} == {"first"}
    assert all("uploads" in step["message"] for step in steps)
    await client.until_indexed()
    assert (await client.call("find_code", query=QUESTION))["structuredContent"]["complete"] is True


async def test_what_changes_is_found_without_asking_for_it(connect: Connect, repository: Path) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    (repository / "src" / "later.py").write_text("def brand_new_thing() -> None:\n    pass\n")
    seen: list[str] = []
    while "src/later.py:1" not in seen:  # a test has a limit of time
        seen = places(await client.call("find_code", query="brand_new_thing"))
    assert seen[0] == "src/later.py:1"
