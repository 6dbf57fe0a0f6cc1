"""``findspot tui``: the interactive view, opened for some roots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.cli.commands import RawArguments
from findspot.cli.filters import filter_of
from findspot.cli.inputs import UsageError, existing_paths, location_of, root_of, scope_of
from findspot.cli.terminal import Terminal
from findspot.cli.tui_options import USUAL_LENGTH
from findspot.config import Config, child_environ, load_config
from findspot.core.filters import NO_FILTER
from findspot.core.limits import checked_text
from findspot.service.opening import checked_template, warning_of
from findspot.service.workspaces import home_folder

if TYPE_CHECKING:
    from findspot.tui.options import Options


@dataclass(frozen=True, slots=True)
class TuiRequest:
    """``findspot tui``: the settings of each root (absolute), how the view is opened, and how places are printed."""

    configs: Mapping[Path, Config]
    options: Options
    files_only: bool


def resolve_tui(raw: RawArguments, terminal: Terminal) -> TuiRequest:
    """Check how the words go together; raises a ``FindspotError`` that says what to change."""
    from findspot.tui.options import Options  # noqa: PLC0415 - only this command needs it

    if raw.no_scope and raw.paths:
        raise UsageError("--no-scope means the whole root and cannot be used together with PATHS")
    cwd, paths = terminal.cwd, existing_paths(raw, terminal.cwd)
    filters = NO_FILTER
    if len(raw.roots) > 1:
        roots = dict.fromkeys(root_of(root, cwd) for root in raw.roots)
        configs = {root: load_config(root, raw.settings()) for root in roots}
        scope = tuple(map(str, paths))
    else:
        location = location_of(raw, cwd, paths)
        configs = {location.root: location.config}
        scope = tuple(str(location.root / path) for path in scope_of(raw, location, paths))
        filters = filter_of(raw, location)
    settings = next(iter(configs.values())).settings
    for config in configs.values():
        for warning in config.warnings:
            terminal.note(f"warning: {warning}")
    if warning := warning_of(checked_template(settings.open_cmd)):
        terminal.note(f"warning: {warning}")
    options = Options(
        cwd=cwd,
        query="" if not raw.query else " ".join(checked_text(raw.query).split()),
        scope=scope,
        filters=filters,
        top_k=raw.top_k or max(settings.top_k, USUAL_LENGTH),
        open_cmd=settings.open_cmd,
        full_index=any(config.settings.full_index for config in configs.values()),
        home=home_folder(),
        environ=child_environ(),
    )
    return TuiRequest(configs, options, raw.format == "files")


def run_tui(request: TuiRequest) -> int:
    """Show the view until it is left, and return the exit status."""
    from findspot.tui.run import run_view  # noqa: PLC0415 - only this command needs it

    return run_view(request.configs, request.options, files_only=request.files_only)
