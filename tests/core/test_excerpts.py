"""Which lines match a question, and which of them a preview shows."""

from __future__ import annotations

import pytest

from findspot.core.excerpts import MAX_MATCHES, PREVIEW_LINES, Excerpts, Sought, lower, sought
from findspot.core.query import analyse
from findspot.core.text import SubTokenizer
from findspot.languages.table import FRAME_READERS

LONG = (
    "def run(jobs):\n"
    + "".join(f"    step_{number}(jobs)\n" for number in range(50))
    + "    raise Full('no worker left')"
)


def asked(question: str, **more: float) -> Excerpts:
    """Return what looks for the words of a question, each of weight 1."""
    query = analyse(question, SubTokenizer(), FRAME_READERS)
    terms = {term: 1.0 for zone in query.zones.values() for term in zone}
    return Excerpts(sought(query, terms | more))


@pytest.mark.row("T08")
def test_the_line_with_most_words_is_the_best_and_the_preview_has_it() -> None:
    finder = asked("no worker left for the queue")
    found = finder.find(LONG)
    assert (found.best, found.lines) == (51, (51,))
    shown = finder.preview(LONG.split("\n"), 10, found)
    assert [line.number for line in shown] == [10, 60, 61]
    assert [line.matched for line in shown] == [False, False, True]


def test_a_phrase_goes_before_words_that_stand_apart() -> None:
    text = "worker = left\nleft, worker, no\n# there is NO WORKER LEFT\nno left worker"
    assert asked("'no worker left' in the pool").find(text).best == 2
    assert asked("RuntimeError: no worker left").find(text).best == 2


def test_a_line_that_is_named_goes_before_everything() -> None:
    finder = asked("no worker left")
    assert finder.find(LONG, [7]).best == 7
    assert finder.find(LONG, [700, -3]).best == 51


def test_identifiers_match_by_their_parts_and_better_as_a_whole() -> None:
    text = "load(user)\nx = loadUserByName\ny = load_user_by_id\nz = downloads"
    finder = asked("loadUserById")
    assert finder.find(text).best == 2
    assert 3 not in finder.find(text).lines


def test_other_forms_of_a_word_match_where_ranking_counts_them() -> None:
    text = "a = 1\nretry(upload)\nb = 2"
    assert asked("retries", retry=0.2).find(text).best == 1


def test_without_a_match_the_first_lines_or_the_best_part_are_shown() -> None:
    finder = asked("something else entirely")
    found = finder.find(LONG)
    assert (found.best, found.lines) == (None, ())
    assert [line.number for line in finder.preview(LONG.split("\n"), 1, found)] == list(range(1, PREVIEW_LINES + 1))
    assert [line.number for line in finder.preview(LONG.split("\n"), 1, found, 30)] == [1, 31, 32, 33, 34, 35]


def test_a_line_far_too_long_is_cut_around_the_match() -> None:
    finder = asked("needle")
    text = "x" * 40 + ", " + "hay = 1; " * 2_000 + "needle()" + " hay" * 2_000
    (line,) = finder.preview([text], 1, finder.find(text))
    assert len(line.text) < 700
    assert line.text.startswith("...")
    assert [line.text[start:end] for start, end in line.spans] == ["needle"]


def test_a_word_that_is_everywhere_names_few_lines() -> None:
    text = "needle()\n" * 5_000
    assert len(asked("needle").find(text).lines) == MAX_MATCHES


def test_lower_case_keeps_every_place() -> None:
    assert lower("İstanbul Straße CAFÉ") == "istanbul straße cafe"


def test_blank_text_has_no_preview() -> None:
    finder = Excerpts(Sought())
    assert finder.preview(["", "  "], 1, finder.find("\n  ")) == ()


def test_an_identifier_is_found_as_a_whole_and_as_it_is_written() -> None:
    finder = Excerpts(Sought(identifier="get"))
    text = "target = 1\nGet()\nbudget.get(x)\n"
    assert finder.find(text).lines == (2,)
    assert finder.line("a.get(get_all)", 1, matched=True).spans == ((2, 5),)
