"""A stand-in for a language model on loopback that speaks the four protocols of coding agents, and keeps what it was sent.

What it answers is decided by one function over what all protocols have in common: the tools on offer, and the results of
tools so far. It makes no attempt at language.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """What an agent sent: names of tools, results of tools in their order, and the whole body as text."""

    tools: tuple[str, ...]
    results: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool by the name under which it was offered."""

    tool: str
    arguments: Json


Decide = Callable[[Turn], Call | str]


class Model:
    """The server; ``address`` is where it listens, ``turns`` what it was asked by now."""

    def __init__(self, decide: Decide) -> None:
        self.turns: list[Turn] = []
        self._decide = decide
        self._numbers = iter(range(1, 1_000_000))
        self._lock = threading.Lock()
        model = self

        class Handler(_Handler):
            owner = model

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[Model]:
        """Listen until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def next_step(self, turn: Turn) -> Call | str:
        """Return what to do next; requests without tools, such as for a title, are not counted as turns."""
        if not turn.tools:
            return "A title"
        with self._lock:
            self.turns.append(turn)
        return self._decide(turn)

    def new_id(self, kind: str) -> str:
        """Return an identifier that was not used before."""
        with self._lock:
            return f"{kind}_{next(self._numbers):08}"


class _Handler(BaseHTTPRequestHandler):
    owner: ClassVar[Model]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._send(b"", "text/plain")

    def do_GET(self) -> None:
        self._json({"object": "list", "data": [{"id": "stub", "object": "model"}], "models": []})

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        body: Json = json.loads(data or b"{}")
        path = self.path.split("?")[0]
        if path.endswith("/chat/completions"):
            self._chat(body)
        elif path.endswith("/responses"):
            self._responses(body)
        elif path.endswith("/messages"):
            self._messages(body)
        elif "enerateContent" in path:
            self._gemini(body, path)
        else:
            self._json({"input_tokens": 100, "totalTokens": 100})

    def _send(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _json(self, value: Json) -> None:
        self._send(json.dumps(value).encode(), "application/json")

    def _events(self, events: list[Json | str]) -> None:
        lines = []
        for event in events:
            if isinstance(event, dict) and "type" in event:
                lines.append(f"event: {event['type']}\n")
            lines.append(f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n")
        self._send("".join(lines).encode(), "text/event-stream")

    def _chat(self, body: Json) -> None:
        """Chat completions: OpenCode and Qwen Code."""
        tools = tuple(tool["function"]["name"] for tool in body.get("tools") or [])
        results = tuple(_text(message["content"]) for message in body["messages"] if message["role"] == "tool")
        step = self.owner.next_step(Turn(tools, results, json.dumps(body)))
        message: Json = {"role": "assistant", "content": step if isinstance(step, str) else None}
        if isinstance(step, Call):
            function = {"name": step.tool, "arguments": json.dumps(step.arguments)}
            message["tool_calls"] = [
                {"index": 0, "id": self.owner.new_id("call"), "type": "function", "function": function}
            ]
        reason = "stop" if isinstance(step, str) else "tool_calls"
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        answer = {"id": self.owner.new_id("chat"), "created": 1, "model": body.get("model"), "usage": usage}
        if not body.get("stream"):
            choice = {"index": 0, "message": message, "finish_reason": reason}
            self._json({**answer, "object": "chat.completion", "choices": [choice]})
            return
        chunk = {**answer, "object": "chat.completion.chunk"}
        self._events(
            [
                {**chunk, "choices": [{"index": 0, "delta": message, "finish_reason": None}]},
                {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
                "[DONE]",
            ]
        )

    def _responses(self, body: Json) -> None:
        """Responses: Codex, which offers the tools of a server together in a namespace."""
        spaces: dict[str, str | None] = {}
        for tool in body.get("tools") or []:
            for one in tool.get("tools", [tool]):
                if one.get("type") == "function":
                    spaces[one["name"]] = tool["name"] if tool["type"] == "namespace" else None
        results = tuple(
            _text(item.get("output")) for item in body["input"] if str(item.get("type")).endswith("_output")
        )
        step = self.owner.next_step(Turn(tuple(spaces), results, json.dumps(body)))
        if isinstance(step, str):
            content = [{"type": "output_text", "text": step, "annotations": []}]
            item: Json = {"type": "message", "id": self.owner.new_id("msg"), "role": "assistant", "content": content}
        else:
            item = {
                "type": "function_call",
                "id": self.owner.new_id("fc"),
                "call_id": self.owner.new_id("call"),
                "name": step.tool,
                "arguments": json.dumps(step.arguments),
            }
            if space := spaces[step.tool]:
                item["namespace"] = space
        item["status"] = "completed"
        usage = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
        response = {"id": self.owner.new_id("resp"), "object": "response", "status": "completed", "usage": usage}
        self._events(
            [
                {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}},
                {"type": "response.output_item.added", "output_index": 0, "item": item},
                {"type": "response.output_item.done", "output_index": 0, "item": item},
                {"type": "response.completed", "response": {**response, "output": [item]}},
            ]
        )

    def _messages(self, body: Json) -> None:
        """Messages: Claude Code."""
        blocks = [
            block
            for message in body["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
        ]
        results = tuple(_text(block.get("content")) for block in blocks if block["type"] == "tool_result")
        tools = tuple(tool["name"] for tool in body.get("tools") or [])
        step = self.owner.next_step(Turn(tools, results, json.dumps(body)))
        if isinstance(step, str):
            block: Json = {"type": "text", "text": ""}
            delta: Json = {"type": "text_delta", "text": step}
        else:
            block = {"type": "tool_use", "id": self.owner.new_id("toolu"), "name": step.tool, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(step.arguments)}
        reason = "end_turn" if isinstance(step, str) else "tool_use"
        message = {"id": self.owner.new_id("msg"), "type": "message", "role": "assistant", "model": body["model"]}
        usage = {"input_tokens": 100, "output_tokens": 20}
        if not body.get("stream"):
            content = {**block, "text": step} if isinstance(step, str) else {**block, "input": step.arguments}
            self._json({**message, "content": [content], "stop_reason": reason, "stop_sequence": None, "usage": usage})
            return
        start = {**message, "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
        self._events(
            [
                {"type": "message_start", "message": start},
                {"type": "content_block_start", "index": 0, "content_block": block},
                {"type": "content_block_delta", "index": 0, "delta": delta},
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage},
                {"type": "message_stop"},
            ]
        )

    def _gemini(self, body: Json, path: str) -> None:
        """Gemini's own protocol."""
        declared = [one for tool in body.get("tools") or [] for one in tool.get("functionDeclarations", [])]
        parts = [part for content in body["contents"] for part in content.get("parts", [])]
        results = tuple(
            json.dumps(part["functionResponse"]["response"]) for part in parts if "functionResponse" in part
        )
        step = self.owner.next_step(Turn(tuple(one["name"] for one in declared), results, json.dumps(body)))
        part = (
            {"text": step} if isinstance(step, str) else {"functionCall": {"name": step.tool, "args": step.arguments}}
        )
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        usage = {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120}
        answer: Json = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "stub"}
        if "stream" in path:
            self._events([answer])
        else:
            self._json(answer)


def _text(content: Any) -> str:
    """Return the text of a result, which may come in pieces."""
    if isinstance(content, list):
        return "\n".join(_text(piece) for piece in content)
    if isinstance(content, dict):
        return str(content.get("text", json.dumps(content)))
    return str(content)
