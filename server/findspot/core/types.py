"""The vocabulary of Findspot: frozen plain data that every layer passes on.

Nothing here does I/O or knows SQL, a protocol or a model. Words follow the design: a *chunk* is an indexed
unit of source with a *span*; a *candidate* is an unranked hit; a *result* is what the user sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

ChunkKind = Literal["function", "method", "class", "module", "section", "window"]
"""What a chunk is.

``class`` is a class header (with the remainder between its methods), ``module`` what lies outside every
definition, ``section`` a Markdown heading with its text, ``window`` a run of tokens of any other text.
"""

Level = Literal["file", "function"]
"""What one result stands for: a whole file, or a function / class / section."""

Stage = Literal["hybrid", "localized", "explored"]

ContextFormat = Literal["markdown", "json", "xml"]
"""How the text of a context is written."""


class PathClass(StrEnum):
    """What a path is for; a prior of ranking, and a filter for who asks for one kind only."""

    SOURCE = "source"
    TEST = "test"
    DOCS = "docs"
    EXAMPLE = "example"
    GENERATED = "generated"
    VENDORED = "vendored"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open UTF-8 byte range and the 1-based inclusive lines it touches."""

    start_byte: int
    end_byte: int
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """One indexed unit of source.

    ``text`` equals the file's bytes at ``span`` decoded as UTF-8 (I-10). ``symbol`` is the qualified name
    inside the file (``Outer.inner``), None where the chunk belongs to no definition. ``part`` numbers the
    pieces of one long definition from 0.
    """

    path: str
    language: str
    kind: ChunkKind
    symbol: str | None
    signature: str
    docstring: str
    span: Span
    text: str
    part: int = 0


SymbolKind = Literal[
    "function",
    "method",
    "class",
    "interface",
    "struct",
    "enum",
    "trait",
    "type",
    "module",
    "namespace",
    "constant",
    "variable",
    "field",
    "macro",
    "section",
]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition: its bare name, its qualified name inside the file, and the span of the whole definition."""

    name: str
    qualified_name: str
    kind: SymbolKind
    span: Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A use of a name: a call, an instantiation or a base class; ``byte`` is where the name begins."""

    name: str
    byte: int


@dataclass(frozen=True, slots=True)
class Import:
    """An import as written: the module or path text, and the byte where the statement begins."""

    target: str
    byte: int


@dataclass(frozen=True, slots=True)
class SyntaxMatch:
    """A node of a syntax tree that a query captured: the capture, the node's type, its lines from 1, and how it begins."""

    path: str
    capture: str
    node: str
    start_line: int
    end_line: int
    text: str


class ProblemKind(StrEnum):
    """Why a file is not, or not fully, in the index."""

    BINARY = "binary"
    TOO_LARGE = "too large"
    MINIFIED = "minified"
    GENERATED = "generated"
    DATA = "data file"
    ENCODING = "not valid text"
    OTHER_ENCODING = "not UTF-8"
    UNREADABLE = "unreadable"
    NOT_REGULAR = "not a regular file"
    SYNTAX = "syntax errors"
    QUARANTINED = "quarantined"
    NOTEBOOK = "not a valid notebook"
    HIDDEN = "hidden"
    IGNORED = "ignored"
    LINK = "link"
    CHECKOUT = "another checkout"
    WORKTREE = "another worktree"
    BARE = "bare repository"
    SPARSE = "not checked out"
    BOOKKEEPING = "bookkeeping"
    IGNORE_FILE = "ignore file"


LEFT_OUT_BY_RULE = frozenset(
    {
        *(ProblemKind.HIDDEN, ProblemKind.IGNORED, ProblemKind.LINK, ProblemKind.CHECKOUT),
        *(ProblemKind.BOOKKEEPING, ProblemKind.IGNORE_FILE, ProblemKind.WORKTREE, ProblemKind.BARE, ProblemKind.SPARSE),
    }
)
"""What is left out without being looked at; a whole folder counts as one."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What went wrong with one file (root-relative path with ``/``), in words a user can act on."""

    path: str
    kind: ProblemKind
    message: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """All that one source file gives to the index; ``chunks`` in file order, without overlap (I-10)."""

    path: str
    language: str
    chunks: tuple[Chunk, ...]
    symbols: tuple[Symbol, ...]
    references: tuple[Reference, ...]
    imports: tuple[Import, ...]
    problems: tuple[FileProblem, ...] = ()
    lacks_grammar: bool = False
    """Its grammar could not be loaded this time, so it was read as plain text."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a compiler or linter says of a file (root-relative path with ``/``), at a 1-based line where that is known."""

    path: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class EditorContext:
    """What is in view in an editor when a question is asked; paths are root-relative with ``/``.

    ``active`` is the file that is being looked at, ``line`` its 1-based line with the cursor; ``open`` are all open files,
    ``recent`` those edited last, the newest first, ``changed`` those that differ from the last commit or are new.
    """

    active: str | None = None
    line: int | None = None
    open: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason why a result is where it is.

    ``kind`` is ``encoding`` where a file is not in UTF-8 (which one it was read in), ``lexical`` (the terms that matched), ``dense``, ``mention`` (a path, symbol or frame the
    query names), ``graph`` (a caller, a callee, or tested by a test that is a hit), ``history`` (messages of past
    commits), ``near`` (what it has to do with the files in the editor), ``prior``, ``model`` or ``explored`` (what
    was seen when the question was worked on with tools).
    ``score`` is that signal's own number, comparable only within its kind. The kind ``score`` is one step of the sum
    that made a result's score, in order; it is there only where that was asked for.
    """

    kind: Literal[
        "lexical", "dense", "mention", "graph", "history", "near", "prior", "model", "explored", "encoding", "score"
    ]
    detail: str
    score: float


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One line of a preview: its number in the file, and which half-open ranges of its characters match.

    A line that is far too long is cut around what matches, with ``...`` for what was left out.
    """

    number: int
    text: str
    matched: bool = False
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One answer. Higher ``score`` is better; ``probability`` is None until it is calibrated.

    Scores are comparable inside of one answer only. ``covered`` is the share of the question's weight that the result
    holds, from 0 to 1, and may be compared between roots.
    ``text`` holds the lines of ``span``, whole and as they are in the file now, without the last line end; ``truncated``
    says that it ends early, because it would be too long. ``matches`` are the numbers of the lines that match the
    question, ``best_line`` the best of them, None where no word does; ``preview`` has the few lines that show the place.
    ``exact`` says, where the question is a mere name or path, whether it is this place's own; None for other questions.
    """

    path: str
    symbol: str | None
    kind: str
    span: Span
    score: float
    rank: int
    stage: Stage
    evidence: tuple[Evidence, ...]
    fresh: bool
    text: str
    probability: float | None = None
    covered: float = 0.0
    truncated: bool = False
    best_line: int | None = None
    matches: tuple[int, ...] = ()
    preview: tuple[PreviewLine, ...] = ()
    exact: bool | None = None


class IndexState(StrEnum):
    """Where an index stands."""

    EMPTY = "empty"
    INDEXING = "indexing"
    READY = "ready"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The index of one root, as every front end shows it (I-13).

    ``indexed`` and ``total`` count files of the pass in progress; ``files``, ``chunks`` and ``holes`` (chunks
    without an embedding) are totals of the database; ``problems`` counts files by reason, and ``quarantined`` names the
    first of those that ended their parser. ``skipped`` counts by reason what the last pass over the workspace left out, a
    whole folder as one. ``complete`` is True when the index is known to agree with the files: no change is waiting to be
    read, nothing has failed. ``message`` says what has.
    """

    root: str
    state: IndexState
    files: int = 0
    chunks: int = 0
    holes: int = 0
    size_bytes: int = 0
    indexed: int = 0
    total: int | None = None
    generation: int = 0
    embedder: str | None = None
    localization_model: str | None = None
    ranker: str | None = None
    other_process_indexing: bool = False
    message: str = ""
    complete: bool = False
    problems: tuple[tuple[str, int], ...] = ()
    quarantined: tuple[FileProblem, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """What is left out of the index, each with its reason, by path; a folder has a closing ``/`` and stands for what it holds.

    ``truncated`` says that there is more than was asked for.
    """

    entries: tuple[FileProblem, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class AnswerStatus:
    """What an answer was made of, so that no partial answer goes unlabelled (I-13).

    ``complete`` is False while the index is being built or when a stage was cut by the budget. ``model`` is
    ``applied`` or a plain-English reason why it was not; ``rescored`` candidates have a score of it. ``in_root_probability`` is the probability that the right place is in this
    root at all, ``suggested_length`` how many of the first results make the best answer (0 when the place is probably not here);
    both are None where they are not known. ``exact`` says, where the question is a mere name or path, whether something is
    called so; None for other questions. ``by_meaning`` is True where no word of the question occurs in the index.
    ``notes`` are sentences that belong above the list: what the answer is not, named paths that the index leaves out, and
    what is left out where that may be why little was found. ``shown`` is how many results ``localize`` gives where no
    length is asked for.
    """

    state: IndexState
    complete: bool
    lexical: bool
    dense: bool
    model: str
    files: int
    chunks: int
    elapsed_seconds: float
    message: str = ""
    in_root_probability: float | None = None
    suggested_length: int | None = None
    exact: bool | None = None
    by_meaning: bool = False
    notes: tuple[str, ...] = ()
    rescored: int = 0
    shown: int | None = None

    @property
    def model_applied(self) -> bool:
        """True if the localization model has scored some of the candidates."""
        return self.rescored > 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Ranked results and the status that says how they came about.

    ``contents`` holds by path the UTF-8 text that the spans of fresh results count in, for front ends that turn them
    into columns; stale results have none.
    """

    results: tuple[SearchResult, ...]
    status: AnswerStatus
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Related:
    """A definition, None where none stands at the place, and what is connected with it, the nearest first.

    ``callers`` use it, ``callees`` are used by it, ``neighbours`` do something similar. ``contents`` is as in ``Answer``.
    """

    symbol: SearchResult | None
    callers: tuple[SearchResult, ...]
    callees: tuple[SearchResult, ...]
    tests: tuple[SearchResult, ...]
    neighbours: tuple[SearchResult, ...]
    status: AnswerStatus
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why a model cannot be used, in words for a person; answers are then made without it (I-13)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A report of a long call: what is being done, how far it is, and what it has counted so far."""

    phase: Literal["scanning", "indexing", "vectors", "done"]
    done: int
    total: int | None
    chunks: int
    elapsed_seconds: float


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of giving vectors to chunks that had none: how many, and whether all of these chunks were gone through.

    ``failed`` says in words why the run ended before its time, ``refused`` why texts have no vector though it did not.
    """

    embedded: int = 0
    finished: bool = True
    failed: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did. ``seconds`` is wall-clock time; ``whole`` is True for a pass over the whole root.

    ``filled`` says how a slow embedder fared, None where none was asked. ``reused`` counts files among the added and changed
    that were prepared before, for another root or branch.

    ``skipped`` counts, by reason, what the whole root leaves out, a folder as one; ``problems`` are those of single files
    that this refresh met.
    """

    state: IndexState
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    embedded: int = 0
    reused: int = 0
    seconds: float = 0.0
    skipped: tuple[tuple[str, int], ...] = ()
    problems: tuple[FileProblem, ...] = field(default=())
    whole: bool = False
    filled: Filled | None = None
