"""What a model reads of a tool's answer: short lines, each place marked with a name by which it can be cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from findspot.agent.protocol import Place
from findspot.core.types import SearchResult
from findspot.service.messages import Message, ResultFields
from findspot.service.tools import (
    CodeFound,
    CommitsFound,
    DefinitionsFound,
    FilesFound,
    FileText,
    LinesFound,
    NodesFound,
    RelatedFound,
)

_SHOWN = 160
"""Characters of a line of code that are shown."""

_MOST_PLACES = 400
"""Places of one run that get a name; what is seen beyond them is shown without."""

_MORE = "(there is more; narrow the question down)"


class _Line(NamedTuple):
    """A line to show, and the place it is about: path, first and last line, symbol; a path of "" is no place."""

    text: str
    path: str = ""
    start_line: int = 1
    end_line: int = 1
    symbol: str | None = None


class Places:
    """Gives each place of a run a name, a number from 1 on; the same place has the same name."""

    def __init__(self, candidates: Iterable[SearchResult]) -> None:
        self._names: dict[tuple[str, int, int], Place] = {}
        for one in candidates:
            self._named(_Line("", one.path, one.span.start_line, one.span.end_line, one.symbol))

    @property
    def by_name(self) -> Mapping[str, Place]:
        """Every place by its name, in the order in which they were seen."""
        return MappingProxyType({place.name: place for place in self._names.values()})

    def _named(self, line: _Line) -> Place | None:
        key = (line.path, line.start_line, line.end_line)
        known = self._names.get(key)
        if known is None and len(self._names) < _MOST_PLACES:
            known = Place(str(len(self._names) + 1), *key, line.symbol)
            self._names[key] = known
        return known

    def text(self, answer: Message, limit: int) -> str:
        """Return an answer in lines of text, at most ``limit`` bytes of UTF-8; places that are shown get their names."""
        shown: list[str] = []
        room = limit - len(_MORE) - 1
        for line in _lines(answer):
            # The number of a place has at most four signs; it is given only to what is shown.
            if len(line.text.encode("utf-8", "replace")) + 8 > room:
                shown.append(_MORE)
                break
            place = self._named(line) if line.path else None
            text = f"[{place.name}] {line.text}" if place is not None else line.text
            room -= len(text.encode("utf-8", "replace")) + 1
            shown.append(text)
        text = "\n".join(shown)
        return text if len(text.encode("utf-8", "replace")) <= limit else ""


def cut(text: str, limit: int) -> str:
    """Return the beginning of a text, at most ``limit`` bytes of UTF-8."""
    return text.encode("utf-8", "replace")[: max(limit, 0)].decode("utf-8", "ignore")


def _lines(answer: Message) -> Iterator[_Line]:
    match answer:
        case LinesFound():
            yield from (
                _Line(f"{line.path}:{line.number}: {line.text.strip()[:_SHOWN]}", line.path, line.number, line.number)
                for line in answer.lines
            )
        case FilesFound():
            yield from map(_Line, answer.paths)
        case FileText():
            last = answer.start_line + answer.text.count("\n")
            yield _Line(f"{answer.path}:{answer.start_line}-{last}", answer.path, answer.start_line, last)
            yield from (
                _Line(f"{number}: {text[:_SHOWN]}")
                for number, text in enumerate(answer.text.split("\n"), answer.start_line)
            )
        case DefinitionsFound():
            yield from (
                _Line(
                    f"{one.path}:{one.start_line}-{one.end_line} {one.symbol}: {one.signature[:_SHOWN]}",
                    *(one.path, one.start_line, one.end_line, one.symbol),
                )
                for one in answer.definitions
            )
        case CodeFound():
            yield from map(_result, answer.results)
        case NodesFound():
            yield from (
                _Line(
                    f"{one.path}:{one.start_line}-{one.end_line} @{one.capture} {' '.join(one.text.split())[:_SHOWN]}",
                    *(one.path, one.start_line, one.end_line),
                )
                for one in answer.nodes
            )
        case CommitsFound():
            yield from (_Line(f"{one.commit[:10]} {one.time[:10]} {one.subject}") for one in answer.commits)
        case RelatedFound():
            yield from _related(answer)
        case _:
            yield _Line(str(answer.to_json()))
    if getattr(answer, "truncated", False):
        yield _Line(_MORE)
    elif not any(len(value) for value in vars(answer).values() if isinstance(value, tuple | str)):
        yield _Line("(nothing found)")


def _result(one: ResultFields) -> _Line:
    start, end = getattr(one, "start_line", 1), getattr(one, "end_line", 1)
    return _Line(f"{one.path}:{start}-{end} {one.kind} {one.symbol or ''}".rstrip(), one.path, start, end, one.symbol)


def _related(answer: RelatedFound) -> Iterator[_Line]:
    if answer.symbol is not None:
        yield _result(answer.symbol)
    groups: tuple[tuple[str, Callable[[RelatedFound], Iterable[ResultFields]]], ...] = (
        ("used by", lambda found: found.callers),
        ("uses", lambda found: found.callees),
        ("tests", lambda found: found.tests),
        ("similar", lambda found: found.neighbours),
    )
    for title, of in groups:
        lines = [_result(one) for one in of(answer)]
        if lines:
            yield _Line(f"{title}:")
            yield from lines
