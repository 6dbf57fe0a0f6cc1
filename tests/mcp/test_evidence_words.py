"""Each kind of evidence that an answer may carry can be said to a model."""

from __future__ import annotations

from typing import get_args, get_type_hints

from findspot.core.types import Evidence, SearchResult, Span
from findspot.mcp import prose


def test_every_kind_of_evidence_has_a_word() -> None:
    kinds = get_args(get_type_hints(Evidence)["kind"])
    for kind in set(kinds) - {"encoding"}:  # which says something of the file, and no reason
        evidence = (Evidence(kind, "why", 1.0),)
        place = SearchResult("a.py", "f", "function", Span(0, 1, 1, 1), 1.0, 1, "explored", evidence, True, "x")
        assert prose.why(place) == [prose._WORDS[kind]]
