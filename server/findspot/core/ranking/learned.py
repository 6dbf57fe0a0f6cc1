"""The learned order of candidates: two sums of trees, one over files and one over functions.

``Rankers.from_json`` reads what training wrote; ``learned_order`` scores the candidates of a report or a question. Scores
have the size of log-odds, so priors enter as logarithms of their factors. Hand-set weights order the candidates of names
and paths, and where no ranker is available.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from findspot.core.query import QueryKind
from findspot.core.ranking.bm25 import Floats
from findspot.core.ranking.calibration import (
    DEPTH,
    NOT_HERE,
    Calibration,
    best_length,
    here_inputs,
    result_inputs,
)
from findspot.core.ranking.features import (
    FEATURES_VERSION,
    FILE_FEATURES,
    UNIT_FEATURES,
    CandidateTable,
    file_features,
    unit_features,
)
from findspot.core.ranking.nearness import Near
from findspot.core.ranking.tree_ensemble import Trees, check_features
from findspot.core.ranking.weights import RankingWeights, Unit, path_factor, prior_factors


@dataclass(frozen=True, slots=True)
class Rankers:
    """The rankers of functions and of files, and what their scores mean for reports and for questions."""

    units: Trees
    files: Trees
    reports: Calibration
    questions: Calibration

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Rankers:
        """Read rankers; raises ``ValueError`` for those of another version or form."""
        try:
            if found["features_version"] != FEATURES_VERSION:
                raise ValueError(f"it is made for features {found['features_version']}, not {FEATURES_VERSION}")
            units, files = Trees.from_json(found["units"]), Trees.from_json(found["files"])
            calibrations = [Calibration.from_json(found["calibration"][kind]) for kind in ("reports", "questions")]
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(f"it is not a file of rankers: {error!r}") from error
        check_features(units, UNIT_FEATURES)
        check_features(files, FILE_FEATURES)
        return cls(units, files, *calibrations)


@dataclass(frozen=True, slots=True)
class Order:
    """A score for each candidate, in the order of the pool, and for each file; higher is better.

    ``unit_rows`` and ``file_rows`` are features, one row for each, and ``calibration`` tells probabilities from them, where
    rankers made the order.
    """

    units: Floats
    files: Mapping[str, float]
    unit_rows: Floats | None = None
    file_rows: Mapping[str, Floats] | None = None
    calibration: Calibration | None = None

    @property
    def learned(self) -> bool:
        """Whether rankers made it: then scores are logarithms of odds, and may be negative."""
        return self.calibration is not None


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities of the first results of a list, and that the right place is in this repository at all."""

    results: list[float]
    here: float

    @property
    def length(self) -> int:
        """How many of the first results make the best answer; 0 when the place is probably not here."""
        return 0 if self.here < NOT_HERE else best_length(self.results[:DEPTH])


def with_hand_units(scores: Floats, rows: Floats, kind: QueryKind, weights: RankingWeights) -> Floats:
    """Add what hand-set weights say to the trees' scores of units."""
    return np.asarray(scores + weights.learned_hand[kind.value] * rows[:, UNIT_FEATURES.index("hand")])


def with_hand_files(scores: Floats, rows: Floats, kind: QueryKind, weights: RankingWeights) -> Floats:
    """Add what hand-set weights say to the trees' scores of files."""
    return np.asarray(scores + weights.learned_hand[kind.value] * rows[:, FILE_FEATURES.index("top3")])


def learned_order(table: CandidateTable, rankers: Rankers, weights: RankingWeights) -> Order:
    """Score candidates and their files by the rankers.

    Rankers have seen functions in source files only. Tests, documents and headers of classes are scored as if they were
    such and then lowered by the priors that the hand-set weights use.
    """
    query, unit_rows = table.query, unit_features(table)
    units = with_hand_units(rankers.units.predict(unit_rows), unit_rows, query.kind, weights)
    priors = np.maximum(prior_factors(table.units, table.classes, query, weights), 1e-6)
    paths, rows = file_features(table)
    classes = {unit.path: unit.path_class for unit in table.units}
    of_files = with_hand_files(rankers.files.predict(rows), rows, query.kind, weights).tolist()
    files = {
        path: score + weights.learned_prior * float(np.log(path_factor(classes[path], query, weights)))
        for path, score in zip(paths, of_files, strict=True)
    }
    by_path = dict(zip(paths, rows, strict=True))
    scores = units + weights.learned_prior * np.log(priors)
    calibration = rankers.questions if query.kind is QueryKind.PROSE else rankers.reports
    return Order(scores, files, unit_rows, by_path, calibration)


def nearer(order: Order, units: Sequence[Unit], places: Sequence[Near], weights: RankingWeights) -> Order:
    """Return an order with what is near raised; ``places`` says of each unit how near it is, none that nothing is.

    A file is as near as its nearest unit. Nearness is added to learned scores, and probabilities follow; others are
    multiplied.
    """
    if not places:
        return order
    of_units = np.array([place.strength for place in places])
    of_files = dict.fromkeys(order.files, 0.0)
    for unit, place in zip(units, places, strict=True):
        of_files[unit.path] = max(of_files[unit.path], place.strength)
    if order.learned:
        files = {path: score + weights.near_learned * of_files[path] for path, score in order.files.items()}
        return replace(order, units=order.units + weights.near_learned * of_units, files=files)
    files = {path: score * math.exp(weights.near_hand * of_files[path]) for path, score in order.files.items()}
    return replace(order, units=order.units * np.exp(weights.near_hand * of_units), files=files)


def unit_chances(order: Order, places: Sequence[int]) -> Chances | None:
    """Return the probabilities of candidates, given by their places in the pool, best first; None where none are known."""
    if order.unit_rows is None or order.calibration is None or not places:
        return None
    chosen, calibration = list(places), order.calibration
    features = _by_name(order.unit_rows[chosen], UNIT_FEATURES)
    scores = order.units[chosen]
    here = float(calibration.here.probability(here_inputs(scores, features))[0])
    return _chances(calibration.units.probability(result_inputs(scores, features)), here)


def file_chances(order: Order, paths: Sequence[str], here: float) -> Chances | None:
    """Return the probabilities of files, best first, in a repository that is the right one with probability ``here``.

    None where none are known.
    """
    if order.file_rows is None or order.calibration is None or not paths:
        return None
    features = _by_name(np.stack([order.file_rows[path] for path in paths]), FILE_FEATURES)
    scores = np.array([order.files[path] for path in paths])
    found = order.calibration.files.probability(result_inputs(scores, features))
    return _chances(found, here)


def _by_name(rows: Floats, names: Sequence[str]) -> dict[str, Floats]:
    return {name: rows[:, at] for at, name in enumerate(names)}


def _chances(found: Floats, here: float) -> Chances:
    # A list is read from above: what stands higher is never said to be less likely.
    return Chances((np.minimum.accumulate(found) * here).tolist(), here)
