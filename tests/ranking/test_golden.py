"""Ranking golden files: what a fixed corpus answers to fixed questions, and how good that is in one line.

A change of ranking shows here as a difference to read. ``pytest tests/ranking --golden-update`` accepts it.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from findspot.config import Config, Settings
from findspot.core.types import Answer, SearchResult
from findspot.engine import Engine

HERE = Path(__file__).parent
CORPUS = HERE.parent / "data" / "ranking"
SHOWN = 5
DEPTH = 10

PLENTY_SECONDS = 60.0
"""A budget that no machine uses up: time plays no part in the order."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and where the answer is: a path, and a symbol unless the file counts."""

    kind: str
    text: str
    path: str
    symbol: str | None

    def is_answered_by(self, result: SearchResult) -> bool:
        """Return whether a result is the place that was asked for, or lies inside of it."""
        inside = self.symbol is None or result.symbol == self.symbol
        return result.path == self.path and inside


def questions() -> list[Question]:
    """Return the questions in the order of their file."""
    rows = tomllib.loads((HERE / "questions.toml").read_text(encoding="utf-8"))["question"]
    return [Question(row["kind"], row["text"], *(*row["answer"].split(" "), None)[:2]) for row in rows]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine on the corpus with the models that ship."""
    config = Config(Settings(workers=1), tmp_path_factory.mktemp("ranking"))
    with Engine.open(CORPUS, config) as engine:
        engine.refresh()
        yield engine


def answers(engine: Engine, way: str, question: Question) -> Answer:
    """Ask in one of the three ways."""
    if way == "search":
        return engine.search(question.text, top_k=DEPTH)
    return engine.localize(question.text, top_k=DEPTH, budget=PLENTY_SECONDS if way == "model" else 0.0)


def report(engine: Engine, way: str) -> str:
    """Return the score line and the first results of each question."""
    ranks: list[int | None] = []
    lines: list[str] = []
    for question in questions():
        results = answers(engine, way, question).results
        right = [at for at, result in enumerate(results, start=1) if question.is_answered_by(result)]
        ranks.append(right[0] if right else None)
        place = "-" if ranks[-1] is None else str(ranks[-1])
        lines.append(f"\n{place:>2}  {question.kind}: {' '.join(question.text.split())[:90]}")
        for at, result in enumerate(results[:SHOWN], start=1):
            mark = "=" if at in right else " "
            # One digit: the last bits of a float32 sum differ by machine.
            lines.append(f"    {mark} {result.score:6.1f}  {result.path} {result.symbol or '-'}")
    found = [rank for rank in ranks if rank is not None]
    share = {k: sum(rank <= k for rank in found) / len(ranks) for k in (1, 5)}
    mrr = sum(1 / rank for rank in found) / len(ranks)
    head = f"{way}: {len(ranks)} questions, Acc@1 {share[1]:.1%}, Acc@5 {share[5]:.1%}, MRR {mrr:.3f}\n"
    return head + "\n".join(lines) + "\n"


@pytest.mark.parametrize("way", ["search", "localize", "model"])
def test_answers_are_those_of_the_golden_file(engine: Engine, way: str, pytestconfig: pytest.Config) -> None:
    golden = HERE / f"{way}.golden.txt"
    found = report(engine, way)
    if pytestconfig.getoption("--golden-update"):
        golden.write_text(found, encoding="utf-8", newline="\n")
    wanted = golden.read_text(encoding="utf-8")
    changed = "\n".join(
        difflib.unified_diff(wanted.splitlines(), found.splitlines(), "golden", "now", n=1, lineterm="")
    )
    assert not changed, f"{changed}\nIf that is better, accept it: pytest tests/ranking --golden-update"


def test_every_answer_exists(engine: Engine) -> None:
    """A question whose answer is misspelt would count as a failure of ranking for ever."""
    for question in questions():
        assert (CORPUS / question.path).is_file(), question.path
        if question.symbol is not None:
            defined = engine.explorer().outline(question.path, 200).items
            assert question.symbol in {one.symbol for one in defined}, (question.path, question.symbol)
