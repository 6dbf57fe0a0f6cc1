"""A context bundle: the code that a question is about, in one text within a budget of tokens.

The places come from the localizer, most certain first; around each stand the beginnings of the definitions that hold it, and
behind the surest of them tests and callers. The same text, index and options give the same bytes, unless the time that was
set for the model runs out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from findspot.agent.bundle import Bundle, Count, Piece, Place, laid_out
from findspot.agent.forms import FORMS
from findspot.agent.tokens import TOKENIZER
from findspot.cancellation import check
from findspot.config import Settings
from findspot.core.types import AnswerStatus, EditorContext, SearchResult
from findspot.errors import QueryError
from findspot.service.messages import ContextRequest, InFiles, LocalizeRequest
from findspot.service.questions import ask_engine

if TYPE_CHECKING:
    from findspot.engine import Engine, Unsaved
    from findspot.engine.exploring import Definition

Outline = Callable[["Engine", "Unsaved | None", str], "tuple[Definition, ...]"]

_TOKENS_A_PLACE = 100
"""Of the budget, for each place that is asked for."""

_FEWEST, _MOST = 5, 50
"""Places that are asked for."""

_PATIENCE = 10.0
"""Seconds that the model may take where nothing is said: enough for all that it reads, so that it does not matter how fast the
machine is."""

_WITH_RELATED = 3
"""Places whose callers and tests are shown."""

_RELATED = 2
"""Callers, and tests, of one place."""

_RELATED_SHARE = 0.1
"""The part of the room that a caller or test may take."""

_BEFORE_RELATED = 8
"""Places that come before any caller or test."""

_LEAST_FOR_RELATED = 1_500
"""Tokens of a budget below which there is no room for callers and tests."""

_OUTLINE = 2_000
"""Definitions of one file that are looked at for those around a place."""

_HEAD = 12
"""Lines of a definition among which the one with its name is looked for."""

_TELLING = frozenset({"mention", "graph", "history", "near"})
"""Kinds of evidence that the code itself does not show."""


@dataclass(frozen=True, slots=True)
class Found:
    """A result, the engine that found it with the unsaved text of its client, and how paths of that root are written."""

    result: SearchResult
    engine: Engine
    unsaved: Unsaved | None = None
    written: Callable[[str], str] = str


def question_of(request: ContextRequest) -> LocalizeRequest:
    """Return what the engines of a request are asked: as many places as its budget may hold."""
    wanted = request.top_k or min(max(request.budget_tokens // _TOKENS_A_PLACE, _FEWEST), _MOST)
    budget = _PATIENCE if request.budget is None else request.budget
    same = {name: getattr(request, name) for name in InFiles.model_fields}
    return LocalizeRequest.model_construct(text=request.query, top_k=wanted, budget=budget, **same)


def context(
    engine: Engine,
    settings: Settings,
    request: ContextRequest,
    count: Count,
    *,
    scope: Sequence[str] = (),
    exclude: Sequence[str] = (),
    stop: threading.Event | None = None,
    unsaved: Unsaved | None = None,
    view: EditorContext | None = None,
) -> Bundle:
    """Return the bundle of one root; ``scope`` and ``exclude`` are root-relative. Raises what the engine raises.

    ``count`` is a ``TokenCounter``, which a process makes once.
    """
    question = question_of(request)
    answer = ask_engine(
        engine, settings, question, scope=scope, exclude=exclude, stop=stop, unsaved=unsaved, context=view
    )
    found = [Found(result, engine, unsaved) for result in answer.results]
    return bundle(request, found, answer.status, count, stop)


def bundle(
    request: ContextRequest,
    found: Sequence[Found],
    status: AnswerStatus,
    count: Count,
    stop: threading.Event | None = None,
) -> Bundle:
    """Return the bundle of places that were found in one or several roots, best first; for worker threads."""
    frame = Bundle(request.query, TOKENIZER, request.budget_tokens, tuple(_notes(status)), status.complete)
    return laid_out(frame, list(_places(found, request.budget_tokens, stop)), count, FORMS[request.format])


def _notes(status: AnswerStatus) -> Iterator[str]:
    if not status.complete:
        yield "The index is not complete yet; places may be missing."
    yield from (f"{note[:1].upper()}{note[1:]}" for note in status.notes)
    if status.message:
        yield status.message


def _places(found: Sequence[Found], budget_tokens: int, stop: threading.Event | None) -> Iterator[Place]:
    """Yield the places in the order in which they are fitted, each once."""
    surrounds = cache(_outline)
    results = [_place(one, surrounds) for one in found]
    related: list[Place] = []
    for one in found[:_WITH_RELATED] if budget_tokens >= _LEAST_FOR_RELATED else ():
        check(stop)
        related += _related(one)
    seen: set[tuple[str, int, int]] = set()
    for place in (*results[:_BEFORE_RELATED], *related, *results[_BEFORE_RELATED:]):
        key = (place.path, place.start_line, place.end_line)
        if key not in seen:
            seen.add(key)
            yield place


def _place(one: Found, outline: Outline) -> Place:
    result = one.result
    focus = dict.fromkeys(line for line in (result.best_line, *result.matches) if line is not None)
    return Place(
        path=one.written(result.path),
        symbol=result.symbol or "",
        kind=result.kind,
        start_line=result.span.start_line,
        end_line=result.span.end_line,
        body=_body(result),
        outer=tuple(_outer(one, outline(one.engine, one.unsaved, result.path))),
        focus=tuple(focus),
        probability=result.probability,
        why=next((evidence.detail for evidence in result.evidence if evidence.kind in _TELLING), ""),
        fresh=result.fresh,
    )


def _related(one: Found) -> Iterator[Place]:
    """Yield tests and callers of a result."""
    result = one.result
    if result.symbol is None or not result.fresh:
        return
    found = one.engine.related(result.path, result.span.start_line, top_k=_RELATED, unsaved=one.unsaved)
    name = result.symbol.rpartition(".")[2]
    for relation, group in (("tests", found.tests), ("uses", found.callers)):
        for other in group:
            body = _body(other)
            yield Place(
                path=one.written(other.path),
                symbol=other.symbol or "",
                kind=other.kind,
                start_line=other.span.start_line,
                end_line=other.span.end_line,
                body=body,
                focus=tuple(body.start_line + at for at, line in enumerate(body.lines) if name in line),
                least=0,
                whole=_RELATED_SHARE,
                share=_RELATED_SHARE,
                relation=f"{relation} {result.symbol}",
                fresh=other.fresh,
            )


def _body(result: SearchResult) -> Piece:
    return Piece(result.span.start_line, _lines(result.text) if result.text else ())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.removesuffix("\r") for line in text.split("\n"))


def _outer(one: Found, definitions: Sequence[Definition]) -> Iterator[Piece]:
    """Yield the first line of each definition around a result, from the outermost."""
    result = one.result
    around = [
        definition
        for definition in definitions
        if f"{result.symbol}.".startswith(f"{definition.symbol}.")
        and definition.start_line < result.span.start_line <= definition.end_line
    ]
    for definition in around:
        try:
            text = one.engine.explorer(one.unsaved).read(result.path, definition.start_line, definition.end_line).text
        except QueryError:  # the file has been deleted or cut short since
            return
        name = definition.symbol.rpartition(".")[2]
        first = next((at for at, line in enumerate(_lines(text)[:_HEAD]) if name in line), 0)  # behind decorators
        yield Piece(definition.start_line + first, _lines(text)[first : first + 1])


def _outline(engine: Engine, unsaved: Unsaved | None, path: str) -> tuple[Definition, ...]:
    try:
        return engine.explorer(unsaved).outline(path, _OUTLINE).items
    except QueryError:  # a file that only this question named
        return ()
