"""The tools of an exploring agent: what they find, what they refuse, and that they end."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from findspot.config import Config, Settings
from findspot.engine import Engine
from findspot.errors import Cancelled, OutsideRootError, QueryError
from findspot.service.tools import TOOLS

FILES = {
    "shop/cart.py": 'class Cart:\n    def add(self, item):\n        return save(item)\n\n    def total(self):\n        """Sum the prices."""\n        return sum(self.prices)\n',
    "shop/store.py": "def save(item):\n    print('saved')\n    return item\n",
    "web/view.ts": "export function render(cart: Cart) {\n  return total(cart);\n}\n",
    "docs/guide.md": "# Guide\n\nHow to save a cart.\n",
    ".env": "TOKEN=secret save\n",
    "build/out.py": "def save():\n    pass\n",
    ".gitignore": "build/\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine on a small indexed tree, with a link that leads out and a binary file."""
    root = tmp_path_factory.mktemp("tools") / "root"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / "image.bin").write_bytes(b"\0save\0")
    (root.parent / "outside.py").write_text("def save():\n    pass\n", encoding="utf-8")
    if sys.platform != "win32":
        (root / "link.py").symlink_to(root.parent / "outside.py")
    settings = Settings(workers=1, localization_model="", ranker="")
    with Engine.open(root, Config(settings, root.parent / "cache")) as engine:
        engine.refresh()
        yield engine


def call(engine: Engine, tool: str, **arguments: Any) -> dict[str, Any]:
    """Run a tool and return its answer as it would be sent."""
    answer: dict[str, Any] = json.loads(json.dumps(TOOLS[tool].call(engine, arguments).to_json()))
    return answer


def places(answer: dict[str, Any]) -> list[tuple[str, int]]:
    """Return path and number of the lines found."""
    return [(line["path"], line["number"]) for line in answer["lines"]]


def test_every_tool_is_described_bounded_and_has_a_schema() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "tools.md").read_text(encoding="utf-8")
    for name, tool in TOOLS.items():
        assert name == tool.name
        assert f"## {name}\n\n{tool.description}\n" in page
        schema = tool.request.model_json_schema(by_alias=False)
        assert schema["additionalProperties"] is False
        texts = [field for field in schema["properties"].values() if field.get("type") == "string"]
        assert all("maxLength" in field for field in texts), name
        assert "limit" in schema["properties"] or name == "read_lines"
        assert tool.answer.model_json_schema(mode="serialization")["properties"]


def test_lines_that_hold_a_text_come_by_path_and_line(engine: Engine) -> None:
    assert places(call(engine, "search_text", pattern="save")) == [
        ("docs/guide.md", 3),
        ("shop/cart.py", 3),
        ("shop/store.py", 1),
        ("shop/store.py", 2),
    ]
    assert places(call(engine, "search_text", pattern="save", scope=["shop/store.py"])) == [
        ("shop/store.py", 1),
        ("shop/store.py", 2),
    ]
    assert call(engine, "search_text", pattern="HOW TO")["lines"] == []
    (line,) = call(engine, "search_text", pattern="HOW TO", ignore_case=True)["lines"]
    assert line["text"] == "How to save a cart."


def test_an_expression_is_one_only_when_asked(engine: Engine) -> None:
    assert call(engine, "search_text", pattern="^def .*")["lines"] == []
    assert places(call(engine, "search_text", pattern="^def .*", expression=True)) == [("shop/store.py", 1)]
    with pytest.raises(QueryError, match="cannot be read"):
        call(engine, "search_text", pattern="(", expression=True)


def test_what_was_cut_is_said(engine: Engine) -> None:
    found = call(engine, "search_text", pattern="save", limit=2)
    assert (len(found["lines"]), found["truncated"]) == (2, True)
    assert call(engine, "search_text", pattern="save", limit=4)["truncated"] is False


def test_a_hostile_expression_ends_and_says_that_it_was_cut(engine: Engine, tmp_path: Path) -> None:
    engine.set_overlay("shop/store.py", "a" * 5_000 + "\n")
    try:
        assert call(engine, "search_text", pattern="(a|aa)+b|(a*)*c", expression=True)["truncated"] is True
    finally:
        engine.set_overlay("shop/store.py", None)


def test_a_search_that_nobody_waits_for_stops(engine: Engine) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        TOOLS["search_text"].call(engine, {"pattern": "save"}, stop)


def test_files_are_named_as_in_an_ignore_file(engine: Engine) -> None:
    assert call(engine, "find_files", pattern="*.py")["paths"] == ["shop/cart.py", "shop/store.py"]
    assert call(engine, "find_files", pattern="shop/**/c*")["paths"] == ["shop/cart.py"]
    assert call(engine, "find_files", pattern="docs/")["paths"] == ["docs/guide.md"]
    assert call(engine, "find_files", pattern="*", limit=1)["truncated"] is True
    with pytest.raises(QueryError, match="names no file"):
        call(engine, "find_files", pattern="# x")


def test_lines_of_a_file_are_read_as_they_are_now(engine: Engine) -> None:
    read = call(engine, "read_lines", path="shop/store.py", start_line=2, end_line=99)
    assert (read["text"], read["start_line"], read["end_line"], read["lines"]) == (
        "    print('saved')\n    return item",
        2,
        3,
        3,
    )
    engine.set_overlay("shop/store.py", "x = 1\n" * 20_000)
    try:
        read = call(engine, "read_lines", path="shop/store.py")
        assert (read["truncated"], read["lines"]) == (True, 20_000)
        assert read["text"] == "\n".join(["x = 1"] * read["end_line"])
        assert len(read["text"]) <= 64_000
    finally:
        engine.set_overlay("shop/store.py", None)
    with pytest.raises(QueryError, match="has 3 lines"):
        call(engine, "read_lines", path="shop/store.py", start_line=4)


@pytest.mark.parametrize("path", [".env", "build/out.py", "link.py", "image.bin", "shop", "nowhere.py"])
def test_what_the_index_leaves_out_cannot_be_read(engine: Engine, path: str) -> None:
    with pytest.raises(QueryError, match="no indexed file"):
        call(engine, "read_lines", path=path)


@pytest.mark.parametrize("path", ["../outside.py", "/etc/hosts"])
def test_no_path_leads_out_of_the_root(engine: Engine, path: str) -> None:
    for tool in ("read_lines", "outline"):
        with pytest.raises(OutsideRootError, match="not a path inside the root"):
            call(engine, tool, path=path)


def test_a_wrong_path_names_the_nearest(engine: Engine) -> None:
    with pytest.raises(QueryError, match=r"the nearest: shop/cart\.py"):
        call(engine, "outline", path="src/cart.py")


def test_an_outline_has_whole_definitions_in_order(engine: Engine) -> None:
    found = call(engine, "outline", path="shop/cart.py")["definitions"]
    assert [(one["symbol"], one["kind"], one["start_line"], one["end_line"]) for one in found] == [
        ("Cart", "class", 1, 7),
        ("Cart.add", "method", 2, 3),
        ("Cart.total", "method", 5, 7),
    ]
    engine.set_overlay("shop/cart.py", "\n\ndef fresh():\n    return 1\n")
    try:
        assert [one["symbol"] for one in call(engine, "outline", path="shop/cart.py")["definitions"]] == ["fresh"]
    finally:
        engine.set_overlay("shop/cart.py", None)


def test_definitions_and_uses_of_a_name(engine: Engine) -> None:
    (found,) = call(engine, "definitions", name="save")["definitions"]
    assert (found["path"], found["start_line"], found["signature"]) == ("shop/store.py", 1, "def save(item)")
    assert [one["symbol"] for one in call(engine, "definitions", name="Cart.total")["definitions"]] == ["Cart.total"]
    assert places(call(engine, "references", name="save")) == [("shop/cart.py", 3)]
    assert places(call(engine, "references", name="store.save")) == [("shop/cart.py", 3)]
    assert call(engine, "references", name="nobody") == {"lines": [], "truncated": False}


def test_what_buffers_hide_does_not_count_against_the_limit(tmp_path: Path) -> None:
    root = tmp_path / "many"
    root.mkdir()
    names = ["a_long_name_first.py", *(f"u{at:02}.py" for at in range(12))]
    for name in names:
        (root / name).write_text("def put(x):\n    return save(x)\n", encoding="utf-8")
    settings = Settings(workers=1, localization_model="", ranker="")
    with Engine.open(root, Config(settings, tmp_path / "cache")) as engine:
        engine.refresh()
        for name in names[1:5]:
            engine.set_overlay(name, "x = 1\n")
        used = call(engine, "references", name="save", limit=2)
        assert (places(used), used["truncated"]) == ([(names[0], 2), (names[5], 2)], True)
        defined = call(engine, "definitions", name="put", limit=2)
        assert [one["path"] for one in defined["definitions"]] == [names[0], names[5]]
        assert defined["truncated"] is True
        assert len(call(engine, "references", name="save")["lines"]) == 9


def test_a_line_behind_the_last_is_none(engine: Engine) -> None:
    assert places(call(engine, "search_text", pattern="^", expression=True, scope=["docs"])) == [
        ("docs/guide.md", 1),
        ("docs/guide.md", 2),
        ("docs/guide.md", 3),
    ]


def test_a_scope_that_names_nothing_is_said(engine: Engine) -> None:
    with pytest.raises(QueryError, match="no indexed file or folder shops; the nearest: shop"):
        call(engine, "search_text", pattern="save", scope=["shops"])


def test_an_expression_nested_too_deep_is_refused(engine: Engine) -> None:
    deep = "(" * 400 + "a" + ")*" * 180 + ")" * 220
    with pytest.raises(QueryError, match="cannot be read"):
        call(engine, "search_text", pattern=deep, expression=True)


def test_code_is_found_by_a_sentence(engine: Engine) -> None:
    found = call(engine, "find_code", query="where are prices summed", limit=1)
    assert [(result["path"], result["symbol"]) for result in found["results"]] == [("shop/cart.py", "Cart.total")]
    assert "text" not in found["results"][0]


def test_mistakes_are_named(engine: Engine) -> None:
    with pytest.raises(QueryError, match="'limit' must be a whole number from 1 to 200"):
        call(engine, "search_text", pattern="x", limit=100_000)
    with pytest.raises(QueryError, match="did you mean 'pattern'"):
        call(engine, "search_text", patern="x")


def test_code_is_found_by_its_shape(engine: Engine) -> None:
    query = "(return_statement (call function: (identifier) @called)) @returned"
    found = call(engine, "query_syntax", language="python", query=query)
    assert [(one["path"], one["capture"], one["start_line"], one["text"]) for one in found["nodes"]] == [
        ("shop/cart.py", "returned", 3, "return save(item)"),
        ("shop/cart.py", "called", 3, "save"),
        ("shop/cart.py", "returned", 7, "return sum(self.prices)"),
        ("shop/cart.py", "called", 7, "sum"),
    ]
    assert found["truncated"] is False
    assert call(engine, "query_syntax", language="python", query=query, limit=1)["truncated"] is True
    assert call(engine, "query_syntax", language="python", query=query, scope=["shop/store.py"])["nodes"] == []
    engine.set_overlay("shop/store.py", "def fresh():\n    return save(1)\n")
    try:
        fresh = call(engine, "query_syntax", language="python", query=query, scope=["shop/store.py"])
        assert [one["start_line"] for one in fresh["nodes"]] == [2, 2]
    finally:
        engine.set_overlay("shop/store.py", None)


def test_a_query_that_is_none_is_refused_once(engine: Engine) -> None:
    with pytest.raises(QueryError, match="the query cannot be used: Invalid"):
        call(engine, "query_syntax", language="python", query="(no_such_node) @x")
    with pytest.raises(QueryError, match="there is no syntax of 'klingon'; known are astro, bash"):
        call(engine, "query_syntax", language="klingon", query="(x) @x")


def test_a_query_that_never_ends_costs_a_worker_and_no_more(engine: Engine) -> None:
    source = "x = '" + "a" * 60 + "'\n"
    engine.set_overlay("shop/store.py", source)
    try:
        endless = '((string) @s (#match? @s "^(\'|a|aa)+$b"))'
        found = call(engine, "query_syntax", language="python", query=endless, scope=["shop/store.py"])
        assert (found["nodes"], found["truncated"]) == ([], True)
    finally:
        engine.set_overlay("shop/store.py", None)
    assert call(engine, "query_syntax", language="python", query="(class_definition) @c")["nodes"]


def test_a_file_has_a_history_where_there_is_git(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="no history of commits"):
        call(engine, "file_history", path="shop/cart.py")
    root = tmp_path / "repo"
    root.mkdir()
    git = ["git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run([*git, "init", "-q"], check=True)
    for number in range(3):
        (root / "a.py").write_text(f"x = {number}\n", encoding="utf-8")
        (root / "b.py").write_text("y = 1\n", encoding="utf-8")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", f"Change {number}\n\nMore."], check=True)
    settings = Settings(workers=1, localization_model="", ranker="")
    with Engine.open(root, Config(settings, tmp_path / "cache")) as own:
        own.refresh()
        found = call(own, "file_history", path="a.py", limit=2)
        assert ([one["subject"] for one in found["commits"]], found["truncated"]) == (["Change 2", "Change 1"], True)
        assert [one["subject"] for one in call(own, "file_history", path="b.py")["commits"]] == ["Change 0"]
        with pytest.raises(QueryError, match="no indexed file c"):
            call(own, "file_history", path="c.py")
