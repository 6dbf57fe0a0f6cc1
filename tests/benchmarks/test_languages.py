"""Questions by language: what is in their files, when a place is right, and a whole run on a repository of two files."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks.languages import __main__ as command
from benchmarks.languages.measuring import Result, is_place
from benchmarks.languages.questions import FOLDER, Question, load_questions
from benchmarks.languages.table import BEFORE, NOW, language_pages
from findspot.languages.table import LANGUAGES

FILES = sorted(path.stem for path in FOLDER.glob("*.toml"))

REPOSITORY = ("shop/shop", "0" * 40)


@pytest.mark.parametrize("language", FILES)
def test_a_language_has_eight_questions_over_two_repositories(language: str) -> None:
    asked = load_questions(language)
    texts = [question.text for question in asked.questions]
    assert len(texts) >= 8
    assert len(set(texts)) == len(texts)
    assert len(asked.repositories) >= 2
    assert {question.repository for question in asked.questions} == set(asked.repositories)
    assert all(re.fullmatch("[0-9a-f]{40}", commit) for _, commit in asked.repositories)
    assert all(1 <= question.lines[0] <= question.lines[1] for question in asked.questions)


def test_questions_are_about_languages() -> None:
    assert FILES
    assert not set(FILES) - set(LANGUAGES)


@pytest.mark.parametrize(
    ("lines", "right"),
    [
        ((10, 19), True),  # the answer itself
        ((12, 13), True),  # within it
        ((1, 80), True),  # around it
        ((1, 14), True),  # half of it
        ((1, 13), False),  # less than half
        ((17, 22), True),  # half of the result
        ((18, 22), False),
        ((20, 29), False),  # the next definition
    ],
)
def test_a_place_shares_half_of_the_shorter_of_the_two(lines: tuple[int, int], right: bool) -> None:
    question = Question(REPOSITORY, "where", "a.py", (10, 19))
    assert is_place(question, Result("a.py", *lines, None)) is right
    assert not is_place(question, Result("b.py", *lines, None))


@pytest.fixture
def mirror(tmp_path: Path) -> tuple[Path, str]:
    """Return a folder of mirrors with one repository, and its commit."""
    work = tmp_path / "work"
    (work / "src").mkdir(parents=True)
    (work / "src" / "retry.py").write_text("def schedule_retry(item):\n    return item\n", encoding="utf-8")
    (work / "src" / "sums.py").write_text("def add(one, two):\n    return one + two\n", encoding="utf-8")
    bare = tmp_path / "mirrors" / "shop+shop"
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*settings, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(bare)], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=work, check=True, capture_output=True, text=True)
    return bare.parent, head.stdout.strip()


def test_a_run_indexes_asks_and_writes_down(
    mirror: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repos, commit = mirror
    (tmp_path / "python.toml").write_text(
        f"""
[[repository]]
name = "shop/shop"
commit = "{commit}"

[[question]]
repository = "shop/shop"
text = "schedule_retry"
path = "src/retry.py"
lines = [1, 2]
name = "schedule_retry"

[[question]]
repository = "shop/shop"
text = "schedule_retry of an item"
path = "src/sums.py"
lines = [1, 2]
""",
        encoding="utf-8",
    )
    monkeypatch.setattr(command, "load_questions", lambda language: load_questions(language, tmp_path))
    out = tmp_path / "out.json"
    other = {"go": {NOW: {"questions": 9, "asked": []}}}
    out.write_text(json.dumps({"languages": other}), encoding="utf-8")
    assert command.main(["python", "--repos", str(repos), "--out", str(out)]) == 0
    written = json.loads(out.read_text(encoding="utf-8"))["languages"]
    assert written["go"] == other["go"]
    found = written["python"][NOW]
    assert (found["questions"], found["place_1"], found["file_1"], found["named"]) == (2, 1, 1, [1, 1])
    [repository] = found["repositories"]
    assert repository["files"] == 2
    assert repository["chunks"] >= 2
    assert repository["bytes"] > 0
    assert capsys.readouterr().out.startswith("| python | 2 | 1 | ")


def test_an_answer_that_the_file_does_not_hold_is_a_mistake(
    mirror: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repos, commit = mirror
    (tmp_path / "python.toml").write_text(
        f"""
repository = [{{ name = "shop/shop", commit = "{commit}" }}]
question = [{{ repository = "shop/shop", text = "add", path = "src/sums.py", lines = [1, 9] }}]
""",
        encoding="utf-8",
    )
    monkeypatch.setattr(command, "load_questions", lambda language: load_questions(language, tmp_path))
    with pytest.raises(ValueError, match="has 3 lines"):
        command.main(["python", "--repos", str(repos), "--out", str(tmp_path / "out.json")])


def test_the_tables_show_both_columns_and_the_sum_of_what_all_languages_have() -> None:
    def measured(first: int, seconds: float, text: str = "where") -> dict[str, Any]:
        repository = {
            "name": "shop/shop",
            "commit": "0",
            "seconds": seconds,
            "files": 2,
            "chunks": 4,
            "bytes": 2_000_000,
        }
        hits = {"place_1": first, "place_5": 7, "file_1": 5, "file_5": 8, "asked": [{"text": text}]}
        return {"questions": 8, **hits, "named": [first, 6], "repositories": [repository]}

    lines = list(
        language_pages({"go": {NOW: measured(4, 1.0)}, "vue": {BEFORE: measured(2, 2.0), NOW: measured(6, 3.0)}})
    )
    assert "| vue | 8 | 2 → 6 | 7 → 7 | 5 → 5 | 8 → 8 | 2 of 6 → 6 of 6 |" in lines
    assert "| all | 16 | 10 | 14 | 10 | 16 | 10 of 12 |" in lines
    changed = {"vue": {BEFORE: measured(2, 2.0, "where was it"), NOW: measured(6, 3.0)}}
    assert next(line for line in language_pages(changed) if "vue" in line).startswith("| vue | 8 | 6 | 7 |")
    assert "| shop/shop | 2 → 2 | 4 → 4 | 2.0 → 2.0 MB | 2.0 → 3.0 |" in lines
