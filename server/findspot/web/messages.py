"""What the HTTP interface takes and gives beside the messages of every front end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any, Self

from pydantic import Field

from findspot.core.limits import MAX_RESULTS
from findspot.core.types import PreviewLine, SearchResult
from findspot.service import messages
from findspot.service.checked import LineNumber, Name
from findspot.service.highlight import KINDS, Piece, PieceKind, highlighted
from findspot.service.messages import AnswerOf, IndexStatus, Message, RelatedOf, Request, Result

RequestId = Annotated[str, Field(max_length=100)]

_ID = "a name for this question, which every part of its answer repeats; made by the server if absent"
_COLOURS = "add the source in classified pieces"


class SearchRequest(messages.SearchRequest):
    """The hybrid list for a word, a sentence, a path or an error message."""

    request_id: RequestId | None = Field(None, description=_ID)
    highlight: bool = Field(False, description=_COLOURS)


class LocalizeRequest(messages.LocalizeRequest):
    """The places that a report is about. Without ``top_k`` the answer chooses its length."""

    request_id: RequestId | None = Field(None, description=_ID)
    highlight: bool = Field(False, description=_COLOURS)


class FileRequest(Request):
    """Lines of a file of the index."""

    path: Name = Field(
        description="the file, relative to its root; with several roots the name of the root comes first"
    )
    start_line: LineNumber = Field(1, description="the first line")
    end_line: LineNumber | None = Field(None, description="the last line, inclusive; the end of the file if absent")
    highlight: bool = Field(False, description=_COLOURS)


class RelatedRequest(Request):
    """What is connected with the definition at a place."""

    path: Name = Field(
        description="the file, relative to its root; with several roots the name of the root comes first"
    )
    line: LineNumber = Field(description="a line of the definition, from 1")
    name: Name | None = Field(None, description="a name on that line, if another is meant")
    top_k: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = Field(10, description="how many of each kind at most")
    include_text: bool = Field(True, description="`false` leaves `text` out of the places")
    highlight: bool = Field(False, description=_COLOURS)


Pieces = tuple[tuple[str, PieceKind], ...]
_PIECES = f"the line as pieces, each with its text and what it is: {', '.join(f'`{kind}`' for kind in KINDS)}"


class SourceLine(Message):
    """One line of source."""

    number: int = Field(description="from 1")
    pieces: Pieces = Field(description=_PIECES)
    spans: tuple[tuple[int, int], ...] = Field((), description="which half-open ranges of its characters match")


class HttpResult(Result):
    """One place, by numbers of lines; lines count from 1."""

    shown: tuple[SourceLine, ...] = Field(
        (), description="the few lines that show the place, where `highlight` asks for them"
    )

    @classmethod
    def of_lines(cls, result: SearchResult, root: str, *, include_text: bool, highlight: bool) -> Self:
        """Return the message of one result of the engine."""
        lines: dict[str, Any] = {"start_line": result.span.start_line, "end_line": result.span.end_line}
        if highlight:
            lines["shown"] = tuple(_preview(result))
        return cls.of_result(result, root, include_text=include_text, **lines)


class HttpAnswer(AnswerOf[HttpResult]):
    """Ranked results, best first, and what they were made of."""

    request_id: str = Field(description="the name of the question")


class HttpContext(AnswerOf[HttpResult]):
    """Ranked results, without their text, and one text that shows them."""

    text: str = Field(description="a table of contents, then each place with its path, lines and code")
    tokens: int = Field(description="how many tokens `text` has")
    tokenizer: str = Field(description="whose tokens were counted")


class HttpRelated(RelatedOf[HttpResult]):
    """The symbol that was meant, and places around it, the nearest first."""


class FileLines(Message):
    """Lines of a file as they are now; fewer than were asked for where they are very many."""

    root: str = Field(description="the root it belongs to")
    path: str = Field(description="the file, relative to the root")
    start_line: int = Field(description="the first line of `text`")
    end_line: int = Field(description="the last")
    lines: int = Field(description="how many the file has")
    text: str = Field(description="the lines, 64,000 bytes at most")
    highlighted: tuple[SourceLine, ...] = Field((), description="the same in pieces, where `highlight` asks for them")


class RootStatus(IndexStatus):
    """The index of one root. One that cannot be opened is ``failed`` and has a ``message``, no more."""

    name: str = Field(description="how paths of it begin where there are several roots")


class ServerStatus(Message):
    """Where the index stands. ``indexed`` and ``total`` are there while it is built, ``files`` once it is up to date."""

    status: str = Field(description="`indexing`, `ready`, `aborted` or `failed`: that of the least finished root")
    indexed: int = Field(0, description="files done in the run in progress")
    total: int | None = Field(None, description="files to do in it; null where that is not known yet")
    files: int = Field(0, description="files of the index")
    chunks: int = Field(description="units of the index")
    message: str = Field(description="how far it is or what is wrong, in words; may be empty")
    roots: tuple[RootStatus, ...] = Field(description="one for each root")
    scope: tuple[str, ...] = Field(description="where answers come from, as paths; empty for everywhere")
    local: bool = Field(description="the client is on this machine, so that paths mean the same to it")
    version: str = Field(description="of the server")


class Health(Message):
    """The server runs."""

    status: str = Field(description="`ok`")
    version: str = Field(description="of the server")


class Failure(Message):
    """Why there is no answer."""

    error: str = Field(description="what is wrong and what to do, in a sentence")
    request_id: str = Field("", description="the name of the question, where it has one")


class End(Message):
    """The end of a stream of events."""

    request_id: str = Field(description="the name of the question")
    error: str = Field("", description="what went wrong on the way, if anything did")


def source_lines(text: str, path: str, first: int) -> tuple[SourceLine, ...]:
    """Return lines of a file in pieces; ``first`` is the number of the first."""
    lines = highlighted(text, path)
    return tuple(SourceLine(number=number, pieces=_joined(line)) for number, line in enumerate(lines, start=first))


def _joined(line: Sequence[Piece]) -> Pieces:
    """Return the pieces of a line, neighbours of one kind as one."""
    return tuple(
        ("".join(piece.text for piece in group), kind) for kind, group in groupby(line, key=lambda one: one.kind)
    )


def _preview(result: SearchResult) -> list[SourceLine]:
    first = result.span.start_line
    last = max((shown.number for shown in result.preview), default=0)
    lines = result.text.split("\n", max(last - first + 1, 0))
    coloured = highlighted("\n".join(lines[: last - first + 1]), result.path)  # what stands below changes nothing above

    def made(shown: PreviewLine) -> SourceLine:
        at = shown.number - first
        line = coloured[at] if 0 <= at < len(coloured) else []
        if "".join(piece.text for piece in line) != shown.text:  # it was cut, or stands before the place
            line = highlighted(shown.text, result.path)[0]
        return SourceLine(number=shown.number, pieces=_joined(line), spans=shown.spans)

    return [made(shown) for shown in result.preview]
