"""What an answer is not, in sentences that stand above its list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from findspot.core.filters import NO_FILTER, Filter
from findspot.core.query import NAMES, Query, QueryKind
from findspot.core.types import Answer, AnswerStatus, Related, SearchResult
from findspot.retrieval.localizer import Localization
from findspot.retrieval.overlay import Overlay
from findspot.retrieval.question import analysed
from findspot.retrieval.related import RelatedPlaces
from findspot.retrieval.results import Ranked
from findspot.retrieval.searcher import Searcher

SHORTEST = 3
SHORTEST_WHEN_FLAT = 5
"""Results that the answer to a report has at least, whatever the probabilities: five where not even the first is likelier
right than wrong. The first five hold the right function in three of five reports, a list of one or two in one of three."""

_SURE = 0.5

_NAME_WORDS = 4
"""Words from which on a text is no mere name."""


def shown_length(suggested: int, first: float | None) -> int:
    """Return how many results to show of a list of which ``suggested`` make the best answer."""
    return max(suggested, SHORTEST if first is not None and first >= _SURE else SHORTEST_WHEN_FLAT)


def shown_of(found: Localization, top_k: int | None) -> tuple[Ranked, ...]:
    """Return the results to show: all of them where ``top_k`` were asked for, else as many as ``shown_length`` says."""
    if not found.cut or top_k is not None or found.length is None or not found.results:
        return found.results
    return found.results[: shown_length(found.length, found.results[0].probability)]


def localized(status: AnswerStatus, found: Localization) -> AnswerStatus:
    """Return ``status`` with what a localization knows of its own answer."""
    return replace(
        status,
        in_root_probability=found.here,
        suggested_length=found.length,
        rescored=found.rescored,
        shown=len(shown_of(found, None)),
        complete=status.complete and not found.hurried,
    )


def grouped(places: RelatedPlaces, answer: Answer) -> Related:
    """Return an answer with the results of all groups of ``places``, one behind the other, group by group."""
    left = iter(answer.results)
    groups = {name: tuple(islice(left, len(group))) for name, group in zip(places._fields, places, strict=True)}
    symbol = next(iter(groups.pop("symbol")), None)
    return Related(symbol, **groups, status=answer.status, contents=answer.contents)


def label(
    answer: Answer,
    text: str,
    found: Sequence[Ranked],
    scope: Sequence[str],
    searcher: Searcher,
    overlay: Overlay,
    *,
    filters: Filter = NO_FILTER,
) -> Answer:
    """Return an answer to ``text``, made of ``found`` in the files of ``filters``, with what must be said above its list."""
    if not answer.status.files:
        return answer
    if filters and not found and searcher.is_empty(scope, filters):
        where = f" in {', '.join(scope)}" if scope else ""
        note = f"the filters let none of the indexed files{where} through"
        return replace(answer, status=replace(answer.status, notes=(*answer.status.notes, note)))
    occurs = bool(found[0].sought.terms) if found else searcher.occurs(text, scope, overlay)
    if occurs and answer.status.suggested_length != 0 and len(text.split(None, _NAME_WORDS)) >= _NAME_WORDS:
        return answer
    query = analysed(text)
    return replace(
        answer,
        status=labelled(answer.status, answer.results, query, place_name(scope, filtered=bool(filters)), occurs=occurs),
    )


def place_name(scope: Sequence[str], *, filtered: bool) -> str:
    """Return where was looked, in words."""
    where = f"in {', '.join(scope)}" if scope else "in this root"
    return f"{where}, in the files that the filters let through" if filtered else where


def labelled(
    status: AnswerStatus, results: Sequence[SearchResult], query: Query, where: str, *, occurs: bool
) -> AnswerStatus:
    """Return ``status`` with what must be said of the answer to ``query``: ``occurs`` where a word of it is in the index."""
    if not status.complete:
        where += " so far"
    notes: list[str] = []
    exact = any(result.exact for result in results) if query.kind in NAMES else None
    if query.kind in NAMES and not exact:
        name = query.names[0].name.text if query.kind is QueryKind.SYMBOL and query.names else query.text
        what = "definition" if query.kind is QueryKind.SYMBOL else "file or folder"
        ending = ""
        if results:
            # A constant of a module or class is no definition of the index, but is found where it is written.
            occurs_there = query.kind is QueryKind.SYMBOL and any(_holds(result.text, name) for result in results)
            what = "function, class or type" if occurs_there else what
            ending = "; it occurs here:" if occurs_there else "; similar:"
        notes.append(f"no {what} is called {name} {where}{ending}")
    if not occurs:
        words = "none of these words occurs" if len(query.text.split()) > 1 else "this word does not occur"
        notes.append(f"{words} {where}" + ("; by meaning only:" if results else ""))
    elif status.suggested_length == 0 and status.in_root_probability is not None and results:
        notes.append(f"the place is probably not {where} ({status.in_root_probability:.0%}); the nearest:")
    return replace(status, exact=exact, by_meaning=not occurs and bool(results), notes=(*status.notes, *notes))


def _holds(text: str, name: str) -> bool:
    """Return True if a text holds a name, with whatever its language writes between the parts."""
    written = r"(?:\.|::|->|#)".join(map(re.escape, name.split(".")))
    return re.search(rf"(?<!\w){written}(?!\w)", text) is not None
