"""Options of the commands that set up, measure, and serve editors and agents."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from findspot.cli.options import add_setting
from findspot.cli.values import commits
from findspot.installing.agents import AGENTS, Scope


def add_evaluation_arguments(evaluation: argparse.ArgumentParser) -> None:
    """Give ``evaluation`` its arguments."""
    evaluation.add_argument(
        "path", metavar="PATH", nargs="?", type=Path, help="A folder inside the git repository. Default: this folder."
    )
    evaluation.add_argument(
        "--commits", metavar="N", type=commits, default=50, help="How many commits, the newest that suit. Default: 50."
    )
    add_setting(evaluation, "budget")


def add_server_arguments(lsp: argparse.ArgumentParser) -> None:
    """Give ``lsp`` its arguments."""
    channel = lsp.add_mutually_exclusive_group()
    channel.add_argument("--stdio", action="store_true", help="Use standard input and output; this is the default.")
    channel.add_argument("--tcp", metavar="HOST:PORT", help="Listen for editors on this address instead.")
    lsp.add_argument("-v", "--verbose", action="store_true", help="Write a log to standard error.")


def add_agent_server_arguments(agents: argparse.ArgumentParser) -> None:
    """Give ``agents``, the server for them, its arguments."""
    agents.add_argument(
        "--root",
        dest="roots",
        metavar="DIR",
        action="append",
        default=[],
        type=Path,
        help="Folder to search; may be given several times. Default: the folders that the agent names, else the project"
        " around the current folder.",
    )
    agents.add_argument(
        "--http",
        metavar="HOST:PORT",
        nargs="?",
        const="127.0.0.1:0",
        help="Listen for clients by HTTP on this address of this machine; without it on a free port.",
    )
    agents.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="File with the token that clients by HTTP send. Default: a new one, shown on standard error.",
    )
    agents.add_argument("-v", "--verbose", action="store_true", help="Write a log to standard error.")


def add_install_arguments(install: argparse.ArgumentParser) -> None:
    """Give ``install`` its arguments."""
    names = ", ".join(agent.name for agent in AGENTS)
    install.add_argument("agent", metavar="AGENT", nargs="?", help=f"One of {names}.")
    install.add_argument(
        "--scope",
        choices=get_args(Scope),
        default="user",
        help="user: in your home folder, for all projects; project: in files that the project shares. Default: user.",
    )
    install.add_argument(
        "--root", metavar="DIR", type=Path, help="Folder of the project. Default: the root that a search has here."
    )
    install.add_argument("--uninstall", action="store_true", help="Remove what an earlier install has added.")
    install.add_argument("--dry-run", action="store_true", help="Show what would change, and change nothing.")
    install.add_argument("-y", "--yes", action="store_true", help="Do not ask.")
    install.add_argument(
        "--no-instructions",
        dest="instructions",
        action="store_false",
        help="Add or remove the server only, not the text that tells the agent when to use it.",
    )
