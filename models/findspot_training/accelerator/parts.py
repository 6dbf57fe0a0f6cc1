"""The parts of a pack: what is made of all repositories, the weights to begin with, and what trains them, as it travels.

A part is what one call to a borrowed machine may bring along: at most 55 MiB, and less where the working tree travels with
it. Each part is for one model, and any part has what starts the training.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from findspot.inference.manifest import load_manifest
from findspot_training import source
from findspot_training.accelerator import scorer_model
from findspot_training.accelerator.groups import KINDS
from findspot_training.accelerator.machine.packed import ENCODER, SCORER
from findspot_training.accelerator.packing import MIB, Packing, note_of, packed_bytes
from findspot_training.accelerator.scorer_model import Cutter
from findspot_training.corpus.mirrors import file_name
from findspot_training.source import TrainingError, write_whole
from findspot_training.train.gguf_model import tensor_names

Array = npt.NDArray[Any]

LARGEST: Final = 55 * MIB
"""Bytes of a part, whatever room there is."""

SCRIPT: Final = Path(__file__).with_name("run.py")

MACHINE: Final = SCRIPT.with_name("machine")
"""What the script starts."""

_CUT: Final = 9 * MIB
"""Bytes of the files into which the scorer's weights are cut, so that parts can be filled."""


@dataclass(frozen=True, slots=True)
class Start:
    """A model to begin with: what its part of the manifest says, and its weights."""

    told: Mapping[str, Any]
    weights: Mapping[str, Array]


def encoder_start(told: Packing) -> Start:
    """Return the encoder with the weights that ship."""
    config = source.settings(source.model_folder())
    return Start(
        {"config": config, "start": told.start}, start_weights(load_manifest().entry(told.start).files[0].path)
    )


def scorer_start(told: Packing, path: Path) -> Start:
    """Return the scorer with the weights of the file ``path``."""
    form = Cutter(path).form(told.between, told.document, told.message)
    config = scorer_model.config_of(path)
    return Start({"config": config, "form": form.told(), "start": path.name}, scorer_model.start_weights(path))


def lay_out(
    told: Packing, starts: Mapping[str, Start], work: Path, out: Path, tree: int, held_out: str
) -> dict[str, Any]:  # fmt: skip
    """Fill ``out`` with parts of what is made, and return the manifest; raises ``TrainingError`` when nothing is.

    ``starts`` are the models to begin with, ``tree`` the bytes that travel with each part, ``held_out`` says what the names of the repositories were checked against.
    """
    files: dict[str, dict[str, Path]] = {model: _weights(model, start, work) for model, start in starts.items()}
    models = {model: {**start.told, "weights": list(files[model])} for model, start in starts.items()}
    repositories: dict[str, Any] = {}
    for name in told.repositories:
        note = note_of(work, name)
        if not note:
            continue
        made_of, form = note.pop("made_of"), note.pop("form", None)
        one = {**note, "head": made_of["head"], "held": name in told.held}
        for model, middle in ((ENCODER, ""), (SCORER, ".scorer")):
            if model not in starts or (model == SCORER and form != starts[model].told["form"]):
                continue
            groups, lists = work / f"{file_name(name)}{middle}.xz", work / f"{file_name(name)}{middle}.lists.xz"
            one[model] = {"groups": groups.name, "lists": lists.name if lists.is_file() else None}
            files[model] |= {path.name: path for path in (groups, lists) if path.is_file()}
        repositories[name] = one
    if not repositories:
        raise TrainingError("no repository of the recipe is there, so there is nothing to pack")
    for model in models:
        if not any(model in one for one in repositories.values()):
            raise TrainingError(f"nothing is made for the {model} by these parameters; pack without --finished")
    every = {name: path for some in files.values() for name, path in some.items()}
    totals = {
        key: dict(sum((Counter(one[key]) for one in repositories.values()), Counter()))
        for key in ("kinds", "languages")
    }
    manifest = {
        "kinds": KINDS, "models": models, "held_out": held_out,
        "absent": [name for name in told.repositories if name not in repositories],
        "groups": sum(one["groups"] for one in repositories.values()), "by": totals, "repositories": repositories,
        "files": {name: {"bytes": path.stat().st_size, "sha256": _digest(path)} for name, path in sorted(every.items())},
    }  # fmt: skip
    manifest["sha256"] = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    text = json.dumps(manifest, indent=1) + "\n"
    room = min(LARGEST, told.call * MIB - tree - MIB // 2) - len(text) - sum(path.stat().st_size for path in scripts())
    shutil.rmtree(out, ignore_errors=True)
    for model, some in files.items():
        for number, names in enumerate(shared_out({name: path.stat().st_size for name, path in some.items()}, room), 1):
            _fill(out / f"{model}-{number}", {name: some[name] for name in names}, text)
    return manifest


def _fill(part: Path, files: Mapping[str, Path], manifest: str) -> None:
    """Write a part. Each has the manifest and the scripts, so that any may be named first."""
    (part / MACHINE.name).mkdir(parents=True)
    for name, path in files.items():
        shutil.copyfile(path, part / name)
    for path in scripts():
        shutil.copyfile(path, part / path.relative_to(SCRIPT.parent))
    write_whole(part / "manifest.json", manifest)


def size_of(part: Path) -> int:
    """Return the bytes of a part."""
    return sum(path.stat().st_size for path in part.rglob("*") if path.is_file())


def scripts() -> list[Path]:
    """Return the files that run on the machine."""
    return [SCRIPT, *sorted(MACHINE.glob("*.py"))]


def _weights(model: str, start: Start, work: Path) -> dict[str, Path]:
    """Write the weights of a model into the working folder, in as many files as they need, and return those in order."""
    work.mkdir(parents=True, exist_ok=True)
    packed = packed_bytes(start.weights, preset=0)
    found = {}
    for number, begin in enumerate(range(0, len(packed), _CUT)):
        path = work / f"{model}.weights.{number:02}"
        path.write_bytes(packed[begin : begin + _CUT])
        found[path.name] = path
    return found


def shared_out(sizes: Mapping[str, int], room: int) -> list[list[str]]:
    """Return the names in as few parts as come of taking the largest first; raises ``TrainingError`` when one has no room."""
    parts: list[list[str]] = []
    left: list[int] = []
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        if size > room:
            raise TrainingError(f"{name} takes {size / MIB:.1f} MiB, but a part has room for {room / MIB:.1f}")
        at = next((at for at, one in enumerate(left) if one >= size), len(left))
        if at == len(left):
            parts.append([])
            left.append(room)
        parts[at].append(name)
        left[at] -= size
    return parts


def start_weights(path: Path) -> dict[str, Array]:
    """Return the weights of a GGUF file by the names of the original.

    Blocks of eight bits stay as they are, ``NAME.q`` with the scales ``NAME.s``: half of what half precision takes, and
    equal in every bit to what llama.cpp reads.
    """
    gguf = source.library("gguf")
    reader = gguf.GGUFReader(path)
    layers = int(reader.get_field("bert.block_count").contents())
    names = {new: old for old, new in tensor_names(layers).items()}
    found: dict[str, Array] = {}
    for tensor in reader.tensors:
        name, data = names[tensor.name], np.asarray(tensor.data)
        if tensor.tensor_type == gguf.GGMLQuantizationType.Q8_0:
            blocks = np.ascontiguousarray(data).reshape(len(data), -1, 34)
            found[f"{name}.s"] = np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0]
            found[f"{name}.q"] = np.ascontiguousarray(blocks[..., 2:]).view(np.int8)
        else:
            found[name] = data.astype(np.float32).reshape([int(size) for size in reversed(tensor.shape)])
    return found


def travelling(tree: Path) -> int:
    """Return the bytes of a working tree that travel: what git knows, and what it does not ignore."""
    command = ["git", "-C", str(tree), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise TrainingError(f"{tree}: no git working tree; give the one that travels with a part as --tree")
    paths = {tree / name for name in done.stdout.decode().split("\0") if name}
    return sum(path.stat().st_size for path in paths if path.is_file() and not path.is_symlink())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
