"""From raw arguments to a request that holds all that a command needs.

Everything that can be wrong with a command line is found here, before the index is opened: the root, paths
outside it, settings, an empty or over-long text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from findspot.cli.commands import RawArguments
from findspot.cli.context import ContextRequest, resolve_context
from findspot.cli.filters import filter_of
from findspot.cli.inputs import (
    RootLocation,
    UsageError,
    View,
    existing_paths,
    issue_text,
    location_of,
    read_token,
    root_of,
    roots_of,
    view_of,
)
from findspot.cli.model_options import PolicyName
from findspot.cli.related import RelatedRequest, resolve_related
from findspot.cli.terminal import Terminal
from findspot.core.filters import NO_FILTER, Filter
from findspot.core.limits import checked_text
from findspot.core.types import Level


@dataclass(frozen=True, slots=True)
class Part:
    """What to look at in one root: ``scope`` holds root-relative paths, empty for the whole root."""

    location: RootLocation
    scope: tuple[str, ...] = ()
    filters: Filter = NO_FILTER


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """``findspot search``; ``parts`` is one for each root, at least one.

    ``meant`` is the command that the query is nearly called like, "" if there is none.
    """

    parts: tuple[Part, ...]
    view: View
    query: str
    rebuild: bool = False
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Exploring:
    """What ``--explore`` may take, None for the usual; ``trace`` is the file that gets a record of it.

    ``model``, ``endpoint`` and ``key_variable`` are for the policies that ask a model, "" for what the settings say.
    """

    turns: int | None
    calls: int | None
    seconds: int | None
    trace: Path | None
    policy: PolicyName = "deterministic"
    model: str = ""
    endpoint: str = ""
    key_variable: str = ""


@dataclass(frozen=True, slots=True)
class LocalizeRequest:
    """``findspot localize``; ``parts`` as for a search; ``budget`` in seconds; without ``top_k`` the answer chooses its length.

    ``exploring`` is None where the engine's own answer is wanted. ``notes`` say how the command line was understood, where that is not plain.
    """

    parts: tuple[Part, ...]
    view: View
    text: str
    level: Level
    budget: float
    top_k: int | None = None
    notes: tuple[str, ...] = ()
    exploring: Exploring | None = None
    rebuild: bool = False


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
    """``findspot mcp``; ``roots`` are absolute, none where the agent or the current folder tells them.

    ``address`` is host and port for HTTP, None for standard input and output; without ``token`` a new one is made.
    """

    roots: tuple[Path, ...]
    cwd: Path
    address: tuple[str, int] | None = None
    token: str | None = None


Request = (
    SearchRequest
    | LocalizeRequest
    | ContextRequest
    | RelatedRequest
    | IndexRequest
    | StatusRequest
    | EvaluationRequest
    | ServerRequest
    | AgentServerRequest
)


def resolve(raw: RawArguments, terminal: Terminal) -> Request:
    """Resolve ``raw`` as seen from ``terminal``; raises a ``FindspotError`` that says what to change."""
    if raw.command == "lsp":
        return ServerRequest(None if raw.tcp is None else _address("--tcp", raw.tcp))
    if raw.command == "mcp":
        return _agent_server(raw, terminal.cwd)
    if raw.command == "context":
        return resolve_context(raw, terminal)
    cwd = terminal.cwd
    if raw.command == "related":
        return resolve_related(raw, cwd)
    view = view_of(raw)
    if raw.command == "index":
        return IndexRequest(location_of(raw, cwd), view, raw.rebuild)
    if raw.command == "status":
        return StatusRequest(location_of(raw, cwd), view, raw.show_root, raw.skipped)

    if raw.command == "eval":
        if raw.commits < 1:
            raise UsageError(f"--commits {raw.commits}: must be 1 or more")
        folder = cwd if raw.path is None else cwd / raw.path.expanduser()
        return EvaluationRequest(folder, view, raw.commits, raw.budget)

    paths = existing_paths(raw, cwd)
    query = checked_text(raw.query or "") if raw.command == "search" else ""
    parts = tuple(Part(location, scope, filter_of(raw, location)) for location, scope in roots_of(raw, cwd, paths))
    if raw.command == "search":
        return SearchRequest(parts, view, query, raw.rebuild, raw.meant)
    if raw.explore and (parts[0].filters or len(parts) > 1):
        raise UsageError("--explore works on one root, with tools that take no filters; leave it or them out")
    text = checked_text(issue_text(raw, terminal))
    notes = (f"{text}: no such file; taken as the text itself",) if raw.file == text and len(text.split()) == 1 else ()
    budget, exploring = parts[0].location.config.settings.budget, _exploring(raw, cwd)
    return LocalizeRequest(parts, view, text, raw.level, budget, raw.top_k, notes, exploring, raw.rebuild)


def _exploring(raw: RawArguments, cwd: Path) -> Exploring | None:
    given = {"--turns": raw.turns, "--calls": raw.calls, "--seconds": raw.seconds, "--trace": raw.trace}
    remote = {"--endpoint": raw.endpoint, "--key-env": raw.key_env}
    asking = {"--model": raw.model, **remote}
    if not raw.explore:
        _alone("--explore", {**given, "--policy": raw.policy, **asking})
        return None
    if raw.policy != "remote":
        _alone("--policy remote", remote)
        if raw.policy != "chat":
            _alone("--policy chat or remote", asking)
    trace = None if raw.trace is None else cwd / raw.trace.expanduser()
    if trace is not None and (trace.is_dir() or not trace.parent.is_dir()):
        raise UsageError(f"--trace {raw.trace}: {'is a folder' if trace.is_dir() else 'its folder does not exist'}")
    asked = raw.model or "", raw.endpoint or "", raw.key_env or ""
    return Exploring(raw.turns, raw.calls, raw.seconds, trace, raw.policy or "deterministic", *asked)


def _alone(owner: str, options: Mapping[str, object]) -> None:
    """Complain about the first option that was given without what it belongs to."""
    name = next((name for name, value in options.items() if value is not None), None)
    if name is not None:
        raise UsageError(f"{name} belongs to {owner}; add that, or leave it out")


def _agent_server(raw: RawArguments, cwd: Path) -> AgentServerRequest:
    if raw.token_file is not None and raw.http is None:
        raise UsageError("--token-file is for --http; add --http, or leave it out")
    address = None if raw.http is None else _address("--http", raw.http)
    token = None if raw.token_file is None else read_token(cwd / raw.token_file.expanduser())
    return AgentServerRequest(tuple(root_of(root, cwd) for root in raw.roots), cwd, address, token)


def _address(option: str, text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        raise UsageError(f"{option} {text}: write HOST:PORT, for example 127.0.0.1:2087")
    return host.strip("[]") or "127.0.0.1", int(port)
