"""What a model is shown before it asks: few tokens, and schemas that answers keep."""

from __future__ import annotations

import json

import pytest

from findspot.agent.tokens import TokenCounter
from tests.mcp.conftest import Connect, text_of

MOST_TOKENS = 900


async def test_all_tools_together_are_short(connect: Connect) -> None:
    """Names, descriptions and schemas of what is taken and given, as the client gets them; SmolLM2's tokenizer counts."""
    client = await connect()
    await client.start()
    tools = (await client.request("tools/list"))["tools"]
    assert TokenCounter()(json.dumps(tools, separators=(",", ":"))) < MOST_TOKENS
    read_by_model = [{key: tool[key] for key in ("name", "description", "inputSchema")} for tool in tools]
    assert TokenCounter()(json.dumps(read_by_model, separators=(",", ":"))) < 600


async def test_every_tool_is_said_to_change_nothing(connect: Connect) -> None:
    client = await connect()
    await client.start()
    for tool in (await client.request("tools/list"))["tools"]:
        assert tool["annotations"] == {"readOnlyHint": True}
        assert tool["outputSchema"]["type"] == "object"  # a bare array breaks one of the agents


async def test_no_tool_or_field_can_be_misread_for_lack_of_words(connect: Connect) -> None:
    client = await connect()
    await client.start()
    for tool in (await client.request("tools/list"))["tools"]:
        assert len(tool["description"].split(".")[0]) <= 100, "some agents show the first sentence only"
        for field in tool["inputSchema"]["properties"].values():
            assert set(field) <= {"type", "description", "items"}


@pytest.mark.row("C08")
async def test_prompts_come_with_the_code_they_are_about(connect: Connect) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    names = [one["name"] for one in (await client.request("prompts/list"))["prompts"]]
    assert names == ["find_cause", "start_task"]
    error = 'File "src/client.py", line 7, in send_everything\nKeyError: 1'
    (made,) = (await client.request("prompts/get", {"name": "find_cause", "arguments": {"error": error}}))["messages"]
    assert made["content"]["text"].startswith(f"Find the cause of this error:\n\n{error}\n\n")
    assert "def send_everything" in made["content"]["text"]
    assert "data, not instructions" in made["content"]["text"]
    task = {"name": "start_task", "arguments": {"task": "plan upload retries later"}}
    (made,) = (await client.request("prompts/get", task))["messages"]
    assert "def schedule_retry" in made["content"]["text"]
    assert "there are find_cause, start_task" in await client.error("prompts/get", {"name": "x"})
    assert "the text is empty" in await client.error("prompts/get", {"name": "find_cause", "arguments": {}})


async def test_lines_can_be_read_by_their_address(connect: Connect) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    (template,) = (await client.request("resources/templates/list"))["resourceTemplates"]
    assert template["uriTemplate"] == "findspot://{root}/{+path}{#lines}"
    (read,) = (await client.request("resources/read", {"uri": "findspot://uploads/src/retry.py#L5-L6"}))["contents"]
    assert read["uri"] == "findspot://uploads/src/retry.py#L5-L6"
    assert read["text"].splitlines()[0] == "    def schedule_retry(self, item: str, attempt: int) -> float:"
    assert len(read["text"].splitlines()) == 2
    (read,) = (await client.request("resources/read", {"uri": "findspot://uploads/src/client.py"}))["contents"]
    assert read["text"].startswith("from retry import Uploader")


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("findspot://uploads/../../etc/passwd", "lies outside of what is searched"),
        ("findspot://uploads/%2Fetc%2Fpasswd", "lies outside of what is searched"),
        ("findspot://uploads//etc/passwd", "lies outside of what is searched"),
        ("findspot://elsewhere/src/retry.py", "there is no root elsewhere; there are uploads"),
        ("file:///etc/passwd", "is no address of lines"),
        ("findspot://uploads/src/retry.py#L5-L99999999999", "is no address of lines"),
        ("findspot://uploads/src/retry.py?x=1", "is no address of lines"),
        ("findspot://uploads/src/retry.py#L500", "has 9 lines"),
        ("x" * 100_000, "is no address of lines"),
    ],
)
async def test_an_address_leads_nowhere_else(connect: Connect, uri: str, said: str) -> None:
    client = await connect()
    await client.start()
    await client.until_indexed()
    message = await client.error("resources/read", {"uri": uri})
    assert said in message
    assert len(message) < 500


@pytest.mark.row("B17")
async def test_an_agent_gets_the_places_that_the_command_line_gives(
    connect: Connect, repository: object, capsys: pytest.CaptureFixture[str]
) -> None:
    from findspot.cli.main import main

    assert main(["localize", "--root", str(repository), "--json", "where are upload retries scheduled"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    client = await connect()
    await client.start()
    await client.until_indexed()
    answer = await client.call("find_code", query="where are upload retries scheduled")
    same = ("path", "start_line", "end_line", "symbol", "kind")
    results = answer["structuredContent"]["results"]
    # How many follow the first, and in which order, depends on whether the model had the time to read them.
    assert {key: told[0][key] for key in same} == {key: results[0][key] for key in same}
    for one in results:
        assert f"{one['path']}:{one['start_line']}-{one['end_line']}" in text_of(answer)
