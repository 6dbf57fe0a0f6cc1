"""The requests: search, localize, status, index and workspace symbols, over one or several folders.

Each handler runs on the event loop, hands the work to a thread per folder and merges what comes back. The
folders are asked at the same time; their results are merged by score, and the status of the answer is that of
the least finished folder (I-13).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
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
from findspot.lsp.roots import Root
from findspot.lsp.session import Session

SYMBOL_LIMIT = 50
"""Workspace symbols in one answer; pickers filter them further while the user types."""

P = TypeVar("P")
R = TypeVar("R")
Ask = Callable[[Root, list[str], threading.Event], Answer]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Part:
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

        def ask(root: Root, scope: list[str], stop: threading.Event) -> Answer:
            return root.engine().search(params.query, top_k=params.top_k, scope=scope, stop=stop)

        stop = threading.Event()
        with _Bar(self._session, params.work_done_token, "Searching", stop):
            return await self._ask(self._session.search_pool, params, ask, stop)

    async def localize(self, params: LocalizeParams) -> dict[str, Any]:
        """Answer ``findspot/localize``; the instant list goes out first when the client gave a partialResultToken."""
        partial = _Partial(self._session, params, self._json)

        def ask(root: Root, scope: list[str], stop: threading.Event) -> Answer:
            return root.engine().localize(
                params.text,
                top_k=params.top_k,
                scope=scope,
                level=params.level,
                budget=params.budget,
                stop=stop,
                on_partial=partial.taker(root, stop),
            )

        stop = threading.Event()
        with _Bar(self._session, params.work_done_token, "Localizing", stop) as bar:
            partial.bar = bar
            return await self._ask(self._session.localize_pool, params, ask, stop)

    async def symbols(self, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        """Answer ``workspace/symbol``, with a name or a sentence; an empty query has no answer."""
        query = replace(parse_search({"query": params.query.strip()}), top_k=SYMBOL_LIMIT)
        if not query.query:
            return []

        def ask(root: Root, scope: list[str], stop: threading.Event) -> Answer:
            return root.engine().symbols(query.query, top_k=query.top_k, scope=scope, stop=stop)

        def symbol(root: Root, result: SearchResult) -> types.WorkspaceSymbol:
            return symbol_of(result, root.uri, self._contents(root, result.path), self._session.encoding)

        parts, _ = await self._gather(self._session.search_pool, query, ask, threading.Event(), symbol)
        return [made for _, made in _merge(parts)]

    async def status(self, params: StatusParams) -> dict[str, Any]:
        """Answer ``findspot/status``; a folder whose index cannot be opened is part of the answer."""

        def one(root: Root) -> dict[str, Any]:
            try:
                return index_status_json(root.engine().status(), root.uri)
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
        def made(root: Root, result: SearchResult) -> dict[str, Any]:
            return self._json(root, result, params)

        parts, failures = await self._gather(pool, params, ask, stop, made)
        return _answer(parts, failures)

    async def _gather(
        self,
        pool: ThreadPoolExecutor,
        params: SearchParams | LocalizeParams,
        ask: Ask,
        stop: threading.Event,
        make: Callable[[Root, SearchResult], Any],
    ) -> tuple[list[_Part], list[str]]:
        """Ask every folder; returns the parts and the messages of folders that failed while others answered."""
        session = self._session
        roots = session.roots.chosen(params.root)
        places: list[tuple[Root, list[str]]] = [(root, []) for root in roots]
        if params.scope:
            places = await session.call(session.search_pool, lambda _: session.roots.within(roots, params.scope))

        def work(root: Root, scope: list[str], event: threading.Event) -> _Part:
            with session.foreground.request():
                session.documents.flush()
                answer = ask(root, scope, event)
                rows = tuple((result, make(root, result)) for result in answer.results)
                return _Part(rows, answer.status, _limit(root, params))

        def job(root: Root, scope: list[str]) -> Awaitable[_Part]:
            return session.call(pool, lambda event: work(root, scope, event), root, stop)

        outcomes = await asyncio.gather(*(job(root, scope) for root, scope in places), return_exceptions=True)
        parts = [outcome for outcome in outcomes if isinstance(outcome, _Part)]
        errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in errors:
            if not parts or isinstance(error, Cancelled | QueryError) or not isinstance(error, FindspotError):
                raise error
        return parts, [str(error) for error in errors]

    def _json(self, root: Root, result: SearchResult, params: SearchParams | LocalizeParams) -> dict[str, Any]:
        contents = self._contents(root, result.path)
        return result_json(result, root.uri, contents, self._session.encoding, include_text=params.include_text)

    def _contents(self, root: Root, path: str) -> Iterator[bytes]:
        """Yield what a result's bytes may refer to: the open buffer, then the file."""
        file = root.path / path
        text = self._session.documents.text_of(file)
        if text is not None:
            yield text.encode("utf-8")
        try:
            yield file.read_bytes()
        except OSError:
            return


class _Partial:
    """Sends the instant lists of a localize call while its model works; each sending replaces the one before."""

    def __init__(
        self,
        session: Session,
        params: LocalizeParams,
        make: Callable[[Root, SearchResult, LocalizeParams], dict[str, Any]],
    ) -> None:
        self.bar: WorkDone | None = None
        self._session = session
        self._params = params
        self._make = make
        self._parts: dict[Root, _Part] = {}

    def taker(self, root: Root, stop: threading.Event) -> Callable[[Answer], None] | None:
        """Return what the engine of ``root`` calls with its instant answer; None when nobody wants it."""
        if self._params.partial_result_token is None and self._params.work_done_token is None:
            return None

        def take(answer: Answer) -> None:
            rows = tuple((found, self._make(root, found, self._params)) for found in answer.results)
            self._session.post(self._send, root, _Part(rows, answer.status, _limit(root, self._params)), stop)

        return take

    def _send(self, root: Root, part: _Part, stop: threading.Event) -> None:
        if stop.is_set():
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
        self._bar = None if token is None else WorkDone(session.protocol, session.bars, title, stop.set)

    def __enter__(self) -> WorkDone | None:
        if self._bar is not None and self._token is not None:
            self._bar.begin(self._token)
        return self._bar

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._bar is not None:
            self._bar.finish("done" if kind is None else "stopped")


def _limit(root: Root, params: SearchParams | LocalizeParams) -> int:
    return root.engine().config.settings.top_k if params.top_k is None else params.top_k


def _merge(parts: Sequence[_Part]) -> list[tuple[SearchResult, Any]]:
    """Merge the parts by score, ties by path and line; one part keeps the engine's own order."""
    if len(parts) == 1:
        return list(parts[0].rows)
    rows = [row for part in parts for row in part.rows]
    rows.sort(key=lambda row: (-row[0].score, row[0].path, row[0].span.start_line))
    rows = rows[: max(part.limit for part in parts)]
    return [(replace(result, rank=rank), made) for rank, (result, made) in enumerate(rows, start=1)]


def _answer(parts: Sequence[_Part], failures: Sequence[str]) -> dict[str, Any]:
    results = [{**made, "rank": result.rank} for result, made in _merge(parts)]
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
