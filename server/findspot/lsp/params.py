"""The parameters of Findspot's own requests: the messages of every front end, and what the protocol adds.

Everything a client sends is checked here before any work starts (I-17): types, sizes and names. A mistake is
a ``RequestError`` whose message says which field is wrong and what it should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field

from findspot.lsp.answers import IndexReports, PlacedAnswer, PlacedContext, PlacedRelated, ServerStatus
from findspot.service.checked import FIRST, Budget, Excerpt, Length, Name, Names, Part, Scope, Text
from findspot.service.messages import (
    ContextRequest,
    DiagnosticInView,
    EditorView,
    FileInView,
    IndexRequest,
    LocalizeRequest,
    Message,
    Mode,
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
_Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Line = Annotated[int, Field(ge=0, le=2**31 - 2)]
"""Inside, lines count from 1."""
"""The protocol's `uinteger`; a larger one is too much for the index."""


class PositionParams(Part):
    """A place in a text, as the protocol counts."""

    line: _Line = Field(description="from 0")
    character: _Count = Field(description="from 0")


class RangeParams(Part):
    """From one place of a text to another."""

    start: PositionParams = Field(description="where it begins")
    end: PositionParams = Field(description="where it ends")


class ActiveDocument(Part):
    """The document that is being looked at."""

    uri: Name = Field(description="the document")
    position: PositionParams | None = Field(None, description="where the cursor is")


class DocumentDiagnostic(Part):
    """What a compiler or linter says of a document; the protocol's ``Diagnostic`` has more, which is not taken."""

    uri: Name = Field(description="the document")
    range: RangeParams | None = Field(None, description="the place that it is about")
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


_IF_PLAIN = BeforeValidator(lambda raw: raw if isinstance(raw, int | str) else None)
"""Leaves out what is neither a number nor a name: editors put objects there that the protocol does not know."""


class DiagnosticParams(Part):
    """A diagnostic as the protocol has it; what is not listed here is not read."""

    model_config = ConfigDict(extra="ignore")

    message: Text = Field(description="what it says")
    range: RangeParams | None = Field(None, description="where")
    source: Name | None = Field(None, description="who says it, such as `mypy`")
    code: Annotated[int | Name | None, _IF_PLAIN] = Field(None, description="its number or name")


class WithTokens(Request):
    """What belongs to a request and not to its question; the tokens are spelled as the protocol has them."""

    work_done_token: _Token = Field(None, alias="workDoneToken", description="progress for this request")
    partial_result_token: _Token = Field(None, alias="partialResultToken", description="send the instant list first")
    picker: Name | None = Field(None, description="names a list that is typed into; its newer request ends the older")


class SearchParams(WithTokens, SearchRequest):
    """``findspot/search``."""

    context: EditorDocuments | None = Field(None, description="what the editor shows")  # type: ignore[assignment]  # by URI


class LocalizeParams(WithTokens, LocalizeRequest):
    """``findspot/localize``."""

    context: EditorDocuments | None = Field(None, description="what the editor shows")  # type: ignore[assignment]  # by URI


class CauseParams(WithTokens):
    """``findspot/cause``: what lies behind an error, by its text, by a diagnostic, or by both."""

    mode: ClassVar[Mode] = Mode.LOCALIZE

    text: Text | None = Field(None, description="what was selected, printed by a terminal, or said by a test")
    diagnostic: DiagnosticParams | None = Field(None, description="one that is shown in the file `uri`")
    uri: Name | None = Field(None, description="the file that `diagnostic` or `text` comes from")
    top_k: Length | None = Field(None, description="how many results; if absent the answer chooses")
    scope: Scope = Field((), description="only results in these files and folders (URIs), and packages (by name)")
    budget: Budget | None = Field(None, description="seconds; the setting `budget` if absent; 0 leaves the model out")
    context: EditorDocuments | None = Field(None, description="what the editor shows")
    include_text: bool = Field(True, description="`false` leaves `text` out of the results")


class RelatedParams(WithTokens):
    """``findspot/related``: what is connected with the symbol at a place."""

    uri: Name = Field(description="the file")
    position: PositionParams = Field(description="the place in it, such as that of the cursor")
    top_k: Length | None = Field(
        None, description="how many places of each kind at most; the setting `top_k` if absent"
    )
    include_text: bool = Field(True, description="`false` leaves `text` out of the results")


class ContextParams(WithTokens, ContextRequest):
    """``findspot/context``."""

    context: EditorDocuments | None = Field(None, description="what the editor shows")


class StatusParams(WithTokens, StatusRequest):
    """``findspot/status``."""


class IndexParams(WithTokens, IndexRequest):
    """``findspot/index``."""


class Method(NamedTuple):
    """What one of Findspot's own requests takes and gives."""

    params: type[Request]
    answer: type[Message]


METHODS: Mapping[str, Method] = {
    "findspot/search": Method(SearchParams, PlacedAnswer),
    "findspot/localize": Method(LocalizeParams, PlacedAnswer),
    "findspot/cause": Method(CauseParams, PlacedAnswer),
    "findspot/related": Method(RelatedParams, PlacedRelated),
    "findspot/context": Method(ContextParams, PlacedContext),
    "findspot/status": Method(StatusParams, ServerStatus),
    "findspot/index": Method(IndexParams, IndexReports),
}
"""Each of Findspot's own requests."""
