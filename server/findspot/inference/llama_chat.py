"""A chat model in GGUF on this machine: any instruct model of the user's, in a process that may die (see ``llama_process``)."""

from __future__ import annotations

import contextlib
import json
import multiprocessing.spawn
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from findspot.cancellation import LOOK_SECONDS, EitherEvent, check, held
from findspot.config import ChatTemplate, child_environ, child_module_path
from findspot.errors import Cancelled, ModelError
from findspot.inference.base import CHAT_BATCH, Message
from findspot.inference.gguf import check_writes, read_header
from findspot.inference.grammar import grammar_of
from findspot.inference.templates import MARKS, choose_template, laid_out

_BOOTSTRAP = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from findspot.inference.llama_process import main; main()"
)

_GRACE_SECONDS = 1.0
"""How long a step that nobody waits for any more may take to end by itself; then its process is ended."""


class LlamaChat:
    """A ``ChatModel`` over one process, which is started for the first question and again after it has died."""

    def __init__(self, path: Path, *, context: int, template: ChatTemplate = "", threads: int = 0) -> None:
        """Look at the file at ``path``; raises ``ModelError`` for one that cannot be used.

        ``context`` in tokens is cut to what the model was trained for. ``threads`` 0 takes one fewer than there are, as
        ``LlamaEmbedder`` does.
        """
        header = read_header(path)
        check_writes(path, header)
        self._path = path
        self._room = min(context, header.context or context)
        needed, there = header.memory(self._room, CHAT_BATCH), _memory()
        if there is not None and needed > there:
            raise ModelError(
                f"{path}: it takes about {needed / 1e9:.1f} GB of memory, and this machine has {there / 1e9:.1f} GB; "
                "choose a smaller model, or set 'chat_context' lower"
            )
        self._template_name = template
        self._threads = threads or max(1, (os.cpu_count() or 2) - 1)
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._closed = threading.Event()

    @property
    def model_id(self) -> str:
        """The name of the file."""
        return self._path.stem

    @property
    def context(self) -> int:
        """Tokens that question and answer may have together."""
        return self._room

    def count(self, text: str) -> int:
        """Return how many tokens ``text`` has."""
        with self._lock:
            return int(self._running(self._closed).ask(self._closed, "count", text))

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 512,
        stop: threading.Event | None = None,
        deadline: float | None = None,
    ) -> str:
        """Return the next message, the same for the same messages; see ``ChatModel``."""
        grammar = "" if schema is None else grammar_of(schema)
        given_up = EitherEvent(stop, self._closed)
        with held(self._lock, given_up):
            process = self._running(given_up)
            pieces = laid_out(messages, choose_template(self._template_name, process.marks))
            process.ask(given_up, "begin", pieces, grammar, max_tokens)
            while not process.ask(given_up, "step"):
                check(given_up)
                if deadline is not None and time.monotonic() >= deadline:
                    break
            return str(process.ask(given_up, "text"))

    def close(self) -> None:
        """End the process. Idempotent; a call that is running ends with ``Cancelled``."""
        self._closed.set()
        with self._lock:
            if self._process is not None:
                self._process.close()
                self._process = None

    def _running(self, stop: threading.Event) -> _Process:
        if self._process is None or not self._process.alive:
            if self._process is not None:
                self._process.close()
            self._process = None
            check(stop)
            process = _Process(self._path)
            try:
                process.ask(stop, "load", str(self._path), self._room, CHAT_BATCH, self._threads)
                process.marks = frozenset(process.ask(stop, "marks", MARKS))
            except BaseException:
                process.close()
                raise
            self._process = process
        return self._process


class _Process:
    """The parent's side of ``llama_process``; a single thread asks it."""

    def __init__(self, path: Path) -> None:
        self.alive = True
        self.marks: frozenset[str] = frozenset()
        self._path = path
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        executable = os.fsdecode(multiprocessing.spawn.get_executable() or "")
        try:
            self._process = subprocess.Popen(
                [executable, "-S", "-P", "-c", _BOOTSTRAP, json.dumps(child_module_path())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=child_environ() | {"GGML_NO_BACKTRACE": "1"},  # or it runs a debugger, whose words hide its own
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError) as error:
            self._log.close()
            raise ModelError(f"the process of the model cannot be started with '{executable}': {error}") from error
        self._replies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="findspot-chat", daemon=True).start()

    def ask(self, stop: threading.Event, name: str, *arguments: Any) -> Any:
        """Return the reply to one request; raises ``ModelError``, and ``Cancelled`` once ``stop`` is set.

        A reply that nobody waited for would be taken for the next one, so a process that does not end its step in time is
        itself ended.
        """
        try:
            pipe = cast("Any", self._process.stdin)
            pipe.write(json.dumps([name, *arguments]).encode() + b"\n")
            pipe.flush()
        except (OSError, ValueError) as error:
            raise self._death() from error
        line = self._reply(stop)
        if not line:
            raise self._death()
        kind, value = json.loads(line)
        if kind == "error":
            raise ModelError(f"{self._path}: {value}")
        return value

    def close(self) -> None:
        """End the process and close its pipes. Idempotent."""
        self.alive = False
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not yet written to a dead process
                cast("Any", pipe).close()
        self._process.wait()
        self._log.close()

    def _reply(self, stop: threading.Event) -> bytes:
        until: float | None = None
        while True:
            with contextlib.suppress(queue.Empty):
                return self._replies.get(timeout=LOOK_SECONDS)
            if stop.is_set():
                until = until or time.monotonic() + _GRACE_SECONDS
                if time.monotonic() >= until:
                    self.close()
                    raise Cancelled("the model was stopped")

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed while we listened
            for line in cast("Any", self._process.stdout):
                self._replies.put(line)
        self._replies.put(b"")

    def _death(self) -> ModelError:
        """Say how the process ended, which may be still ending."""
        self.alive = False
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_SECONDS)
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        said = f" ({lines[-1][:200]})" if lines else ""
        return ModelError(
            f"{self._path}: the process that runs this model has ended{said}; "
            "the file may be damaged or too large for this machine"
        )


def _memory() -> int | None:
    """Return the bytes of memory of this machine, None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
