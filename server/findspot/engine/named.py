"""Paths that a question names although the index leaves them out, and what an answer says of the rest that is left out.

As in ripgrep, naming a path asks for it: a hidden file, an ignored folder or a drawing is read for this one question. So
it never shows up in the answer to another question, and the index stays the same. What was prepared is kept by its content,
so that naming it again, and a walk that meets it one day, parse and embed nothing.
"""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from findspot.core.arrays import Vectors
from findspot.core.left_out import left_out_note
from findspot.core.types import Answer, FileProblem, ProblemKind
from findspot.engine.buffers import Buffers
from findspot.indexing.pool import PreparerPool
from findspot.indexing.reading import read_task
from findspot.indexing.tasks import Task
from findspot.retrieval.overlay import Overlay
from findspot.storage.prepared_cache import PreparedCache
from findspot.storage.reader import StoreReader
from findspot.storage.records import PreparedFile
from findspot.workspace.ignore_rules import PathRules
from findspot.workspace.skip_rules import classify_content, classify_name, named_limit
from findspot.workspace.walker import walk

_MOST_FILES = 1000
_MOST_BYTES = 20_000_000
"""What is read for one question, about five seconds of work; more is worth an index (``--no-ignore``)."""

_NEVER = frozenset(
    {ProblemKind.BINARY, ProblemKind.BARE, ProblemKind.BOOKKEEPING, ProblemKind.LINK, ProblemKind.NOT_REGULAR}
)
"""What is not searched even when it is named."""

_WHY = {
    ProblemKind.HIDDEN: "is hidden",
    ProblemKind.IGNORE_FILE: "is an ignore file",
    ProblemKind.CHECKOUT: "is another checkout",
    ProblemKind.WORKTREE: "is another worktree",
    ProblemKind.BARE: "is a bare repository, which holds no files,",
    ProblemKind.DATA: "is a data file",
    ProblemKind.TOO_LARGE: "is too large",
    ProblemKind.MINIFIED: "is minified",
    ProblemKind.GENERATED: "is generated",
    ProblemKind.BINARY: "is binary",
    ProblemKind.BOOKKEEPING: "is never indexed",
    ProblemKind.LINK: "is a symbolic link",
    ProblemKind.NOT_REGULAR: "is not a regular file",
    ProblemKind.ENCODING: "is not valid text",
}


class Named(NamedTuple):
    """What one question sees beside the index; ``complete`` is False where a named folder was too much to read."""

    overlay: Overlay
    notes: tuple[str, ...] = ()
    complete: bool = True


class NamedPaths:
    """Reads named paths of one root; any number of threads may use it."""

    def __init__(self, pool: PreparerPool, store: StoreReader, prepared: PreparedCache) -> None:
        self._root = pool.options.root
        self._walk = pool.options.walk
        self._pool = pool
        self._store = store
        self._prepared = prepared

    def read(self, scope: Sequence[str], buffers: Buffers, stop: threading.Event | None) -> Named:
        """Read what of ``scope`` the index leaves out, and say so; raises ``Cancelled``, ``WorkerError``."""
        if not scope:
            return Named(buffers.overlay)
        rules = self._walk.rules(self._root)
        wanted: dict[str, None] = {}
        total = 0
        notes: list[str] = []
        complete = True
        for path in scope:
            problem, readable = self._left_out(path, rules)
            if problem is None:
                continue
            notes.append(_sentence(path, problem, searched=readable))
            for file, size in self._files(path) if readable else ():
                if file in wanted:
                    continue
                total += size
                if len(wanted) >= _MOST_FILES or (wanted and total > _MOST_BYTES):
                    complete = False
                    notes.append(
                        f"only the first {len(wanted):,} files were read for this; --no-ignore or --hidden index all"
                    )
                    break
                wanted[file] = None
        if not wanted:
            return Named(buffers.overlay, tuple(notes))
        files, vectors = self._kept(wanted)
        tasks = [Task(path, named=True) for path in wanted if path not in files]
        for outcome in chain.from_iterable(self._pool.prepare(tasks, stop=stop)):
            if isinstance(outcome, PreparedFile):
                files[outcome.path] = outcome
                vectors |= self._keep(outcome, buffers)
                if not outcome.chunks:
                    notes += [f"{outcome.path} was not searched: {message}" for _, message in outcome.problems]
            elif isinstance(outcome, FileProblem):
                notes.append(f"{outcome.path} was not searched: {outcome.message}")
        return Named(buffers.overlay_with(list(files.values()), vectors), tuple(notes), complete)

    def _kept(self, paths: Iterable[str]) -> tuple[dict[str, PreparedFile], dict[bytes, Vectors]]:
        """Return the files that were prepared before and are the same now, and the vectors of their chunks."""
        files: dict[str, PreparedFile] = {}
        vectors: dict[bytes, Vectors] = {}
        for path in {path for path, _ in self._prepared.known(paths)}:
            found = read_task(self._root, Task(path, named=True), self._walk)
            held = self._prepared.get(path, found[0].content_hash) if isinstance(found, tuple) else None
            if held is not None and isinstance(found, tuple):
                files[path] = held.file._replace(**found[0]._asdict())
                vectors |= held.vectors
        self._prepared.used(files.values())
        return files, vectors

    def _keep(self, file: PreparedFile, buffers: Buffers) -> Mapping[bytes, Vectors]:
        """Keep a file that a walk would prepare in the same way; return the vectors of its chunks."""
        found = read_task(self._root, Task(file.path), self._walk)
        if not isinstance(found, tuple) or found[0].content_hash != file.content_hash:
            return {}
        held = buffers.embedded(file) if classify_content(file.path, found[1]) is None else None
        if held is None:
            return {}
        self._prepared.put([held])
        return held.vectors

    def noted(self, answer: Answer, named: Named, wanted: int) -> Answer:
        """Return the answer with what is to be said of named paths, else of all that is left out; ``wanted`` were asked for."""
        status = answer.status
        notes = named.notes
        if not notes:
            absent = left_out_note(self._store.skipped_counts(), len(answer.results), status.files, wanted)
            notes = (absent,) if absent else ()
        return replace(answer, status=replace(status, complete=status.complete and named.complete, notes=notes))

    def _left_out(self, path: str, rules: PathRules) -> tuple[FileProblem | None, bool]:
        """Return why a root-relative path is not in the index, None where it is or nothing is there; and if it can be read."""
        absolute = Path(self._root, path)
        try:
            status = absolute.lstat()
        except OSError:
            return None, False
        problem = rules.explain(path, is_folder=stat.S_ISDIR(status.st_mode))
        if stat.S_ISDIR(status.st_mode) or (problem is not None and problem.kind in _NEVER):
            return problem, problem is not None and problem.kind not in _NEVER
        hard = classify_name(path, status.st_size, named_limit(self._walk.max_file_bytes))
        if hard is not None and hard.kind in {ProblemKind.BINARY, ProblemKind.TOO_LARGE}:
            return hard, False
        problem = problem or classify_name(path, status.st_size, self._walk.max_file_bytes)
        problem = problem or next(self._store.skipped_rows(path), None)
        return problem, problem is not None and problem.kind not in _NEVER

    def _files(self, path: str) -> Iterable[tuple[str, int]]:
        absolute = Path(self._root, path)
        if not absolute.is_dir():
            return [(path, absolute.lstat().st_size)]
        found = walk(self._root, self._walk, path, named=True).files
        return [(file.path, file.size) for file in sorted(found.values())]


def _sentence(path: str, problem: FileProblem, *, searched: bool) -> str:
    """Return what a person reads of a named path that is left out."""
    holder = problem.path.rstrip("/")
    where = path if holder == path else f"{path} lies in {holder}/, which"
    if problem.kind is ProblemKind.IGNORED:
        why = f"is {problem.message[0].lower()}{problem.message[1:]}"
    else:
        why = _WHY.get(problem.kind, f"is left out ({problem.kind})")
    if not searched:
        return f"{where} {why} and was not searched"
    return f"{where} {why} and not in the index; it was searched because you named it"
