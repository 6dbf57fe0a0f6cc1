"""Trains a packed model on a borrowed machine: ``python pack/scorer-1/run.py pack/scorer-* --out OUT --seconds 500``.

It finishes by the clock, whatever the machine can do: the rate of learning falls by the share of the seconds that are gone,
and the last measures, which take as long as the first did, are done when ``--seconds`` are over.
Which model it trains is a matter of what is here: the scorer where its weights are, else the bi-encoder.

``OUT`` gets the weights in pieces of at most 16 MiB, and ``result.json`` with the curve. ``--state FILE`` is where
everything is kept that a second call on the same machine goes on with; ``--weights DIR`` begins with the weights of another OUT.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .encoder import Encoder
from .packed import ENCODER, SCORER, Pack
from .scorer import Scorer
from .training import Learner, Training, pieces_of


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="run.py", description="Train a packed model on a borrowed machine.")
    parser.add_argument("parts", nargs="+", type=Path, metavar="PART", help="folders of the pack that are here")
    parser.add_argument("--out", type=Path, metavar="DIR", help="weights and result.json")
    parser.add_argument("--model", choices=[SCORER, ENCODER], default="", help="default: the scorer, if it is here")
    parser.add_argument(
        "--seconds",
        type=float,
        default=500.0,
        help="of this call; what is left beside reading, measuring and writing is learned",
    )
    parser.add_argument(
        "--of", type=float, default=0.0, help="seconds of all calls together, when there is to be another"
    )
    parser.add_argument(
        "--rounds", type=float, default=0.0, help="end after so often all groups; 0: by the clock alone"
    )
    parser.add_argument("--state", type=Path, metavar="FILE", help="kept between calls on the same machine")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="begin with what another run left there")
    parser.add_argument("--batch", type=int, default=0, help="groups of a step; 0: by the model and the machine")
    parser.add_argument("--hard", type=int, default=3, help="hard negatives of each group in a step")
    parser.add_argument(
        "--lists-every",
        type=int,
        default=4,
        metavar="STEPS",
        help="of so many steps one learns from the engine's lists",
    )
    parser.add_argument("--rate", type=float, default=1e-4, help="the highest rate of learning")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rehearse", type=int, default=0, metavar="GROUPS", help="take only so many groups")
    parser.add_argument("--measure", type=int, default=0, help="held-out groups to measure on; 0: by the model")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two points of the curve")
    parser.add_argument("--keep", type=float, default=60.0, help="seconds between two checkpoints")
    parser.add_argument("--dry", action="store_true", help="read everything, say what is there, train nothing")
    encoder = parser.add_argument_group("of the bi-encoder")
    encoder.add_argument("--teacher", action="store_true", help="train a cross-encoder and learn from it, too")
    scorer = parser.add_argument_group("of the scorer")
    scorer.add_argument("--generative", type=float, default=1.0, help="weight of the loss of the texts themselves")
    scorer.add_argument("--contrastive", type=float, default=1.0, help="weight of the loss of which function is meant")
    scorer.add_argument("--crowd", type=int, default=92, help="functions among which the right one is also looked for")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; returns 0, and 1 from a dry run in which something was missing."""
    told = read_arguments(sys.argv[1:] if arguments is None else arguments)
    began = time.monotonic()
    pack = Pack.read(told.parts, told.rehearse, told.model)
    missing = pack.missing()
    print(f"{pack.told()}; read in {time.monotonic() - began:.1f} s; {len(missing)} files are not here", flush=True)
    if told.dry:
        weights = pack.start()
        print(f"start: {len(weights)} tensors, {sum(one.size for one in weights.values()):,} numbers", flush=True)
        return int(bool(missing))
    if told.out is None:
        raise SystemExit("--out says where the weights go")
    weights = pack.start() | (pieces_of(told.weights) if told.weights else {})
    learner: Learner = Scorer(pack, weights, told) if pack.model == SCORER else Encoder(pack, weights, told)
    Training(pack, told, learner, began).run()
    return 0
