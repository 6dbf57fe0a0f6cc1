"""Text on a terminal: what must be written out instead of being shown, and how many columns the rest takes.

Pure functions. File names, symbols, code and messages come from strangers. Characters that steer a terminal, turn the
direction of text or cannot be seen at all are written as escapes, so that what is read is what is there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

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


def shown(text: str, hits: Sequence[tuple[int, int]], room: int) -> list[tuple[str, bool]]:
    """Return a line of code as visible pieces that fit into ``room`` columns, each with whether it is a hit.

    ``hits`` are half-open ranges of characters, in order. A line that is too wide is cut around its first hit.
    """
    pieces = [(piece, hit) for piece, hit in _pieces(text, hits) if piece]
    if sum(width(piece) for piece, _ in pieces) <= room:
        return pieces
    first = next((at for at, (_, is_hit) in enumerate(pieces) if is_hit), None)
    if first is None:
        return _fitting(pieces, room)
    ahead, hit = "".join(piece for piece, _ in pieces[:first]), pieces[first][0]
    if width(ahead) + width(hit) <= room - 3:
        return _fitting(pieces, room)
    # The hit would not be seen: leave out the beginning, but for a little of what leads to it.
    lead = max(0, (room - 6 - width(hit)) // 2)
    kept = ahead
    while width(kept) > lead:
        kept = kept[1:]
    return [("...", False), *_fitting([(kept, False), *pieces[first:]], room - 3)]


def _fitting(pieces: Sequence[tuple[str, bool]], room: int) -> list[tuple[str, bool]]:
    if sum(width(piece) for piece, _ in pieces) <= room:
        return list(pieces)
    fitting: list[tuple[str, bool]] = []
    left = room - 3
    for piece, hit in pieces:
        head = _head(piece, left)
        fitting.append((head, hit))
        left -= width(head)
        if len(head) < len(piece):
            break
    return [*fitting, ("...", False)]


def _pieces(text: str, hits: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yield the stretches of a line between the borders of its hits, with tabs as spaces."""
    column = place = 0
    for start, end in (*hits, (len(text), len(text))):
        for piece, hit in ((text[place:start], False), (text[start:end], True)):
            expanded = []
            for letter in piece:
                drawn = " " * (_TAB - column % _TAB) if letter == "\t" else visible(letter)
                column += width(drawn)
                expanded.append(drawn)
            yield "".join(expanded), hit
        place = end
