"""Small edits of TOML files: one table is appended, changed or cut; every byte outside it stays.

``tomlkit`` changes the values inside our table. It is not given the whole file, whose blank lines it would shift.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tomlkit

from findspot.errors import InstallError

_STRING_OR_COMMENT = re.compile(
    r"\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*", re.DOTALL
)


def get(text: str, path: Sequence[str]) -> Any:
    """Return what stands at ``path``, None if nothing does. ``InstallError`` names the line where ``text`` is broken."""
    value: Any = _parsed(text)
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def put(text: str, path: Sequence[str], entry: Mapping[str, Any]) -> str:
    """Return ``text`` in which the table ``path`` has the values of ``entry``; its other values stay."""
    old = get(text, path)
    known = old if isinstance(old, dict) else {}
    changed = {name: value for name, value in entry.items() if name not in known or known[name] != value}
    if isinstance(old, dict) and not changed:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    spans = [] if old is None else [(start, end) for start, end, name in _spans(text, path) if name == tuple(path)]
    if not spans:
        table = tomlkit.table()
        table.update(changed)
        block = f"[{'.'.join(path)}]\n{tomlkit.dumps(table)}".replace("\n", newline)
        apart = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
        return _checked(text, text + apart + block, path, entry)
    start, end = spans[0]
    section = tomlkit.parse(text[start:end])
    place: Any = section
    for name in path:
        place = place[name]
    place.update(changed)
    return _checked(text, text[:start] + tomlkit.dumps(section) + text[end:], path, entry)


def remove(text: str, path: Sequence[str]) -> str | None:
    """Return ``text`` without the table ``path`` and what lies in it; None if nothing is left."""
    if get(text, path) is None:
        return text
    for start, end, _ in reversed(_spans(text, path)):
        before = re.sub(r"(\A|\n)\r?\n\Z", r"\1", text[:start])
        text = before + text[end:]
    return text if text.strip() else None


def _spans(text: str, path: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return where the table ``path`` and the tables in it stand, without the comments that lead to what follows, and their names."""
    spans: list[tuple[int, int, tuple[str, ...]]] = []
    headers = [*_headers(text), (len(text), ())]
    for (start, name), (following, _) in itertools.pairwise(headers):
        if list(name[: len(path)]) == list(path):
            lines = text[start:following].splitlines(keepends=True)
            while not lines[-1].strip() or lines[-1].lstrip().startswith("#"):
                lines.pop()
            spans.append((start, start + sum(map(len, lines)), name))
    if not spans or get(text, path) is None:
        raise _by_hand(text, path)
    return spans


def _by_hand(text: str, path: Sequence[str]) -> InstallError:
    line = next((number for number, line in enumerate(text.splitlines(), 1) if path[0] in line), 1)
    return InstallError(f"line {line}: '{path[0]}' is not written as tables of their own; make this change by hand")


def _headers(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield offset and name of each ``[table]`` of a valid text; the items of lists have the name of the list."""
    plain = _STRING_OR_COMMENT.sub(lambda found: ("#" if found[0][0] == "#" else "x") * len(found[0]), text)
    at = depth = 0
    for line in plain.split("\n"):
        if depth == 0 and line.lstrip().startswith("["):
            yield at, _name(text[at : at + len(line)].strip())
        else:
            depth += sum((letter in "[{") - (letter in "]}") for letter in line)
        at += len(line) + 1


def _name(header: str) -> tuple[str, ...]:
    name = []
    value: Any = tomllib.loads(header)
    while value:
        value = value[0] if isinstance(value, list) else value
        for key, inner in value.items():
            name.append(key)
            value = inner
    return tuple(name)


def _checked(before: str, after: str, path: Sequence[str], entry: Mapping[str, Any]) -> str:
    """Return ``after`` if it has ``entry`` now: nothing can be added to a list, or to a table that is written between braces."""
    try:
        found = get(after, path)
    except InstallError:
        found = None
    if not isinstance(found, dict) or not entry.items() <= found.items():
        raise _by_hand(before, path)
    return after


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except RecursionError:
        raise InstallError("line 1: nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits is one without a place
        what, _, place = str(error).partition(" (at ")
        found = re.match(r"line (\d+)", place)
        raise InstallError(f"line {found[1] if found else text.count(chr(10)) + 1}: {what}") from None
