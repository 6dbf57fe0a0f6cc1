"""The plain baseline: what it reads, and that its order is that of the formula."""

from __future__ import annotations

import math
from functools import partial

import pytest

from findspot.evaluation.bm25 import Units
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from tests.training.repositories import QUEUE, UPLOAD

TREE = {
    "src/upload.py": UPLOAD.encode(),
    "src/queue.py": QUEUE.encode(),
    "tests/test_queue.py": b"def test_drain():\n    assert drain([])\n",
    "docs/guide.md": b"# drain\n",
}
PARSE = partial(parse, parsers=Parsers())
DIGESTS = {path: str(number) for number, path in enumerate(TREE)}


def test_functions_of_code_are_ranked_and_files_by_their_best() -> None:
    units = Units(PARSE, texts=False)
    found = units.bm25(units.of(DIGESTS, TREE.get), "drain the queue of jobs")
    assert (found.functions[0].path, found.functions[0].symbol) == ("src/queue.py", "drain")
    assert found.files[0] == "src/queue.py"
    assert {unit.path for unit in found.functions} <= {"src/upload.py", "src/queue.py"}
    assert not any(unit.text for unit in found.functions)


def test_the_score_is_that_of_the_formula() -> None:
    tree = {"a.py": b"def aa():\n    bb\n", "b.py": b"def cc():\n    bb\n    bb\n    dd\n    ee\n"}
    units = Units(PARSE, texts=True)
    both = units.of(dict.fromkeys(tree, "1"), tree.get)
    lengths = {unit.path: unit.length for unit in both}
    typical = sum(lengths.values()) / 2

    def score(times: int, path: str) -> float:
        rarity = math.log(1 + 0.5 / 2.5)
        return rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * lengths[path] / typical))

    best = max(tree, key=lambda path: score(2 if path == "b.py" else 1, path))
    assert units.bm25(both, "bb").files[0] == best
    assert all(unit.text for unit in both)


def test_unchanged_files_are_not_read_again() -> None:
    units = Units(PARSE, texts=False)
    units.of(DIGESTS, TREE.get)
    read: list[str] = []

    def reading(path: str) -> bytes | None:
        read.append(path)
        return TREE.get(path)

    again = units.of({**DIGESTS, "src/queue.py": "other"}, reading)
    assert read == ["src/queue.py"]
    assert {unit.path for unit in again} == {"src/upload.py", "src/queue.py"}


@pytest.mark.parametrize("text", ["", "zygomorphic"])
def test_words_that_nobody_has_find_nothing(text: str) -> None:
    units = Units(PARSE, texts=False)
    assert units.bm25(units.of(DIGESTS, TREE.get), text).files == []
    assert units.bm25([], "queue").functions == []
