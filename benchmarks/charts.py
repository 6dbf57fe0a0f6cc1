"""Bar charts as SVG: our own few lines, so that a chart is text, small, the same on each machine, and needs no library.

Colours are of a middle lightness and nothing has a background, so a chart can be read on a light and on a dark page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_INK = "#768390"
_COLORS = ("#3f83d8", "#c9732c", "#8a63d2", "#3b9c62")
_WIDTH, _LABEL, _VALUE = 760, 250, 150
_ROW, _BAR = 24, 14
_HEAD = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label (empty where it is that of the bar above), its length, what is written behind it, and its colour."""

    label: str
    value: float
    text: str
    series: int = 0


def bar_chart(
    title: str, bars: Sequence[Bar], *, mark: tuple[float, str] | None = None, legend: Sequence[str] = ()
) -> str:
    """Return a chart of horizontal bars; ``mark`` is a value with a line across all bars, and what it stands for.

    ``legend`` names the series by their number.
    """
    room = _WIDTH - _LABEL - _VALUE
    longest = max([bar.value for bar in bars] + ([mark[0]] if mark else [])) or 1.0
    foot = 26 if mark or legend else 8
    height = _HEAD + _ROW * len(bars) + foot
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
            f' role="img" aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="13" fill="{_INK}">'
        ),
        f'<text x="0" y="18" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for number, bar in enumerate(bars):
        top = _HEAD + _ROW * number
        length = max(1.0, room * bar.value / longest)
        middle = top + _ROW / 2 + 4.5
        color = _COLORS[bar.series % len(_COLORS)]
        lines += [
            f'<text x="{_LABEL - 8}" y="{middle:g}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{_LABEL}" y="{top + (_ROW - _BAR) / 2:g}" width="{length:.1f}" height="{_BAR}" rx="2" fill="{color}"/>',
            f'<text x="{_LABEL + length + 6:.1f}" y="{middle:g}">{escape(bar.text)}</text>',
        ]
    bottom = _HEAD + _ROW * len(bars)
    if mark:
        place = _LABEL + room * mark[0] / longest
        lines += [
            f'<line x1="{place:.1f}" y1="{_HEAD - 4}" x2="{place:.1f}" y2="{bottom + 4}" stroke="{_INK}" stroke-dasharray="3 3"/>',
            f'<text x="{place:.1f}" y="{bottom + 18}" text-anchor="middle" font-size="12">{escape(mark[1])}</text>',
        ]
    left = 0.0
    for series, name in enumerate(legend):
        lines += [
            f'<rect x="{left:g}" y="{bottom + 8}" width="11" height="11" rx="2" fill="{_COLORS[series % len(_COLORS)]}"/>',
            f'<text x="{left + 16:g}" y="{bottom + 18}" font-size="12">{escape(name)}</text>',
        ]
        left += 30 + 7 * len(name)
    return "\n".join([*lines, "</svg>", ""])
