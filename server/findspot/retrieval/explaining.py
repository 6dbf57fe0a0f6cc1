"""Where the score of a result comes from: each step of the sum with its number, for who asks for it."""

from __future__ import annotations

import math

import numpy as np

from findspot.core.ranking.bm25 import Floats
from findspot.core.ranking.features import UNIT_FEATURES
from findspot.core.ranking.learned import Order
from findspot.core.ranking.weights import prior_factors, size_factors, text_parts
from findspot.core.types import Evidence
from findspot.retrieval.candidates import Candidates

_SMALL = 5e-5
"""What is rounded to nothing is left out."""


def explanation(found: Candidates, order: Order, at: int, final: float) -> tuple[Evidence, ...]:
    """Return the steps that led to the score ``final`` of the candidate at a place of ``rows``, in the order of the sum."""
    question, signals = found.question, found.signals
    query, weights, row = question.query, question.weights, found.rows[at]
    steps: list[Evidence] = []

    def add(detail: str, value: float, nothing: float = 0.0) -> None:
        if abs(value - nothing) > _SMALL:
            steps.append(Evidence("score", detail, round(value, 4)))

    ranks = {
        "words": f"{_rank(signals.lexical, at)}, BM25 {signals.lexical[at]:.2f}",
        "meaning": f"{_rank(signals.dense, at)}, cosine {signals.dense[at]:.2f}",
    }
    for name, values in text_parts(signals, query, weights).items():
        add(f"{name} ({ranks[name]})" if name in ranks else name, float(values[at]))
    prior = float(prior_factors([row], [signals.classes[at]], query, weights)[0])
    add(f"times what is left of a {row.kind} in a {signals.classes[at].value} file", prior, 1.0)
    add("times what is left of a small unit", float(size_factors(signals.tokens, query, weights)[at]), 1.0)
    hand = float(found.scores.units[at])
    own = sum(float(values[at]) for values in text_parts(signals, query, weights).values())
    own *= prior * float(size_factors(signals.tokens, query, weights)[at])
    add("times what its file is worth", hand / own if own else 1.0, 1.0)
    add("by hand-set weights", hand)
    near = found.near[at].strength if found.near else 0.0
    if order.unit_rows is None:
        add("times what is near in the editor", math.exp(weights.near_hand * near), 1.0)
    else:
        by_hand = weights.learned_hand[query.kind.value] * float(order.unit_rows[at][UNIT_FEATURES.index("hand")])
        by_prior = weights.learned_prior * math.log(max(prior, 1e-6))
        by_editor = weights.near_learned * near
        add("ranker", float(order.units[at]) - by_hand - by_prior - by_editor)
        add("ranker: plus hand-set weights as a share of the best", by_hand)
        add("ranker: plus what is left of this kind, as a logarithm", by_prior)
        add("ranker: plus what is near in the editor", by_editor)
    add("moved by repeats and by places that the model gave", final - float(order.units[at]))
    add("score", final)
    return tuple(steps)


def _rank(values: Floats, at: int) -> str:
    """Return the place of a candidate by one signal among those that have it."""
    better, having = int(np.sum(values > values[at])), int(np.sum(values > 0))
    return f"rank {better + 1} of {having}" if values[at] > 0 else "none"
