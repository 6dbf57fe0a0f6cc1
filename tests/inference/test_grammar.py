"""From a JSON schema to a grammar: what fits is writable, what does not is not, and no name breaks out of its quotes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.inference.grammar import grammar_of
from findspot.service.tools import TOOLS


def matches(grammar: str, text: str) -> bool:
    """Return whether ``text`` fits, by making one regular expression of a grammar that has no circles."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.splitlines())

    def expression(form: str) -> str:
        found = []
        for part in re.findall(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\{[\d,]+\}|[a-z][a-z0-9-]*|[()|?*+]', form):
            if part.startswith('"'):
                literal = re.escape(re.sub(r"\\(.)", r"\1", part[1:-1]))
                found.append(f"(?:{literal})")
            elif part[0].isalpha():
                found.append(f"(?:{expression(rules[part])})")
            else:
                found.append(part)
        return "".join(found)

    return re.fullmatch(expression("root"), text) is not None


def fits(schema: dict[str, Any], value: Any) -> bool:
    return matches(grammar_of(schema), json.dumps(value, separators=(",", ":")))


@pytest.mark.parametrize("least", [0, 1])
@pytest.mark.parametrize("most", [1, 2, 9, 10, 19, 99, 100, 200, 347])
def test_whole_numbers_are_exactly_those_within_bounds(least: int, most: int) -> None:
    grammar = grammar_of({"type": "integer", "minimum": least, "maximum": most})
    assert [number for number in range(1200) if matches(grammar, str(number))] == list(range(least, most + 1))
    assert not matches(grammar, "007")
    assert not matches(grammar, "-1")


def test_texts_and_lists_have_an_end() -> None:
    text = {"type": "string", "minLength": 1, "maxLength": 3}
    assert [fits(text, "x" * length) for length in range(5)] == [False, True, True, True, False]
    numbers = {"type": "array", "items": {"enum": ["1", "2"]}, "minItems": 1, "maxItems": 3}
    assert [fits(numbers, ["1"] * length) for length in range(5)] == [False, True, True, True, False]
    assert fits({"type": "array", "items": text, "maxItems": 1}, [])
    assert not fits({"type": "array", "items": text, "maxItems": 0}, ["a"])
    assert fits({"type": "string", "maxLength": 10**9}, "x" * 200)
    assert not fits({"type": "string", "maxLength": 10**9}, "x" * 201)


def test_properties_come_in_order_and_optional_ones_may_be_left_out() -> None:
    schema = TOOLS["read_lines"].schema()
    assert fits(schema, {"path": "a/b.py"})
    assert fits(schema, {"path": "a/b.py", "end_line": 7})
    assert fits(schema, {"path": "a/b.py", "start_line": 3, "end_line": None})
    assert not fits(schema, {"start_line": 3})
    assert not fits(schema, {"path": "a/b.py", "other": 1})
    assert not fits(schema, {"path": "a/b.py", "start_line": 0})


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_has_a_grammar(name: str) -> None:
    assert grammar_of(TOOLS[name].schema()).startswith("root ::= ")


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_fixed_value_is_itself_and_nothing_else(name: str, other: str) -> None:
    grammar = grammar_of({"enum": [name]})
    assert matches(grammar, json.dumps(name))
    assert "\n" not in grammar.split("\nletter", 1)[0]
    assert matches(grammar, json.dumps(other)) == (name == other)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number"},
        {"type": "integer"},
        {"$ref": "#/x"},
        {},
        {"type": "object", "properties": {"a": {"const": 1}}},
    ],
)
def test_what_is_not_known_is_said(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no grammar"):
        grammar_of(schema)
