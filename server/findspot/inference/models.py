"""The models of one process: loaded once, on first use, and shared by the engines of all roots."""

from __future__ import annotations

import threading

from findspot.config import Settings
from findspot.errors import ModelError
from findspot.inference.llama import LlamaEmbedder
from findspot.inference.registry import Manifest, load_llama, load_manifest, load_static
from findspot.inference.static import StaticEmbedder


class Models:
    """The static embedder and the localization model that the settings name.

    A model that cannot be used is no error here: its absence is said in words, and answers are made without it
    (I-13). ``close`` gives the memory back; a closed object may not be used again.
    """

    def __init__(self, settings: Settings, manifest: Manifest | None) -> None:
        self._settings = settings
        self._manifest = manifest
        self._lock = threading.Lock()
        self._embedder: StaticEmbedder | str | None = None
        self._reranker: LlamaEmbedder | str | None = None

    @classmethod
    def load(cls, settings: Settings) -> Models:
        """Read the manifest; the models themselves are loaded when they are first needed."""
        try:
            return cls(settings, load_manifest())
        except ModelError as error:
            models = cls(settings, None)
            models._embedder = models._reranker = str(error)
            return models

    @property
    def embedder_id(self) -> str:
        """Identity of the static embedder without loading it; part of the index key."""
        return self._manifest.entry(self._settings.embedder).model_id if self._manifest is not None else "none"

    @property
    def dimension(self) -> int:
        """Number of components of the static embedder's vectors; 1 without one."""
        return self._manifest.entry(self._settings.embedder).dimension if self._manifest is not None else 1

    def embedder(self) -> StaticEmbedder | str:
        """Return the static embedder, or in words why there is none."""
        with self._lock:
            if self._embedder is None:
                try:
                    self._embedder = load_static(self._known().entry(self._settings.embedder))
                except ModelError as error:
                    self._embedder = str(error)
            return self._embedder

    def reranker(self) -> LlamaEmbedder | str:
        """Return the localization model, or in words why there is none. The first call takes about 0.1 s."""
        with self._lock:
            if self._reranker is None:
                self._reranker = self._load_reranker()
            return self._reranker

    def close(self) -> None:
        """Give the models' memory back."""
        with self._lock:
            for model in (self._embedder, self._reranker):
                if model is not None and not isinstance(model, str):
                    model.close()
            self._embedder = self._reranker = "the models are closed"

    def _load_reranker(self) -> LlamaEmbedder | str:
        if not self._settings.reranker:
            return "switched off by the setting 'reranker'"
        try:
            return load_llama(self._known().entry(self._settings.reranker), self._settings.threads)
        except ModelError as error:
            return str(error)

    def _known(self) -> Manifest:
        if self._manifest is None:
            raise ModelError("the models that belong to Findspot are missing; install Findspot again")
        return self._manifest
