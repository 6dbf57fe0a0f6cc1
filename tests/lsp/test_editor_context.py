"""The real server is told what the editor shows: a near file moves up, and the setting switches that off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editor import JsonRpcException, editing

ROUND = 'def round_amount(value):\n    """Round an amount to two places."""\n    return round(value, 2)\n'
QUESTION = "where is an amount rounded to two places"


@pytest.fixture
def twins(tmp_path: Path) -> Path:
    """Return a workspace with two functions that are alike, and a file that imports one of them."""
    root = tmp_path / "twins"
    for path, text in {
        "audit/amounts.py": ROUND,
        "shop/amounts.py": ROUND,
        "shop/cart.py": "from shop.amounts import round_amount\n\n\ndef add(item):\n    return round_amount(item.price)\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def first(answer: Any) -> tuple[str, str]:
    """Return the path of the best result and why it is near, empty where it is not."""
    best = answer["results"][0]
    return best["path"], next((one["detail"] for one in best["evidence"] if one["kind"] == "near"), "")


@pytest.mark.row("B05")
async def test_what_is_near_comes_first_and_says_why(twins: Path) -> None:
    cart = (twins / "shop" / "cart.py").as_uri()
    context = {"active": {"uri": cart, "position": {"line": 4, "character": 0}}, "open": [cart]}
    async with editing("visual-studio-code", twins) as editor:
        await editor.until_ready()
        assert first(await editor.search(QUESTION)) == ("audit/amounts.py", "")
        path, why = first(await editor.search(QUESTION, context=context))
        assert path == "shop/amounts.py"
        assert "called by add" in why
        found = await editor.request("findspot/localize", {"text": QUESTION, "budget": 0, "context": context})
        assert first(found)[0] == "shop/amounts.py"


async def test_without_a_context_open_and_edited_documents_count(twins: Path) -> None:
    cart = twins / "shop" / "cart.py"
    async with editing("neovim", twins) as editor:
        await editor.until_ready()
        editor.open(cart)
        editor.insert(cart, 0, 0, "\n")
        assert first(await editor.search(QUESTION))[1]
        assert first(await editor.search(QUESTION, context={})) == ("audit/amounts.py", "")
        editor.closed(cart)


async def test_the_setting_switches_it_off(twins: Path) -> None:
    context = {"active": {"uri": (twins / "shop" / "cart.py").as_uri()}}
    async with editing("neovim", twins, options={"editor_context": False}) as editor:
        await editor.until_ready()
        assert await editor.search(QUESTION, context=context) | {"status": None} == (
            await editor.search(QUESTION) | {"status": None}
        )


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (5, "'context' must be an object"),
        ({"active": "file:///a.py"}, "'context.active' must be an object"),
        ({"active": {"uri": 1}}, "'context.active.uri' must be a string"),
        ({"active": {"uri": "file:///a", "position": {"line": -1, "character": 0}}}, "'context.active.position.line'"),
        ({"opened": []}, "did you mean 'open'"),
    ],
)
async def test_what_cannot_be_understood_is_said(twins: Path, context: Any, message: str) -> None:
    async with editing("neovim", twins) as editor:
        with pytest.raises(JsonRpcException, match=message):
            await editor.search(QUESTION, context=context)


async def test_files_that_are_elsewhere_or_far_too_many_cost_nothing(twins: Path) -> None:
    many = [f"file:///far/away/{number}.py" for number in range(10_000)]
    odd = ["untitled:Untitled-1", "file://", "", "git:/x?y", (twins / ".." / "x.py").as_uri(), "http://[::1"]
    context = {
        "active": {"uri": "untitled:Untitled-1", "position": {"line": 2**31 - 2, "character": 2**31 - 1}},
        "open": odd + many,
        "recent": many,
        "changed": odd,
        "diagnostics": [{"uri": uri, "message": "x" * 9_000} for uri in odd + many],
    }
    async with editing("neovim", twins) as editor:
        await editor.until_ready()
        assert first(await editor.search(QUESTION, context=context)) == ("audit/amounts.py", "")
