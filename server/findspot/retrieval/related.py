"""What is connected with one definition: who uses it, what it uses, its tests, and what does a similar thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from findspot.core.excerpts import NOTHING_SOUGHT, Sought
from findspot.core.identifiers import split_symbol
from findspot.core.types import Evidence, PathClass
from findspot.languages.paths import unit_class
from findspot.languages.table import may_use
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.overlay import Overlay
from findspot.retrieval.question import analysed
from findspot.retrieval.results import Ranked
from findspot.retrieval.searcher import Searcher
from findspot.storage.records import ChunkRow

_DEFINITIONS = 3
"""Definitions of a used name up to which it is said where it leads."""

_NAMESAKES = 50
"""Definitions of a used name that are looked at: keys, headings and other languages may have the name, too."""

_USERS = 400
"""Users of a name that are looked at: the nearest of them come first."""

_WIDER = 8
"""Times as many neighbours that are looked at as are shown."""

_CONSTRUCTORS = frozenset(("__init__", "__new__", "constructor", "initialize", "new"))
"""Methods that code uses by the name of their class."""

_CODE = frozenset(("function", "method", "class"))

_LEAST_COSINE = 0.3
"""Cosine of static vectors below which code counts as unlike."""


class RelatedPlaces(NamedTuple):
    """The definition that was meant, and places of each kind, the nearest first."""

    symbol: tuple[Ranked, ...] = ()
    callers: tuple[Ranked, ...] = ()
    callees: tuple[Ranked, ...] = ()
    tests: tuple[Ranked, ...] = ()
    neighbours: tuple[Ranked, ...] = ()


def related_places(
    searcher: Searcher, path: str, line: int, name: str | None, *, limit: int, overlay: Overlay
) -> RelatedPlaces:
    """Return what is related to the definition at a 1-based line, or to that of ``name`` where the line uses it."""
    view = IndexView(searcher.store, overlay, ())
    here = view.chunk_at(path, line)
    enclosing = view.rows([here]).get(here) if here is not None else None
    if enclosing is None:
        return RelatedPlaces()
    meant = _meant(view, enclosing, name)
    name = _used_as(meant)
    users = _users(view, meant, name, max(_USERS, limit))
    used = _used(view, meant)
    tests = {row.id: detail for row, detail in users if _is_test(row)}
    callers = {row.id: detail for row, detail in users if row.id not in tests}
    taken = {meant.id, *tests, *callers, *used}
    return RelatedPlaces(
        symbol=_places(view, [(meant, Evidence("mention", "the symbol that was meant", 1.0))], 1),
        callers=_graph(view, callers, meant, limit, Sought(identifier=name)),
        callees=_graph(view, used, meant, limit),
        tests=_graph(view, tests, meant, limit, Sought(identifier=name)),
        neighbours=_neighbours(searcher, view, meant, taken, limit),
    )


def _meant(view: IndexView, enclosing: ChunkRow, name: str | None) -> ChunkRow:
    """Return the definition of ``name`` if the enclosing code uses it and it is clear which is meant, else the enclosing one."""
    if name is None or enclosing.symbol is None or name in enclosing.symbol.split("."):
        return enclosing
    found = _definers(view, [name], enclosing).get(name, [])
    rows = [row for row in found if row.part == 0]
    if not rows or len(found) > _DEFINITIONS:
        return enclosing
    is_used = name in view.references_of([enclosing.id]).get(enclosing.id, ())
    if not is_used and all(row.path != enclosing.path for row in rows):
        return enclosing
    return min(rows, key=lambda row: _distance(row, enclosing))


def _used_as(meant: ChunkRow) -> str:
    """Return the name by which code uses a definition; empty where it has none."""
    owner, name = split_symbol(meant.symbol or "")
    return owner.rpartition(".")[2] if owner and name in _CONSTRUCTORS else name


def _users(view: IndexView, meant: ChunkRow, name: str, limit: int) -> list[tuple[ChunkRow, str]]:
    if not name:
        return []
    namesakes = view.rows(view.named([name], limit).get(name, [])).values()
    others = sum(may_use(row.language, meant.language) for row in namesakes) - 1
    detail = f"uses {name}" + (f", as {others} other definitions are called, too" if others > 0 else "")
    rows = view.rows(view.callers([name], limit).get(name, []))
    return [
        (row, detail)
        for row in rows.values()
        if (row.path, row.symbol) != (meant.path, meant.symbol) and may_use(row.language, meant.language)
    ]


def _used(view: IndexView, meant: ChunkRow) -> dict[int, str]:
    parts = [row.id for row in view.chunks_of(meant.path) if row.symbol == meant.symbol] if meant.symbol else [meant.id]
    names = sorted({name for used in view.references_of(parts).values() for name in used})
    return {
        row.id: f"{name}, used there"
        for name, rows in _definers(view, names, meant).items()
        if len(rows) <= _DEFINITIONS
        for row in rows
        if (row.path, row.symbol) != (meant.path, meant.symbol) and (not _is_test(row) or _is_test(meant))
    }


def _definers(view: IndexView, names: Sequence[str], user: ChunkRow) -> dict[str, list[ChunkRow]]:
    """Return the definitions that ``user`` may mean by each name, those in a language that it can use."""
    named = view.named(names, _NAMESAKES)
    rows = view.rows(dict.fromkeys(number for numbers in named.values() for number in numbers))
    return {
        name: [rows[number] for number in numbers if number in rows and may_use(user.language, rows[number].language)]
        for name, numbers in named.items()
    }


def _neighbours(
    searcher: Searcher, view: IndexView, meant: ChunkRow, taken: set[int], limit: int
) -> tuple[Ranked, ...]:
    said = " ".join(filter(None, ((meant.symbol or meant.path).replace(".", " "), meant.docstring or meant.signature)))
    vector = searcher.vector(analysed(said))
    if vector is None:
        return ()
    near = view.dense(vector, limit * _WIDER)
    rows = view.rows(sorted(near, key=lambda number: -near[number]))
    found = [
        (row, Evidence("dense", "similar in meaning", near[number]))
        for number, row in rows.items()
        if near[number] >= _LEAST_COSINE and number not in taken and row.kind in _CODE and not _is_test(row)
        and not (row.path == meant.path and f"{meant.symbol}.".startswith(f"{row.symbol}."))
    ]  # fmt: skip
    return _places(view, found, limit)


def _graph(
    view: IndexView, details: dict[int, str], meant: ChunkRow, limit: int, sought: Sought = NOTHING_SOUGHT
) -> tuple[Ranked, ...]:
    rows = sorted(view.rows(details).values(), key=lambda row: _distance(row, meant))
    return _places(view, [(row, Evidence("graph", details[row.id], 1.0)) for row in rows], limit, sought)


def _places(
    view: IndexView, found: Sequence[tuple[ChunkRow, Evidence]], limit: int, sought: Sought = NOTHING_SOUGHT
) -> tuple[Ranked, ...]:
    """Return one place for each definition, with the span of the whole of it; lines that hold ``sought`` match."""
    first: dict[tuple[str, str | int], tuple[ChunkRow, Evidence]] = {}
    for row, evidence in found:
        first.setdefault((row.path, row.symbol or row.id), (row, evidence))
    kept = list(first.values())[:limit]
    spans = view.definition_spans(_functions(row for row, _ in kept))
    return tuple(
        Ranked(
            row,
            1.0 / (1 + at),
            (evidence,),
            spans.get((row.path, row.symbol or ""), row.span),
            row.kind,
            row.symbol,
            sought=sought,
        )
        for at, (row, evidence) in enumerate(kept)
    )


def _functions(rows: Iterable[ChunkRow]) -> list[tuple[str, str]]:
    return [(row.path, row.symbol) for row in rows if row.symbol is not None and row.kind in {"function", "method"}]


def _distance(row: ChunkRow, other: ChunkRow) -> tuple[int, str, int]:
    """Return how far apart two chunks lie, in folders; then by path and place."""
    if row.path == other.path:
        return 0, row.path, row.span.start_line
    ours, theirs = row.path.split("/")[:-1], other.path.split("/")[:-1]
    shared = next(
        (at for at, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two), min(len(ours), len(theirs))
    )
    return 1 + len(ours) + len(theirs) - 2 * shared, row.path, row.span.start_line


def _is_test(row: ChunkRow) -> bool:
    return unit_class(row.path_class, row.path, row.symbol) is PathClass.TEST
