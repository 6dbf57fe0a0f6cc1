"""What is near to the files in an editor, and what that does to an order."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from findspot.core.ranking.learned import Order, nearer
from findspot.core.ranking.nearness import Links, Near, PastChange, Together, changed_together, near, signs
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.core.types import ChunkKind, Diagnostic, EditorContext, PathClass, Span


@dataclass(frozen=True)
class Unit:
    """A unit of ten lines."""

    path: str
    id: int = 1
    kind: ChunkKind = "function"
    symbol: str | None = "total"
    span: Span = field(default_factory=lambda: Span(0, 100, 11, 20))
    part: int = 0
    path_class: PathClass = PathClass.SOURCE


LINKS = Links(
    imported=frozenset({"shop/prices.py"}),
    importers=frozenset({"web/page.py"}),
    symbol="Cart.add",
    callers=frozenset({7}),
    callees=frozenset({8}),
    together={"db/store.py": Together(0.5, "shop/cart.py")},
)


@pytest.mark.parametrize(
    ("unit", "context", "name", "reason"),
    [
        (Unit("shop/cart.py"), EditorContext("shop/cart.py"), "active", "in the active file"),
        (Unit("shop/tax.py"), EditorContext("shop/cart.py"), "folder", "same folder as cart.py"),
        (Unit("web/page.py"), EditorContext("shop/cart.py"), "importer", "imports cart.py"),
        (Unit("a.py", 7), EditorContext("shop/cart.py"), "caller", "calls Cart.add"),
        (Unit("a.py", 8), EditorContext("shop/cart.py"), "callee", "called by Cart.add"),
        (Unit("db/store.py"), EditorContext("shop/cart.py"), "together", "changed together with cart.py"),
        (Unit("a.py"), EditorContext(recent=("b.py", "a.py")), "recent", "edited lately"),
        (Unit("a.py"), EditorContext(changed=("a.py",)), "changed", "changed since the last commit"),
        (Unit("a.py"), EditorContext(open=("a.py",)), "open", "open in the editor"),
        (Unit("a.py"), EditorContext(diagnostics=(Diagnostic("a.py", "no x", 12),)), "diagnostic", "diagnostic: no x"),
    ],
)
def test_each_way_to_be_near_has_a_name_and_a_reason(
    unit: Unit, context: EditorContext, name: str, reason: str
) -> None:
    [sign] = signs(unit, context, LINKS)
    assert (sign.name, sign.reason) == (name, reason)
    assert 0 < sign.amount <= 1
    assert sign.name in DEFAULT_WEIGHTS.near


def test_every_weight_belongs_to_a_sign() -> None:
    everything = EditorContext(
        "shop/cart.py",
        1,
        ("shop/prices.py",),
        ("shop/prices.py",),
        (Diagnostic("shop/prices.py", ""),),
        ("shop/prices.py",),
    )
    prices, one = frozenset({"shop/prices.py"}), frozenset({1})
    every = Links(prices, prices, "x", one, one, {"shop/prices.py": Together(1, "")})
    names = {sign.name for path in ("shop/prices.py", "shop/cart.py") for sign in signs(Unit(path), everything, every)}
    assert names == DEFAULT_WEIGHTS.near.keys()


def test_what_is_far_is_not_near() -> None:
    context = EditorContext("shop/cart.py", 3, ("b.py",), ("b.py",), (Diagnostic("b.py", "no"),), ("b.py",))
    assert near(Unit("far/away.py"), context, LINKS, {"shop/cart.py": 1.0}, DEFAULT_WEIGHTS.near) == Near(0.0, ())


def test_signs_add_up_and_the_strongest_reason_comes_first() -> None:
    weights = {**dict.fromkeys(DEFAULT_WEIGHTS.near, 0.0), "folder": 0.25, "imported": 1.0, "open": 0.0}
    context = EditorContext("shop/cart.py", open=("shop/prices.py",))
    found = near(Unit("shop/prices.py"), context, LINKS, {"shop/cart.py": 1.0}, weights)
    assert found.strength == pytest.approx(1.25)
    assert found.detail == "imported by cart.py; same folder as cart.py"


def test_a_file_says_of_others_as_much_as_it_has_to_do_with_the_question() -> None:
    def strength(share: float, context: EditorContext, path: str = "shop/prices.py") -> float:
        return near(Unit(path), context, LINKS, {"shop/cart.py": share}, DEFAULT_WEIGHTS.near).strength

    active = EditorContext("shop/cart.py")
    assert strength(1.0, active) == pytest.approx(2 * strength(0.5, active))
    assert strength(0.5, active) > 0
    assert strength(0.0, active) == 0
    assert strength(0.0, active, "db/store.py") == 0
    assert near(Unit("shop/prices.py"), active, LINKS, {}, DEFAULT_WEIGHTS.near) == Near(0.0, ())
    assert strength(0.0, EditorContext(open=("shop/prices.py",))) > 0


def test_a_diagnostic_counts_most_where_it_stands() -> None:
    def amount(line: int | None) -> float:
        return next(signs(Unit("a.py"), EditorContext(diagnostics=(Diagnostic("a.py", "", line),)), Links())).amount

    assert amount(20) > amount(21) == amount(None)


def test_files_of_small_and_of_many_common_commits_are_closest() -> None:
    changes = [
        *(PastChange("a.py", place, other) for place in (1, 2, 3) for other in ("a.py", "b.py")),
        *(PastChange("a.py", 4, other) for other in ("a.py", "c.py")),
        *(PastChange("a.py", 5, other) for other in ("a.py", "d.py", "e.py", "f.py", "g.py")),
        PastChange("a.py", 6, "a.py"),
    ]
    found = changed_together(changes)
    assert found["b.py"].share == pytest.approx(3 / 7)  # three of six, and one more for doubt
    assert found["b.py"].share > found["c.py"].share > found["d.py"].share
    assert "a.py" not in found
    once = changed_together([PastChange("z.py", 0, "z.py"), PastChange("z.py", 0, "b.py"), *changes])
    assert once["b.py"].origin == "z.py"
    assert once["b.py"].share <= 0.5


def test_learned_scores_move_by_sums_and_others_by_factors() -> None:
    units = [Unit("a.py", 1), Unit("b.py", 2)]
    places = [Near(0.0, ()), Near(1.0, ("x",))]
    order = Order(np.array([2.0, 1.0]), {"a.py": 2.0, "b.py": 1.0})
    by_hand = nearer(order, units, places, DEFAULT_WEIGHTS)
    grown = math.exp(DEFAULT_WEIGHTS.near_hand)
    assert by_hand.units.tolist() == [2.0, pytest.approx(grown)]
    assert by_hand.files == {"a.py": 2.0, "b.py": pytest.approx(grown)}
    assert nearer(order, units, (), DEFAULT_WEIGHTS) is order
