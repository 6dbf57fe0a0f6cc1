"""search and localize at the facade, with the answer marked in the fixture."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from findspot.config import Settings
from findspot.core.types import Answer, IndexState
from findspot.engine import Models
from findspot.errors import Cancelled, OutsideRootError, QueryError
from tests.engine.checks import check_answer, check_search, open_engine, write_workspace

SHOP = """
    == shop/auth.py
    SESSIONS = set()

    def login(user):
        return verify(user.token)

    ⟦def verify(token):
        \"\"\"Say whether a session token is still known.\"\"\"
        return token in SESSIONS⟧

    == shop/cart.py
    from shop.prices import total_of

    class Cart:
        def __init__(self):
            self.items = []

        def checkout(self, customer):
            amount = total_of(self.items)
            return customer.charge(amount)

    == shop/prices.py
    def total_of(items):
        return sum(item.price * item.count for item in items)

    def apply_discount(total, percent):
        if percent > 100:
            raise ValueError("discount above one hundred percent")
        return total * (100 - percent) / 100

    == tests/test_auth.py
    from shop.auth import verify

    def test_verify_rejects_unknown_session_token():
        assert not verify("unknown session token")

    == docs/guide.md
    # Guide

    ## Sessions
    A session token is checked on every request.
"""


@pytest.mark.row("C04")
@pytest.mark.row("B14")
def test_a_question_finds_the_code_and_not_its_test_or_its_guide(tmp_path: Path, models: Models) -> None:
    result = check_search(tmp_path, models, SHOP, "where is a session token checked")
    assert (result.path, result.symbol, result.kind) == ("shop/auth.py", "verify", "function")
    assert result.fresh
    assert result.text.startswith("def verify(token):")
    assert {found.kind for found in result.evidence} >= {"lexical"}
    assert result.probability is None


@pytest.mark.parametrize(
    ("query", "path", "symbol"),
    [
        ("Cart.checkout", "shop/cart.py", "Cart.checkout"),
        ("apply_discount", "shop/prices.py", "apply_discount"),
        ("shop/prices.py", "shop/prices.py", None),
        ("discount above one hundred percent", "shop/prices.py", "apply_discount"),
        ("charge the customer for what is in the basket", "shop/cart.py", "Cart.checkout"),
    ],
)
def test_each_kind_of_query_finds_its_place(
    tmp_path: Path, models: Models, query: str, path: str, symbol: str | None
) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        first = engine.search(query).results[0]
    assert first.path == path
    if symbol is not None:
        assert first.symbol == symbol


REPORT = """Discounts: crash at the till

When a customer has a voucher the till stops:

```
Traceback (most recent call last):
  File "/srv/app/shop/cart.py", line 8, in checkout
    amount = total_of(self.items)
  File "/srv/app/shop/prices.py", line 6, in apply_discount
    raise ValueError("discount above one hundred percent")
ValueError: discount above one hundred percent
```
"""


@pytest.mark.row("C04")
@pytest.mark.row("B10")
def test_a_report_with_a_trace_leads_to_the_frame_that_raised(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    partial: list[Answer] = []
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        answer = engine.localize(REPORT, budget=20.0, on_partial=partial.append)
        files = engine.localize(REPORT, budget=20.0, level="file")
    assert answer.results[0].symbol == "apply_discount"
    assert answer.status.model == "applied"
    assert {result.stage for result in answer.results} == {"localized"}
    assert any(found.kind == "model" for found in answer.results[0].evidence)
    assert len(partial) == 1
    assert {result.stage for result in partial[0].results} == {"hybrid"}
    assert files.results[0].path == "shop/prices.py"
    assert {result.kind for result in files.results} == {"file"}


CHECKOUT = """Checkout charges a wrong amount

Two of the same book cost as much as one. The price is right in the list, so the count is lost on the way.

Traceback (most recent call last):
  File "shop/cart.py", line 9, in checkout
    return customer.charge(amount)
ValueError: the amount does not match the order
"""


@pytest.mark.row("B01")
@pytest.mark.row("B02")
def test_the_cause_is_found_beyond_the_frames_by_what_ships(tmp_path: Path) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, Models.load(Settings())) as engine:
        engine.refresh()
        answer = engine.localize(CHECKOUT, top_k=5, budget=20.0)
        files = engine.localize(CHECKOUT, top_k=5, level="file", budget=20.0)
        ranker = engine.status().ranker
    assert answer.status.model == "applied"
    assert ranker is not None
    assert "ranker-v1" in ranker
    named = [result.symbol for result in answer.results]
    assert named[0] == "Cart.checkout", "the frame"
    assert "total_of" in named[:3], "what it calls, which no frame names"
    assert [result.path for result in files.results][:2] == ["shop/cart.py", "shop/prices.py"]


@pytest.mark.row("A15")
def test_evidence_stays_small_and_the_number_of_results_is_bounded(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    words = " ".join(f"word{number} session token checkout apply_discount" for number in range(2_000))
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        answer = engine.localize(f"{words}\n\n{words}", top_k=5, budget=20.0)
        with pytest.raises(QueryError, match="top_k"):
            engine.search("token", top_k=1_001)
    assert answer.results
    for result in answer.results:
        assert len(result.evidence) <= 10
        assert sum(len(found.detail) for found in result.evidence) < 1_000


@pytest.mark.row("A13")
@pytest.mark.parametrize(
    ("settings", "reason"), [({"localization_model": ""}, "switched off"), ({"localization_model": "absent"}, "absent")]
)
def test_without_a_model_the_answer_has_the_same_shape_and_says_why(
    tmp_path: Path, settings: dict[str, str], reason: str
) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, None, **settings) as engine:
        engine.refresh()
        answer = engine.localize(REPORT)
    assert answer.results[0].symbol == "apply_discount"
    assert {result.stage for result in answer.results} == {"hybrid"}
    assert reason in answer.status.model


@pytest.mark.row("A13")
def test_no_time_for_the_model_is_said(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        answer = engine.localize(REPORT, budget=0.0)
    assert answer.results
    assert "no time" in answer.status.model


def test_the_same_question_gives_the_same_answer(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        first, second = engine.search("session token"), engine.search("session token")
    assert first.results == second.results
    scores = [result.score for result in first.results]
    assert scores == sorted(scores, reverse=True)


def test_asking_changes_nothing_in_the_index(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        folder = engine.config.index_dir(engine.root)

        def contents() -> dict[str, bytes]:
            return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}

        before = contents()
        engine.search("session token")
        engine.localize(REPORT, budget=20.0)
        engine.symbols("verify")
        engine.related("shop/auth.py", 7)
        assert contents() == before


@pytest.mark.row("V24")
def test_a_scope_holds_every_result(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        for scope in (["tests"], ["tests/"], ["tests/test_auth.py"]):
            answer = engine.search("session token", scope=scope)
            assert [result.path for result in answer.results] == ["tests/test_auth.py"]
        with pytest.raises(OutsideRootError):
            engine.search("token", scope=["../elsewhere"])


def test_queries_that_cannot_be_answered_say_so(tmp_path: Path, models: Models) -> None:
    with open_engine(tmp_path, models) as engine:
        for query in ("", "  \n "):
            with pytest.raises(QueryError, match="empty"):
                engine.search(query)
        with pytest.raises(QueryError, match="characters"):
            engine.localize("x" * 300_000)
        with pytest.raises(QueryError, match="top_k"):
            engine.search("token", top_k=0)
        assert engine.search("token").results == ()
        assert engine.status().state is IndexState.EMPTY


@pytest.mark.row("A14")
def test_a_stopped_search_ends(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    stop = threading.Event()
    stop.set()
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        with pytest.raises(Cancelled):
            engine.search("session token", stop=stop)
        with pytest.raises(Cancelled):
            engine.localize(REPORT, stop=stop)


@pytest.mark.row("B04")
@pytest.mark.row("B09")
def test_unsaved_text_is_searched_in_place_of_the_file(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        engine.set_overlay("shop/prices.py", "def convert_currency(amount, rate):\n    return amount * rate\n")
        found = engine.search("convert_currency").results[0]
        assert (found.path, found.symbol, found.fresh) == ("shop/prices.py", "convert_currency", True)
        assert found.text.startswith("def convert_currency")
        assert all(result.symbol != "apply_discount" for result in engine.search("apply_discount").results)
        engine.set_overlay("shop/prices.py", None)
        assert engine.search("apply_discount").results[0].symbol == "apply_discount"
        assert all(result.symbol != "convert_currency" for result in engine.search("convert_currency").results)


def test_an_unsaved_buffer_of_an_ignored_file_stays_out(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    (tmp_path / ".gitignore").write_text("secret.env\n", encoding="utf-8")
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        for path in ("secret.env", ".git/COMMIT_EDITMSG", "shop/photo.png"):
            engine.set_overlay(path, "the extraordinarily secret passphrase")
        assert engine.search("extraordinarily secret passphrase").results == ()
        engine.set_overlay("shop/new.py", "PASSPHRASE = 'extraordinarily secret'\n")
        assert engine.search("extraordinarily secret passphrase").results[0].path == "shop/new.py"


@pytest.mark.row("B09")
def test_a_file_changed_since_it_was_indexed_is_marked(tmp_path: Path, models: Models) -> None:
    marked = write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        auth = tmp_path / "shop" / "auth.py"
        auth.write_text(auth.read_text(encoding="utf-8").replace("SESSIONS", "TOKENS"), encoding="utf-8")
        stale = check_answer(engine.search("where is a session token checked"), marked)
        assert not stale.fresh
        engine.refresh()
        assert check_answer(engine.search("where is a session token checked"), marked).fresh


@pytest.mark.row("C07")
def test_symbols_answer_names_and_sentences(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        names = [result.symbol for result in engine.symbols("disc").results]
        sentence = engine.symbols("where is a session token checked").results[0]
    assert names[0] == "apply_discount"
    assert sentence.symbol == "verify"


def test_related_places_are_callers_and_callees(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        called = {result.symbol: result.evidence[0].detail for result in engine.related("shop/cart.py", 9).callees}
        callers = {result.symbol: result for result in engine.related("shop/auth.py", 7).callers}
        nowhere = engine.related("shop/cart.py", 999)
    assert "total_of" in called
    using = callers["login"]
    assert using.best_line is not None
    line = next(line for line in using.preview if line.number == using.best_line)
    assert [line.text[start:end] for start, end in line.spans] == ["verify"]
    assert nowhere.symbol is None
    assert nowhere.callers == nowhere.callees == nowhere.tests == nowhere.neighbours == ()
