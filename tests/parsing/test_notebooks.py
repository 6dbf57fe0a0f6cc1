"""Notebooks: which lines their cells stand in, what is left out, and what is no notebook."""

from __future__ import annotations

import json
from typing import Any

import pytest

from findspot.core.types import ParsedFile, ProblemKind
from findspot.parsing.chunker import parse
from findspot.parsing.decoding import decode_source
from findspot.parsing.parsers import Parsers
from tests.parsing.rules import check

CELLS: list[dict[str, Any]] = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# Churn\n", "Who leaves, and when."]},
    {
        "cell_type": "code",
        "metadata": {"tags": ["hidden_tag"]},
        "outputs": [{"name": "stdout", "text": ["def printed():\n", "    pass\n"]}],
        "source": ["%matplotlib inline\n", "def train_churn(rows):\n", "    !mkdir out\n", "    return fit(rows)\n"],
    },
    {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["for (i in\n", "broken("]},
    {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "source": ["class Model:\n", "    def fit(self):\n", "        pass\n"],
    },
    {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "source": ["%%bash\n", "clean_up() {\n", "  rm -r out\n", "}"],
    },
]
METADATA = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


def notebook(**changed: object) -> dict[str, object]:
    return {"cells": CELLS, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5, **changed}


def read(source: str | bytes) -> ParsedFile:
    return check("study.ipynb", source if isinstance(source, bytes) else source.encode(), Parsers())


def lines_of(parsed: ParsedFile) -> dict[str, tuple[int, int]]:
    return {one.qualified_name: (one.span.start_line, one.span.end_line) for one in parsed.symbols}


@pytest.mark.row("L02")
@pytest.mark.parametrize("separator", ["\x0c", "\u2028", "\x85", "\r", "\r\n"])
def test_source_split_at_other_ends_of_lines_keeps_the_lines_of_its_json(separator: str) -> None:
    code = {
        "cell_type": "code",
        "source": f"a = 1\n{separator}def train_churn():\n    return 1\n".splitlines(keepends=True),
    }
    written = json.dumps(notebook(cells=[code]), indent=1)
    line = written[: written.index("def train_churn")].count("\n") + 1
    assert lines_of(read(written))["cell 1.train_churn"] == (line, line + 1)


@pytest.mark.row("L02")
@pytest.mark.parametrize(
    "metadata", [None, [], "python", {"kernelspec": None}, {"language_info": None}, {"language_info": {"name": ["R"]}}]
)
def test_metadata_and_cells_of_the_wrong_type_cost_no_other_cell(metadata: object) -> None:
    odd: list[object] = [None, 5, "text", {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1, None]}]
    odd += [{"cell_type": ["code"], "source": "x"}, {"cell_type": "code", "source": {"a": "b"}}]
    code = {"cell_type": "code", "metadata": metadata, "source": ["def train_churn():\n", "    return 1\n"]}
    parsed = read(json.dumps(notebook(cells=[*odd, code], metadata=metadata), indent=1))
    assert not parsed.problems
    assert f"cell {len(odd) + 1}.train_churn" in lines_of(parsed)


@pytest.mark.row("L02")
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_line_of_source_has_the_line_of_its_json(newline: str) -> None:
    written = json.dumps(notebook(), indent=1).replace("\n", newline)
    of_file = written.split(newline)
    parsed = read(written)
    for chunk in parsed.chunks:
        for number, line in enumerate(chunk.text.split("\n"), start=chunk.span.start_line):
            assert not line or line.startswith("# %% cell ") or json.dumps(line)[1:-1] in of_file[number - 1]
    found = lines_of(parsed)
    assert list(found) == [
        *("cell 1", "cell 2", "cell 2.train_churn", "cell 3", "cell 4", "cell 4.Model", "cell 4.Model.fit"),
        *("cell 5", "cell 5.clean_up"),
    ]
    assert "def train_churn" in of_file[found["cell 2.train_churn"][0] - 1]
    assert "return fit" in of_file[found["cell 2.train_churn"][1] - 1]


@pytest.mark.row("L02")
def test_outputs_and_metadata_are_left_out() -> None:
    parsed = read(json.dumps(notebook(), indent=1))
    text = "\n".join(chunk.text for chunk in parsed.chunks)
    assert "printed" not in text
    assert "hidden_tag" not in text
    assert "nbformat" not in text
    assert "Who leaves, and when." in text
    assert "%matplotlib inline" in text
    assert not parsed.problems


@pytest.mark.row("L02")
def test_a_notebook_in_one_line_or_with_whole_cells_gets_lines_of_its_own() -> None:
    whole = [cell | {"source": "".join(cell["source"])} for cell in CELLS]
    for written in (json.dumps(notebook()), json.dumps(notebook(cells=whole), indent=1)):
        found = lines_of(read(written))
        assert found["cell 1"] == (1, 3)
        assert found["cell 2.train_churn"] == (7, 9)


@pytest.mark.row("L02")
def test_a_notebook_of_version_3_has_its_cells_in_sheets() -> None:
    code = {"cell_type": "code", "language": "ruby", "outputs": [], "input": ["def train\n", "  fit\n", "end"]}
    sheets = [{"cells": [{"cell_type": "heading", "level": 2, "source": ["Churn"]}]}, {"cells": [code]}]
    parsed = read(json.dumps({"worksheets": sheets, "metadata": {}, "nbformat": 3}, indent=1))
    assert list(lines_of(parsed)) == ["cell 1", "cell 2", "cell 2.train"]


@pytest.mark.parametrize(
    ("metadata", "source", "name"),
    [
        ({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, "function fit(x)\n  x\nend", "fit"),
        ({"language_info": {"name": "javascript"}}, "function fit(x) {\n}", "fit"),
        ({"kernelspec": {"name": ".net-csharp", "language": "C#"}}, "class Model {\n}", "Model"),
        ({}, "def fit(x):\n    pass", "fit"),
    ],
)
def test_the_kernel_says_the_language(metadata: object, source: str, name: str) -> None:
    cell = {"cell_type": "code", "outputs": [], "source": source.splitlines(keepends=True)}
    assert f"cell 1.{name}" in lines_of(read(json.dumps(notebook(cells=[cell], metadata=metadata), indent=1)))


@pytest.mark.parametrize(
    "broken",
    [
        json.dumps(notebook(), indent=1)[:-200],
        '{"cells": [<<<<<<< HEAD\n"a",\n=======\n"b"]}',
        '{"cells": 3}',
        '{"cells": [{"source": []}]}',
        '{"kernel": "no cells"}',
        '["cells"]',
        "[" * 100_000,
        '{"cells": [' + "9" * 10_000 + "]}",
        "def f(): pass",
    ],
)
def test_what_is_no_notebook_is_a_problem_and_read_as_text(broken: str) -> None:
    parsed = read(broken)
    assert [problem.kind for problem in parsed.problems] == [ProblemKind.NOTEBOOK]
    assert {chunk.kind for chunk in parsed.chunks} == {"window"}


def test_the_text_of_a_notebook_is_its_own_text() -> None:
    for written in (json.dumps(notebook(), indent=1), json.dumps(notebook()), "{}", "", '{"cells": []}'):
        once = decode_source(written.encode(), "a.ipynb").text
        assert once is not None
        assert decode_source(once, "a.ipynb").text == once


def test_a_script_in_the_percent_format_has_cells_and_its_functions_keep_their_names() -> None:
    script = "# %% Load the rows\nimport rows\nall = rows.load()\nprint(all)\n\n# %%\ndef fit(x):\n    return x\nfit(all)\nfit(1)\n"
    parsed = parse("study.py", script.encode(), parsers=Parsers())
    assert lines_of(parsed) == {"cell 1": (1, 4), "cell 2": (6, 10), "fit": (7, 8)}
    assert "cell 1" not in lines_of(
        parse("one.py", b"# %% the only one\na = 1\nb = 1\nc = 2\nd = 3\n", parsers=Parsers())
    )
