"""What kind a query is, what it names, and which of its words count."""

from __future__ import annotations

import pytest

from findspot.core.query import Query, QueryKind, analyse, term_weights, word_forms
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.core.text import SubTokenizer
from findspot.languages.table import FRAME_READERS


def ask(text: str, *, report: bool = False) -> Query:
    return analyse(text, SubTokenizer(), FRAME_READERS, report=report)


TRACE = 'Traceback (most recent call last):\n  File "a/b.py", line 3, in f\n    g()\nValueError: no'


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("get_user", QueryKind.SYMBOL),
        ("getUser()", QueryKind.SYMBOL),
        ("Store::commit", QueryKind.SYMBOL),
        ("package.module.name", QueryKind.SYMBOL),
        ("Parser", QueryKind.SYMBOL),
        ("def parse", QueryKind.SYMBOL),
        ("func (s) x y", QueryKind.PROSE),
        ("src/a.py", QueryKind.PATH),
        ("a.py:12", QueryKind.PATH),
        ("src/upload/", QueryKind.PATH),
        ("authentication", QueryKind.PROSE),
        ("where are uploads retried", QueryKind.PROSE),
        ("class of the upload", QueryKind.PROSE),
        (TRACE, QueryKind.TRACE),
        (f"It fails\n\n{'word ' * 100}\n\n{TRACE}", QueryKind.ISSUE),
        ("Title\n\nOne paragraph.\n\nAnother paragraph.", QueryKind.ISSUE),
        ("word " * 60, QueryKind.ISSUE),
        ("Call it\n```\nx()\n```", QueryKind.ISSUE),
        ("", QueryKind.PROSE),
    ],
)
def test_kinds(text: str, kind: QueryKind) -> None:
    assert ask(text).kind is kind


def test_a_report_is_an_issue_however_short() -> None:
    assert ask("uploads hang", report=True).kind is QueryKind.ISSUE
    assert ask("get_user", report=True).kind is QueryKind.SYMBOL


def test_words_that_hold_sentences_together_do_not_count() -> None:
    terms = term_weights(ask("how does the scheduler use an error file"), DEFAULT_WEIGHTS.zones)
    assert {"scheduler", "error", "file"} <= set(terms)
    assert terms.keys().isdisjoint({"how", "does", "the", "use", "an"})


def test_words_of_forms_do_not_count_in_reports_only() -> None:
    assert "error" not in term_weights(ask("an error in uploads", report=True), DEFAULT_WEIGHTS.zones)
    assert "error" in term_weights(ask("an error in uploads"), DEFAULT_WEIGHTS.zones)


def test_a_query_of_stop_words_keeps_them() -> None:
    assert set(term_weights(ask("to be or not"), DEFAULT_WEIGHTS.zones)) == {"to", "be", "or", "not"}


def test_identifiers_count_whole_and_in_parts_and_twice_where_quoted() -> None:
    terms = term_weights(ask("fix `retry_limit` of uploads please", report=True), DEFAULT_WEIGHTS.zones)
    assert {"retry", "limit", "retrylimit"} <= set(terms)
    assert terms["retrylimit"] > terms["uploads"]


def test_repeats_count_up_to_three_times() -> None:
    zones = ask("Title here\n\n" + "upload " * 50).zones
    assert zones["prose"]["upload"] == pytest.approx(3**0.5)


def test_names_with_their_zone() -> None:
    query = ask("`Queue.push` fails\n\nSee RetryPolicy.\n\n```\nschedule(1)\n```")
    assert [(named.name.text, named.zone) for named in query.names] == [
        ("Queue.push", "title"),
        ("RetryPolicy", "ident"),
        ("schedule", "code"),
    ]


def test_each_word_of_a_short_question_may_be_a_name() -> None:
    assert {named.name.text for named in ask("upload scheduler").names} == {"upload", "scheduler"}
    assert ask("where in the code is the upload scheduler started again").names == ()


def test_what_is_asked_for() -> None:
    assert ask("tests of the parser").asks_for == {"test"}
    assert ask("example in the docs").asks_for == {"docs", "example"}
    assert ask("where is the parser").asks_for == frozenset()
    issue = "Parser is slow\n\nI ran the tests and read the docs.\n\nNothing."
    assert ask(issue).asks_for == frozenset()


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("files", "file"),
        ("retries", "retry"),
        ("parsing", "parse"),
        ("parsed", "parse"),
        ("stopped", "stop"),
        ("validation", "validate"),
        ("migrations", "migration"),
        ("autoreloader", "autoreload"),
        ("parse", "parser"),
        ("retry", "retries"),
        ("classes", "class"),
        ("indexes", "index"),
    ],
)
def test_other_forms_of_a_word(word: str, form: str) -> None:
    assert form in word_forms(word)
    assert word not in word_forms(word)


@pytest.mark.parametrize("word", ["", "a", "the", "x2", "größe", "数据库连接"])
def test_short_and_foreign_words_have_no_other_forms(word: str) -> None:
    assert word_forms(word) == []
