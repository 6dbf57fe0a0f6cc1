"""The benchmark runs from end to end on a tiny repository, and every row it promises is in its output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import peers
from benchmarks.command import QUESTIONS, main
from benchmarks.measure import Budget, Samples
from benchmarks.questions import Hit, Question, file_rank, load_questions, symbol_rank
from benchmarks.table import verdict

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

ASKED = """
[[question]]
kind = "symbol"
text = "schedule_retry"
files = ["shop/uploads.py"]
symbol = "Scheduler.schedule_retry"

[[question]]
kind = "question"
text = "compare the digest of stored bytes"
files = ["shop/checksum.py"]
symbol = "verify"

[[issue]]
kind = "issue"
text = \"\"\"
Failed uploads are never tried again

After the third attempt the queue stays empty, although the delay should only grow. I expected schedule_retry to push
the upload back with a longer delay.
\"\"\"
files = ["shop/uploads.py"]
symbol = "Scheduler.schedule_retry"
"""

FILES = {
    "shop/uploads.py": '''"""When uploads are tried again."""


class Scheduler:
    """Plans retries."""

    def schedule_retry(self, upload, attempt):
        """Push a failed upload back into the queue with a growing delay."""
        self.queue.push(upload, min(300, 2**attempt))
''',
    "shop/checksum.py": '''"""Checksums."""


def verify(upload, expected):
    """Compare the digest of the stored bytes with what the client sent."""
    return digest(upload) == expected
''',
    "docs/guide.md": "# Guide\n\n## Words\n\nNothing about code here.\n",
}

ROWS = {
    "cold index",
    "cold index, peak memory",
    "index on disk",
    "installed size",
    "no-change refresh",
    "second worktree",
    "checkout, new branch",
    "checkout, back again",
    "search, warm",
    "localize, first list",
    "localize, warm",
    "localize, no vector cached",
    "overshoot of a 0.3 s budget",
    "overshoot of a 0.5 s budget",
    "overshoot of a 1.0 s budget",
    "edit, saved to found",
    "edit, after the debounce",
    "edit, refresh by path + search",
    "command, up-to-date index",
    "server, start to first answer",
    "server at rest, memory",
    "server at rest after localize",
    "agents, start to first answer",
    "server for agents, memory",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Write a repository of three files, and beside it the questions about it."""
    root = tmp_path / "shop"
    (root / ".git").mkdir(parents=True)
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "asked.toml").write_text(ASKED, encoding="utf-8")
    return root


@pytest.mark.timeout(300)  # a dozen processes, one after the other
def test_every_row_is_there(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()}
    output, asked = repo.parent / "out.json", repo.parent / "asked.toml"
    assert main(["--repo", str(repo), "--questions", str(asked), "--quick", "--json", str(output)]) == 0
    result: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    lines = result["lines"]
    assert {line["row"] for line in lines} == ROWS
    assert all(line["samples"] for line in lines if line["tool"] in {"findspot", "bm25"})
    beside = {row: {line["tool"] for line in lines if line["row"] == row} for row in ROWS}
    assert beside["search, warm"] == beside["cold index"] == {"findspot", "bm25", "ripgrep"}
    assert all(line["samples"] or line["note"] for line in lines), "an empty line must say why it is empty"
    found = {(hit["kind"], hit["tool"]): hit for hit in result["hits"]}
    assert found["all short", "findspot search"]["files"] == [2, 2, 2]
    assert found["symbol", "findspot search"]["symbols"] == [1, 1, 1]
    assert found["issue", "findspot localize"]["files"] == [1, 1, 1]
    printed = capsys.readouterr().out
    assert all(row in printed for row in ROWS)
    assert {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()} == before


def test_it_starts_as_make_starts_it(repo: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--repo", str(repo), "--quick", "--only", "quality"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=repo)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert b"asks about another repository" in done.stdout


def test_questions_are_complete() -> None:
    questions = load_questions(QUESTIONS)
    kinds = {question.kind for question in questions.short}
    assert kinds == {"symbol", "path", "question", "error", "trace"}
    assert len(questions.short) == len(set(questions.short)) == 40
    assert {question.kind for question in questions.issues} == {"issue"}
    assert all(1_500 < len(issue.text) < 2_500 for issue in questions.issues)


def test_a_file_counts_once_and_a_method_answers_for_its_class() -> None:
    question = Question("question", "where", ("b.py",), "Outer")
    hits = [Hit("a.py", "f"), Hit("a.py", "g"), Hit("b.py", "Outerwear"), Hit("b.py", "Outer.run")]
    assert file_rank(hits, question) == 2
    assert symbol_rank(hits, question) == 4
    assert file_rank(hits[:2], question) is None
    assert symbol_rank(hits[:3], question) is None


def test_statistics_and_verdicts() -> None:
    samples = Samples(tuple(float(number) for number in range(1, 101)))
    assert (samples.p50, samples.p95, samples.min, samples.max) == (50.5, 95.0, 1.0, 100.0)
    assert Samples((3.0, 1.0)).p95 == 3.0
    assert verdict(Budget("p95", 95), samples, "ms") == "p95 <= 95 ms met"
    assert verdict(Budget("max", 80), samples, "ms") == "max <= 80 ms MISSED by 20.0 (25%)"


def test_the_peers_find_what_is_there(repo: Path) -> None:
    bm25 = peers.PlainBm25(repo)
    assert bm25.search("compare the digest of stored bytes")[0] == Hit("shop/checksum.py", "verify")
    assert bm25.search("zebra") == []
    ripgrep = peers.Ripgrep(repo)
    if ripgrep.missing():
        assert "ripgrep" in ripgrep.missing()
    else:
        assert ripgrep.search("digest")[0].path == "shop/checksum.py"
        assert ripgrep.search("a") == []
