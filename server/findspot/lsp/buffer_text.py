r"""The text of one open buffer, kept in blocks so that an edit costs the same at any size of the text.

Editors send positions as a line and a column. Finding a line means counting line ends, and a Python string is copied
whole by each edit: both are done per block of some ten thousand characters. No block ends between the two characters
of one ``\r\n``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types

from findspot.lsp.convert import Encoding, fitting, units

_BLOCK = 1 << 15
"""Characters of a block after it was cut; edits let a block grow or shrink until it or a neighbour is edited again."""

_EOL = re.compile(r"\r\n|\n|\r")


class BufferText:
    """A text that is edited by the protocol's positions; those beyond a line or the end mean its end."""

    __slots__ = ("_blocks", "_breaks", "_whole")

    def __init__(self, text: str) -> None:
        self._whole: str | None = text
        self._blocks: list[str] = []
        self._breaks: list[int] = []  # line ends in each block

    def __len__(self) -> int:
        return len(self._whole) if self._whole is not None else sum(map(len, self._blocks))

    def __str__(self) -> str:
        if self._whole is None:
            self._whole = "".join(self._blocks)
        return self._whole

    def apply(self, change: types.TextDocumentContentChangeEvent, encoding: Encoding) -> None:
        """Apply one ``didChange`` event."""
        if not isinstance(change, types.TextDocumentContentChangePartial):
            self._whole, self._blocks, self._breaks = change.text, [], []
            return
        if not self._blocks:
            self._fill(slice(0, 0), str(self))
        self._whole = None
        start = self._find(change.range.start, encoding)
        end = max(start, self._find(change.range.end, encoding))
        # The neighbours are cut again too: small blocks join, and no block can end inside of a line end.
        first, last = max(0, start[0] - 1), min(len(self._blocks), end[0] + 2)
        before = "".join(self._blocks[first : start[0]]) + self._blocks[start[0]][: start[1]]
        after = self._blocks[end[0]][end[1] :] + "".join(self._blocks[end[0] + 1 : last])
        self._fill(slice(first, last), before + change.text + after)

    def between(self, found: types.Range, encoding: Encoding, most: int) -> str:
        """Return the text in a range, at most ``most`` characters of it."""
        if not self._blocks:
            self._fill(slice(0, 0), str(self))
        (block, start), (last, end) = (self._find(place, encoding) for place in (found.start, found.end))
        if block >= last:
            return self._blocks[block][start:end][:most] if block == last else ""
        text = self._blocks[block][start:]
        while len(text) < most and block + 1 < last:
            block += 1
            text += self._blocks[block]
        return (text + self._blocks[last][:end])[:most] if block + 1 == last else text[:most]

    def _fill(self, place: slice, text: str) -> None:
        blocks = list(_cut(text))
        self._blocks[place] = blocks
        self._breaks[place] = map(_line_ends, blocks)
        if not self._blocks:
            self._blocks, self._breaks = [""], [0]

    def _find(self, position: types.Position, encoding: Encoding) -> tuple[int, int]:
        """Return the block and the index in it of a position."""
        block, offset, line = 0, 0, position.line
        if line:
            for block, count in enumerate(self._breaks):  # noqa: B007 - the block found is the answer
                if line <= count:
                    break
                line -= count
            else:
                return len(self._blocks) - 1, len(self._blocks[-1])
            ends = _EOL.finditer(self._blocks[block])
            offset = [next(ends).end() for _ in range(line)][-1]
        column = position.character
        while True:
            end = _EOL.search(self._blocks[block], offset) if self._breaks[block] else None
            rest = self._blocks[block][offset : end.start() if end else None]
            taken = units(rest, encoding)
            if column < taken or end is not None or block + 1 == len(self._blocks):
                return block, offset + fitting(rest, column, encoding)
            column -= taken
            block, offset = block + 1, 0


def _cut(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + _BLOCK
        end += text[end - 1 : end + 1] == "\r\n"
        yield text[start:end]
        start = end


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
