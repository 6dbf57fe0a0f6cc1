"""Small repositories, settings and models to make packs of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from findspot_training import source
from findspot_training.accelerator import packing, parts
from findspot_training.measure.heads import Candidate, Head
from tests.training.repositories import git

THINGS = ("upload", "queue", "ledger", "parser", "socket", "cache", "thread", "mailer", "report", "window")

DEEDS = ("open", "close", "read", "write", "count", "merge")

PIECES = [
    *source.SPECIAL,
    *"abcdefghijklmnopqrstuvwxyz",
    *(f"##{one}" for one in "abcdefghijklmnopqrstuvwxyz_"),
    *"._()/:=,0123456789",
]


def function(deed: str, thing: str, limit: int) -> str:
    """Return a documented function."""
    return (
        f"def {deed}_{thing}(item, limit={limit}):\n"
        f'    """Try to {deed} the {thing} that was given, at most {limit} times.\n\n    More of it.\n    """\n'
        f"    for attempt in range(limit):\n        {thing}.{deed}(item, attempt)\n    return {thing}\n"
    )


def make_repository(folder: Path, name: str) -> Path:
    """Make a bare repository of ten files and a few commits, below ``folder``, as a mirror has it."""
    work = folder / "origin" / name
    (work / "src").mkdir(parents=True)
    git(work, "init", "-q")
    for thing in THINGS:
        (work / "src" / f"{thing}.py").write_text(
            "\n\n".join(function(deed, thing, 1) for deed in DEEDS), encoding="utf-8", newline="\n"
        )
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Begin with everything that is needed")
    for number, (deed, thing) in enumerate(zip(DEEDS, THINGS, strict=False)):
        path = work / "src" / f"{thing}.py"
        old, new = function(deed, thing, 1), function(deed, thing, 1).replace("limit=1", f"limit={number + 2}")
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8", newline="\n")
        git(
            work,
            "commit",
            "-q",
            "-a",
            "-m",
            f"fix: Let people {deed} a slow {thing} more often\n\nIt gave up too soon.",
        )
    (work / "src" / "later.py").write_text(function("upload", "later", 9), encoding="utf-8", newline="\n")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Add what nobody could have known before")
    bare = folder / "mirrors" / name / "repo"
    bare.parent.mkdir(parents=True)
    git(folder, "clone", "-q", "--bare", str(work), str(bare))
    return bare


TOLD = packing.Packing(
    start="minilm-code-q8", topics="static-code", commits=50, documentation=40, names=40, runs=2, seed=0, call=64,
    between="\n\nMessage:", document=96, message=48,
    repositories=("Acme/tool", "Acme/kept", "Acme/absent"), held=("Acme/kept",),
)  # fmt: skip

CONFIG = {
    "vocab_size": len(PIECES), "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 96, "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
}  # fmt: skip


def small_model(folder: Path, size: int = 64) -> Path:
    """Write the settings and the vocabulary of a small model; the weights are another matter."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, "hidden_size": size}), encoding="utf-8")
    tokenizer = {"model": {"vocab": {piece: number for number, piece in enumerate(PIECES)}}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def start_of(size: int) -> dict[str, parts.Array]:
    """Return random weights for the model of ``CONFIG``, one matrix of them in blocks of eight bits."""
    draw = np.random.default_rng(0)

    def numbers(*shape: int) -> parts.Array:
        return draw.normal(scale=0.05, size=shape).astype(np.float32)

    found = {
        "embeddings.position_embeddings.weight": numbers(512, size),
        "embeddings.token_type_embeddings.weight": numbers(2, size),
        "embeddings.word_embeddings.weight.q": draw.integers(-127, 127, (len(PIECES), size // 32, 32)).astype(np.int8),
        "embeddings.word_embeddings.weight.s": np.full((len(PIECES), size // 32), 0.001, dtype=np.float16),
    }
    wide = {"intermediate.dense": (96, size), "output.dense": (size, 96)}
    for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", *wide):
        shape = wide.get(name, (size, size))
        found |= {f"encoder.layer.0.{name}.weight": numbers(*shape), f"encoder.layer.0.{name}.bias": numbers(shape[0])}
    for norm in ("embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output"):
        found |= {f"{norm}.LayerNorm.weight": 1 + numbers(size), f"{norm}.LayerNorm.bias": numbers(size)}
    return found


def encoder_of(size: int) -> parts.Start:
    """Return such weights with the settings of their model."""
    return parts.Start({"config": {**CONFIG, "hidden_size": size}}, start_of(size))


HEAD = Head(
    id="one", group="acme/tool", kind="commit", query="close it", functions=1, files=1, ranked_files=(),
    candidates=tuple(
        Candidate("a.py", name, function=True, score=score, right=name == "g", document=f"a.py {name}")
        for name, score in (("f", 3.0), ("g", 2.0), ("h", 1.0))
    ),
)  # fmt: skip
