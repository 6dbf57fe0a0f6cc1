"""The parameters of Findspot's own requests: the messages of every front end, and the tokens of the protocol.

Everything a client sends is checked here before any work starts (I-17): types, sizes and names. A mistake is
a ``RequestError`` whose message says which field is wrong and what it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from findspot.service.checked import FIRST, Excerpt, Name, Names, Part
from findspot.service.messages import (
    DiagnosticInView,
    EditorView,
    FileInView,
    IndexRequest,
    LocalizeRequest,
    Request,
    SearchRequest,
    StatusRequest,
)


def _token(raw: Any) -> Any:
    if isinstance(raw, int | str) and not isinstance(raw, bool):
        return raw
    raise ValueError("must be a string or a whole number")


Token = int | str
_Token = Annotated[Token | None, BeforeValidator(_token)]
_Count = Annotated[int, Field(ge=0)]


class Position(Part):
    """A place in a text, as the protocol counts."""

    line: _Count = Field(description="from 0")
    character: _Count = Field(description="from 0")


class Range(Part):
    """From one place of a text to another."""

    start: Position = Field(description="where it begins")
    end: Position = Field(description="where it ends")


class ActiveDocument(Part):
    """The document that is being looked at."""

    uri: Name = Field(description="the document")
    position: Position | None = Field(None, description="where the cursor is")


class DocumentDiagnostic(Part):
    """What a compiler or linter says of a document; the protocol's ``Diagnostic`` has more, which is not taken."""

    uri: Name = Field(description="the document")
    range: Range | None = Field(None, description="the place that it is about")
    message: Excerpt = Field(description="what it says")


class EditorDocuments(Part):
    """What an editor shows: what is near to it is raised. Documents that are no files of the workspace do not count."""

    active: ActiveDocument | None = Field(None, description="the document that is being looked at")
    open: Names = Field((), description="URIs of open documents")
    recent: Names = Field((), description="URIs of documents edited lately, the last one first")
    diagnostics: Annotated[tuple[DocumentDiagnostic, ...], FIRST, Field(strict=False)] = Field(
        (), description="errors and warnings"
    )
    changed: Names = Field((), description="URIs of files that differ from the last commit")

    def view(self) -> EditorView:
        """Return the same with lines from 1, as the service takes it."""
        active = self.active
        return EditorView(
            active=None
            if active is None
            else FileInView(path=active.uri, line=None if active.position is None else active.position.line + 1),
            open=self.open,
            recent=self.recent,
            diagnostics=tuple(
                DiagnosticInView(
                    path=one.uri, line=None if one.range is None else one.range.start.line + 1, message=one.message
                )
                for one in self.diagnostics
            ),
            changed=self.changed,
        )


class _WithTokens(Request):
    # Spelled as the protocol has them.
    work_done_token: _Token = Field(None, alias="workDoneToken", description="progress for this request")
    partial_result_token: _Token = Field(None, alias="partialResultToken", description="send the instant list first")


class SearchParams(_WithTokens, SearchRequest):
    """``findspot/search``."""

    context: EditorDocuments | None = Field(None, description="what the editor shows")  # type: ignore[assignment]  # by URI


class LocalizeParams(_WithTokens, LocalizeRequest):
    """``findspot/localize``."""

    context: EditorDocuments | None = Field(None, description="what the editor shows")  # type: ignore[assignment]  # by URI


class StatusParams(_WithTokens, StatusRequest):
    """``findspot/status``."""


class IndexParams(_WithTokens, IndexRequest):
    """``findspot/index``."""


OwnParams = SearchParams | LocalizeParams | StatusParams | IndexParams

PARSERS: Mapping[str, Callable[[Any], OwnParams]] = {
    "findspot/search": SearchParams.read,
    "findspot/localize": LocalizeParams.read,
    "findspot/status": StatusParams.read,
    "findspot/index": IndexParams.read,
}
"""Each of Findspot's own requests with what reads its parameters."""
