"""From scores to probabilities that mean what they say, to an answer of sensible length, and to "probably not here".

Logistic regression on a handful of numbers (Platt, "Probabilistic outputs for support vector machines", 1999): how good
a candidate's score is, how it stands among the others, and how much of the query was understood. The length of an
answer maximizes its expected F-beta (Lewis, "Evaluating and optimizing autonomous text classification systems", 1995;
here with sums of probabilities in place of the exact expectation).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from findspot.core.matching import Floats

RESULT_INPUTS = ("score", "gap", "log_share", "log_place", "coverage", "best_raw", "known", "mention", "frame", "terms")
"""What the probability of a result is made of.

``score`` is the ranker's, ``gap`` how far it is below the best, ``log_share`` the logarithm of its share of the sum of
all exponentiated scores, ``log_place`` that of its place in the list from 1 on. The others are features of those names.
"""

HERE_INPUTS = ("top", "spread", "coverage", "best_raw", "known", "mention", "file_mention", "terms", "corpus")
"""What the probability is made of that the right place is in this repository at all.

``top`` is the best score, ``spread`` how far the tenth is below it, ``corpus`` the logarithm of the number of chunks;
the others are the best values of those features among the first ten candidates.
"""

BETA = 0.5
"""Precision counts twice as much as recall: an agent or a person reads everything that is returned."""

NOT_HERE = 0.5
"""Below this probability the place is said to be probably not in this repository."""

DEPTH = 40
"""Candidates whose scores share the mass of one."""

_FIRST = 10


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights of inputs by name, and what is added to their sum."""

    weights: Floats
    bias: float

    @classmethod
    def from_json(cls, found: Mapping[str, Any], inputs: Sequence[str]) -> Logistic:
        """Read what training wrote; raises ``KeyError`` for inputs that are missing."""
        return cls(np.array([float(found["weights"][name]) for name in inputs]), float(found["bias"]))

    def probability(self, rows: Floats) -> Floats:
        """Return the probability of each row of shape (rows, inputs), shape (rows,)."""
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(rows @ self.weights + self.bias, -30.0, 30.0))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probabilities of functions and of files, given that the place is here, and that it is here."""

    units: Logistic
    files: Logistic
    here: Logistic

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Calibration:
        """Read what training wrote; raises ``KeyError`` or ``TypeError`` for anything else."""
        return cls(
            Logistic.from_json(found["units"], RESULT_INPUTS),
            Logistic.from_json(found["files"], RESULT_INPUTS),
            Logistic.from_json(found["here"], HERE_INPUTS),
        )


def result_inputs(scores: Floats, features: Mapping[str, Floats]) -> Floats:
    """Return the inputs of candidates in the order of their scores, best first; shape (candidates, inputs).

    ``features`` has arrays of the same length and order for every input that is a feature.
    """
    size = len(scores)
    if not size:
        return np.zeros((0, len(RESULT_INPUTS)))
    best = float(scores[0])
    shares = np.exp(scores - best)
    columns = {
        "score": scores,
        "gap": best - scores,
        "log_share": np.log(shares / shares[:DEPTH].sum() + 1e-6),
        "log_place": np.log1p(np.arange(size)),
    }
    return np.column_stack([columns[name] if name in columns else features[name] for name in RESULT_INPUTS])


def here_inputs(scores: Floats, features: Mapping[str, Floats]) -> Floats:
    """Return the inputs of one query, shape (1, inputs), from its candidates in the order of their scores."""
    first = scores[:_FIRST]
    values = {"top": float(first[0]), "spread": float(first[0] - first[-1])}
    return np.array(
        [[values[name] if name in values else float(features[name][:_FIRST].max()) for name in HERE_INPUTS]]
    )


def best_length(probabilities: Sequence[float], beta: float = BETA) -> int:
    """Return how many of the first results make the best answer, at least 1 where there are any.

    Maximizes (1 + beta²) S / (beta² G + k) over k, where S is the sum of the first k probabilities and G that of all,
    at least 1: what is expected to be right among k results, and to be right at all.
    """
    if not probabilities:
        return 0
    expected = max(sum(probabilities), 1.0)
    found = np.cumsum(probabilities)
    lengths = np.arange(1, len(probabilities) + 1)
    return int(np.argmax((1 + beta**2) * found / (beta**2 * expected + lengths))) + 1
