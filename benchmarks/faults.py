"""``make faults``: run the fault tests area by area, and write down what was tried and what came of it."""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import RELIABILITY, described, read_results, write_results

ROOT = Path(__file__).resolve().parents[1]

AREAS: dict[str, tuple[str, ...]] = {
    "killed while writing": ("tests/engine/test_kill_at_each_step.py",),
    "a damaged index": ("tests/storage/test_damage.py",),
    "locks and other processes": ("tests/storage/test_locks.py",),
    "workers that die": ("tests/engine/test_lost_batches.py",),
    "many changes at once": ("tests/engine/test_mass_changes.py", "tests/lsp/test_mass_changes.py"),
    "files that are no source": (
        "tests/engine/test_bad_files.py",
        "tests/lsp/test_bad_files.py",
        "tests/cli/test_bad_files.py",
    ),
    "hostile repositories": ("tests/hostile",),
    "ten thousand of everything": ("tests/linear",),
}
"""What goes wrong, and the tests in which it does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the tests, print a line for each area, and write the results; returns 1 if one failed."""
    parser = argparse.ArgumentParser(prog="benchmarks/faults.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("--json", type=Path, default=RELIABILITY, metavar="FILE", help="Where the results go.")
    parser.add_argument("--only", action="append", choices=list(AREAS), metavar="AREA", help="Run this area alone.")
    options = parser.parse_args(argv)
    kept = read_results(options.json)["areas"] if options.only and options.json.is_file() else []
    found = {area["name"]: area for area in kept}
    for name in options.only or AREAS:
        area = found[name] = run_area(name, AREAS[name])
        print(f"{area['name']:<28} {area['passed']:>4} passed {area['failed']:>3} failed {area['skipped']:>3} skipped"
              f" {area['seconds']:>7.1f} s")  # fmt: skip
        # After each area, since all of them together may take a quarter of an hour.
        areas = [found[one] for one in AREAS if one in found]
        write_results(options.json, described("make faults") | {"areas": areas})
    return int(any(area["failed"] or not area["passed"] for area in found.values()))


def run_area(name: str, paths: Sequence[str]) -> dict[str, Any]:
    """Run the tests below ``paths``, the slow ones too, and count how they ended."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *paths]
        print(f"... {name}", file=sys.stderr, flush=True)
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | {"NO_COLOR": "1"}, check=False)
        suite = ET.parse(report).getroot().find("testsuite") if report.is_file() else None  # noqa: S314 - see above
    told = {
        key: float(suite.get(key, "0")) if suite is not None else 0.0
        for key in ("tests", "failures", "errors", "skipped", "time")
    }
    failed = int(told["failures"] + told["errors"])
    return {
        "name": name,
        "what": [purpose(ROOT / path) for path in paths],
        "passed": int(told["tests"] - told["skipped"]) - failed,
        "failed": failed,
        "skipped": int(told["skipped"]),
        "seconds": round(told["time"], 1),
    }


def purpose(path: Path) -> str:
    """Return what tests are about: the first line of a module, or of each module of a folder."""
    modules = sorted(path.glob("test_*.py")) if path.is_dir() else [path]
    texts = [ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "" for module in modules]
    return " ".join(text.split("\n")[0] for text in texts if text)


if __name__ == "__main__":
    sys.exit(main())
