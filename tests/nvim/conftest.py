"""Fixtures of the tests in a real Neovim. All of them are marked ``editors``: `make e2e` runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.nvim.editor import Neovim, editing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.editors)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a small project."""
    root = tmp_path / "shop"
    (root / ".git").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src" / "cart.py").write_text(
        '"""The cart."""\n\n\n'
        "def add_item(cart, item):\n"
        '    """Put an item into the cart."""\n'
        "    cart.append(item)\n"
        "    return cart\n\n\n"
        "def apply_discount(price, percent):\n"
        '    """Lower the price by a rebate."""\n'
        "    return price * (100 - percent) / 100\n",
        encoding="utf-8",
    )
    (root / "src" / "upload.py").write_text(
        "from src.cart import add_item\n\n\n"
        "class Uploader:\n"
        "    def schedule_retry(self, name):\n"
        '        """Schedule the next attempt of an upload."""\n'
        "        grüße = '😀'; self.queue = add_item([], name)\n"
        "        return self.queue\n",
        encoding="utf-8",
    )
    (root / "README.md").write_text("# Shop\n\nUploads are retried.\n", encoding="utf-8")
    return root


Start = Callable[..., Neovim]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts Neovim in a folder; all are ended after the test."""
    with ExitStack() as stack:

        def make(folder: Path, **options: Any) -> Neovim:
            entered: AbstractContextManager[Neovim] = editing(folder, tmp_path / "places", **options)
            return stack.enter_context(entered)

        yield make


@pytest.fixture
def nvim(start: Start, shop: Path) -> Neovim:
    """Return a Neovim in the small project."""
    return start(shop)
