"""The lines around the list and the preview, in styles."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from textual.content import Content

from findspot.core.columns import visible, width
from findspot.core.why import why
from findspot.tui.session import Row
from findspot.tui.words import Piece, lines_text, path_text, percent

_STYLES: Final = {"good": "$success", "busy": "$warning", "bad": "$error", "plain": "", "faint": "$faint"}

_LEAST_ROOT = 12


def styled(pieces: Sequence[Piece]) -> Content:
    """Return the pieces of the status line in their styles."""
    return Content.assemble(*((text, _STYLES[style]) for text, style in pieces))


def scope_text(
    root: str, *, inside: str, only: str, localize: bool, places: int | None, marked: int, room: int
) -> Content:
    """Return the first line: what is searched and how; ``root`` is cut where it does not fit into ``room`` columns."""
    parts = [
        (f"in {inside}" if inside else "whole root", "$accent" if inside else "$faint"),
        (only, "$accent"),
        ("localize" if localize else "search", "$accent bold" if localize else "$faint"),
        ("" if places is None else f"{places} places", "$faint"),
        (f"{marked} marked" if marked else "", "$accent"),
    ]
    shown = [(f"  {text}", style) for text, style in parts if text]
    left = room - len("findspot") - 2 - sum(width(text) for text, _ in shown)
    named = path_text(root, max(_LEAST_ROOT, left))
    return Content.assemble(("findspot", "$accent bold"), ("  " + named, "$foreground"), *shown)


def place_text(row: Row, cwd: Path) -> str:
    """Return ``path:line`` as seen from the current folder."""
    try:
        path = os.path.relpath(row.file, cwd)
    except ValueError:  # another drive on Windows
        path = str(row.file)
    return f"{path}:{row.line}"


def place_content(row: Row) -> Content:
    """Return what stands above the preview: the place, and why it is here."""
    result = row.result
    parts = [
        Content.styled(f"{visible(result.path)}:{lines_text(result)}", "$secondary bold"),
        *([Content.styled(visible(result.symbol), "bold")] if result.symbol else []),
        Content.styled(result.kind, "$faint"),
        *([Content.styled(percent(result), "bold")] if percent(result) else []),
        *([] if result.fresh else [Content.styled("changed since it was indexed", "$warning")]),
    ]
    reasons = why(result)
    head = Content("  ").join(parts)
    return Content("\n").join([head, Content.styled(f"why: {visible(reasons)}", "$faint")]) if reasons else head


def report_text(report: str) -> str:
    """Return what is said of a pasted text: its length and how it begins; "" without one."""
    first = next((line.strip() for line in report.splitlines() if line.strip()), "")
    return f"{report.count(chr(10)) + 1} lines pasted: {first}" if report else ""


def short_path(path: str, roots: list[Path]) -> str:
    """Return a visible path, relative to the root that it lies in."""
    inside = next((Path(path).relative_to(root) for root in roots if Path(path).is_relative_to(root)), Path(path))
    return visible(inside.as_posix())
