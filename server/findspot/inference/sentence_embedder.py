"""Embedders that the package sentence-transformers runs, for who has installed it: an extra, and known to this module only.

Nothing is fetched: a model lies in a folder, in an installed package that carries it, or where that package keeps what its
user has fetched before. A name is never looked for in the current folder, which may be a stranger's.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final

import numpy as np

from findspot.cancellation import LOOK_SECONDS, check
from findspot.config import SENTENCE_TRANSFORMERS
from findspot.core.arrays import Vectors
from findspot.errors import Cancelled, ModelError, reason

_LIBRARY = "sentence_transformers"
_OWNER = "sentence-transformers"
"""Who publishes the models that are named without their owner."""

_MARK = "modules.json"
"""The file that makes a folder a model of sentence-transformers."""

_BATCH: Final = 32

_SAMPLE = 1 << 20
"""Bytes at either end of a file that are looked at to tell one model from another."""


class SentenceEmbedder:
    """A ``SlowEmbedder`` in this process; threads may share one and take turns. It is loaded with the first text."""

    destination = ""
    block = 4 * _BATCH

    def __init__(self, named: str) -> None:
        """Find the model that the setting names, ``st:all-MiniLM-L6-v2`` or ``st:FOLDER``; raises ``ModelError``."""
        if importlib.util.find_spec(_LIBRARY) is None:
            raise ModelError(
                f"embedder {named} needs a package that is not installed: pip install 'findspot[sentence-transformers]'"
            )
        name = named.removeprefix(SENTENCE_TRANSFORMERS)
        self._folder = model_folder(name)
        self.model_id = f"{SENTENCE_TRANSFORMERS}{re.sub(r'[^A-Za-z0-9._-]', '_', name)}@{fingerprint(self._folder)}"
        self._guard = Lock()
        self._turn = Lock()
        self._loading: Future[Any] | None = None
        self._dimension = 0
        self.refusal = ""

    @property
    def dimension(self) -> int:
        """Number of components of a vector, as of the last text; 0 before the first one."""
        return self._dimension

    def embed_documents(self, texts: Sequence[str], stop: Event | None = None) -> Vectors:
        """Embed rendered documents, shape (texts, dimension); raises ``Cancelled`` between batches, ``ModelError``."""
        model = self._loaded(stop, None)
        parts = []
        for start in range(0, len(texts), _BATCH):
            check(stop)
            parts.append(self._units(model.encode_document, texts[start : start + _BATCH]))
        return np.concatenate(parts) if parts else np.zeros((0, self._dimension), dtype=np.float32)

    def embed_query(self, text: str, *, stop: Event | None = None, deadline: float | None = None) -> Vectors:
        """Embed one rendered query, shape (1, dimension); raises ``ModelError``, also when it is not loaded by then."""
        return self._units(self._loaded(stop, deadline).encode_query, [text])

    def whole_words(self, text: str) -> str:
        """Return the words of a query that have a meaning by themselves: such a model reads any."""
        return text

    def close(self) -> None:
        """Let go of the weights."""
        with self._guard:
            self._loading = Future()
            self._loading.set_exception(Cancelled("the embedder was closed"))

    def _loaded(self, stop: Event | None, deadline: float | None) -> Any:
        """Return the model, which takes some seconds the first time."""
        with self._guard:
            if self._loading is None:
                self._loading = Future()
                Thread(target=self._load, args=(self._loading,), name="findspot-embedder", daemon=True).start()
            loading = self._loading
        while True:
            left = LOOK_SECONDS if deadline is None else min(LOOK_SECONDS, deadline - time.monotonic())
            with contextlib.suppress(TimeoutError):
                return loading.result(timeout=max(0.0, left))
            check(stop)
            if left <= 0:
                raise ModelError(f"{self._folder.name}: the model is still being loaded")

    def _load(self, loading: Future[Any]) -> None:
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds
            from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415 - the same

            disable_progress_bar()  # standard error is the user's, or a log
            loading.set_result(SentenceTransformer(str(self._folder), device="cpu", local_files_only=True))
        except Exception as error:  # noqa: BLE001 - whatever a stranger's model raises is told where it is asked for
            loading.set_exception(ModelError(f"{self._folder}: cannot be loaded: {_first_line(error)}"))

    def _units(self, encode: Any, texts: Sequence[str]) -> Vectors:
        """Return unit vectors; a row that is none becomes zeros."""
        try:
            with self._turn:
                found = encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        except Exception as error:  # the same as in _load
            raise ModelError(f"{self._folder.name}: cannot embed: {_first_line(error)}") from error
        vectors = np.asarray(found, dtype=np.float32).reshape(len(texts), -1)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        usable = np.isfinite(lengths) & (lengths > 0)
        if not usable.all():
            self.refusal = "the model gives a vector that is none"
        self._dimension = vectors.shape[1]
        return np.where(usable, vectors / np.where(usable, lengths, 1), 0).astype(np.float32)


def model_folder(name: str) -> Path:
    """Return the folder of a model: the named one, that of an installed package, or what was fetched before.

    Raises ``ModelError`` where there is none.
    """
    with contextlib.suppress(RuntimeError):  # no home folder
        folder = Path(name).expanduser()
        if folder.is_absolute():
            if not (folder / _MARK).is_file():
                raise ModelError(f"{folder}: holds no model of sentence-transformers; it has no {_MARK}")
            return folder
    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", name):
        raise ModelError(
            f"embedder {SENTENCE_TRANSFORMERS}{name}: give the name of a model, or the whole path of its folder"
        )
    found = next(_in_packages(name.rsplit("/", maxsplit=1)[-1]), None) or _fetched_before(name)
    if found is None:
        raise ModelError(
            f"embedder {SENTENCE_TRANSFORMERS}{name}: it is not on this machine, and Findspot fetches nothing; fetch it with "
            f"sentence-transformers once, or set 'embedder' to {SENTENCE_TRANSFORMERS} and the whole path of its folder"
        )
    return found


def fingerprint(folder: Path) -> str:
    """Return what tells this model from others: names, sizes and both ends of its files. Raises ``ModelError``."""
    digest = hashlib.blake2b(digest_size=6)
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
            with path.open("rb") as stream:
                digest.update(stream.read(_SAMPLE))
                if size > 2 * _SAMPLE:
                    stream.seek(-_SAMPLE, os.SEEK_END)
                digest.update(stream.read(_SAMPLE))
    except OSError as error:
        raise ModelError(f"{folder}: cannot be read: {reason(error)}") from error
    return digest.hexdigest()


def _in_packages(name: str) -> Iterator[Path]:
    """Yield folders of installed packages that are called like the model, whatever stands before."""
    wanted = re.sub(r"[.-]", "_", name).lower()
    for package in sorted(importlib.metadata.packages_distributions()):
        if package.lower() == wanted or package.lower().endswith(f"_{wanted}"):
            spec = importlib.util.find_spec(package)
            for place in (spec.submodule_search_locations or ()) if spec is not None else ():
                yield from sorted(mark.parent for mark in Path(place).glob(f"**/{_MARK}"))


def _fetched_before(name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - comes with sentence-transformers

    found = try_to_load_from_cache(name if "/" in name else f"{_OWNER}/{name}", _MARK)
    return Path(found).parent if isinstance(found, str) else None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
