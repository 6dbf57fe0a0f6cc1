"""The requests: search, localize, status, index and workspace symbols, over one or several folders.

Each handler runs on the event loop, hands its question to the service and turns what comes back into the protocol's
JSON, in the threads that asked. The status of an answer is that of the least finished folder (I-13).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcRequestCancelled,
)

from findspot import __version__
from findspot.agent.bundle import Bundle
from findspot.agent.context import Found, bundle, question_of
from findspot.agent.tokens import TokenCounter
from findspot.core.limits import MAX_TEXT
from findspot.core.types import Related, SearchResult
from findspot.errors import Cancelled, ConfigError, FindspotError, OutsideRootError, QueryError
from findspot.lsp.answers import PlacedResult
from findspot.lsp.causes import actions, report_of
from findspot.lsp.convert import placed, symbol_of, word_at
from findspot.lsp.params import (
    CauseParams,
    ContextParams,
    IndexParams,
    LocalizeParams,
    RelatedParams,
    SearchParams,
    StatusParams,
    Token,
    WithTokens,
)
from findspot.lsp.progress import WorkDone
from findspot.lsp.protocol import REQUEST_FAILED
from findspot.lsp.session import Session
from findspot.service.fan_out import Questions
from findspot.service.messages import (
    AnswerStatus,
    EditorView,
    IndexStatus,
    LocalizeRequest,
    RefreshReport,
    SymbolsRequest,
)
from findspot.service.questions import Answered, Make, Merged, merge
from findspot.service.uris import file_of_uri, path_of_uri
from findspot.service.workspaces import Root

SYMBOL_LIMIT = 50
"""Workspace symbols in one answer; pickers filter them further while the user types."""

_IN_DOCUMENT = 10
_DOCUMENT_TOKENS = 20_000
"""Places and tokens of a document of results, which people read."""

P = TypeVar("P")
R = TypeVar("R")

_log = logging.getLogger(__name__)


class Requests:
    """The handlers of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._questions = Questions(session.workspace, session.scheduler, session.documents.flush)
        self._pickers: dict[str, asyncio.Task[Any]] = {}
        self._count = TokenCounter()

    async def search(self, params: SearchParams) -> dict[str, Any]:
        """Answer ``findspot/search``."""
        stop = threading.Event()
        with self._newest(params.picker), _Bar(self._session, params.work_done_token, "Searching", stop):
            return _answer(
                await self._questions.ask(params, self._placed(params.include_text), stop, view=self._view(params))
            )

    async def localize(self, params: LocalizeParams) -> dict[str, Any]:
        """Answer ``findspot/localize``; the instant list goes out first when the client gave a partialResultToken."""
        with self._newest(params.picker):
            return await self._localize(params, params)

    async def cause(self, params: CauseParams) -> dict[str, Any]:
        """Answer ``findspot/cause``: localize what a diagnostic, a selection or a test says."""
        file, path = None if params.uri is None else path_of_uri(params.uri), None
        with self._newest(params.picker):
            if file is not None and params.diagnostic is not None:
                path = await self._session.scheduler.run(params.mode, lambda _: self._inside(file))
            # Checked once more: put together, text and diagnostic may be too long.
            asked = params.model_dump(include={"root", "top_k", "budget", "scope", "include_text"}, exclude_unset=True)
            return await self._localize(LocalizeRequest.read({**asked, "text": report_of(params, path)}), params)

    async def _localize(self, question: LocalizeRequest, told: LocalizeParams | CauseParams) -> dict[str, Any]:
        instant = _Partial(self._session, told)
        stop = threading.Event()
        with _Bar(self._session, told.work_done_token, "Localizing", stop) as bar:
            instant.bar = bar
            try:
                make = self._placed(question.include_text)
                return _answer(await self._questions.ask(question, make, stop, instant.taker(stop), self._view(told)))
            finally:
                instant.over = True  # a partial answer must not follow the answer

    async def show_cause(self, params: CauseParams) -> dict[str, Any]:
        """Answer the command for clients without one of their own: show the best place."""
        answer = await self.cause(params)
        best = next(iter(answer["results"]), None)
        if best is None:
            self._session.tell("Nothing was found that could be the cause")
        elif get_capability(self._session.server.client_capabilities, "window.show_document.support", False):
            start, end = (types.Position(**best["range"][edge]) for edge in ("start", "end"))
            place = types.ShowDocumentParams(uri=best["uri"], take_focus=True, selection=types.Range(start, end))
            await self._session.server.window_show_document_async(place)
        return answer

    async def related(self, params: RelatedParams) -> dict[str, Any]:
        """Answer ``findspot/related``."""
        session, stop = self._session, threading.Event()
        path, at = file_of_uri(params.uri), params.position

        def work(_: threading.Event) -> dict[str, Any]:
            with session.scheduler.foreground.request():
                session.documents.flush()
                file = session.workspace.file(path)
                engine, text, line = file.access.engine, session.documents.text(path), at.line
                if text is None:
                    text, line = engine.explorer().read(file.path, at.line + 1, at.line + 1).text, 0
                name = word_at(text, line, at.character, session.encoding)
                top_k = params.top_k or file.access.config.settings.top_k
                found = engine.related(file.path, at.line + 1, name, top_k=top_k, unsaved=file.access.unsaved)
                return _related(found, partial(self._placed(params.include_text), file.root))

        with self._newest(params.picker), _Bar(session, params.work_done_token, "Looking around", stop):
            return await session.scheduler.run(params.mode, work, stop=stop)

    async def context(self, params: ContextParams) -> dict[str, Any]:
        """Answer ``findspot/context``: the places that a question is about, in one text."""
        session, stop = self._session, threading.Event()
        place = self._placed(include_text=False)

        def make(root: Root, result: SearchResult, content: bytes | None) -> tuple[Root, PlacedResult]:
            return root, place(root, result, content)

        with self._newest(params.picker), _Bar(session, params.work_done_token, "Gathering context", stop):
            found = await self._questions.ask(question_of(params), make, stop, view=self._view(params))
            several = len(session.workspace.roots) > 1

            def lay_out(event: threading.Event) -> Bundle:
                with session.scheduler.foreground.request():
                    places = [
                        Found(result, use.engine, use.unsaved, _written(root, several=several))
                        for result, (root, _) in found.rows
                        for use in (root.access(),)
                    ]
                    return bundle(params, places, found.status, self._count, event)

            made = await session.scheduler.run(params.mode, lay_out, stop=stop)
        shown = {(one.path, one.start_line, one.end_line) for one in made.places}
        rows = tuple(
            (result, placed)
            for result, (root, placed) in found.rows
            if (_written(root, several=several)(result.path), result.span.start_line, result.span.end_line) in shown
        )
        answer = _answer(Merged(rows, found.status))
        return {"text": made.text, "tokens": made.tokens, "tokenizer": made.tokenizer, **answer}

    async def results_document(self, params: types.TextDocumentContentParams) -> types.TextDocumentContentResult:
        """Answer ``workspace/textDocumentContent``: the results of the question in a URI, as Markdown."""
        query = unquote(params.uri.partition("#")[0].partition("?")[2])
        asked = {"query": query, "top_k": _IN_DOCUMENT, "budget_tokens": _DOCUMENT_TOKENS}
        found = await self.context(ContextParams.read(asked))
        return types.TextDocumentContentResult(text=found["text"])

    async def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Answer ``textDocument/codeAction``: find the cause of a diagnostic, or of a selection that looks like an error."""
        path, found, selected = path_of_uri(params.text_document.uri), params.range, ""
        if path is not None and found.start != found.end:
            selected = self._session.documents.selected(path, found, self._session.encoding, MAX_TEXT)
        return actions(params, selected, self._session.cause_command)

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
            reports, failed = [], list[FindspotError]()
            for root in session.workspace.chosen(params.root):
                try:
                    report = await session.refresh(root, stop, bar, rebuild=params.rebuild)
                except Cancelled:
                    raise
                except FindspotError as error:  # the other folders are brought up to date all the same
                    failed.append(error)
                else:
                    reports.append(RefreshReport.of_report(report, root.name).to_json())
            if failed:
                raise failed[0]
        return {"roots": reports}

    def _placed(self, include_text: bool) -> Make[PlacedResult]:  # noqa: FBT001 - a field of the request
        """Return what makes the JSON of a result, in the thread that asked."""
        encoding = self._session.encoding
        return lambda root, result, content: placed(result, root.name, content, encoding, include_text=include_text)

    def _view(self, params: SearchParams | LocalizeParams | CauseParams | ContextParams) -> EditorView | None:
        """Return what the client says that it shows, else what its document events tell."""
        return self._session.documents.view() if params.context is None else params.context.view()

    @contextmanager
    def _newest(self, picker: str | None) -> Iterator[None]:
        """Be the only request of a picker: what it asked before is cancelled."""
        task = asyncio.current_task()
        if picker is None or task is None:
            yield
            return
        before, self._pickers[picker] = self._pickers.get(picker), task
        if before is not None:
            before.cancel()
        try:
            yield
        finally:
            if self._pickers.get(picker) is task:
                del self._pickers[picker]

    def _inside(self, file: Path) -> str | None:
        """Return the path of a file in its root, None outside of all roots."""
        found = self._session.workspace.files(file)
        return found[0].path if found else None


class _Partial:
    """Sends the instant lists of a localize call while its model works; each sending replaces the one before."""

    def __init__(self, session: Session, params: WithTokens) -> None:
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


def _written(root: Root, *, several: bool) -> Callable[[str], str]:
    """Return how paths of a root are written in a text that may be about several."""
    return (lambda path: f"{root.path.name}/{path}") if several else str


def _related(found: Related, make: Callable[[SearchResult, bytes | None], PlacedResult]) -> dict[str, Any]:
    def one(result: SearchResult) -> dict[str, Any]:
        return make(result, found.contents.get(result.path) if result.fresh else None).to_json()

    groups = {name: list(map(one, getattr(found, name))) for name in ("callers", "callees", "tests", "neighbours")}
    symbol = None if found.symbol is None else one(found.symbol)
    return {"symbol": symbol, **groups, "status": AnswerStatus.of(found.status).to_json()}


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
