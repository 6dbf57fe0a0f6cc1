"""Commits of several files, one of them open, and the others to be found: from git to the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot_training.__main__ import main
from findspot_training.measure.cases import Case
from findspot_training.measure.gold import Gold
from findspot_training.measure.nearby import Open, groups, jobs_of_wide_commits, opened
from findspot_training.measure.rows import Row, read_run
from tests.training.repositories import git

NAME = "acme/wide"
PARTS = ("cart", "prices", "tax", "stock")
MESSAGE = "Round amounts of money to two places everywhere\n\nCustomers saw sums that did not add up on their bills."


@pytest.fixture(scope="module")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of mirrors with one repository: a commit of four files, one of two, one of three."""
    folder = tmp_path_factory.mktemp("mirrors")
    work = folder / "work"
    (work / "shop").mkdir(parents=True)
    git(work, "init", "-q", "-b", "main")

    def commit(message: str, parts: tuple[str, ...], digits: int) -> None:
        for part in parts:
            text = (
                f'def {part}_amount(value):\n    """Round an amount of {part}."""\n    return round(value, {digits})\n'
            )
            (work / "shop" / f"{part}.py").write_text(text, encoding="utf-8")
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", message)

    commit("Begin with a shop that adds amounts", PARTS, 1)
    commit(MESSAGE, PARTS, 2)
    commit("Round the tax and the stock only", ("tax", "stock"), 3)
    commit("Round three parts of the shop again", PARTS[:3], 4)
    git(folder, "clone", "-q", "--bare", str(work), "acme+wide")
    return folder


def test_commits_of_three_files_or_more_become_cases_the_oldest_first(mirrors: Path) -> None:
    [job] = jobs_of_wide_commits(mirrors, [NAME], 10)
    assert [(case.kind, case.text) for case in job.cases] == [
        ("subject", "Round amounts of money to two places everywhere"),
        ("body", "Customers saw sums that did not add up on their bills."),
        ("subject", "Round three parts of the shop again"),
    ]
    assert [len(one.cases) for one in jobs_of_wide_commits(mirrors, [NAME], 1)] == [1]


def test_one_file_is_open_and_the_others_are_to_be_found() -> None:
    paths = ("a.py", "b.py", "c.py")
    gold = Gold(paths, paths, tuple((path, "f") for path in paths), (), dict.fromkeys(paths, ((7, 9),)))
    case = Case("x/y#1", "1", "behaviour", "t", gold)
    assert opened(case, gold, ()) is None  # a question about an empty tree
    shown = opened(case, gold, ["z.py", "doc.md", "tests/test_z.py"])
    assert shown is not None
    assert (shown[0].path, shown[1]) == ("z.py", gold)
    assert Open("a.py", 7).context.open == ("a.py",)


def test_the_command_measures_and_prints_differences(
    mirrors: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["nearby", NAME, "--repos", str(mirrors), "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "subject: file@1" in printed
    assert "localize near" in printed
    rows = read_run(tmp_path / "out")
    assert sorted(row.kind for row in rows.values()) == ["body", "subject", "subject"]
    for row in rows.values():
        assert len(row.gold_files) == (2 if "three" in row.text else 3)
        assert set(row.systems) == {"search", "search near", "localize", "localize near"}
    assert main(arguments) == 0  # everything is there
    assert capsys.readouterr().out == printed


def test_rows_are_grouped_by_what_was_asked() -> None:
    rows = [Row(f"{at}", "r", "c", kind) for at, kind in enumerate(("behaviour", "subject", "body", "definition"))]
    assert {name: len(found) for name, found in groups(rows).items()} == {"questions": 2, "subject": 1, "body": 1}
