"""Fits the probabilities of results on texts that the rankers never saw, and says how far they can be trusted.

Texts against the wrong repository are the negatives of "it is here"; their share is set by hand to what a user may be
expected to do, since no data says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from findspot.core.ranking.bm25 import Floats
from findspot.core.ranking.calibration import (
    DEPTH,
    HERE_INPUTS,
    RESULT_INPUTS,
    Calibration,
    Logistic,
    best_length,
    here_inputs,
    result_inputs,
)
from findspot.core.ranking.features import FILE_FEATURES, UNIT_FEATURES
from findspot_training import source
from findspot_training.train.ranker.judge import rankable, rankable_files
from findspot_training.train.ranker.rows import Collected, Numbers

WRONG_SHARE: Final = 0.1
"""One text in ten is taken to be about another repository."""

_BINS: Final = 10

_UNIT_COLUMNS = {name: at for at, name in enumerate(UNIT_FEATURES)}
_FILE_COLUMNS = {name: at for at, name in enumerate(FILE_FEATURES)}


class Answer(NamedTuple):
    """The first candidates of a text: inputs of their probabilities, labels, that of the text; ``gold`` counts what is right."""

    inputs: Floats
    labels: Floats
    here: Floats
    gold: int


def unit_answers(rows: Collected, scores: Floats) -> list[Answer]:
    """Return the functions of each text in the order of ``scores``."""
    return _answers(
        rows.units, rows.unit_labels, rows.unit_sizes, scores, rankable(rows), rows.gold_functions, _UNIT_COLUMNS
    )


def file_answers(rows: Collected, scores: Floats) -> list[Answer]:
    """Return the files of each text in the order of ``scores``."""
    return _answers(
        rows.files, rows.file_labels, rows.file_sizes, scores, rankable_files(rows), rows.gold_files, _FILE_COLUMNS
    )


def _answers(
    rows: Numbers,
    labels: Numbers,
    sizes: Numbers,
    scores: Numbers,
    allowed: Numbers,
    gold: Numbers,
    columns: dict[str, int],
) -> list[Answer]:
    found: list[Answer] = []
    for start, size, count in zip(np.cumsum(sizes) - sizes, sizes, gold, strict=True):
        inside = np.flatnonzero(allowed[start : start + size]) + start
        if not len(inside):
            continue
        order = inside[np.argsort(-scores[inside], kind="stable")][:DEPTH]
        features = {name: rows[order, at].astype(np.float64) for name, at in columns.items()}
        inputs = result_inputs(scores[order], features)
        found.append(
            Answer(inputs, labels[order].astype(np.float64), here_inputs(scores[order], features)[0], int(count))
        )
    return found


def fit(inputs: Floats, labels: Floats, weights: Floats | None = None) -> Logistic:
    """Fit a logistic regression; inputs are brought to one scale for it, and the result takes them as they are."""
    linear_model = source.library("sklearn.linear_model")
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    model = linear_model.LogisticRegression(C=1.0, max_iter=2000)
    model.fit((inputs - mean) / scale, labels, sample_weight=weights)
    coefficients = model.coef_[0] / scale
    return Logistic(coefficients, float(model.intercept_[0] - (coefficients * mean).sum()))


def fit_results(answers: Sequence[Answer]) -> Logistic:
    """Fit the probability of a result, given that the place is here."""
    return fit(np.concatenate([one.inputs for one in answers]), np.concatenate([one.labels for one in answers]))


def fit_here(right: Sequence[Answer], wrong: Sequence[Answer]) -> Logistic:
    """Fit the probability that the place is here, with ``WRONG_SHARE`` as the share of texts where it is not."""
    inputs = np.stack([one.here for one in (*right, *wrong)])
    labels = np.concatenate([np.ones(len(right)), np.zeros(len(wrong))])
    weights = np.where(labels > 0, (1 - WRONG_SHARE) / len(right), WRONG_SHARE / len(wrong))
    return fit(inputs, labels, weights * len(labels))


def probabilities(answers: Sequence[Answer], result: Logistic, here: Logistic | None) -> Iterator[Floats]:
    """Yield the probabilities of each text's results, falling from one to the next; without ``here`` given that it is."""
    for one in answers:
        present = 1.0 if here is None else float(here.probability(one.here[None, :])[0])
        yield np.minimum.accumulate(result.probability(one.inputs)) * present


def calibration_error(predicted: Floats, labels: Floats) -> float:
    """Return the expected calibration error with ten equal bins (Naeini, Cooper, Hauskrecht, 2015)."""
    bins = np.minimum((predicted * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            (bins == one).mean() * abs(predicted[bins == one].mean() - labels[bins == one].mean())
            for one in np.unique(bins)
        )
    )


def f_beta_as_cut(answers: Sequence[Answer], given: Sequence[Floats], most: int, beta: float = 0.5) -> dict[str, float]:
    """Return mean F-beta, precision, recall and length of answers cut by their probabilities, ``most`` at most."""
    rows = []
    for one, chances in zip(answers, given, strict=True):
        if not one.gold:
            continue
        length = min(best_length(chances.tolist()), most)
        right = float(one.labels[:length].sum())
        precision, recall = right / max(length, 1), right / one.gold
        bottom = beta**2 * precision + recall
        rows.append((((1 + beta**2) * precision * recall / bottom) if bottom else 0.0, precision, recall, length))
    names = ("f_beta", "precision", "recall", "length")
    return dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))


def as_json(calibration: Calibration) -> dict[str, Any]:
    """Return the form that ``findspot.core.ranking.calibration.Calibration.from_json`` reads."""

    def part(one: Logistic, names: Sequence[str]) -> dict[str, Any]:
        return {
            "weights": {name: round(float(weight), 5) for name, weight in zip(names, one.weights, strict=True)},
            "bias": round(one.bias, 5),
        }

    return {
        "units": part(calibration.units, RESULT_INPUTS),
        "files": part(calibration.files, RESULT_INPUTS),
        "here": part(calibration.here, HERE_INPUTS),
    }
