"""Results for people: grouped by file, in colours, with links, and as wide as the terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.cli.inputs import RootLocation, View
from findspot.cli.pretty import Placed, placed, pretty_lines
from findspot.cli.screen import Screen
from findspot.config import Config, Settings
from findspot.core.columns import width
from findspot.core.types import Evidence, PreviewLine, SearchResult, Span
from tests.cli.fakes import make_result

ROOT = RootLocation(Path("/r"), ".git", Path("/r"), Config(Settings(), Path("/r/cache")))
VIEW = View("pretty", text=True, quiet=False)
BARE = View("pretty", text=False, quiet=False)
TERMINAL = Screen(color=False, width=80, grouped=True)

_STYLE = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


def lines_of(*results: SearchResult, view: View = VIEW, screen: Screen = TERMINAL, content: bytes = b"") -> list[str]:
    """Return the lines for results of one root; all files hold ``content``."""
    contents = {result.path: content for result in results} if content else {}
    return list(pretty_lines(placed(results, ROOT, contents), view, screen))


def test_results_of_a_file_stand_together_in_the_order_of_the_best() -> None:
    results = [make_result("a.py"), make_result("b.py", rank=2), make_result("a.py", rank=3, symbol="Other")]
    assert [line for line in lines_of(*results, view=BARE) if "why" not in line] == [
        "a.py",
        " 1.  Scheduler.schedule  method  lines 12-14",
        " 3.  Other  method  lines 12-14",
        "",
        "b.py",
        " 2.  Scheduler.schedule  method  lines 12-14",
    ]


def test_in_a_pipe_each_result_has_its_path_and_lines() -> None:
    heads = lines_of(make_result("a.py"), make_result("a.py"), view=BARE, screen=Screen(color=False, width=None))
    assert [line for line in heads if "why" not in line] == ["a.py:12-14  Scheduler.schedule  method"] * 2


def test_results_of_several_roots_name_theirs() -> None:
    other = RootLocation(Path("/s\x07"), None, Path("/s\x07"), ROOT.config)
    found = [Placed(make_result("a.py"), ROOT), Placed(make_result("a.py", rank=2), other)]
    lines = list(pretty_lines(found, BARE, TERMINAL, several_roots=True))
    assert [lines[0], lines[4]] == [f"a.py  in {ROOT.root}", f"a.py  in {Path('/s')}\\x07"]
    assert len(lines) == 7


def test_source_is_coloured_and_what_matches_is_marked() -> None:
    text = 'def save(x):\n    return "kept"\n'
    preview = (PreviewLine(12, "def save(x):", matched=True, spans=((4, 8),)), PreviewLine(13, '    return "kept"'))
    lines = lines_of(make_result(text=text, preview=preview), screen=Screen(color=True, width=80, grouped=True))
    assert "\x1b[35mdef\x1b[0m \x1b[1;31msave\x1b[0m(x):" in lines[2]
    assert '\x1b[35mreturn\x1b[0m \x1b[32m"kept"\x1b[0m' in lines[3]
    plain = lines_of(make_result(text=text, preview=preview))
    assert [_STYLE.sub("", line) for line in lines] == plain
    assert plain[2:4] == [">   12  def save(x):", '    13      return "kept"']


def test_a_line_far_below_its_head_is_coloured_like_all_others() -> None:
    text = "\n".join(["def f():", *(f"    x{number} = {number}" for number in range(2000)), '    return "far"'])
    preview = (PreviewLine(1, "def f():"), PreviewLine(2002, '    return "far"'))
    result = make_result(span=Span(0, 1, 1, 2002), text=text, preview=preview)
    lines = lines_of(result, screen=Screen(color=True, width=80, grouped=True))
    assert "\x1b[35mdef\x1b[0m" in lines[2]
    assert "\x1b[35mreturn\x1b[0m" in lines[4]


def test_paths_are_links_where_the_terminal_shows_them() -> None:
    linked = lines_of(make_result("a.py"), screen=Screen(color=True, width=80, grouped=True, host="h"))[0]
    assert linked.startswith("\x1b]8;;file://h/")
    assert linked.endswith("a.py\x1b[0m\x1b]8;;\x1b\\")
    assert "\x1b]" not in lines_of(make_result("a.py"), screen=Screen(color=True, width=80, grouped=True))[0]


NASTY = st.lists(
    st.sampled_from(["a", "語", "\t", "\x1b", "\u202e", "\x07", "]8;;", "😀", " ", "\r", "\x9b", "'"]), max_size=120
).map("".join)


@given(text=NASTY, columns=st.integers(min_value=75, max_value=130), start=st.integers(0, 60), color=st.booleans())
def test_no_text_steers_the_terminal_or_is_wider_than_it(text: str, columns: int, start: int, color: bool) -> None:
    spans = ((start, start + 3),) if start + 3 <= len(text) else ()
    preview = (PreviewLine(12, text, matched=True, spans=spans),)
    evidence = (Evidence("lexical", text, 1.0),)
    changes: dict[str, Any] = {"symbol": text * 3, "probability": 0.5, "fresh": False}
    screen = Screen(color=color, width=columns, grouped=True)
    for view in (VIEW, View("pretty", text=True, quiet=False, context=1, explain=True)):
        lines = lines_of(
            make_result(text=text, preview=preview, evidence=evidence, **changes), view=view, screen=screen
        )
        bare = [_STYLE.sub("", line) for line in lines]
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", "".join(bare))
        assert all(width(line) <= columns for line in bare[1:])


def test_lines_around_what_matched_come_from_the_file() -> None:
    content = "".join(f"line {number} retry\n" for number in range(1, 31)).encode()
    result = make_result(span=Span(0, 1, 12, 14), matches=(12, 20), preview=())
    around = View("pretty", text=True, quiet=False, context=1)
    assert lines_of(result, view=around, content=content)[2:-1] == [
        "    11  line 11 retry",
        ">   12  line 12 retry",
        "    13  line 13 retry",
        "        ...",
        "    19  line 19 retry",
        ">   20  line 20 retry",
        "    21  line 21 retry",
    ]
    colored = lines_of(result, view=around, content=content, screen=Screen(color=True, width=80, grouped=True))
    assert "\x1b[1;31mretry\x1b[0m" in colored[3]
    only = View("pretty", text=True, quiet=False, context=0)
    assert len(lines_of(result, view=only, content=content)) == 6


@pytest.mark.parametrize("matches", [(), (14,)])
def test_lines_around_stay_within_the_text_where_the_file_has_changed(matches: tuple[int, ...]) -> None:
    around = View("pretty", text=True, quiet=False, context=3)
    numbers = [line[1:6].strip() for line in lines_of(make_result(matches=matches, fresh=False), view=around)[2:-1]]
    assert numbers == ["12", "13", "14", "15"] if not matches else numbers[-1] == "15"


def test_explain_shows_what_the_score_is_made_of() -> None:
    evidence = (Evidence("lexical", "body: retry", 3.5), Evidence("prior", "test file", -0.25))
    result = make_result(evidence=evidence, probability=0.5, stage="localized")
    explained = View("pretty", text=False, quiet=False, explain=True)
    assert lines_of(result, view=explained)[2:] == [
        "        score 0.750, rank 1, 50.0% likely, reordered by the localization model",
        "          lexical   3.500  body: retry",
        "          prior    -0.250  test file",
    ]
