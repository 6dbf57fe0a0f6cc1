"""The line that says why a result is there."""

from __future__ import annotations

import pytest

from findspot.core.types import Evidence
from findspot.core.why import why
from tests.cli.fakes import make_result


def test_the_most_telling_reason_comes_first_and_each_word_once() -> None:
    evidence = (
        Evidence("mention", "frame 1 at sched.py:11", 0.5),
        Evidence("mention", "file of frame 1", 0.5),
        Evidence("lexical", "name: due; path: py, sched; signature: due; body: type, typeerror, error, cannot", 4.0),
        Evidence("dense", "similar meaning", 0.4),
        Evidence("prior", "test file", 0.3),
    )
    assert why(make_result("sched.py", symbol="due", evidence=evidence)) == (
        'named in the trace (frame 1, line 11); its name has "due"; its path has "sched";'
        ' text has "typeerror", "cannot"; similar meaning; test file'
    )


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("frame 2 in Worker.run", "named in the trace (frame 2)"),
        ("file of frame 3", "its file is named in the trace"),
        ("names Cart.save", "Cart.save is named"),
        ("of class Cart", "its class Cart is named"),
        ("path shop/cart.py", "its path is named"),
        ("shop/cart.py:12", "line 12 is named"),
        ("module shop.cart", "its module shop.cart is named"),
        ("file name cart", "its file is called cart"),
        ("something else", "something else"),
    ],
)
def test_mentions_are_said_in_words(detail: str, said: str) -> None:
    assert why(make_result(evidence=(Evidence("mention", detail, 1.0),))) == said


def test_an_identifier_is_written_as_the_result_writes_it() -> None:
    evidence = (Evidence("lexical", "name: id, load, loaduserbyid, user", 4.0),)
    assert why(make_result(symbol="Users.load_user_by_id", evidence=evidence)) == 'its name has "load_user_by_id"'


def test_what_exploring_found_comes_before_all_else() -> None:
    evidence = (Evidence("mention", "names Cart.save", 0.5), Evidence("explored", "found for 'It is kept twice.'", 1.0))
    assert why(make_result(evidence=evidence)) == "found for 'It is kept twice.'; Cart.save is named"
