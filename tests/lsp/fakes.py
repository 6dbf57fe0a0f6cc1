"""An engine of plain Python for fast tests: it searches files by words and can be told to work slowly."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from findspot.config import Config
from findspot.core.filters import NO_FILTER, Filter
from findspot.core.types import (
    Answer,
    AnswerStatus,
    EditorContext,
    Evidence,
    IndexState,
    IndexStatus,
    Level,
    Progress,
    RefreshReport,
    SearchResult,
    Span,
)
from findspot.engine.uncommitted import Uncommitted
from findspot.errors import Cancelled, IndexLockedError, OutsideRootError, QueryError

STEP_SECONDS = 0.01


class FakeEngine:
    """Looks for lines that hold every word of the query; ``steps`` is how long refresh and localize go on."""

    def __init__(self, root: Path, config: Config, steps: int = 0) -> None:
        self.root = root
        self.config = config
        self.steps = steps
        self.overlays: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.state = IndexState.EMPTY
        self.log: list[str] = []
        self.context: EditorContext | None = None
        self.uncommitted = Uncommitted(root, list)
        self.locked = 0
        self.hanging: threading.Event | None = None
        self.closed = threading.Event()
        self.stopped = threading.Event()

    @property
    def indexed(self) -> bool:
        """Whether a whole refresh has ended."""
        return self.state is IndexState.READY

    def refresh(
        self,
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: threading.Event | None = None,
        paths: Sequence[str] | None = None,
        rebuild: bool = False,
    ) -> RefreshReport:
        """Read every file (or ``paths``), after ``steps`` steps with a progress report each."""
        self.log.append(f"refresh {sorted(paths)}" if paths is not None else f"refresh rebuild={rebuild}")
        if self.locked:
            self.locked -= 1
            raise IndexLockedError(f"another process is indexing {self.root}")
        self.state = IndexState.INDEXING
        for step in range(self.steps if paths is None else 0):
            if stop is not None and stop.wait(STEP_SECONDS):
                self.state = IndexState.ABORTED
                self.stopped.set()
                raise Cancelled("stopped while indexing")
            if progress is not None:
                progress(Progress("indexing", step, self.steps, 0, 0.0))
        found = {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for file in sorted(self.root.rglob("*"))
            if file.is_file()
        }
        added = len(found.keys() - self.files.keys())
        self.files = found
        self.state = IndexState.READY
        return RefreshReport(self.state, added=added, unchanged=len(found) - added)

    def search(
        self,
        query: str,
        *,
        top_k: int | None = None,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        stop: threading.Event | None = None,
        unsaved: object = None,
        context: EditorContext | None = None,
        filters: Filter = NO_FILTER,
        threshold: float = 0.2,
        explain: bool = False,
    ) -> Answer:
        """Return the lines that hold all words of ``query``, files in order."""
        self.context = context
        words = query.lower().split()
        if not words:
            raise QueryError("The text is empty; say what you are looking for")
        results: list[SearchResult] = []
        texts = {**self.files, **{path: text.encode() for path, text in self.overlays.items()}}
        for path, content in sorted(texts.items()):
            if scope and not any(path == part or path.startswith(f"{part}/") for part in scope):
                continue
            if any(path == part or path.startswith(f"{part}/") for part in exclude):
                continue
            start = 0
            for number, line in enumerate(content.splitlines(keepends=True), start=1):
                body = line.rstrip(b"\r\n")
                if all(word.encode() in line.lower() for word in words):
                    span = Span(start, start + len(body), number, number)
                    results.append(self._result(path, span, body.decode("utf-8", "replace"), len(results) + 1))
                start += len(line)
        shown = tuple(results[: top_k or self.config.settings.top_k])
        return Answer(shown, self._status("not asked for"), texts)

    def _result(self, path: str, span: Span, text: str, rank: int) -> SearchResult:
        evidence = (Evidence("lexical", "all words", 1.0),)
        score = 1.0 / (rank + len(path) / 100)
        return SearchResult(path, "Outer.inner", "function", span, score, rank, "hybrid", evidence, True, text)

    def _status(self, model: str) -> AnswerStatus:
        return AnswerStatus(
            self.state, self.state is IndexState.READY, True, False, model, len(self.files), len(self.files), 0.001
        )

    def localize(
        self,
        text: str,
        *,
        top_k: int | None = None,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        level: Level = "function",
        budget: float | None = None,
        stop: threading.Event | None = None,
        on_partial: Callable[[Answer], None] | None = None,
        unsaved: object = None,
        context: EditorContext | None = None,
        filters: Filter = NO_FILTER,
        threshold: float = 0.2,
        explain: bool = False,
    ) -> Answer:
        """Return what search finds, first as a partial answer and after ``steps`` steps as the answer."""
        self.log.append(f"localize level={level} budget={budget}")
        answer = self.search(text, top_k=top_k, scope=scope, exclude=exclude, context=context)
        if on_partial is not None:
            on_partial(answer)
        if self.hanging is not None:
            self.hanging.wait()  # as in C code, which looks at no event
        for _ in range(self.steps):
            if stop is not None and stop.wait(STEP_SECONDS):
                self.stopped.set()
                raise Cancelled("stopped while localizing")
        return Answer(answer.results, self._status("applied"), answer.contents)

    def symbols(
        self,
        query: str,
        *,
        top_k: int | None = None,
        scope: Sequence[str] = (),
        exclude: Sequence[str] = (),
        stop: threading.Event | None = None,
        unsaved: object = None,
        filters: Filter = NO_FILTER,
    ) -> Answer:
        """Return the same as search."""
        return self.search(query, top_k=top_k, scope=scope, exclude=exclude, stop=stop)

    def unsaved(self) -> FakeEngine:
        """Return what stands for one client's buffers; this engine has one client."""
        return self

    def explorer(self) -> FakeEngine:
        """Return what answers about files; this engine does it itself."""
        return self

    def packages(self) -> dict[str, tuple[str, ...]]:
        """Return that there are no packages."""
        return {}

    def is_on_disk(self, path: str, text: str) -> bool:
        """Return whether a text is that of the file."""
        file = self.root / path
        return file.is_file() and file.read_bytes().splitlines() == text.encode().splitlines()

    def set(self, path: str, text: str | None, patience: float | None = None) -> None:
        """Keep or forget the unsaved text of a file."""
        self.log.append(f"overlay {path} {'-' if text is None else len(text)}")
        if text is None:
            self.overlays.pop(path, None)
        else:
            self.overlays[path] = text

    def relative(self, path: Path) -> str:
        """Return the path inside the root; a link that leads out is outside."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError as error:
            raise OutsideRootError(f"{path} lies outside of {self.root}") from error

    def status(self) -> IndexStatus:
        """Return the state and the number of files."""
        return IndexStatus(str(self.root), self.state, files=len(self.files))

    def watch(self, on_change: Callable[[RefreshReport], None] | None = None) -> None:
        """Note that watching began."""
        self.log.append("watch")

    def close(self) -> None:
        """Note that the engine was closed."""
        self.closed.set()
