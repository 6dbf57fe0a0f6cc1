"""Mining real little histories: what becomes a row, what is left out and counted, and what is never read."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from findspot.evaluation.history import head_of, read_history
from findspot_training.__main__ import main, make_parser
from tests.architecture.tree import ROOT
from tests.training.repositories import QUEUE, UPLOAD, git

SERVER = """package server

// Listen waits for a client on the given port and never returns.
func Listen(port int) error {
	return open(port)
}

// Server keeps all of its clients.
type Server struct {
	clients []string
}

// Drop forgets a client that went away without a word.
func (s *Server) Drop(name string) {
	for range s.clients {
		forget(name)
	}
}
"""

LATIN = "def price(value):\n    return '\xa3' + value\n".encode("latin-1")

Files = Mapping[str, str | bytes | None]


@dataclass
class Origin:
    """A repository in the making; ``commits`` are by the message's first line."""

    work: Path
    commits: dict[str, str] = field(default_factory=dict)

    def commit(self, message: str, files: Files) -> None:
        """Write or remove files and commit them."""
        for path, content in files.items():
            target = self.work / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.unlink()
            else:
                target.write_bytes(content if isinstance(content, bytes) else content.encode())
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "--allow-empty", "-m", message)
        self.commits[message.partition("\n")[0]] = git(self.work, "rev-parse", "HEAD")


def grow(work: Path) -> Origin:
    """Make a history that meets every filter once."""
    work.mkdir(parents=True)
    git(work, "init", "-q", "-b", "main")
    origin = Origin(work)
    fives = UPLOAD.replace("limit = 3", "limit = 5")
    waits = fives.replace("            if self", "            self.wait()\n            if self")
    many = "\n\n".join(f"def part{number}():\n    return {number}" for number in range(12)) + "\n"
    origin.commit("Begin with uploads and a queue", {
        "src/upload.py": UPLOAD, "src/queue.py": QUEUE, "net/server.go": SERVER, "src/money.py": LATIN,
        "src/many.py": many, "tests/test_upload.py": "def test_retry():\n    pass\n",
    })  # fmt: skip
    origin.commit("Allow five attempts for each upload", {"src/upload.py": fives})
    origin.commit("Wait between two attempts of an upload (#12)\n\nSigned-off-by: A <a@example.org>", {
        "src/upload.py": waits, "tests/test_upload.py": "def test_retry():\n    assert True\n", "notes.txt": "x",
    })  # fmt: skip
    origin.commit(
        "Forget a client only once, not again", {"net/server.go": SERVER.replace("forget(name)", "once(name)")}
    )
    origin.commit("Show prices in euros, not in pounds", {"src/money.py": LATIN.replace(b"\xa3", b"\xa4")})
    origin.commit("Take draining out of the queue for good", {"src/queue.py": QUEUE[: QUEUE.index("\n\ndef drain")]})
    origin.commit("Move the queue into its own package", {
        "src/queue.py": None, "jobs/queue.py": QUEUE[: QUEUE.index("\n\ndef drain")],
    })  # fmt: skip
    origin.commit("Bump requests from 2.30 to 2.31", {"src/upload.py": waits + "\nVERSION = 2\n"})
    origin.commit("Give every part a better number now", {"src/many.py": many.replace("return ", "return 1 + ")})
    origin.commit("Rename the word client in all of the files", {
        **{f"texts/{number}.txt": "client" for number in range(30)},
        "net/server.go": SERVER.replace("open(port)", "start(port)"),
    })  # fmt: skip
    git(work, "checkout", "-q", "-b", "side", "HEAD~2")
    origin.commit("Count what enqueue puts into the queue", {
        "jobs/queue.py": QUEUE[: QUEUE.index("\n\ndef drain")].replace("append(job)", "append(count(job))"),
    })  # fmt: skip
    git(work, "checkout", "-q", "main")
    git(work, "merge", "-q", "--no-ff", "side", "-m", "Bring the counting of jobs over here")
    git(work, "checkout", "-q", "-b", "future")
    origin.commit("Promise what is not yet in HEAD", {"src/money.py": LATIN.replace(b"value)", b"value, more)")})
    git(work, "checkout", "-q", "main")
    return origin


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Return the history; nobody writes into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        folder: Path = tmp_path_factory.mktemp("mined")
        made = grow(folder / "origin")
        (folder / "bares" / "acme+tool").mkdir(parents=True)
        git(folder, "clone", "-q", "--bare", str(made.work), str(folder / "bares" / "acme+tool" / "repo"))
        return made


@pytest.fixture
def bares(origin: Origin) -> Path:
    """Return the folder of bare repositories."""
    return origin.work.parent / "bares"


@pytest.fixture
def held_out(tmp_path: Path) -> Path:
    """Return a list that holds out something else."""
    path = tmp_path / "held.txt"
    path.write_text("other/thing\n", encoding="utf-8")
    return path


def run(bares: Path, out: Path, held_out: Path, *more: str) -> int:
    """Run the command."""
    return main(["mine", "--repos", str(bares), "--out", str(out), "--held-out", str(held_out), *more])


def rows_of(out: Path, kind: str) -> list[dict[str, Any]]:
    """Return the rows of one kind."""
    text = (out / "rows" / "acme+tool.jsonl").read_text(encoding="utf-8")
    return [row for row in map(json.loads, text.splitlines()) if row["kind"] == kind]


def answers(row: dict[str, Any]) -> dict[str, list[str]]:
    """Return the functions of a row by path."""
    return {file["path"]: file["functions"] for file in row["files"]}


def test_commits_become_pairs_of_message_and_functions_at_the_parent(
    origin: Origin, bares: Path, tmp_path: Path, held_out: Path
) -> None:
    assert run(bares, tmp_path / "out", held_out) == 0
    rows = rows_of(tmp_path / "out", "commit")
    assert {row["message"]: answers(row) for row in rows} == {
        "Wait between two attempts of an upload": {"src/upload.py": ["Uploader.attempt"]},
        "Forget a client only once, not again": {"net/server.go": ["Server.Drop"]},
        "Show prices in euros, not in pounds": {"src/money.py": ["price"]},
        "Take draining out of the queue for good": {"src/queue.py": ["drain"]},
        "Count what enqueue puts into the queue": {"jobs/queue.py": ["enqueue"]},
    }
    waits = next(row for row in rows if row["message"].startswith("Wait"))
    assert waits["repository"] == "acme/tool"
    assert waits["commit"] == origin.commits["Wait between two attempts of an upload (#12)"]
    assert waits["parent"] == origin.commits["Allow five attempts for each upload"]
    assert waits["files"][0]["language"] == "python"
    assert waits["files"][0]["spans"] == [[13, 18]]


def test_the_manifest_counts_what_was_left_out_and_why(bares: Path, tmp_path: Path, held_out: Path) -> None:
    assert run(bares, tmp_path / "out", held_out, "--seed", "7") == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    one = manifest["repositories"]["acme/tool"]
    assert (manifest["version"], manifest["seed"]) == (1, 7)
    assert one["head"] == head_of(bares / "acme+tool" / "repo")
    assert one["commits"] == 12
    assert one["commits_left_out"] == {
        "mass edit": 1,
        "merge": 1,
        "no function at the parent": 2,
        "no parent": 1,
        "over the limit": 0,
        "release or dependency": 1,
        "too many functions": 1,
    }
    assert one["kinds"]["commit"] == 5
    assert one["languages"].keys() == {"go", "python"}


def test_docstrings_and_names_of_head_become_rows(bares: Path, tmp_path: Path, held_out: Path) -> None:
    assert run(bares, tmp_path / "out", held_out) == 0
    docstrings = {row["text"]: answers(row) for row in rows_of(tmp_path / "out", "docstring")}
    assert docstrings["Try again after a timeout, as the retry policy says."] == {"src/upload.py": ["Uploader.attempt"]}
    assert docstrings["Listen waits for a client on the given port and never returns."] == {"net/server.go": ["Listen"]}
    names = {row["text"]: answers(row) for row in rows_of(tmp_path / "out", "definition")}
    assert names["attempt"] == {"src/upload.py": ["Uploader.attempt"]}
    assert names["Drop"] == {"net/server.go": ["Server.Drop"]}
    assert "drain" not in names
    assert "test_retry" not in names


def test_a_limit_draws_the_same_rows_each_time(bares: Path, tmp_path: Path, held_out: Path) -> None:
    for out in ("one", "two"):
        assert run(bares, tmp_path / out, held_out, "--limit", "3") == 0
    rows = rows_of(tmp_path / "one", "commit")
    assert len(rows) == len(rows_of(tmp_path / "one", "definition")) == 3
    files = [(tmp_path / out / "rows" / "acme+tool.jsonl").read_bytes() for out in ("one", "two")]
    assert files[0] == files[1]
    left_out = json.loads((tmp_path / "one" / "manifest.json").read_text("utf-8"))["repositories"]["acme/tool"]
    assert sum(left_out["commits_left_out"].values()) + 3 == left_out["commits"]


def test_finished_repositories_are_skipped_and_interrupted_ones_begin_again(
    bares: Path, tmp_path: Path, held_out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(bares, out, held_out) == 0
    rows = out / "rows" / "acme+tool.jsonl"
    whole = rows.read_bytes()
    capsys.readouterr()
    assert run(bares, out, held_out) == 0
    assert "acme/tool: is finished already" in capsys.readouterr().err
    rows.rename(rows.with_name(rows.name + ".part"))
    assert run(bares, out, held_out) == 0
    assert rows.read_bytes() == whole
    assert run(bares, out, held_out, "--seed", "1") == 1
    assert "was mined with seed 0" in capsys.readouterr().err


@pytest.mark.row("A17")
@pytest.mark.parametrize("name", ["Acme/Tool", "somebody/tool", "https://example.org/origin/tool.git"])
def test_held_out_repositories_and_namesakes_are_refused_before_anything_is_read(
    name: str, bares: Path, tmp_path: Path, held_out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held_out.write_text(f"{name}\n", encoding="utf-8")
    assert run(bares, tmp_path / "out", held_out) == 1
    assert "nothing was read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.row("A17")
def test_a_copy_that_carries_the_origin_in_its_name_is_refused(
    bares: Path, tmp_path: Path, held_out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    shutil.copytree(bares / "acme+tool" / "repo", copies / "anybody+acme__tool")
    held_out.write_text("acme/tool\n", encoding="utf-8")
    assert run(copies, tmp_path / "out", held_out) == 1
    assert run(copies, tmp_path / "out", held_out, "--repository", "anybody/acme__tool") == 1
    assert capsys.readouterr().err.count("is a copy of a held-out repository") == 2


@pytest.mark.row("A17")
def test_without_a_list_that_names_something_nothing_is_mined(bares: Path, tmp_path: Path, held_out: Path) -> None:
    held_out.write_text("# nothing\n", encoding="utf-8")
    assert run(bares, tmp_path / "out", held_out) == 1
    with pytest.raises(SystemExit):
        main(["mine", "--repos", str(bares), "--out", str(tmp_path / "out")])


def test_a_missing_blob_costs_its_commits_only(origin: Origin, bares: Path, tmp_path: Path, held_out: Path) -> None:
    copies = tmp_path / "bares"
    shutil.copytree(bares, copies)
    place = copies / "acme+tool" / "repo"
    old = origin.commits["Allow five attempts for each upload"]
    digest = git(place, "rev-parse", f"{old}:src/upload.py")
    loose = place / "objects" / digest[:2] / digest[2:]
    loose.chmod(0o600)
    loose.unlink()
    assert run(copies, tmp_path / "out", held_out) == 0
    messages = {row["message"] for row in rows_of(tmp_path / "out", "commit")}
    assert "Wait between two attempts of an upload" not in messages
    assert "Forget a client only once, not again" in messages
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["repositories"]["acme/tool"]["commits_left_out"]["missing file"] == 2


def test_only_ancestors_of_head_are_walked(bares: Path) -> None:
    place = bares / "acme+tool" / "repo"
    subjects = [commit.message.partition("\n")[0] for commit in read_history(place, head_of(place))]
    assert "Count what enqueue puts into the queue" in subjects
    assert "Promise what is not yet in HEAD" not in subjects


def test_an_unknown_or_empty_place_is_told(
    bares: Path, tmp_path: Path, held_out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(bares, tmp_path / "out", held_out, "--repository", "acme/absent") == 1
    assert run(tmp_path / "nowhere", tmp_path / "out", held_out) == 1
    assert run(bares, tmp_path / "out", held_out, "--repository", "no-name") == 1
    assert run(bares, tmp_path / "out", held_out, "--repository", "https://example.org/Acme/Tool.git") == 0
    assert capsys.readouterr().err.count("error: ") == 3


def test_commands_on_the_page_are_understood() -> None:
    page = (ROOT / "docs" / "contributing" / "mining.md").read_text(encoding="utf-8")
    commands = [line for line in page.replace("\\\n", " ").splitlines() if line.startswith("findspot-train ")]
    assert commands
    for command in commands:
        assert make_parser().parse_args(shlex.split(command, comments=True)[1:]).command == "mine"
