"""What a place has to do with the files in an editor, in numbers and in words.

Pure functions. Whoever asks from an editor mostly asks about what they are working on: a file that the file in view
imports, or that past commits changed together with it, is likelier the answer than one that is as good by its words.
Files that change together were used to recommend further ones by Zimmermann, Weißgerber, Diehl, Zeller, "Mining version
histories to guide software changes" (2004).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from findspot.core.ranking.weights import Unit
from findspot.core.types import EditorContext

_DOUBT = 1.0
"""Commits that are added to those that changed a file: what happened once may be chance."""

_MESSAGE = 60
"""Characters of a diagnostic that a reason quotes."""

_SHOWN = 2
"""Reasons that one result shows."""


class Together(NamedTuple):
    """How often past commits that changed ``origin`` changed another file too, as a share from 0 to 1."""

    share: float
    origin: str


class PastChange(NamedTuple):
    """That the commit at ``place`` (0 is the newest) changed ``origin`` and ``other``."""

    origin: str
    place: int
    other: str


@dataclass(frozen=True, slots=True)
class Links:
    """What leads from the active file to others.

    Imports in both directions and files of the same commits by path; callers and callees of ``symbol``, the definition at
    the cursor, by the ids of units.
    """

    imported: frozenset[str] = frozenset()
    importers: frozenset[str] = frozenset()
    symbol: str = ""
    callers: frozenset[int] = frozenset()
    callees: frozenset[int] = frozenset()
    together: Mapping[str, Together] = field(default_factory=dict)


class Near(NamedTuple):
    """How near a place is, 0 or more, as what is added to the logarithm of its odds; and why, the strongest first."""

    strength: float
    reasons: tuple[str, ...]

    @property
    def detail(self) -> str:
        """The strongest reasons in words."""
        return "; ".join(self.reasons[:_SHOWN])


class Sign(NamedTuple):
    """One way in which a place is near: its name in the weights, how much of it there is from 0 to 1, and words.

    ``origin`` is the file of the editor that it is near to, None where the place itself is in view.
    """

    name: str
    amount: float
    reason: str
    origin: str | None = None


def changed_together(changes: Iterable[PastChange]) -> dict[str, Together]:
    """Return the files that past commits changed together with each origin; of several origins the closest counts.

    A commit counts by one through the number of its other files, as it says less of each of many.
    """
    commits: dict[tuple[str, int], list[str]] = {}
    for change in changes:
        commits.setdefault((change.origin, change.place), []).append(change.other)
    counts: dict[tuple[str, str], float] = {}
    totals: dict[str, float] = {}
    for (origin, _), changed in commits.items():
        totals[origin] = totals.get(origin, 0.0) + 1.0
        others = [other for other in changed if other != origin]
        for other in others:
            counts[origin, other] = counts.get((origin, other), 0.0) + 1.0 / math.sqrt(len(others))
    found: dict[str, Together] = {}
    for (origin, other), count in sorted(counts.items()):
        share = count / (totals[origin] + _DOUBT)
        if other not in found or share > found[other].share:
            found[other] = Together(share, origin)
    return found


def near(
    unit: Unit, context: EditorContext, links: Links, relevance: Mapping[str, float], weights: Mapping[str, float]
) -> Near:
    """Return how near a unit is to what the editor shows; ``weights`` has one number for each name of a sign.

    ``relevance`` says how much a file has to do with the question, from 0 to 1. It bounds what a file in the editor says of
    others: who asks about something else than what they are looking at gets the answer of somebody without an editor.
    """
    found: list[tuple[float, str]] = []
    for sign in signs(unit, context, links):
        share = 1.0 if sign.origin is None else relevance.get(sign.origin, 0.0)
        weight = weights[sign.name] * sign.amount * share
        if weight > 0:
            found.append((weight, sign.reason))
    found.sort(key=lambda one: (-one[0], one[1]))
    return Near(sum(weight for weight, _ in found), tuple(reason for _, reason in found))


def signs(unit: Unit, context: EditorContext, links: Links) -> Iterator[Sign]:
    """Yield every way in which a unit is near."""
    path, active = unit.path, context.active
    if active is not None:
        yield from _signs_of_active(unit, active, links)
    if path in links.together:
        share, origin = links.together[path]
        yield Sign("together", share, f"changed together with {_name(origin)}", origin)
    if path in context.recent:
        yield Sign("recent", 1.0 / (1.0 + context.recent.index(path)) ** 0.5, "edited lately")
    if path in context.changed:
        yield Sign("changed", 1.0, "changed since the last commit")
    if path in context.open and path != active:
        yield Sign("open", 1.0, "open in the editor")
    said = [one for one in context.diagnostics if one.path == path]
    if said:
        lines = range(unit.span.start_line, unit.span.end_line + 1)
        inside = [one for one in said if one.line in lines]
        reason = f"diagnostic: {(inside or said)[0].message[:_MESSAGE]}"
        yield Sign("diagnostic", 1.0 if inside else 0.5, reason)


def _signs_of_active(unit: Unit, active: str, links: Links) -> Iterator[Sign]:
    path, name = unit.path, _name(active)
    if path == active:
        yield Sign("active", 1.0, "in the active file", active)
    elif _folder(path) == _folder(active):
        yield Sign("folder", 1.0, f"same folder as {name}", active)
    if path in links.imported:
        yield Sign("imported", 1.0, f"imported by {name}", active)
    if path in links.importers:
        yield Sign("importer", 1.0, f"imports {name}", active)
    if unit.id in links.callers:
        yield Sign("caller", 1.0, f"calls {links.symbol}", active)
    if unit.id in links.callees:
        yield Sign("callee", 1.0, f"called by {links.symbol}", active)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
