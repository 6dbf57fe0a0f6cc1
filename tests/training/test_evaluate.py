"""The evaluation: accuracy on hand-made cases, checkouts of a real repository, one row from end to end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from findspot_training.checkouts import Checkout
from findspot_training.evaluate import accuracy, main, summary
from findspot_training.source import TrainingError

ROWS = [
    {"files": ["a", "b"], "gold_files": ["a"], "functions": [["a", "f"], ["a", None]], "gold_functions": [["a", "f"]]},
    {
        "files": ["c", "a"],
        "gold_files": ["a", "c"],
        "functions": [["c", "g"]],
        "gold_functions": [["c", "g"], ["a", "f"]],
    },
    {"files": [], "gold_files": ["a"], "functions": [], "gold_functions": [["a", "f"]]},
]


def test_strict_accuracy_asks_for_all_of_the_gold() -> None:
    assert accuracy(ROWS, "files", "gold_files", 1) == pytest.approx(100 / 3)
    assert accuracy(ROWS, "files", "gold_files", 2) == pytest.approx(200 / 3)
    assert accuracy(ROWS, "functions", "gold_functions", 5) == pytest.approx(100 / 3)
    assert accuracy(ROWS, "functions", "gold_functions", 5, strict=False) == pytest.approx(200 / 3)
    assert accuracy([], "files", "gold_files", 1) == 0.0


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Path, list[str]]:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    commits: list[str] = []
    for upload in (
        "def send_upload(item):\n    return item\n",
        "def send_upload(item):\n    return retry_policy(item)\n",
    ):
        (folder / "upload.py").write_text(upload, encoding="utf-8")
        (folder / f"step{len(commits)}.py").write_text("def other():\n    pass\n", encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "step")
        commits.append(git(folder, "rev-parse", "HEAD"))
        (folder / "step0.py").unlink(missing_ok=True)
    return folder, commits


def test_a_folder_follows_the_commits(repository: tuple[Path, list[str]], tmp_path: Path) -> None:
    source, (first, second) = repository
    checkout = Checkout(source, tmp_path / "work")
    for commit, names in (
        (first, {"upload.py", "step0.py"}),
        (second, {"upload.py", "step1.py"}),
        (first, {"upload.py", "step0.py"}),
    ):
        checkout.move_to(commit)
        assert {path.name for path in (tmp_path / "work").iterdir()} == names == set(checkout.held)
    with pytest.raises(TrainingError, match="ls-tree"):
        checkout.move_to("0" * 40)


def test_rows_are_evaluated_once(
    repository: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, (_, commit) = repository
    row = {
        "instance_id": "acme-1",
        "repo": "acme/tool",
        "base_commit": commit,
        "created_at": "2020",
        "problem_statement": "Uploads are lost\n\n`send_upload` ignores the retry policy.",
        "gold_code_files": ["upload.py"],
        "gold": [{"file": "upload.py", "functions": ["send_upload"], "at_base": True}],
    }
    issues = tmp_path / "issues.jsonl"
    issues.write_text(json.dumps(row) + "\n", encoding="utf-8")
    out = tmp_path / "results.jsonl"
    arguments = [str(issues), "--out", str(out), "--work", str(tmp_path / "w"), "--repository", f"acme/tool={source}"]
    assert main([*arguments, "--budget", "0"]) == 0
    table = capsys.readouterr().out
    assert "all (1 rows, 1 with functions)" in table
    [result] = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert result["files"][0] == result["plain_files"][0] == "upload.py"
    assert result["functions"][0] == result["plain_functions"][0] == ["upload.py", "send_upload"]
    assert result["mentioned"] is True
    assert list((tmp_path / "w").iterdir()) == []
    assert main([*arguments, "--budget", "0"]) == 0
    assert capsys.readouterr().out == table
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1
    assert "localize p50" in summary([result])
