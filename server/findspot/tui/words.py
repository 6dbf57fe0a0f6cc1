"""What the view says, in words: pure functions. Nothing of a file or its name gets to the screen as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from findspot.core.columns import visible, width
from findspot.core.types import AnswerStatus, IndexStatus, Progress, SearchResult

Piece = tuple[str, str]
"""A visible text, and the name of its style."""


def path_text(path: str, room: int) -> str:
    """Return a visible path, cut at its beginning, where it says least, to ``room`` columns."""
    text = visible(path)
    if width(text) <= room:
        return text
    while text and width(text) > room - 1:
        text = text[1:]
    return f"…{text}"


def title_of(result: SearchResult) -> str:
    """Return what a result is called: its symbol, else its kind."""
    return visible(result.symbol) if result.symbol else result.kind


def percent(result: SearchResult) -> str:
    """Return how likely a result is the right place, "" where that is not known."""
    return "" if result.probability is None else f"{result.probability:.0%}"


def likely(result: SearchResult) -> str:
    """Return the style of that number."""
    probability = result.probability or 0.0
    return "high" if probability >= 0.6 else "middle" if probability >= 0.25 else "low"


def lines_text(result: SearchResult) -> str:
    """Return the lines of a result: ``12`` or ``12-40``."""
    span = result.span
    return f"{span.start_line}" if span.start_line == span.end_line else f"{span.start_line}-{span.end_line}"


def home_path(path: Path, home: Path | None) -> str:
    """Return a visible path, with ``~`` for the home folder."""
    if home is not None and path.is_relative_to(home) and home != Path(path.anchor):
        return visible(f"~/{path.relative_to(home).as_posix()}".removesuffix("/."))
    return visible(str(path))


def index_pieces(states: Sequence[IndexStatus | str], step: Progress | str | None) -> list[Piece]:
    """Return how far the index is: what is being done, or how much it holds."""
    known = [state for state in states if isinstance(state, IndexStatus)]
    failed = [state for state in states if isinstance(state, str)]
    files = sum(state.files for state in known)
    if isinstance(step, str):
        return [("◌ ", "busy"), ("another process is indexing", "busy")]
    if isinstance(step, Progress) and step.phase != "done":
        return [("◐ ", "busy"), (_step_text(step), "busy")]
    if failed:
        return [("✕ ", "bad"), (visible(failed[0]), "bad")]
    message = next((state.message for state in known if state.message), "")
    holes = sum(state.holes for state in known)
    pieces = [("● ", "good" if known and all(state.complete for state in known) else "busy")]
    pieces.append((f"{files:,} files" if known else "opening the index", "plain"))
    if holes:
        pieces.append((f", {holes:,} without a vector", "plain"))
    if message:
        pieces.append((f" · {visible(message)}", "bad"))
    return pieces


def _step_text(step: Progress) -> str:
    if step.phase == "scanning":
        return f"looking for files: {step.done:,}"
    unit = "files" if step.phase == "indexing" else "vectors"
    total = "" if not step.total else f" of {step.total:,}"
    share = "" if not step.total else f" {_bar(step.done / step.total)}"
    return f"{step.phase} {step.done:,}{total} {unit}{share}"


def _bar(share: float) -> str:
    done = round(8 * min(1.0, share))
    return "━" * done + "╌" * (8 - done)


def answer_pieces(status: AnswerStatus, *, localize: bool) -> list[Piece]:
    """Return what an answer was made of (I-13)."""
    pieces: list[Piece] = [] if status.complete else [("not complete yet", "busy"), (" · ", "faint")]
    if status.by_meaning or (status.dense and not status.lexical):
        pieces.append(("meaning only", "plain"))
    elif status.lexical and not status.dense:
        pieces.append(("lexical only", "busy"))
    else:
        pieces.append(("words and meaning", "plain"))
    if localize:
        said = "model applied" if status.model_applied else visible(status.model)
        pieces += [(" · ", "faint"), (said, "plain" if status.model_applied else "busy")]
    seconds = status.elapsed_seconds
    return [*pieces, (" · ", "faint"), (f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s", "faint")]
