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
    if isinstance(old, dict) and entry.items() <= old.items():
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    if old is None:
        table = tomlkit.table()
        table.update(entry)
        block = f"[{'.'.join(path)}]\n{tomlkit.dumps(table)}".replace("\n", newline)
        apart = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
        return _checked(text, text + apart + block, path)
    start, end = _spans(text, path)[0]
    section = tomlkit.parse(text[start:end])
    place: Any = section
    for name in path:
        place = place[name]
    place.update(entry)
    return _checked(text, text[:start] + tomlkit.dumps(section) + text[end:], path)


def remove(text: str, path: Sequence[str]) -> str | None:
    """Return ``text`` without the table ``path`` and what lies in it; None if nothing is left."""
    if get(text, path) is None:
        return text
    for start, end in reversed(_spans(text, path)):
        before = re.sub(r"(\A|\n)\r?\n\Z", r"\1", text[:start])
        text = before + text[end:]
    return text if text.strip() else None


def _spans(text: str, path: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the table ``path`` and the tables in it stand, without the comments that lead to what follows."""
    spans: list[tuple[int, int]] = []
    headers = [*_headers(text), (len(text), ())]
    for (start, name), (following, _) in itertools.pairwise(headers):
        if list(name[: len(path)]) == list(path):
            lines = text[start:following].splitlines(keepends=True)
            while not lines[-1].strip() or lines[-1].lstrip().startswith("#"):
                lines.pop()
            spans.append((start, start + sum(map(len, lines))))
    if not spans or get(text, path) is None:
        line = next((number for number, line in enumerate(text.splitlines(), 1) if path[0] in line), 1)
        raise InstallError(f"line {line}: '{path[0]}' is not written as tables of their own; make this change by hand")
    return spans


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


def _checked(before: str, after: str, path: Sequence[str]) -> str:
    """Return ``after`` if it is still TOML: nothing can be added to a table that is written between braces."""
    try:
        tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        _spans(before, path)
        raise
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
