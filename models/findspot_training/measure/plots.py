"""Plots as SVG text: grouped bars and curves. No library, no script, nothing fetched when the page is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 24, 56, 48
_COLOURS = ("#2364aa", "#ea7317", "#3da35d", "#9b5de5", "#b23a48", "#7a7a7a")

Point = tuple[float, float]


def bars(title: str, groups: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> str:
    """Draw shares (0 to 1) as bars: one group per name in ``groups``, in it one bar per series."""
    parts = [*_frame(title, list(series)), *_shares()]
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(groups))
    width = step * 0.8 / max(1, len(series))
    for position, group in enumerate(groups):
        left = _LEFT + position * step + step * 0.1
        for number, (name, values) in enumerate(series.items()):
            value = values[position]
            if value is None:
                continue
            height = value * (_HEIGHT - _TOP - _BOTTOM)
            parts.append(
                f'<rect x="{left + number * width:.1f}" y="{_HEIGHT - _BOTTOM - height:.1f}" width="{width * 0.92:.1f}" '
                f'height="{height:.1f}" fill="{_colour(number)}"><title>{escape(name)}, {escape(group)}: '
                f"{100 * value:.1f} %</title></rect>"
            )
        # Many names stand in two lines by turns, or they would run into each other.
        drop = 32 if len(groups) > 6 and position % 2 else 16
        parts.append(_text(left + step * 0.4, _HEIGHT - _BOTTOM + drop, group, "middle"))
    return _svg(parts)


def curves(
    title: str, series: Mapping[str, Sequence[Point]], marks: Sequence[tuple[float, str]], *, diagonal: bool = False
) -> str:
    """Draw points (x, share from 0 to 1) joined by lines; ``marks`` labels places of the x axis."""
    parts = [*_frame(title, list(series)), *_shares()]
    everything = [x for points in series.values() for x, _ in points] + [x for x, _ in marks]
    low, high = min(everything, default=0.0), max(everything, default=1.0)

    def place(point: Point) -> Point:
        share = (point[0] - low) / ((high - low) or 1.0)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - point[1] * (_HEIGHT - _TOP - _BOTTOM)

    for at, label in marks:
        parts.append(_text(place((at, 0.0))[0], _HEIGHT - _BOTTOM + 16, label, "middle"))
    if diagonal:
        (x1, y1), (x2, y2) = place((0.0, 0.0)), place((1.0, 1.0))
        parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#bbb"/>')
    for number, points in enumerate(series.values()):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, points))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{_colour(number)}" stroke-width="2"/>')
    return _svg(parts)


def _frame(title: str, names: Sequence[str]) -> list[str]:
    """Return the title and the legend."""
    parts = [f'<text x="{_LEFT}" y="18" font-size="15" font-weight="600">{escape(title)}</text>']
    left = float(_LEFT)
    for number, name in enumerate(names):
        parts.append(f'<rect x="{left:.1f}" y="30" width="10" height="10" fill="{_colour(number)}"/>')
        parts.append(_text(left + 15, 39, name))
        left += 30 + 7 * len(name)
    return parts


def _shares() -> list[str]:
    """Return the lines and labels of an axis from 0 to 100 %."""
    parts = []
    for percent in range(0, 101, 20):
        y = _HEIGHT - _BOTTOM - percent / 100 * (_HEIGHT - _TOP - _BOTTOM)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(_LEFT - 6, y + 4, f"{percent} %", "end"))
    return parts


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}">{escape(text)}</text>'


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _svg(parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-family="system-ui, sans-serif" fill="#222">'
        + "".join(parts)
        + "</svg>"
    )
