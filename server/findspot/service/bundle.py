"""Places of the code as one Markdown text: for a reader, often a model, who cannot look for themselves."""

from __future__ import annotations

from collections.abc import Sequence

from findspot.core.types import AnswerStatus, SearchResult

_REASONS = 3
_HEADING = 120
"""Characters of a question that stand in the heading."""


def bundle(query: str, results: Sequence[SearchResult], status: AnswerStatus, max_chars: int) -> str:
    """Return ``results`` of ``query``, best first, in at most ``max_chars`` characters.

    Each place has its path, lines, reasons and code. One whose code does not fit is named without it, and at the end it is
    said how many were left out.
    """
    title = " ".join(query.split())
    head = f"# Code for: {title[:_HEADING]}{'…' if len(title) > _HEADING else ''}\n"
    for note in (*status.notes, "" if status.complete else "The index is not complete yet; places may be missing."):
        head += f"\n> {note}\n" if note else ""
    if not results:
        return f"{head}\nNothing was found.\n"[:max_chars]
    text, left_out = head, 0
    for result in results:
        whole, short = _entry(result), _line(result)
        # Room is kept for the sentence about what is left out.
        room = max_chars - len(text) - len(_left_out(len(results)))
        shown = whole if len(whole) <= room else short if len(short) <= room else ""
        left_out += not shown
        text += shown
    return text + (_left_out(left_out) if left_out else "")


def _line(result: SearchResult) -> str:
    named = f" `{result.symbol}`" if result.symbol else ""
    return f"\n## {result.rank}. {result.path}:{result.span.start_line}-{result.span.end_line}{named}\n"


def _entry(result: SearchResult) -> str:
    reasons = "; ".join(evidence.detail for evidence in result.evidence[:_REASONS])
    likely = "" if result.probability is None else f"{100 * result.probability:.0f} % likely. "
    fence = "````" if "```" in result.text else "```"
    cut = "\n(cut)" if result.truncated else ""
    stale = "" if result.fresh else " The file has changed since it was indexed; lines may be off."
    return f"{_line(result)}{likely}Why: {reasons or 'its words'}.{stale}\n{fence}\n{result.text}{cut}\n{fence}\n"


def _left_out(count: int) -> str:
    return f"\n{count} more did not fit.\n"
