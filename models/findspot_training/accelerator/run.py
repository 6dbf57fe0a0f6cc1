"""Trains a packed model on a borrowed machine: ``python part-1/run.py part-1 part-2 --out OUT --seconds 500``.

This file is copied into the pack and needs nothing but what lies beside it, numpy, torch and transformers. It finishes by
the clock, whatever the machine can do: the rate of learning falls by the share of the seconds that are gone.

First the bi-encoder learns from groups (a text, its function, hard negatives and all other functions of the batch) and, where
they are packed, from the engine's own lists. Then, with ``--teacher``, a cross-encoder of the same size learns from the groups, and the
bi-encoder from what the cross-encoder says. Of both the one that is better on the held-out repositories is the result.

``OUT`` gets the weights in half precision, in pieces of at most 16 MiB, and ``result.json`` with the curve. ``--state FILE`` is where
everything is kept that a second call on the same machine goes on with; ``--weights DIR`` begins with the weights of another OUT.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import io
import json
import lzma
import math
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

PIECE = 16 * 2**20 - 1024
"""Bytes of one file of weights."""

CLIP, DECAY, WARM = 1.0, 0.01, 0.04
TEMPERATURE, LIST_TEMPERATURE = 0.05, 0.2
NEVER = -1e4
SHARES = {"groups": 0.55, "teacher": 0.3, "distillation": 0.15}
"""Of the time, when there is a teacher."""

LISTS_EVERY = 4
"""Of so many steps one learns from lists."""


def unpacked(path: Path) -> dict[str, Any]:
    """Return the arrays of a packed file."""
    with np.load(io.BytesIO(lzma.decompress(path.read_bytes())), allow_pickle=False) as held:
        return dict(held)


class Texts:
    """Ids of many texts, one after the other."""

    def __init__(self, parts: Sequence[tuple[Any, Any]]) -> None:
        """Take ids and lengths of several files."""
        self.pieces = np.concatenate([np.zeros(0, np.int64), *(pieces for pieces, _ in parts)]).astype(np.int64)
        self.lengths = np.concatenate([np.zeros(0, np.int64), *(lengths for _, lengths in parts)]).astype(np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths

    def padded(self, rows: Any) -> tuple[Any, Any]:
        """Return ids and mask of some texts, shape (texts, longest)."""
        lengths = self.lengths[rows]
        reach = np.arange(max(int(lengths.max(initial=1)), 1))
        mask = reach < lengths[:, None]
        at = np.where(mask, self.starts[rows][:, None] + reach, 0)
        return np.where(mask, self.pieces[at], 0), mask


@dataclass
class Lists:
    """What the engine put first for a text: documents, -1 where there are fewer, the scores, which of them are right."""

    queries: Texts
    documents: Any
    order: Any
    right: Any


@dataclass
class Pack:
    """Everything that is packed. Rows of groups by repository; ``held`` ones are measured on and never trained on."""

    manifest: dict[str, Any]
    folder: dict[str, Path]
    queries: Texts = field(default_factory=lambda: Texts([]))
    documents: Texts = field(default_factory=lambda: Texts([]))
    lists: Lists | None = None
    rows: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, parts: Sequence[Path], most: int = 0) -> Pack:
        """Read the parts that are here; with ``most`` only so many groups to train on, spread over all repositories."""
        manifest = json.loads((parts[0] / "manifest.json").read_text(encoding="utf-8"))
        folder = {path.name: path for part in parts for path in sorted(part.iterdir())}
        self = cls(manifest, folder)
        told = {name: one for name, one in manifest["repositories"].items() if one["file"] in folder}
        trained = sum(one["groups"] for one in told.values() if not one["held"])
        share = min(1.0, most / max(1, trained)) if most else 1.0
        columns: dict[str, list[Any]] = {name: [] for name in ("right", "wrong", "text", "kind", "place")}
        queries, documents, lists = [], [], []
        groups = known = places = texts = 0
        for name, one in told.items():
            held = unpacked(folder[one["file"]])
            queries.append((held["query_pieces"], held["query_lengths"]))
            documents.append((held["document_pieces"], held["document_lengths"]))
            columns["right"].append(held["right"] + known)
            columns["wrong"].append(np.where(held["wrong"] < 0, -1, held["wrong"] + known))
            columns["text"].append(held["text"] + texts)
            columns["kind"].append(held["kind"])
            columns["place"].append(held["place"] + places)
            count = len(held["right"])
            rows = np.arange(groups, groups + count)
            if one["held"]:
                self.held[name] = rows
            else:
                self.rows[name] = rows[: max(2, round(count * share))]
            groups, known = groups + count, known + len(held["document_lengths"])
            places, texts = places + int(held["place"].max(initial=-1)) + 1, texts + count
            if one.get("lists") in folder and not one["held"]:
                lists.append(unpacked(folder[one["lists"]]))
        for more in lists:
            documents.append((more["document_pieces"], more["document_lengths"]))
            more["documents"] = np.where(more["documents"] < 0, -1, more["documents"] + known)
            known += len(more["document_lengths"])
        self.queries, self.documents = Texts(queries), Texts(documents)
        self.columns = {name: np.concatenate(some).astype(np.int64) for name, some in columns.items()}
        if lists:
            self.lists = Lists(
                Texts([(one["query_pieces"], one["query_lengths"]) for one in lists]),
                *(np.concatenate([one[name] for one in lists]) for name in ("documents", "order", "right")),
            )
        return self

    def told(self) -> str:
        """Return a sentence about what was packed."""
        groups = sum(map(len, self.rows.values()))
        held = sum(map(len, self.held.values()))
        lists = 0 if self.lists is None else len(self.lists.right)
        return (
            f"{groups:,} groups of {len(self.rows)} repositories, {held:,} of {len(self.held)} held out, "
            f"{len(self.documents.lengths):,} functions, {lists:,} lists"
        )

    def start(self) -> dict[str, Any]:
        """Return the weights to begin with, as float32."""
        held = unpacked(self.folder["start.xz"])
        found = {name: value for name, value in held.items() if not name.endswith((".q", ".s"))}
        for name in [name[:-2] for name in held if name.endswith(".q")]:
            values = held[f"{name}.q"].astype(np.float32) * held[f"{name}.s"].astype(np.float32)[..., None]
            found[name] = values.reshape(len(values), -1)
        return found


class Encoder:
    """The model and where it is."""

    def __init__(self, config: dict[str, Any], weights: dict[str, Any]) -> None:
        """Build a BERT without dropout and give it weights."""
        self.torch = import_module("torch")
        self.device = "cuda" if self.torch.cuda.is_available() else "cpu"
        transformers = import_module("transformers")
        plain = {name: value for name, value in config.items() if name not in {"architectures", "model_type", "dtype"}}
        plain |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        settings = transformers.BertConfig(**plain, attn_implementation="sdpa" if self.device == "cuda" else "eager")
        self.model = transformers.BertModel(settings, add_pooling_layer=False)
        self.load(weights)
        self.model.to(self.device)
        self.together = 1024 if self.device == "cuda" else 32

    def load(self, weights: dict[str, Any]) -> None:
        """Take weights by their names, as float32."""
        tensors = {name: self.torch.as_tensor(np.asarray(value, dtype=np.float32)) for name, value in weights.items()}
        lacking, unknown = self.model.load_state_dict(tensors, strict=False)
        if unknown or [name for name in lacking if not name.endswith("position_ids")]:
            raise SystemExit(f"the weights are of another model: {[*lacking, *unknown][:4]}")

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


class Clock:
    """How much of the time is gone, and the rate of learning by it; ``done`` is the share of the groups, if they are to end it."""

    def __init__(self, seconds: float, of: float, spent: float) -> None:
        """``of`` seconds are there in all calls together, ``spent`` of them before this one."""
        self.began = time.monotonic()
        self.seconds, self.of, self.spent, self.done = seconds, of, spent, 0.0

    def elapsed(self) -> float:
        """Seconds of all calls."""
        return self.spent + time.monotonic() - self.began

    def gone(self) -> float:
        """Return the share of everything that is gone."""
        return max(self.elapsed() / self.of, self.done)

    def over(self, end: float) -> bool:
        """Return whether the share ``end`` of the whole work is done, or all of this call's time used up."""
        return self.gone() >= end or time.monotonic() - self.began >= self.seconds

    def rate(self, peak: float, begin: float, end: float) -> float:
        """Return the rate of learning between two shares: up for a moment, then down in half a cosine."""
        gone = min(1.0, max(0.0, (self.gone() - begin) / (end - begin)))
        return peak * min(1.0, (gone + 1e-3) / WARM) * (0.5 + 0.5 * math.cos(math.pi * gone))


class Batches:
    """Batches of one repository, in the order of its topics; endless, another cut each time round."""

    def __init__(self, pack: Pack, size: int, seed: int) -> None:
        self.rows, self.size, self.draw = (
            [one for one in pack.rows.values() if len(one) > 1],
            size,
            np.random.default_rng(seed),
        )
        self.rounds = 0.0
        self._left = self._round()

    def _round(self) -> Iterator[Any]:
        found: list[Any] = []
        for rows in self.rows:
            turned = np.roll(rows, int(self.draw.integers(len(rows))))
            parts = np.array_split(turned, max(1, round(len(turned) / self.size)))
            found += parts
        self.draw.shuffle(found)
        return iter(found)

    def next(self) -> Any:
        """Return the rows of the next batch."""
        rows = next(self._left, None)
        if rows is None:
            self._left = self._round()
            rows = next(self._left)
        self.rounds += len(rows) / sum(map(len, self.rows))
        return rows


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


def correction(encoder: Encoder, pack: Pack, lists: Lists, rows: Any) -> Any:
    """Return the loss of the engine's lists: a softmax over its own order and what the model adds to it."""
    torch = encoder.torch
    documents = lists.documents[rows]
    there = documents >= 0
    asked = encoder.vectors(lists.queries, rows)
    answers = encoder.vectors(pack.documents, documents[there].astype(np.int64))
    owner = encoder.placed(np.nonzero(there)[0])
    cosines = torch.full(documents.shape, NEVER, device=encoder.device)
    cosines[encoder.placed(there)] = (answers * asked[owner]).sum(1) / LIST_TEMPERATURE
    log = torch.log_softmax(cosines + encoder.placed(lists.order[rows].astype(np.float32)), 1)
    right = encoder.placed(lists.right[rows].astype(np.float32))
    return -((log * right).sum(1) / right.sum(1)).mean()


def candidates(pack: Pack, rows: Any) -> tuple[Any, Any]:
    """Return the right document and the hard negatives of groups, shape (groups, 1 + negatives), and which are there."""
    found = np.concatenate([pack.columns["right"][rows][:, None], pack.columns["wrong"][rows]], 1)
    return np.maximum(found, 0), found >= 0


def measured(encoder: Encoder, pack: Pack, most: int) -> dict[str, Any]:
    """Return how good the order is on held-out repositories, by kind: among the hard negatives, and among all functions.

    ``first``: the right one is the first of up to eight; ``ten``: among the first ten of all functions of the groups of its repository.
    """
    kinds: dict[str, list[tuple[float, float]]] = {}
    torch = encoder.torch
    with torch.no_grad():
        for whole in pack.held.values():
            rows = whole[:: max(1, len(whole) * len(pack.held) // max(1, most))]
            documents, there = candidates(pack, rows)
            known, at = np.unique(documents, return_inverse=True)
            vectors = encoder.vectors(pack.documents, known)
            scores = encoder.vectors(pack.queries, rows) @ vectors.T
            places = encoder.placed(at.reshape(documents.shape))
            own = scores.gather(1, places).masked_fill(~encoder.placed(there), NEVER)
            first = (own[:, :1] >= own[:, 1:]).all(1).cpu().numpy()
            ten = ((scores > own[:, :1]).sum(1) < 10).cpu().numpy()
            for kind, one, other in zip(pack.columns["kind"][rows], first, ten, strict=True):
                kinds.setdefault(pack.manifest["kinds"][kind], []).append((float(one), float(other)))
    kinds["all"] = [one for some in kinds.values() for one in some]
    return {
        kind: {"n": len(some), "first": round(float(np.mean([a for a, _ in some])), 4) if some else 0.0,
               "ten": round(float(np.mean([b for _, b in some])), 4) if some else 0.0}
        for kind, some in sorted(kinds.items())
    }  # fmt: skip


class Training:
    """The whole run: what is learned, measured, written and kept."""

    def __init__(self, pack: Pack, told: argparse.Namespace) -> None:
        self.pack, self.told = pack, told
        weights = pieces_of(told.weights) if told.weights else pack.start()
        self.encoder = Encoder(pack.manifest["config"], weights)
        self.torch = self.encoder.torch
        self.size = told.batch or (512 if self.encoder.device == "cuda" else 32)
        self.draw = np.random.default_rng(told.seed)
        self.curve: list[dict[str, Any]] = []
        self.measures: list[dict[str, Any]] = []
        self.step, self.groups, spent = 0, 0, 0.0
        self.optimizer = self._fresh(self.encoder.model.parameters())
        if told.state and told.state.is_file():
            held = self.torch.load(told.state, weights_only=True, map_location=self.encoder.device)
            self.encoder.model.load_state_dict(held["model"])
            self.optimizer.load_state_dict(held["optimizer"])
            kept = json.loads(held["told"])
            self.curve, self.measures = kept["curve"], kept["measures"]
            self.step, self.groups, spent = kept["step"], kept["groups"], kept["spent"]
            print(f"goes on at step {self.step:,}, {spent:.0f} s are gone", flush=True)
        self.batches = Batches(pack, self.size, told.seed + self.step)
        self.clock = Clock(told.seconds, told.of or told.seconds, spent)
        self._written = time.monotonic()

    def _fresh(self, parameters: Any) -> Any:
        return self.torch.optim.AdamW(list(parameters), weight_decay=DECAY, fused=self.encoder.device == "cuda")

    def run(self) -> None:
        """Do everything and write the result."""
        if not self.measures:
            self.measure("start")
        groups_end = SHARES["groups"] if self.told.teacher else 1.0
        self.learn("groups", 0.0, groups_end, self.optimizer, self.told.rate, self._mixed)
        self.measure("groups")
        self.write()
        if self.told.teacher and self.clock.over(groups_end) and not self.clock.over(1.0):
            self._taught()
        best = max(self.measures, key=lambda one: float(one["held"].get("all", {}).get("ten", 0.0)))
        print(f"done: {self.step:,} steps, {self.groups:,} groups, best on held-out: {best['stage']}", flush=True)

    def _taught(self) -> None:
        torch, before = self.torch, copy.deepcopy(self.encoder.model.state_dict())
        teacher = Teacher(self.encoder)
        end = SHARES["groups"] + SHARES["teacher"]
        optimizer = self._fresh(teacher.parameters())

        def listwise(rows: Any) -> Any:
            few = rows[: max(2, len(rows) // 4)]
            target = torch.zeros(len(few), dtype=torch.long, device=self.encoder.device)
            return torch.nn.functional.cross_entropy(teacher.scores(self.pack, few), target)

        def distilled(rows: Any) -> Any:
            few = rows[: max(2, len(rows) // 4)]
            with torch.no_grad():
                wanted = torch.softmax(teacher.scores(self.pack, few), 1)
            documents, there = candidates(self.pack, few)
            answers = self.encoder.vectors(self.pack.documents, documents.ravel()).view(*documents.shape, -1)
            asked = self.encoder.vectors(self.pack.queries, few)
            scores = (answers * asked[:, None]).sum(2) / TEMPERATURE
            scores = scores.masked_fill(~self.encoder.placed(there), NEVER)
            apart = torch.nn.functional.kl_div(torch.log_softmax(scores, 1), wanted, reduction="batchmean")
            return apart + contrast(self.encoder, self.pack, rows, self.told.hard, self.draw)

        self.learn("teacher", SHARES["groups"], end, optimizer, self.told.rate, listwise)
        optimizer = self._fresh(self.encoder.model.parameters())
        self.learn("distillation", end, 1.0, optimizer, self.told.rate / 3, distilled)
        self.measure("distillation")
        scores = {one["stage"]: one["held"].get("all", {}).get("ten", 0.0) for one in self.measures}
        if scores["distillation"] < scores["groups"]:
            self.encoder.model.load_state_dict(before)
        self.write()

    def _mixed(self, rows: Any) -> Any:
        lists = self.pack.lists
        if lists is not None and self.step % LISTS_EVERY == LISTS_EVERY - 1:
            few = self.draw.permutation(len(lists.right))[: max(2, self.size // 8)]
            return correction(self.encoder, self.pack, lists, few)
        return contrast(self.encoder, self.pack, rows, self.told.hard, self.draw)

    def learn(self, stage: str, begin: float, end: float, optimizer: Any, peak: float, loss_of: Any) -> None:
        """Step until the share ``end`` of the time is gone; a batch that does not fit into the memory is halved for good."""
        torch, losses, halved = self.torch, list[Any](), 1
        said = time.monotonic()
        while not self.clock.over(end):
            rows = self.batches.next()
            rows = rows[: max(2, len(rows) // halved)]
            rate = self.clock.rate(peak, begin, end)
            for group in optimizer.param_groups:
                group["lr"] = rate
            try:
                loss = loss_of(rows)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
            except torch.cuda.OutOfMemoryError:
                halved *= 2
                optimizer.zero_grad(set_to_none=True)
                torch.cuda.empty_cache()
                print(f"out of memory: batches of 1/{halved} from now on", flush=True)
                continue
            torch.nn.utils.clip_grad_norm_([one for some in optimizer.param_groups for one in some["params"]], CLIP)
            optimizer.step()
            self.step += 1
            self.groups += len(rows)
            if self.told.rounds:
                self.clock.done = self.batches.rounds / self.told.rounds
            losses.append(loss.detach())
            if time.monotonic() - said >= self.told.every or self.clock.over(end):
                self._say(stage, losses, rate)
                losses, said = [], time.monotonic()
            if stage == "groups" and time.monotonic() - self._written >= self.told.keep:
                self.write()

    def _say(self, stage: str, losses: list[Any], rate: float) -> None:
        elapsed = round(self.clock.elapsed(), 1)
        point = {"stage": stage, "step": self.step, "seconds": elapsed, "groups": self.groups,
                 "loss": round(float(self.torch.stack(losses).mean()), 4), "rate": rate}  # fmt: skip
        self.curve.append(point)
        print(json.dumps(point), flush=True)

    def measure(self, stage: str) -> None:
        """Measure on the held-out repositories."""
        found = measured(self.encoder, self.pack, self.told.measure)
        self.measures.append({"stage": stage, "step": self.step, "held": found})
        print(json.dumps(self.measures[-1]), flush=True)

    def write(self) -> None:
        """Write the weights in pieces, the result, and the state to go on with."""
        state = self.encoder.model.state_dict()
        half = {name: value.detach().to("cpu", self.torch.float16).contiguous() for name, value in state.items()
                if value.is_floating_point()}  # fmt: skip
        packed = import_module("safetensors.torch").save(half)
        out: Path = self.told.out
        out.mkdir(parents=True, exist_ok=True)
        names = []
        for number, start in enumerate(range(0, len(packed), PIECE)):
            names.append(f"weights.{number}")
            whole_file(out / names[-1], packed[start : start + PIECE])
        result = {
            "pieces": names, "sha256": hashlib.sha256(packed).hexdigest(), "bytes": len(packed),
            "pack": self.pack.manifest.get("sha256", ""), "device": device_name(self.torch), "torch": self.torch.__version__,
            "steps": self.step, "groups": self.groups, "rounds": round(self.batches.rounds, 3),
            "seconds": round(self.clock.elapsed(), 1), "batch": self.size, "told": self.pack.told(),
            "curve": self.curve, "measures": self.measures,
        }  # fmt: skip
        whole_file(out / "result.json", (json.dumps(result, indent=1) + "\n").encode())
        if self.told.state:
            told = {"curve": self.curve, "measures": self.measures, "step": self.step, "groups": self.groups,
                    "spent": self.clock.elapsed()}  # fmt: skip
            held = {"model": state, "optimizer": self.optimizer.state_dict(), "told": json.dumps(told)}
            self.torch.save(held, beside := self.told.state.with_suffix(".part"))
            beside.replace(self.told.state)
        self._written = time.monotonic()


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
        documents, there = candidates(pack, rows)
        joined = joined_texts(pack.queries, np.repeat(rows, documents.shape[1]), pack.documents, documents.ravel())
        found = []
        for start in range(0, len(joined.lengths), self.encoder.together):
            part = np.arange(start, min(start + self.encoder.together, len(joined.lengths)))
            states, shown = self.encoder.states(*joined.padded(part))
            found.append(self.head((states * shown).sum(1) / shown.sum(1)).squeeze(1))
        scores = self.encoder.torch.cat(found).view(documents.shape)
        return scores.masked_fill(~self.encoder.placed(there), NEVER)


def joined_texts(queries: Texts, asked: Any, documents: Texts, answers: Any) -> Texts:
    """Return each text followed by its document without the mark that begins it."""
    pieces, lengths = [], []
    for one, other in zip(asked, answers, strict=True):
        start, begin = queries.starts[one], documents.starts[other]
        pieces += [queries.pieces[start : start + queries.lengths[one]],
                   documents.pieces[begin + 1 : begin + documents.lengths[other]]]  # fmt: skip
        lengths.append(queries.lengths[one] + documents.lengths[other] - 1)
    return Texts([(np.concatenate(pieces), np.array(lengths))])


def pieces_of(folder: Path) -> dict[str, Any]:
    """Return the weights that a run left in a folder, as float32; ends with a message when they are not whole."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    packed = b"".join((folder / name).read_bytes() for name in result["pieces"])
    if hashlib.sha256(packed).hexdigest() != result["sha256"]:
        raise SystemExit(f"{folder}: the pieces of the weights do not fit together")
    held = import_module("safetensors.numpy").load(packed)
    return {name: np.asarray(value, dtype=np.float32) for name, value in held.items()}


def whole_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)


def device_name(torch: Any) -> str:
    """Return what it runs on."""
    return str(torch.cuda.get_device_name(0)) if torch.cuda.is_available() else f"{platform.machine()} processor"


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="run.py", description="Train a packed model on a borrowed machine.")
    parser.add_argument("parts", nargs="+", type=Path, metavar="PART", help="folders of the pack that are here")
    parser.add_argument("--out", type=Path, metavar="DIR", help="weights and result.json")
    parser.add_argument("--seconds", type=float, default=500.0, help="of this call, reading and writing not counted")
    parser.add_argument(
        "--of", type=float, default=0.0, help="seconds of all calls together, when there is to be another"
    )
    parser.add_argument(
        "--rounds", type=float, default=0.0, help="end after so often all groups; 0: by the clock alone"
    )
    parser.add_argument("--state", type=Path, metavar="FILE", help="kept between calls on the same machine")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="begin with what another run left there")
    parser.add_argument("--teacher", action="store_true", help="train a cross-encoder and learn from it, too")
    parser.add_argument("--batch", type=int, default=0, help="groups of a step; 0: 512 on a GPU, 32 without")
    parser.add_argument("--hard", type=int, default=3, help="hard negatives of each group in a step")
    parser.add_argument("--rate", type=float, default=1e-4, help="the highest rate of learning")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rehearse", type=int, default=0, metavar="GROUPS", help="take only so many groups")
    parser.add_argument("--measure", type=int, default=20_000, help="held-out groups to measure on, at most")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two points of the curve")
    parser.add_argument("--keep", type=float, default=60.0, help="seconds between two checkpoints")
    parser.add_argument("--dry", action="store_true", help="read everything, say what is there, train nothing")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; returns 0."""
    told = read_arguments(sys.argv[1:] if arguments is None else arguments)
    began = time.monotonic()
    pack = Pack.read(told.parts, told.rehearse)
    missing = [name for name in pack.manifest["files"] if name not in pack.folder]
    print(f"{pack.told()}; read in {time.monotonic() - began:.1f} s; {len(missing)} files are not here", flush=True)
    if told.dry:
        weights = pack.start()
        print(f"start: {len(weights)} tensors, {sum(one.size for one in weights.values()):,} numbers", flush=True)
        return int(bool(missing))
    if told.out is None:
        raise SystemExit("--out says where the weights go")
    Training(pack, told).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
