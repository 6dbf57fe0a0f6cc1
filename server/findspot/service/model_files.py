"""Which models there are, which of them are used, and how a user gets, checks, chooses and removes one.

The shipped models belong to the package and are only looked at. What is asked here is of no root, so no engine stands
between this module and ``inference``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from findspot.config import Config, models_dir, set_user_setting
from findspot.errors import ModelError
from findspot.inference.base import CHAT_BATCH
from findspot.inference.downloads import Fetched, Tell
from findspot.inference.gguf import GgufHeader, check_writes, read_header
from findspot.inference.manifest import ModelEntry, ModelKind, load_manifest
from findspot.inference.own_models import OwnModel, OwnModels

_SETTINGS: Final[dict[ModelKind, str]] = {"static": "embedder", "ranker": "ranker", "llama": "localization_model"}
"""Which setting names a shipped model of each kind."""

_CHAT = "chat_model"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model as a list shows it; numbers that are not known are 0, words are empty.

    ``size`` and ``memory`` are in bytes, ``memory`` about what it takes while it runs with ``context_used`` of the
    ``context`` tokens it was trained for. ``used_as`` is the setting that names it; ``problem`` why it cannot be used.
    """

    name: str
    shipped: bool
    path: str
    size: int
    architecture: str
    quantization: str
    parameters: int
    context: int
    context_used: int
    memory: int
    licence: str
    sha256: str
    used_as: str = ""
    problem: str = ""


class ModelFiles:
    """The shipped models and the user's own, as one user's settings see them."""

    def __init__(self, config: Config) -> None:
        self._settings = config.settings
        self._own = OwnModels(models_dir(config.settings.models_dir))

    @property
    def folder(self) -> Path:
        """The folder of the user's own models, which may not exist."""
        return self._own.folder

    def all(self) -> list[ModelFacts]:
        """Return what is known of each model, the shipped ones first."""
        shipped = [self._shipped(entry) for entry in load_manifest().entries]
        own = self._own.all()
        elsewhere = [] if self._chosen(own) or not self._settings.chat_model else self._elsewhere()
        return shipped + [self._facts(model) for model in own] + elsewhere

    def pull(self, address: str, name: str = "", sha256: str = "", tell: Tell | None = None) -> Fetched:
        """Fetch a model from ``address`` into the folder; raises ``ModelError``, or ``OSError`` about the disk."""
        return self._own.fetch(address, name, sha256, tell)

    def verify(self, name: str = "") -> list[tuple[str, str, bool]]:
        """Check the named model, or all; returns name, what is wrong with it ("" for nothing), and whether that is known for sure.

        Only what was fetched or shipped has a checksum to compare with.
        """
        chosen: list[ModelEntry | OwnModel] = [entry for entry in load_manifest().entries if name in {"", entry.id}]
        if not name:
            chosen += self._own.all()
        return [_verified(one) for one in chosen or [self._own.find(name)]]

    def use(self, name: str) -> tuple[str, Path]:
        """Name a model in the user's settings; returns the setting and the file it stands in."""
        entry = next((entry for entry in load_manifest().entries if entry.id == name), None)
        if entry is not None:
            entry.check()
            return _SETTINGS[entry.kind], set_user_setting(_SETTINGS[entry.kind], entry.id)
        model = self._own.find(name)
        check_writes(model.path, model.header())
        return _CHAT, set_user_setting(_CHAT, model.name)

    def removable(self, name: str) -> ModelFacts:
        """Return the model that ``remove`` would delete; raises ``ModelError`` for one that is not the user's."""
        if any(entry.id == name for entry in load_manifest().entries):
            raise ModelError(f"model {name} belongs to Findspot and cannot be removed")
        model = self._own.find(name)
        if not model.path.is_relative_to(self.folder):
            raise ModelError(f"{model.path}: it does not lie in {self.folder}; delete it yourself")
        return self._facts(model)

    def remove(self, name: str) -> None:
        """Delete one of the user's models, and the setting that names it."""
        facts = self.removable(name)
        self._own.remove(self._own.find(name))
        if facts.used_as:
            set_user_setting(facts.used_as, None)

    def _shipped(self, entry: ModelEntry) -> ModelFacts:
        weights = entry.files[0]
        header, problem = None, ""
        try:
            entry.check()
            header = read_header(weights.path) if entry.kind == "llama" else None
        except ModelError as error:
            problem = str(error)
        setting = _SETTINGS[entry.kind]
        return ModelFacts(
            name=entry.id,
            shipped=True,
            path=str(weights.path),
            size=sum(file.size for file in entry.files),
            architecture=header.architecture if header else entry.kind,
            quantization=header.quantization if header else "",
            parameters=header.parameters if header else 0,
            context=header.context if header else 0,
            context_used=0,
            memory=0,
            licence=entry.licence,
            sha256=weights.sha256,
            used_as=setting if getattr(self._settings, setting) == entry.id else "",
            problem=problem,
        )

    def _facts(self, model: OwnModel) -> ModelFacts:
        header: GgufHeader | None = None
        problem = ""
        try:
            header = model.header()
        except ModelError as error:
            problem = str(error)
        used = min(self._settings.chat_context, header.context or self._settings.chat_context) if header else 0
        return ModelFacts(
            name=model.name,
            shipped=False,
            path=str(model.path),
            size=model.size,
            architecture=header.architecture if header else "",
            quantization=header.quantization if header else "",
            parameters=header.parameters if header else 0,
            context=header.context if header else 0,
            context_used=used,
            memory=header.memory(used, CHAT_BATCH) if header else 0,
            licence=(header.licence if header else "") or "unknown",
            sha256=model.sha256,
            used_as=_CHAT if self._chosen([model]) else "",
            problem=problem,
        )

    def _chosen(self, models: list[OwnModel]) -> bool:
        return any(self._settings.chat_model in {model.name, f"{model.name}.gguf", str(model.path)} for model in models)

    def _elsewhere(self) -> list[ModelFacts]:
        """Return the chat model that the settings name by a path outside the folder."""
        try:
            return [self._facts(self._own.find(self._settings.chat_model))]
        except ModelError:
            return []


def _verified(one: ModelEntry | OwnModel) -> tuple[str, str, bool]:
    name = one.id if isinstance(one, ModelEntry) else one.name
    try:
        if isinstance(one, ModelEntry):
            one.verify()
            return name, "", True
        return name, "", one.verify()
    except (ModelError, OSError) as error:
        return name, str(error), True
