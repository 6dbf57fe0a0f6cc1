"""A generated file that defines one name again and again."""

from __future__ import annotations

from pathlib import Path

from findspot.engine import Models
from tests.engine.checks import open_engine


def test_each_definition_of_a_name_leads_to_its_own_place(tmp_path: Path, models: Models) -> None:
    lines = [f"int handler(int x) {{ return {number}; }}\n" for number in range(2_000)]
    (tmp_path / "made.c").write_text("".join(lines), encoding="utf-8")
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        found = engine.search("handler", top_k=50)
    assert len({result.span.start_line for result in found.results}) == len(found.results) > 10
    assert {result.symbol for result in found.results} == {"handler"}
