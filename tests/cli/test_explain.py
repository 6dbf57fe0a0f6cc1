"""What scores are made of, through the real command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.processes import findspot, records, write_project

FILES = {"cart.py": "def apply_discount(price):\n    '''Take the discount off a price.'''\n    return price\n"}


@pytest.mark.row("B10")
def test_explain_shows_the_steps_of_a_score(tmp_path: Path) -> None:
    shop = write_project(tmp_path / "shop", FILES)
    shown = findspot("discount of a price", "--explain", cwd=shop).stdout.decode()
    assert "words (rank 1 of" in shown
    assert "BM25" in shown
    assert "by hand-set weights" in shown
    plain, explained = (
        records(findspot("discount of a price", "--json", *more, cwd=shop)) for more in ((), ("--explain",))
    )
    assert not any(item["kind"] == "score" for one in plain for item in one["evidence"])
    assert all(any(item["kind"] == "score" for item in one["evidence"]) for one in explained)
