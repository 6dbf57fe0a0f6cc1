"""Tests as annotated source: a small workspace in one string, the wanted place between ⟦ and ⟧."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from findspot.config import load_config
from findspot.core.types import Answer, SearchResult
from findspot.engine import Engine, Models

_OPEN, _CLOSE = "⟦", "⟧"


def write_workspace(root: Path, fixture: str) -> dict[str, tuple[int, int]]:
    """Write the files of a fixture (``== path`` begins one) and return the marked lines (first, last) by path."""
    marked: dict[str, tuple[int, int]] = {}
    files: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in textwrap.dedent(fixture).strip("\n").split("\n"):
        if line.startswith("== "):
            current = files.setdefault(line[3:].strip(), [])
        elif current is not None:
            current.append(line)
    for path, lines in files.items():
        first = next((n for n, line in enumerate(lines, 1) if _OPEN in line), None)
        last = next((n for n, line in enumerate(lines, 1) if _CLOSE in line), None)
        if first is not None and last is not None:
            marked[path] = (first, last)
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(lines).replace(_OPEN, "").replace(_CLOSE, "") + "\n"
        target.write_text(text, encoding="utf-8", newline="\n")
    return marked


@contextmanager
def open_engine(root: Path, models: Models | None = None, **settings: str | int) -> Iterator[Engine]:
    """Open an engine on a workspace with settings as the command line would give them."""
    with Engine.open(root, load_config(root, settings), models) as engine:
        yield engine


def check_answer(answer: Answer, marked: dict[str, tuple[int, int]], within: int = 1) -> SearchResult:
    """Assert that the marked place is among the first ``within`` results and return that result."""
    for result in answer.results[:within]:
        wanted = marked.get(result.path)
        if wanted is not None and result.span.start_line <= wanted[1] and wanted[0] <= result.span.end_line:
            return result
    listed = "\n".join(f"{r.rank}. {r.path}:{r.span.start_line} {r.symbol} {r.score:.3f}" for r in answer.results)
    message = f"none of the first {within} results lies at {marked}:\n{listed or '(no results)'}"
    raise AssertionError(message)


def check_search(root: Path, models: Models, fixture: str, query: str, within: int = 1) -> SearchResult:
    """Index the fixture, search, and assert that the marked place comes first (or among the first ``within``)."""
    marked = write_workspace(root, fixture)
    with open_engine(root, models) as engine:
        engine.refresh()
        return check_answer(engine.search(query), marked, within)
