"""Where one benchmark run happens: the repository, a private cache folder, and the ways to start Findspot on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.measure import PeakMemory
from benchmarks.peers import PlainBm25, Ripgrep
from benchmarks.questions import Questions
from findspot.config import Config, load_config
from findspot.engine import Engine, Models


@dataclass(frozen=True, slots=True)
class Repetitions:
    """How often each thing is measured; a round asks every question, or gives every issue text, once."""

    index: int
    refresh: int
    edits: int
    search_rounds: int
    localize_rounds: int
    deadline_rounds: int
    commands: int
    servers: int
    rest_seconds: float


FULL = Repetitions(
    index=3,
    refresh=20,
    edits=20,
    search_rounds=5,
    localize_rounds=3,
    deadline_rounds=2,
    commands=20,
    servers=7,
    rest_seconds=5.0,
)

QUICK = Repetitions(
    index=1,
    refresh=3,
    edits=2,
    search_rounds=1,
    localize_rounds=1,
    deadline_rounds=1,
    commands=3,
    servers=1,
    rest_seconds=1.0,
)


def findspot_command() -> list[str]:
    """How a user starts Findspot: the script beside this interpreter, else the module."""
    script = shutil.which("findspot", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "findspot"]


def private_environ(folder: Path, cache: Path) -> Mapping[str, str]:
    """Return the environment of a process whose settings lie in ``folder`` and whose index in ``cache``, not in the user's.

    Bytecode is kept as for a package that pip installed, but beside the settings: nothing is written into a checkout.
    """
    private = {
        "FINDSPOT_CACHE_DIR": str(cache),
        "XDG_CONFIG_HOME": str(folder / "settings"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | private


class Workplace:
    """The repository to measure on, and everything that is made for it in ``folder``."""

    def __init__(self, repo: Path, folder: Path, questions: Questions, repetitions: Repetitions) -> None:
        self.repo = repo
        self.folder = folder
        self.questions = questions
        self.repetitions = repetitions
        self.cache = folder / "cache"

    @cached_property
    def ripgrep(self) -> Ripgrep:
        """The first peer."""
        return Ripgrep(self.repo)

    @cached_property
    def bm25(self) -> PlainBm25:
        """The second peer, indexed at first use."""
        return PlainBm25(self.repo)

    @property
    def command(self) -> list[str]:
        """How a user starts Findspot."""
        return findspot_command()

    def environ(self, cache: Path | None = None) -> Mapping[str, str]:
        """Return the environment of a process that must not see the user's own index and settings."""
        return private_environ(self.folder, cache or self.cache)

    def index(self, cache: Path, repo: Path | None = None, *, watch: bool = False) -> float:
        """Run ``findspot index`` as a process of its own; with ``watch`` return the peak of its memory in MB."""
        command = [*self.command, "index", "--quiet", "--root", str(repo or self.repo)]
        process = subprocess.Popen(command, env=dict(self.environ(cache)), stdout=subprocess.DEVNULL)
        peak = 0.0
        if watch:
            with PeakMemory(process.pid) as memory:
                status = process.wait()
            peak = memory.peak
        else:
            status = process.wait()
        if status != 0:
            raise RuntimeError(f"findspot index ended with status {status}")
        return peak

    def ensure_index(self) -> None:
        """Index the repository into the cache of this run, unless a measurement has done so before."""
        if not self.cache.is_dir():
            self.index(self.cache)

    @contextmanager
    def engine(self, repo: Path | None = None, models: Models | None = None) -> Iterator[Engine]:
        """Open an engine on the cache of this run, with the project's settings and without the user's."""
        root = repo or self.repo
        with Engine.open(root, self.config(root), models) as engine:
            yield engine

    def config(self, root: Path) -> Config:
        """Return the settings that all measurements share."""
        return load_config(root, environ=self.environ(), user_config=self.folder / "settings" / "none.toml")

    def forget_model_vectors(self) -> None:
        """Delete the cached document vectors of the localization model; no engine may be open."""
        found = list(self.cache.glob("model-vectors*"))
        if not found:
            raise RuntimeError("the cache of model vectors is not where it was; the benchmark must be adapted")
        for path in found:
            path.unlink()
