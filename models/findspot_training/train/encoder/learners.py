"""What one step of the localization model is, in torch: a batch of pairs first, heads of the engine's lists then."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from findspot_training.train.encoder.batches import Floats, Integers, alike
from findspot_training.train.encoder.encoder import Encoder, Pieces

_CLIP: Final = 1.0
"""Length that a gradient is cut to."""

_DECAY: Final = 0.01

_NEVER: Final = -1e4
"""The score of what is no negative."""


@dataclass(frozen=True, slots=True)
class Examples:
    """All pairs, tokenized; numbers for the repository, text and function of each; ``vectors`` say what it is about."""

    queries: list[Pieces]
    documents: list[Pieces]
    repositories: Integers
    texts: Integers
    functions: Integers
    vectors: Floats

    def digest(self) -> str:
        """Return a short name for all of it, by which a resumed training run recognizes its pairs."""
        return digest([*self.queries, *self.documents, self.repositories, self.texts, self.functions])


@dataclass(frozen=True, slots=True)
class Groups:
    """Heads, tokenized: for each a text, its candidates, the order they have (z-scores), and which of them are right."""

    queries: list[Pieces]
    documents: list[list[Pieces]]
    order: list[Floats]
    right: list[Integers]

    def digest(self) -> str:
        """Return a short name for all of it."""
        return digest([*self.queries, *(one for some in self.documents for one in some), *self.order, *self.right])


def digest(arrays: Sequence[Any]) -> str:
    """Return a short name for the contents of arrays."""
    summed = hashlib.sha256()
    for one in arrays:
        summed.update(one.tobytes())
    return summed.hexdigest()[:16]


class _Learner:
    """The optimizer, and the state of everything."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._torch = encoder.torch
        self._optimizer: Any = self._torch.optim.AdamW(encoder.parameters(), weight_decay=_DECAY)

    def save(self, path: Path, told: str) -> None:
        """Write weights, the optimizer's state and ``told``."""
        model, optimizer = self._encoder.model.state_dict(), self._optimizer.state_dict()
        self._torch.save({"told": told, "model": model, "optimizer": optimizer}, path)

    def load(self, path: Path) -> str:
        """Take up what ``save`` wrote."""
        held = self._torch.load(path, weights_only=True, map_location=self._encoder.device)
        self._encoder.model.load_state_dict(held["model"])
        self._optimizer.load_state_dict(held["optimizer"])
        return str(held["told"])

    def _move(self, loss: Any, rate: float) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad()
        loss.backward()
        self._torch.nn.utils.clip_grad_norm_(self._encoder.parameters(), _CLIP)
        self._optimizer.step()
        return float(loss.item())


class InBatchNegatives(_Learner):
    """Learns by InfoNCE in both directions (van den Oord et al., 2018), with the other pairs of a batch as negatives."""

    def __init__(self, encoder: Encoder, examples: Examples, temperature: float) -> None:
        super().__init__(encoder)
        self._examples = examples
        self._temperature = temperature

    def step(self, rows: Integers, rate: float) -> float:
        """Move the weights against the loss of a batch, which is returned."""
        torch, examples = self._torch, self._examples
        asked = self._encoder.vectors([examples.queries[row] for row in rows])
        answers = self._encoder.vectors([examples.documents[row] for row in rows])
        scores = asked @ answers.T / self._temperature
        scores = scores.masked_fill(self._encoder.placed(alike(examples.texts[rows], examples.functions[rows])), _NEVER)
        own = torch.arange(len(rows), device=scores.device)
        cross_entropy = torch.nn.functional.cross_entropy
        return self._move((cross_entropy(scores, own) + cross_entropy(scores.T, own)) / 2, rate)


class HeadCorrection(_Learner):
    """Learns what to add to the order that the engine's heads have already, instead of an order of its own.

    The loss is that of a listwise softmax (ListNet, Cao et al., 2007) over z(order) + cosine / temperature, with the
    right candidates sharing the target. What words and the rankers know is in the first part, so the gradient of the
    second is about the rest.
    """

    def __init__(self, encoder: Encoder, groups: Groups, temperature: float) -> None:
        super().__init__(encoder)
        self._groups = groups
        self._temperature = temperature

    def step(self, rows: Integers, rate: float) -> float:
        """Move the weights against the mean loss of some heads, which is returned."""
        torch, groups = self._torch, self._groups
        asked = self._encoder.vectors([groups.queries[row] for row in rows])
        answers = self._encoder.vectors([one for row in rows for one in groups.documents[row]])
        ends = np.cumsum([len(groups.documents[row]) for row in rows])
        loss = 0.0
        for at, (row, end) in enumerate(zip(rows, ends, strict=True)):
            own = answers[end - len(groups.documents[row]) : end]
            scores = self._encoder.placed(groups.order[row]) + own @ asked[at] / self._temperature
            loss = loss - torch.log_softmax(scores, 0)[self._encoder.placed(groups.right[row])].mean()
        return self._move(loss / len(rows), rate)
