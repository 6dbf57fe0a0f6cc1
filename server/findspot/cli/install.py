"""``findspot install``: show what would change in an agent's files, ask, and change it."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from findspot.cli.commands import RawArguments
from findspot.cli.inputs import UsageError, root_of
from findspot.cli.parser import hint
from findspot.cli.terminal import Terminal
from findspot.config import agent_environ
from findspot.core.columns import visible
from findspot.errors import ConfigError, InstallError
from findspot.installing.agents import AGENTS, NAME, Agent, Scope, find_agent, places
from findspot.installing.plans import Plan, carry_out, is_installed, plan_install, plan_removal
from findspot.service.workspaces import find_root

DONE, DECLINED = 0, 1


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """``findspot install``; without an ``agent`` they are listed. ``places`` are the folders that its files lie in."""

    agent: Agent | None
    scope: Scope
    places: Mapping[str, Path]
    command: list[str]
    uninstall: bool
    dry_run: bool
    yes: bool
    instructions: bool
    quiet: bool


def resolve_install(raw: RawArguments, cwd: Path) -> InstallRequest:
    """Return the request that the command line means."""
    agent = None if raw.agent is None else find_agent(raw.agent)
    if raw.agent is not None and agent is None:
        names = [one.name for one in AGENTS]
        raise UsageError(f"{raw.agent}: no agent of this name{hint(raw.agent, names)}; there are {', '.join(names)}")
    if agent is None and (raw.uninstall or raw.dry_run or raw.yes):
        raise UsageError("which agent? 'findspot install' alone lists them")
    project = find_root(cwd, ())[0] if raw.root is None else root_of(raw.root, cwd)
    try:
        home = Path.home()
    except RuntimeError:
        home = Path()
    if not home.is_absolute():
        raise ConfigError("there is no home folder; set HOME to it")
    return InstallRequest(
        agent,
        raw.scope,
        places(home, project, agent_environ(), sys.platform),
        [NAME, "mcp"] if raw.scope == "project" else [*own_command(), "mcp"],
        raw.uninstall,
        raw.dry_run,
        raw.yes,
        raw.instructions,
        raw.quiet,
    )


def own_command(program: str | None = None) -> list[str]:
    """Return the words that start this very Findspot from anywhere; ``program`` is what it was called as.

    The name it was called by goes first: that of a tool's launcher outlives an upgrade.
    """
    called = Path(os.path.abspath(sys.argv[0] if program is None else program))  # noqa: PTH100 - links are kept on purpose
    beside = Path(sysconfig.get_path("scripts")) / NAME
    for path in [called] * (called.stem == NAME) + [beside]:
        for one in (path, path.with_name(f"{path.name}.exe")):
            if one.is_file():
                return [str(one)]
    return [sys.executable, "-m", NAME]


def run_install(request: InstallRequest, terminal: Terminal) -> int:
    """Do it and return the exit status: 0 done, 1 declined."""
    if request.agent is None:
        terminal.write_lines(_table(request))
        return DONE
    plan = _plan(request, request.agent)
    what = f"{request.agent.label}, scope {request.scope}"
    if not plan.changes:
        _say(
            request,
            terminal,
            plan,
            f"{what}: {'nothing of Findspot is there' if request.uninstall else 'everything is in place'}",
        )
        return DONE
    for change in plan.changes:
        terminal.write_lines(visible(line) for line in change.diff())
    if request.dry_run:
        _say(request, terminal, plan, f"{what}: this would change; nothing was changed")
        return DONE
    if not request.yes and not _agreed(len(plan.changes), terminal):
        terminal.note("nothing was changed")
        return DECLINED
    carry_out(plan, request.places)
    kept = [str(change.file.backup) for change in plan.changes if change.backup and change.file.data is not None]
    _say(
        request,
        terminal,
        plan,
        f"{what}: {'removed' if request.uninstall else 'installed'}, from its next start on",
        *(f"kept as it was: {one}" for one in kept),
        *_missing(request),
    )
    return DONE


def _plan(request: InstallRequest, agent: Agent) -> Plan:
    if request.scope not in agent.servers and not request.instructions:
        raise InstallError(f"{agent.label} has no servers of scope {request.scope}; leave out --no-instructions")
    if request.uninstall:
        return plan_removal(agent, request.scope, request.places, instructions=request.instructions)
    return plan_install(agent, request.scope, request.places, request.command, instructions=request.instructions)


def _missing(request: InstallRequest) -> Iterator[str]:
    """Yield what keeps an entry that names a program on the path from working here."""
    if not request.uninstall and request.scope == "project" and shutil.which(request.command[0]) is None:
        yield f"{request.command[0]} is not on your PATH, where the files of a project look for it"


def _say(request: InstallRequest, terminal: Terminal, plan: Plan, *sentences: str) -> None:
    if not request.quiet:
        for sentence in (*sentences, *plan.notes):
            terminal.note(sentence)


def _agreed(count: int, terminal: Terminal) -> bool:
    agreed = terminal.confirmed(f"Change {'this file' if count == 1 else f'these {count} files'}?")
    if agreed is None:
        raise UsageError(
            "nothing was changed, since there is no terminal to ask on; add --yes, or --dry-run to look only"
        )
    return agreed


def _table(request: InstallRequest) -> Iterator[str]:
    """Yield a line for each agent: what to type, its name, whether it is here, where Findspot is installed."""
    rows = [("AGENT", "PROGRAM", "HERE", "USER", "PROJECT")]
    for agent in AGENTS:
        here = "yes" if agent.is_here(request.places) else "no"
        rows.append((agent.name, agent.label, here, _state(agent, "user", request), _state(agent, "project", request)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _state(agent: Agent, scope: Scope, request: InstallRequest) -> str:
    if scope not in agent.servers:
        return "-"
    try:
        return "installed" if is_installed(agent, scope, request.places) else "no"
    except InstallError:
        return "unreadable"
