"""What may be asked of an engine: texts, lengths and scopes are checked before anything is looked up (I-17)."""

from __future__ import annotations

from collections.abc import Sequence

from findspot.config import MAX_TEXT
from findspot.errors import QueryError
from findspot.workspace.walker import clean_prefix

_MAX_RESULTS = 1000


def checked_text(text: str) -> str:
    """Return the text of a query or report; raises ``QueryError`` when it is empty or far too long."""
    if not text.strip():
        raise QueryError("the text is empty; say what you are looking for")
    if len(text) > MAX_TEXT:
        raise QueryError(
            f"the text has {len(text):,} characters, at most {MAX_TEXT:,} are taken; cut it down to what matters"
        )
    return text


def checked_length(wanted: int | None, usual: int) -> int:
    """Return how many results are wanted, ``usual`` when nothing is said; raises ``QueryError``."""
    length = usual if wanted is None else wanted
    if not 1 <= length <= _MAX_RESULTS:
        raise QueryError(f"top_k must be from 1 to {_MAX_RESULTS}, not {length}")
    return length


def checked_scope(scope: Sequence[str]) -> tuple[str, ...]:
    """Return the scope in its plain form, () for the whole root; raises ``OutsideRootError``."""
    cleaned = tuple(clean_prefix(path) for path in scope)
    return () if "" in cleaned else cleaned
