"""How good the order of heads is with a model, at one weight after another.

Cosines are computed once for each model; every weight is then a matter of sorting, by the very code that answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from findspot.config import Settings
from findspot.core.query import QueryKind
from findspot.core.ranking.result_lists import Scored, with_model
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.evaluation.metrics import Rank, any_hit, mean, strict_hit
from findspot.inference.base import Embedder
from findspot.inference.llama import LlamaEmbedder
from findspot.inference.manifest import load_llama, load_manifest
from findspot_training.measure.heads import Head
from findspot_training.measure.metrics import paired_bootstrap
from findspot_training.measure.summary import ndcg
from findspot_training.measure.tables import Table, percent

_KINDS: Final = {
    **dict.fromkeys(("docstring", "subject", "behaviour", "architecture"), QueryKind.PROSE),
    "definition": QueryKind.SYMBOL,
}
"""How the engine reads a text of a kind; all others are reports."""

Cosines = Mapping[int, float]
"""The model's opinion of a head's candidates, by their place in it."""


METRICS: Final = ("nDCG@10", "any function@1", "function@5", "function@10", "file@1", "file@5")
"""Of one head, each from 0 to 1. Strict ones want all that is right, the others one of it."""


def cosines_of(heads: Sequence[Head], model: Embedder) -> list[Cosines]:
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


def numbers_of(head: Head, cosines: Cosines, weight: float, weight_files: float, first: int = 0) -> dict[str, float]:
    """Return the ``METRICS`` of a head when the model has that weight, for functions from place ``first`` on and for files."""
    entries = with_model(
        [Scored(at, one.score) for at, one in enumerate(head.candidates)], cosines, weight, first=first
    )
    shown = [head.candidates[entry.index] for entry in entries]
    functions = ranks_of([one.right for one in shown if one.function], head.functions)
    best: dict[int, float] = {}
    place = {path: at for at, (path, _, _) in enumerate(head.ranked_files)}
    for at, cosine in cosines.items():
        of = place.get(head.candidates[at].path)
        if of is not None:
            best[of] = max(best.get(of, -1.0), cosine)
    by_file = with_model([Scored(at, score) for at, (_, score, _) in enumerate(head.ranked_files)], best, weight_files)
    files = ranks_of([head.ranked_files[entry.index][2] for entry in by_file], head.files)
    values = (
        ndcg(functions),
        any_hit(functions, 1),
        strict_hit(functions, 5),
        strict_hit(functions, 10),
        strict_hit(files, 1),
        strict_hit(files, 5),
    )
    return dict(zip(METRICS, map(float, values), strict=True))


def ranks_of(right: Sequence[bool], wanted: int) -> list[Rank]:
    """Return the places, from 1, of what is right in an order, None for each of ``wanted`` that is not in it."""
    found: list[Rank] = [place for place, one in enumerate(right, start=1) if one]
    return found + [None] * (wanted - len(found))


def shipped_weights(head: Head) -> tuple[float, float, int]:
    """Return the model's weight for functions and for files that is shipped, and how many functions it leaves alone."""
    kind = _KINDS.get(head.kind, QueryKind.ISSUE)
    first = DEFAULT_WEIGHTS.model_first if kind is QueryKind.ISSUE else 0
    return DEFAULT_WEIGHTS.model[kind.value], DEFAULT_WEIGHTS.model_files[kind.value], first


def opinions_of(name: str, heads: Sequence[Head], threads: int) -> list[Cosines]:
    """Return what a model of the manifest by its id says, or one of a GGUF file that takes the shipped one's place."""
    entry = load_manifest().entry(Settings().localization_model)
    with closing(
        LlamaEmbedder(Path(name), name, entry.dimension, threads=threads, prompt=entry.prompt)
        if name.endswith(".gguf")
        else load_llama(load_manifest().entry(name), threads)
    ) as model:
        return cosines_of(heads, model)


def as_shipped(heads: Sequence[Head], cosines: Sequence[Cosines]) -> list[dict[str, float]]:
    """Return the numbers of each head at the weights that are shipped."""
    return [numbers_of(head, one, *shipped_weights(head)) for head, one in zip(heads, cosines, strict=True)]


def table_of(title: str, heads: Sequence[Head], cosines: Sequence[Cosines], weights: Sequence[float]) -> Table:
    """Return the means of heads in percent, at one weight after another and then as shipped."""

    def row(name: str, numbers: Sequence[dict[str, float]]) -> list[str]:
        return [name, *(percent(mean([one[column] for one in numbers])) for column in METRICS)]

    rows = [
        row(
            f"{weight:g}",
            [
                numbers_of(head, one, weight, weight, shipped_weights(head)[2])
                for head, one in zip(heads, cosines, strict=True)
            ],
        )
        for weight in weights
    ]
    return Table(title, "", ["weight", *METRICS], [*rows, row("shipped", as_shipped(heads, cosines))])


def difference(title: str, left: Sequence[dict[str, float]], right: Sequence[dict[str, float]]) -> str:
    """Return how far ``left`` is above ``right``, in points, with the borders of the 95 % interval."""
    lines = [title]
    for name in METRICS:
        found = paired_bootstrap([100 * one[name] for one in left], [100 * one[name] for one in right])
        lines.append(f"  {name}: {found.difference:+.1f} [{found.low:+.1f}, {found.high:+.1f}]")
    return "\n".join(lines) + "\n"
