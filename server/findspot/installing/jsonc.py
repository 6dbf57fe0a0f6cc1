"""Small edits of JSON files that people write by hand: comments, trailing commas and layout stay, byte for byte.

A reader of the whole text finds where each member of each object stands; an edit inserts, replaces or cuts one member and
touches nothing else. What was inserted into an object that had members is cut out again without a trace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from findspot.errors import InstallError

_GAP = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_PLAIN = re.compile(r"(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])", re.ASCII)
_REST_OF_LINE = re.compile(r"[ \t]*(?:/\*[^\r\n]*?\*/[ \t]*)*(?://[^\r\n]*)?(?=\r?\n)")
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class _Value:
    """A value between two offsets; ``members`` of an object, None for anything else."""

    start: int
    end: int
    data: Any
    members: tuple[_Member, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    """One member of an object; ``comma`` is the offset of the comma behind it."""

    key: str
    start: int
    value: _Value
    comma: int | None


def get(text: str, path: Sequence[str]) -> Any:
    """Return what stands at ``path``, None if nothing does. ``InstallError`` names the line where ``text`` is broken."""
    chain = _chain(text, path)
    return chain[-1].data if len(chain) > len(path) else None


def put(text: str, path: Sequence[str], entry: Mapping[str, Any]) -> str:
    """Return ``text`` in which the object at ``path`` has the members of ``entry``; its other members stay."""
    if _root(text) is None:
        text = f"{_ended(text)}{{}}{_newline(text)}"
    for key, value in entry.items():
        text = _set(text, [*path, key], value)
    return text


def remove(text: str, path: Sequence[str]) -> str | None:
    """Return ``text`` without the member at ``path`` and the objects that it leaves empty; None if nothing is left."""
    while len(chain := _chain(text, path)) > len(path):
        depth = len(path)
        while depth > 1 and _holds_nothing_else(text, chain[depth - 1]):
            depth -= 1
        text = _cut(text, chain[depth - 1], path[depth - 1])
    root = _root(text)
    blank = root is None or not (root.members or (text[: root.start] + text[root.end :]).strip())
    return None if blank and (root is None or _is_blank(text, root)) else text


def _set(text: str, path: Sequence[str], value: Any) -> str:
    chain = _chain(text, path)
    found, missing = chain[-1], path[len(chain) - 1 :]
    if not missing:
        if found.data == value:
            return text
        indent = _indent_at(text, found.start)
        return text[: found.start] + _rendered(text, value, indent) + text[found.end :]
    for key in reversed(missing[1:]):
        value = {key: value}
    return _insert(text, found, missing[0], value)


def _insert(text: str, parent: _Value, key: str, value: Any) -> str:
    """Return ``text`` with a last member more in the object ``parent``."""
    newline = _newline(text)
    name = f"{json.dumps(key, ensure_ascii=False)}: "
    if parent.members:
        last = parent.members[-1]
        comma = last.comma
        after = last.value.end if comma is None else comma + 1
        indent = _own_line(text, last.start)
        if indent is None:
            piece = f" {name}{json.dumps(value, ensure_ascii=False)}"
            return text[:after] + (f",{piece}" if comma is None else f"{piece},") + text[after:]
        piece = f"{newline}{indent}{name}{_rendered(text, value, indent)}"
        rest = _REST_OF_LINE.match(text, after)
        place = rest.end() if rest else after
        before = text[:after] + ("," if comma is None else "") + text[after:place]
        return before + piece + ("" if comma is None else ",") + text[place:]
    outer = _indent_at(text, parent.start)
    indent = outer + _unit(text)
    inner = text[parent.start + 1 : parent.end - 1]
    kept = inner.rstrip(" \t\r\n")
    tail = inner[len(kept) :] if kept and "\n" in inner[len(kept) :] else f"{newline}{outer}"
    piece = f"{newline}{indent}{name}{_rendered(text, value, indent)}"
    return text[: parent.start + 1] + kept + piece + tail + text[parent.end - 1 :]


def _cut(text: str, parent: _Value, key: str) -> str:
    """Return ``text`` without the last member ``key`` of the object ``parent``."""
    members = parent.members or ()
    index = max(index for index, member in enumerate(members) if member.key == key)
    member = members[index]
    before = members[index - 1] if index else None
    comma = None if before is None else before.comma
    end = member.value.end if member.comma is None else member.comma + 1
    start = len(text[: member.start].rstrip(" \t"))
    ended = len(text[:start].removesuffix("\n").removesuffix("\r"))
    comments = _COMMENT.findall(text, parent.start if before is None else before.value.end, ended)
    # The newline goes, too, unless a comment would go on into what follows.
    open_ended = bool(comments) and comments[-1].startswith("//") and text.endswith(comments[-1], 0, ended)
    if not open_ended or re.match(r"[ \t]*\r?\n", text[end:]):
        start = ended
    if comma is None or member.comma is not None:
        return text[:start] + text[end:]
    return text[:comma] + text[comma + 1 : start] + text[end:]


def _chain(text: str, path: Sequence[str]) -> list[_Value]:
    """Return the root and what is reached from it along ``path``, as far as it exists."""
    root = _root(text)
    chain = [] if root is None else [root]
    for name in path:
        if not chain:
            break
        if chain[-1].members is None:
            _fail(text, chain[-1].start, f"an object is needed to put '{name}' into, and this is none")
        found = [member.value for member in chain[-1].members if member.key == name]
        if not found:
            break
        chain.append(found[-1])
    return chain


def _root(text: str) -> _Value | None:
    start = _gap(text, 0)
    if start == len(text):
        return None
    root = _read(text, start, 0)
    end = _gap(text, root.end)
    if end < len(text):
        _fail(text, end, "something follows the end of the object")
    return root


def _read(text: str, at: int, depth: int) -> _Value:
    if depth > _DEEPEST:
        _fail(text, at, "nested too deeply")
    match text[at : at + 1]:
        case "{":
            return _read_object(text, at, depth)
        case "[":
            return _read_array(text, at, depth)
        case '"':
            found = _STRING.match(text, at)
        case _:
            found = _PLAIN.match(text, at)
    if found is None:
        _fail(text, at, "a value is expected here" if at < len(text) else "the end of the file comes too early")
    return _Value(at, found.end(), json.loads(found[0], parse_int=_whole))


def _whole(digits: str) -> int | float:
    """Return a whole number; Python refuses to read one of thousands of digits exactly."""
    return int(digits) if len(digits) < 1_000 else float(digits)


def _read_object(text: str, start: int, depth: int) -> _Value:
    members: list[_Member] = []
    at = _gap(text, start + 1)
    while text[at : at + 1] != "}":
        name = _STRING.match(text, at)
        if name is None:
            _fail(text, at, "a name in double quotes or '}' is expected here")
        colon = _gap(text, name.end())
        if text[colon : colon + 1] != ":":
            _fail(text, colon, "':' is expected here")
        value = _read(text, _gap(text, colon + 1), depth + 1)
        behind, comma = _behind(text, value.end, "}")
        members.append(_Member(json.loads(name[0]), at, value, comma))
        at = behind
    return _Value(start, at + 1, {member.key: member.value.data for member in members}, tuple(members))


def _read_array(text: str, start: int, depth: int) -> _Value:
    values: list[Any] = []
    at = _gap(text, start + 1)
    while text[at : at + 1] != "]":
        value = _read(text, at, depth + 1)
        values.append(value.data)
        at, _ = _behind(text, value.end, "]")
    return _Value(start, at + 1, values)


def _behind(text: str, end: int, closing: str) -> tuple[int, int | None]:
    """Return where the next member or the end of the list stands, and the offset of the comma before it."""
    at = _gap(text, end)
    if text[at : at + 1] == ",":
        return _gap(text, at + 1), at
    if text[at : at + 1] != closing:
        _fail(text, at, f"',' or '{closing}' is expected here")
    return at, None


def _gap(text: str, at: int) -> int:
    """Return where the blanks and comments from ``at`` on end."""
    found = _GAP.match(text, at)
    return at if found is None else found.end()


def _fail(text: str, at: int, what: str) -> NoReturn:
    line = text.count("\n", 0, at) + 1
    raise InstallError(f"line {line}: {what}")


def _holds_nothing_else(text: str, parent: _Value) -> bool:
    """Return whether ``parent`` has one member and no comment."""
    return len(parent.members or ()) == 1 and _is_blank(text, parent)


def _is_blank(text: str, parent: _Value) -> bool:
    """Return whether an object has no comment between its members."""
    outside = "".join(_outside(text, parent))
    return not outside.strip(" \t\r\n,:{}")


def _outside(text: str, parent: _Value) -> Iterator[str]:
    at = parent.start
    for member in parent.members or ():
        name = _STRING.match(text, member.start)
        yield text[at : member.start]
        yield text[member.start if name is None else name.end() : member.value.start]
        at = member.value.end
    yield text[at : parent.end]


def _own_line(text: str, at: int) -> str | None:
    """Return the blanks between the start of the line and ``at``, None where something else stands there."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return before if "\n" in text[:at] and not before.strip(" \t") else None


def _indent_at(text: str, at: int) -> str:
    """Return the blanks that the line of ``at`` begins with."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _unit(text: str) -> str:
    """Return by how much the file indents: what stands before its first indented name."""
    found = re.search(r'^([ \t]+)"', text, re.MULTILINE)
    return found[1] if found else "  "


def _rendered(text: str, value: Any, indent: str) -> str:
    """Return ``value`` as JSON in the layout of ``text``, for a line indented by ``indent``; lists stay on one line."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = indent + _unit(text)
    members = [
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_rendered(text, member, inner)}"
        for key, member in value.items()
    ]
    newline = _newline(text)
    return f"{{{newline}{f',{newline}'.join(members)}{newline}{indent}}}"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _ended(text: str) -> str:
    """Return ``text`` with a newline at its end, unless it is empty."""
    return text if not text.strip() or text.endswith("\n") else text + _newline(text)
