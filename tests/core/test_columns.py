"""Columns on a terminal, and characters that never reach one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.core.columns import Stretch, cut, shown, visible, width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", "plain text"),
        ("受け取った é", "受け取った é"),
        ("a\x1b[31m\x07\n\x85b", "a\\x1b[31m\\x07\\x0a\\x85b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u2066b\u2069c\u200e\u200f", "a\\u2066b\\u2069c\\u200e\\u200f"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("a\u200bb\u200dc\ufeff\u00ad", "a\\u200bb\\u200dc\\ufeff\\xad"),
        ("x\U000e0041\U000e007f", "x\\U000e0041\\U000e007f"),
        ("bad\udcff.py", "bad\\xff.py"),
    ],
)
def test_what_steers_or_hides_is_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("受け", 4), ("e\u0301", 1), ("😀", 2), ("ｱ", 1), ("한", 2)])
def test_wide_characters_take_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert width(text) == columns


LINES = st.text(alphabet=st.sampled_from(["a", "語", "\t", "\u0301", "\u202e", "😀", " "]), max_size=60)


@given(text=LINES, data=st.data(), room=st.integers(min_value=10, max_value=50))
def test_no_line_is_wider_than_its_room(text: str, data: st.DataObject, room: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    code = data.draw(st.sampled_from([[], [(text[:start], "keyword"), (text[start:], "string")]]))
    stretches = shown(text, [(start, end)], room, code)
    assert sum(width(one.text) for one in stretches) <= room
    assert width(cut(visible(text), room)) <= room


def test_a_wide_line_is_cut_where_the_hit_can_be_seen() -> None:
    text = "x" * 200 + " needle " + "y" * 200
    stretches = shown(text, [(201, 207)], 40)
    assert Stretch("needle", hit=True) in stretches
    assert stretches[0] == Stretch("...", hit=False)
    assert stretches[-1] == Stretch("...", hit=False)
    assert shown(text, [], 40) == [Stretch("x" * 37, hit=False), Stretch("...", hit=False)]


def test_a_hit_near_the_end_of_a_wide_line_leaves_no_room_unused() -> None:
    stretches = shown("x" * 200 + " needle", [(201, 207)], 40)
    assert "".join(one.text for one in stretches) == f"...{'x' * 30} needle"


def test_what_matches_keeps_the_kind_of_code_that_it_is() -> None:
    code = [("\tdef", "keyword"), (" ", ""), ("save", "function"), ("()", "")]
    assert shown("\tdef save()", [(5, 7)], 40, code) == [
        Stretch("    def", hit=False, kind="keyword"),
        Stretch(" ", hit=False),
        Stretch("sa", hit=True, kind="function"),
        Stretch("ve", hit=False, kind="function"),
        Stretch("()", hit=False),
    ]
