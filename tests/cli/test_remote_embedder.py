"""The command with a server of embeddings: real processes, killed and side by side; what it says, and what it never says."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from findspot.config import load_config
from findspot.places import user_config_path
from tests.cli.processes import COMMAND, findspot, write_project
from tests.inference.embedding_server import Answer, EmbeddingServer, embedding, well

BLOCK = 256
"""Texts that a kill can lose."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


@pytest.fixture
def large_project(tmp_path: Path) -> Path:
    letters = "abcdefghij"
    words = [a + b + c for a in letters for b in letters for c in letters]
    functions = {f"part_{word}.py": f"def handle_{word}(item):\n    return send_{word}(item)\n" for word in words}
    return write_project(tmp_path / "large", functions)


def given(server: EmbeddingServer) -> list[str]:
    return ["--embedder-url", server.address, "--embedder-model", "m"]


def repeated(server: EmbeddingServer) -> int:
    return sum(count - 1 for text, count in Counter(server.texts).items() if " py " in text)


def holes(root: Path, server: EmbeddingServer) -> int:
    done = findspot("status", "--json", *given(server), cwd=root)
    return int(json.loads(done.stdout)["holes"])


@pytest.mark.row("V40")
def test_a_first_question_says_where_text_goes_and_a_second_does_not(project: Path) -> None:
    with embedding() as server:
        first = findspot("retry uploads", *given(server), cwd=project)
        second = findspot("retry uploads", *given(server), cwd=project)
        assert first.stdout.splitlines()[0] == second.stdout.splitlines()[0]
        said = f"are sent to {server.address} to be embedded"
        assert first.stderr.decode().count(said) == 1
        assert said not in second.stderr.decode()
        assert holes(project, server) == 0
        assert not repeated(server)
        assert [texts for body in server.bodies if len(texts := body["input"]) == 1].count(["retry uploads"]) == 2


@pytest.mark.row("V40", "V42")
def test_without_the_server_the_answer_says_so_and_the_search_without_words_fails(project: Path) -> None:
    with embedding() as server:
        pass
    lexical = findspot("retry uploads", *given(server), cwd=project)
    assert lexical.stdout
    assert f"found by words only, without a vector: {server.address}: nobody listens there" in lexical.stderr.decode()
    assert holes(project, server) > 0
    with embedding(port=int(server.address.rpartition(":")[2])) as again:
        findspot("index", *given(again), cwd=project)
        assert holes(project, again) == 0
    failed = findspot("zzyzx qwertz", *given(server), cwd=project, status=2)
    assert failed.stdout == b""
    assert "the search failed" in failed.stderr.decode()
    assert server.address in failed.stderr.decode()


def test_a_key_goes_to_the_server_and_nowhere_else(project: Path) -> None:
    user = user_config_path()
    user.parent.mkdir(parents=True, exist_ok=True)

    def answer(_texts: list[str], _good: Answer) -> Answer:
        return 400, {"error": "what is sesame-street?"}

    with embedding(answer) as server:
        user.write_text(
            f'embedder_url = "{server.address}"\nembedder_api = "ollama"\nembedder_model = "m"\n'
            'embedder_key_variable = "MY_KEY"\n'
        )
        done = findspot("-v", "retry uploads", cwd=project, env={"MY_KEY": "sesame-street"})
        assert server.headers[0]["Authorization"] == "Bearer sesame-street"
        assert set(server.paths) == {"/api/embed"}
        server.answer = well
        findspot("retry uploads", cwd=project, env={"MY_KEY": "sesame-street"})
    assert "what is ***?" in done.stderr.decode()
    assert b"sesame" not in done.stdout + done.stderr
    kept = [path for path in load_config(project).index_dir(project).rglob("*") if path.is_file()]
    assert kept
    assert not any(b"sesame" in path.read_bytes() for path in kept)


def test_a_project_cannot_send_text_anywhere(project: Path) -> None:
    with embedding() as server:
        (project / ".findspot").mkdir()
        (project / ".findspot" / "config.toml").write_text(
            f'embedder_url = "{server.address}"\nembedder_model = "m"\nembedder_key_variable = "HOME"\n'
        )
        done = findspot("retry uploads", cwd=project)
        assert done.stdout
        assert "'embedder_url' may only be set by you" in done.stderr.decode()
        assert server.bodies == []


@pytest.mark.slow
@pytest.mark.row("V40")
def test_a_killed_run_loses_what_was_under_way_and_no_more(large_project: Path) -> None:
    """Three runs are killed at some point of theirs; a fourth ends, and asks for nothing that was stored."""
    gate = threading.Semaphore(0)

    def answer(_texts: list[str], _good: Answer) -> None:
        gate.acquire(timeout=30)

    with embedding(answer) as server:
        command = [*COMMAND, "index", *given(server)]
        for allowed in (3, 11, 14):
            begun = len(server.bodies)
            running = subprocess.Popen(command, cwd=large_project, stderr=subprocess.DEVNULL)
            gate.release(allowed)
            until = time.monotonic() + 60
            while len(server.bodies) - begun < allowed + 1 and time.monotonic() < until:
                time.sleep(0.02)
            running.kill()
            running.wait()
            gate.release(8)  # those that the dead process was asking for
            time.sleep(0.3)
            while gate.acquire(blocking=False):
                pass
        server.answer = well
        gate.release(100)
        findspot("index", *given(server), cwd=large_project)
        assert holes(large_project, server) == 0
        assert repeated(server) <= 3 * BLOCK
        asked = len(server.texts)
        findspot("index", *given(server), cwd=large_project)
        assert len(server.texts) == asked


@pytest.mark.slow
@pytest.mark.row("V40")
def test_two_processes_at_once_share_the_work(large_project: Path) -> None:
    with embedding(lambda *_: time.sleep(0.02)) as server:
        command = [*COMMAND, "handle_abc", *given(server)]
        running = [
            subprocess.Popen(command, cwd=large_project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        for process in running:
            out, err = process.communicate(timeout=100)
            assert process.returncode == 0, err.decode()
            assert b"part_abc.py" in out
        findspot("index", *given(server), cwd=large_project)
        assert holes(large_project, server) == 0
        assert not repeated(server)
