"""What one request may hold, in every front end: checked before anything is looked up (I-17)."""

from __future__ import annotations

from findspot.errors import QueryError

MAX_TEXT = 200_000
"""Characters of a query or a report: a long issue with its logs. More is a file passed by mistake."""

MAX_RESULTS = 1_000
"""Results of one answer."""

MAX_BUDGET = 60.0
"""Seconds of one answer."""

USUAL_THRESHOLD = 0.2
"""Cosine similarity of what is found by meaning alone, as it is asked for; see ``core.ranking.weights.similarity_floor``."""

LEAST_TOKENS, USUAL_TOKENS, MOST_TOKENS = 100, 4_000, 100_000
"""Tokens of one context."""

MAX_SCOPE = 1_000
"""Files and folders in one scope."""


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
    if not 1 <= length <= MAX_RESULTS:
        raise QueryError(f"top_k must be from 1 to {MAX_RESULTS}, not {length}")
    return length
