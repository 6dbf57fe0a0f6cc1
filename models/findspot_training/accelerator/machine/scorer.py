"""The scorer: a small language model that says how likely a text is once a function has been read, log P(text | function).

It learns the texts of functions, and to find a text likelier after its own function than after others; where the engine's order of
those is known, together with that.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

import numpy as np

from .packed import Pack, Texts, joined
from .training import LISTS, NEVER, Training, listed, load, shares

BLOCK = 32
"""Numbers of a block of eight bits."""

SHARPNESS = 4.0
"""What the mean log P of an id is multiplied with when candidates are compared.

With the log P of the whole text, ten to forty times the mean, this loss would outweigh that of the texts many times over.
"""


class Scorer:
    """The model, its groups, and where it is."""

    measures = 2

    def __init__(self, pack: Pack, weights: dict[str, Any], told: argparse.Namespace) -> None:
        """Build a Llama and give it weights; the table of tokens, which is also its last layer, stays as it is."""
        self.pack, self.told = pack, told
        self.torch = torch = import_module("torch")
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        described = pack.manifest["models"]["scorer"]
        transformers = import_module("transformers")
        settings = transformers.LlamaConfig(**described["config"], tie_word_embeddings=True, attn_implementation="sdpa")
        self.model = transformers.LlamaForCausalLM(settings)
        load(self.model, weights)
        self.model.tie_weights()
        self.model.to(self.device)
        self.model.get_input_embeddings().weight.requires_grad_(False)
        self.form: dict[str, Any] = described["form"]
        self.size = told.batch or (64 if self.device == "cuda" else 2)
        self.together = 65_536 if self.device == "cuda" else 512
        self.draw = np.random.default_rng(told.seed)

    def parameters(self) -> list[Any]:
        """Return what is trained."""
        return [one for one in self.model.parameters() if one.requires_grad]

    def learn(self, training: Training) -> None:
        """Learn from groups and lists, then see what is left of it in eight bits."""
        training.learn("groups", 0.0, 1.0, training.optimizer, self._loss, kept=True)
        training.write()
        training.measure("groups")
        kept = {name: value.detach().clone() for name, value in self.model.named_parameters() if value.requires_grad}
        with self.torch.no_grad():
            for value in self.parameters():
                if value.dim() == 2:
                    value.copy_(restored(*self._blocks(value)))
        training.measure("eight bits")
        self.model.load_state_dict(kept, strict=False)
        training.write()

    def packed(self) -> dict[str, Any]:
        """Return the trained weights, matrices in blocks of eight bits, all on the processor."""
        found: dict[str, Any] = {}
        for name, value in self.model.named_parameters():
            if value.requires_grad and value.dim() == 2:
                numbers, scales = self._blocks(value.detach())
                found |= {f"{name}.q": numbers.cpu().contiguous(), f"{name}.s": scales.cpu().contiguous()}
            elif value.requires_grad:
                found[name] = value.detach().float().cpu().contiguous()
        return found

    def measured(self) -> dict[str, Any]:
        """Return how good the order is on held-out repositories, by kind; ``ten`` is among up to ``--crowd`` functions more."""
        kinds: dict[str, list[tuple[float, float]]] = {}
        pack, most = self.pack, self.told.measure or 400
        places = pack.columns["place"]
        with self.torch.no_grad():
            for whole in pack.held.values():
                rows = whole[:: max(1, len(whole) * len(pack.held) // max(1, most))]
                documents, there = pack.candidates(rows)
                drawn = np.random.default_rng(0).permutation(np.unique(documents))[: self.told.crowd]
                crowd = np.broadcast_to(drawn, (len(rows), len(drawn)))
                own = places[documents[:, :1]]
                there = np.concatenate([there, places[crowd] != own], 1)
                scores = (
                    self.likelihoods(pack.queries, rows, np.concatenate([documents, crowd], 1), there).cpu().numpy()
                )
                above = scores > scores[:, :1]
                above[:, 1:] &= there[:, 1:]
                few = documents.shape[1]
                for kind, one in zip(pack.columns["kind"][rows], above, strict=True):
                    found = float(not one[:few].any()), float(one.sum() < 10)
                    kinds.setdefault(pack.manifest["kinds"][kind], []).append(found)
            if (lists := pack.held_lists) is not None:
                rows = np.arange(len(lists.right))[:: max(1, len(lists.right) // most)]
                documents = lists.documents[rows]
                log = self.likelihoods(lists.queries, rows, documents, documents >= 0)
                kinds[LISTS] = listed(
                    self._compared(lists.queries, rows, log, lists.order[rows]).cpu().numpy(), lists.right[rows]
                )
        return shares(kinds)

    def likelihoods(self, texts: Texts, rows: Any, documents: Any, there: Any) -> Any:
        """Return log P(text | function) in nats of texts and their candidates, shape of ``documents``; ``NEVER`` where none is."""
        at, _ = np.nonzero(there)
        first, between = ([np.array(self.form[name])] for name in ("first", "between"))
        fixed = Texts([(ids, np.array([len(ids)])) for ids in first + between])
        some = np.zeros(len(at), np.int64)
        asked = rows[at]
        read = joined([(fixed, some), (self.pack.documents, documents[there]), (fixed, some + 1), (texts, asked)])
        answered = texts.lengths[asked]
        order = np.argsort(read.lengths, kind="stable")
        parts, begin = [], 0
        while begin < len(order):
            # Of texts of like length as many as are so many ids.
            end = begin + max(1, int(np.searchsorted(read.lengths[order[begin:]] * np.arange(1, len(order) - begin + 1),
                                                      self.together, "right")))  # fmt: skip
            parts.append(self._summed(*read.padded(order[begin:end]), answered[order[begin:end]]))
            begin = end
        found = self.torch.full(there.shape, NEVER, device=self.device)
        found[self.placed(there)] = self.torch.cat(parts)[self.placed(np.argsort(order))]
        return found

    def _summed(self, ids: Any, mask: Any, answered: Any) -> Any:
        """Return the log P of the last ``answered`` ids of each row, summed. What fills a row up comes last, so nothing reads it."""
        torch = self.torch
        ends = mask.sum(1)
        reach = np.arange(ids.shape[1])
        row, at = np.nonzero((reach >= (ends - answered)[:, None]) & mask)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            states = self.model.model(input_ids=self.placed(ids), use_cache=False).last_hidden_state
            said = self.model.lm_head(states[self.placed(row), self.placed(at - 1)])
        log = -torch.nn.functional.cross_entropy(said.float(), self.placed(ids[row, at]), reduction="none")
        return torch.zeros(len(ids), device=self.device).index_add(0, self.placed(row), log)

    def _loss(self, rows: Any, step: int) -> Any:
        lists, every = self.pack.lists, self.told.lists_every
        if lists is not None and step % every == every - 1:
            few = self.draw.permutation(len(lists.right))[: max(1, len(rows) // 4)]
            documents = lists.documents[few]
            return self._posterior(lists.queries, few, documents, documents >= 0, lists.order[few], lists.right[few])
        documents, there = self.pack.drawn(rows, self.told.hard, self.draw)
        right = np.zeros(documents.shape, np.bool_)
        right[:, 0] = True
        return self._posterior(self.pack.queries, rows, documents, there, np.zeros(documents.shape), right)

    def _posterior(self, texts: Texts, rows: Any, documents: Any, there: Any, order: Any, right: Any) -> Any:
        """Return what is lost on the texts themselves, for each id, and on which function they are about."""
        log = self.likelihoods(texts, rows, documents, there)
        wanted = self.placed(right.astype(np.float32))
        wanted = wanted / wanted.sum(1, keepdim=True)
        chosen = self.torch.log_softmax(self._compared(texts, rows, log, order), 1)
        own = (log * wanted).sum(1).sum() / int(texts.lengths[rows].sum())
        return -(self.told.generative * own + self.told.contrastive * (chosen * wanted).sum(1).mean())

    def _compared(self, texts: Texts, rows: Any, log: Any, order: Any) -> Any:
        """Return what candidates are compared by: the mean log P of an id, sharpened, beside the order that is known of them."""
        lengths = self.placed(texts.lengths[rows].astype(np.float32))
        return SHARPNESS * log / lengths[:, None] + self.placed(order.astype(np.float32))

    def _blocks(self, value: Any) -> tuple[Any, Any]:
        """Return a matrix as llama.cpp's Q8_0 has it: numbers of eight bits, shape (rows, blocks, 32), and a scale for each block."""
        blocks = value.float().view(len(value), -1, BLOCK)
        scales = blocks.abs().amax(-1) / 127
        numbers = blocks / scales.clamp_min(1e-30)[..., None]
        return numbers.round().to(self.torch.int8), scales.half()

    def placed(self, array: Any) -> Any:
        """Return an array where the model is; a GPU goes on with the step before meanwhile."""
        tensor = self.torch.from_numpy(np.ascontiguousarray(array))
        return tensor.pin_memory().to(self.device, non_blocking=True) if self.device == "cuda" else tensor


def restored(numbers: Any, scales: Any) -> Any:
    """Return the matrix that blocks of eight bits stand for."""
    return (numbers.float() * scales.float()[..., None]).view(len(numbers), -1)
