"""Which files a question is about, in ripgrep's terms: plain data, and the globs of a command line put into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

FileKind = Literal["code", "docs", "config", "tests"]
"""What a file is for. Generated and vendored files are none of these."""

MAX_GLOBS: Final = 1_000
"""Globs of one question, after braces are written out."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the files in scope a question is about; ``Filter()`` is all of them. Paths are root-relative.

    ``types`` and ``not_types`` are names of ripgrep's file types. ``globs`` are as for ``rg --glob``: the last one that
    matches decides, ``!`` leaves out, and what a glob takes in no other rule here leaves out. ``only`` are the kinds of
    files that count. ``max_depth`` counts folders below the scope's entries, 1 for what lies directly in them, 0 for
    nothing but files of the scope. ``ignored`` are lines of ignore files, in gitignore's syntax. Globs and lines with a
    slash are anchored to the root. A file that the scope names is never left out.
    """

    types: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    only: tuple[FileKind, ...] = ()
    max_depth: int | None = None
    ignored: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether it leaves anything out."""
        return self != NO_FILTER


NO_FILTER: Final = Filter()


def anchored(pattern: str, folder: str) -> str:
    """Return a glob or a line of an ignore file, written as seen from ``folder``, as it is written at the root.

    ``folder`` is root-relative, "" for the root. A pattern without a slash matches names at any depth and stays.
    """
    negated = pattern.startswith("!")
    body = pattern[negated:]
    if not folder or pattern.startswith("#") or "/" not in body.rstrip(" ").removesuffix("/"):
        return pattern
    plain = "".join(f"\\{char}" if char in "*?[]{}\\" else char for char in folder)
    return f"{'!' * negated}/{plain}/{body.removeprefix('/')}"


def braces_written_out(globs: Iterable[str]) -> tuple[str, ...]:
    """Return globs with ``{a,b}`` written out as one glob for each choice, which gitignore's syntax does not know.

    Raises ``ValueError`` where a brace is not closed, or where that makes more than ``MAX_GLOBS``.
    """
    found: list[str] = []
    pending = list(globs)[::-1]
    while pending:
        glob = pending.pop()
        split = _first_choice(glob)
        if split is None:
            found.append(glob)
        else:
            before, choices, after = split
            pending += [f"{before}{choice}{after}" for choice in reversed(choices)]
        if len(found) + len(pending) > MAX_GLOBS:
            raise ValueError(f"has more than {MAX_GLOBS:,} globs, with each choice in braces counted")
    return tuple(found)


def _first_choice(glob: str) -> tuple[str, list[str], str] | None:
    """Return what stands before the first braces, the choices in them, and what stands after; None without braces."""
    start, depth, choices, at, since = -1, 0, [], 0, 0
    while at < len(glob):
        char = glob[at]
        if char == "\\":
            at += 2
            continue
        if char == "[":
            at = _after_bracket(glob, at)
            continue
        if char == "{":
            if depth == 0:
                start, since = at, at + 1
            depth += 1
        elif depth and char == "," and depth == 1:
            choices.append(glob[since:at])
            since = at + 1
        elif depth and char == "}":
            depth -= 1
            if depth == 0:
                return glob[:start], [*choices, glob[since:at]], glob[at + 1 :]
        at += 1
    if depth:
        raise ValueError(f"has a glob with a brace that is not closed: {glob}")
    return None


def _after_bracket(glob: str, at: int) -> int:
    """Return the place after the bracket expression that begins ``at``; raises ``ValueError`` where it has no end."""
    first = at + 1 + (glob[at + 1 : at + 2] in {"!", "^"})
    end = glob.find("]", first + 1)
    if end < 0:
        raise ValueError(f"has a glob with a bracket that is not closed: {glob}")
    return end + 1
