"""``findspot models``: which models there are, and getting, checking, choosing and removing one's own."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from findspot.cli.commands import RawArguments
from findspot.cli.inputs import UsageError, View
from findspot.cli.model_options import ModelAction
from findspot.cli.output import count, size_text
from findspot.cli.progress import ProgressLine
from findspot.cli.terminal import Terminal
from findspot.config import Config, load_config
from findspot.core.columns import table_lines
from findspot.service.model_files import ModelFacts, ModelFiles

_REDRAW_SECONDS = 0.2

_HEADINGS = ("NAME", "SIZE", "KIND", "CONTEXT", "MEMORY", "LICENCE", "USED AS")


@dataclass(frozen=True, slots=True)
class ModelsRequest:
    """``findspot models``; ``model`` is a name, for ``pull`` an address, and "" for all of them.

    ``name`` and ``sha256`` are for ``pull``, "" when they were not given.
    """

    view: View
    config: Config
    action: ModelAction
    model: str
    name: str
    sha256: str
    yes: bool


def resolve_models(raw: RawArguments) -> ModelsRequest:
    """Check how the words go together; raises a ``FindspotError`` that says what to change."""
    action, model = raw.action, raw.model or ""
    if not model and action in {"pull", "use", "remove"}:
        what = "ADDRESS" if action == "pull" else "NAME"
        raise UsageError(f"{action} needs to know which: findspot models {action} {what}")
    if model and action == "list":
        raise UsageError(f"list takes no name; leave out {model}")
    if action != "pull" and (raw.name is not None or raw.sha256 is not None):
        raise UsageError(f"--name and --sha256 belong to pull, not to {action}")
    if raw.format == "json" and action != "list":
        raise UsageError(f"--json belongs to list, not to {action}")
    view = View(raw.format, text=False, quiet=raw.quiet)
    config = load_config(None)
    return ModelsRequest(view, config, action, model, raw.name or "", raw.sha256 or "", raw.yes)


def run_models(request: ModelsRequest, terminal: Terminal) -> int:
    """Do what is asked, and return the exit status."""
    files = ModelFiles(request.config)
    match request.action:
        case "list":
            return _list(files, request.view, terminal)
        case "pull":
            return _pull(files, request, terminal)
        case "verify":
            return _verify(files, request, terminal)
        case "use":
            setting, path = files.use(request.model)
            _say(request, terminal, f"{request.model} is the {setting} from now on (in {path})")
            return 0
        case "remove":
            return _remove(files, request, terminal)


def _list(files: ModelFiles, view: View, terminal: Terminal) -> int:
    models = files.all()
    if view.format == "json":
        record = {"folder": str(files.folder), "models": [dataclasses.asdict(model) for model in models]}
        terminal.write_lines([json.dumps(record)])
        return 0
    terminal.write_lines(table_lines([_HEADINGS, *map(_row, models)]))
    for model in models:
        if model.problem:
            terminal.note(f"warning: {model.problem}")
    if not view.quiet:
        own = sum(not model.shipped for model in models)
        terminal.note(f"{count(own, 'model')} of your own in {files.folder}")
    return 0


def _row(model: ModelFacts) -> tuple[str, ...]:
    parameters = f"{model.parameters / 1e6:,.0f}M" if model.parameters else ""
    kind = " ".join(filter(None, (model.architecture, parameters, model.quantization)))
    context = f"{model.context_used:,} of {model.context:,}" if model.context_used else f"{model.context or '-'}"
    memory = f"about {size_text(model.memory)}" if model.memory else "-"
    return model.name, size_text(model.size), kind or "?", context, memory, model.licence, model.used_as or "-"


def _pull(files: ModelFiles, request: ModelsRequest, terminal: Terminal) -> int:
    line = terminal.progress_line(quiet=request.view.quiet)
    try:
        fetched = files.pull(request.model, request.name, request.sha256, _telling(line))
    except KeyboardInterrupt:
        terminal.note("stopped; what has come is kept, and the same command goes on from there")
        raise
    finally:
        if line is not None:
            line.clear()
    if not request.sha256:
        terminal.note(f"no checksum was given to compare with; this one was written down: {fetched.sha256}")
    name = fetched.path.stem
    licence = next((model.licence for model in files.all() if model.name == name), "unknown")
    _say(request, terminal, f"{fetched.path} (licence: {licence}); to explore with it: findspot models use {name}")
    return 0


def _telling(line: ProgressLine | None) -> Callable[[int, int | None], None]:
    """Return what draws how far a fetch is, not more often than the eye can follow."""
    due = 0.0

    def tell(done: int, total: int | None) -> None:
        nonlocal due
        now = time.monotonic()
        if line is not None and now >= due:
            due = now + _REDRAW_SECONDS
            of = f" of {size_text(total)} ({done / total:.0%})" if total else ""
            line.show(f"fetching: {size_text(done)}{of}")

    return tell


def _verify(files: ModelFiles, request: ModelsRequest, terminal: Terminal) -> int:
    checked = files.verify(request.model)
    for name, problem, sure in checked:
        if problem:
            terminal.note(f"error: {problem}")
        else:
            _say(
                request,
                terminal,
                f"{name}: {'as it should be' if sure else 'a whole file; no checksum to compare it with'}",
            )
    return 2 if any(problem for _, problem, _ in checked) else 0


def _remove(files: ModelFiles, request: ModelsRequest, terminal: Terminal) -> int:
    model = files.removable(request.model)
    use = f"; it is your {model.used_as}, which will be unset" if model.used_as else ""
    if not request.yes:
        agreed = terminal.confirmed(f"Delete {model.path}, {size_text(model.size)}{use}?")
        if agreed is None:
            raise UsageError(f"remove asks before it deletes {model.path}{use}; nobody can answer here: give --yes")
        if not agreed:
            terminal.note("nothing was deleted")
            return 1
    files.remove(request.model)
    _say(request, terminal, f"deleted {model.path}{use.replace('will be', 'was')}")
    return 0


def _say(request: ModelsRequest, terminal: Terminal, text: str) -> None:
    if not request.view.quiet:
        terminal.note(text)
