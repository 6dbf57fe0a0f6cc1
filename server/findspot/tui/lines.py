"""What the list and the preview have in common: lines of styled text, drawn when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from findspot.tui.words import Piece


class Lines(ScrollView, can_focus=False):
    """Scrolled lines; the styles of pieces are component classes ``lines--NAME``, see ``look``."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"lines--{name}"
        for name in (
            *(
                "plain",
                "faint",
                "path",
                "title",
                "high",
                "middle",
                "low",
                "mark",
                "number",
                "hit",
                "span",
                "row",
                "cursor",
            ),
            *("keyword", "string", "comment", "function", "type", "decorator", "operator"),
        )
    }

    def pieces(self, line: int) -> tuple[Sequence[Piece], str]:
        """Return the pieces of a line (from 0) and the style of the whole line; overridden."""
        raise NotImplementedError

    def style_of(self, names: str) -> Style:
        """Return the style of a piece; of several names, with spaces between, the later ones count more."""
        styles = [self.get_component_rich_style(f"lines--{name}", partial=True) for name in names.split()]
        return Style.combine(styles)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window."""
        line = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if line >= self.virtual_size.height:
            return Strip.blank(width, self.rich_style)
        pieces, whole = self.pieces(line)
        base = self.rich_style + self.style_of(whole)
        strip = Strip([Segment(text, base + self.style_of(style)) for text, style in pieces if text])
        return strip.adjust_cell_length(width, base)
