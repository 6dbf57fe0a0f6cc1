"""A small indexed root with an answer to ask for, and policies that say what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from findspot.agent.protocol import Call, Final, State
from findspot.config import Config, Settings
from findspot.engine import Engine

FILES = {
    "shop/cart.py": 'from shop.store import save\n\n\nclass Cart:\n    def add(self, item):\n        return save(item)\n\n    def total(self):\n        """Sum the prices."""\n        return sum(self.prices)\n',
    "shop/store.py": '"""Where items are kept."""\n\nLIMIT = 3\n\n\ndef save(item):\n    if item is None:\n        raise ValueError("nothing to keep")\n    return item\n\n\ndef load(key):\n    return save(key)\n',
    "shop/Upper.py": "def shout(text):\n    return text.upper()\n",
    "web/view.ts": "export function render(cart: Cart) {\n  return total(cart);\n}\n",
    "web/empty.py": "",
    "docs/guide.md": "# Guide\n\nHow to save a cart.\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine on a small indexed tree, beside which lies a file that is none of its business."""
    root = tmp_path_factory.mktemp("agent") / "root"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root.parent / "outside.py").write_text("def save():\n    pass\n", encoding="utf-8")
    settings = Settings(workers=1, localization_model="", ranker="")
    with Engine.open(root, Config(settings, root.parent / "cache")) as engine:
        engine.refresh()
        yield engine


class Scripted:
    """Says what it was given, turn by turn; keeps the states that it saw."""

    name = "scripted"

    def __init__(self, *turns: Sequence[Call] | Final | Callable[[State], Any]) -> None:
        self._turns = list(turns)
        self.states: list[State] = []

    def turn(self, state: State) -> Any:
        self.states.append(state)
        said = self._turns[min(len(self.states), len(self._turns)) - 1]
        return said(state) if callable(said) else said
