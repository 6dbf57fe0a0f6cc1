"""The loop that both models share: steps by the clock, a curve, what the held-out repositories say, and what is kept."""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .clock import Batches, Clock
from .packed import Pack, real_numbers

PIECE = 15 * 2**20 + 900 * 2**10
"""Bytes of one file of weights; with four of them there is room for ``result.json`` in what one call brings back."""

CLIP, DECAY = 1.0, 0.01

WRITING = 10.0
"""Seconds of a call that are left for writing."""

LISTS = "list"
"""The kind that lists of the engine's are measured as."""

NEVER = -1e4
"""The score of what is no candidate."""


class Learner(Protocol):
    """A model that learns from a pack."""

    torch: Any
    device: str
    model: Any
    size: int
    measures: int
    """How often it measures once it has learned."""

    def parameters(self) -> list[Any]:
        """Return what is trained."""
        ...

    def learn(self, training: Training) -> None:
        """Go through all stages, measuring and writing."""
        ...

    def measured(self) -> dict[str, Any]:
        """Return what the held-out repositories say."""
        ...

    def packed(self) -> dict[str, Any]:
        """Return the tensors that go back, on the processor."""
        ...


class Training:
    """The whole run: what is learned, measured, written and kept."""

    def __init__(self, pack: Pack, told: argparse.Namespace, learner: Learner, began: float) -> None:
        """``began`` is when the call did, a value of ``time.monotonic``."""
        self.pack, self.told, self.learner, self.began = pack, told, learner, began
        self.torch = learner.torch
        self.curve: list[dict[str, Any]] = []
        self.measures: list[dict[str, Any]] = []
        self.step, self.groups, spent = 0, 0, 0.0
        self.optimizer = self.fresh(learner.parameters())
        if told.state and told.state.is_file():
            held = self.torch.load(told.state, weights_only=True, map_location=learner.device)
            learner.model.load_state_dict(held["model"])
            self.optimizer.load_state_dict(held["optimizer"])
            kept = json.loads(held["told"])
            self.curve, self.measures = kept["curve"], kept["measures"]
            self.step, self.groups, spent = kept["step"], kept["groups"], kept["spent"]
            print(f"goes on at step {self.step:,}, {spent:.0f} s are gone", flush=True)
        self.batches = Batches(pack, learner.size, told.seed + self.step)
        self.clock = Clock(told.seconds, told.of or told.seconds, spent)
        self._written = time.monotonic()

    def fresh(self, parameters: Sequence[Any]) -> Any:
        """Return a new optimizer."""
        return self.torch.optim.AdamW(list(parameters), weight_decay=DECAY, fused=self.learner.device == "cuda")

    def run(self) -> None:
        """Do everything and write the result."""
        if not self.measures:
            self.measure("start")
        measuring = self.learner.measures * self.measures[-1]["seconds"]
        self.clock.start(time.monotonic() - self.began + measuring + WRITING)
        self.learner.learn(self)
        told = ", ".join(f"{one['stage']} {100 * one['held']['all']['first']:.1f}" for one in self.measures)
        print(f"done: {self.step:,} steps, {self.groups:,} groups; first on held-out, in percent: {told}", flush=True)

    def learn(
        self, stage: str, begin: float, end: float, optimizer: Any, loss_of: Callable[[Any, int], Any], *,
        share: float = 1.0, kept: bool = False,
    ) -> None:  # fmt: skip
        """Step until the share ``end`` of the time is gone; a batch that does not fit into the memory is halved for good.

        ``loss_of`` takes rows of groups and the number of the step; ``share`` is that of the highest rate of learning.
        What is ``kept`` is written now and then, so that another call can go on with it.
        """
        torch, losses, halved = self.torch, list[Any](), 1
        said = time.monotonic()
        while not self.clock.over(end):
            rows = self.batches.next()
            rows = rows[: max(2, len(rows) // halved)]
            rate = self.clock.rate(self.told.rate * share, begin, end)
            for group in optimizer.param_groups:
                group["lr"] = rate
            try:
                loss = loss_of(rows, self.step)
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
            if kept and time.monotonic() - self._written >= self.told.keep:
                self.write()

    def _say(self, stage: str, losses: list[Any], rate: float) -> None:
        elapsed = round(self.clock.elapsed(), 1)
        point = {"stage": stage, "step": self.step, "seconds": elapsed, "groups": self.groups,
                 "loss": round(float(self.torch.stack(losses).mean()), 4), "rate": rate}  # fmt: skip
        self.curve.append(point)
        print(json.dumps(point), flush=True)

    def measure(self, stage: str) -> None:
        """Measure on the held-out repositories."""
        began = time.monotonic()
        held = self.learner.measured()
        took = round(time.monotonic() - began, 1)
        self.measures.append({"stage": stage, "step": self.step, "seconds": took, "held": held})
        print(json.dumps(self.measures[-1]), flush=True)

    def write(self) -> None:
        """Write the weights in pieces, the result, and the state to go on with."""
        packed = import_module("safetensors.torch").save(self.learner.packed())
        out: Path = self.told.out
        out.mkdir(parents=True, exist_ok=True)
        names = []
        for number, start in enumerate(range(0, len(packed), PIECE)):
            names.append(f"weights.{number}")
            whole_file(out / names[-1], packed[start : start + PIECE])
        result = {
            "model": self.pack.model, "pieces": names, "sha256": hashlib.sha256(packed).hexdigest(), "bytes": len(packed),
            "form": self.pack.manifest["models"][self.pack.model].get("form"),
            "pack": self.pack.manifest.get("sha256", ""), "device": device_name(self.torch), "torch": self.torch.__version__,
            "steps": self.step, "groups": self.groups, "rounds": round(self.batches.rounds, 3),
            "seconds": round(self.clock.elapsed(), 1), "batch": self.learner.size, "told": self.pack.told(),
            "curve": self.curve, "measures": self.measures,
        }  # fmt: skip
        whole_file(out / "result.json", (json.dumps(result, indent=1) + "\n").encode())
        if self.told.state:
            told = {"curve": self.curve, "measures": self.measures, "step": self.step, "groups": self.groups,
                    "spent": self.clock.elapsed()}  # fmt: skip
            state = self.learner.model.state_dict()
            held = {"model": state, "optimizer": self.optimizer.state_dict(), "told": json.dumps(told)}
            self.torch.save(held, beside := self.told.state.with_suffix(".part"))
            beside.replace(self.told.state)
        self._written = time.monotonic()


def shares(kinds: Mapping[str, Sequence[tuple[float, float]]]) -> dict[str, Any]:
    """Return the means of what was measured, by kind and of all.

    ``first``: the right function is the first of up to eight; ``ten``: it is among the first ten of more. Lists of the engine's
    are a kind of their own, of sixteen, and not counted among all.
    """
    every = {**kinds, "all": [one for kind, some in kinds.items() if kind != LISTS for one in some]}
    return {
        kind: {"n": len(some), "first": round(float(np.mean([a for a, _ in some])), 4) if some else 0.0,
               "ten": round(float(np.mean([b for _, b in some])), 4) if some else 0.0}
        for kind, some in sorted(every.items())
    }  # fmt: skip


def listed(scores: Any, right: Any) -> list[tuple[float, float]]:
    """Return for each list of candidates whether the first is right, and whether one of the first ten is."""
    found = np.take_along_axis(right, np.argsort(-scores, axis=1, kind="stable"), 1)
    return [(float(one[0]), float(one[:10].any())) for one in found]


def load(model: Any, weights: Mapping[str, Any]) -> None:
    """Give a model its weights by their names, as float32."""
    torch = import_module("torch")
    tensors = {name: torch.as_tensor(np.asarray(value, dtype=np.float32)) for name, value in weights.items()}
    lacking, unknown = model.load_state_dict(tensors, strict=False)
    lacking = [name for name in lacking if not name.endswith(("position_ids", "lm_head.weight"))]
    if unknown or lacking:
        raise SystemExit(f"the weights are of another model: {[*lacking, *unknown][:4]}")


def pieces_of(folder: Path) -> dict[str, Any]:
    """Return the weights that a run left in a folder, as float32; ends with a message when they are not whole."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    packed = b"".join((folder / name).read_bytes() for name in result["pieces"])
    if hashlib.sha256(packed).hexdigest() != result["sha256"]:
        raise SystemExit(f"{folder}: the pieces of the weights do not fit together")
    return real_numbers(import_module("safetensors.numpy").load(packed))


def whole_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)


def device_name(torch: Any) -> str:
    """Return what it runs on."""
    return str(torch.cuda.get_device_name(0)) if torch.cuda.is_available() else f"{platform.machine()} processor"
