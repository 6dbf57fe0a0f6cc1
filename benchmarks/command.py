"""The benchmark's command line: choose what to measure, measure it, print the tables."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import platformdirs

from benchmarks import processes, speed, table
from benchmarks.measure import Line, load_average, machine
from benchmarks.quality import HitLine, quality
from benchmarks.questions import load_questions
from benchmarks.repository import DJANGO_VERSION, django
from benchmarks.results import PERFORMANCE, described, write_results
from benchmarks.workplace import FULL, QUICK, Workplace

QUESTIONS = Path(__file__).with_name("questions.toml")

SECTIONS: dict[str, Callable[[Workplace], list[Line]]] = {
    "index": processes.index,
    "size": processes.size,
    "refresh": speed.refresh,
    "reuse": speed.reuse,
    "search": speed.search,
    "localize": speed.localize,
    "deadline": speed.deadline,
    "edit": speed.edit,
    "command": processes.command,
    "server": processes.server,
    "agents": processes.agents,
}
"""What ``--only`` takes, beside ``quality``, in the order of measuring."""

_BUSY = 0.5
"""Load for each core above which the numbers say more about the neighbours."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns 0 whether or not the budgets are met, since a busy machine is no failure."""
    options = _parser().parse_args(argv)
    chosen = options.only or [*SECTIONS, "quality"]
    repo = options.repo.resolve() if options.repo else django(_downloads())
    if not repo.is_dir():
        print(f"error: {repo} is not a folder", file=sys.stderr)
        return 2
    questions = load_questions(options.questions)
    given = [Path(word).name if "/" in word else word for word in (sys.argv[1:] if argv is None else argv)]
    facts: dict[str, Any] = described(" ".join(["make bench", *([f'B="{" ".join(given)}"'] if given else [])]))
    facts |= {"machine": machine(), "load_before": load_average(), "quick": options.quick}
    lines: list[Line] = []
    hits: list[HitLine] = []
    repetitions = QUICK if options.quick else FULL
    folder = Path(tempfile.mkdtemp(prefix="findspot-bench-")).resolve()
    started = time.monotonic()
    try:
        place = Workplace(repo, folder, questions, repetitions)
        for name, section in SECTIONS.items():
            if name in chosen:
                print(f"... {name}", file=sys.stderr, flush=True)
                lines += section(place)
        answerable = questions.answerable(repo)
        if "quality" in chosen and answerable:
            print("... quality", file=sys.stderr, flush=True)
            hits = quality(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    facts |= {"repository": repo.name, "repetitions": asdict(repetitions), "load_after": load_average()}
    facts["seconds"] = round(time.monotonic() - started, 1)
    _print(facts, lines, hits)
    if "quality" in chosen and not answerable:
        print(f"\nNo hit table: {options.questions.name} asks about another repository than {repo.name}.")
    whole = not (options.only or options.repo or options.quick)
    if options.json or whole:
        write_results(options.json or PERFORMANCE, table.as_json(facts, lines, hits))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--repo", type=Path, metavar="PATH", help=f"Measure on this folder. Default: Django {DJANGO_VERSION}."
    )
    parser.add_argument(
        "--questions", type=Path, default=QUESTIONS, metavar="FILE", help="Questions with their answers."
    )
    parser.add_argument("--quick", action="store_true", help="Fewer repetitions: a look, not a measurement.")
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="Write every single value to this file too. A whole run on Django writes them to where 'make figures' looks.",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=[*SECTIONS, "quality"],
        metavar="NAME",
        help="Measure this alone (repeatable): %(choices)s.",
    )
    return parser


def _downloads() -> Path:
    return Path(platformdirs.user_cache_dir("findspot-bench", appauthor=False))


def _print(facts: dict[str, Any], lines: Sequence[Line], hits: Sequence[HitLine]) -> None:
    about = facts["machine"]
    before, after = facts["load_before"], facts["load_after"]
    load = "unknown" if before is None else f"{before:.2f} before, {after:.2f} after"
    print(f"repository  {facts['repository']}{' (quick: few repetitions)' if facts['quick'] else ''}")
    print(f"machine     {about['system']}, {about['processor']}, {about['cores']} cores, {about['memory_gb']} GB")
    print(f"python      {about['python']}")
    print(f"load        {load}; the benchmark took {facts['seconds']:.0f} s")
    if before is not None and before > _BUSY * about["cores"]:
        print("            the machine was busy before the start: expect larger numbers than a quiet one gives")
    if lines:
        print()
        print("\n".join(table.speed_table(lines)))
    if hits:
        print("\nHow many questions have their answer among the first results:\n")
        print("\n".join(table.hit_table(hits)))
