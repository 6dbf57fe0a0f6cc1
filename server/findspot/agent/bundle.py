"""Places of the code laid out within a budget of tokens: which lines of each are shown, and what is said of the whole.

Pure functions of their arguments. Places come most certain first and are fitted in that order; a line of a file is shown
once, a text that stands in several files too. One that does not fit is cut to the lines that matter, then named without
code, then counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol

Count = Callable[[str], int]

_HEAD_LINES = 3
"""Lines of the beginning of a cut place: a signature."""

_SLACK = 8
"""Tokens kept free: a text has a few more or fewer than its parts."""

_LEAST_QUERY = 10
"""Characters of the question up to which it is shortened before a note is left out."""

_MIDDLES = 3
"""Lines that matter around which a cut place is shown."""

_LEAST_ROOM = 30
"""Tokens with which nothing can be said of a place."""

_ALIKE = 3
"""Lines from which on a text that was shown before is not shown again."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole neighbouring lines of a file; the first has the number ``start_line``."""

    start_line: int
    lines: tuple[str, ...]

    @property
    def end_line(self) -> int:
        """The number of the last line."""
        return self.start_line + len(self.lines) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """One place; ``number`` counts from 1 once it is laid out.

    ``outer`` are the first lines of the definitions around it, ``body`` its own lines, ``focus`` the numbers of those that
    matter most, best first; ``pieces`` is what is shown of them. ``relation`` says what it has to do with an earlier place,
    ``why`` what speaks for it, ``same_as`` is the number of the place that shows the same text.

    It is shown whole where that takes at most ``least`` tokens or the part ``whole`` of the room that is left, else cut to
    the part ``share`` of it.
    """

    path: str
    symbol: str
    kind: str
    start_line: int
    end_line: int
    body: Piece
    outer: tuple[Piece, ...] = ()
    focus: tuple[int, ...] = ()
    probability: float | None = None
    whole: float = 0.7
    share: float = 0.4
    least: int = 600
    relation: str = ""
    why: str = ""
    fresh: bool = True
    number: int = 0
    pieces: tuple[Piece, ...] = ()
    same_as: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """A laid-out text and what it was made of; ``tokens`` never exceed ``budget_tokens``, both as ``tokenizer`` counts.

    ``merged`` counts places whose lines stand in another one, ``left_out`` those that did not fit.
    """

    query: str
    tokenizer: str
    budget_tokens: int
    notes: tuple[str, ...] = ()
    complete: bool = True
    places: tuple[Place, ...] = ()
    merged: int = 0
    left_out: int = 0
    tokens: int = 0
    text: str = ""


class Form(Protocol):
    """How a bundle is written."""

    def part(self, place: Place) -> str:
        """Return all that one place adds to a text."""
        ...

    def whole(self, bundle: Bundle) -> str:
        """Return the text of a bundle."""
        ...


@dataclass(slots=True)
class _Shown:
    """What stands in a bundle already: lines by file, and texts."""

    lines: dict[str, set[int]] = field(default_factory=dict)
    texts: dict[tuple[str, ...], int] = field(default_factory=dict)

    def left(self, path: str, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
        """Return pieces without the lines that were shown; blank lines alone are nothing."""
        known = self.lines.get(path, set())
        found: list[Piece] = []
        for piece in pieces:
            numbers = [number for number in range(piece.start_line, piece.end_line + 1) if number not in known]
            found += [one for one in _runs(piece, numbers) if any(line.strip() for line in one.lines)]
        return tuple(found)

    def add(self, place: Place) -> None:
        known = self.lines.setdefault(place.path, set())
        for piece in place.pieces:
            known.update(range(piece.start_line, piece.end_line + 1))
        self.texts.setdefault(place.body.lines, place.number)


def laid_out(bundle: Bundle, places: Sequence[Place], count: Count, form: Form) -> Bundle:
    """Return ``bundle`` with as many of ``places`` as fit, and its text.

    Where the frame alone does not fit, the question is shortened and then the last notes are left out.
    """
    bundle = _framed(replace(bundle, left_out=len(places), tokens=bundle.budget_tokens), count, form)
    room = bundle.budget_tokens - count(form.whole(bundle)) - _SLACK
    shown, chosen, merged = _Shown(), dict[int, Place](), 0
    unfit: list[int] = []
    for at, place in enumerate(places):
        fitted = _fitted(replace(place, number=at + 1), room, shown, count, form)
        if fitted is None:
            merged += 1
        elif not (fitted.pieces or fitted.same_as) or (cost := count(form.part(fitted))) > room:
            unfit.append(at)
        else:
            shown.add(fitted)
            chosen[at] = fitted
            room -= cost
    for at in unfit:  # code goes first: a name alone is worth less than the code of a later place
        named = replace(places[at], number=at + 1)
        cost = count(form.part(named))
        if cost > room:
            break
        chosen[at] = named
        room -= cost
    while True:
        numbered = _numbered([chosen[at] for at in sorted(chosen)])
        left = len(places) - len(chosen) - merged
        made = _counted(replace(bundle, places=numbered, merged=merged, left_out=left), count, form)
        if made.tokens <= made.budget_tokens or not chosen:
            return made
        del chosen[max(chosen)]  # what parts add up to is not quite what the whole has


def _numbered(places: Sequence[Place]) -> tuple[Place, ...]:
    """Return places with their numbers in this order, also where one names another."""
    numbers = {place.number: at for at, place in enumerate(places, start=1)}
    return tuple(replace(one, number=numbers[one.number], same_as=numbers.get(one.same_as, 0)) for one in places)


def _framed(bundle: Bundle, count: Count, form: Form) -> Bundle:
    """Return a bundle without places that keeps its budget."""
    while count(form.whole(bundle)) > bundle.budget_tokens - _SLACK and (bundle.query or bundle.notes):
        if len(bundle.query) > _LEAST_QUERY or not bundle.notes:
            bundle = replace(bundle, query=bundle.query[: len(bundle.query) // 2])
        else:
            bundle = replace(bundle, notes=bundle.notes[:-1])
    return bundle


def _counted(bundle: Bundle, count: Count, form: Form) -> Bundle:
    """Return a bundle with its text, which says itself how many tokens it has."""
    text = form.whole(bundle)
    while (tokens := count(text)) != bundle.tokens:
        bundle = replace(bundle, tokens=tokens)
        text = form.whole(bundle)
    return replace(bundle, text=text)


def _fitted(place: Place, room: int, shown: _Shown, count: Count, form: Form) -> Place | None:
    """Return a place with what is shown of it, None if all of that has been shown already."""
    if room < _LEAST_ROOM or not place.body.lines:
        return place
    own = shown.left(place.path, (place.body,))
    if not own:
        return None
    twin = shown.texts.get(place.body.lines) if len(place.body.lines) >= _ALIKE else None
    if twin is not None:
        return replace(place, same_as=twin)
    outer = shown.left(place.path, place.outer)
    whole = replace(place, pieces=(*outer, *own))
    if count(form.part(whole)) <= min(room, max(room * place.whole, place.least)):
        return whole
    return _cut(replace(place, pieces=outer), own, int(room * place.share), count, form)


def _cut(named: Place, own: Sequence[Piece], allowance: int, count: Count, form: Form) -> Place:
    """Return a place with its beginning and as many lines around its focus as fit, or without any code."""
    lines = {piece.start_line + at: line for piece in own for at, line in enumerate(piece.lines)}
    numbers = sorted(lines)
    head = numbers[:_HEAD_LINES]
    middles = [number for number in named.focus if number in lines][:_MIDDLES] or head[:1]

    def around(width: int) -> Place:
        kept = {*head, *(number for number in numbers if any(abs(number - one) <= width for one in middles))}
        pieces = (run for piece in own for run in _runs(piece, sorted(kept)))
        return replace(named, pieces=(*named.pieces, *pieces))

    low, high = -1, max(numbers[-1] - numbers[0], 1)
    while low < high:  # the widest surroundings that fit
        width = (low + high + 1) // 2
        if count(form.part(around(width))) <= allowance:
            low = width
        else:
            high = width - 1
    return around(low) if low >= 0 else replace(named, pieces=())


def _runs(piece: Piece, numbers: Iterable[int]) -> list[Piece]:
    """Return the parts of a piece that hold ``numbers``, which rise."""
    inside = [number for number in numbers if piece.start_line <= number <= piece.end_line]
    breaks = [0, *(at for at, (one, two) in enumerate(pairwise(inside), 1) if two != one + 1), len(inside)]
    found = []
    for start, end in pairwise(breaks):
        if start < end:
            first = inside[start] - piece.start_line
            found.append(Piece(inside[start], piece.lines[first : first + end - start]))
    return found
