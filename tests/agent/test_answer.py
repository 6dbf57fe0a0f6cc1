"""The one answer: what of a policy's citations holds, what is mended, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot.agent.loop import explore
from findspot.agent.protocol import Citation, Final
from findspot.config import Config, Settings
from findspot.core.types import Level
from findspot.engine import Engine
from findspot.service.messages import LocalizeRequest
from tests.agent.conftest import Scripted


def cite(
    engine: Engine, *citations: Citation, level: Level = "function", scope: tuple[str, ...] = (), top_k: int = 10
) -> tuple[list[tuple[str, str | None, int, int]], int, int]:
    """Return path, symbol and lines of the results, and how many citations were repaired and refused."""
    question = LocalizeRequest(text="where are items kept", top_k=top_k, level=level)
    answer, run = explore(engine, question, Scripted(Final(citations)), scope=scope)
    places = [(one.path, one.symbol, one.span.start_line, one.span.end_line) for one in answer.results]
    return ([] if run.answer.forced else places), run.answer.repaired, run.answer.refused


SAVE = ("shop/store.py", "save", 6, 9)


@pytest.mark.row("A10")
@pytest.mark.parametrize(
    ("citation", "place"),
    [
        (Citation("shop/store.py", symbol="save"), SAVE),
        (Citation("shop/store.py", 7, 8), SAVE),
        (Citation("shop/store.py", 8), SAVE),
        (Citation("shop/store.py", None, 8), SAVE),
        (Citation("shop/store.py", 8, 7), SAVE),
        (Citation("shop/cart.py", 8, 10, "total"), ("shop/cart.py", "Cart.total", 8, 10)),
        (Citation("shop/cart.py", 5, 9), ("shop/cart.py", "Cart", 4, 10)),
        (Citation("shop/store.py", 6, 12), ("shop/store.py", None, 6, 12)),
        (Citation("shop/store.py", 3, 3), ("shop/store.py", None, 1, 3)),
        (Citation("shop/store.py"), ("shop/store.py", None, 1, 13)),
    ],
)
def test_a_place_is_what_was_meant(engine: Engine, citation: Citation, place: tuple[str, str | None, int, int]) -> None:
    places, _, refused = cite(engine, citation)
    assert (places, refused) == ([place], 0)


@pytest.mark.row("A09")
@pytest.mark.parametrize(
    "path",
    [
        "shop\\store.py",
        "./shop/../shop/store.py",
        "store.py",
        "SHOP/STORE.PY",
        "repository/src/shop/store.py",
        "`shop/store.py`",
        "shop/store.py:7",
        "ROOT/shop/store.py",
        "file://ROOT/shop/store.py",
    ],
)
def test_a_path_is_mended_where_one_file_is_meant(engine: Engine, path: str) -> None:
    written = path.replace("ROOT", str(engine.root))
    assert cite(engine, Citation(written, symbol="save")) == ([SAVE], 1, 0)


@pytest.mark.row("A09")
@pytest.mark.parametrize(
    "path",
    [
        "../outside.py",
        "shop/../../outside.py",
        "/etc/passwd",
        "~/x.py",
        "C:\\x.py",
        "",
        ".",
        "nowhere.py",
        "shop",
        "web/empty.py",
    ],
)
def test_nothing_outside_the_root_can_be_cited(engine: Engine, path: str) -> None:
    assert cite(engine, Citation(path, 1, 1)) == ([], 0, 1)
    outside = str(engine.root.parent / "outside.py")
    assert cite(engine, Citation(outside, 1, 1)) == ([], 0, 1)


@pytest.mark.row("A10")
def test_lines_lie_in_the_file_and_places_are_cited_once(engine: Engine) -> None:
    places, repaired, refused = cite(
        engine,
        Citation("shop/store.py", 12, 999),
        Citation("shop/store.py", 99, 120),
        Citation("shop/store.py", -5, 0),
        Citation("shop/store.py", symbol="save"),
        Citation("store.py", 7),
        Citation("shop/store.py", 6, 9, "save"),
        Citation("shop/store.py", symbol="nothing"),
        Citation("shop/store.py", 500, 600, "load"),
    )
    assert places == [("shop/store.py", "load", 12, 13), ("shop/store.py", None, 1, 3), SAVE]
    assert (repaired, refused) == (2, 5)


@pytest.mark.row("A15")
def test_an_answer_has_no_more_places_and_words_than_it_may(engine: Engine) -> None:
    many = [Citation("shop/store.py", at, at + 3) for at in range(1, 10)]
    assert len(cite(engine, *many, top_k=2)[0]) == 2
    question = LocalizeRequest(text="where are items kept", top_k=1)
    answer, _ = explore(engine, question, Scripted(Final((Citation("shop/store.py", 7, why="because " * 900),))))
    (reason, *_) = answer.results[0].evidence
    assert (reason.kind, len(reason.detail)) == ("explored", 300)


def test_a_scope_and_a_level_hold_for_an_answer(engine: Engine) -> None:
    citations = (Citation("shop/store.py", 7), Citation("web/view.ts", 2))
    assert cite(engine, *citations, scope=("web",)) == ([("web/view.ts", "render", 1, 3)], 0, 1)
    assert cite(engine, *citations, level="file")[0] == [("shop/store.py", None, 1, 13), ("web/view.ts", None, 1, 3)]


def test_what_the_engine_knows_of_a_place_stays(engine: Engine) -> None:
    question = LocalizeRequest(text="where are items kept", top_k=3)
    plain = engine.localize(question.text, top_k=3)
    last = plain.results[-1]
    citation = Citation(last.path, last.span.start_line, last.span.end_line, last.symbol, "seen")
    answer, _ = explore(engine, question, Scripted(Final((citation,))))
    (result,) = answer.results
    assert result.evidence[1:] == last.evidence
    assert (result.probability, result.covered, result.preview) == (last.probability, last.covered, last.preview)


def test_a_file_that_went_away_is_not_cited(engine: Engine) -> None:
    gone = Path(engine.root, "shop/gone.py")
    gone.write_text("def gone():\n    pass\n", encoding="utf-8")
    engine.refresh()
    gone.unlink()
    try:
        assert cite(engine, Citation("shop/gone.py", 1, 1)) == ([], 0, 1)
    finally:
        engine.refresh()


@pytest.mark.row("A10")
@pytest.mark.parametrize("left", [None, "", "x = 1\n"], ids=["deleted", "emptied", "cut short"])
def test_a_place_that_has_gone_since_it_was_indexed_is_refused(tmp_path: Path, left: str | None) -> None:
    """Neither by its lines, nor by its symbol, nor as a candidate of the engine's own."""
    root = tmp_path / "root"
    root.mkdir()
    kept, gone = root / "kept.py", root / "gone.py"
    for path in (kept, gone):
        path.write_text("import os\n\n\ndef where_items_are_kept(item):\n    return os.fspath(item)\n")
    with Engine.open(root, Config(Settings(workers=1, localization_model=""), tmp_path / "cache")) as engine:
        engine.refresh()
        gone.unlink() if left is None else gone.write_text(left)
        places, _, refused = cite(
            engine,
            Citation("gone.py", 4, 5),
            Citation("gone.py", symbol="where_items_are_kept"),
            Citation("kept.py", 4, 5),
        )
    assert places == [("kept.py", "where_items_are_kept", 4, 5)]
    assert refused == 2
