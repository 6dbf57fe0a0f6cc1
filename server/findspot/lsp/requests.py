"""The requests: search, localize, status, index and workspace symbols, over one or several folders.

Each handler runs on the event loop, hands its question to the service and turns what comes back into the protocol's
JSON, in the threads that asked. The status of an answer is that of the least finished folder (I-13).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcRequestCancelled,
)

from findspot import __version__
from findspot.core.types import SearchResult
from findspot.errors import Cancelled, ConfigError, FindspotError, OutsideRootError, QueryError
from findspot.lsp.convert import PlacedResult, placed, symbol_of
from findspot.lsp.params import IndexParams, LocalizeParams, SearchParams, StatusParams, Token
from findspot.lsp.progress import WorkDone
from findspot.lsp.protocol import REQUEST_FAILED
from findspot.lsp.session import Session
from findspot.service.fan_out import Questions
from findspot.service.messages import AnswerStatus, EditorView, IndexStatus, RefreshReport, SymbolsRequest
from findspot.service.questions import Answered, Make, Merged, merge
from findspot.service.workspaces import Root

SYMBOL_LIMIT = 50
"""Workspace symbols in one answer; pickers filter them further while the user types."""

P = TypeVar("P")
R = TypeVar("R")

_log = logging.getLogger(__name__)


class Requests:
    """The handlers of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._questions = Questions(session.workspace, session.scheduler, session.documents.flush)

    async def search(self, params: SearchParams) -> dict[str, Any]:
        """Answer ``findspot/search``."""
        stop = threading.Event()
        with _Bar(self._session, params.work_done_token, "Searching", stop):
            return _answer(await self._questions.ask(params, self._placed(params), stop, view=_view(params)))

    async def localize(self, params: LocalizeParams) -> dict[str, Any]:
        """Answer ``findspot/localize``; the instant list goes out first when the client gave a partialResultToken."""
        partial = _Partial(self._session, params)
        stop = threading.Event()
        with _Bar(self._session, params.work_done_token, "Localizing", stop) as bar:
            partial.bar = bar
            try:
                return _answer(
                    await self._questions.ask(params, self._placed(params), stop, partial.taker(stop), _view(params))
                )
            finally:
                partial.over = True  # a partial answer must not follow the answer

    async def symbols(self, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        """Answer ``workspace/symbol``, with a name or a sentence; an empty query has no answer."""
        if not params.query.strip():
            return []

        def symbol(root: Root, result: SearchResult, content: bytes | None) -> types.WorkspaceSymbol:
            return symbol_of(result, root.name, content, self._session.encoding)

        request = SymbolsRequest.read({"query": params.query.strip(), "top_k": SYMBOL_LIMIT})
        found = await self._questions.ask(request, symbol, threading.Event())
        return [made for _, made in found.rows]

    async def status(self, params: StatusParams) -> dict[str, Any]:
        """Answer ``findspot/status``; a folder whose index cannot be opened is part of the answer."""

        def one(root: Root) -> dict[str, Any]:
            try:
                return IndexStatus.of_status(root.access().engine.status(), root.name).to_json()
            except FindspotError as error:
                return IndexStatus.failed(root.name, str(error)).to_json()

        scheduler = self._session.scheduler
        roots = self._session.workspace.chosen(params.root)
        found = await scheduler.run(params.mode, lambda _: [one(root) for root in roots])
        return {
            "server": {"name": "findspot", "version": __version__},
            "running_requests": scheduler.foreground.running,
            "roots": found,
        }

    async def index(self, params: IndexParams) -> dict[str, Any]:
        """Answer ``findspot/index`` when the folders are up to date."""
        session = self._session
        stop = threading.Event()
        with _Bar(session, params.work_done_token, "Indexing", stop) as bar:
            reports = []
            for root in session.workspace.chosen(params.root):
                report = await session.refresh(root, stop, bar, rebuild=params.rebuild)
                reports.append(RefreshReport.of_report(report, root.name).to_json())
        return {"roots": reports}

    def _placed(self, params: SearchParams | LocalizeParams) -> Make[PlacedResult]:
        """Return what makes the JSON of a result, in the thread that asked."""
        encoding, include_text = self._session.encoding, params.include_text
        return lambda root, result, content: placed(result, root.name, content, encoding, include_text=include_text)


class _Partial:
    """Sends the instant lists of a localize call while its model works; each sending replaces the one before."""

    def __init__(self, session: Session, params: LocalizeParams) -> None:
        self.bar: WorkDone | None = None
        self.over = False
        self._session = session
        self._params = params
        self._answers: dict[Root, Answered[PlacedResult]] = {}

    def taker(self, stop: threading.Event) -> Callable[[Root, Answered[PlacedResult]], None] | None:
        """Return what takes the instant answer of a root; None when nobody wants it."""
        if self._params.partial_result_token is None and self._params.work_done_token is None:
            return None
        return lambda root, answer: self._session.post(self._send, root, answer, stop)

    def _send(self, root: Root, answer: Answered[PlacedResult], stop: threading.Event) -> None:
        if stop.is_set() or self.over:
            return
        self._answers[root] = answer
        if self.bar is not None:
            self.bar.report("the first list is ready, the model reads the candidates")
        if self._params.partial_result_token is not None:
            value = _answer(merge(list(self._answers.values())))
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


def _view(params: SearchParams | LocalizeParams) -> EditorView | None:
    return None if params.context is None else params.context.view()


def _answer(found: Merged[PlacedResult]) -> dict[str, Any]:
    results = [{**made.to_json(), "rank": result.rank, "score": result.score} for result, made in found.rows]
    return {"results": results, "status": AnswerStatus.of(found.status).to_json()}


def answering(name: str, handler: Callable[[P], Awaitable[R]]) -> Callable[[P], Awaitable[R]]:
    """Return ``handler`` with Findspot's errors turned into the protocol's; unexpected ones are logged."""

    async def answer(params: P) -> R:
        try:
            return await handler(params)
        except JsonRpcException:
            raise
        except Cancelled as error:
            raise JsonRpcRequestCancelled(str(error) or "The request was cancelled") from error
        except (QueryError, OutsideRootError, ConfigError) as error:
            raise JsonRpcInvalidParams(str(error)) from error
        except FindspotError as error:
            raise JsonRpcException(str(error), code=REQUEST_FAILED) from error
        except Exception as error:
            _log.exception("%s failed", name)
            message = f"{name} failed inside the server ({type(error).__name__}: {error}); its log has the details"
            raise JsonRpcInternalError(message) from error

    return answer
