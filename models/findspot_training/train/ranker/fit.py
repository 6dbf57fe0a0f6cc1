"""From collected candidates to the shipped file: trains both rankers, calibrates them, and reports what they are worth.

``python -m findspot_training.train.ranker.fit`` is a program of its own, since LightGBM and the engine cannot share a process
(see ``rows``). The rankers learn from mined commits only; issues are used to calibrate and to judge, so that the figures
for issues are of texts that the trees never saw. With ``--trees`` a file's trees are kept, and only what their scores mean
is fitted anew: after a change of the engine that moves scores but no feature of reports.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from findspot.core.query import QueryKind
from findspot.core.ranking.calibration import Calibration
from findspot.core.ranking.features import FILE_FEATURES, UNIT_FEATURES
from findspot.core.ranking.learned import with_hand_files, with_hand_units
from findspot.core.ranking.tree_ensemble import Trees
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot_training.measure.plots import curves
from findspot_training.train.ranker.calibrate import (
    Answer,
    calibration_error,
    f_beta_as_cut,
    file_answers,
    fit_here,
    fit_results,
    probabilities,
    unit_answers,
)
from findspot_training.train.ranker.calibrate import as_json as as_numbers
from findspot_training.train.ranker.judge import table
from findspot_training.train.ranker.rows import Collected, Numbers, merged, read
from findspot_training.train.ranker.train import Group, TreesRecipe, as_json, file_group, fit, gains, unit_group, write

_MOST: Final = 10
"""Results of an answer at most, as shipped."""

_BINS: Final = 10


def read_folder(folder: Path) -> dict[str, Collected]:
    """Return what was collected of each repository below a folder."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.npz"))}


def train_both(
    mined: Collected, judged: Collected, recipe: TreesRecipe
) -> tuple[dict[str, Any], dict[str, list[tuple[float, float]]]]:
    """Return the boosters by name, and how nDCG@10 went on the judged texts with each tree."""
    boosters: dict[str, Any] = {}
    went: dict[str, list[tuple[float, float]]] = {}
    parts: dict[str, tuple[Group, Group, Sequence[str]]] = {
        "units": (unit_group(mined), unit_group(judged), UNIT_FEATURES),
        "files": (file_group(mined), file_group(judged), FILE_FEATURES),
    }
    for name, (group, other, features) in parts.items():
        started = time.monotonic()
        boosters[name], went[name] = fit(group, features, recipe, other)
        done = f"{len(group.sizes)} texts, {len(group.rows)} rows, {time.monotonic() - started:.0f} s"
        print(f"{name}: {done}", file=sys.stderr, flush=True)
    return boosters, went


@dataclass(frozen=True, slots=True)
class Scores:
    """How collected candidates are ordered: a score for each unit, and for each file."""

    units: Callable[[Collected], Numbers]
    files: Callable[[Collected], Numbers]


Predictor = Callable[[Numbers], Numbers]
"""Scores of rows of features by trees."""

BY_HAND: Final = Scores(
    lambda rows: rows.units[:, UNIT_FEATURES.index("hand")], lambda rows: rows.files[:, FILE_FEATURES.index("top3")]
)


def by_trees(trees: Mapping[str, Predictor], kind: QueryKind) -> Scores:
    """Return the scores by which serving orders texts of a kind."""
    return Scores(
        lambda rows: with_hand_units(trees["units"](rows.units), rows.units, kind, DEFAULT_WEIGHTS),
        lambda rows: with_hand_files(trees["files"](rows.files), rows.files, kind, DEFAULT_WEIGHTS),
    )


def calibrated(
    right: dict[str, Collected], wrong: Collected, scores: Scores
) -> tuple[Calibration, dict[str, Any], dict[str, list[tuple[float, float]]]]:
    """Fit the calibration on all texts; say how good one fitted on half of the repositories is on the other half.

    ``right`` are texts by the repository that they are about, ``wrong`` texts asked against another one.
    """
    names = sorted(right, key=lambda name: -len(right[name].names))
    halves = [names[::2], names[1::2]]
    units, files = [], []
    for half in halves:
        rows = merged([right[name] for name in half])
        units.append(unit_answers(rows, scores.units(rows)))
        files.append(file_answers(rows, scores.files(rows)))
    others = unit_answers(wrong, scores.units(wrong))
    report: dict[str, Any] = {}
    plots: dict[str, list[tuple[float, float]]] = {}
    for name, parts in (("units", units), ("files", files)):
        predicted, labels, rows_of_f = [], [], []
        for at in (0, 1):
            result, here = fit_results(parts[1 - at]), fit_here(units[1 - at], others)
            chances = list(probabilities(parts[at], result, here if name == "units" else None))
            shown = [one[:_MOST] for one in chances]
            predicted += shown
            labels += [one.labels[:_MOST] for one in parts[at]]
            rows_of_f.append((len(parts[at]), f_beta_as_cut(parts[at], chances, _MOST)))
        flat, hits = np.concatenate(predicted), np.concatenate(labels)
        total = sum(count for count, _ in rows_of_f)
        report[name] = {
            "calibration_error": calibration_error(flat, hits),
            "results": len(flat),
            **{key: sum(n * one[key] for n, one in rows_of_f) / total for key in rows_of_f[0][1]},
        }
        plots[name] = _reliability(flat, hits)
    report["here"] = _here_report(units, others)
    whole = Calibration(
        fit_results(units[0] + units[1]), fit_results(files[0] + files[1]), fit_here(units[0] + units[1], others)
    )
    return whole, report, plots


def _here_report(units: Sequence[list[Answer]], others: list[Answer]) -> dict[str, float]:
    """Return how often a half that was not fitted is wrongly or rightly said not to be here."""
    half = len(others) // 2
    parts = [others[:half], others[half:]]
    right, wrong = [], []
    for at in (0, 1):
        here = fit_here(units[1 - at], parts[1 - at])
        right += here.probability(np.stack([one.here for one in units[at]])).tolist()
        wrong += here.probability(np.stack([one.here for one in parts[at]])).tolist()
    return {
        "right_called_absent": float(np.mean(np.array(right) < 0.5)),
        "wrong_called_absent": float(np.mean(np.array(wrong) < 0.5)),
        "right": float(len(right)),
        "wrong": float(len(wrong)),
    }


def _reliability(predicted: Numbers, labels: Numbers) -> list[tuple[float, float]]:
    bins = np.minimum((predicted * _BINS).astype(int), _BINS - 1)
    return [(float(predicted[bins == at].mean()), float(labels[bins == at].mean())) for at in np.unique(bins)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, calibrate, write; the folders hold what ``collect`` wrote."""
    chosen = _parser().parse_args(arguments)
    issues = read_folder(chosen.issues)
    judged = merged(list(issues.values()))
    name, pages = chosen.out.name, chosen.report
    pages.mkdir(parents=True, exist_ok=True)
    if chosen.trees is None:
        parts, report = _trained(chosen, judged, pages / f"{name}-curves.svg")
    else:
        known = json.loads(chosen.trees.read_text(encoding="utf-8"))
        parts = {part: known[part] for part in ("units", "files")}
        report = json.loads((pages / f"{name}.json").read_text(encoding="utf-8"))
    # The trees as they are written and served, their numbers rounded.
    trees = {part: Trees.from_json(found).predict for part, found in parts.items()}
    scores = by_trees(trees, QueryKind.ISSUE)
    wrong = merged(list(read_folder(chosen.wrong).values()))
    reports, trust, plots = calibrated(issues, wrong, scores)
    strange = merged(list(read_folder(chosen.questions / "strange").values()))
    own = read_folder(chosen.questions / "own")
    questions, asked_trust, asked_plots = calibrated(own, strange, by_trees(trees, QueryKind.PROSE))
    write(parts, {"reports": as_numbers(reports), "questions": as_numbers(questions)}, chosen.out / "rankers.json")
    report |= {
        "issues": {
            "learned": table(judged, scores.units(judged), scores.files(judged)),
            "by hand": table(judged, BY_HAND.units(judged), BY_HAND.files(judged)),
        },
        "calibration": {"reports": trust, "questions": asked_trust},
    }
    marks = [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]
    for file, text in (
        (f"{name}.json", json.dumps(report, indent=1)),
        (f"{name}-reliability.svg", curves("share of right results by probability", plots, marks, diagonal=True)),
        (f"{name}-questions.svg", curves("the same, questions of one line", asked_plots, marks, diagonal=True)),
    ):
        (pages / file).write_text(text + "\n", encoding="utf-8", newline="\n")
    print(json.dumps({"issues": report["issues"], "calibration": report["calibration"]}, indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m findspot_training.train.ranker.fit", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--mined", type=Path, action="append", help="candidates of mined commits; may be repeated")
    source.add_argument("--trees", type=Path, help="rankers whose trees are kept; only the probabilities are made anew")
    parser.add_argument("--issues", type=Path, required=True, help="candidates of the tuning issues")
    parser.add_argument("--wrong", type=Path, required=True, help="candidates of issues against other repositories")
    parser.add_argument("--questions", type=Path, required=True, help="candidates of questions, own and strange ones")
    parser.add_argument("--recipe", type=json.loads, default={}, help="numbers of the training, as JSON")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--report", type=Path, required=True, help="folder for the report and its plots")
    return parser


def _trained(chosen: argparse.Namespace, judged: Collected, plot: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train both rankers; return their trees as they are written, and what the report says of the training."""
    mined = merged([one for folder in chosen.mined for one in read_folder(folder).values()])
    recipe = TreesRecipe(**chosen.recipe)
    boosters, went = train_both(mined, judged, recipe)
    last = max(x for points in went.values() for x, _ in points)
    plot.write_text(
        curves("nDCG@10 on issues, by trees", went, [(last, f"{last:.0f}")]) + "\n", encoding="utf-8", newline="\n"
    )
    features = {"units": UNIT_FEATURES, "files": FILE_FEATURES}
    return {name: as_json(boosters[name], names) for name, names in features.items()}, {
        "recipe": asdict(recipe),
        "mined_texts": len(mined.names),
        "gain": {name: gains(boosters[name], names)[:20] for name, names in features.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
