"""The reward for training: worked out by hand for small answers, zero for whatever breaks the shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from findspot_training.__main__ import main
from findspot_training.measure.gold import Gold
from findspot_training.measure.reward import MAX_PLACES, reward
from tests.training.repositories import Past, issue, write_issues

GOLD = Gold(
    files=("src/upload.py",),
    code_files=("src/upload.py",),
    functions=(("src/upload.py", "Uploader.attempt"),),
    modules=(("src/upload.py", "Uploader"),),
    lines={"src/upload.py": ((14, 17),)},
)
RIGHT = {"path": "src/upload.py", "symbol": "Uploader.attempt", "start_line": 14, "end_line": 17}
WRONG = {"path": "src/queue.py", "symbol": "drain", "start_line": 1, "end_line": 4}


def lines_of(path: str) -> int | None:
    return {"src/upload.py": 18, "src/queue.py": 13}.get(path)


def value(answer: str | list[Any]) -> float:
    return reward(answer, GOLD, lines_of).value


@pytest.mark.row("A11")
def test_the_reward_is_the_mean_of_f_beta_over_four_levels() -> None:
    assert value([RIGHT]) == 1.0
    assert value([WRONG]) == value([]) == 0.0
    # One of two places is right at each level: precision 1/2, recall 1, so F 0.5 = 1.25 * 0.5 / (0.25 * 0.5 + 1) = 5/9.
    assert value([RIGHT, WRONG]) == pytest.approx(5 / 9)
    # The file alone is right at one level of four.
    assert value([{"path": "src/upload.py"}]) == pytest.approx(1 / 4)
    # Half of the lines, precision 1: F 0.5 = 1.25 * 0.5 / (0.25 + 0.5) = 5/6 at that level and 1 at the others.
    assert value([{**RIGHT, "end_line": 15}]) == pytest.approx((3 + 5 / 6) / 4)


@pytest.mark.row("A11")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("The place is src/upload.py", "not JSON"),
        ('[{"path": "src/upload.py"', "not JSON"),
        ("[" * 100_000, "not JSON"),
        (["src/upload.py"], "place 1: not an object"),
        ([RIGHT, {"symbol": "drain"}], "place 2: 'path'"),
        ([RIGHT, {"path": "/src/queue.py"}], "'path' must be relative"),
        ([RIGHT, {"path": "src/../../etc/passwd"}], "stay inside"),
        ([RIGHT, {"path": "src/absent.py"}], "there is no file src/absent.py"),
        ([RIGHT, {**WRONG, "end_line": 14}], "do not lie within the 13 lines"),
        ([RIGHT, {**WRONG, "start_line": 0}], "do not lie within"),
        ([RIGHT, {**WRONG, "start_line": 4, "end_line": 1}], "do not lie within"),
        ([RIGHT, {**WRONG, "end_line": None}], "whole numbers"),
        ([RIGHT, {**WRONG, "end_line": "4"}], "whole numbers"),
        ([RIGHT, {**WRONG, "symbol": 4}], "'symbol'"),
        ([RIGHT, dict(RIGHT)], "cited twice"),
        ([{**RIGHT, "start_line": 1 + at % 14} for at in range(MAX_PLACES + 1)], "at most"),
    ],
)
def test_a_malformed_answer_is_worth_nothing_as_a_whole(answer: str | list[Any], said: str) -> None:
    found = reward(answer, GOLD, lines_of)
    assert found.value == 0.0
    assert found.levels == {}
    assert said in found.malformed


def test_the_lines_that_the_command_prints_are_an_answer() -> None:
    printed = "".join(
        json.dumps({"root": "/r", "kind": "method", "score": 1.0, **one}) + "\n" for one in (RIGHT, WRONG)
    )
    assert value(printed) == value([RIGHT, WRONG])
    # A class is no function, so it counts for its file, module and lines.
    assert value([{**RIGHT, "symbol": "Uploader", "kind": "class"}]) == pytest.approx(3 / 4)


def test_nothing_can_be_earned_where_nothing_is_to_be_found() -> None:
    with pytest.raises(ValueError, match="nothing to find"):
        reward([], Gold((), (), (), (), {}), lines_of)


@pytest.fixture
def known(past: Past, tmp_path: Path) -> list[str]:
    rows = write_issues(tmp_path / "issues.jsonl", [issue(1, past.commits[0], "Uploads give up")])
    return ["--instances", str(rows), "--repos", str(past.folder)]


@pytest.mark.row("A11")
def test_recorded_answers_are_judged_at_their_base_commit(
    tmp_path: Path, known: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    right = [{**RIGHT, "start_line": 15}]
    gone = [{"path": "net/client.py"}]  # comes with a later commit
    answers = tmp_path / "answers.jsonl"
    answers.write_text(
        "".join(json.dumps({"instance_id": "acme__tool-1", "answer": one}) + "\n" for one in (right, gone))
    )
    assert main(["reward", str(answers), *known]) == 0
    printed = capsys.readouterr()
    first, second = map(json.loads, printed.out.splitlines())
    assert first["reward"] == first["line"]["f_beta"] == 1.0
    assert second["reward"] == 0.0
    assert "no file net/client.py" in second["malformed"]
    assert "2 answers, mean reward 0.5000, 1 malformed" in printed.err


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ('{"instance_id": "other-1", "answer": []}\n', "record 1"),
        ('{"instance_id": "acme__tool-1"}\n', "record 1"),
        ("[1]\n", "record 1"),
        ("{not json\n", "cannot be read"),
        ("", "holds no answer"),
    ],
)
def test_records_that_cannot_be_used_are_refused(
    tmp_path: Path, known: list[str], capsys: pytest.CaptureFixture[str], record: str, said: str
) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text(record)
    assert main(["reward", str(answers), *known]) == 1
    assert said in capsys.readouterr().err
