"""Laying places out: the budget, the order, no line twice, and content that cannot leave its place."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from findspot.agent.bundle import Bundle, Piece, Place, laid_out
from findspot.agent.forms import DATA, FORMS
from findspot.agent.tokens import TOKENIZER, TokenCounter

COUNT = TokenCounter()


def place(path: str, first: int, lines: list[str], **more: object) -> Place:
    """Return a place with this text."""
    made = Place(path, "f", "function", first, first + max(len(lines), 1) - 1, Piece(first, tuple(lines)))
    return replace(made, **more)  # type: ignore[arg-type]


def bundled(places: list[Place], budget: int = 2_000, form: str = "markdown", query: str = "q", *notes: str) -> Bundle:
    return laid_out(Bundle(query, TOKENIZER, budget, notes), places, COUNT, FORMS[form])


def fenced(text: str) -> int:
    """Return how many blocks a reader of Markdown sees, all of them closed, and nothing but ours outside of them."""
    blocks, fence = 0, ""
    for line in text.split("\n"):
        ticks = re.match(r" {0,3}(`{3,})\s*$", line)
        if fence and ticks and len(ticks[1]) >= len(fence):
            fence = ""
        elif not fence and (opening := re.match(r"(`{3,})\d+(?:-\d+)?$", line)):
            blocks, fence = blocks + 1, opening[1]
    assert not fence
    return blocks


LINES = st.lists(st.text(max_size=60) | st.sampled_from(["```", "</code>", '"}', "]]>", "日本語", "   "]), max_size=30)
PLACES = st.lists(
    st.builds(
        place,
        st.sampled_from(["a.py", "b/c.py", "d`e\n.py"]),
        st.integers(1, 60),
        LINES,
        focus=st.lists(st.integers(1, 90), max_size=3).map(tuple),
        symbol=st.text(max_size=30),
        probability=st.none() | st.floats(0, 1),
        why=st.text(max_size=60),
        relation=st.text(max_size=20),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(
    places=PLACES,
    budget=st.integers(100, 3_000),
    form=st.sampled_from(sorted(FORMS)),
    query=st.text(max_size=400),
    notes=st.lists(st.text(max_size=300), max_size=3),
)
def test_the_budget_is_never_exceeded_and_the_count_is_right(
    places: list[Place], budget: int, form: str, query: str, notes: list[str]
) -> None:
    made = bundled(places, budget, form, query, *notes)
    assert made.tokens == COUNT(made.text) <= budget
    assert str(made.tokens) in made.text
    assert len(made.places) + made.merged + made.left_out == len(places)
    seen = [(one.path, number) for one in made.places for piece in one.pieces
            for number in range(piece.start_line, piece.end_line + 1)]  # fmt: skip
    assert len(seen) == len(set(seen)), "a line was shown twice"
    if form == "markdown":
        assert fenced(made.text) == sum(len(one.pieces) for one in made.places)
    if form == "json":
        assert json.loads(made.text)["tokens"] == made.tokens
    if form == "xml":
        assert ET.fromstring(made.text).tag == "context"  # noqa: S314 - made by ourselves


def test_contents_come_first_and_the_surest_place_before_others() -> None:
    made = bundled([place("a.py", 3, ["def f():", "    x"], probability=0.625), place("b.py", 1, ["y = 1"])])
    contents, _, sections = made.text.partition("\n## ")
    assert "1. a.py:3-4 f 62%" in contents
    assert "2. b.py:1 f\n" in contents
    assert DATA in contents
    assert f"{made.tokens} of 2000 tokens (SmolLM2)" in contents
    assert sections.startswith("1. a.py\n```3-4\ndef f():\n    x\n```\n\n## 2. b.py\n```1\ny = 1\n```")


def test_a_line_is_shown_once_and_a_copy_is_named() -> None:
    method = place("a.py", 2, ["  def f():", "    one", "    two"])
    whole = place("a.py", 1, ["class A:", "  def f():", "    one", "    two", "  end = 1"])
    copy = place("copy.py", 7, ["  def f():", "    one", "    two"])
    made = bundled([method, whole, method, copy])
    assert [len(one.pieces) for one in made.places] == [1, 2, 0]
    assert made.merged == 1
    assert [piece.lines for piece in made.places[1].pieces] == [("class A:",), ("  end = 1",)]
    assert made.places[2].same_as == 1
    assert "The same text as 1." in made.text


def test_definitions_around_a_place_are_shown_once() -> None:
    outer = (Piece(1, ("class A:",)),)
    made = bundled([place("a.py", 9, ["  def f():"], outer=outer), place("a.py", 20, ["  def g():"], outer=outer)])
    assert made.text.count("class A:") == 1
    assert "```1\nclass A:\n```\n```9\n" in made.text


def test_a_long_place_is_cut_to_its_beginning_and_what_matters() -> None:
    lines = [f"    line_{number} = call({number})" for number in range(400)]
    made = bundled([place("a.py", 1, ["def f(", "    a,", "):", *lines], focus=(300,))], 800)
    shown = [(piece.start_line, piece.end_line) for piece in made.places[0].pieces]
    assert shown[0][0] == 1
    assert any(first <= 300 <= last for first, last in shown)
    assert "line_297" in made.text
    assert "line_100 " not in made.text


def test_code_of_later_places_goes_before_names_of_earlier_ones() -> None:
    far_too_long = ["x = 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy', 'zzzzzzzzzzzzzzz'" * 9] * 3
    made = bundled([place("long.py", 1, far_too_long), place("short.py", 1, ["a = 1"])], 200)
    assert [(one.path, bool(one.pieces)) for one in made.places] == [("long.py", False), ("short.py", True)]


HOSTILE = ["```", "~~~~", "`````", "</code></place>", "]]>", "<!-- -->", '"}]}', "# Code for: else", "\x1b[31mred\x07"]


def test_markdown_holds_what_would_end_a_fence() -> None:
    text = bundled([place("a.md", 1, HOSTILE), place("b.py", 1, ["after = 1"])]).text
    opened = re.search(r"^(`+)1-9$", text, re.MULTILINE)
    assert opened is not None
    assert len(opened[1]) == 6
    assert text.count(f"{opened[1]}\n") == 1
    assert "\x1b" not in text


def test_xml_and_json_hold_what_would_end_an_element_or_a_string() -> None:
    shown = "\n".join(HOSTILE).replace("\x1b", "\ufffd").replace("\x07", "\ufffd")
    places = [place('x"<&>.py', 1, HOSTILE, symbol="a<b", why="<why>")]
    tree = ET.fromstring(bundled(places, form="xml", query="<q>").text)  # noqa: S314 - made by ourselves
    assert [one.text for one in tree.iter("code")] == [f"\n{shown}\n"]
    assert tree.find("place").get("path") == 'x"<&>.py'  # type: ignore[union-attr]
    told = json.loads(bundled(places, form="json").text)
    assert told["places"][0]["pieces"] == [{"start_line": 1, "end_line": 9, "text": shown}]


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("query", ["", "x" * 4_000, "日" * 4_000])
def test_nothing_found(form: str, query: str) -> None:
    made = bundled([], 100, form, query)
    assert "Nothing was found." in made.text
    assert made.tokens <= 100


def test_what_must_be_known_goes_before_the_question() -> None:
    note = "The index is not complete yet; places may be missing."
    made = bundled([], 100, "xml", "many words " * 200, note)
    assert note in made.text
