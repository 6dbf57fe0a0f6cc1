"""Notebooks through the engine: places and text are those of the source, on disk and unsaved, however long the outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from findspot.core.types import SearchResult
from findspot.engine import Engine, Models
from tests.engine.checks import open_engine

IMAGE = "iVBORw0KGgo" * 200_000


def written(*functions: str, image: str = "") -> str:
    outputs = [{"output_type": "display_data", "data": {"image/png": image}}] if image else []
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": outputs, "source": [f"def {name}(rows):\n", "    return rows"]}
        for name in functions
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.fixture
def engine(tmp_path: Path, models: Models) -> Iterator[Engine]:
    """Yield an engine over a notebook with more than two megabytes of image."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "study.ipynb").write_text(written("load_rows", "train_churn", image=IMAGE), encoding="utf-8")
    (root / "long.ipynb").write_text(written(*(f"step_{at}" for at in range(30_000))), encoding="utf-8")
    with open_engine(root, models) as opened:
        opened.refresh()
        yield opened


def best(engine: Engine, query: str) -> SearchResult:
    return engine.search(query).results[0]


@pytest.mark.row("L02")
def test_a_result_has_the_line_of_the_file_and_shows_source(engine: Engine, tmp_path: Path) -> None:
    found = best(engine, "train_churn")
    assert (found.path, found.symbol, found.fresh) == ("study.ipynb", "cell 2.train_churn", True)
    lines = (tmp_path / "root/study.ipynb").read_text(encoding="utf-8").split("\n")
    assert "def train_churn" in lines[found.span.start_line]
    assert found.text.split("\n") == ["# %% cell 2 [python]", "def train_churn(rows):", "    return rows"]
    assert next(line for line in found.preview if line.matched).text == "def train_churn(rows):"


@pytest.mark.row("L02")
@pytest.mark.parametrize("number", [1, 2])
def test_a_cell_is_found_by_its_number_though_one_digit_is_no_word(engine: Engine, number: int) -> None:
    found = best(engine, f"cell {number}")
    assert (found.symbol or "").split(".")[0] == f"cell {number}"
    assert any(one.kind == "mention" and one.detail == f"names cell {number}" for one in found.evidence)


@pytest.mark.row("L02")
def test_the_unsaved_text_of_a_notebook_is_its_cells_too(engine: Engine) -> None:
    unsaved = engine.unsaved()
    text = written("load_rows", "drop_outliers")
    unsaved.set("study.ipynb", text)
    found = engine.search("drop_outliers", unsaved=unsaved).results[0]
    assert (found.symbol, found.text.split("\n")[1]) == ("cell 2.drop_outliers", "def drop_outliers(rows):")
    assert not unsaved.is_on_disk("study.ipynb", text)
    assert unsaved.is_on_disk("study.ipynb", written("load_rows", "train_churn", image=IMAGE))


@pytest.mark.row("L02")
def test_the_cells_of_a_notebook_have_the_limit_of_other_files(engine: Engine) -> None:
    assert best(engine, "load_rows").path == "study.ipynb"
    [skipped] = engine.skipped().entries
    assert (skipped.path, skipped.kind) == ("long.ipynb", "too large")


@pytest.mark.row("L02")
def test_output_of_a_million_lines_counts_as_little_as_an_image(tmp_path: Path, models: Models) -> None:
    values = "[\n" + "1,\n" * 1_200_000 + "1]"
    text = written("load_rows", "train_churn", image="HERE").replace('"HERE"', values)
    text = text.replace('"metadata": {}', '"metadata": {}, "of_an_extension": [' + "[]," * 500_000 + "0]", 1)
    (tmp_path / "values.ipynb").write_text(text, encoding="utf-8")
    with open_engine(tmp_path, models) as engine:
        assert engine.refresh().problems == ()
        found = best(engine, "train_churn")
        assert found.symbol == "cell 2.train_churn"
        assert found.span.start_line == text[: text.index("def train_churn")].count("\n")
