"""The answers of Findspot's own requests: the messages of every front end, with a URI and a range for each place."""

from __future__ import annotations

from pydantic import Field

from findspot.service.messages import AnswerOf, IndexStatus, Message, RefreshReport, RelatedOf, ResultFields


class Position(Message):
    """A place in a text."""

    line: int = Field(description="from 0")
    character: int = Field(description="from 0, counted as `initialize` has agreed")


class Range(Message):
    """From a position up to another, without it."""

    start: Position = Field(description="where it begins")
    end: Position = Field(description="where it ends")


class PlacedResult(ResultFields):
    """One place, by URI and range; its lines count from 0."""

    uri: str = Field(description="the file")
    range: Range = Field(description="the place in it")


class PlacedAnswer(AnswerOf[PlacedResult]):
    """Ranked results, best first, and what they were made of."""


class PlacedRelated(RelatedOf[PlacedResult]):
    """The symbol that was meant, and places around it, the nearest first."""


class PlacedContext(AnswerOf[PlacedResult]):
    """Ranked results, without their text, and one text that shows them."""

    text: str = Field(description="a table of contents, then each place with its path, lines and code")
    tokens: int = Field(description="how many tokens `text` has")
    tokenizer: str = Field(description="whose tokens were counted")


class ServerInfo(Message):
    """Who answers."""

    name: str = Field(description="`findspot`")
    version: str = Field(description="of the server")


class ServerStatus(Message):
    """What the server is doing."""

    server: ServerInfo = Field(description="who answers")
    running_requests: int = Field(description="questions in work at this moment")
    roots: tuple[IndexStatus, ...] = Field(description="one for each folder")


class IndexReports(Message):
    """What a refresh did."""

    roots: tuple[RefreshReport, ...] = Field(description="one for each folder")
