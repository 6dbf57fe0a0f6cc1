"""What goes in and comes out of every front end, declared once: names, types, limits and JSON (I-19).

A front end may add what its protocol wants, such as a URI and a range, and renames nothing. Fields have the same names
everywhere; a request may spell them in camelCase too, as editors do.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from findspot.core import types as core
from findspot.core.filters import Filter
from findspot.core.limits import USUAL_TOKENS
from findspot.errors import QueryError
from findspot.service.checked import (
    FIRST,
    Budget,
    Depth,
    Excerpt,
    FileKinds,
    FileTypes,
    Globs,
    IgnoreLines,
    Length,
    LineNumber,
    Name,
    Names,
    Part,
    Scope,
    Similarity,
    Text,
    Tokens,
    mistake,
)


class Mode(Enum):
    """In which pool a request runs: its name and how many threads it has."""

    SEARCH = ("search", 4)
    LOCALIZE = ("localize", 2)
    INDEX = ("index", 1)


class RequestError(QueryError):
    """A field of a request is missing, unknown, too large or of the wrong type."""


class Request(Part):
    """The parameters of a question or command."""

    mode: ClassVar[Mode] = Mode.SEARCH

    root: Name | None = Field(None, description="one root of several, as the client names it; all of them if absent")

    @classmethod
    def read(cls, raw: Any) -> Self:
        """Return the request in ``raw``; raises ``RequestError`` naming the field and what it should be."""
        if raw is None:
            raw = {}
        if not isinstance(raw, Mapping):
            raise RequestError("the parameters must be one object with named fields")
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise RequestError(mistake(cls, error)) from error


class FileInView(Part):
    """A file, and the line of it that matters."""

    path: Name = Field(description="the file")
    line: LineNumber | None = Field(None, description="from 1")


class DiagnosticInView(FileInView):
    """What a compiler or linter says of a file."""

    message: Excerpt = Field(description="what it says")


class EditorView(Part):
    """What an editor shows: what is near to it is raised (setting `editor_context`). Files outside of all roots do not count."""

    active: FileInView | None = Field(None, description="the file that is being looked at, with the line of the cursor")
    open: Names = Field((), description="open files")
    recent: Names = Field((), description="files edited lately, the last one first")
    diagnostics: Annotated[tuple[DiagnosticInView, ...], FIRST, Field(strict=False)] = Field(
        (), description="errors and warnings"
    )
    changed: Names = Field((), description="files that differ from the last commit")


class InFiles(Request):
    """What says which files a request is about."""

    scope: Scope = Field((), description="only results in these files, folders and packages (by name)")
    types: FileTypes = Field((), description="only files of these types, by ripgrep's names, such as `py`")
    not_types: FileTypes = Field((), description="no files of these types")
    globs: Globs = Field(
        (), description="only files that these globs take in; `!` leaves out, the last that matches decides"
    )
    only: FileKinds = Field((), description="only files of these kinds: `code`, `docs`, `config`, `tests`")
    max_depth: Depth | None = Field(None, description="folders to go down at most, 1 for what lies directly in `scope`")
    ignored: IgnoreLines = Field((), description="lines of ignore files; what they name is left out")

    def filters(self) -> Filter:
        """Return what of the files in scope the question is about."""
        return Filter(self.types, self.not_types, self.globs, self.only, self.max_depth, self.ignored)


class _Question(InFiles):
    top_k: Length | None = Field(None, description="how many results at most; the setting `top_k` if absent")
    include_text: bool = Field(True, description="`false` leaves `text` out of the results")


class _InEditor(_Question):
    context: EditorView | None = Field(None, description="what the editor shows")
    threshold: Similarity | None = Field(
        None, description="cosine similarity of what is found by meaning alone; the setting `threshold` if absent"
    )
    explain: bool = Field(False, description="add evidence of the kind `score`: the steps that made each score")


class SearchRequest(_InEditor):
    """The hybrid list for a word, a sentence, a path or an error message."""

    query: Text = Field(description="what is looked for")


class SymbolsRequest(_Question):
    """Definitions by name, or by a sentence about them."""

    query: Text = Field(description="a name, a part of one, or a sentence")


class LocalizeRequest(_InEditor):
    """The places that a report is about. Without ``top_k`` the answer chooses its length."""

    mode: ClassVar[Mode] = Mode.LOCALIZE

    top_k: Length | None = Field(
        None, description="how many results; if absent the answer chooses, up to the setting `top_k`"
    )
    text: Text = Field(description="an issue, an error message, a stack trace")
    level: core.Level = Field("function", description="what one result stands for")
    budget: Budget | None = Field(None, description="seconds; the setting `budget` if absent; 0 leaves the model out")


class ContextRequest(InFiles):
    """The code that a question is about, in one text for a reader who cannot look for themselves."""

    mode: ClassVar[Mode] = Mode.LOCALIZE

    query: Text = Field(description="a question, an issue, an error message, a stack trace")
    top_k: Length | None = Field(None, description="how many places at most; if absent the answer chooses")
    budget: Budget | None = Field(None, description="seconds for the model; 10 if absent; 0 leaves it out")
    budget_tokens: Tokens = Field(USUAL_TOKENS, description="tokens of `text` at most, as SmolLM2's tokenizer counts")
    format: core.ContextFormat = Field("markdown", description="how `text` is written")


class StatusRequest(Request):
    """Where the index of each root stands."""


class IndexRequest(Request):
    """Bring the index up to date now."""

    mode: ClassVar[Mode] = Mode.INDEX

    rebuild: bool = Field(False, description="throw the index away first")


Question = SearchRequest | SymbolsRequest | LocalizeRequest


class Message(BaseModel):
    """One object of an answer, made from the engine's own data and not checked again."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def of(cls, source: object, *, without: Container[str] = (), **more: Any) -> Self:
        """Return the message that has ``more`` and, of its other fields, what ``source`` has under the same names."""
        same = [name for name in cls.model_fields if name not in more and name not in without and hasattr(source, name)]
        values: dict[str, Any] = {name: getattr(source, name) for name in same}
        return cast("Self", cls.model_construct(**values, **more))

    def to_json(self) -> dict[str, Any]:
        """Return the object in values of JSON; what was left out on purpose is absent."""
        return self.model_dump(exclude_unset=True)


class Evidence(Message):
    """One reason why a result is where it is; ``score`` is comparable within its kind only."""

    kind: str = Field(
        description="`lexical`, `dense`, `mention`, `graph`, `history`, `near`, `prior`, `model`, `explored`, or `score` "
        "for a step that made the score"
    )
    detail: str = Field(description="what matched, in words")
    score: float = Field(description="of this kind of evidence")


class ResultFields(Message):
    """What one result has in every front end, apart from how its place is written."""

    root: str = Field(description="the root it belongs to")
    path: str = Field(description="the file, relative to the root, with `/`")
    symbol: str | None = Field(description="qualified name inside the file, such as `Uploader.schedule_retry`")
    kind: str = Field(
        description="`function`, `method`, `class`, `module`, `section`, `window`, `file`, or a kind of symbol"
    )
    score: float = Field(description="higher is better; comparable inside one answer")
    probability: float | None = Field(description="how likely this is the right place; null where that is not known")
    rank: int = Field(description="1 is the best")
    stage: core.Stage = Field(
        description="`localized` once the localization model has ranked it, `explored` where tools were used"
    )
    evidence: tuple[Evidence, ...] = Field(description="why it is here")
    fresh: bool = Field(description="the text that was indexed is the text that the file or buffer holds now")
    exact: bool | None = Field(description="where the query is a mere name or path: whether this place is called so")
    best_line: int | None = Field(description="the line that matches best; null where no word of the question occurs")
    matches: tuple[int, ...] = Field(description="the lines that match, at most 20, in order")
    text: str = Field("", description="the text of the place as it is now; absent where it was not asked for")
    truncated: bool = Field(False, description="`text` ends early, after the last whole line within 16,000 bytes")

    @classmethod
    def of_result(cls, result: core.SearchResult, root: str, *, include_text: bool, **more: Any) -> Self:
        """Return the message of one result of the engine."""
        evidence = tuple(Evidence.of(item) for item in result.evidence)
        without = () if include_text else ("text", "truncated")
        return cls.of(result, without=without, **{"root": root, "evidence": evidence, **more})


class Result(ResultFields):
    """One place, by numbers of lines; lines count from 1."""

    start_line: int = Field(description="the first line")
    end_line: int = Field(description="the last line, inclusive")

    @classmethod
    def by_lines(cls, result: core.SearchResult, root: str, *, include_text: bool) -> Self:
        """Return the message of one result of the engine."""
        lines = {"start_line": result.span.start_line, "end_line": result.span.end_line}
        return cls.of_result(result, root, include_text=include_text, **lines)


class AnswerStatus(Message):
    """What an answer was made of (I-13)."""

    state: core.IndexState = Field(description="where the index stands; of several roots the least finished")
    complete: bool = Field(description="the index agrees with the files, and all of it was searched")
    lexical: bool = Field(description="words took part")
    dense: bool = Field(description="meaning took part")
    model: str = Field(description="`applied`, or why the localization model was not, or how far it came")
    model_applied: bool = Field(description="the localization model has scored some of the candidates")
    files: int = Field(description="files of the index")
    chunks: int = Field(description="units of the index")
    elapsed_seconds: float = Field(description="time in the engine")
    in_root_probability: float | None = Field(
        description="that the right place is in these roots at all; null if unknown"
    )
    suggested_length: int | None = Field(
        description="how many of the first results make the best answer; 0 when the place is probably not here"
    )
    exact: bool | None = Field(description="where the query is a mere name or path: whether anything is called so")
    by_meaning: bool = Field(
        description="no word of the query occurs in the index; the results are only similar in meaning"
    )
    notes: tuple[str, ...] = Field(description="sentences to show above the list")
    message: str = Field(description="anything else a person should know; may be empty")


Place = TypeVar("Place", bound=ResultFields)


class AnswerOf(Message, Generic[Place]):
    """Ranked results, best first, and what they were made of."""

    results: tuple[Place, ...] = Field(description="best first")
    status: AnswerStatus = Field(description="what they were made of")


class RelatedOf(Message, Generic[Place]):
    """The symbol that was meant, and places around it, the nearest first."""

    symbol: Place | None = Field(description="the definition that was meant; null where none stands there")
    callers: tuple[Place, ...] = Field(description="code that uses it")
    callees: tuple[Place, ...] = Field(description="definitions that it uses")
    tests: tuple[Place, ...] = Field(description="tests that use it")
    neighbours: tuple[Place, ...] = Field(description="code of similar meaning")
    status: AnswerStatus = Field(description="what they were made of")


class Answer(AnswerOf[Result]):
    """Ranked results, best first, and what they were made of."""


class Problem(Message):
    """What is wrong with one file."""

    path: str = Field(description="the file, relative to the root, with `/`")
    kind: core.ProblemKind = Field(description="the reason")
    message: str = Field(description="the same in words, and what to do")


class IndexStatus(Message):
    """The index of one root. One that cannot be opened is ``failed`` and has a ``message``, no more."""

    root: str = Field(description="the folder, as results name it")
    state: core.IndexState = Field(description="where the index stands")
    message: str = Field(description="what has failed and is tried again; may be empty")
    complete: bool = Field(description="the index agrees with the files: nothing waits to be read, nothing has failed")
    files: int = Field(description="files of the index")
    chunks: int = Field(description="units of the index")
    holes: int = Field(description="chunks without an embedding")
    size_bytes: int = Field(description="size of the index on disk")
    indexed: int = Field(description="files done in the run in progress")
    total: int | None = Field(description="files to do in it")
    generation: int = Field(description="grows with every change of the index")
    embedder: str | None = Field(description="the model of static vectors")
    localization_model: str | None = Field(description="the localization model")
    ranker: str | None = Field(description="the learned rankers")
    other_process_indexing: bool = Field(description="another process is indexing this root; its work is waited for")
    problems: dict[str, int] = Field(description="files with a problem, by reason; some are indexed all the same")
    quarantined: tuple[Problem, ...] = Field(
        description="the first files that ended their parser, indexed as plain text"
    )
    skipped: dict[str, int] = Field(description="files and folders left out, by reason; a folder counts as one")

    @classmethod
    def of_status(cls, status: core.IndexStatus, root: str) -> Self:
        """Return the message of a status of the engine."""
        quarantined = tuple(Problem.of(problem) for problem in status.quarantined)
        counts = {"problems": dict(status.problems), "skipped": dict(status.skipped)}
        return cls.of(status, root=root, quarantined=quarantined, **counts)

    @classmethod
    def failed(cls, root: str, message: str) -> Self:
        """Return the status of a root whose index cannot be opened."""
        return cls.of(None, root=root, state=core.IndexState.FAILED, message=message)


class RefreshReport(Message):
    """What a refresh of one root did; ``problems`` are those of single files that it met."""

    root: str = Field(description="the folder, as results name it")
    state: core.IndexState = Field(description="where the index stands now")
    added: int = Field(description="files that are new")
    changed: int = Field(description="files that were read again")
    removed: int = Field(description="files that are gone")
    unchanged: int = Field(description="files that are as they were")
    embedded: int = Field(description="new vectors")
    reused: int = Field(
        description="files, of those added or changed, that were prepared before, for another root or branch"
    )
    seconds: float = Field(description="by the clock")
    skipped: dict[str, int] = Field(description="files and folders left out, by reason; a folder counts as one")
    problems: tuple[Problem, ...] = Field(description="those of single files that the refresh met")

    @classmethod
    def of_report(cls, report: core.RefreshReport, root: str) -> Self:
        """Return the message of a report of the engine."""
        problems = tuple(Problem.of(problem) for problem in report.problems)
        return cls.of(report, root=root, problems=problems, skipped=dict(report.skipped))


REQUESTS: tuple[type[Request], ...] = (
    *(SearchRequest, SymbolsRequest, LocalizeRequest, ContextRequest),
    *(StatusRequest, IndexRequest),
)
ANSWERS: tuple[type[Message], ...] = (Answer, IndexStatus, RefreshReport)
"""What the JSON schema describes, with all that it is made of."""
