"""One question to one root, and one answer from the answers of several."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from findspot.config import Settings
from findspot.core.types import Answer, AnswerStatus, EditorContext, SearchResult
from findspot.service.messages import LocalizeRequest, Question, SearchRequest, SymbolsRequest
from findspot.service.workspaces import Root

if TYPE_CHECKING:
    from findspot.engine import Engine, Unsaved

_LEADING = 3
"""Results of a root that show how much of the question it holds."""

_SHARPNESS = 4
_STEP = 0.25
"""A root that holds half as much comes after all results of the other; one with four fifths after six of them."""

_LEAST_HELD = 1e-3

_STATES = ("indexing", "empty", "failed", "aborted", "ready")
"""From the least finished."""

T = TypeVar("T")
OnPartial = Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What one root answered, each result with what the front end makes of it; ``limit`` is how many were wanted."""

    rows: tuple[tuple[SearchResult, T], ...]
    status: AnswerStatus
    limit: int


@dataclass(frozen=True, slots=True)
class Merged(Generic[T]):
    """One answer from several roots, in order, with ranks and scores of the whole."""

    rows: tuple[tuple[SearchResult, T], ...]
    status: AnswerStatus


Make = Callable[[Root, SearchResult, bytes | None], T]
"""Makes what a front end shows of a result; the bytes are the text that its span counts in, None when that is gone."""


def ask_engine(
    engine: Engine,
    settings: Settings,
    question: Question,
    *,
    scope: Sequence[str] = (),
    exclude: Sequence[str] = (),
    stop: threading.Event | None = None,
    unsaved: Unsaved | None = None,
    on_partial: OnPartial | None = None,
    context: EditorContext | None = None,
) -> Answer:
    """Ask the engine of one root; ``settings`` has what the question leaves open, and whether ``context`` counts.

    Raises what the engine raises.
    """
    if context == EditorContext() or not settings.editor_context:
        context = None
    if context is not None:
        context = engine.uncommitted.added_to(context)
    top_k = settings.top_k if question.top_k is None else question.top_k
    filters = question.filters()
    match question:
        case SearchRequest():
            return engine.search(
                question.query,
                top_k=top_k,
                scope=scope,
                exclude=exclude,
                filters=filters,
                stop=stop,
                unsaved=unsaved,
                context=context,
                threshold=settings.threshold if question.threshold is None else question.threshold,
                explain=question.explain,
            )
        case SymbolsRequest():
            return engine.symbols(
                question.query,
                top_k=top_k,
                scope=scope,
                exclude=exclude,
                filters=filters,
                stop=stop,
                unsaved=unsaved,
            )
        case LocalizeRequest():
            return engine.localize(
                question.text,
                top_k=question.top_k,
                scope=scope,
                exclude=exclude,
                filters=filters,
                level=question.level,
                budget=settings.budget if question.budget is None else question.budget,
                stop=stop,
                on_partial=on_partial,
                unsaved=unsaved,
                context=context,
                threshold=settings.threshold if question.threshold is None else question.threshold,
                explain=question.explain,
            )


def answered(root: Root, answer: Answer, limit: int, make: Make[T]) -> Answered[T]:
    """Return an answer of one root with what the front end makes of each result."""
    # A stale span was counted in a text that is gone.
    rows = tuple(
        (result, make(root, result, answer.contents.get(result.path) if result.fresh else None))
        for result in answer.results
    )
    return Answered(rows, answer.status, limit)


def merge(answers: Sequence[Answered[T]], failures: Sequence[str] = ()) -> Merged[T]:
    """Merge the answers of several roots; that of one keeps the engine's own order and scores.

    Scores of different roots say nothing about each other. What may be compared is how much of the question a root's
    best results hold; it falls with each place of that root's list. So a root that has little to do with the question
    comes after one that has, and roots that hold equally much take turns (decision 0020).
    """
    status = merged_status([answer.status for answer in answers], failures)
    if len(answers) == 1:
        return Merged(answers[0].rows, status)
    rows: list[tuple[SearchResult, T]] = []
    for answer in answers:
        held = max((result.covered for result, _ in answer.rows[:_LEADING]), default=0.0)
        for place, (result, made) in enumerate(answer.rows):
            score = max(held, _LEAST_HELD) ** _SHARPNESS / (1.0 + place * _STEP)
            rows.append((replace(result, score=score), made))
    rows.sort(key=lambda row: (-row[0].score, row[0].path, row[0].span.start_line))
    rows = rows[: max(answer.limit for answer in answers)]
    return Merged(
        tuple((replace(result, rank=rank), made) for rank, (result, made) in enumerate(rows, start=1)), status
    )


def merged_status(statuses: Sequence[AnswerStatus], failures: Sequence[str] = ()) -> AnswerStatus:
    """Return the status of an answer made from one or several roots: the least finished of them counts.

    ``failures`` are messages of roots that could not be searched; with one of them no answer is complete.
    """
    exact = [status.exact for status in statuses if status.exact is not None]
    by_meaning = all(status.by_meaning for status in statuses)
    # What one root lacks is no news where another has it.
    telling = [one for one in statuses if not (any(exact) and not one.exact) and one.by_meaning == by_meaning]
    here = [one.in_root_probability for one in statuses if one.in_root_probability is not None]
    lengths = [one.suggested_length for one in statuses if one.suggested_length is not None]
    return AnswerStatus(
        state=min((status.state for status in statuses), key=_STATES.index),
        complete=not failures and all(status.complete for status in statuses),
        lexical=all(status.lexical for status in statuses),
        dense=all(status.dense for status in statuses),
        model="; ".join(dict.fromkeys(status.model for status in statuses)),
        files=sum(status.files for status in statuses),
        chunks=sum(status.chunks for status in statuses),
        elapsed_seconds=max(status.elapsed_seconds for status in statuses),
        message="; ".join(dict.fromkeys([*(one.message for one in statuses if one.message), *failures])),
        in_root_probability=max(here, default=None),
        suggested_length=sum(lengths) if lengths else None,
        exact=any(exact) if exact else None,
        by_meaning=by_meaning,
        notes=tuple(dict.fromkeys(note for status in telling for note in status.notes)),
        rescored=sum(status.rescored for status in statuses),
    )
