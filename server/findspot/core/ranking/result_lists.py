"""From scored units to a list of answers: parts of one definition joined, files kept from filling the list.

Pure functions. Weighted sums of normalised scores are used throughout: measured on issues, reciprocal rank fusion
was worse at the top of the list for functions and for files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from findspot.core.query import NAMES, QueryKind
from findspot.core.ranking.weights import RankingWeights, Unit
from findspot.core.types import Span


@dataclass(frozen=True, slots=True)
class Scored:
    """A unit (by its place in the candidate list) with its final score."""

    index: int
    score: float


def ordered(units: Sequence[Unit], scores: Sequence[float]) -> list[Scored]:
    """Return the units best first; ties by path, then line (I-12)."""
    order = sorted(
        range(len(units)), key=lambda at: (-scores[at], units[at].path, units[at].span.start_line, units[at].id)
    )
    return [Scored(at, scores[at]) for at in order]


def joined(units: Sequence[Unit], scores: Sequence[float]) -> list[Scored]:
    """Return one entry per definition, best first: of the parts of one definition the best speaks for all.

    Two definitions of one name in one file (overloads, a property's getter and setter) stay apart as long as
    their parts do not touch.
    """
    kept: list[Scored] = []
    taken: dict[tuple[str, str], list[Unit]] = {}
    for entry in ordered(units, scores):
        unit = units[entry.index]
        if unit.symbol is None or unit.kind == "section":
            kept.append(entry)
            continue
        others = taken.setdefault((unit.path, unit.symbol), [])
        if any(_same_definition(unit, other) for other in others):
            continue
        others.append(unit)
        kept.append(entry)
    return kept


def _same_definition(one: Unit, other: Unit) -> bool:
    """Parts of one definition differ in number, and the later number stands further down."""
    if one.kind != other.kind or one.part == other.part:
        return False
    return (one.part < other.part) == (one.span.start_byte < other.span.start_byte)


def demote_repeats(
    units: Sequence[Unit],
    entries: Sequence[Scored],
    kind: QueryKind,
    weights: RankingWeights,
    *,
    learned: bool = False,
    spread: bool = True,
) -> list[Scored]:
    """Return the entries with repeats lowered, best first; nothing is dropped (V27).

    Repeats are further definitions of one name in one file, unless a name is what is looked for, and with ``spread`` the later
    entries of each file. ``learned`` scores are logarithms of odds, so what the others are multiplied with is taken away from them.
    """
    names: set[tuple[str, str]] = set()
    of_file: Counter[str] = Counter()
    lowered: list[Scored] = []
    for entry in entries:
        unit, score = units[entry.index], entry.score
        if unit.symbol is not None and unit.kind != "section" and kind not in NAMES:
            name = (unit.path, unit.symbol)
            if name in names:
                score = score - weights.learned_repeat_step if learned else score * weights.repeat_factor
            names.add(name)
        of_file[unit.path] += 1
        over = of_file[unit.path] - weights.file_share[kind.value]
        if spread and over > 0:
            score = score - weights.learned_step * over if learned else score * weights.file_decay**over
        lowered.append(entry if score == entry.score else Scored(entry.index, score))
    return sorted(
        lowered,
        key=lambda entry: (-entry.score, units[entry.index].path, units[entry.index].span.start_line, entry.index),
    )


def z_scores(values: Sequence[float]) -> list[float]:
    """Return the values with mean 0 and deviation 1; all zero when they do not differ."""
    if not values:
        return []
    deviation = pstdev(values)
    if deviation < 1e-12:
        return [0.0] * len(values)
    mean = fmean(values)
    return [(value - mean) / deviation for value in values]


def with_model(
    entries: Sequence[Scored], cosines: Mapping[int, float], weight: float, *, first: int = 0
) -> list[Scored]:
    """Reorder what has a cosine (by candidate index) by z(score) + ``weight`` * z(cosine), from place ``first`` on.

    The others stay where they are, and the scores stay with the places, so that the list remains in their order.
    """
    places = [at for at, entry in enumerate(entries) if at >= first and entry.index in cosines]
    if len(places) < 2:
        return list(entries)
    own = z_scores([entries[at].score for at in places])
    model = z_scores([cosines[entries[at].index] for at in places])
    mixed = [a + weight * b for a, b in zip(own, model, strict=True)]
    order = sorted(range(len(places)), key=lambda number: (-mixed[number], number))
    found = list(entries)
    for place, number in zip(places, order, strict=True):
        found[place] = Scored(entries[places[number]].index, entries[place].score)
    return found


def whole_span(parts: Sequence[Span]) -> Span:
    """Return the span from the first to the last of the parts."""
    first = min(parts, key=lambda span: span.start_byte)
    last = max(parts, key=lambda span: span.end_byte)
    return Span(first.start_byte, last.end_byte, first.start_line, last.end_line)
