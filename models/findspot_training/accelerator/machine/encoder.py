"""The bi-encoder, which learns from groups and from the engine's lists; and a cross-encoder of its size to teach it."""

from __future__ import annotations

import argparse
import copy
from importlib import import_module
from typing import Any

import numpy as np

from .packed import Lists, Pack, Texts, joined
from .training import LISTS, NEVER, Training, listed, load, shares

TEMPERATURE, LIST_TEMPERATURE = 0.05, 0.2
SHARES = {"groups": 0.55, "teacher": 0.3, "distillation": 0.15}
"""Of the time, when there is a teacher."""


class Encoder:
    """The model and where it is."""

    def __init__(self, pack: Pack, weights: dict[str, Any], told: argparse.Namespace) -> None:
        """Build a BERT without dropout and give it weights."""
        self.pack, self.told = pack, told
        self.torch = import_module("torch")
        self.device = "cuda" if self.torch.cuda.is_available() else "cpu"
        transformers = import_module("transformers")
        config = pack.manifest["models"]["encoder"]["config"]
        plain = {name: value for name, value in config.items() if name not in {"architectures", "model_type", "dtype"}}
        plain |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        settings = transformers.BertConfig(**plain, attn_implementation="sdpa" if self.device == "cuda" else "eager")
        self.model = transformers.BertModel(settings, add_pooling_layer=False)
        load(self.model, weights)
        self.model.to(self.device)
        self.together = 1024 if self.device == "cuda" else 32
        self.size = told.batch or (512 if self.device == "cuda" else 32)
        self.measures = 2 if told.teacher else 1
        self.draw = np.random.default_rng(told.seed)

    def parameters(self) -> list[Any]:
        """Return what is trained."""
        return list(self.model.parameters())

    def learn(self, training: Training) -> None:
        """Learn from groups and lists and then, if that is wanted, from a teacher."""
        groups_end = SHARES["groups"] if self.told.teacher else 1.0
        training.learn("groups", 0.0, groups_end, training.optimizer, self._mixed, kept=True)
        training.write()
        training.measure("groups")
        training.write()
        if self.told.teacher and training.clock.over(groups_end) and not training.clock.over(1.0):
            self._taught(training)

    def _mixed(self, rows: Any, step: int) -> Any:
        lists, every = self.pack.lists, self.told.lists_every
        if lists is not None and step % every == every - 1:
            few = self.draw.permutation(len(lists.right))[: max(2, len(rows) // 8)]
            return correction(self, self.pack, lists, few)
        return contrast(self, self.pack, rows, self.told.hard, self.draw)

    def _taught(self, training: Training) -> None:
        torch, before = self.torch, copy.deepcopy(self.model.state_dict())
        teacher = Teacher(self)
        end = SHARES["groups"] + SHARES["teacher"]

        def listwise(rows: Any, _step: int) -> Any:
            few = rows[: max(2, len(rows) // 4)]
            target = torch.zeros(len(few), dtype=torch.long, device=self.device)
            return torch.nn.functional.cross_entropy(teacher.scores(self.pack, few), target)

        def distilled(rows: Any, _step: int) -> Any:
            few = rows[: max(2, len(rows) // 4)]
            with torch.no_grad():
                wanted = torch.softmax(teacher.scores(self.pack, few), 1)
            documents, there = self.pack.candidates(few)
            answers = self.vectors(self.pack.documents, documents.ravel()).view(*documents.shape, -1)
            asked = self.vectors(self.pack.queries, few)
            scores = (answers * asked[:, None]).sum(2) / TEMPERATURE
            scores = scores.masked_fill(~self.placed(there), NEVER)
            apart = torch.nn.functional.kl_div(torch.log_softmax(scores, 1), wanted, reduction="batchmean")
            return apart + contrast(self, self.pack, rows, self.told.hard, self.draw)

        training.learn("teacher", SHARES["groups"], end, training.fresh(teacher.parameters()), listwise)
        training.learn("distillation", end, 1.0, training.fresh(self.parameters()), distilled, share=1 / 3)
        training.measure("distillation")
        scores = {one["stage"]: one["held"].get("all", {}).get("ten", 0.0) for one in training.measures}
        if scores["distillation"] < scores["groups"]:
            self.model.load_state_dict(before)
        training.write()

    def packed(self) -> dict[str, Any]:
        """Return all weights in half precision, on the processor."""
        state = self.model.state_dict()
        return {name: value.detach().to("cpu", self.torch.float16).contiguous() for name, value in state.items()
                if value.is_floating_point()}  # fmt: skip

    def measured(self) -> dict[str, Any]:
        """Return how good the order is on held-out repositories, by kind; ``ten`` is among all functions of the groups measured."""
        kinds: dict[str, list[tuple[float, float]]] = {}
        pack, most = self.pack, self.told.measure or 20_000
        with self.torch.no_grad():
            for whole in pack.held.values():
                rows = whole[:: max(1, len(whole) * len(pack.held) // max(1, most))]
                documents, there = pack.candidates(rows)
                known, at = np.unique(documents, return_inverse=True)
                vectors = self.vectors(pack.documents, known)
                scores = self.vectors(pack.queries, rows) @ vectors.T
                places = self.placed(at.reshape(documents.shape))
                own = scores.gather(1, places).masked_fill(~self.placed(there), NEVER)
                first = (own[:, :1] >= own[:, 1:]).all(1).cpu().numpy()
                ten = ((scores > own[:, :1]).sum(1) < 10).cpu().numpy()
                for kind, one, other in zip(pack.columns["kind"][rows], first, ten, strict=True):
                    kinds.setdefault(pack.manifest["kinds"][kind], []).append((float(one), float(other)))
            if (lists := pack.held_lists) is not None:
                rows = np.arange(len(lists.right))[:: max(1, len(lists.right) // most)]
                kinds[LISTS] = listed(corrected(self, pack, lists, rows).cpu().numpy(), lists.right[rows])
        return shares(kinds)

    def states(self, ids: Any, mask: Any) -> tuple[Any, Any]:
        """Return the last layer in float32 and the mask, both on the device."""
        shown = self.placed(mask)
        with self.torch.autocast(self.device, dtype=self.torch.bfloat16, enabled=self.device == "cuda"):
            found = self.model(input_ids=self.placed(ids), attention_mask=shown.long()).last_hidden_state
        return found.float(), shown.unsqueeze(-1).float()

    def vectors(self, texts: Texts, rows: Any) -> Any:
        """Return unit vectors of texts, shape (texts, dimension); those of like length go through together."""
        order = np.argsort(texts.lengths[rows], kind="stable")
        found = []
        for start in range(0, len(order), self.together):
            states, shown = self.states(*texts.padded(rows[order[start : start + self.together]]))
            mean = (states * shown).sum(1) / shown.sum(1)
            found.append(self.torch.nn.functional.normalize(mean, dim=1))
        return self.torch.cat(found)[self.placed(np.argsort(order))]

    def placed(self, array: Any) -> Any:
        """Return an array where the model is; a GPU goes on with the step before meanwhile."""
        tensor = self.torch.from_numpy(np.ascontiguousarray(array))
        return tensor.pin_memory().to(self.device, non_blocking=True) if self.device == "cuda" else tensor


def contrast(encoder: Encoder, pack: Pack, rows: Any, hard: int, draw: Any) -> Any:
    """Return the loss of a batch: its own function against all others and the drawn hard negatives, and back."""
    torch, columns = encoder.torch, pack.columns
    wrong = columns["wrong"][rows]
    drawn = np.take_along_axis(wrong, draw.random(wrong.shape).argsort(1)[:, :hard], 1).ravel()
    documents = np.concatenate([columns["right"][rows], drawn[drawn >= 0]])
    asked, answers = encoder.vectors(pack.queries, rows), encoder.vectors(pack.documents, documents)
    scores = asked @ answers.T / TEMPERATURE
    places = columns["place"][documents]
    own = len(rows)
    # The same function, and what the same text is right about, are no negatives.
    same = columns["place"][columns["right"][rows]][:, None] == places[None, :]
    same[:, :own] |= columns["text"][rows][:, None] == columns["text"][rows][None, :]
    same[np.arange(own), np.arange(own)] = False
    scores = scores.masked_fill(encoder.placed(same), NEVER)
    target = torch.arange(own, device=scores.device)
    loss = torch.nn.functional.cross_entropy
    return (loss(scores, target) + loss(scores[:, :own].T, target)) / 2


def corrected(encoder: Encoder, pack: Pack, lists: Lists, rows: Any) -> Any:
    """Return the scores of the engine's lists, shape (lists, candidates): its own order and what the model adds to it."""
    torch = encoder.torch
    documents = lists.documents[rows]
    there = documents >= 0
    asked = encoder.vectors(lists.queries, rows)
    answers = encoder.vectors(pack.documents, documents[there].astype(np.int64))
    owner = encoder.placed(np.nonzero(there)[0])
    cosines = torch.full(documents.shape, NEVER, device=encoder.device)
    cosines[encoder.placed(there)] = (answers * asked[owner]).sum(1) / LIST_TEMPERATURE
    return cosines + encoder.placed(lists.order[rows].astype(np.float32))


def correction(encoder: Encoder, pack: Pack, lists: Lists, rows: Any) -> Any:
    """Return the loss of the engine's lists: a softmax over the scores."""
    log = encoder.torch.log_softmax(corrected(encoder, pack, lists, rows), 1)
    right = encoder.placed(lists.right[rows].astype(np.float32))
    return -((log * right).sum(1) / right.sum(1)).mean()


class Teacher:
    """A cross-encoder that reads text and function together: a copy of the bi-encoder with one output."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = copy.copy(encoder)
        self.encoder.model = copy.deepcopy(encoder.model)
        self.head = encoder.torch.nn.Linear(encoder.model.config.hidden_size, 1).to(encoder.device)

    def parameters(self) -> list[Any]:
        """Return what is trained."""
        return [*self.encoder.model.parameters(), *self.head.parameters()]

    def scores(self, pack: Pack, rows: Any) -> Any:
        """Return what it says to the candidates of groups, shape (groups, candidates)."""
        documents, there = pack.candidates(rows)
        asked = np.repeat(rows, documents.shape[1])
        both = joined([(pack.queries, asked), (pack.documents.tails(), documents.ravel())])
        found = []
        for start in range(0, len(both.lengths), self.encoder.together):
            part = np.arange(start, min(start + self.encoder.together, len(both.lengths)))
            states, shown = self.encoder.states(*both.padded(part))
            found.append(self.head((states * shown).sum(1) / shown.sum(1)).squeeze(1))
        scores = self.encoder.torch.cat(found).view(documents.shape)
        return scores.masked_fill(~self.encoder.placed(there), NEVER)
