"""The requests: search, localize, status, index and workspace symbols, over one or several folders.

Each handler runs on the event loop, hands the work to a thread per folder and merges what comes back. The
folders are asked at the same time; their results are merged by what each folder holds of the question, and the status of the answer is that of
the least finished folder (I-13).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcRequestCancelled,
)

from findspot import __version__
from findspot.core.types import Answer, AnswerStatus, SearchResult
from findspot.errors import Cancelled, ConfigError, FindspotError, OutsideRootError, QueryError
from findspot.lsp.convert import (
    answer_status_json,
    index_status_json,
    report_json,
    result_json,
    symbol_of,
)
from findspot.lsp.engines import Access
from findspot.lsp.params import (
    IndexParams,
    LocalizeParams,
    ParamsError,
    SearchParams,
    StatusParams,
    Token,
    parse_search,
)
from findspot.lsp.progress import WorkDone
from findspot.lsp.protocol import REQUEST_FAILED
from findspot.lsp.roots import Part, Root
from findspot.lsp.session import Session

SYMBOL_LIMIT = 50
"""Workspace symbols in one answer; pickers filter them further while the user types."""

_LEADING = 3
"""Results of a root that show how much of the question it holds."""

_SHARPNESS = 4
_STEP = 0.25
"""A root that holds half as much comes after all results of the other; one with four fifths after six of them."""

_LEAST_HELD = 1e-3

P = TypeVar("P")
R = TypeVar("R")
Ask = Callable[[Part, threading.Event], Answer]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answered:
    """What one folder answered, with each result's JSON made in the worker thread; ``limit`` is its ``topK``."""

    rows: tuple[tuple[SearchResult, Any], ...]
    status: AnswerStatus
    limit: int


class Requests:
    """The handlers of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def search(self, params: SearchParams) -> dict[str, Any]:
        """Answer ``findspot/search``."""

        def ask(part: Part, stop: threading.Event) -> Answer:
            use = part.root.access()
            return use.engine.search(
                params.query,
                top_k=_limit(use, params),
                scope=part.scope,
                exclude=part.exclude,
                stop=stop,
                unsaved=use.unsaved,
            )

        stop = threading.Event()
        with _Bar(self._session, params.work_done_token, "Searching", stop):
            return await self._ask(self._session.search_pool, params, ask, stop)

    async def localize(self, params: LocalizeParams) -> dict[str, Any]:
        """Answer ``findspot/localize``; the instant list goes out first when the client gave a partialResultToken."""
        partial = _Partial(self._session, params, self._json)

        def ask(part: Part, stop: threading.Event) -> Answer:
            use = part.root.access()
            return use.engine.localize(
                params.text,
                top_k=params.top_k,
                scope=part.scope,
                exclude=part.exclude,
                level=params.level,
                budget=use.config.settings.budget if params.budget is None else params.budget,
                stop=stop,
                on_partial=partial.taker(part.root, stop),
                unsaved=use.unsaved,
            )

        stop = threading.Event()
        with _Bar(self._session, params.work_done_token, "Localizing", stop) as bar:
            partial.bar = bar
            try:
                return await self._ask(self._session.localize_pool, params, ask, stop)
            finally:
                partial.over = True  # a partial answer must not follow the answer

    async def symbols(self, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        """Answer ``workspace/symbol``, with a name or a sentence; an empty query has no answer."""
        query = replace(parse_search({"query": params.query.strip()}), top_k=SYMBOL_LIMIT)
        if not query.query:
            return []

        def ask(part: Part, stop: threading.Event) -> Answer:
            use = part.root.access()
            return use.engine.symbols(
                query.query,
                top_k=query.top_k,
                scope=part.scope,
                exclude=part.exclude,
                stop=stop,
                unsaved=use.unsaved,
            )

        def symbol(root: Root, result: SearchResult, content: bytes | None) -> types.WorkspaceSymbol:
            return symbol_of(result, root.uri, content, self._session.encoding)

        parts, _ = await self._gather(self._session.search_pool, query, ask, threading.Event(), symbol)
        return [made for _, made in _merge(parts)]

    async def status(self, params: StatusParams) -> dict[str, Any]:
        """Answer ``findspot/status``; a folder whose index cannot be opened is part of the answer."""

        def one(root: Root) -> dict[str, Any]:
            try:
                return index_status_json(root.access().engine.status(), root.uri)
            except FindspotError as error:
                return {"root": root.uri, "state": "failed", "message": str(error)}

        roots = self._session.roots.chosen(params.root)
        found = await self._session.call(self._session.search_pool, lambda _: [one(root) for root in roots])
        return {
            "server": {"name": "findspot", "version": __version__},
            "runningRequests": self._session.foreground.running,
            "roots": found,
        }

    async def index(self, params: IndexParams) -> dict[str, Any]:
        """Answer ``findspot/index`` when the folders are up to date."""
        session = self._session
        stop = threading.Event()
        with _Bar(session, params.work_done_token, "Indexing", stop) as bar:
            reports = []
            for root in session.roots.chosen(params.root):
                report = await session.refresh(root, stop, bar, rebuild=params.rebuild)
                reports.append(report_json(report, root.uri))
        return {"roots": reports}

    # --- one question to several folders ---

    async def _ask(
        self,
        pool: ThreadPoolExecutor,
        params: SearchParams | LocalizeParams,
        ask: Ask,
        stop: threading.Event,
    ) -> dict[str, Any]:
        def made(root: Root, result: SearchResult, content: bytes | None) -> dict[str, Any]:
            return self._json(root, result, content, params)

        parts, failures = await self._gather(pool, params, ask, stop, made)
        return _answer(parts, failures)

    async def _gather(
        self,
        pool: ThreadPoolExecutor,
        params: SearchParams | LocalizeParams,
        ask: Ask,
        stop: threading.Event,
        make: Callable[[Root, SearchResult, bytes | None], Any],
    ) -> tuple[list[_Answered], list[str]]:
        """Ask every folder; returns the parts and the messages of folders that failed while others answered."""
        session = self._session
        roots = session.roots.chosen(params.root)
        asked = [Part(root) for root in roots]
        if len(roots) > 1 or params.scope:
            asked = await session.call(
                session.search_pool, lambda _: session.roots.parts(roots, params.scope), stop=stop
            )

        def work(part: Part, event: threading.Event) -> _Answered:
            with session.foreground.request():
                session.documents.flush()
                answer = ask(part, event)
                return _answered(part.root, answer, _limit(part.root.access(), params), make)

        def job(part: Part) -> Awaitable[_Answered]:
            return session.call(pool, lambda event: work(part, event), part.root, stop)

        outcomes = await asyncio.gather(*map(job, asked), return_exceptions=True)
        parts = [outcome for outcome in outcomes if isinstance(outcome, _Answered)]
        errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in errors:
            if not parts or isinstance(error, Cancelled | QueryError) or not isinstance(error, FindspotError):
                raise error
        return parts, [str(error) for error in errors]

    def _json(
        self, root: Root, result: SearchResult, content: bytes | None, params: SearchParams | LocalizeParams
    ) -> dict[str, Any]:
        return result_json(result, root.uri, content, self._session.encoding, include_text=params.include_text)


class _Partial:
    """Sends the instant lists of a localize call while its model works; each sending replaces the one before."""

    def __init__(
        self,
        session: Session,
        params: LocalizeParams,
        make: Callable[[Root, SearchResult, bytes | None, LocalizeParams], dict[str, Any]],
    ) -> None:
        self.bar: WorkDone | None = None
        self.over = False
        self._session = session
        self._params = params
        self._make = make
        self._parts: dict[Root, _Answered] = {}

    def taker(self, root: Root, stop: threading.Event) -> Callable[[Answer], None] | None:
        """Return what the engine of ``root`` calls with its instant answer; None when nobody wants it."""
        if self._params.partial_result_token is None and self._params.work_done_token is None:
            return None

        def take(answer: Answer) -> None:
            part = _answered(
                root,
                answer,
                _limit(root.access(), self._params),
                lambda root, found, content: self._make(root, found, content, self._params),
            )
            self._session.post(self._send, root, part, stop)

        return take

    def _send(self, root: Root, part: _Answered, stop: threading.Event) -> None:
        if stop.is_set() or self.over:
            return
        self._parts[root] = part
        if self.bar is not None:
            self.bar.report("the first list is ready, the model reads the candidates")
        if self._params.partial_result_token is not None:
            value = _answer(list(self._parts.values()), [])
            self._session.protocol.notify(
                types.PROGRESS, types.ProgressParams(token=self._params.partial_result_token, value=value)
            )


class _Bar:
    """The progress bar of one request, there only when the client gave a token."""

    def __init__(self, session: Session, token: Token | None, title: str, stop: threading.Event) -> None:
        self._token = token
        self._bar: WorkDone | None = None
        task = asyncio.current_task()

        def cancel() -> None:
            # As with a cancelled request, the client is answered at once, whatever the thread is in the middle of.
            stop.set()
            if task is not None:
                task.cancel()

        if token is not None:
            self._bar = WorkDone(session.protocol, session.bars, title, cancel)

    def __enter__(self) -> WorkDone | None:
        if self._bar is not None and self._token is not None:
            self._bar.begin(self._token)
        return self._bar

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._bar is not None:
            self._bar.finish("done" if kind is None else "stopped")


def _limit(use: Access, params: SearchParams | LocalizeParams) -> int:
    return use.config.settings.top_k if params.top_k is None else params.top_k


def _answered(
    root: Root, answer: Answer, limit: int, make: Callable[[Root, SearchResult, bytes | None], Any]
) -> _Answered:
    # A stale span was counted in a text that is gone.
    rows = tuple(
        (result, make(root, result, answer.contents.get(result.path) if result.fresh else None))
        for result in answer.results
    )
    return _Answered(rows, answer.status, limit)


def _merge(parts: Sequence[_Answered]) -> list[tuple[SearchResult, Any]]:
    """Merge the parts; one part keeps the engine's own order and scores.

    Scores of different roots say nothing about each other. What may be compared is how much of the question a root's
    best results hold; it falls with each place of that root's list. So a root that has little to do with the question
    comes after one that has, and roots that hold equally much take turns.
    """
    if len(parts) == 1:
        return list(parts[0].rows)
    rows: list[tuple[SearchResult, Any]] = []
    for part in parts:
        held = max((result.covered for result, _ in part.rows[:_LEADING]), default=0.0)
        for place, (result, made) in enumerate(part.rows):
            score = max(held, _LEAST_HELD) ** _SHARPNESS / (1.0 + place * _STEP)
            rows.append((replace(result, score=score), made))
    rows.sort(key=lambda row: (-row[0].score, row[0].path, row[0].span.start_line))
    rows = rows[: max(part.limit for part in parts)]
    return [(replace(result, rank=rank), made) for rank, (result, made) in enumerate(rows, start=1)]


def _answer(parts: Sequence[_Answered], failures: Sequence[str]) -> dict[str, Any]:
    results = [{**made, "rank": result.rank, "score": result.score} for result, made in _merge(parts)]
    return {"results": results, "status": answer_status_json([part.status for part in parts], failures)}


def answering(name: str, handler: Callable[[P], Awaitable[R]]) -> Callable[[P], Awaitable[R]]:
    """Return ``handler`` with Findspot's errors turned into the protocol's; unexpected ones are logged."""

    async def answer(params: P) -> R:
        try:
            return await handler(params)
        except JsonRpcException:
            raise
        except Cancelled as error:
            raise JsonRpcRequestCancelled(str(error) or "The request was cancelled") from error
        except (QueryError, OutsideRootError, ConfigError, ParamsError) as error:
            raise JsonRpcInvalidParams(str(error)) from error
        except FindspotError as error:
            raise JsonRpcException(str(error), code=REQUEST_FAILED) from error
        except Exception as error:
            _log.exception("%s failed", name)
            message = f"{name} failed inside the server ({type(error).__name__}: {error}); its log has the details"
            raise JsonRpcInternalError(message) from error

    return answer
