"""What is near to the files in an editor comes first among equals, and says why."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from findspot.core.types import Answer, Diagnostic, EditorContext, SearchResult
from findspot.engine import Models
from tests.engine.checks import open_engine, write_workspace

TWINS = """
    == shop/cart.py
    from shop.amounts import round_amount

    def add_item(cart, item):
        cart.total = round_amount(cart.total + item.price)

    == shop/amounts.py
    def round_amount(value):
        \"\"\"Round an amount to two places.\"\"\"
        return round(value, 2)

    == bank/ledger.py
    from bank.amounts import round_amount

    def book(entry):
        return round_amount(entry.sum)

    == bank/amounts.py
    def round_amount(value):
        \"\"\"Round an amount to two places.\"\"\"
        return round(value, 2)

    == audit/amounts.py
    def round_amount(value):
        \"\"\"Round an amount to two places.\"\"\"
        return round(value, 2)
"""

QUESTION = "where is an amount rounded to two places"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return three functions that are alike, and two files that import one of them each."""
    write_workspace(tmp_path, TWINS)
    return tmp_path


def place_of(answer: Answer, path: str) -> SearchResult:
    """Return the best result in a file."""
    return next(result for result in answer.results if result.path == path)


def near(answer: Answer, path: str) -> str:
    """Return why the best result of a file is near, empty where it is not."""
    return next((one.detail for one in place_of(answer, path).evidence if one.kind == "near"), "")


@pytest.mark.parametrize(
    ("context", "first", "reason"),
    [
        (EditorContext("shop/cart.py"), "shop/amounts.py", "same folder as cart.py; imported by cart.py"),
        (EditorContext("bank/ledger.py"), "bank/amounts.py", "same folder as ledger.py; imported by ledger.py"),
        (EditorContext("bank/ledger.py", line=3), "bank/amounts.py", "called by book"),
        (EditorContext(recent=("audit/amounts.py",)), "audit/amounts.py", "edited lately"),
        (EditorContext(changed=("bank/amounts.py",)), "bank/amounts.py", "changed since the last commit"),
        (EditorContext(open=("audit/amounts.py",)), "audit/amounts.py", "open in the editor"),
        (
            EditorContext(diagnostics=(Diagnostic("bank/amounts.py", "value may be None", 3),)),
            "bank/amounts.py",
            "diagnostic: value may be None",
        ),
    ],
)
@pytest.mark.row("B05")
def test_of_equals_the_near_one_comes_first(
    root: Path, models: Models, context: EditorContext, first: str, reason: str
) -> None:
    with open_engine(root, models) as engine:
        engine.refresh()
        for answer in (
            engine.search(QUESTION, context=context),
            engine.localize(QUESTION, budget=0.0, context=context),
            engine.localize(QUESTION, budget=0.0, context=context, level="file"),
            engine.search("round_amount", context=context),
        ):
            assert answer.results[0].path == first
            assert reason in near(answer, first)


def test_files_that_commits_changed_together_are_near(root: Path, models: Models) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@x", *arguments], check=True)

    git("init", "-q")
    for text in ("one", "two"):
        for path in ("shop/cart.py", "audit/amounts.py"):
            with (root / path).open("a", encoding="utf-8") as file:
                file.write(f"\n# {text}\n")
        git("add", "shop/cart.py", "audit/amounts.py")
        git("commit", "-q", "-m", text)
    with open_engine(root, models) as engine:
        engine.refresh()
        answer = engine.search(QUESTION, context=EditorContext("shop/cart.py"))
        assert near(answer, "audit/amounts.py") == "changed together with cart.py"
        assert near(answer, "bank/amounts.py") == ""


def test_without_an_editor_or_with_an_empty_one_nothing_changes(root: Path, models: Models) -> None:
    with open_engine(root, models) as engine:
        engine.refresh()
        plain = engine.search(QUESTION)
        many = tuple(f"{number}.py" for number in range(10_000))
        absurd = EditorContext("no/such.py", 10**9, many, many, (Diagnostic("no/such.py", "", 1),), many)
        for context in (EditorContext(), absurd):
            assert engine.search(QUESTION, context=context).results == plain.results
        report = engine.localize(QUESTION, budget=0.0)
        assert engine.localize(QUESTION, budget=0.0, context=absurd).results == report.results
