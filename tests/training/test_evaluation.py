"""An evaluation from end to end on a small repository: rows, resuming, switches, reports, comparing two runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from findspot_training.__main__ import main
from findspot_training.measure.gold import Gold
from findspot_training.measure.issues import METRICS, report, splits
from findspot_training.measure.rows import Row, append_row, judge, read_rows, rows_path
from findspot_training.measure.summary import compare
from findspot_training.measure.systems import SYSTEMS, Found, Shown
from tests.training.repositories import REPO, Past, issue, write_issues

REPORT = "Uploads give up after one timeout\n\nThe retry policy is not followed when the server is slow."


def rows_of(out: Path) -> list[dict[str, Any]]:
    """Return the lines of the repository's rows, as written."""
    return [json.loads(line) for line in rows_path(out, REPO).read_text(encoding="utf-8").splitlines()]


def issues(past: Past, folder: Path) -> Path:
    """Write three issues at three commits, the last without any gold that exists there."""
    gone = {"gold_files": ["src/queue.py"], "gold_code_files": ["src/queue.py"], "gold": []}
    return write_issues(
        folder / "issues.jsonl",
        [
            issue(3, past.commits[2], "Jobs come out in the wrong order", **gone),
            issue(1, past.commits[0], REPORT),
            issue(2, past.commits[1], f"{REPORT} See `Uploader.attempt`."),
        ],
    )


def arguments(past: Past, folder: Path, *more: str) -> list[str]:
    return ["evaluate", str(issues(past, folder)), "--repos", str(past.folder), "--out", str(folder / "out"), *more]


@pytest.fixture(scope="module")
def finished(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run."""
    folder = tmp_path_factory.mktemp("run")
    assert main(arguments(past, folder)) == 0
    return folder / "out"


@pytest.mark.row("A05")
def test_each_system_answers_each_issue_at_its_base_commit(finished: Path, past: Past) -> None:
    rows = rows_of(finished)
    assert [row["id"] for row in rows] == ["acme__tool-1", "acme__tool-2", "acme__tool-3"]
    assert [row["commit"] for row in rows] == list(past.commits)
    assert [row["files"] for row in rows] == [4, 4, 4]
    for row in rows[:2]:
        assert set(row["systems"]) == set(SYSTEMS)
        assert row["gold_functions"] == ["src/upload.py:Uploader.attempt"]
        for name, system in row["systems"].items():
            assert system["files"] == [1], name
        assert row["systems"]["localize"]["functions"] == [1]
        assert "warm: applied" in row["model"]
    assert [row["mentioned"] for row in rows] == [False, True, False]
    assert rows[2]["gold_files"] == []


@pytest.mark.row("A01")
@pytest.mark.row("A02")
@pytest.mark.row("A03")
def test_the_report_holds_every_number(finished: Path) -> None:
    numbers = json.loads((finished / "report.json").read_text(encoding="utf-8"))
    assert numbers["counts"]["finished"] == 3
    assert numbers["counts"]["without gold at the base commit"] == 1
    main_rows = numbers["rankings"]["with a gold function"]
    assert main_rows["n"] == 2
    ours = main_rows["systems"]["localize"]
    assert {ours[f"file@{k}"] for k in (1, 3, 5, 10)} == {1.0}
    assert ours["func@5"] == ours["func@10"] == ours["func MRR"] == 1.0
    assert ours["all files@1"] == 0.0
    assert numbers["rankings"]["mentioned"]["n"] == numbers["rankings"]["not mentioned"]["n"] == 1
    for level in ("file", "module", "function", "line"):
        scores = numbers["answers"]["localize"][level]
        assert scores["n"] == 2
        assert 0 < scores["precision"] <= 1.0
        assert 0 < scores["f_beta"] <= 1.0
    assert numbers["ceilings"]["localize"]["16"]["strict"] == 1.0
    for call in ("search cold", "search warm", "localize cold", "localize warm", "localize first list", "refresh"):
        assert 0 < numbers["latency"][call]["p50"] <= numbers["latency"][call]["p95"]
    assert set(numbers["repositories"]) == {REPO}
    assert {one["right"] for one in numbers["comparisons"]} == set(SYSTEMS) - {"localize"}


class _Page(HTMLParser):
    """Collects tags, and attributes that would fetch something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "data"}]


@pytest.mark.row("A05")
def test_the_page_needs_nothing_else(finished: Path) -> None:
    text = (finished / "report.html").read_text(encoding="utf-8")
    reader = _Page()
    reader.feed(text)
    assert reader.fetched == []
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert "@import" not in text
    assert "url(" not in text
    assert reader.tags.count("svg") >= 4
    assert "Rows with a gold function (n = 2)" in text
    assert "Rows with a gold function (n = 2)" in (finished / "report.md").read_text(encoding="utf-8")


@pytest.mark.row("A05")
def test_a_killed_run_goes_on_where_it_was(past: Past, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "findspot_training", *arguments(past, tmp_path)]
    paths = os.pathsep.join(path for path in sys.path if path)
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.PIPE, text=True)
    rows = rows_path(tmp_path / "out", REPO)
    while running.poll() is None and not (rows.is_file() and rows.read_text(encoding="utf-8").endswith("\n")):
        time.sleep(0.01)
    running.kill()
    _, said = running.communicate()
    first = rows.read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(first)["error"] == "", said
    rows.write_text(first + "\n" + first[:100], encoding="utf-8")
    assert main(arguments(past, tmp_path)) == 0
    lines = rows.read_text(encoding="utf-8").splitlines()
    assert lines[0] == first
    assert lines[1] == first[:100]
    assert [json.loads(line)["id"] for line in lines[2:]] == ["acme__tool-2", "acme__tool-3"]
    assert main(arguments(past, tmp_path)) == 0
    assert rows.read_text(encoding="utf-8").splitlines() == lines


def test_a_folder_never_mixes_two_configurations(
    finished: Path, past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rows_of(finished)
    again = [*arguments(past, tmp_path), "--out", str(finished), "--top-k", "5"]
    assert main(again) == 1
    assert "top_k" in capsys.readouterr().err
    assert rows_of(finished) == before


@pytest.mark.row("A05")
def test_what_cannot_be_run_is_said_and_tried_again(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [issue(1, "0" * 40, REPORT), issue(2, past.commits[0], REPORT, repo="acme/elsewhere")]
    path = write_issues(tmp_path / "issues.jsonl", rows)
    command = ["evaluate", str(path), "--repos", str(past.folder), "--out", str(tmp_path / "out")]
    assert main(command) == 0
    assert "n = 0" in capsys.readouterr().out
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "Not run, 1 rows: EvaluationError: the tree of commit" in text
    assert "Not run, 1 rows: no repository acme/elsewhere" in text
    write_issues(path, [issue(1, past.commits[0], REPORT), rows[1]])
    assert main(command) == 0
    assert "n = 1" in capsys.readouterr().out


def test_switches_take_signals_away_and_processes_share_the_work(past: Past, tmp_path: Path) -> None:
    switched = ["--switch", "model=off", "--switch", "history=off", "--jobs", "2", "--work", str(tmp_path / "work")]
    assert main(arguments(past, tmp_path, *switched)) == 0
    for row in rows_of(tmp_path / "out")[:2]:
        assert "switched off" in row["model"]
        assert row["systems"]["localize"]["files"] == [1]
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["off"] == ["history", "model"]
    assert list((tmp_path / "work").iterdir()) == [], "trees and indexes of finished repositories are not kept"


def test_an_unknown_switch_is_named(past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(past, tmp_path, "--switch", "magic=off")) == 1
    assert "known are model, ranker" in capsys.readouterr().err


def test_two_runs_are_compared_row_by_row(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(finished), str(finished)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert len(table) > 10
    assert all("+0.0" in line for line in table[1:])
    assert main(["compare", str(finished), str(finished), "--against", "dense"]) == 0
    assert main(["compare", str(finished), str(finished / "rows")]) == 1
    assert "no finished row" in capsys.readouterr().err


GOLD = Gold(
    files=("a.py", "guide.md"),
    code_files=("a.py",),
    functions=(("a.py", "A.f"), ("a.py", "g")),
    modules=(("a.py", "A"), ("a.py", "g")),
    lines={"a.py": ((3, 4),)},
)


@pytest.mark.row("A02")
def test_a_class_is_no_function_but_counts_for_file_module_and_lines() -> None:
    answer = [Shown("a.py", "A", "class", (1, 10)), Shown("a.py", "g", "function", (12, 13))]
    judged = judge(Found(answer, ["a.py"], [("a.py", "g")]), GOLD)
    assert judged.functions == [None, 1]
    assert judged.seen == [None, 2]
    assert (judged.files, judged.all_files) == ([1], [1, None])
    assert (judged.sets["function"].precision, judged.sets["function"].recall) == (1.0, 0.5)
    assert judged.sets["module"].f_beta == judged.sets["file"].f_beta == 1.0
    assert judged.sets["line"].precision == pytest.approx(2 / 12)
    assert judged.sets["line"].recall == 1.0


def test_probabilities_are_compared_with_hits_where_there_are_any() -> None:
    answer = [Shown("a.py", "g", "function", (1, 2), 0.9), Shown("b.py", "h", "function", (1, 2), 0.3)]
    row = Row(
        "i",
        REPO,
        "c",
        gold_files=["a.py"],
        gold_functions=["a.py:g"],
        systems={"localize": judge(Found(answer, listed=answer), GOLD)},
    )
    found = report({"i": row}, {"version": "1", "engine": "e", "top_k": 10, "budget": 1.0, "off": []})
    assert found.numbers["calibration"]["localize"]["error"] == pytest.approx(0.2)
    assert "Expected calibration error" in found.markdown()
    assert found.page().count("<svg") == 5


def test_rows_come_back_as_they_were_written_and_the_last_one_counts(tmp_path: Path) -> None:
    found = Found([Shown("a.py", "g", "function", (1, 2), 0.5)], ["b.py", "a.py"], [("a.py", "g")])
    row = Row("i", REPO, "c", gold_files=["a.py"], systems={"bm25": judge(found, GOLD)}, seconds={"refresh": 0.5})
    path = rows_path(tmp_path, REPO)
    append_row(path, Row("i", REPO, "c", error="broken"))
    append_row(path, row)
    assert read_rows([path]) == {"i": row}
    assert [len(group) for group in splits([row]).values()] == [1, 0, 0, 0, 0, 0]
    with pytest.raises(Exception, match="share no finished row"):
        compare({"i": row}, {}, [("bm25", "bm25")], METRICS)
