"""What becomes of a run's weights: converted, measured beside those that ship, and shipped if they are better on every set.

Better means that the 95 % interval of the difference lies above zero: of nDCG@10 on the candidates of each tuning set, and
of the reciprocal rank of functions through the whole engine on the same sets.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors.numpy import load, save_file

from findspot.config import Settings
from findspot_training import source
from findspot_training.measure import issues
from findspot_training.measure.cases import jobs_of_issues
from findspot_training.measure.evaluate import Options, evaluate
from findspot_training.measure.heads import read_heads
from findspot_training.measure.instances import read_instances, sample
from findspot_training.measure.metrics import Interval, paired_bootstrap
from findspot_training.measure.rescoring import METRICS, as_shipped, opinions_of
from findspot_training.measure.rows import read_run
from findspot_training.measure.summary import compare
from findspot_training.source import TrainingError, write_whole
from findspot_training.train import gguf_model, manifest

_DECIDES: Final = "nDCG@10"
_DECIDES_IN_ENGINE: Final = "func MRR"

_SHOWN: Final = ("file@1", "file@5", "func@5", "func@10", "func MRR")
"""Metrics of the engine that are told."""


@dataclass(frozen=True, slots=True)
class Sets:
    """The tuning sets: candidates, and the issues they are of, with what `evaluate` needs."""

    heads: tuple[Path, ...]
    issues: tuple[Path, ...]
    repositories: Path | None
    per_repo: int
    jobs: int
    threads: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the weights were put in the place of the shipped ones, and why."""

    ships: bool
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one set changed: each metric's mean before and after, and the difference with its interval, in points."""

    name: str
    rows: dict[str, tuple[float, float, Interval]]
    decides: str

    @property
    def won(self) -> bool:
        """Whether the metric that decides is better beyond its error."""
        return self.decides in self.rows and self.rows[self.decides][2].low > 0

    def table(self) -> str:
        """Return the lines of a Markdown table."""
        lines = [f"{self.name}: {'won' if self.won else 'not won'} ({self.decides})", ""]
        lines += ["| | shipped | this | difference |", "| --- | --- | --- | --- |"]
        for metric, (old, new, one) in self.rows.items():
            lines.append(
                f"| {metric} | {old:.1f} | {new:.1f} | {one.difference:+.1f} [{one.low:+.1f}, {one.high:+.1f}] |"
            )
        return "\n".join(lines)


def take(folder: Path, result: dict[str, Any], work: Path, sets: Sets, models: Path) -> Verdict:
    """Convert and measure the weights that a run left in ``folder``, and ship them from ``models`` if they win."""
    recipe = manifest.read_recipe(models / "recipes" / f"{Settings().localization_model}.toml")
    work.mkdir(parents=True, exist_ok=True)
    weights = {name: np.asarray(value, np.float32) for name, value in pieces_of(folder, result).items()}
    original = source.model_folder()
    _fit(weights, original)
    save_file(weights, work / "weights.safetensors")
    target = work / "model-q8_0.gguf"
    gguf_model.convert(original, target, recipe.parameters["name"], work / "weights.safetensors")
    measured = [_ordered(one, target, sets.threads) for one in sets.heads]
    if all(one.won for one in measured) and sets.issues:
        measured += in_engine(sets, target, work, models, recipe.id)
    complete = bool(sets.issues) and len(measured) == len(sets.heads) + len(sets.issues)
    ships = complete and all(one.won for one in measured)
    why = "wins on every set and ships" if ships else "does not ship: " + _reason(measured, complete=complete)
    text = card_text(result, measured)
    write_whole(work / "card.md", text)
    if ships:
        ship(target, text, models, recipe)
        why += (
            f"; make the vectors of the tests anew with `findspot-train reference {work / 'weights.safetensors'}`, "
            "and the rankers that read its scores by their recipe"
        )
    return Verdict(ships, f"{text}\n{why}")


def ship(target: Path, text: str, models: Path, recipe: manifest.Recipe) -> None:
    """Put ``target`` in the place of a recipe's model, ``text`` at the end of its card, and both into the manifest."""
    shutil.copyfile(target, manifest.model_files(models, recipe)[0])
    card = models / "cards" / f"{recipe.id}.md"
    write_whole(card, f"{card.read_text(encoding='utf-8').rstrip()}\n\n{text}")
    manifest.write_manifest(models, manifest.read_recipes(models))


def result_of(folder: Path) -> dict[str, Any]:
    """Return what a run says of itself."""
    return dict(json.loads(_read(folder / "result.json")))


def pieces_of(folder: Path, result: dict[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """Return the weights that a run left in pieces; raises ``TrainingError`` when they are not whole."""
    packed = b"".join(_read(folder / name) for name in result["pieces"])
    if hashlib.sha256(packed).hexdigest() != result["sha256"]:
        raise TrainingError(f"{folder}: the pieces of the weights do not fit together; bring them all over again")
    return dict(load(packed))


def card_text(result: dict[str, Any], measured: Sequence[Outcome]) -> str:
    """Return the section of a card: what was run, its curve at a few points, how the sets changed."""
    curve = result["curve"]
    few = [curve[round(at)] for at in np.linspace(0, len(curve) - 1, min(8, len(curve)))] if curve else []
    held = [
        f"| {one['stage']} | {one['step']:,} | {100 * one['held']['all']['first']:.1f} | {100 * one['held']['all']['ten']:.1f} |"
        for one in result["measures"]
    ]
    ran = (
        f"`models/recipes/accelerator.toml`; {result['told']}. {result['steps']:,} steps of up to {result['batch']} groups, "
        f"{result['groups']:,} groups in {result['seconds']:,.0f} s ({result['device']}, torch {result['torch']})."
    )
    losses = ", ".join(f"{one['loss']:.2f} at step {one['step']:,} ({one['stage']})" for one in few)
    means = (
        "On the held-out repositories of the pack, in percent: the right function before its hard negatives, and among "
        "the first ten of all."
    )
    table = ["| | step | first | ten |", "| --- | --- | --- | --- |", *held]
    tables = [part for one in measured for part in (one.table(), "")]
    title = "## Trained further on a borrowed machine"
    parts = [title, "", ran, "", f"Loss: {losses}.", "", means, "", *table, "", *tables]
    return "\n".join(parts)


def _ordered(folder: Path, target: Path, threads: int) -> Outcome:
    heads = read_heads(folder)
    found = [
        as_shipped(heads, opinions_of(name, heads, threads)) for name in (Settings().localization_model, str(target))
    ]
    rows = {}
    for metric in METRICS:
        old, new = ([100 * one[metric] for one in some] for some in found)
        rows[metric] = (float(np.mean(old)), float(np.mean(new)), paired_bootstrap(new, old))
    return Outcome(f"{folder.name}, the order of the first candidates (n = {len(heads)})", rows, _DECIDES)


def in_engine(sets: Sets, target: Path, work: Path, models: Path, model: str) -> list[Outcome]:
    """Measure ``target`` in the place of the shipped ``model`` through the whole engine, on the issues of every set."""
    if sets.repositories is None:
        raise TrainingError("--issues need --repos, the folder of their bare repositories")
    candidate = _beside(target, work / "models", models, model)
    found = []
    shipped = Settings()
    for path in sets.issues:
        chosen = sample(read_instances([path]), rows=None, per_repo=sets.per_repo, seed=0)
        runs = []
        for which, folder in (("shipped", ""), ("this", str(candidate))):
            out = work / "evaluate" / path.stem / which
            options = Options(shipped.top_k, max(issues.CEILINGS), 10.0, sets.threads, (), folder)
            evaluate(jobs_of_issues(chosen), sets.repositories, out, options, processes=sets.jobs)
            runs.append(read_run(out))
        rows = {}
        shown = {name: issues.METRICS[name] for name in _SHOWN}
        for one in compare(runs[1], runs[0], [("localize", "localize")], shown):
            old, new, difference, low, high = (
                100 * float(one[name]) for name in ("right_mean", "left_mean", "difference", "low", "high")
            )
            rows[str(one["metric"])] = (old, new, Interval(difference, low, high, int(one["n"])))
        found.append(Outcome(f"{path.stem}, through the whole engine (n = {len(chosen)})", rows, _DECIDES_IN_ENGINE))
    return found


def _beside(target: Path, folder: Path, models: Path, model: str) -> Path:
    """Return a folder of models in which the file of one is ``target``."""
    shutil.rmtree(folder, ignore_errors=True)
    recipes = manifest.read_recipes(models)
    for recipe in recipes:
        for path in manifest.model_files(models, recipe):
            place = folder / path.relative_to(models)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(target if recipe.id == model else path, place)
    manifest.write_manifest(folder, recipes)
    return folder


def _reason(measured: Sequence[Outcome], *, complete: bool) -> str:
    lost = [one.name for one in measured if not one.won]
    if lost:
        return "not better beyond the error on " + "; ".join(lost)
    return "" if complete else "it was not measured through the whole engine; give --issues for each set"


def _fit(weights: dict[str, np.ndarray[Any, Any]], original: Path) -> None:
    shapes = {name: value.shape for name, value in source.tensors(original).items()}
    wrong = sorted(name for name in gguf_model.tensor_names(source.settings(original)["num_hidden_layers"])
                   if name not in weights or weights[name].shape != shapes[name])  # fmt: skip
    if wrong:
        raise TrainingError(f"the weights are not those of a model of this shape: {', '.join(wrong[:3])}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read ({error.strerror}); give the folder that a run left") from error
