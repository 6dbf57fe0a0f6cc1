"""The models that ship with Findspot: where they lie, what the manifest says of them, and how to load one.

In the wheel the models are in ``findspot/models``; in a checkout they are in ``models`` at its root. A load
compares sizes only, which catches a cut file in no time; ``ModelEntry.verify`` compares the checksums too.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from findspot.core.ranking.learned import Rankers
from findspot.errors import ModelError, reason
from findspot.inference.llama import LlamaEmbedder
from findspot.inference.static import StaticEmbedder

MANIFEST = "manifest.toml"

ModelKind = Literal["static", "llama", "ranker"]

_HASH_BLOCK = 1 << 20

_REMEDY = "install Findspot again"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, with its size in bytes and its checksum."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the manifest; the first of ``files`` holds its weights.

    ``dimension`` and ``pooling`` say nothing of a ranker. ``prompt`` is text that goes before each query; ``card`` is the page that says what the model is made
    of, how good it is and what it is not for.
    """

    id: str
    kind: ModelKind
    files: tuple[ModelFile, ...]
    dimension: int
    pooling: str
    prompt: str
    licence: str
    card: Path

    @property
    def model_id(self) -> str:
        """Identity of these very weights, for the keys of what is computed with them."""
        return f"{self.id}@{self.files[0].sha256[:12]}"

    def check(self) -> None:
        """Raise ``ModelError`` if a file is missing or has another size than the manifest says."""
        for file in self.files:
            try:
                size = file.path.stat().st_size
            except OSError as error:
                raise ModelError(
                    f"model {self.id}: {file.path} cannot be read ({error.strerror}); {_REMEDY}"
                ) from error
            if size != file.size:
                raise ModelError(f"model {self.id}: {file.path} has {size} bytes, not {file.size}; {_REMEDY}")

    def verify(self) -> None:
        """Raise ``ModelError`` if a file is not the one that the manifest names; reads every byte."""
        self.check()
        for file in self.files:
            digest = hashlib.sha256()
            try:
                with file.path.open("rb") as stream:
                    while block := stream.read(_HASH_BLOCK):
                        digest.update(block)
            except OSError as error:
                raise ModelError(
                    f"model {self.id}: {file.path} cannot be read ({error.strerror}); {_REMEDY}"
                ) from error
            if digest.hexdigest() != file.sha256:
                raise ModelError(f"model {self.id}: {file.path} is damaged, its checksum is wrong; {_REMEDY}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """All models of one folder."""

    folder: Path
    entries: tuple[ModelEntry, ...]

    def entry(self, model_id: str) -> ModelEntry:
        """Return the model of that id; raises ``ModelError`` naming the ids there are."""
        for entry in self.entries:
            if entry.id == model_id:
                return entry
        known = [entry.id for entry in self.entries]
        near = difflib.get_close_matches(model_id, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
        raise ModelError(f"no model '{model_id}'; {hint}")


def find_models() -> Path:
    """Return the folder of the shipped models; raises ``ModelError`` when there is none."""
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "models", here.parents[3] / "models"):
        if (folder / MANIFEST).is_file():
            return folder
    raise ModelError(f"the models that belong to Findspot are missing; {_REMEDY}")


def load_manifest(folder: Path | None = None) -> Manifest:
    """Read the manifest of ``folder``, or of the shipped models; raises ``ModelError`` if it is unusable."""
    chosen = find_models() if folder is None else folder
    path = chosen / MANIFEST
    try:
        parsed = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = tuple(_entry(chosen, fields) for fields in parsed["model"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: not a usable manifest of models ({error!r}); {_REMEDY}") from error
    return Manifest(chosen, entries)


def load_static(entry: ModelEntry) -> StaticEmbedder:
    """Load a static embedder; raises ``ModelError``."""
    _require(entry, "static")
    return StaticEmbedder.load(entry.files[0].path.parent, entry.model_id, entry.dimension, entry.prompt)


def load_llama(entry: ModelEntry, threads: int = 0) -> LlamaEmbedder:
    """Load an embedder that llama.cpp runs, on ``threads`` threads (0 chooses); raises ``ModelError``."""
    _require(entry, "llama")
    return LlamaEmbedder(entry.files[0].path, entry.model_id, entry.dimension, threads=threads, prompt=entry.prompt)


def load_rankers(entry: ModelEntry) -> Rankers:
    """Load the learned rankers; raises ``ModelError``."""
    _require(entry, "ranker")
    path = entry.files[0].path
    try:
        return Rankers.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ModelError(f"model {entry.id}: {path} cannot be used: {reason(error)}; {_REMEDY}") from error


def _require(entry: ModelEntry, kind: ModelKind) -> None:
    if entry.kind != kind:
        raise ModelError(f"model {entry.id} is of kind '{entry.kind}', but one of kind '{kind}' is needed here")
    if entry.kind != "ranker" and entry.pooling != "mean":
        raise ModelError(f"model {entry.id} needs pooling '{entry.pooling}', but Findspot knows 'mean' only")
    entry.check()


def _entry(folder: Path, fields: dict[str, Any]) -> ModelEntry:
    kind = fields["kind"]
    if kind not in get_args(ModelKind):
        raise ValueError(f"unknown kind {kind!r}")
    return ModelEntry(
        id=str(fields["id"]),
        kind=kind,
        files=tuple(_file(folder, part) for part in (fields, *fields.get("companion", ()))),
        dimension=int(fields["dimension"]),
        pooling=str(fields["pooling"]),
        prompt=str(fields["prompt"]),
        licence=str(fields["licence"]),
        card=_inside(folder, fields["card"]),
    )


def _file(folder: Path, fields: dict[str, Any]) -> ModelFile:
    return ModelFile(_inside(folder, fields["file"]), int(fields["size"]), str(fields["sha256"]))


def _inside(folder: Path, relative: str) -> Path:
    """Join a path of the manifest to its folder; a path that leads out of it is an error."""
    path = folder / relative
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{relative!r} leads out of the folder of models")
    return path
