"""A chat model elsewhere, with a real server that knows fields or not, refuses, hangs, and answers odd things."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from findspot.errors import Cancelled, ModelError
from findspot.inference.base import ChatModel, Message
from findspot.inference.remote_chat import RemoteChat
from tests.inference.chat_server import Said, chatting, message

SCHEMA = {"type": "object", "properties": {"answer": {"const": "1"}}, "required": ["answer"]}
ASKED = [Message("system", "You find code."), Message("user", "Where?")]


def test_it_asks_as_servers_know_it_and_says_what_they_say() -> None:
    with chatting(lambda _: message('{"answer":"1"}')) as server:
        chat: ChatModel = RemoteChat(f"{server.endpoint}/", "some-model", "sesame")
        assert chat.complete(ASKED, schema=SCHEMA, max_tokens=77) == '{"answer":"1"}'
        assert chat.complete(ASKED) == '{"answer":"1"}'
    first, second = server.bodies
    assert first["messages"] == [
        {"role": "system", "content": "You find code."},
        {"role": "user", "content": "Where?"},
    ]
    assert (first["model"], first["max_tokens"], first["stream"]) == ("some-model", 77, False)
    assert first["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "response_format" not in second
    assert server.paths == ["/v1/chat/completions"] * 2
    assert server.headers[0]["Authorization"] == "Bearer sesame"


@pytest.mark.parametrize(("known", "status"), [("json_object", 400), ("json_object", 500), ("", 422)])
def test_a_server_that_knows_less_is_asked_for_less_and_only_once(known: str, status: int) -> None:
    def answer(body: dict[str, Any]) -> Said:
        wanted = body.get("response_format", {}).get("type", "")
        return message("{}") if wanted == known else (status, {"error": "unknown field response_format"})

    with chatting(answer) as server:
        chat = RemoteChat(server.endpoint, "m")
        assert chat.complete(ASKED, schema=SCHEMA) == "{}"
        tried = len(server.bodies)
        assert chat.complete(ASKED, schema=SCHEMA) == "{}"
    assert len(server.bodies) == tried + 1 == (3 if known else 4)


def test_a_server_with_another_name_for_the_length() -> None:
    def answer(body: dict[str, Any]) -> Said:
        refused = (400, {"error": "unsupported: max_tokens; use max_completion_tokens"})
        return refused if "max_tokens" in body else message("{}")

    with chatting(answer) as server:
        assert RemoteChat(server.endpoint, "m").complete(ASKED, schema=SCHEMA, max_tokens=9) == "{}"
    assert server.bodies[-1]["max_completion_tokens"] == 9
    assert server.bodies[-1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ((401, {"error": "no"}), "check the variable that --key-env names"),
        ((404, {"error": "model m not found"}), "no such model or address: .*m not found"),
        ((429, {}), "try again later"),
        ((500, b"<html>\n<b>down</b>" + b"x" * 1000), "it says 500: <html> <b>down</b>x+$"),
        ((302, {}), "name that one"),
        ((200, b"<html>"), "does not answer as a chat completion"),
        ((200, {"choices": []}), "does not answer as a chat completion"),
        ((200, b"[" * 100_000), "does not answer as a chat completion"),
        (message(None), "does not answer as a chat completion"),
        ((200, b" " * (2 << 20)), "does not end"),
    ],
)
def test_what_is_no_answer_is_one_line_that_says_what_to_do(said: Said, wrong: str) -> None:
    with chatting(lambda _: said) as server:
        server.location = "http://127.0.0.1:1/elsewhere" if said[0] == 302 else ""
        with pytest.raises(ModelError, match=wrong) as failed:
            RemoteChat(server.endpoint, "m", "sesame").complete(ASKED, schema=SCHEMA)
    assert "\n" not in str(failed.value)
    assert len(str(failed.value)) < 400
    assert "sesame" not in str(failed.value)


def test_nobody_there_is_said() -> None:
    with pytest.raises(ModelError, match="nobody listens there; check that the server runs"):
        RemoteChat("http://127.0.0.1:9/v1", "m").complete(ASKED)


def test_a_server_that_hangs_is_left_when_nobody_waits_or_time_is_over() -> None:
    with chatting(lambda _: (released.wait(60), message("late"))[1]) as server:
        released = server.released
        stop = threading.Event()
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Cancelled):
            RemoteChat(server.endpoint, "m").complete(ASKED, stop=stop)
        with pytest.raises(ModelError, match="no answer in time"):
            RemoteChat(server.endpoint, "m").complete(ASKED, deadline=time.monotonic() + 0.2)
        chat = RemoteChat(server.endpoint, "m")
        threading.Timer(0.2, chat.close).start()
        with pytest.raises(Cancelled):
            chat.complete(ASKED)


@pytest.mark.parametrize("endpoint", ["127.0.0.1:8080", "file:///v1", "localhost", "http://", "https://a b/"])
def test_an_address_has_to_be_whole(endpoint: str) -> None:
    with pytest.raises(ModelError, match="no address"):
        RemoteChat(endpoint, "m")


def test_a_key_goes_only_where_nobody_can_read_it() -> None:
    with pytest.raises(ModelError, match="use https"):
        RemoteChat("http://example.org/v1", "m", "sesame")
    for endpoint in ("https://example.org/v1", "http://127.0.0.1:1/v1", "http://[::1]:1/v1", "http://localhost:1"):
        assert RemoteChat(endpoint, "m", "sesame").model_id == "m"
    with pytest.raises(ModelError, match="check the variable"):
        RemoteChat("https://example.org/v1", "m", "sesame\nX-Evil: 1")


def test_tokens_are_not_estimated_too_low() -> None:
    text = json.dumps({"ключ": "def f(x): return x"})
    assert RemoteChat.count(text) > len(text) / 3
