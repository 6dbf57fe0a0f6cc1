"""``findspot related``: callers, callees, tests and similar code of a definition, in every form."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.cli.processes import write_project

FILES = {
    "shop/cart.py": '''"""The cart."""

from shop.prices import discounted


def total_of(cart):
    """Sum up the prices of all items in a cart."""
    return sum(discounted(item.price) for item in cart)
''',
    "shop/prices.py": '''"""Prices."""


def discounted(price):
    """Take a tenth off a price."""
    return price * 0.9


def raised(price):
    """Put a tenth on a price."""
    return price * 1.1
''',
    "shop/pay.py": '''"""Paying."""

from shop.cart import total_of


def pay(cart, card):
    """Charge the card with the total of the cart."""
    card.charge(total_of(cart))
''',
    "tests/test_cart.py": """from shop.cart import total_of


def test_total_of():
    assert total_of([]) == 0
""",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a small project."""
    return write_project(tmp_path / "shop", FILES)


def test_each_kind_stands_under_its_title_with_the_line_that_uses_the_name(ask: Ask, shop: Path) -> None:
    lines = ask("related", "shop/cart.py:7", "-q", cwd=shop).stdout.decode().splitlines()
    assert lines[0] == f"{Path('shop/cart.py')}:6-8  total_of  function"
    titles = [line for line in lines if line.startswith(("used by", "uses", "tested by", "similar"))]
    assert titles[:3] == ["used by (1)", "uses (1)", "tested by (1)"]
    assert lines[lines.index("used by (1)") + 1 :][:2] == [
        f"{Path('shop/pay.py')}:6-8  pay  function",
        ">    8      card.charge(total_of(cart))",
    ]
    assert ">    5      assert total_of([]) == 0" in lines
    assert not any("why:" in line for line in lines)
    explained = ask("related", "shop/cart.py:7", "-q", "--explain", cwd=shop).stdout.decode()
    assert "uses total_of" in explained


@pytest.mark.parametrize(
    "words", [["shop/cart.py:8:discounted"], ["shop/cart.py:8:20"], ["shop/cart.py:8", "--name", "discounted"]]
)
def test_a_name_on_the_line_may_be_meant(ask: Ask, shop: Path, words: list[str]) -> None:
    records = [json.loads(line) for line in ask("related", *words, "--json", cwd=shop).stdout.splitlines()]
    by_relation = {record["relation"]: record["symbol"] for record in records}
    assert by_relation["symbol"] == "discounted"
    assert by_relation["caller"] == "total_of"
    caller = next(record for record in records if record["relation"] == "caller")
    assert (caller["root"], caller["path"], caller["best_line"]) == (str(shop), "shop/cart.py", 8)


def test_a_name_that_is_not_on_the_line_is_said_not_to_be(ask: Ask, shop: Path) -> None:
    done = ask("related", "shop/cart.py:8:zanzibar", cwd=shop)
    assert "no zanzibar that this line uses is known" in done.stderr.decode()
    for meant in ("shop/cart.py:8:discounted", "shop/cart.py:8:1", "shop/cart.py:8"):
        assert b"is known" not in ask("related", meant, cwd=shop).stderr


def test_other_forms_list_what_is_connected(ask: Ask, shop: Path) -> None:
    words = ("related", "cart.py:7", "-q", "-k", "1")
    below = shop / "shop"
    files = ask(*words, "-l", cwd=below).stdout.decode().splitlines()
    assert files[:3] == ["pay.py", "prices.py", os.path.join("..", "tests", "test_cart.py")]  # noqa: PTH118 - as it is printed
    assert (
        ask(*words, "--vimgrep", cwd=below).stdout.decode().startswith("pay.py:8:17:    card.charge(total_of(cart))\n")
    )
    bare = ask(*words, "--no-text", cwd=below).stdout.decode()
    assert "card.charge" not in bare
    around = ask(*words, "-C1", cwd=below).stdout.decode()
    assert '     7      """Charge the card' in around


def test_where_no_definition_stands_it_says_so(ask: Ask, shop: Path) -> None:
    done = ask("related", "shop/cart.py:99", cwd=shop, status=1)
    assert done.stdout == b""
    assert b"no definition stands at line 99 of shop/cart.py in the index" in done.stderr


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("shop/cart.py", "shop/cart.py: write FILE:LINE, as in src/cart.py:12"),
        ("shop/cart.py:0", "shop/cart.py:0: write FILE:LINE"),
        ("shop/none.py:3", "shop/none.py: no such file"),
        ("shop:3", "shop: no such file"),
        ("../outside.py:1", "../outside.py: lies outside the root"),
    ],
)
def test_a_place_that_is_none_gets_one_line(ask: Ask, shop: Path, place: str, words: str) -> None:
    (shop.parent / "outside.py").write_text("x = 1\n", encoding="utf-8")
    done = ask("related", place, cwd=shop, status=2)
    assert words in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_name_is_given_once(ask: Ask, shop: Path) -> None:
    done = ask("related", "shop/cart.py:8:discounted", "--name", "sum", cwd=shop, status=2)
    assert b"leave one out" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_valid_text_is_no_damage(ask: Ask, shop: Path) -> None:
    odd = os.fsdecode(b"shop/\xff.py")
    (shop / odd).write_text("def odd(): ...\n")
    for words in (["related", f"{odd}:1"], ["odd", odd], ["localize", "where is it", odd, "--budget", "0"]):
        said = ask(*words, cwd=shop, status=2).stderr.decode()
        assert r"shop/\xff.py: this name is not valid text" in said
    ask("related", "shop/cart.py:8", "--name", os.fsdecode(b"\xff"), cwd=shop)
    assert b"0 added, 0 changed" in ask("index", cwd=shop).stdout


MONOREPO = {
    "api/graph.py": '''def build(root):
    """Collect the nodes below a root."""
    nodes = format_nodes(root)
    return sorted(nodes)


def draw(root):
    return build(root)


def format_nodes(root):
    return [root]
''',
    "notebooks/draw.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["nodes = build(tree)\n", "nodes"]}
            ],
            "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    ),
    "rails/spec/story_spec.rb": "describe Story do\n  it 'is kept' do\n    story = build(:story)\n    expect(story).to be\n  end\nend\n",
    "rails/story.rb": "class Story\n  def copy\n    build(title)\n  end\nend\n",
    "web/Nodes.vue": "<script setup>\nfunction format_nodes(all) {\n  return all\n}\n</script>\n<style>\n.build { color: red; }\n</style>\n",
    "docs/build.md": "# format_nodes\n\nHow nodes are shown.\n",
    **{
        f"ci/{name}.yaml": f"name: {name}\nformat_nodes:\n  steps:\n    - run: make\n    - run: make {name}\n    - run: ls\n"
        for name in ("lint", "test", "ship")
    },
}


@pytest.mark.row("L02", "L06", "L09")
def test_what_other_runtimes_call_the_same_and_keys_and_headings_is_not_connected(ask: Ask, tmp_path: Path) -> None:
    root = write_project(tmp_path / "mono", MONOREPO)
    found = ask("related", "api/graph.py:2", "-q", "--no-text", "--explain", cwd=root).stdout.decode()
    records = ask("related", "api/graph.py:2", "--json", "-q", cwd=root).stdout.splitlines()
    places = {(record["relation"], record["path"], record["symbol"]) for record in map(json.loads, records)}
    assert {place for place in places if place[0] != "similar"} == {
        ("symbol", "api/graph.py", "build"),
        ("caller", "api/graph.py", "draw"),
        ("caller", "notebooks/draw.ipynb", "cell 1"),
        ("callee", "api/graph.py", "format_nodes"),
    }
    assert "other definitions are called" not in found
    story = ask("related", "rails/story.rb:2", "--json", "-q", cwd=root, status=1).stdout.splitlines()
    assert [json.loads(line)["relation"] for line in story] == ["symbol"]
