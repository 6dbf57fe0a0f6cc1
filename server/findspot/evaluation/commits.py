"""Which commits are worth asking about, and the functions that each of them changed, as they stood at its parent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from findspot.core.types import Unavailable
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.functions import Function, ParseCode, functions_of, is_code, read_hunks, touched
from findspot.evaluation.history import Change, Commit
from findspot.evaluation.messages import Message, clean, normalized, unwanted

MAX_CODE_FILES: Final = 4
MAX_FUNCTIONS: Final = 10
MAX_FILES: Final = 20
"""Of any kind; a commit that changes more is a mass edit whose message speaks of no place."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit whose message and list of files pass the filters; ``code`` are its changed files of code."""

    commit: Commit
    message: Message
    code: tuple[Change, ...]
    age: int


@dataclass(frozen=True, slots=True)
class FileFunctions:
    """The functions of one file that answer a row; ``path`` is root-relative."""

    path: str
    language: str
    functions: tuple[Function, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the entry of a row; ``spans`` are first and last line of each function, from 1."""
        return {
            "path": self.path,
            "language": self.language,
            "functions": [one.name for one in self.functions],
            "spans": [[one.start, one.end] for one in self.functions],
        }


def choose(history: Iterator[Commit], left_out: Counter[str]) -> Iterator[Candidate]:
    """Yield what passes the filters that need no file, newest first; ``left_out`` counts the rest by reason."""
    seen: set[str] = set()
    for age, commit in enumerate(history):
        message = clean(commit.message)
        code = tuple(change for change in commit.changes if is_code(change.path))
        reason = _against(commit, message, code)
        if reason is None:
            key = normalized(message.text)
            reason = "same message" if key in seen else None
            seen.add(key)
        if reason is None:
            yield Candidate(commit, message, code, age)
        else:
            left_out[reason] += 1


def _against(commit: Commit, message: Message, code: Sequence[Change]) -> str | None:
    if len(commit.parents) != 1:
        return "merge" if commit.parents else "no parent"
    reason = unwanted(commit.message, message)
    if reason is not None:
        return reason
    if not any(change.old is not None for change in code):
        return "no code"
    if len(code) > MAX_CODE_FILES:
        return "too many code files"
    return "mass edit" if len(commit.changes) > MAX_FILES else None


def changed_functions(
    candidate: Candidate, repository: BareRepository, parse: ParseCode
) -> list[FileFunctions] | Unavailable:
    """Return the changed files of the parent with their changed functions, or why the commit gives no row."""
    comes = any(change.old is None for change in candidate.code)
    files: list[FileFunctions] = []
    for change in candidate.code:
        # A file that goes while another comes has most likely been moved, and nothing in it was changed.
        if change.old is None or (change.new is None and comes) or change.old == change.new:
            continue
        source = repository.blob(change.old)
        if source is None:
            return Unavailable("missing file")
        parsed = parse(change.path, source)
        if parsed is None:
            return Unavailable("file that is not indexed")
        functions = functions_of(parsed)
        if change.new is not None:
            difference = repository.difference(change.old, change.new)
            if difference is None:
                return Unavailable("missing file")
            functions = touched(functions, list(read_hunks(difference)), source, parsed.language)
        files.append(FileFunctions(change.path, parsed.language, tuple(functions)))
    count = len({(file.path, one.name) for file in files for one in file.functions})
    if count == 0:
        return Unavailable("no function at the parent")
    return Unavailable("too many functions") if count > MAX_FUNCTIONS else files
