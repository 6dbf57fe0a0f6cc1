"""What lies around a place, and what lies behind an error: asked of the shipped server as editors ask."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import CLIENTS, Editor, JsonRpcException, editing

both = pytest.mark.parametrize("kind", CLIENTS)

CART = '''"""The cart of the shop."""

from shop.price import lowered


def checkout(cart):
    """Add up the items of a cart and take the rebate off."""
    total = sum(item.price for item in cart)
    naïve = "😀"; return lowered(total, cart.rebate)
'''

PRICE = '''"""Prices."""


def lowered(price, percent):
    """Return a price without a rebate in percent."""
    if percent > 100:
        raise ValueError("a rebate of more than all")
    return price * (100 - percent) / 100


def raised(price, percent):
    """Return a price with an extra charge in percent."""
    return price * (100 + percent) / 100
'''

TEST = """from shop.price import lowered


def test_half_of_a_price():
    assert lowered(10, 50) == 5
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a workspace in which one function has a caller, a test and a neighbour."""
    root = tmp_path / "shop root"
    for name, text in (("shop/cart.py", CART), ("shop/price.py", PRICE), ("tests/test_price.py", TEST)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


async def related(editor: Editor, file: Path, line: int, character: int, **more: Any) -> Any:
    """Ask what is related to a place."""
    position = {"line": line, "character": character}
    return await editor.request("findspot/related", {"uri": file.as_uri(), "position": position, **more})


def symbols(places: list[dict[str, Any]]) -> list[str]:
    """Return the names of places."""
    return [place["symbol"] for place in places]


@both
async def test_related_places_of_the_definition_under_the_cursor(kind: str, shop: Path) -> None:
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        found = await related(editor, shop / "shop" / "price.py", 3, 5)
    assert found["symbol"]["symbol"] == "lowered"
    assert symbols(found["callers"]) == ["checkout"]
    assert symbols(found["tests"]) == ["test_half_of_a_price"]
    assert symbols(found["neighbours"])[0] == "raised"
    assert found["callers"][0]["uri"] == (shop / "shop" / "cart.py").as_uri()
    assert found["callers"][0]["evidence"][0]["detail"] == "uses lowered"
    assert found["status"]["complete"]


@both
async def test_the_word_under_the_cursor_is_meant_also_in_unsaved_text(kind: str, shop: Path) -> None:
    cart = shop / "shop" / "cart.py"
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        line = CART.splitlines()[8]
        column = len(line[: line.index("lowered") + 2].encode("utf-8" if editor.encoding == "utf-8" else "utf-16-le"))
        column = column if editor.encoding == "utf-8" else column // 2
        on_disk = await related(editor, cart, 8, column)
        inside = await related(editor, cart, 8, 4)
        editor.open(cart)
        editor.insert(cart, 0, 0, "\n\n")
        unsaved = await related(editor, cart, 10, column, include_text=False)
    assert on_disk["symbol"]["symbol"] == unsaved["symbol"]["symbol"] == "lowered"
    assert "text" not in unsaved["symbol"]
    assert inside["symbol"]["symbol"] == "checkout"
    assert symbols(inside["callees"]) == ["lowered"]


@both
async def test_places_that_are_nowhere(kind: str, shop: Path, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere" / "notes.py"
    outside.parent.mkdir()
    outside.write_text("x = 1\n", encoding="utf-8")
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        empty = await related(editor, shop / "shop" / "price.py", 1, 0)
        with pytest.raises(JsonRpcException, match=r"lies outside of the open folders; open .*elsewhere") as error:
            await related(editor, outside, 0, 0)
        with pytest.raises(JsonRpcException, match="there are none from 900"):
            await related(editor, shop / "shop" / "price.py", 899, 0)
        with pytest.raises(JsonRpcException, match="'position' is missing"):
            await editor.request("findspot/related", {"uri": outside.as_uri()})
    assert error.value.code == -32602
    assert empty["callers"] == []


@both
@pytest.mark.row("B02", "B10")
async def test_the_cause_of_a_diagnostic_and_of_a_printed_error(kind: str, shop: Path) -> None:
    cart = shop / "shop" / "cart.py"
    place = {"start": {"line": 8, "character": 4}, "end": {"line": 8, "character": 9}}
    diagnostic = {"message": "ValueError: a rebate of more than all", "range": place, "source": "pytest", "severity": 1}
    printed = f'Traceback (most recent call last):\n  File "{cart}", line 9, in checkout\nValueError: a rebate of more than all'
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        shown = await editor.request("findspot/cause", {"uri": cart.as_uri(), "diagnostic": diagnostic})
        said = await editor.request(
            "findspot/cause", {"text": printed, "workDoneToken": "bar", "partialResultToken": "p"}
        )
        with pytest.raises(JsonRpcException, match="'text' or 'diagnostic' is missing"):
            await editor.request("findspot/cause", {})
    assert "lowered" in symbols(shown["results"])[:3]  # the place that shows it comes first while the model has no time
    assert "lowered" in symbols(said["results"])[:2]
    assert any(token == "p" and value["results"] for token, value in editor.progress)


@both
async def test_actions_offer_the_cause(kind: str, shop: Path) -> None:
    cart = shop / "shop" / "cart.py"
    trace = 'Traceback (most recent call last):\n  File "shop/price.py", line 7, in lowered\nValueError: a rebate\n'
    whole = types.Range(types.Position(0, 0), types.Position(3, 0))
    word = types.Range(types.Position(5, 4), types.Position(5, 8))
    problem = types.Diagnostic(range=word, message="a rebate of more than all", source="lint", code="E1")
    document = types.TextDocumentIdentifier(uri=cart.as_uri())

    async def offered(editor: Editor, place: types.Range, *found: types.Diagnostic, only: Any = None) -> Any:
        context = types.CodeActionContext(diagnostics=list(found), only=only)
        params = types.CodeActionParams(text_document=document, range=place, context=context)
        return await editor.request(types.TEXT_DOCUMENT_CODE_ACTION, params)

    async with editing(kind, shop) as editor:
        await editor.until_ready()
        editor.open(cart)
        assert not await offered(editor, word)
        of_problem = await offered(editor, word, problem)
        assert not await offered(editor, word, problem, only=[types.CodeActionKind.Refactor])
        editor.insert(cart, 0, 0, trace)
        of_trace = await offered(editor, whole)
        command = of_problem[0]["command"]
        answer: Any = await editor.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command=command["command"], arguments=command["arguments"])
        )
    assert [(one["title"], one["kind"]) for one in of_problem] == [("Findspot: find the cause", "quickfix")]
    assert command["command"] == "findspot.showCause"
    assert [one["title"] for one in of_trace] == ["Findspot: find the cause"]
    assert of_trace[0]["command"]["arguments"][0]["text"] == trace.rstrip("\n") + "\n"
    assert answer["results"]


@both
@pytest.mark.row("C08")
async def test_a_text_for_an_agent(kind: str, shop: Path) -> None:
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        whole = await editor.request("findspot/context", {"query": "where is a rebate taken off", "budget": 0})
        short = await editor.request("findspot/context", {"query": "where is a rebate taken off", "budget_tokens": 120})
        with pytest.raises(JsonRpcException, match="'budget_tokens' must be a whole number from 100"):
            await editor.request("findspot/context", {"query": "x", "budget_tokens": 2})
    assert "## 1. " in whole["text"]
    assert "return price * (100 - percent) / 100" in whole["text"]
    assert short["tokens"] <= 120
    assert len(short["results"]) == len(re.findall(r"^\d+\. ", short["text"], re.MULTILINE))
    assert "did not fit" in short["text"]
    assert whole["results"][0]["path"] in whole["text"]
    assert "text" not in whole["results"][0]


@both
@pytest.mark.row("B08")
async def test_a_newer_request_of_a_picker_ends_the_older(kind: str, shop: Path) -> None:
    async with editing(kind, shop) as editor:
        await editor.until_ready()
        asked = [editor.search(f"rebate {number}", picker="live") for number in range(8)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    ended = [one for one in answers if isinstance(one, JsonRpcException)]
    assert all(one.code == -32800 for one in ended)
    assert not isinstance(answers[-1], BaseException)
    assert answers[-1]["results"]
    assert ended


async def test_no_folder_but_a_file(shop: Path) -> None:
    (shop / ".git").mkdir()
    async with editing("neovim") as editor:
        with pytest.raises(JsonRpcException, match="No folder is open; open a folder"):
            await editor.search("rebate")
        editor.open(shop / "shop" / "cart.py")
        with pytest.raises(JsonRpcException, match=r"open .*shop root, to which cart\.py belongs"):
            await editor.search("rebate")
