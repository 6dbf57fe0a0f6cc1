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
from findspot.mcp.answers import Around, CodePlace, Lines, Neighbour, Places, RootStatus, Statuses, Written
from findspot.mcp.page import laid_out, written
from findspot.mcp.session import Report, Session
from findspot.service.checked import LineNumber, Name, Scope, Text, Tokens
from findspot.service.finding import PAGE, FindRequest
from findspot.service.messages import ContextRequest, Message, Mode, Request, StatusRequest


class FindCode(FindRequest):
    """Any text, and how long the answer may be."""

    budget_tokens: Tokens = Field(2_500, description="length of the answer, about")


class ContextFor(Request):
    """A task, and how long the answer may be."""

    query: Text = Field(description="the task or issue as given")
    scope: Scope = Field((), description="files, folders, packages")
    budget_tokens: Tokens = Field(4_000, description="length of the answer")


class RelatedCode(Request):
    """A place, or a name on it."""

    path: Name = Field(description="file, as find_code writes it")
    line: LineNumber = Field(description="a line of the definition")
    name: Name | None = Field(None, description="a name on that line, if another is meant")
    k: Annotated[int, Field(ge=1, le=50)] = Field(8, description="how many of each kind")


class ReadSpan(Request):
    """Lines of a file."""

    path: Name = Field(description="file, as find_code writes it")
    start_line: LineNumber = Field(1)
    end_line: LineNumber | None = Field(None, description="inclusive")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a tool returns: text for a model, and the same as an object."""

    text: str
    data: Message


Run = Callable[[Session, Any, Report], Awaitable[Reply]]
"""Takes a checked request and who is told of progress; raises what the engine raises."""


@dataclass(frozen=True, slots=True)
class AgentTool:
    """One tool as an agent sees it."""

    name: str
    description: str
    request: type[Request]
    answer: type[Message]
    run: Run


async def find_code(session: Session, asked: FindCode, report: Report) -> Reply:
    """Answer ``find_code``: one page of places."""
    found, notes = await session.ask(asked.question(), report)
    rows = found.rows[asked.offset :]
    page = rows if asked.k is None and not asked.offset else rows[: asked.k or PAGE]
    roots = {id(result): root for result, root in page}

    def name(result: SearchResult) -> str:
        return session.shown(roots[id(result)].path, result.path)

    results = [result for result, _ in page]
    length = max(asked.budget_tokens - sum(map(session.count, notes)), 1)
    shown = await session.scheduler.run(Mode.SEARCH, lambda _: laid_out(results, name, length, session.count))
    # An answer that chose its own length may have more to tell.
    more = len(shown) < len(rows) or (asked.k is None and not asked.offset and bool(page))
    following = asked.offset + len(shown) if more and asked.offset + len(shown) < MAX_RESULTS else 0
    parts = [*notes, written(shown)] if shown else [*notes]
    if not shown:
        parts.append("No more results." if asked.offset else "Nothing was found; try other words or a wider scope.")
    if following:
        parts.append(f"More: ask again with offset {following}.")
    places = tuple(CodePlace.of_result(one.result, name(one.result), code=one.code) for one in shown)
    data = {"notes": tuple(notes), "next_offset": following}
    told = {key: value for key, value in data.items() if value}
    return Reply("\n".join(parts), Places(complete=found.status.complete, results=places, **told))


async def context(session: Session, asked: ContextFor, report: Report) -> Reply:
    """Answer ``context``: the code for a task in one text."""
    request = ContextRequest(query=asked.query, scope=asked.scope, budget_tokens=asked.budget_tokens, root=asked.root)
    found, notes = await session.ask(question_of(request), report)
    # What is said of the index stands in the notes already.
    status = replace(found.status, notes=tuple(notes), message="", complete=True)

    def lay_out(stop: threading.Event) -> Bundle:
        with session.scheduler.foreground.request():
            places = [
                FoundBy(result, use.engine, use.unsaved, partial(session.shown, root.path))
                for result, root in found.rows
                for use in (root.access(),)
            ]
            return bundle(request, places, status, session.count, stop)

    made = await session.scheduler.run(Mode.LOCALIZE, lay_out)
    return Reply(made.text, Written(text=made.text, complete=found.status.complete, tokens=made.tokens))


async def _related(session: Session, asked: RelatedCode, _: Report) -> Reply:
    def work(_: threading.Event) -> Reply:
        with session.scheduler.foreground.request():
            file = session.file(asked.path)
            found = file.access.engine.related(file.path, asked.line, asked.name, top_k=asked.k)
        groups = {
            "symbol": () if found.symbol is None else (found.symbol,),
            "caller": found.callers,
            "callee": found.callees,
            "test": found.tests,
            "similar": found.neighbours,
        }
        rows = [
            (relation, result, session.shown(file.root.path, result.path))
            for relation, results in groups.items()
            for result in results
        ]
        notes = prose.standing(found.status, session.indexing())
        if found.symbol is None:
            notes.append(f"No definition stands at line {asked.line}; read_span shows what does.")
        text = "\n".join([*notes, *(f"{relation}: {prose.heading(one, path)}" for relation, one, path in rows)])
        places = tuple(Neighbour.of_result(one, path, relation=relation) for relation, one, path in rows)
        told = {"notes": tuple(notes)} if notes else {}
        return Reply(text, Around(complete=found.status.complete, results=places, **told))

    return await session.scheduler.run(Mode.SEARCH, work)


async def _read_span(session: Session, asked: ReadSpan, _: Report) -> Reply:
    read = await session.read(asked.path, asked.start_line, asked.end_line)
    width = len(str(read.end_line))
    lines = [f"{number:>{width}} {line}" for number, line in enumerate(read.text.split("\n"), start=read.start_line)]
    cut = read.end_line < min(asked.end_line or read.lines, read.lines)
    more = [f"... (go on with start_line {read.end_line + 1})"] if cut else []
    return Reply(
        "\n".join([f"{read.path}:{read.start_line}-{read.end_line} of {read.lines} lines", *lines, *more]), read
    )


async def _index_status(session: Session, _: StatusRequest, __: Report) -> Reply:
    roots: list[RootStatus] = []
    lines: list[str] = []
    for root, status in await session.statuses():
        name = session.names.get(root.path, root.name)
        if isinstance(status, IndexStatus):
            roots.append(RootStatus.of(status, name=name))
            lines.append(prose.status_line(name, status))
        else:
            roots.append(RootStatus.of(None, name=name, root=root.name, state="failed", message=status))
            lines.append(f"{name} ({root.name}): {status}")
    return Reply("\n".join(lines), Statuses(roots=tuple(roots)))


_TOOLS = (
    AgentTool(
        "find_code",
        "Find the functions and lines that a sentence, symbol, error, stack trace or issue is about."
        " Use it first, before grep: it ranks the whole repository by words, meaning, calls and history.",
        FindCode,
        Places,
        find_code,
    ),
    AgentTool(
        "context",
        "The code for a task in one text, before the first step: ranked places, their callers and tests.",
        ContextFor,
        Written,
        context,
    ),
    AgentTool(
        "related",
        "Who calls a function, what it calls, its tests, and similar code.",
        RelatedCode,
        Around,
        _related,
    ),
    AgentTool("read_span", "Read lines of a file with their numbers.", ReadSpan, Lines, _read_span),
    AgentTool(
        "index_status",
        "Whether the index is ready, and what is still being indexed.",
        StatusRequest,
        Statuses,
        _index_status,
    ),
)

TOOLS: Final[Mapping[str, AgentTool]] = {tool.name: tool for tool in _TOOLS}
"""Every tool by its name."""
