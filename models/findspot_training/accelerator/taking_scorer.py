"""What becomes of a scorer: converted, and measured as what re-orders the engine's first candidates, on each tuning set.

The order is by -log2(place + 1), to which a share of log P(text | function) is added, z-scored over the candidates that were
read. Those change places among themselves only. Nothing in the engine runs a scorer yet, so nothing is put in any place here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from findspot.core.ranking.result_lists import z_scores
from findspot.evaluation.metrics import any_hit, strict_hit
from findspot_training.accelerator import scorer_model
from findspot_training.accelerator.likelihood import Asked, log_likelihoods
from findspot_training.accelerator.scorer_model import Cutter, Form
from findspot_training.accelerator.taking import Outcome, Sets, Verdict, card_text, pieces_of
from findspot_training.measure.heads import Head, read_heads
from findspot_training.measure.metrics import paired_bootstrap
from findspot_training.measure.rescoring import ranks_of
from findspot_training.measure.summary import ndcg
from findspot_training.source import TrainingError, write_whole

_CARD: Final = """# A likelihood scorer (draft)

log P(text | function) by SmolLM2-135M-Instruct (Apache-2.0), trained on what `models/recipes/accelerator.toml` packs: all
layers but the table of tokens. Eight bits (Q8_0). In the tables "shipped" is the engine's order, "this" the same with the scorer.
"""

WEIGHTS: Final = (0.1, 0.2, 0.3, 0.4, 0.5)

_DECIDES_AT: Final = 0.2
"""The weight at which it has to win; it was the best one of the untrained model."""

_DECIDES: Final = "nDCG@10"

_TITLES: Final = ("nDCG@10", "MRR", "any function@1", "function@5", "function@10")


def take(folder: Path, result: dict[str, Any], work: Path, sets: Sets) -> Verdict:
    """Convert the scorer that a run left in ``folder`` and measure it beside the engine's order and the untrained one."""
    base = scorer_model.original()
    weights = pieces_of(folder, result)
    if {name.removesuffix(".q").removesuffix(".s") for name in weights} != scorer_model.trained_names(base):
        raise TrainingError(f"{folder}: the weights are not those of {base.name}")
    target = work / "scorer-q8_0.gguf"
    scorer_model.write_gguf(base, weights, target)
    form, cutter = Form.read(result["form"]), Cutter(base)
    measured: list[Outcome] = []
    texts = []
    for heads_of in sets.heads:
        heads = read_heads(heads_of)
        before, after = (likelihoods_of(heads, path, form, cutter, sets.threads) for path in (base, target))
        measured.append(
            outcome(f"{heads_of.name}, weight {_DECIDES_AT:g} (n = {len(heads)})", heads, after, _DECIDES_AT)
        )
        texts.append(_by_weight(heads_of.name, heads, before, after))
    wins = all(one.won for one in measured)
    text = "\n".join([_CARD, card_text(result, measured), *texts])
    write_whole(work / "card.md", text)
    why = "wins on every set" if wins else "is not better beyond the error on " + "; ".join(
        one.name for one in measured if not one.won
    )  # fmt: skip
    return Verdict(wins, f"{text}\nthe scorer {why}; nothing in the engine runs it yet, so it stays at {target}")


def likelihoods_of(
    heads: Sequence[Head], model: Path, form: Form, cutter: Cutter, threads: int
) -> list[dict[int, float]]:  # fmt: skip
    """Return log P(text | function) of each head's candidates that are read, by their place."""
    read: list[Asked] = []
    places: list[tuple[int, int]] = []
    for number, head in enumerate(heads):
        message = cutter.message(head.query, form).tolist()
        for at, one in enumerate(head.candidates):
            if one.document is not None and message:
                document = cutter.document(one.document, form).tolist()
                read.append(Asked((*form.first, *document, *form.between, *message), len(message)))
                places.append((number, at))
    found: list[dict[int, float]] = [{} for _ in heads]
    for (number, at), value in zip(places, log_likelihoods(model, read, threads), strict=True):
        found[number][at] = value
    return found


def numbers(head: Head, likelihoods: dict[int, float], weight: float) -> dict[str, float]:
    """Return how good the order of a head's functions is with that weight, each number from 0 to 100."""
    read = sorted(likelihoods)
    scores = z_scores([likelihoods[at] for at in read])
    scored = [(weight * score - math.log2(at + 2), at) for at, score in zip(read, scores, strict=True)]
    order = list(range(len(head.candidates)))
    for place, (_, at) in zip(read, sorted(scored, key=lambda one: (-one[0], one[1])), strict=True):
        order[place] = at
    ranks = ranks_of([head.candidates[at].right for at in order if head.candidates[at].function], head.functions)
    first = ranks[0] if ranks else None
    values = (
        ndcg(ranks), 1 / first if first else 0.0, float(any_hit(ranks, 1)), float(strict_hit(ranks, 5)), float(strict_hit(ranks, 10))
    )  # fmt: skip
    return {title: 100 * value for title, value in zip(_TITLES, values, strict=True)}


def outcome(name: str, heads: Sequence[Head], likelihoods: Sequence[dict[int, float]], weight: float) -> Outcome:
    """Return what a weight changes in the engine's order."""
    old, new = ([numbers(*one, at) for one in zip(heads, likelihoods, strict=True)] for at in (0.0, weight))
    rows = {}
    for title in _TITLES:
        left, right = [one[title] for one in new], [one[title] for one in old]
        rows[title] = float(np.mean(right)), float(np.mean(left)), paired_bootstrap(left, right)
    return Outcome(name, rows, _DECIDES)


def _by_weight(
    name: str, heads: Sequence[Head], before: Sequence[dict[int, float]], after: Sequence[dict[int, float]]
) -> str:  # fmt: skip
    """Return a table of the metrics at one weight after another, untrained and trained."""
    lines = [f"{name}: untrained / trained, by the weight", "", "| | " + " | ".join(_TITLES) + " |"]
    lines.append("| --- " * (1 + len(_TITLES)) + "|")
    for weight in (0.0, *WEIGHTS):
        cells = []
        for title in _TITLES:
            both = [
                np.mean([numbers(*one, weight)[title] for one in zip(heads, some, strict=True)])
                for some in (before, after)
            ]
            cells.append(f"{both[0]:.1f} / {both[1]:.1f}")
        lines.append(f"| {weight:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
