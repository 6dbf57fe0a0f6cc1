"""From raw arguments to a request that holds all that a command needs.

Everything that can be wrong with a command line is found here, before the index is opened: the root, paths
outside it, settings, an empty or over-long text.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from findspot.cli.commands import Format, RawArguments
from findspot.config import Config, load_config
from findspot.core.identifiers import read_path
from findspot.core.limits import MAX_TEXT, checked_text
from findspot.core.types import Level
from findspot.errors import FindspotError, OutsideRootError, QueryError, RootError
from findspot.service.workspaces import find_root, marker_of

_MAX_BYTES = 4 * MAX_TEXT + 4
"""What a text that may be taken has at most, in UTF-8 or UTF-16 with a mark; an endless pipe is not read further."""


class UsageError(FindspotError):
    """The words of the command line do not go together."""


@dataclass(frozen=True, slots=True)
class RootLocation:
    """Where to work: the root (absolute), the marker that made it the root, the settings and the current folder."""

    root: Path
    marker: str | None
    cwd: Path
    config: Config


@dataclass(frozen=True, slots=True)
class View:
    """How to show it."""

    format: Format
    text: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """``findspot search``; ``scope`` holds root-relative paths, empty for the whole root."""

    location: RootLocation
    view: View
    query: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalizeRequest:
    """``findspot localize``; ``budget`` in seconds; without ``top_k`` the answer chooses its length.

    ``notes`` say how the command line was understood, where that is not plain.
    """

    location: RootLocation
    view: View
    text: str
    scope: tuple[str, ...]
    level: Level
    budget: float
    top_k: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """``findspot index``."""

    location: RootLocation
    view: View
    rebuild: bool


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """``findspot status``; ``skipped`` is what to list of what is left out, "" for all of it, None for no list."""

    location: RootLocation
    view: View
    root_only: bool
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """``findspot eval``; ``folder`` lies inside the repository, ``commits`` is at least 1, ``budget`` in seconds."""

    folder: Path
    view: View
    commits: int
    budget: float | None


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """``findspot lsp``; ``address`` is host and port, None for standard input and output."""

    address: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class AgentServerRequest:
    """``findspot mcp``; ``roots`` are absolute, none where the agent or the current folder tells them."""

    roots: tuple[Path, ...]
    cwd: Path


Request = (
    SearchRequest
    | LocalizeRequest
    | IndexRequest
    | StatusRequest
    | EvaluationRequest
    | ServerRequest
    | AgentServerRequest
)


def resolve(raw: RawArguments, cwd: Path) -> Request:
    """Resolve ``raw`` as seen from ``cwd``; raises a ``FindspotError`` that says what to change."""
    if raw.command == "lsp":
        return ServerRequest(None if raw.tcp is None else _address(raw.tcp))
    if raw.command == "mcp":
        return AgentServerRequest(tuple(_root(root, cwd) for root in raw.roots), cwd)
    view = View(raw.format, not raw.no_text, raw.quiet)
    if raw.command == "index":
        return IndexRequest(_location(raw, cwd), view, raw.rebuild)
    if raw.command == "status":
        return StatusRequest(_location(raw, cwd), view, raw.show_root, raw.skipped)

    if raw.command == "eval":
        if raw.commits < 1:
            raise UsageError(f"--commits {raw.commits}: must be 1 or more")
        folder = cwd if raw.path is None else cwd / raw.path.expanduser()
        return EvaluationRequest(folder, view, raw.commits, raw.budget)

    if raw.no_scope and raw.paths:
        raise UsageError("--no-scope means the whole root and cannot be used together with PATHS")
    paths = _existing(raw, cwd)
    if raw.command == "search":
        query = checked_text(raw.query)
        location = _location(raw, cwd, paths)
        return SearchRequest(location, view, query, _scope(raw, location, paths))
    location = _location(raw, cwd, paths)
    scope = _scope(raw, location, paths)
    text = checked_text(_issue_text(raw.file, cwd))
    notes = (f"{text}: no such file; taken as the text itself",) if raw.file == text and len(text.split()) == 1 else ()
    return LocalizeRequest(location, view, text, scope, raw.level, location.config.settings.budget, raw.top_k, notes)


def _location(raw: RawArguments, cwd: Path, paths: Sequence[Path] = ()) -> RootLocation:
    if raw.root is None:
        root, marker = find_root(cwd, paths)
    else:
        root = _root(raw.root, cwd)
        marker = marker_of(root)
    return RootLocation(root, marker, cwd, load_config(root, raw.settings()))


def _root(given: Path, cwd: Path) -> Path:
    root = Path(os.path.realpath(cwd / given.expanduser()))
    if not root.is_dir():
        raise RootError(f"{given}: no such folder; --root names the folder to index")
    return root


def _existing(raw: RawArguments, cwd: Path) -> list[Path]:
    """Return the paths of ``raw`` absolute and free of symbolic links."""
    paths = raw.paths
    for path in paths:
        if not os.path.exists(cwd / path):  # noqa: PTH110 - Path.exists raises for names that are too long
            hint = f"did you mean findspot {raw.meant}?" if raw.meant else "a query of several words needs quotes"
            raise UsageError(f"{path}: no such file or folder; {hint}")
    return [Path(os.path.realpath(cwd / path)) for path in paths]


def _scope(raw: RawArguments, location: RootLocation, paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the root-relative paths to look in; empty means the whole root."""
    root = Path(os.path.realpath(location.root))
    if raw.no_scope:
        return ()
    if not paths:
        cwd = Path(os.path.realpath(location.cwd))
        return (cwd.relative_to(root).as_posix(),) if cwd != root and cwd.is_relative_to(root) else ()
    inside = [path for path in paths if path.is_relative_to(root)]
    if not inside or (len(inside) < len(paths) and not raw.skip_outside):
        first = next(path for path in paths if not path.is_relative_to(root))
        what = "no path lies inside" if raw.skip_outside else f"{first}: this path lies outside"
        raise OutsideRootError(f"{what} the root {location.root}; choose another root with --root")
    return () if root in inside else tuple(path.relative_to(root).as_posix() for path in inside)


def _issue_text(name: str | None, cwd: Path) -> str:
    if name is not None and name != "-":
        if not os.path.exists(cwd / name):  # noqa: PTH110 - Path.exists raises for names that are too long
            if len(name.split()) != 1 or not (read_path(name) or set(name) & {"/", os.sep}):
                return name
            raise UsageError(f"{name}: no such file; for a text of one word: findspot localize - <<< {name}")
        if (cwd / name).is_dir():
            raise UsageError(f"{name}: a folder; the text comes first, then folders to look in, as in '- {name}'")
        if not (cwd / name).is_file():
            raise UsageError(f"{name}: no regular file; pipe its text in, as in 'findspot localize < {name}'")
        with (cwd / name).open("rb") as stream:
            return _read_text(stream, name)
    stdin = sys.stdin
    if stdin is None or stdin.closed:
        raise UsageError("standard input is closed: give a FILE with the text")
    if stdin.isatty():
        if name is None:
            raise UsageError("no text: give a FILE, or pipe the text in, as in 'findspot localize < issue.txt'")
        sys.stderr.write("Type or paste the text, then end it with Ctrl-D (Windows: Ctrl-Z, Enter).\n")
    return _read_text(stdin.buffer, "standard input")


def _read_text(stream: BinaryIO, name: str) -> str:
    data = stream.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise QueryError(f"{name}: more than {MAX_TEXT:,} characters; cut the text down to the part that matters")
    # PowerShell redirects text as UTF-16 with a byte order mark.
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def _address(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        raise UsageError(f"--tcp {text}: write HOST:PORT, for example 127.0.0.1:2087")
    return host.strip("[]") or "127.0.0.1", int(port)
