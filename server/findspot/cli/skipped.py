"""What ``findspot status --skipped`` prints: one line for each entry that is left out, with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator

from findspot.cli.inputs import RootLocation, View
from findspot.cli.output import count
from findspot.cli.pretty import shown_path
from findspot.core.columns import visible
from findspot.core.types import Skipped


def skipped_lines(found: Skipped, location: RootLocation, view: View) -> Iterator[str]:
    """Yield the lines of the list; JSON is one object with root-relative paths."""
    if view.format == "json":
        entries = [{"path": one.path, "kind": one.kind, "message": one.message} for one in found.entries]
        yield json.dumps({"root": str(location.root), "skipped": entries, "truncated": found.truncated})
        return
    for one in found.entries:
        closing = "/" if one.path.endswith("/") else ""
        yield f"{visible(shown_path(one.path, location))}{closing}  {one.kind}  {visible(one.message)}"


def skipped_note(found: Skipped, *, indexed: bool) -> str:
    """Return the line below the list: how many there are, and what is missing."""
    number = len(found.entries)
    if found.truncated:
        text = f"the first {number:,} of what is left out; a PATTERN shows others: findspot status --skipped PATTERN"
    else:
        text = (
            f"{count(number, 'entry').replace('entrys', 'entries')} left out of the index"
            if number
            else "nothing left out"
        )
    return text if indexed else f"{text}; nothing is indexed yet, and what only reading a file shows is not known"
