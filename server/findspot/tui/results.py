"""The list of results: a cursor, marks, and rows of one line or two, whichever the room allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Region, Size
from textual.message import Message

from findspot.core.columns import cut, width
from findspot.tui.lines import Lines
from findspot.tui.session import Place, Row
from findspot.tui.words import Piece, likely, path_text, percent, title_of

_NUMBER = 5
"""Columns of a probability with the space before it."""


class Results(Lines):
    """The rows of an answer; its owner is told where the cursor is."""

    @dataclass
    class Moved(Message):
        """The cursor is on another row, or on none."""

        row: Row | None

    @dataclass
    class Chosen(Message):
        """A row was clicked twice."""

        row: Row

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.rows: Sequence[Row] = ()
        self.marked: dict[Place, Row] = {}
        self.roomy = False
        self._cursor = 0
        self._held = False
        self._numbers = False

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self._cursor] if self._cursor < len(self.rows) else None

    @property
    def _height(self) -> int:
        return 2 if self.roomy else 1

    def show(self, rows: Sequence[Row], *, keep: bool) -> None:
        """Show an answer; ``keep`` leaves the cursor on a place that was chosen, if the answer has that.

        A cursor that nobody has moved stays on the best place.
        """
        self._held = self._held and keep
        before = self.row if self._held else None
        self.rows = rows
        self._numbers = any(row.result.probability is not None for row in rows)
        places = [row.place for row in rows]
        self._cursor = places.index(before.place) if before and before.place in places else 0
        self._measure()
        self._move_to(self._cursor)

    def hold(self) -> None:
        """Keep the cursor on its place while better answers to the same question come."""
        self._held = True

    def set_roomy(self, *, roomy: bool) -> None:
        """Give each row two lines, or one."""
        self.roomy = roomy
        self._measure()
        self._move_to(self._cursor)

    def _move_to(self, at: int) -> None:
        """Put the cursor on a row, the nearest one there is."""
        self._cursor = max(0, min(at, len(self.rows) - 1))
        top = self._cursor * self._height
        self.scroll_to_region(Region(0, top, 1, self._height), animate=False)
        self.refresh()
        self.post_message(self.Moved(self.row))

    def move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self.hold()
        self._move_to(self._cursor + by)

    def page(self) -> int:
        """Return how many rows are seen at once."""
        return max(1, self.size.height // self._height)

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or unmark it."""
        row = self.row
        if row is not None and self.marked.pop(row.place, None) is None:
            self.marked[row.place] = row
        self.refresh()

    def mark_all(self, *, marked: bool) -> None:
        """Mark every row of the list, or unmark all there are."""
        self.marked = {row.place: row for row in self.rows} if marked else {}
        self.refresh()

    def chosen(self) -> list[Row]:
        """Return the marked rows in the order they were marked, else the one under the cursor."""
        self.hold()
        row = self.row
        return list(self.marked.values()) or ([] if row is None else [row])

    def pieces(self, line: int) -> tuple[Sequence[Piece], str]:
        """Return a line of a row."""
        at, second = divmod(line, self._height)
        row = self.rows[at]
        here = at == self._cursor
        gutter = [
            ("▌" if here and not second else " ", "mark"),
            ("● " if row.place in self.marked and not second else "  ", "mark"),
        ]
        room = max(10, self.scrollable_content_region.width - 3)
        made = self._second(row, room) if second else self._first(row, room)
        return [*gutter, *made], "row cursor" if here else "row"

    def _first(self, row: Row, room: int) -> list[Piece]:
        result = row.result
        number = percent(result)
        numbers = _NUMBER if self._numbers else 0
        room -= numbers
        title = cut(title_of(result), room if self.roomy else max(16, room * 2 // 5))
        style = "title" if result.symbol else "faint"
        path: list[Piece] = []
        used = width(title)
        if not self.roomy:
            place = f"{path_text(result.path, room - used - 2 - 1 - len(str(row.line)))}:{row.line}"
            path = [("  ", "plain"), (place, "path")]
            used += 2 + width(place)
        end = " " * max(0, room - used) + number.rjust(numbers)
        return [(title, style), *path, (end, likely(result))]

    def _second(self, row: Row, room: int) -> list[Piece]:
        result = row.result
        stale = "" if result.fresh else "  changed"
        left = room - len(stale) - 1 - len(str(row.line))
        place = f"{path_text(result.path, left)}:{row.line}"
        kind = f"  {result.kind}" if result.symbol and width(place) + len(stale) + 2 + len(result.kind) <= room else ""
        return [(place, "path"), (kind, "faint"), (stale, "middle")]

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.rows) * self._height)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._measure()
        self._move_to(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """Go to the row that was clicked; twice opens it."""
        at = (event.y + self.scroll_offset.y) // self._height
        if at >= len(self.rows):
            return
        self.hold()
        self._move_to(at)
        if event.chain == 2:
            self.post_message(self.Chosen(self.rows[at]))
