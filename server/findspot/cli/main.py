"""The command line: read the arguments, resolve them into a request, run it, print the answer.

Exit status: 0 found or done, 1 nothing found, 2 error, 130 interrupted.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from findspot.cli import output
from findspot.cli.args import parse
from findspot.cli.commands import build_parser
from findspot.cli.context import ContextRequest, run_context
from findspot.cli.inputs import RootLocation
from findspot.cli.merging import merged
from findspot.cli.parser import Left
from findspot.cli.pretty import Placed
from findspot.cli.progress import ProgressLine
from findspot.cli.related import RelatedRequest, run_related
from findspot.cli.resolve import (
    AgentServerRequest,
    EvaluationRequest,
    IndexRequest,
    LocalizeRequest,
    Part,
    Request,
    SearchRequest,
    ServerRequest,
    StatusRequest,
    resolve,
)
from findspot.cli.skipped import skipped_lines, skipped_note
from findspot.cli.terminal import Terminal
from findspot.config import Config, load_config, use_one_math_thread
from findspot.core.columns import visible
from findspot.core.types import Answer, AnswerStatus, IndexState
from findspot.errors import Cancelled, Declined, FindspotError, complaint
from findspot.service import messages
from findspot.service.one_root import Freshened, Listener, OneRoot

__all__ = ["build_parser", "main"]

FOUND, NOTHING, ERROR, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None, terminal: Terminal | None = None) -> int:
    """Run the command line ``argv`` (default: the process's own) for ``terminal`` (likewise); return the exit status."""
    if terminal is None:
        use_one_math_thread()  # before numpy is loaded, which reads it once
        terminal = Terminal.of_process()
    words, caller = sys.argv[1:] if argv is None else argv, terminal
    return guarded(caller, lambda: _command(words, caller))


def guarded(terminal: Terminal, command: Callable[[], int]) -> int:
    """Run a command and return its exit status; what goes wrong is said on the terminal."""
    try:
        return command()
    except (Cancelled, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        terminal.discard_output()  # the reader has seen enough, as in "findspot QUERY | head"
        return FOUND
    except Declined as error:
        terminal.note(str(error))
        return NOTHING
    except FindspotError as error:
        terminal.note(f"error: {error}")
        return ERROR
    except OSError as error:
        terminal.note(f"error: {complaint(error)}")
        terminal.drop_unwritten()
        return ERROR
    except Exception:  # noqa: BLE001 - Python's own status for a crash is 1, which means "nothing found" here
        terminal.complain(traceback.format_exc())
        return ERROR


def _command(argv: Sequence[str], terminal: Terminal) -> int:
    try:
        raw = parse(argv)
    except Left as left:
        terminal.complain(left.err)
        terminal.write_lines(left.out.splitlines())
        return left.status
    _log_to_stderr(verbose=raw.verbose, quiet=raw.quiet)
    if raw.command == "models":
        from findspot.cli.models import resolve_models, run_models  # noqa: PLC0415 - only this command needs them

        return run_models(resolve_models(raw), terminal)
    if raw.command == "install":
        from findspot.cli.install import resolve_install, run_install  # noqa: PLC0415 - only this command needs them

        return run_install(resolve_install(raw, terminal.cwd), terminal)
    if raw.command == "config":
        from findspot.cli.config import resolve_config, run_config  # noqa: PLC0415 - only this command needs them

        return run_config(resolve_config(raw, terminal.cwd), terminal)
    if raw.command == "cache":
        from findspot.cli.cache import resolve_cache, run_cache  # noqa: PLC0415 - only this command needs them

        return run_cache(resolve_cache(raw, terminal.cwd), terminal)
    if raw.command == "completions":
        from findspot.cli.completions import run_completions  # noqa: PLC0415 - only this command needs them

        return run_completions(raw.shell, terminal)
    if raw.command == "serve":
        from findspot.cli.serve import resolve_serve, run_serve  # noqa: PLC0415 - only this command needs them

        return run_serve(resolve_serve(raw, terminal.cwd), terminal)
    if raw.command == "tui":
        from findspot.cli.tui import resolve_tui, run_tui  # noqa: PLC0415 - only this command needs them

        return run_tui(resolve_tui(raw, terminal))
    return run(resolve(raw, terminal), terminal)


def run(request: Request, terminal: Terminal) -> int:
    """Run ``request`` for ``terminal`` and return the exit status."""
    match request:
        case SearchRequest():
            return _run_search(request, terminal)
        case LocalizeRequest():
            return _run_localize(request, terminal)
        case ContextRequest():
            return _run_context(request, terminal)
        case RelatedRequest():
            return _run_related(request, terminal)
        case IndexRequest():
            return _run_index(request, terminal)
        case StatusRequest():
            return _run_status(request, terminal)
        case EvaluationRequest():
            return _run_evaluation(request, terminal)
        case ServerRequest():
            return _run_server(request)
        case AgentServerRequest():
            return _run_agent_server(request)


def _run_search(request: SearchRequest, terminal: Terminal) -> int:
    def ask(root: OneRoot, part: Part) -> Answer:
        question = messages.SearchRequest.model_construct(  # it has been checked
            query=request.query, explain=request.view.explain, **dataclasses.asdict(part.filters)
        )
        return root.ask(question, part.scope)

    return _run_question(request, terminal, ask, model=False)


def _run_localize(request: LocalizeRequest, terminal: Terminal) -> int:
    def question(part: Part) -> messages.LocalizeRequest:
        return messages.LocalizeRequest.model_construct(
            text=request.text,
            top_k=request.top_k,
            level=request.level,
            budget=request.budget,
            explain=request.view.explain,
            **dataclasses.asdict(part.filters),
        )

    def ask(root: OneRoot, part: Part) -> Answer:
        return root.ask(question(part), part.scope)

    exploring = request.exploring
    if exploring is None:
        return _run_question(request, terminal, ask, model=True)
    from findspot.cli.explore import explored, open_policy  # noqa: PLC0415 - only --explore needs them

    # A policy is opened before anything is indexed: it may fail.
    with open_policy(exploring, request.parts[0].location.config.settings) as policy:
        return _run_question(
            request,
            terminal,
            lambda root, part: explored(root, request, question(part), exploring, policy, terminal),
            model=True,
        )


def _run_question(
    request: SearchRequest | LocalizeRequest,
    terminal: Terminal,
    ask: Callable[[OneRoot, Part], Answer],
    *,
    model: bool,
) -> int:
    answers: list[Answer] = []
    freshened: list[Freshened] = []
    for part in request.parts:
        with _opened(part.location, terminal, quiet=request.view.quiet) as root:
            freshened.append(root.freshen(rebuild=request.rebuild))
            answers.append(ask(root, part))
    return _print_answer(answers, request, freshened, terminal, model=model)


def _run_context(request: ContextRequest, terminal: Terminal) -> int:
    with _opened(request.location, terminal, quiet=request.quiet) as root:
        return FOUND if run_context(request, root, terminal) else NOTHING


def _run_related(request: RelatedRequest, terminal: Terminal) -> int:
    with _opened(request.location, terminal, quiet=request.view.quiet) as root:
        return FOUND if run_related(request, root, terminal) else NOTHING


def _run_index(request: IndexRequest, terminal: Terminal) -> int:
    with _opened(request.location, terminal, quiet=request.view.quiet) as root:
        report = root.refresh(rebuild=request.rebuild)
    terminal.write_lines(output.report_lines(report, request.location, request.view))
    return FOUND if report.state == IndexState.READY else ERROR


def _run_status(request: StatusRequest, terminal: Terminal) -> int:
    if request.root_only:
        terminal.write_lines(output.root_lines(request.location, request.view))
        return FOUND
    with _opened(request.location, terminal, quiet=request.view.quiet) as root:
        if request.skipped is not None:
            return _print_skipped(root, request, request.skipped, terminal)
        status = root.status()
    terminal.write_lines(output.status_lines(status, request.location, request.view))
    return FOUND


def _print_skipped(root: OneRoot, request: StatusRequest, pattern: str, terminal: Terminal) -> int:
    found = root.skipped(pattern)
    terminal.write_lines(skipped_lines(found, request.location, request.view))
    if not request.view.quiet:
        terminal.note(skipped_note(found, indexed=root.status().files > 0))
    return FOUND if found.entries or not pattern else NOTHING


def _run_evaluation(request: EvaluationRequest, terminal: Terminal) -> int:
    """Measure on the history of a repository, and print what was measured, also when it was stopped."""
    from findspot.evaluation.history import find_repository  # noqa: PLC0415 - only this command needs it
    from findspot.evaluation.measure import measure  # noqa: PLC0415
    from findspot.evaluation.report import record, table_lines  # noqa: PLC0415

    repository = find_repository(request.folder)
    config = load_config(repository.top, {"budget": request.budget})
    _warn(config, terminal)
    line = terminal.progress_line(quiet=request.view.quiet)
    tell = _silent if line is None else line.show
    try:
        with terminal.stoppable() as stop:
            measured = measure(repository, config, commits=request.commits, stop=stop, tell=tell, indexing=line)
    finally:
        _clear(line)
    if not measured.complete:
        terminal.note(f"stopped; {output.count(len(measured.rows), 'commit')} of {len(measured.tasks):,} measured")
    if request.view.format == "json":
        terminal.write_lines([json.dumps(record(measured))])
    elif measured.rows:
        terminal.write_lines(map(visible, table_lines(measured)))
    return FOUND if measured.complete else INTERRUPTED


def _silent(_text: str) -> None:
    """Show nothing."""


def _run_server(request: ServerRequest) -> int:
    from findspot.cli.serving import services  # noqa: PLC0415
    from findspot.lsp.server import run_stdio, run_tcp  # noqa: PLC0415 - only this command needs the protocol
    from findspot.mcp.host import shared  # noqa: PLC0415
    from findspot.service.engines import SharedEngines  # noqa: PLC0415

    engines = SharedEngines()
    with shared(engines, services):
        if request.address is None:
            return run_stdio({}, engines)
        host, port = request.address
        return run_tcp(host, port, {}, engines)


def _run_agent_server(request: AgentServerRequest) -> int:
    from findspot.cli.serving import services  # noqa: PLC0415
    from findspot.mcp.stdio import run_stdio  # noqa: PLC0415 - only this command needs the protocol
    from findspot.service.folders import Folders  # noqa: PLC0415 - only this command needs them

    folders = Folders(request.roots, request.cwd)
    if request.address is not None:
        from findspot.mcp.http import run_http  # noqa: PLC0415 - loads a web server

        return run_http(folders, *request.address, request.token)
    return run_stdio(folders, services)


@contextmanager
def _opened(location: RootLocation, terminal: Terminal, *, quiet: bool) -> Iterator[OneRoot]:
    """Open a root, with a progress line where standard error is a terminal, and with Ctrl-C stopping what it does."""
    _warn(location.config, terminal)
    line = terminal.progress_line(quiet=quiet)
    listener = Listener(
        note=_silent if quiet else terminal.note,
        warn=lambda warning: terminal.note(f"warning: {warning}"),
        progress=line,
        refreshed=None if line is None else line.clear,
        # Without a line nobody sees a question either.
        confirm=None if line is None else lambda files: _is_wanted(files, location, terminal),
    )
    with terminal.stoppable() as stop, terminal.open_root(location, listener, stop) as root:
        yield root


def _is_wanted(files: int, location: RootLocation, terminal: Terminal) -> bool:
    question = f"{location.root} has {output.count(files, 'file')} to index, which may take a while. Go on?"
    return terminal.confirmed(question) is not False


def _warn(config: Config, terminal: Terminal) -> None:
    """Say what of a project's settings does not count."""
    for warning in config.warnings:
        terminal.note(f"warning: {warning}")


def _print_answer(
    answers: Sequence[Answer],
    request: SearchRequest | LocalizeRequest,
    freshened: Sequence[Freshened],
    terminal: Terminal,
    *,
    model: bool,
) -> int:
    """Print results on standard output and what they are made of on standard error.

    A warning comes first, also with ``--quiet``, so that a partial answer is never mistaken for a complete one.
    """
    view = request.view
    found, told = merged(answers, [part.location for part in request.parts])
    several = len(answers) > 1
    for part, fresh in zip(request.parts, freshened, strict=True):
        for warning in fresh.warnings:
            terminal.note(f"warning: {f'{part.location.root}: ' * several}{warning}")
    # A warning has said already why the index is not up to date.
    status = dataclasses.replace(told, message="") if any(fresh.warnings for fresh in freshened) else told
    summary = output.answer_note(status, [path for part in request.parts for path in part.scope], model=model)
    if not status.complete:
        terminal.note(f"warning: incomplete answer; {summary}")
    if not view.quiet:
        if not found:
            terminal.note("nothing found")
        taken = request.notes if isinstance(request, LocalizeRequest) else _meant(request, status, found)
        firsts = [fresh.first for fresh in freshened if fresh.first]
        for sentence in dict.fromkeys((*taken, *firsts, *status.notes)):
            terminal.note(sentence)
    screen = terminal.screen(view.color, grouped=view.grouped)
    lines = output.placed_lines(found, status, view, screen, several_roots=several)
    terminal.write_lines(lines, "\0" if view.null else "\n")
    if not view.quiet and status.complete:
        terminal.note(summary)
    return FOUND if found else NOTHING


def _meant(request: SearchRequest, status: AnswerStatus, found: Sequence[Placed]) -> Iterator[str]:
    """Yield what to try where a word that nothing is called like is nearly the name of a command."""
    if request.meant and (not found or status.by_meaning):
        yield f"did you mean findspot {request.meant}?"


def _clear(line: ProgressLine | None) -> None:
    if line is not None:
        line.clear()


class _Visible(logging.Formatter):
    """Writes out what in a message would steer a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines; those of a traceback stay apart."""
        return "\n".join(visible(line) for line in super().format(record).split("\n"))


def _log_to_stderr(*, verbose: bool, quiet: bool) -> None:
    form = "%(asctime)s %(name)s %(levelname)s: %(message)s" if verbose else "findspot: %(levelname)s: %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Visible(form))
    logging.basicConfig(level=logging.ERROR if quiet else logging.WARNING, handlers=[handler])
    if verbose:
        logging.getLogger("findspot").setLevel(logging.DEBUG)
