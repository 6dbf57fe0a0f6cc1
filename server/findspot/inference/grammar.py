"""From a JSON schema to a grammar of llama.cpp, so that a model can write nothing else. A pure function.

It knows what tool calls need: objects whose properties come in the order of the schema, the required ones first, lists,
strings, whole numbers within bounds, truth values, null, fixed values and choices. There is no white space between, so
none is written without end. Fixed values may come from strangers, such as names of files: they are escaped for JSON first
and for the grammar then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

ROOT: Final = "root"

_LONGEST_TEXT = 200
_MOST_ITEMS = 16
_GREATEST = 1_000_000
"""Bounds where a schema has none or wider ones: a small model knows no end by itself."""

_SHARED: Final = r"""letter ::= [^"\\\x00-\x1f\x7f] | "\\" ["\\/nt]"""


def grammar_of(schema: Mapping[str, Any]) -> str:
    """Return the grammar of ``schema`` in llama.cpp's notation; raises ``ValueError`` for what it does not know."""
    rules: dict[str, str] = {}
    _add(schema, ROOT, rules)
    return "\n".join([*(f"{name} ::= {form}" for name, form in rules.items()), _SHARED])


def _add(schema: Mapping[str, Any], name: str, rules: dict[str, str]) -> str:
    """Add the rule ``name`` and those of its parts; returns the name."""
    rules[name] = ""  # the order in which they are named
    rules[name] = _form(schema, name, rules)
    return name


def _form(schema: Mapping[str, Any], name: str, rules: dict[str, str]) -> str:
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(map(_literal, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_add(one, f"{name}-{number}", rules) for number, one in enumerate(schema["anyOf"]))
    match schema.get("type"):
        case "object":
            return _object(schema, name, rules)
        case "array":
            item = _add(schema["items"], f"{name}-item", rules)
            return _list(item, schema.get("minItems", 0), min(schema.get("maxItems", _MOST_ITEMS), _MOST_ITEMS))
        case "string":
            most = min(schema.get("maxLength", _LONGEST_TEXT), _LONGEST_TEXT)
            return f'"\\"" letter{{{schema.get("minLength", 0)},{most}}} "\\""'
        case "integer" if 0 <= schema.get("minimum", -1) <= 1:
            return " | ".join(_numbers(schema["minimum"], min(schema.get("maximum", _GREATEST), _GREATEST)))
        case "boolean":
            return '"true" | "false"'
        case "null":
            return '"null"'
    raise ValueError(f"no grammar for the schema {json.dumps(schema)[:200]}")


def _object(schema: Mapping[str, Any], name: str, rules: dict[str, str]) -> str:
    parts = {
        key: f"{_literal(key, ':')} {_add(value, f'{name}-{number}', rules)}"
        for number, (key, value) in enumerate(schema.get("properties", {}).items())
    }
    required = [parts[key] for key in parts if key in schema.get("required", ())]
    optional = [parts[key] for key in parts if key not in schema.get("required", ())]
    if optional and not required:
        raise ValueError(f"no grammar for an object that requires nothing: {', '.join(parts)}")
    inner = ' "," '.join(required) + "".join(f' ("," {part})?' for part in optional)
    return f'"{{" {inner} "}}"' if inner else '"{}"'


def _list(item: str, least: int, most: int) -> str:
    if most < 1:
        return '"[]"'
    some = f'{item} ("," {item}){{{max(0, least - 1)},{most - 1}}}' if most > 1 else item
    return f'"[" {some} "]"' if least else f'"[" ({some})? "]"'


def _numbers(least: int, most: int) -> Iterator[str]:
    """Yield forms that together are the whole numbers from ``least``, 0 or 1, to ``most``."""
    digits = str(most)
    if least == 0:
        yield '"0"'
    for length in range(1, len(digits)):
        yield f"[1-9] [0-9]{{{length - 1}}}" if length > 1 else "[1-9]"
    for place, digit in enumerate(digits):  # of the same length: equal up to this place, and smaller there
        smallest, rest = ("1" if place == 0 else "0"), len(digits) - place - 1
        if digit > smallest:
            begin = f'"{digits[:place]}" ' if place else ""
            yield f"{begin}[{smallest}-{chr(ord(digit) - 1)}]{f' [0-9]{{{rest}}}' if rest else ''}"
    yield f'"{digits}"'


def _literal(value: Any, behind: str = "") -> str:
    """Return a fixed value as JSON, in the quotes of a grammar."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":")) + behind
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
