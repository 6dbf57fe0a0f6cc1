"""Routes, tests and handlers as answers: found by what they say, and known to those who look around."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from findspot.config import Config, Settings
from findspot.engine import Engine
from findspot.inference.models import Models

WORK = "".join(f"    step{number}(cart);\n" for number in range(12))

FILES = {
    "src/routes.js": "".join(
        f"router.{verb}('/carts/{what}', async (req, res) => {{\n{WORK}    {call}(req);\n}});\n\n"
        for verb, what, call in (
            ("post", "lines", "addLine"),
            ("post", "close", "closeCart"),
            ("get", "lines", "listLines"),
            ("put", "address", "moveCart"),
        )
    ),
    "src/close.js": "export function closeCart(req) {\n  return req.cart.close();\n}\n",
    "test/cart.test.js": "describe('cart', () => {\n"
    + "".join(
        f"  it('{what}', () => {{\n{WORK}    {call}(cart);\n  }});\n"
        for what, call in (("refuses empty lines", "addLine"), ("is closed once", "closeCart"), ("moves", "moveCart"))
    )
    + "});\n",
    "src/panel.jsx": f"export const CartPanel = memo(forwardRef((props, ref) => {{\n{WORK}"
    f"  const handleRemove = useCallback(() => {{\n{WORK}  }}, []);\n  return <div ref={{ref}} />;\n}}));\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Iterator[Engine]:
    root = tmp_path_factory.mktemp("called")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    with Engine.open(root, Config(Settings(workers=1), tmp_path_factory.mktemp("cache")), models=models) as opened:
        opened.refresh()
        yield opened


@pytest.mark.row("L03")
@pytest.mark.parametrize(
    ("question", "path", "symbol"),
    [
        ("post route that closes the cart", "src/routes.js", "POST /carts/close"),
        ("PUT /carts/address", "src/routes.js", "PUT /carts/address"),
        ("test that a cart is closed once", "test/cart.test.js", "test: cart > is closed once"),
        ("CartPanel", "src/panel.jsx", "CartPanel"),
        ("handleRemove", "src/panel.jsx", "CartPanel.handleRemove"),
    ],
)
def test_what_a_call_says_finds_it(engine: Engine, question: str, path: str, symbol: str) -> None:
    first = engine.search(question, top_k=3).results[0]
    assert (first.path, first.symbol) == (path, symbol)


def test_a_route_is_a_caller_and_a_test_a_test_of_what_they_call(engine: Engine) -> None:
    around = engine.related("src/close.js", 1)
    assert [place.symbol for place in around.callers] == ["POST /carts/close"]
    assert [place.symbol for place in around.tests] == ["test: cart > is closed once"]


def test_a_test_has_callees_and_no_callers(engine: Engine) -> None:
    [test] = engine.search("test that a cart is closed once", top_k=1).results
    around = engine.related(test.path, test.span.start_line + 2)
    assert around.symbol is not None
    assert around.symbol.symbol == "test: cart > is closed once"
    assert not around.callers
    assert "closeCart" in [place.symbol for place in around.callees]
