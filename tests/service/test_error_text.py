"""What programs print when something goes wrong, told from what people write."""

from __future__ import annotations

import pytest

from findspot.service.error_text import looks_like_error


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: too much",
        '  File "shop/cart.py", line 9, in add\n',
        "    at Cart.add (src/cart.ts:12:5)",
        "error[E0308]: mismatched types\n --> src/main.rs:4:5",
        "cart.c:12:3: error: expected ';'",
        "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:8 +0x1d",
        "thread 'main' panicked at src/main.rs:2:5",
        "E   AssertionError: assert 1 == 2",
        "FAILED tests/test_cart.py::test_add - TypeError",
        "java.lang.NullPointerException\n\tat shop.Cart.add(Cart.java:7)",
        "undefined reference to `add_item'",
    ],
)
def test_errors(text: str) -> None:
    assert looks_like_error(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def add_item(cart, item):\n    cart.append(item)\n    return cart\n",
        "where is a rebate taken off",
        "total = 1 + 2",
    ],
)
def test_other_text(text: str) -> None:
    assert not looks_like_error(text)
