"""From what a policy cites to the one valid answer: every place exists, lies in its file, and is cited once.

Nothing that a policy says is trusted. What can be mended is, the rest is left out; if nothing remains the engine's own answer
stands.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from findspot.agent.observing import cut
from findspot.agent.protocol import Citation, State
from findspot.core.types import Answer, Evidence, SearchResult
from findspot.errors import QueryError

if TYPE_CHECKING:
    from findspot.engine import Engine
    from findspot.engine.citing import Cited, Citer

_LOOKED_AT = 10
"""Times as many citations as are wanted that are looked at: some of them may be nowhere."""

_WHY_BYTES = 300
_CHARACTERS = 10_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer, None if no citation holds; and how many were mended to get it, and refused."""

    answer: Answer | None
    repaired: int
    refused: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """A citation that holds: a result of the engine's own answer, or the place in ``found`` that still has to become one."""

    why: str
    result: SearchResult | None
    found: int


def judged(citations: Sequence[Any], state: State, engine: Engine) -> Judged:
    """Return the answer made of citations in their order."""
    citer = engine.explorer().citer(state.question)
    kept: list[_Kept] = []
    found: list[Cited] = []
    repaired = refused = 0
    for one in citations[: _LOOKED_AT * state.wanted]:
        if len(kept) >= state.wanted:
            break
        candidate = _as_candidate(one, state)
        place = None if candidate is not None or not _is_citation(one) else _found(one, state, citer)
        if place is not None:
            candidate = _same(place, state.candidates)
        if not _stands(candidate, place, citer) or _is_repeat(candidate, place, kept, found):
            refused += 1
            continue
        repaired += place is not None and place.mended
        why = cut(" ".join(one.why.split()), _WHY_BYTES)
        kept.append(_Kept(why, candidate, len(found)))
        if candidate is None and place is not None:
            found.append(place)
    if not kept:
        return Judged(None, repaired, refused)
    made, contents = citer.results(found)
    results = tuple(_result(one, rank, made) for rank, one in enumerate(kept, start=1))
    status = state.first.status
    if status.suggested_length is not None:
        status = replace(status, suggested_length=min(status.suggested_length, len(results)))
    return Judged(Answer(results, status, {**state.first.contents, **contents}), repaired, refused)


def own_answer(first: Answer, wanted: int, note: str) -> Answer:
    """Return the engine's own answer, as long as ``localize`` would give it, with a sentence about why it has to stand."""
    status = replace(first.status, notes=(*first.status.notes, *filter(None, [note])))
    return replace(first, results=first.results[:wanted], status=status)


def _is_citation(one: Any) -> bool:
    """Return whether an object is a citation with fields of the right types."""
    return (
        isinstance(one, Citation)
        and all(_is_text(text) for text in (one.path, one.why, one.symbol or ""))
        and all(line is None or type(line) is int for line in (one.start_line, one.end_line))
    )


def _is_text(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= _CHARACTERS


def _as_candidate(one: Any, state: State) -> SearchResult | None:
    """Return the engine's own result that is cited by its very lines."""
    if not _is_citation(one):
        return None
    lines = one.path, one.start_line, one.end_line
    return next((other for other in state.candidates if _lines(other) == lines), None)


def _found(one: Citation, state: State, citer: Citer) -> Cited | None:
    try:
        place = citer.find(one.path, one.start_line, one.end_line, one.symbol, state.level)
    except QueryError as error:
        _log.debug("not cited: %s", error)
        return None
    inside = not state.scope or any(f"{place.row.path}/".startswith(f"{part}/") for part in state.scope)
    return place if inside else None


def _same(place: Cited, candidates: Sequence[SearchResult]) -> SearchResult | None:
    """Return the engine's own result for a place, None where it has none."""
    for one in candidates:
        same = one.path == place.row.path and one.kind == place.kind and one.symbol == place.symbol
        if same and (
            one.span == place.span or (place.symbol and place.touches(one.span.start_line, one.span.end_line))
        ):
            return one
    return None


def _stands(candidate: SearchResult | None, place: Cited | None, citer: Citer) -> bool:
    """Return whether there is such a place in the file as it is now, which may be shorter than the index knows, or gone."""
    if candidate is not None:
        return candidate.fresh or citer.stands(candidate.path, candidate.span)
    return place is not None and citer.stands(place.row.path, place.span)


def _is_repeat(
    candidate: SearchResult | None, place: Cited | None, kept: Sequence[_Kept], found: Sequence[Cited]
) -> bool:
    if candidate is not None:
        return any(one.result is candidate for one in kept)
    return any((one.row.path, one.span) == (place.row.path, place.span) for one in found if place is not None)


def _lines(result: SearchResult) -> tuple[str, int, int]:
    return result.path, result.span.start_line, result.span.end_line


def _result(one: _Kept, rank: int, made: Sequence[SearchResult]) -> SearchResult:
    """Return a kept citation as a result: scores fall with the rank, and a probability is what the engine gave the place."""
    result = made[one.found] if one.result is None else one.result
    evidence = (Evidence("explored", one.why, round(1.0 / rank, 4)),) if one.why else ()
    return replace(result, rank=rank, score=1.0 / rank, stage="explored", evidence=(*evidence, *result.evidence))
