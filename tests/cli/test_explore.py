"""``localize --explore``: its output is that of ``localize``, its record goes where it was asked to go, its options belong to it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from findspot.agent.runs import Run
from findspot.config import load_config, models_dir
from tests.cli.conftest import Ask
from tests.cli.processes import COMMAND, write_project
from tests.gguf_files import write_tiny_llama
from tests.inference.chat_server import chatting, message

REPORT = "Uploads are lost\n\nA failed upload is put back into the queue only once. It should be tried again up to five times.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a small project."""
    return write_project(tmp_path / "root")


@pytest.mark.row("A13")
def test_the_answer_has_the_shape_of_localize(ask: Ask, root: Path) -> None:
    plain = ask("localize", "--json", "--budget", "0", "-", cwd=root, stdin=REPORT.encode()).stdout.splitlines()
    explored = ask(
        "localize", "--explore", "--json", "--budget", "0", "-", cwd=root, stdin=REPORT.encode()
    ).stdout.splitlines()
    assert len(plain) == len(explored)
    ours, theirs = json.loads(explored[0]), json.loads(plain[0])
    assert ours.keys() == theirs.keys()
    assert (ours["path"], ours["symbol"]) == ("src/uploads/scheduler.py", "UploadScheduler.schedule_retry")
    assert (ours["stage"], theirs["stage"]) == ("explored", "hybrid")
    assert ours["probability"] == theirs["probability"]


@pytest.mark.row("A16")
def test_a_record_is_appended_to_the_file_that_was_named(ask: Ask, root: Path, tmp_path: Path) -> None:
    trace = tmp_path / "runs.jsonl"
    words = ("localize", "--explore", "--turns", "3", "--calls", "2", "--seconds", "9", "--trace", str(trace), "-")
    for _ in range(2):
        err = ask(*words, cwd=root, stdin=REPORT.encode()).stderr
        assert b"lies in the root" not in err
    runs = [Run.model_validate_json(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    assert [run.query for run in runs] == [REPORT, REPORT]
    assert (runs[0].budgets.turns, runs[0].budgets.calls_per_turn, runs[0].budgets.seconds) == (3, 2, 9)
    assert (runs[0].policy, runs[0].repository, runs[0].answer.stage) == ("deterministic", "root", "explored")
    err = ask("localize", "--explore", "--trace", "runs.jsonl", "-", cwd=root, stdin=REPORT.encode()).stderr
    assert b"runs.jsonl: lies in the root" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
def test_an_answer_is_not_lost_with_its_record(ask: Ask, root: Path) -> None:
    done = ask("localize", "--explore", "--trace", "/dev/full", "-", cwd=root, stdin=REPORT.encode())
    assert b"warning: /dev/full: the disk is full" in done.stderr
    assert b"no record of this run was kept" in done.stderr
    assert done.stdout


def test_nothing_is_written_that_was_not_asked_for(ask: Ask, root: Path) -> None:
    before = sorted(root.rglob("*"))
    ask("localize", "--explore", "-", cwd=root, stdin=REPORT.encode())
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--turns", "3"], "--turns belongs to --explore; add that, or leave it out"),
        (["--trace", "x.jsonl"], "--trace belongs to --explore"),
        (["--explore", "--turns", "0"], "must be a whole number from 1 to 16"),
        (["--explore", "--calls", "many"], "must be a whole number from 1 to 32"),
        (["--explore", "--trace", "no/such/x.jsonl"], "--trace no/such/x.jsonl: its folder does not exist"),
        (["--explore", "--trace", "src"], "--trace src: is a folder"),
        (["--policy", "chat"], "--policy belongs to --explore; add that"),
        (["--explore", "--model", "m"], "--model belongs to --policy chat or remote"),
        (["--explore", "--policy", "chat", "--endpoint", "http://x"], "--endpoint belongs to --policy remote"),
        (["--explore", "--policy", "chta"], "did you mean chat?"),
        (["--explore", "--policy", "chat"], "choose one for good with 'findspot models use NAME'"),
        (["--explore", "--policy", "chat", "--model", "m"], "no model 'm'"),
        (["--explore", "--policy", "chat", "--model", "docs/guide.md"], "this is no GGUF file"),
        (["--explore", "--policy", "remote"], "give --endpoint URL"),
        (["--explore", "--policy", "remote", "--endpoint", "localhost:1", "--model", "m"], "write it whole"),
        (["--explore", "--policy", "remote", "--endpoint", "http://127.0.0.1:1"], "give --model NAME"),
        (
            ["--explore", "--policy", "remote", "--endpoint", "https://a.b", "--model", "m", "--key-env", "NO_SUCH"],
            "the environment has no variable NO_SUCH",
        ),
    ],
)
def test_options_that_cannot_be_are_said_in_one_line(ask: Ask, root: Path, words: list[str], message: str) -> None:
    found = ask("localize", *words, "-", cwd=root, stdin=REPORT.encode(), status=2)
    assert found.stdout == b""
    assert message in found.stderr.decode()


def test_a_model_of_ones_own_explores(ask: Ask, root: Path, tmp_path: Path) -> None:
    write_tiny_llama(models_dir("") / "tiny.gguf")
    trace = tmp_path / "runs.jsonl"
    ask("models", "use", "tiny", cwd=root)
    words = ("localize", "--explore", "--policy", "chat", "--trace", str(trace), "-k", "3", "--json", "-")
    found = ask(*words, cwd=root, stdin=REPORT.encode())
    run = Run.model_validate_json(trace.read_text(encoding="utf-8"))
    assert (run.policy, run.budgets.seconds, run.answer.forced) == ("chat:tiny", 60, False)
    assert {json.loads(line)["stage"] for line in found.stdout.splitlines()} == {"explored"}


def test_a_model_behind_an_address_explores(ask: Ask, root: Path) -> None:
    with chatting(lambda _: message('{"answer":["2"]}')) as server:
        words = ("localize", "--explore", "--policy", "remote", "--endpoint", server.endpoint, "--model", "m")
        found = ask(*words, "--key-env", "MY_KEY", "--json", "-", cwd=root, stdin=REPORT.encode(), env={"MY_KEY": "k"})
    assert len(found.stdout.splitlines()) == 1
    assert (server.bodies[0]["model"], server.headers[0]["Authorization"]) == ("m", "Bearer k")


def test_a_server_that_is_not_there_leaves_the_usual_answer(ask: Ask, root: Path) -> None:
    words = ("localize", "--explore", "--policy", "remote", "--endpoint", "http://127.0.0.1:9/v1", "--model", "m", "-")
    found = ask(*words, cwd=root, stdin=REPORT.encode())
    assert b"exploring failed: http://127.0.0.1:9/v1: nobody listens there; check that the server runs" in found.stderr
    assert found.stdout


def test_a_project_names_no_server(ask: Ask, root: Path) -> None:
    (root / ".findspot").mkdir()
    with chatting(lambda _: message('{"answer":["1"]}')) as server:
        text = f'chat_endpoint = "{server.endpoint}"\nchat_model = "m"\nchat_key_variable = "HOME"\n'
        (root / ".findspot" / "config.toml").write_text(text, encoding="utf-8")
        found = ask("localize", "--explore", "--policy", "remote", "-", cwd=root, stdin=REPORT.encode(), status=2)
    assert b"give --endpoint URL" in found.stderr
    assert server.bodies == []


def test_an_empty_root_is_said(ask: Ask, tmp_path: Path) -> None:
    empty = write_project(tmp_path / "empty", {})
    found = ask("localize", "--explore", "-", cwd=empty, stdin=REPORT.encode(), status=1)
    assert b"nothing was explored: nothing is indexed yet" in found.stderr


def test_two_processes_explore_one_root_at_once(root: Path, tmp_path: Path) -> None:
    trace = tmp_path / "runs.jsonl"
    command = [*COMMAND, "localize", "--explore", "--budget", "0", "--trace", str(trace), "--json", REPORT]
    both = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    done = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], done
    places = [[(one["path"], one["symbol"]) for one in map(json.loads, out.splitlines())] for out, _ in done]
    assert places[0][0] == ("src/uploads/scheduler.py", "UploadScheduler.schedule_retry")
    assert places[0] == places[1]
    assert len(trace.read_text(encoding="utf-8").splitlines()) == 2


def test_a_damaged_index_is_built_again_and_explored(ask: Ask, root: Path) -> None:
    ask("index", cwd=root)
    database = next(load_config(root, {}).index_dir(root).glob("*.sqlite3"))
    with database.open("r+b") as stream:
        stream.seek(database.stat().st_size // 2)
        stream.write(b"\xa5" * (database.stat().st_size // 2))
    found = ask("localize", "--explore", "--budget", "0", "--json", "-", cwd=root, stdin=REPORT.encode())
    assert json.loads(found.stdout.splitlines()[0])["path"] == "src/uploads/scheduler.py"
