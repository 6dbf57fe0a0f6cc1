"""What an answer says about itself above its list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from findspot.config import load_config
from findspot.core.filters import Filter
from findspot.engine import Engine, Models
from findspot.engine.labels import shown_length
from tests.engine.checks import open_engine

FILES = {
    "shop/cart.py": "class Cart:\n    def save(self):\n        return PRICE_LIMIT\n\n\ndef apply_discount(price):\n    return price\n",
    "shop/users.py": "def gen_note_needle():\n    return 1\n\n\ndef load_user_by_id(key):\n    return key\n",
    "shop/access.py": (
        "def check_password(user, secret):\n    return hash(secret) == user.pw_hash\n\n\n"
        "def delete_file(path):\n    os.unlink(path)\n"
    ),
}

REPORT = (
    "The rocket engine explodes\n\nWhen the launch pad is wet the turbine of the booster stops, and price is wrong.\n"
)


@pytest.fixture
def engine(tmp_path: Path, models: Models) -> Iterator[Engine]:
    """Yield an engine over a small shop."""
    root = tmp_path / "root"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    with Engine.open(
        root, load_config(root, environ={"FINDSPOT_CACHE_DIR": str(tmp_path / "cache")}), models
    ) as opened:
        opened.refresh()
        yield opened


@pytest.mark.row("V42", "T08")
@pytest.mark.parametrize(
    ("name", "exact"),
    [
        ("big_needle", False),
        ("loadUserByEmail", False),
        ("load_user_by_id", True),
        ("loadUserById", False),
        ("load_user_by_id()", True),
        ("Cart.save", True),
        ("Cart::save", True),
        ("shop.Cart", True),
        ("shop.cart.Cart.save", True),
        ("self.save()", True),
        ("Basket.save", False),
        ("Cart.load", False),
        ("def load_user_by_id", True),
        ("class Basket", False),
        ("Users", True),
        ("shop/users.py", True),
        ("shop/orders.py", False),
        ("shop/", True),
    ],
)
def test_a_name_that_nothing_is_called_is_told_from_one_that_is(engine: Engine, name: str, exact: bool) -> None:
    for answer in (engine.search(name), engine.localize(name, budget=0)):
        assert answer.status.exact is exact
        assert any(result.exact for result in answer.results) is exact
        said = any(sentence.startswith("no ") for sentence in answer.status.notes)
        assert said is not exact


def test_a_name_that_is_only_used_is_told_from_one_that_is_similar(engine: Engine) -> None:
    assert engine.search("PRICE_LIMIT").status.notes[0].endswith("is called PRICE_LIMIT in this root; it occurs here:")
    assert engine.search("big_needle").status.notes == ("no definition is called big_needle in this root; similar:",)
    answer = engine.search("big_needle", scope=["shop/users.py"])
    assert answer.status.notes == ("no definition is called big_needle in shop/users.py; similar:",)


def test_other_questions_are_neither_exact_nor_not(engine: Engine) -> None:
    answer = engine.search("where is the discount applied to a price")
    assert (answer.status.exact, answer.status.by_meaning, answer.status.notes) == (None, False, ())
    assert {result.exact for result in answer.results} == {None}


@pytest.mark.row("V42")
@pytest.mark.parametrize(
    ("question", "symbol"),
    [("credential verification", "check_password"), ("erase a document from disk", "delete_file")],
)
def test_where_no_word_occurs_the_answer_is_by_meaning_and_says_so(engine: Engine, question: str, symbol: str) -> None:
    for answer in (engine.search(question), engine.localize(question, budget=0)):
        assert answer.results[0].symbol == symbol
        assert answer.status.by_meaning
        assert answer.status.notes == ("none of these words occurs in this root; by meaning only:",)
        assert answer.results[0].best_line is None
        assert answer.results[0].probability is None


@pytest.mark.row("V42")
@pytest.mark.parametrize("question", ["qwxyz zvbnm", "frobl", "xkcdq wvvvz pqrst"])
def test_words_without_a_meaning_find_nothing(engine: Engine, question: str) -> None:
    for answer in (engine.search(question), engine.localize(question, budget=0)):
        assert answer.results == ()
        assert not answer.status.by_meaning
        assert answer.status.notes[0].endswith(
            "not occur in this root" if " " not in question else "occurs in this root"
        )


@pytest.mark.row("B03")
def test_a_report_about_something_else_gets_the_nearest_places_below_a_sentence(engine: Engine) -> None:
    answer = engine.localize(REPORT, budget=0)
    assert answer.results
    if answer.status.suggested_length == 0:
        assert answer.status.notes[-1].startswith("the place is probably not in this root (")


@pytest.mark.row("B03")
@pytest.mark.parametrize(
    ("likely", "first", "length"), [(1, 0.9, 3), (0, 0.9, 3), (0, 0.1, 5), (4, 0.9, 4), (2, 0.3, 5), (9, 0.1, 9)]
)
def test_no_report_gets_less_than_three_results(likely: int, first: float, length: int) -> None:
    assert shown_length(likely, first) == length


def test_a_report_without_a_common_word_gets_the_nearest_and_is_told_so(tmp_path: Path, models: Models) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "acc.py").write_text("def check_password(user):\n    return user\n", encoding="utf-8")
    report = "Printer jams on thick paper\n\nWhen somebody prints heavy cardboard, the tray stops.\n"
    with open_engine(root, models) as engine:
        engine.refresh()
        answer = engine.localize(report, budget=0)
        assert answer.results
        assert answer.status.by_meaning
        assert "none of these words occurs" in answer.status.notes[-1]


@pytest.mark.parametrize("asked", ["Foo.send_mail", "Foo#send_mail", "Foo::send_mail"])
def test_the_last_part_of_a_name_is_no_use_of_it(tmp_path: Path, models: Models, asked: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text("def send_mail(to):\n    return to\n", encoding="utf-8")
    with open_engine(root, models) as engine:
        engine.refresh()
        assert engine.search(asked).status.notes[0].endswith("similar:")


@pytest.mark.row("V42")
def test_filters_that_leave_nothing_say_so(engine: Engine) -> None:
    none = engine.search("check the password", filters=Filter(types=("rust",)))
    assert none.results == ()
    assert none.status.notes == ("the filters let none of the indexed files through",)
    inside = engine.search("load a user", scope=["shop/users.py"], filters=Filter(only=("docs",)))
    assert inside.results  # a file that is named is never left out
    some = engine.search("gen_note_needle", filters=Filter(globs=("!users.py",)))
    assert "in the files that the filters let through" in some.status.notes[0]
