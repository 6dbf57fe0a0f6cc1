"""The one line that says what an answer could not look at; pure."""

from __future__ import annotations

from collections.abc import Sequence

from findspot.core.types import ProblemKind

_FEW = 3
"""Results below which an answer says what is left out."""

_SHARE = 10
"""One oversized file to so many indexed ones, and every answer says so: it lacks a good part of the work."""

_WORTH_KNOWING = (
    *(ProblemKind.DATA, ProblemKind.TOO_LARGE, ProblemKind.MINIFIED, ProblemKind.GENERATED),
    *(ProblemKind.ENCODING, ProblemKind.UNREADABLE, ProblemKind.CHECKOUT, ProblemKind.WORKTREE),
    *(ProblemKind.BARE, ProblemKind.SPARSE, ProblemKind.HIDDEN, ProblemKind.IGNORED),
)
"""What a person can do something about, in the order of the line."""

_PLURALS = {
    ProblemKind.DATA: "data files",
    ProblemKind.CHECKOUT: "other checkouts",
    ProblemKind.WORKTREE: "other worktrees",
    ProblemKind.BARE: "bare repositories",
}


def left_out_note(skipped: Sequence[tuple[str, int]], results: int, files: int, wanted: int = _FEW) -> str:
    """Return the line that says what an answer of so many results could not look at; empty where it goes without saying.

    ``files`` is how many the index holds, ``wanted`` how many results were asked for. It is said of an answer with few results, and of every answer where oversized
    files are a good part of the work.
    """
    counts = dict(skipped)
    if results >= min(_FEW, wanted) and counts.get(ProblemKind.TOO_LARGE, 0) * _SHARE < files:
        return ""
    parts = [_counted(kind, counts[kind]) for kind in _WORTH_KNOWING if counts.get(kind)]
    return f"left out: {', '.join(parts)}; 'findspot status --skipped' lists them" if parts else ""


def _counted(kind: ProblemKind, number: int) -> str:
    return f"{number:,} {_PLURALS.get(kind, kind) if number != 1 else kind}"
