"""``findspot related``: who uses a definition, what it uses, its tests, and code that does a similar thing."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from findspot.cli import output
from findspot.cli.commands import RawArguments
from findspot.cli.inputs import RootLocation, UsageError, View, location_of, view_of
from findspot.cli.pretty import placed, pretty_lines
from findspot.cli.screen import BOLD, Screen
from findspot.cli.terminal import Terminal
from findspot.core.types import Answer, Related, SearchResult
from findspot.errors import OutsideRootError
from findspot.service.one_root import Freshened, OneRoot

_PLACE = re.compile(r"(.+?):(\d{1,9})(?::([^:]+))?:?")
_WORD = re.compile(rb"\w+")

_LONGEST_LINE = 100_000

_TITLES: Final = {"caller": "used by", "callee": "uses", "test": "tested by", "similar": "similar code"}


@dataclass(frozen=True, slots=True)
class RelatedRequest:
    """``findspot related``; ``path`` is relative to the root, ``name`` is a word of the line that is meant, None for the definition there.

    ``written`` is false where the name was only found at a column.
    """

    location: RootLocation
    view: View
    path: str
    line: int
    name: str | None
    written: bool = False


def resolve_related(raw: RawArguments, cwd: Path) -> RelatedRequest:
    """Resolve ``raw`` as seen from ``cwd``; raises a ``FindspotError`` that says what to change."""
    found = _PLACE.fullmatch(raw.place)
    if found is None or int(found[2]) < 1:
        raise UsageError(f"{raw.place}: write FILE:LINE, as in src/cart.py:12; a name on that line may follow: :total")
    if found[3] is not None and raw.name is not None:
        raise UsageError(f"--name {raw.name} and :{found[3]} say the same thing; leave one out")
    file, line, name = (cwd / found[1]).resolve(), int(found[2]), raw.name or found[3]
    if not file.is_file():
        raise UsageError(f"{found[1]}: no such file")
    location = location_of(raw, cwd, [file.parent])
    root = location.root.resolve()
    if not file.is_relative_to(root):
        raise OutsideRootError(f"{found[1]}: lies outside the root {location.root}; choose another root with --root")
    at_column = name is not None and name.isascii() and name.isdigit()
    if name is not None and at_column:  # FILE:LINE:COLUMN, as compilers and --vimgrep write it
        name = _word_at(file, line, int(name))
    written = name is not None and not at_column
    name = None if name is None else name.encode(errors="replace").decode()  # a word of the shell need not be text
    return RelatedRequest(location, view_of(raw), file.relative_to(root).as_posix(), line, name, written)


def _word_at(file: Path, line: int, column: int) -> str | None:
    """Return the word at a byte of a line, both counted from 1; None where there is none."""
    with file.open("rb") as stream:
        text = next(islice(stream, line - 1, line), b"")[:_LONGEST_LINE]
    words = _WORD.finditer(text)
    return next((word[0].decode("utf-8", "replace") for word in words if word.start() < column <= word.end()), None)


def run_related(request: RelatedRequest, root: OneRoot, terminal: Terminal) -> bool:
    """Print what is connected, and return whether anything is; what is wrong with the index is said on standard error."""
    fresh = root.freshen()
    related = root.related(request.path, request.line, request.name)
    view = request.view
    _note(request, related, fresh, terminal)
    screen = terminal.screen(view.color, grouped=view.grouped)
    terminal.write_lines(related_lines(related, request.location, view, screen), "\0" if view.null else "\n")
    return any(results for name, results in groups_of(related) if name != "symbol")


def _note(request: RelatedRequest, related: Related, fresh: Freshened, terminal: Terminal) -> None:
    for warning in fresh.warnings:
        terminal.note(f"warning: {warning}")
    if not related.status.complete:
        terminal.note("warning: incomplete answer; the index does not have all files yet")
    if not request.view.quiet:
        if fresh.first:
            terminal.note(fresh.first)
        if related.symbol is None:
            terminal.note(f"no definition stands at line {request.line} of {request.path} in the index")
        elif request.written and request.name not in (related.symbol.symbol or "").split("."):
            terminal.note(f"no {request.name} that this line uses is known; the definition that stands there follows")


def groups_of(related: Related) -> list[tuple[str, Sequence[SearchResult]]]:
    """Return the results by how they are connected, in the order in which they are shown, each with a rank in its group."""
    groups: list[tuple[str, Sequence[SearchResult]]] = [
        ("symbol", () if related.symbol is None else (related.symbol,)),
        ("caller", related.callers),
        ("callee", related.callees),
        ("test", related.tests),
        ("similar", related.neighbours),
    ]
    return [
        (name, [dataclasses.replace(one, rank=rank) for rank, one in enumerate(results, start=1)])
        for name, results in groups
    ]


def related_lines(related: Related, location: RootLocation, view: View, screen: Screen) -> Iterator[str]:
    """Yield the lines of ``related`` in the format of ``view``; each line of JSON says how it is connected."""
    groups = groups_of(related)
    if view.format == "pretty":
        yield from _pretty(related, location, view, screen)
    elif view.format == "json":
        for relation, results in groups:
            for one in results:
                record = json.loads(output.json_line(one, location, related.status, text=view.text))
                yield json.dumps({"relation": relation} | record)
    else:
        connected = tuple(one for relation, results in groups if relation != "symbol" for one in results)
        yield from output.answer_lines(Answer(connected, related.status, related.contents), location, view, screen)


def _pretty(related: Related, location: RootLocation, view: View, screen: Screen) -> Iterator[str]:
    """Yield the definition, then each group under its title, with the lines that use the name."""
    lines_only = dataclasses.replace(view, context=view.context or 0, reasons=view.explain)
    for relation, results in groups_of(related):
        found = placed(results, location, related.contents)
        if relation == "symbol":
            yield from pretty_lines(found, dataclasses.replace(view, reasons=view.explain), screen)
        elif results:
            yield ""
            yield screen.paint(f"{_TITLES[relation]} ({len(results)})", BOLD)
            yield from pretty_lines(found, lines_only, screen)
