"""What measurements leave behind, from which the pages with figures are made: files of JSON, kept in the repository."""

from __future__ import annotations

import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from findspot import __version__

RESULTS = Path(__file__).resolve().parent / "measured"
PERFORMANCE = RESULTS / "performance.json"
RELIABILITY = RESULTS / "reliability.json"
LANGUAGES = RESULTS / "languages.json"


def described(command: str, checkout: Path = RESULTS) -> dict[str, Any]:
    """Return when and of what something was measured, and by which command; ``checkout`` is what was measured."""
    return {
        "command": command,
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "version": __version__,
        "commit": _commit(checkout),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }


def write_results(path: Path, record: dict[str, Any]) -> None:
    """Write a record so that a difference of two can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def read_results(path: Path) -> dict[str, Any]:
    """Return a record."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _commit(checkout: Path) -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(asked, cwd=checkout, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
