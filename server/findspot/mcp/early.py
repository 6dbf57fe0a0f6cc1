"""A quick beginning: the engine that is most likely asked is opened while the protocol's SDK is loaded."""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
from collections.abc import Iterator

from findspot.config import load_config
from findspot.errors import FindspotError
from findspot.service.engines import Access, SharedEngines
from findspot.service.folders import Folders

_log = logging.getLogger(__name__)


class Early:
    """Opens the engine of the first root in a thread, before it is asked for; a session finds it open then."""

    def __init__(self, engines: SharedEngines, folders: Folders) -> None:
        self._engines = engines
        self._folders = folders
        self._access: Access | None = None
        self._thread = threading.Thread(target=self._open, name="findspot-early", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        try:
            for root in self._folders.own()[:1]:
                self._access = self._engines.open(root, load_config(root, lenient=True))
                self._access.engine.preload()
        except FindspotError as error:  # whoever asks about this folder is told
            _log.info("%s", error)

    def give_back(self) -> None:
        """Give the engine back; one that a session uses stays open. Waits for the thread."""
        self._thread.join()
        access, self._access = self._access, None
        if access is not None:
            self._engines.give_back(access.engine)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let thousands of classes be made without looking for garbage meanwhile, which is a quarter of the time: they stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
