"""The command ``runs analyse`` of ``findspot-train``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from findspot_training.measure.tables import Table, table_text
from findspot_training.source import TrainingError, write_whole
from findspot_training.trajectories.analysis import Figures, analyse, totals
from findspot_training.trajectories.reading import read_trajectories


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command; it leaves its function as ``run``, which takes the arguments and returns the status."""
    runs = commands.add_parser("runs", help="look at recorded runs of agents")
    actions = runs.add_subparsers(dest="action", required=True)
    one = actions.add_parser("analyse", help="count calls per turn and redundant calls")
    one.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="runs as JSON lines, or a log of an agent's chat messages"
    )
    one.add_argument("--json", action="store_true", help="one object for each run, then one with the totals")
    one.add_argument("--out", type=Path, metavar="FILE", help="write there instead of printing")
    one.set_defaults(run=_analyse)


def _analyse(arguments: argparse.Namespace) -> int:
    found: list[tuple[Path, Figures]] = []
    problems = 0
    for path in arguments.files:
        for one in read_trajectories(path):
            if isinstance(one, TrainingError):
                print(f"error: {printable(str(one))}", file=sys.stderr)
                problems += 1
            else:
                found.append((path, analyse(one)))
    print(f"runs read: {len(found)}; problems: {problems}", file=sys.stderr)
    silent = sum(figures.calls == 0 for _, figures in found)
    if silent:
        print(
            f"runs without a call: {silent}; a call that a model only wrote into its text is not seen", file=sys.stderr
        )
    if not found:
        return 1
    text = _json_text(found, problems) if arguments.json else _plain_text([figures for _, figures in found])
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        write_whole(arguments.out, text)
    return 0


def _json_text(found: Sequence[tuple[Path, Figures]], problems: int) -> str:
    lines: list[dict[str, Any]] = [{"what": "run", "file": str(path), **figures.as_json()} for path, figures in found]
    lines.append({"what": "totals", "problems": problems, **totals([figures for _, figures in found])})
    return "".join(json.dumps(line) + "\n" for line in lines)


def _plain_text(found: Sequence[Figures]) -> str:
    rows = [
        [
            one.run,
            str(one.turns),
            str(one.calls),
            f"{one.mean_calls_per_turn:.2f}",
            str(one.most_calls_in_a_turn),
            str(one.turns_with_several_calls),
            str(one.errors),
            f"{one.longest_observation:,}",
            str(len(one.redundant_calls)),
            f"{100 * one.redundant_share:.1f}",
        ]
        for one in found
    ]
    parts = [_table("run|turns|calls|a turn|most|several|errors|longest|redundant|%", rows)]
    for one in found:
        if one.redundant_calls:
            rows = [[str(call), call.tool, call.reason.value, str(call.earlier)] for call in one.redundant_calls]
            parts.append(f"Redundant in {printable(one.run)}:\n{_table('turn.call|tool|reason|because of', rows)}")
    return "\n\n".join([*parts, *_totals_texts(found)]) + "\n"


def _totals_texts(found: Sequence[Figures]) -> list[str]:
    numbers = totals(found)
    named = {
        "turns": "turns",
        "calls": "calls_of_a_run",
        "calls a turn": "calls_per_turn",
        "turns with several calls": "turns_with_several_calls",
    }
    spreads = [[name, f"{numbers[key]['mean']:.2f}", f"{numbers[key]['median']:.2f}"] for name, key in named.items()]
    reasons = ", ".join(f"{number} {reason}" for reason, number in numbers["redundant_by_reason"].items())
    share = (
        f"{numbers['redundant']} of {numbers['calls']} calls were redundant ({100 * numbers['redundant_share']:.1f} %)"
    )
    tools = [[tool, str(of["calls"]), str(of["redundant"])] for tool, of in numbers["by_tool"].items()]
    return [
        f"Totals (runs: {numbers['runs']}):\n{_table('of a run|mean|median', spreads)}",
        f"{share}: {reasons}.",
        _table("tool|calls|redundant", tools),
    ]


def _table(head: str, rows: Sequence[Sequence[str]]) -> str:
    return table_text(Table("", "", head.split("|"), [list(map(printable, row)) for row in rows]))


def printable(text: str) -> str:
    """Return text for a terminal: names in a log are whatever a model wrote, and may hold control characters."""
    return "".join(character if character.isprintable() else "?" for character in text)
