"""Where engines come from: one per root, shared by all clients, and one set of models for all roots.

Two engines of one root would index it against each other and watch it twice, so the clients of one server share the
engine of a root, each with settings and unsaved buffers of its own. The engine is imported on the first call, in a
worker thread: ``initialize`` is answered before SQLite, parsers and models are loaded.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from findspot.config import Config, IndexSettings, ModelSettings, Section

if TYPE_CHECKING:
    from findspot.engine import Engine, Models, Unsaved

_log = logging.getLogger(__name__)

_OF_THE_INDEX: Final[tuple[type[Section], ...]] = (IndexSettings, ModelSettings)
"""What an engine keeps as it was when it was opened."""


@dataclass(frozen=True, slots=True)
class Access:
    """One client's use of an engine: the settings it asked for, and its unsaved buffers."""

    engine: Engine
    config: Config
    unsaved: Unsaved

    @property
    def fits(self) -> bool:
        """True if the engine has been opened with what this client wants of an index."""
        has, wants = self.engine.config.settings, self.config.settings
        return all(has.section(kind) == wants.section(kind) for kind in _OF_THE_INDEX)


class EngineSource(Protocol):
    """Opens engines; ``close`` gives back what they share, after all of them were given back."""

    def open(self, root: Path, config: Config) -> Access:
        """Open the engine of one root for one client."""

    def give_back(self, engine: Engine) -> None:
        """Take an engine back from one client; with the last one it is closed."""

    def close(self) -> None:
        """Close what the engines share."""


@dataclass(slots=True)
class _Shared:
    engine: Engine
    users: int = 0


class SharedEngines:
    """Opens real engines; folders with the same model settings share one set of models."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._models: dict[ModelSettings, Models] = {}
        self._engines: dict[Path, _Shared] = {}
        self._opening: list[Path] = []

    def open(self, root: Path, config: Config, *, warn: bool = True) -> Access:
        """Open the engine of one root; raises what ``Engine.open`` raises.

        An engine keeps the settings that it was opened with; of later clients' settings those of an answer count.
        Without ``warn`` nothing is logged about that: the caller looks at ``fits``.
        """
        from findspot.engine import Engine, Models  # noqa: PLC0415 - slow to import; see the module's docstring

        settings = config.settings
        key = settings.section(ModelSettings)
        real = root.resolve()
        self._opening.append(real)
        try:
            with self._guard:
                shared = self._engines.get(real)
                if shared is None:
                    models = self._models.get(key)
                    if models is None:
                        models = self._models[key] = Models.load(key)
                    engine = Engine.open(root, config, models)
                    shared = self._engines[engine.root] = _Shared(engine)
                access = Access(shared.engine, config, shared.engine.unsaved())
                if warn and not access.fits:
                    _log.warning("%s is open already here; its index keeps the settings it was opened with", root)
                shared.users += 1
                return access
        finally:
            self._opening.remove(real)

    def is_open(self, root: Path) -> bool:
        """Return whether some client has the engine of ``root``, or is getting it; never waits."""
        real = Path(os.path.realpath(root))
        return real in self._engines or real in self._opening

    def give_back(self, engine: Engine) -> None:
        """Take an engine back from one client; with the last one it is closed."""
        with self._guard:
            shared = self._engines[engine.root]
            shared.users -= 1
            if not shared.users:
                # Closed under the guard: whoever opens the folder next must not meet an engine that is going.
                del self._engines[engine.root]
                engine.close()

    def close(self) -> None:
        """Give the models' memory back."""
        with self._guard:
            for models in self._models.values():
                models.close()
            self._models.clear()
