"""Text on a terminal: what must be written out instead of being shown, and how many columns the rest takes.

Pure functions. File names, symbols, code and messages come from strangers. Characters that steer a terminal, turn the
direction of text or cannot be seen at all are written as escapes, so that what is read is what is there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls
    "\u00ad\u061c\u180e\ufeff"  # a soft hyphen, marks of direction and of byte order
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line ends, directions
    "\ufff9-\ufffb\U0001d173-\U0001d17a"  # interlinear and musical controls
    "\U000e0000-\U000e0fff"  # tags and the selectors after them
    "\ud800-\udfff]"  # bytes of a name that are no UTF-8
)
"""What is never shown as it is."""

_TAB = 4


def visible(text: str) -> str:
    """Return ``text`` on one line with what steers a terminal or cannot be seen written out."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda found: _escape(found[0]), text)


def _escape(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that Python could not decode
        code -= 0xDC00
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def columns(letter: str) -> int:
    """Return how many columns one character takes: 2 in East Asian scripts and for emoji, 0 where it is drawn over another."""
    if letter.isascii():
        return 1
    if unicodedata.east_asian_width(letter) in "WF":
        return 2
    return 0 if unicodedata.category(letter) in {"Mn", "Me"} or "\u1160" <= letter <= "\u11ff" else 1


def width(text: str) -> int:
    """Return how many columns a visible text takes."""
    return len(text) if text.isascii() else sum(map(columns, text))


def cut(text: str, room: int) -> str:
    """Return a visible text, cut to ``room`` columns with ``...`` at its end where it is wider."""
    if width(text) <= room:
        return text
    return f"{_head(text, room - 3)}..."


def _head(text: str, room: int) -> str:
    for place, letter in enumerate(text):
        room -= columns(letter)
        if room < 0:
            return text[:place]
    return text


class Stretch(NamedTuple):
    """A visible part of a line: whether it is what was looked for, and what kind of code it is (``""`` where that is not known)."""

    text: str
    hit: bool
    kind: str = ""


def shown(text: str, hits: Sequence[tuple[int, int]], room: int, code: Sequence[tuple[str, str]] = ()) -> list[Stretch]:
    """Return a line of code as visible stretches that fit into ``room`` columns.

    ``hits`` are half-open ranges of characters, in order; ``code`` are the parts of the line with the kind of each. A line
    that is too wide is cut around its first hit.
    """
    stretches = list(_stretches(text, hits, code))
    if _width_of(stretches) <= room:
        return stretches
    first = next((at for at, one in enumerate(stretches) if one.hit), None)
    if first is None:
        return _fitting(stretches, room)
    ahead, hit = _width_of(stretches[:first]), width(stretches[first].text)
    if ahead + hit <= room - 3:
        return _fitting(stretches, room)
    # The hit would not be seen: leave out the beginning, but for what leads to it; all that fits where the line ends soon.
    lead = max(0, (room - 6 - hit) // 2, room - 3 - _width_of(stretches[first:]))
    kept = _behind(stretches[:first], lead)
    return [_LEFT_OUT, *_fitting([*kept, *stretches[first:]], room - 3)]


def table_lines(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows of as many cells each, in columns, without what would steer a terminal."""
    seen = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*seen, strict=True)]
    for row in seen:
        cells = (f"{cell}{' ' * (room - width(cell))}" for cell, room in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


_LEFT_OUT = Stretch("...", hit=False)


def _width_of(stretches: Sequence[Stretch]) -> int:
    return sum(width(one.text) for one in stretches)


def _fitting(stretches: Sequence[Stretch], room: int) -> list[Stretch]:
    if _width_of(stretches) <= room:
        return list(stretches)
    fitting: list[Stretch] = []
    left = room - 3
    for one in stretches:
        head = _head(one.text, left)
        if head:
            fitting.append(one._replace(text=head))
        left -= width(head)
        if len(head) < len(one.text):
            break
    return [*fitting, _LEFT_OUT]


def _behind(stretches: Sequence[Stretch], room: int) -> list[Stretch]:
    """Return the end of ``stretches``, as much as fits."""
    kept: list[Stretch] = []
    for one in reversed(stretches):
        tail = _head(one.text[::-1], room)[::-1]
        if tail:
            kept.insert(0, one._replace(text=tail))
        room -= width(tail)
        if len(tail) < len(one.text):
            break
    return kept


def _stretches(text: str, hits: Sequence[tuple[int, int]], code: Sequence[tuple[str, str]]) -> Iterator[Stretch]:
    """Yield the line between the borders of its hits and kinds, with tabs as spaces."""
    ends = list(accumulate(len(part) for part, _ in code))
    borders = sorted({0, len(text), *(min(at, len(text)) for at in (*ends, *(at for hit in hits for at in hit)))})
    column = part = 0
    for start, end in pairwise(borders):
        while part < len(ends) and ends[part] <= start:
            part += 1
        expanded = []
        for letter in text[start:end]:
            drawn = " " * (_TAB - column % _TAB) if letter == "\t" else visible(letter)
            column += width(drawn)
            expanded.append(drawn)
        yield Stretch(
            "".join(expanded),
            any(first <= start < last for first, last in hits),
            code[part][1] if part < len(code) else "",
        )
