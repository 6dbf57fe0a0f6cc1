"""The tools with which a root can be explored, in one table: name, description, request, answer, function.

Whoever explores, a loop, a server for agents, a training, takes them from here. Requests are checked as those of the
front ends are, and bounded; answers are plain messages with a JSON schema.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from findspot.core.types import Answer
from findspot.service.checked import LineNumber, Name, Scope, Text
from findspot.service.messages import AnswerStatus, LocalizeRequest, Message, RelatedOf, Request, Result, SearchRequest
from findspot.service.questions import ask_engine

if TYPE_CHECKING:
    from findspot.engine import Engine

Limit = Annotated[int, Field(ge=1, le=200)]
Pattern = Annotated[str, Field(min_length=1, max_length=1_000)]


class TextSearchRequest(Request):
    """Lines that hold a text."""

    pattern: Pattern = Field(description="the text, or a regular expression")
    expression: bool = Field(False, description="take the pattern as a regular expression")
    ignore_case: bool = Field(False, description="treat capital and small letters alike")
    scope: Scope = Field((), description="files and folders to look in")
    limit: Limit = Field(50, description="lines at most")


class GlobRequest(Request):
    """Files by name."""

    pattern: Pattern = Field(description="as in .gitignore: `*.py`, `src/**/test_*`, `docs/`")
    scope: Scope = Field((), description="files and folders to look in")
    limit: Limit = Field(100, description="files at most")


class ReadRequest(Request):
    """Lines of one file."""

    path: Name = Field(description="the file, relative to the root")
    start_line: LineNumber = Field(1, description="the first line")
    end_line: LineNumber | None = Field(None, description="the last line, inclusive; the end of the file if absent")


class OutlineRequest(Request):
    """What one file defines."""

    path: Name = Field(description="the file, relative to the root")
    limit: Limit = Field(200, description="definitions at most")


class MeaningRequest(Request):
    """Code by a sentence about it."""

    query: Text = Field(description="a sentence, a symbol, an error message")
    scope: Scope = Field((), description="files and folders to look in")
    limit: Limit = Field(10, description="results at most")


class NameRequest(Request):
    """A name of the code."""

    name: Pattern = Field(
        description="bare, `save`, or qualified, `Model.save`, of which uses are told by the last part"
    )
    limit: Limit = Field(50, description="places at most")


class SyntaxRequest(Request):
    """Code by its shape."""

    language: Pattern = Field(description="of the files, such as `python`; those with a syntax tree are known")
    query: Pattern = Field(description="a tree-sitter query with captures: `(raise_statement) @raise`")
    scope: Scope = Field((), description="files and folders to look in")
    limit: Limit = Field(50, description="captures at most")


class HistoryRequest(Request):
    """The past of one file."""

    path: Name = Field(description="the file, relative to the root")
    limit: Limit = Field(10, description="commits at most")


class RelatedRequest(Request):
    """What is connected with a symbol: who uses it, what it uses, its tests, and what does a similar thing."""

    path: Name = Field(description="the file, relative to the root")
    line: LineNumber = Field(
        description="a line of it, from 1; the definition there is meant, unless `name` is another's"
    )
    name: Name | None = Field(None, description="the word that is meant on that line, such as a function called there")
    limit: Limit = Field(10, description="places of each kind at most")


class LineFound(Message):
    """One line."""

    path: str = Field(description="the file, relative to the root")
    number: int = Field(description="of the line, from 1")
    text: str = Field(description="the line, its first 500 characters")


class LinesFound(Message):
    """Lines in the order of path and number."""

    lines: tuple[LineFound, ...] = Field(description="each with `path`, `number` and `text`, its first 500 characters")
    truncated: bool = Field(description="there is more, or it took too long to look everywhere")


class FilesFound(Message):
    """Files in the order of their paths."""

    paths: tuple[str, ...] = Field(description="relative to the root")
    truncated: bool = Field(description="there are more")


class FileText(Message):
    """Lines of a file as it is now."""

    path: str = Field(description="relative to the root")
    start_line: int = Field(description="the first line of `text`")
    end_line: int = Field(description="the last")
    lines: int = Field(description="how many the file has")
    text: str = Field(description="the lines, 64,000 bytes at most")
    truncated: bool = Field(description="`text` ends before the line that was asked for")


class DefinitionFound(Message):
    """One definition."""

    path: str = Field(description="the file, relative to the root")
    symbol: str = Field(description="qualified name inside the file")
    kind: str = Field(description="`function`, `method`, `class`, `module` or `section`")
    start_line: int = Field(description="the first line")
    end_line: int = Field(description="the last line, inclusive")
    signature: str = Field(description="how it begins")


class DefinitionsFound(Message):
    """Definitions, those of one file in its order."""

    definitions: tuple[DefinitionFound, ...] = Field(
        description="each with `path`, `symbol`, `kind`, `start_line`, `end_line` and `signature`"
    )
    truncated: bool = Field(description="there are more")


class NodeFound(Message):
    """One node of a syntax tree."""

    path: str = Field(description="the file, relative to the root")
    capture: str = Field(description="the capture of the query")
    node: str = Field(description="its type in the grammar")
    start_line: int = Field(description="the first line")
    end_line: int = Field(description="the last line, inclusive")
    text: str = Field(description="how it begins, 200 bytes at most")


class NodesFound(Message):
    """Captures in the order of path and place."""

    nodes: tuple[NodeFound, ...] = Field(
        description="each with `path`, `capture`, `node`, `start_line`, `end_line` and `text`"
    )
    truncated: bool = Field(description="there is more, or it took too long to look everywhere")


class CommitFound(Message):
    """One commit."""

    commit: str = Field(description="its name")
    time: str = Field(description="when it was made, as ISO 8601")
    subject: str = Field(description="the first line of its message")


class CommitsFound(Message):
    """Commits, the newest first."""

    commits: tuple[CommitFound, ...] = Field(description="each with `commit`, `time` and `subject`")
    truncated: bool = Field(description="there are more")


class CodeFound(Message):
    """Results of a search, best first."""

    results: tuple[Result, ...] = Field(description="best first")
    complete: bool = Field(description="the index agrees with the files, and all of it was searched")


class RelatedFound(RelatedOf[Result]):
    """The symbol that was meant, and places around it, the nearest first."""


Run = Callable[["Engine", Any, "threading.Event | None"], Message]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool; ``run`` takes the engine of the root, a checked request and a stop event, and raises what the engine raises."""

    name: str
    description: str
    request: type[Request]
    answer: type[Message]
    run: Run

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the arguments, of one root."""
        schema = self.request.model_json_schema(by_alias=False)
        del schema["properties"]["root"]
        return {
            name: schema[name] for name in ("type", "properties", "required", "additionalProperties") if name in schema
        }

    def call(self, engine: Engine, arguments: Any, stop: threading.Event | None = None) -> Message:
        """Check untrusted arguments and run the tool; raises ``RequestError`` as well."""
        return self.run(engine, self.request.read(arguments), stop)


def _text_search(engine: Engine, asked: TextSearchRequest, stop: threading.Event | None) -> LinesFound:
    found = engine.explorer().search(
        asked.pattern,
        asked.limit,
        scope=asked.scope,
        expression=asked.expression,
        ignore_case=asked.ignore_case,
        stop=stop,
    )
    return LinesFound.of(found, lines=tuple(map(LineFound.of, found.items)))


def _glob(engine: Engine, asked: GlobRequest, _stop: threading.Event | None) -> FilesFound:
    found = engine.explorer().files(asked.pattern, asked.limit, asked.scope)
    return FilesFound.of(found, paths=found.items)


def _read(engine: Engine, asked: ReadRequest, _stop: threading.Event | None) -> FileText:
    return FileText.of(engine.explorer().read(asked.path, asked.start_line, asked.end_line))


def _outline(engine: Engine, asked: OutlineRequest, _stop: threading.Event | None) -> DefinitionsFound:
    found = engine.explorer().outline(asked.path, asked.limit)
    return DefinitionsFound.of(found, definitions=tuple(map(DefinitionFound.of, found.items)))


def _definitions(engine: Engine, asked: NameRequest, _stop: threading.Event | None) -> DefinitionsFound:
    found = engine.explorer().definitions(asked.name, asked.limit)
    return DefinitionsFound.of(found, definitions=tuple(map(DefinitionFound.of, found.items)))


def _references(engine: Engine, asked: NameRequest, _stop: threading.Event | None) -> LinesFound:
    found = engine.explorer().references(asked.name, asked.limit)
    return LinesFound.of(found, lines=tuple(map(LineFound.of, found.items)))


def _syntax(engine: Engine, asked: SyntaxRequest, stop: threading.Event | None) -> NodesFound:
    found = engine.explorer().syntax(asked.language, asked.query, asked.limit, scope=asked.scope, stop=stop)
    return NodesFound.of(found, nodes=tuple(map(NodeFound.of, found.items)))


def _history(engine: Engine, asked: HistoryRequest, stop: threading.Event | None) -> CommitsFound:
    found = engine.explorer().history(asked.path, asked.limit, stop)
    return CommitsFound.of(found, commits=tuple(map(CommitFound.of, found.items)))


def _meaning(engine: Engine, asked: MeaningRequest, stop: threading.Event | None) -> CodeFound:
    question = SearchRequest(query=asked.query, top_k=asked.limit)
    return _code(engine, ask_engine(engine, engine.config.settings, question, scope=asked.scope, stop=stop))


def _localize(engine: Engine, asked: MeaningRequest, stop: threading.Event | None) -> CodeFound:
    question = LocalizeRequest(
        text=asked.query, top_k=asked.limit, budget=0.0
    )  # the model reads one question at a time
    return _code(engine, ask_engine(engine, engine.config.settings, question, scope=asked.scope, stop=stop))


def _code(engine: Engine, answer: Answer) -> CodeFound:
    root = str(engine.root)
    results = tuple(Result.by_lines(result, root, include_text=False) for result in answer.results)
    return CodeFound.of(answer.status, results=results)


def _related(engine: Engine, asked: RelatedRequest, _stop: threading.Event | None) -> RelatedFound:
    found = engine.related(asked.path, asked.line, asked.name, top_k=asked.limit)
    made = partial(Result.by_lines, root=str(engine.root), include_text=False)
    kinds = ("callers", "callees", "tests", "neighbours")
    groups: dict[str, Any] = {name: tuple(map(made, getattr(found, name))) for name in kinds}
    symbol = None if found.symbol is None else made(found.symbol)
    return RelatedFound.of(found, symbol=symbol, status=AnswerStatus.of(found.status), **groups)


_TOOLS = (
    Tool(
        "search_text",
        "Lines that hold a text or match a regular expression.",
        TextSearchRequest,
        LinesFound,
        _text_search,
    ),
    Tool("find_files", "Files by a pattern of their paths.", GlobRequest, FilesFound, _glob),
    Tool("read_lines", "Lines of one file.", ReadRequest, FileText, _read),
    Tool("outline", "Functions, classes and sections of one file.", OutlineRequest, DefinitionsFound, _outline),
    Tool(
        "find_code", "Code by a sentence about it, a symbol or an error message.", MeaningRequest, CodeFound, _meaning
    ),
    Tool(
        "localize",
        "Code that a report or a sentence of it is about: slower than find_code, ordered by learned rankers.",
        MeaningRequest,
        CodeFound,
        _localize,
    ),
    Tool("definitions", "Where a name is defined.", NameRequest, DefinitionsFound, _definitions),
    Tool("references", "Lines that use a name.", NameRequest, LinesFound, _references),
    Tool(
        "related",
        "What is connected with a definition: who uses it, what it uses, its tests, similar code.",
        RelatedRequest,
        RelatedFound,
        _related,
    ),
    Tool(
        "query_syntax",
        "Nodes of syntax trees that a tree-sitter query captures, in the files of one language.",
        SyntaxRequest,
        NodesFound,
        _syntax,
    ),
    Tool("file_history", "The newest commits that changed a file.", HistoryRequest, CommitsFound, _history),
)

TOOLS: Final[Mapping[str, Tool]] = {tool.name: tool for tool in _TOOLS}
"""Every tool by its name."""
