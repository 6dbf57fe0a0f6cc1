"""What a query names, found in the index: definitions by name, files by path or module, frames by line.

A mention has a strength: 1 for a name, written where it counts, that exactly one thing in the index has; less
the more things share it. Names that half the code base shares say nothing and are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from findspot.core.frames import Frame
from findspot.core.query import NamedThing, Query, QueryKind
from findspot.core.ranking.weights import RankingWeights
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.path_lookup import PathTable
from findspot.storage.records import ChunkRow

_Key = TypeVar("_Key")

_MAX_NAMES = 60
_MAX_FRAMES = 30
_MAX_PATHS = 30

_MAX_DEFINERS = 40
"""Definitions of one name up to which it is a mention at all."""

_QUALIFIED = 1.3
"""Strength of ``Class.method`` beside a bare name: both halves agree."""

_METHOD_OF_CLASS = 0.25
"""What a named class lends to each of its methods; they are candidates, the words decide among them."""

_STEM = 0.5
"""A file called like a name, beside a file written out."""

_READ_BY_PEOPLE = re.compile(r"[A-Z]{3,7} /\S*|cell \d+|[\w-]+: \S.*")
"""Names with blanks, of routes, cells, tests and other calls with a function."""

_OWN_OBJECT = ("self.", "this.", "cls.", "super.")


@dataclass(frozen=True, slots=True)
class Mention:
    """How strongly something was meant, the words that show it, and the line where one is named."""

    strength: float
    detail: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Mentions:
    """The strongest mention of each chunk (by name, by frame) and of each file."""

    chunks: dict[int, Mention] = field(default_factory=dict)
    frames: dict[int, Mention] = field(default_factory=dict)
    files: dict[str, Mention] = field(default_factory=dict)


def find_mentions(query: Query, view: IndexView, table: Callable[[], PathTable], weights: RankingWeights) -> Mentions:
    """Look up everything that the query names; ``table`` is called only when it names a path or module."""
    found = Mentions()
    _names(query, view, weights, found)
    if _READ_BY_PEOPLE.fullmatch(query.text):
        called = view.named([query.text], _MAX_DEFINERS + 1).get(query.text, [])
        for chunk in called if len(called) <= _MAX_DEFINERS else []:  # the whole question: each of them is meant
            _keep(found.chunks, chunk, _QUALIFIED, f"names {query.text}")
    for mention in query.paths[:_MAX_PATHS]:
        matches = table().written(mention.path, view.holds_some)
        if not matches and query.kind is QueryKind.PATH:
            matches = table().folder(mention.path, view.holds_some)
        for match in matches:
            _keep(found.files, match.path, match.strength, f"path {mention.path}")
            if mention.line is not None:
                number = view.chunk_at(match.path, mention.line)
                if number is not None:
                    _keep(found.chunks, number, match.strength, f"{mention.path}:{mention.line}", mention.line)
    modules = [named for named in query.names if "." in named.name.text]
    for named in modules[:_MAX_PATHS]:
        parts = named.name.text.split(".")
        for match in table().module(parts, view.holds_some):
            strength = match.strength * weights.mention_zones[named.zone]
            _keep(found.files, match.path, strength, f"module {named.name.text}")
    if query.kind is not QueryKind.PROSE:
        for named in query.names[:_MAX_NAMES]:
            for path in table().stem(named.name.text, view.holds_some):
                _keep(found.files, path, _STEM * weights.mention_zones[named.zone], f"file name {named.name.text}")
    for frame in query.report.frames[:_MAX_FRAMES]:
        _frame(frame, view, table, found)
    return found


def defined_as_written(query: Query, view: IndexView) -> frozenset[int]:
    """Return the chunks that define just the name that a query is: the whole of it, or its end in a folder or file of the rest.

    ``Model.save`` is a method of ``Model``, and not any other ``save``; ``flask.Flask`` is a ``Flask`` below ``flask/``.
    """
    if query.kind is not QueryKind.SYMBOL or not query.names:
        return frozenset()
    parts = query.names[0].name.text.split(".")
    tails = [".".join(parts[at:]) for at in range(len(parts))]
    definers = view.named(tails, _MAX_DEFINERS)
    rows = view.rows({number for numbers in definers.values() for number in numbers})
    found: set[int] = set()
    for at, tail in enumerate(tails):
        ahead = {part.lower() for part in parts[:at]} - {"self", "this", "cls", "super"}
        for number in definers.get(tail, ()):
            row = rows.get(number)
            if row is not None and ahead.issubset(re.split(r"[/.]", row.path.lower())):
                found.add(number)
    return frozenset(found)


def _names(query: Query, view: IndexView, weights: RankingWeights, found: Mentions) -> None:
    keys: dict[NamedThing, list[str]] = {}
    for named in query.names[:_MAX_NAMES]:
        text = named.name.text
        for prefix in _OWN_OBJECT:
            text = text.removeprefix(prefix)
        parts = text.split(".")
        keys[named] = list(dict.fromkeys(".".join(parts[-length:]) for length in (3, 2, 1) if length <= len(parts)))
    wanted = list(dict.fromkeys(key for found_keys in keys.values() for key in found_keys))
    definers = view.named(wanted, _MAX_DEFINERS + 1)
    rows = view.rows({number for numbers in definers.values() for number in numbers})
    for named, tried in keys.items():
        for key in tried:
            ids = [number for number in definers.get(key, ()) if number in rows]
            if not ids:
                continue
            if len(ids) <= _MAX_DEFINERS:
                strength = weights.mention_zones[named.zone] / (1.0 + math.log(len(ids)))
                strength *= _QUALIFIED if "." in key else 1.0
                for number in ids:
                    _keep(found.chunks, number, strength, f"names {key}")
                _classes(named, key, strength, [rows[number] for number in ids], view, found)
            break


def _classes(
    named: NamedThing, key: str, strength: float, rows: Iterable[ChunkRow], view: IndexView, found: Mentions
) -> None:
    """Let the methods of a named class come along."""
    classes = [row for row in rows if row.kind == "class" and row.symbol is not None]
    if named.zone == "code" or not 0 < len(classes) <= 3:
        return
    for row in classes:
        for member in view.chunks_of(row.path):
            if member.symbol is not None and member.symbol.startswith(f"{row.symbol}."):
                _keep(found.chunks, member.id, strength * _METHOD_OF_CLASS, f"of class {key}")


def _frame(frame: Frame, view: IndexView, table: Callable[[], PathTable], found: Mentions) -> None:
    weight = 1.0 / (1.0 + frame.depth)
    function = (frame.function or "").replace("::", ".").rsplit(".", 1)[-1]
    matches = table().written(frame.path, view.holds_some)[:4] if frame.path else []
    for match in matches:
        place = f"{match.path}:{frame.line}" if frame.line else match.path
        detail = f"frame {frame.depth + 1} at {place}"
        strength = weight * match.strength
        number = view.chunk_at(match.path, frame.line) if frame.line else None
        # The line may be of another version of the file; the function's name is steadier.
        same = [row.id for row in view.chunks_of(match.path) if _last(row.symbol) == function] if function else []
        if number is not None and (not same or number in same):
            sure = strength if same or not function else 0.5 * strength
            _keep(found.frames, number, sure, detail, frame.line)
        for other in same[:4]:
            if number not in same:
                _keep(found.frames, other, strength * 0.9, detail)
        if number is not None or same or not function:
            _keep(found.files, match.path, strength, f"file of frame {frame.depth + 1}")
    if not matches and function:
        numbers = view.named([function], 5).get(function, [])
        for number in numbers if len(numbers) < 5 else []:
            _keep(found.frames, number, 0.5 * weight / len(numbers), f"frame {frame.depth + 1} in {frame.function}")


def _last(symbol: str | None) -> str:
    return symbol.rsplit(".", 1)[-1] if symbol else ""


def _keep(found: dict[_Key, Mention], key: _Key, strength: float, detail: str, line: int | None = None) -> None:
    known = found.get(key)
    if known is None or strength > known.strength:
        found[key] = Mention(strength, detail, line)
