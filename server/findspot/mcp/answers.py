"""What the tools return as objects.

Some agents show a model the object and not the text beside it, others the text alone (decision 0036). So each of the two
has all of the answer, and the object is kept as short as the text: what says nothing is left out of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema

from findspot.core.types import SearchResult
from findspot.mcp import prose
from findspot.service.messages import Message

_NOTES = "what the answer is not, and how far the index is; absent where there is nothing to say"
_COMPLETE = "the index agrees with the files, and all of it was searched"


class CodePlace(Message):
    """One place; fields that are empty, unknown or as usual are absent."""

    path: str = Field(description="the file, relative to its root; with several roots the name of the root comes first")
    start_line: int = Field(description="the first line, from 1")
    end_line: int = Field(description="the last line, inclusive")
    kind: str = Field(description="`function`, `method`, `class`, `module`, `section`, `window`, `file`")
    symbol: str = Field("", description="qualified name inside the file")
    probability: float = Field(0.0, description="how likely this is the right place, where that is known")
    why: str = Field(
        "",
        description="the kinds of evidence: `words`, `meaning`, `named` in the question, `calls`, `history` of commits, `model`",
    )
    changed: bool = Field(False, description="the file has changed since it was indexed: lines may be off")
    code: str = Field("", description="lines with their numbers, `>` at the best one, `...` for those left out")

    @classmethod
    def of_result(cls, result: SearchResult, path: str, **more: Any) -> Self:
        """Return the message of one result."""
        told: dict[str, Any] = {
            "symbol": result.symbol,
            "why": ", ".join(prose.why(result)),
            "changed": not result.fresh,
            **more,
        }
        told = {name: value for name, value in told.items() if value}
        if result.probability is not None:
            told["probability"] = round(result.probability, 2)
        span = result.span
        return cls(path=path, start_line=span.start_line, end_line=span.end_line, kind=result.kind, **told)


class Neighbour(CodePlace):
    """A place near another."""

    relation: str = Field(
        "", description="`symbol` (what was asked about itself), `caller`, `callee`, `test` or `similar`"
    )


class Places(Message):
    """A page of places, best first."""

    notes: tuple[str, ...] = Field((), description=_NOTES)
    complete: bool = Field(description=_COMPLETE)
    results: tuple[CodePlace, ...] = Field(description="each with the fields of a place")
    next_offset: int = Field(0, description="`offset` of the next page; absent where there is none")


Brief = WithJsonSchema({"type": "object"})
"""Leaves the fields of an object out of the schema that a model's context has to carry; the reference has them."""


class Around(Message):
    """Places around one."""

    notes: tuple[str, ...] = Field((), description=_NOTES)
    complete: bool = Field(description=_COMPLETE)
    results: tuple[Annotated[Neighbour, Brief], ...] = Field(
        description="each with the fields of a place and `relation`"
    )


class Written(Message):
    """The code for a task in one text."""

    text: str = Field(description="Markdown: a table of contents, then places with lines and code")
    complete: bool = Field(description=_COMPLETE)
    tokens: int = Field(description="of `text`, as SmolLM2's tokenizer counts")


class Lines(Message):
    """Lines of a file as they are now; fewer than were asked for where they are very many."""

    path: str = Field(description="the file")
    start_line: int = Field(description="the first line of `text`")
    end_line: int = Field(description="the last")
    lines: int = Field(description="how many the file has")
    text: str = Field(description="the lines, 64,000 bytes at most")


class RootStatus(Message):
    """The index of one root."""

    name: str = Field(description="how paths of it begin where there are several roots")
    root: str = Field(description="the folder")
    state: str = Field(description="`empty`, `indexing`, `ready`, `aborted` or `failed`")
    complete: bool = Field(False, description="the index agrees with the files")
    files: int = Field(0, description="files of the index")
    message: str = Field("", description="what has failed and is tried again; may be empty")


class Statuses(Message):
    """The index of each root."""

    roots: tuple[Annotated[RootStatus, Brief], ...] = Field(
        description="each with `name`, `root`, `state`, `complete`, `files`, `message`"
    )
