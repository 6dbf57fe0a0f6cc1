"""The models of one process: loaded once, on first use, and shared by the engines of all roots."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import Self

from findspot.config import ModelSettings, secret
from findspot.core.ranking.learned import Rankers
from findspot.core.types import Unavailable
from findspot.errors import ConfigError, ModelError
from findspot.inference.addresses import without_secrets
from findspot.inference.base import SlowEmbedder
from findspot.inference.llama import LlamaEmbedder
from findspot.inference.manifest import Manifest, load_llama, load_manifest, load_rankers, load_static
from findspot.inference.static import StaticEmbedder

_CLOSED = Unavailable("the models are closed")


class Models:
    """The embedder and the localization model that the settings name.

    A model that cannot be used is no error here: its absence is said in words, and answers are made without it
    (I-13). ``close`` gives the memory back; a closed object may not be used again.
    """

    def __init__(self, settings: ModelSettings, manifest: Manifest | None) -> None:
        self._settings = settings
        self._manifest = manifest
        self._lock = threading.Lock()
        self._embedder: StaticEmbedder | SlowEmbedder | Unavailable | None = None
        self._rankers: Rankers | Unavailable | None = None
        self._loading: Future[LlamaEmbedder | Unavailable] | None = None

    @classmethod
    def load(cls, settings: ModelSettings) -> Self:
        """Read the manifest; the models themselves are loaded when they are first needed."""
        try:
            return cls(settings, load_manifest())
        except ModelError as error:
            models = cls(settings, None)
            if not settings.other_embedder():
                models._embedder = Unavailable(str(error))
            return models

    @property
    def embedder_id(self) -> str:
        """Identity of the embedder without loading its weights; part of the index key."""
        if self._settings.other_embedder():
            other = self.embedder()
            return "none" if isinstance(other, Unavailable) else other.model_id
        return self._manifest.entry(self._settings.embedder).model_id if self._manifest is not None else "none"

    @property
    def dimension(self) -> int:
        """Number of components of the embedder's vectors: 1 without one, 0 where only its answers tell."""
        if self._settings.other_embedder():
            return 0
        return self._manifest.entry(self._settings.embedder).dimension if self._manifest is not None else 1

    def embedder(self) -> StaticEmbedder | SlowEmbedder | Unavailable:
        """Return the embedder, or why there is none; nobody is called yet."""
        with self._lock:
            if self._embedder is None:
                try:
                    self._embedder = self._load_embedder()
                except (ModelError, ConfigError) as error:
                    self._embedder = Unavailable(str(error))
            return self._embedder

    def _load_embedder(self) -> StaticEmbedder | SlowEmbedder:
        settings = self._settings
        if not settings.embedder_url and settings.other_embedder():
            from findspot.inference.sentence_embedder import SentenceEmbedder  # noqa: PLC0415 - the same

            return SentenceEmbedder(settings.embedder)
        if not settings.embedder_url:
            return load_static(self._known().entry(settings.embedder))
        if not settings.embedder_model:
            raise ModelError(
                f"which model of {without_secrets(settings.embedder_url)}? set 'embedder_model', or give --embedder-model"
            )
        from findspot.inference.remote_embedder import RemoteEmbedder  # noqa: PLC0415 - only who asks elsewhere needs it

        key = secret(settings.embedder_key_variable)
        return RemoteEmbedder(settings.embedder_url, settings.embedder_api, settings.embedder_model, key)

    def preload(self) -> Future[LlamaEmbedder | Unavailable]:
        """Begin to load the localization model in a thread, if that has not happened yet; it takes about 0.2 s."""
        with self._lock:
            if self._loading is None:
                self._loading = Future()
                loader = threading.Thread(target=self._fill, args=(self._loading,), name="findspot-model", daemon=True)
                loader.start()
            return self._loading

    def localization_model(self, deadline: float | None = None) -> LlamaEmbedder | Unavailable:
        """Return the localization model, or why there is none; waits for it until ``deadline`` at most.

        ``deadline`` is a value of ``time.monotonic``.
        """
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        try:
            return self.preload().result(timeout=wait)
        except TimeoutError:
            return Unavailable("the model is still being loaded")

    def rankers(self) -> Rankers | Unavailable:
        """Return the learned rankers, or why there are none; loaded when first asked for, in about 0.03 s."""
        with self._lock:
            if self._rankers is None:
                try:
                    self._rankers = self._load_rankers()
                except ModelError as error:
                    self._rankers = Unavailable(str(error))
            return self._rankers

    def _load_rankers(self) -> Rankers | Unavailable:
        if not self._settings.ranker:
            return Unavailable("switched off by the setting 'ranker'")
        return load_rankers(self._known().entry(self._settings.ranker))

    def close(self) -> None:
        """Give the models' memory back."""
        with self._lock:
            loading, self._loading = self._loading, _closed()
            embedder, self._embedder = self._embedder, _CLOSED
        for model in (embedder, loading.result() if loading is not None else None):
            if model is not None and not isinstance(model, Unavailable):
                model.close()

    def _fill(self, loading: Future[LlamaEmbedder | Unavailable]) -> None:
        try:
            loading.set_result(self._load_localization_model())
        except BaseException as error:  # noqa: BLE001 - it is raised where the model is asked for
            loading.set_exception(error)

    def _load_localization_model(self) -> LlamaEmbedder | Unavailable:
        if not self._settings.localization_model:
            return Unavailable("switched off by the setting 'localization_model'")
        try:
            return load_llama(self._known().entry(self._settings.localization_model), self._settings.threads)
        except ModelError as error:
            return Unavailable(str(error))

    def _known(self) -> Manifest:
        if self._manifest is None:
            raise ModelError("the models that belong to Findspot are missing; install Findspot again")
        return self._manifest


def _closed() -> Future[LlamaEmbedder | Unavailable]:
    done: Future[LlamaEmbedder | Unavailable] = Future()
    done.set_result(_CLOSED)
    return done
