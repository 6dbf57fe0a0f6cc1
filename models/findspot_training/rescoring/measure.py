"""How good the order of heads is with a model, at one weight after another.

Cosines are computed once for each model; every weight is then a matter of sorting, by the very code that answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from findspot.core.arrays import Vectors
from findspot.core.ranking.result_lists import Scored, with_model
from findspot.evaluation.metrics import Rank, any_hit, mean, strict_hit
from findspot_training.questions.summary import ndcg
from findspot_training.rescoring.heads import Head

Cosines = Mapping[int, float]
"""The model's opinion of a head's candidates, by their place in it."""


class Model(Protocol):
    """What embeds both sides."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (texts, dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Return one unit vector, shape (1, dimension)."""
        ...


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one head: nDCG and hits, each from 0 to 1. Strict ones want all that is right, the others one of it."""

    ndcg: float
    any_function_1: float
    function_5: float
    function_10: float
    file_1: float
    file_5: float


def cosines_of(heads: Sequence[Head], model: Model) -> list[Cosines]:
    """Return what the model says to each head; what is read twice is embedded once."""
    texts = list(dict.fromkeys(one.document for head in heads for one in head.candidates if one.document is not None))
    vectors = dict(zip(texts, model.embed_documents(texts), strict=True))
    found: list[Cosines] = []
    for head in heads:
        asked = model.embed_query(head.query).reshape(-1)
        found.append(
            {
                at: float(vectors[one.document] @ asked)
                for at, one in enumerate(head.candidates)
                if one.document is not None
            }
        )
    return found


def numbers_of(head: Head, cosines: Cosines, weight: float, weight_files: float, first: int = 0) -> Numbers:
    """Return how good a head is when the model has that weight, for functions from place ``first`` on and for files."""
    entries = with_model(
        [Scored(at, one.score) for at, one in enumerate(head.candidates)], cosines, weight, first=first
    )
    shown = [head.candidates[entry.index] for entry in entries]
    functions = _ranks([one.right for one in shown if one.function], head.functions)
    best: dict[int, float] = {}
    place = {path: at for at, (path, _, _) in enumerate(head.ranked_files)}
    for at, cosine in cosines.items():
        of = place.get(head.candidates[at].path)
        if of is not None:
            best[of] = max(best.get(of, -1.0), cosine)
    by_file = with_model([Scored(at, score) for at, (_, score, _) in enumerate(head.ranked_files)], best, weight_files)
    files = _ranks([head.ranked_files[entry.index][2] for entry in by_file], head.files)
    return Numbers(
        ndcg(functions),
        float(any_hit(functions, 1)),
        float(strict_hit(functions, 5)),
        float(strict_hit(functions, 10)),
        float(strict_hit(files, 1)),
        float(strict_hit(files, 5)),
    )


def _ranks(right: Sequence[bool], wanted: int) -> list[Rank]:
    found: list[Rank] = [place for place, one in enumerate(right, start=1) if one]
    return found + [None] * (wanted - len(found))


def means(numbers: Sequence[Numbers]) -> Numbers:
    """Return the mean of each number; raises ``ValueError`` of nothing."""
    if not numbers:
        raise ValueError("there is nothing to take a mean of")
    return Numbers(*(mean([getattr(one, name) for one in numbers]) or 0.0 for name in Numbers.__slots__))
