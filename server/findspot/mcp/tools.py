"""The tools that an agent sees, in one table: name, description, request, answer, function.

Some agents show a model no more than a name and the start of a description, so these carry the choice. Everything a tool
returns is text for a model, and the same as an object.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final

from pydantic import Field

from findspot.agent.bundle import Bundle
from findspot.agent.context import Found as FoundBy
from findspot.agent.context import bundle, question_of
from findspot.core.limits import MAX_RESULTS
from findspot.core.types import IndexStatus, SearchResult
from findspot.mcp import prose
from findspot.mcp.session import Session
from findspot.service.checked import LineNumber, Name, Scope, Text, Tokens
from findspot.service.finding import FindRequest
from findspot.service.messages import ContextRequest, Message, Mode, Request, StatusRequest
from findspot.service.workspaces import Root


class FindCode(FindRequest):
    """Any text, and how long the answer may be."""

    budget_tokens: Annotated[int, Field(ge=200, le=50_000)] = Field(2_500, description="length of the answer")


class ContextFor(Request):
    """A task, and how long the answer may be."""

    query: Text = Field(description="the task or issue as given")
    scope: Scope = Field((), description="only these files and folders")
    budget_tokens: Tokens = Field(4_000, description="length of the answer")


class RelatedCode(Request):
    """A place, or a name on it."""

    path: Name = Field(description="file, as find_code writes it")
    line: LineNumber = Field(description="a line of the definition")
    name: Name | None = Field(None, description="another name on that line, such as a function called there")
    k: Annotated[int, Field(ge=1, le=50)] = Field(8, description="how many of each kind")


class ReadSpan(Request):
    """Lines of a file."""

    path: Name = Field(description="file, as find_code writes it")
    start_line: LineNumber = Field(1)
    end_line: LineNumber | None = Field(None, description="inclusive")


class Place(Message):
    """One place."""

    path: str
    start_line: int
    end_line: int
    symbol: str | None
    kind: str
    probability: float | None
    why: tuple[str, ...]
    fresh: bool


class Found(Message):
    """A page of places."""

    results: tuple[Place, ...]
    complete: bool
    notes: tuple[str, ...]
    next_offset: int | None


class ContextFound(Message):
    """What a context holds."""

    places: tuple[str, ...]
    complete: bool
    notes: tuple[str, ...]
    tokens: int


class RelatedFound(Message):
    """What is connected with a symbol."""

    symbol: Place | None
    callers: tuple[Place, ...]
    callees: tuple[Place, ...]
    tests: tuple[Place, ...]
    similar: tuple[Place, ...]
    complete: bool


class SpanRead(Message):
    """Lines as they are now."""

    path: str
    start_line: int
    end_line: int
    lines: int
    text: str
    truncated: bool


class RootStatus(Message):
    """The index of one root."""

    root: str
    name: str
    state: str
    complete: bool
    files: int
    indexed: int
    total: int | None
    message: str


class Statuses(Message):
    """The index of each root."""

    roots: tuple[RootStatus, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a tool returns: text for a model, and the same as an object."""

    text: str
    data: Message


Run = Callable[[Session, Any], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class AgentTool:
    """One tool as an agent sees it; ``run`` takes a checked request and raises what the engine raises."""

    name: str
    description: str
    request: type[Request]
    answer: type[Message]
    run: Run


async def _find_code(session: Session, asked: FindCode) -> Reply:
    gone = await session.scheduler.run(Mode.SEARCH, lambda _: session.missing())
    await session.first_indexed()

    def make(root: Root, _: SearchResult, __: bytes | None) -> Root:
        return root

    found = await session.questions.ask(asked.question(), make, threading.Event())
    indexing = [] if found.status.complete else await _indexing(session)
    rows = found.rows[asked.offset :]
    page = rows if asked.k is None and not asked.offset else rows[: asked.k or 10]
    roots = {id(result): root for result, root in page}
    notes = [*gone, *prose.standing(found.status, indexing)]

    def name(result: SearchResult) -> str:
        return session.shown(roots[id(result)].path, result.path)

    results = [result for result, _ in page]
    more = asked.offset + len(page) if len(rows) > len(page) or (asked.k is None and page) else None
    text, shown = prose.found(results, notes, name, asked.budget_tokens, more)
    following = asked.offset + shown if shown < len(results) else more
    data = Found(
        results=tuple(_place(result, name(result)) for result in results[:shown]),
        complete=found.status.complete and not gone,
        notes=tuple(notes),
        next_offset=following if following is not None and following < MAX_RESULTS else None,
    )
    return Reply(text, data)


async def _context(session: Session, asked: ContextFor) -> Reply:
    gone = await session.scheduler.run(Mode.SEARCH, lambda _: session.missing())
    await session.first_indexed()
    request = ContextRequest(query=asked.query, scope=asked.scope, budget_tokens=asked.budget_tokens, root=asked.root)

    def make(root: Root, _: SearchResult, __: bytes | None) -> Root:
        return root

    found = await session.questions.ask(question_of(request), make, threading.Event())
    indexing = [] if found.status.complete else await _indexing(session)
    status = replace(found.status, notes=(*gone, *indexing, *found.status.notes))

    def lay_out(stop: threading.Event) -> Bundle:
        with session.scheduler.foreground.request():
            places = [
                FoundBy(result, use.engine, use.unsaved, partial(session.shown, root.path))
                for result, root in found.rows
                for use in (root.access(),)
            ]
            return bundle(request, places, status, session.count, stop)

    made = await session.scheduler.run(Mode.LOCALIZE, lay_out)
    data = ContextFound(
        places=tuple(f"{one.path}:{one.start_line}-{one.end_line}" for one in made.places),
        complete=made.complete and not gone,
        notes=made.notes,
        tokens=made.tokens,
    )
    return Reply(made.text, data)


async def _related(session: Session, asked: RelatedCode) -> Reply:
    path = session.path_of(asked.path)

    def work(_: threading.Event) -> Reply:
        with session.scheduler.foreground.request():
            file = session.workspace.file(path)
            found = file.access.engine.related(file.path, asked.line, asked.name, top_k=asked.k)

        def name(result: SearchResult) -> str:
            return session.shown(file.root.path, result.path)

        def places(results: tuple[SearchResult, ...]) -> tuple[Place, ...]:
            return tuple(_place(result, name(result)) for result in results)

        data = RelatedFound(
            symbol=None if found.symbol is None else _place(found.symbol, name(found.symbol)),
            callers=places(found.callers),
            callees=places(found.callees),
            tests=places(found.tests),
            similar=places(found.neighbours),
            complete=found.status.complete,
        )
        return Reply(prose.related(found, name, prose.standing(found.status, [])), data)

    return await session.scheduler.run(Mode.SEARCH, work)


async def _read_span(session: Session, asked: ReadSpan) -> Reply:
    path = session.path_of(asked.path)

    def work(_: threading.Event) -> Reply:
        with session.scheduler.foreground.request():
            file = session.workspace.file(path)
            read = file.access.engine.explorer().read(file.path, asked.start_line, asked.end_line)
        shown = session.shown(file.root.path, read.path)
        width = len(str(read.end_line))
        lines = [
            f"{number:>{width}} {line}" for number, line in enumerate(read.text.split("\n"), start=read.start_line)
        ]
        more = ["... (more follows; ask from the next line on)"] if read.truncated else []
        text = "\n".join([f"{shown}:{read.start_line}-{read.end_line} of {read.lines}", *lines, *more])
        return Reply(text, SpanRead.of(read, path=shown))

    return await session.scheduler.run(Mode.SEARCH, work)


async def _index_status(session: Session, _: StatusRequest) -> Reply:
    roots: list[RootStatus] = []
    lines: list[str] = []
    for root, status in await session.statuses():
        shown = session.names[root.path]
        if isinstance(status, IndexStatus):
            roots.append(RootStatus.of(status, root=str(root.path), name=shown))
            said = prose.progress(shown, status) or status.state
            lines.append(f"{shown} ({root.path}): {said}; {status.files:,} files. {status.message}".rstrip())
        else:
            roots.append(RootStatus.of(None, root=str(root.path), name=shown, state="failed", message=status))
            lines.append(f"{shown} ({root.path}): {status}")
    return Reply("\n".join(lines), Statuses(roots=tuple(roots)))


async def _indexing(session: Session) -> list[str]:
    statuses = await session.statuses()
    told = [prose.progress(session.names[root.path], one) for root, one in statuses if isinstance(one, IndexStatus)]
    return [one for one in told if one is not None]


def _place(result: SearchResult, path: str) -> Place:
    return Place(
        path=path,
        start_line=result.span.start_line,
        end_line=result.span.end_line,
        symbol=result.symbol,
        kind=result.kind,
        probability=None if result.probability is None else round(result.probability, 3),
        why=tuple(prose.why(result)),
        fresh=result.fresh,
    )


_TOOLS = (
    AgentTool(
        "find_code",
        "Find the functions and lines that a sentence, symbol, error, stack trace or issue is about."
        " Use it first, before grep: it ranks the whole repository by words, meaning, calls and history.",
        FindCode,
        Found,
        _find_code,
    ),
    AgentTool(
        "context",
        "All code for a task in one text, before the first step: places, what surrounds them, callers and tests.",
        ContextFor,
        ContextFound,
        _context,
    ),
    AgentTool(
        "related",
        "Who calls a function, what it calls, its tests, and similar code.",
        RelatedCode,
        RelatedFound,
        _related,
    ),
    AgentTool("read_span", "Read lines of a file with their numbers.", ReadSpan, SpanRead, _read_span),
    AgentTool(
        "index_status",
        "Whether the index of the repository is ready, and what is still being indexed.",
        StatusRequest,
        Statuses,
        _index_status,
    ),
)

TOOLS: Final[Mapping[str, AgentTool]] = {tool.name: tool for tool in _TOOLS}
"""Every tool by its name."""
