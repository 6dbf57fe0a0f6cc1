"""Definitions of one file: what one is, how they lie in one another, and the qualified names that follow from it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final, Literal, get_args

from tree_sitter import Node

from findspot.core.types import SymbolKind
from findspot.parsing.calls import Call, placed

Shape = Literal["fn", "bound", "cls", "called", "large", "part", "impl", "scope", "ahead", "table", "sym"]

_SCOPES: Final = frozenset({"fn", "bound", "cls", "called", "part", "impl", "scope", "table"})
_STRENGTH: Final = {shape: rank for rank, shape in enumerate(get_args(Shape))}
MAX_NESTING: Final = 32
"""Named definitions inside one another; what lies deeper keeps to the chunk it is in."""

_TEST: Final = re.compile("test", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Definition:
    """A definition in the source; byte offsets. ``start`` and ``end`` include decorators and ``export``.

    ``node`` is None where a scanner found it, and no parser.
    """

    shape: Shape
    kind: SymbolKind
    name: str
    owner: str
    language: str
    node: Node | None
    start: int
    end: int
    sign_start: int
    body: int | None
    doc: tuple[int, int] | None = None
    call: Call | None = None
    holds_calls: bool = False
    parent: Definition | None = None
    qualified_name: str = ""


def join_clauses(source: bytes, definitions: list[Definition], leads: list[tuple[int, int, bool]]) -> list[Definition]:
    """Make one definition of the clauses of a function that follow one another, comments and pragmas between them.

    What documents or types a function (``@doc`` in Elixir) begins a new one, and a full stop ends one (Erlang).
    """
    kept: list[Definition] = []
    ending: dict[tuple[int, str], Definition] = {}
    for definition in sorted(definitions, key=lambda found: (found.start, -found.end)):
        if definition.shape == "fn":
            key = (_end_before(source, definition.start, leads), definition.name)
            first = ending.pop(key, None)
            ended = first is not None and source[first.end - 1 : first.end] == b"."
            if first is not None and not ended and first.kind == definition.kind:
                first.end = max(first.end, definition.end)
                ending[first.end, first.name] = first
                continue
            ending[definition.end, definition.name] = definition
        kept.append(definition)
    return kept


def _end_before(source: bytes, at: int, leads: list[tuple[int, int, bool]]) -> int:
    """Return where the code before byte ``at`` ends, blanks, comments and pragmas passed over."""
    lead = bisect_left(leads, (at,)) - 1
    while True:
        while at > 0 and source[at - 1 : at].isspace():
            at -= 1
        if lead < 0 or leads[lead][1] < at or source.startswith(b"@", leads[lead][0]):
            return at
        at = leads[lead][0]
        lead -= 1


def nest(definitions: list[Definition]) -> list[Definition]:
    """Order definitions by place, drop repeats of one place, and find parents, qualified names and kinds."""
    definitions.sort(key=_order)
    kept: list[Definition] = []
    open_scopes: list[Definition] = []
    last: Definition | None = None
    names_here: set[str] = set()
    for definition in definitions:
        if last is not None and (last.start, last.end) == (definition.start, definition.end):
            if definition.shape == "called":
                continue
            if definition.name in names_here and (last.shape not in {"table", "impl"} or definition.shape != "sym"):
                if last.shape == definition.shape and last.kind == "class":
                    last.kind = definition.kind
                last.doc = last.doc or definition.doc
                continue
            # Several names at one place (`a, b = 1, 2`): the first may have the chunk, all are symbols.
            names_here.add(definition.name)
            definition.shape = "sym"
            _place(definition, last.parent)
            kept.append(definition)
            continue
        names_here = {definition.name}
        while open_scopes and open_scopes[-1].end <= definition.start:
            open_scopes.pop()
        while open_scopes and open_scopes[-1].end < definition.end:
            open_scopes.pop()
        if definition.shape == "sym" and definition.kind == "function" and _is_local(open_scopes):
            continue
        if len(open_scopes) >= MAX_NESTING or (definition.call and _is_part_of(definition.call, open_scopes)):
            continue
        _place(definition, open_scopes[-1] if open_scopes else None)
        if definition.shape in _SCOPES:
            open_scopes.append(definition)
        kept.append(definition)
        last = definition
    return kept


def _order(definition: Definition) -> tuple[int, int, int, bool]:
    """By place; of several at one place the strongest first, and a call with a form before one without."""
    formless = definition.call is not None and not definition.call.form
    return definition.start, -definition.end, _STRENGTH[definition.shape], formless


def _is_local(holders: list[Definition]) -> bool:
    return bool(holders) and holders[-1].shape == "fn"


def _is_part_of(call: Call, holders: list[Definition]) -> bool:
    """Return whether a call is a statement of what holds it: what a test sets up, or any call with a block in a function."""
    forms = {holder.call.form for holder in holders if holder.call is not None}
    if call.form not in {"", "group"}:
        return call.form != "test" and "test" in forms
    return not forms <= {"", "group"} or any(holder.shape in {"fn", "bound"} for holder in holders)


def _place(definition: Definition, parent: Definition | None) -> None:
    """Give a definition its parent, its qualified name unless it has one, and its kind as a function or a method."""
    definition.parent = parent
    if definition.qualified_name:
        return
    if definition.call is not None:
        _place_call(definition, definition.call)
        return
    while parent is not None and parent.shape == "called":
        parent = parent.parent
    prefix = parent.qualified_name if parent else ""
    own = f"{definition.owner}.{definition.name}" if definition.owner else definition.name
    definition.qualified_name = f"{prefix}.{own}" if prefix and own else prefix or own
    if definition.kind in {"function", "method"}:
        member = definition.owner or (parent is not None and parent.shape in {"cls", "impl"})
        definition.kind = "method" if member else "function"


def _place_call(definition: Definition, call: Call) -> None:
    """Name a call with the labels of the calls around it; the name says all, so it stands for itself everywhere."""
    holder = definition.parent
    owner = ""
    if holder is not None and (holder.shape == "cls" or (holder.shape == "fn" and _TEST.match(holder.name))):
        owner = holder.qualified_name
    while holder is not None and holder.call is None:
        holder = holder.parent
    call = placed(call, None if holder is None else holder.call, owner)
    if definition.shape == "called":
        definition.call = call
        while holder is not None:
            holder.holds_calls = holder.call is not None
            holder = holder.parent
    definition.name = definition.qualified_name = call.name
