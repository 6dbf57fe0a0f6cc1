"""``findspot serve``: the search page and the HTTP interface, on this machine unless told twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from findspot.cli.commands import RawArguments
from findspot.cli.inputs import UsageError, existing_paths, read_token, root_of
from findspot.cli.terminal import Terminal
from findspot.config import load_config
from findspot.core.limits import checked_text
from findspot.errors import OutsideRootError
from findspot.service.workspaces import find_root


@dataclass(frozen=True, slots=True)
class ServeRequest:
    """``findspot serve``; folders and paths are absolute, ``scope`` is empty for everywhere.

    ``token`` is None where a new one is to be made, "" where none is wanted. ``settings`` are those of the command line.
    """

    roots: tuple[Path, ...]
    scope: tuple[Path, ...]
    host: str
    port: int
    to_others: bool
    token: str | None
    query: str
    settings: Mapping[str, Any]
    quiet: bool


def resolve_serve(raw: RawArguments, cwd: Path) -> ServeRequest:
    """Return the request that the command line means; raises a ``FindspotError`` that says what to change."""
    paths = existing_paths(raw, cwd)
    roots = tuple(dict.fromkeys(root_of(root, cwd) for root in raw.roots)) or (find_root(cwd, paths)[0],)
    for path in paths:
        if not any(path.is_relative_to(root) for root in roots):
            raise OutsideRootError(f"{path}: this path lies outside the root {roots[0]}; choose another with --root")
    configs = [load_config(root, raw.settings()) for root in roots]  # a mistake is said before anything is served
    if raw.allow_network and raw.no_token:
        raise UsageError("--no-token and --allow-network cannot be used together; leave one out")
    token = None if raw.token_file is None else read_token(cwd / raw.token_file.expanduser())
    return ServeRequest(
        roots,
        () if set(paths) & set(roots) else tuple(paths),
        raw.host,
        configs[0].settings.port,
        raw.allow_network,
        "" if raw.no_token else token,
        "" if raw.query_flag is None else checked_text(raw.query_flag),
        raw.settings(),
        raw.quiet,
    )


def run_serve(request: ServeRequest, terminal: Terminal) -> int:
    """Serve until told to stop. Standard output gets one line, the address; raises ``AddressError``."""
    from findspot.cli.serving import services  # noqa: PLC0415 - only this command needs them
    from findspot.mcp.host import shared  # noqa: PLC0415
    from findspot.service.engines import SharedEngines  # noqa: PLC0415
    from findspot.web.server import Where, run_http  # noqa: PLC0415

    def ready(address: str) -> None:
        page, mark, fragment = address.partition("#")
        asked = f"?{urlencode({'q': request.query})}" if request.query else ""
        if not request.quiet:
            terminal.note(f"serving {', '.join(map(str, request.scope or request.roots))}; Ctrl-C stops")
            if request.token:
                terminal.note("the page and programs ask for the token of --token-file")
            if request.to_others:
                terminal.note("warning: other machines can reach this; the token travels unencrypted")
        terminal.write_lines([f"{page}{asked}{mark}{fragment}"])

    engines = SharedEngines()
    with shared(engines, services):
        where = Where(request.host, request.port, to_others=request.to_others)
        return run_http(engines, request.roots, request.scope, request.settings, where, request.token, ready)
