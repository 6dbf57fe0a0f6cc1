"""A chat model in a process of its own: what it writes fits, it can be stopped, and its death is one error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findspot.errors import Cancelled, ModelError
from findspot.inference.base import ChatModel, Message
from findspot.inference.llama_chat import LlamaChat
from tests.gguf_files import CONTEXT, write_tiny_llama
from tests.small_model import small_model

CALL = {
    "type": "object",
    "properties": {
        "tool": {"enum": ["search_text", "find_files"]},
        "pattern": {"type": "string", "minLength": 1, "maxLength": 12},
        "limit": {"type": "integer", "minimum": 1, "maximum": 200},
    },
    "required": ["tool", "pattern"],
}

ASKED = [Message("system", "You find code."), Message("user", "Where are failed uploads tried again?")]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_llama(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def model(path: Path) -> Iterator[LlamaChat]:
    loaded = LlamaChat(path, context=2048, threads=1)
    yield loaded
    loaded.close()


def pid(model: LlamaChat) -> int:
    process = model._process
    assert process is not None
    return process._process.pid


def test_it_is_what_the_rest_knows(model: LlamaChat) -> None:
    chat: ChatModel = model
    assert (chat.model_id, chat.context) == ("tiny", 2048)
    assert chat.count("abc") == 3


@pytest.mark.parametrize("seed", range(6))
def test_noise_fits_the_grammar_all_the_same(tmp_path: Path, seed: int) -> None:
    noisy = LlamaChat(write_tiny_llama(tmp_path / "noisy.gguf", seed), context=1024, threads=1)
    try:
        said = json.loads(noisy.complete(ASKED, schema=CALL, max_tokens=200))
    finally:
        noisy.close()
    assert said["tool"] in {"search_text", "find_files"}
    assert 1 <= len(said["pattern"]) <= 4 * 12  # each byte of a letter that is none becomes a sign of its own
    assert 1 <= said.get("limit", 1) <= 200


def test_the_same_question_gives_the_same_answer_whatever_was_asked_between(model: LlamaChat) -> None:
    first = model.complete(ASKED, max_tokens=30)
    model.complete([*ASKED, Message("assistant", "x"), Message("user", "And who calls it?")], max_tokens=30)
    assert model.complete(ASKED, max_tokens=30) == first


def test_marks_in_a_message_are_ordinary_letters(model: LlamaChat) -> None:
    assert model.count("<|im_end|>") == len("<|im_end|>")


def test_a_conversation_that_is_too_long_is_an_error_and_the_next_is_not(model: LlamaChat) -> None:
    with pytest.raises(ModelError, match="tokens and room for"):
        model.complete([Message("user", "x" * 3000)], max_tokens=10)
    assert model.complete(ASKED, schema=CALL, max_tokens=100)


def test_the_context_is_not_longer_than_what_it_was_trained_for(path: Path) -> None:
    assert LlamaChat(path, context=100_000).context == CONTEXT


def test_a_length_of_its_own_and_a_deadline_cut_the_answer(model: LlamaChat) -> None:
    assert model.complete(ASKED, schema=CALL, max_tokens=5) == '{"too'
    assert len(model.complete(ASKED, schema=CALL, deadline=time.monotonic() - 1)) <= 1


def test_it_stops_between_two_tokens_and_lives_on(model: LlamaChat) -> None:
    model.count("")
    before, stop = pid(model), threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        model.complete(ASKED, stop=stop)
    assert model.complete(ASKED, schema=CALL, max_tokens=100)
    assert pid(model) == before


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be paused there")
def test_a_process_that_does_not_answer_is_ended_when_nobody_waits(model: LlamaChat) -> None:
    model.count("")
    before, stop = pid(model), threading.Event()
    os.kill(before, signal.SIGSTOP)
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(Cancelled):
        model.complete(ASKED, stop=stop)
    assert model.complete(ASKED, schema=CALL, max_tokens=100)
    assert pid(model) != before


def test_a_process_that_dies_is_an_error_and_the_next_question_starts_another(model: LlamaChat) -> None:
    model.count("")
    os.kill(pid(model), signal.SIGTERM)
    with pytest.raises(ModelError, match="the process that runs this model has ended"):
        model.complete(ASKED, max_tokens=10)
    assert model.complete(ASKED, schema=CALL, max_tokens=100)


def test_closing_ends_the_process_and_a_call_that_runs(path: Path) -> None:
    model = LlamaChat(path, context=CONTEXT, threads=1)
    model.count("")
    process = model._process
    ended: list[BaseException] = []

    def ask() -> None:
        try:
            while True:
                model.complete([Message("user", "x" * 3000)], max_tokens=500)
        except (Cancelled, ModelError) as error:
            ended.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.2)
    model.close()
    asking.join(10)
    assert [type(error) for error in ended] == [Cancelled]
    assert process is not None
    assert process._process.poll() is not None
    model.close()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"general.architecture": "bert"}, "does not write"),
        ({"general.architecture": "nonsense"}, "cannot load this file|does not write"),
        ({"tokenizer.ggml.pre": "nonsense"}, "cannot load this file"),
        ({"llama.block_count": 7}, "cannot load this file"),
        ({"llama.block_count": 4096}, "cannot load this file|GGML_ASSERT"),
        ({"llama.attention.head_count": 3}, "cannot load this file|has ended"),
        ({"llama.embedding_length": 63}, "cannot load this file|has ended"),
        ({"llama.rope.dimension_count": 9999}, "cannot load this file|has ended"),
        ({"tokenizer.ggml.token_type": [1, 2]}, "cannot load this file|has ended"),
        ({"tokenizer.ggml.bos_token_id": 99_999_999}, ""),
        ({"tokenizer.ggml.merges": ["no space", "x"]}, ""),
        ({"llama.attention.layer_norm_rms_epsilon": float("nan")}, ""),
    ],
)
def test_a_header_that_lies_is_an_error_or_noise_but_never_the_end(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    path = write_tiny_llama(tmp_path / "liar.gguf", changed=changed)
    model: LlamaChat | None = None
    try:
        model = LlamaChat(path, context=1024, threads=1)
        model.complete(ASKED, schema=CALL, max_tokens=20)
        wrong = ""
    except ModelError as error:
        wrong = str(error)
    finally:
        if model is not None:
            model.close()
    assert bool(wrong) or not said
    if wrong and said:
        assert any(part in wrong for part in said.split("|"))


def test_files_that_are_no_model_never_reach_llama(tmp_path: Path, path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    for data in (b"", b"<html>", path.read_bytes()[:5000], path.read_bytes()[:-100]):
        broken.write_bytes(data)
        with pytest.raises(ModelError, match="fetch it again"):
            LlamaChat(broken, context=1024)


def test_a_model_larger_than_the_machine_is_refused_before_it_is_loaded(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("findspot.inference.llama_chat._memory", lambda: 1_000_000)
    with pytest.raises(ModelError, match="choose a smaller model, or set 'chat_context' lower"):
        LlamaChat(path, context=1024)


def test_the_process_of_a_model_knows_no_index() -> None:
    program = "import sys, findspot.inference.llama_process; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".", maxsplit=1)[0] for name in done.stdout.split()}
    assert "llama_cpp" not in loaded  # until there is a model to load
    assert loaded.isdisjoint({"usearch", "sqlite3", "tree_sitter", "httpx2", "mcp"})


@pytest.mark.skipif(sys.platform == "win32", reason="looks a process up by its number")
def test_nothing_outlives_a_killed_parent(path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from findspot.inference.llama_chat import LlamaChat\n"
        "model = LlamaChat(Path(sys.argv[1]), context=1024, threads=1); model.count('')\n"
        "print(model._process._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 30
    while _lives(child):
        assert time.monotonic() < until
        time.sleep(0.02)


def _lives(child: int) -> bool:
    """Return whether a process runs; one that nobody has asked for its end yet does not."""
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{child}/stat")
    return not status.exists() or status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.integers(4, 8000), st.integers(0, 255)), min_size=1, max_size=4))
def test_bytes_turned_over_in_a_header_end_no_more_than_its_process(
    path: Path, tmp_path: Path, places: list[tuple[int, int]]
) -> None:
    data = bytearray(path.read_bytes())
    for place, byte in places:
        data[place] = byte
    turned = tmp_path / "turned.gguf"
    turned.write_bytes(data)
    stop = threading.Event()
    watchdog = threading.Timer(20, stop.set)
    watchdog.start()
    model: LlamaChat | None = None
    try:
        model = LlamaChat(turned, context=512, threads=1)
        ended = model.complete(ASKED, schema=CALL, max_tokens=10, stop=stop)
    except (ModelError, Cancelled) as error:
        ended = str(error)
    finally:
        watchdog.cancel()
        if model is not None:
            model.close()
    assert isinstance(ended, str)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.row("A12")
def test_a_real_model_beside_usearch_writes_what_fits_and_takes_what_was_estimated() -> None:
    import usearch.index  # noqa: F401 - with it in this process, llama.cpp could not read the vocabulary here

    model = LlamaChat(small_model(), context=2048, threads=1)
    try:
        said = json.loads(model.complete(ASKED, schema=CALL, max_tokens=80))
        assert said["tool"] in {"search_text", "find_files"}
        assert model.count("<|im_end|>") > 3
        answer = model.complete([Message("user", "What is the capital of France?")], max_tokens=30)
        assert "Paris" in answer
        if sys.platform == "linux":
            from findspot.inference.base import CHAT_BATCH
            from findspot.inference.gguf import read_header

            status = Path(f"/proc/{pid(model)}/status").read_text(encoding="utf-8")
            taken = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024
            assert 0.8 * taken < read_header(small_model()).memory(2048, CHAT_BATCH) < 1.25 * taken
    finally:
        model.close()
