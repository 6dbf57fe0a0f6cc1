"""Settings: one table, raw values per source, and one resolved ``Config``.

``Settings`` declares each setting once, with its default, limits and description; help texts and the
reference page are generated from it (I-19). Sources are merged per key: command line (or editor) over the
project's ``.findspot/config.toml`` over the user's ``config.toml`` over the defaults. This is the only module
that reads the environment (I-8).
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from findspot.errors import ConfigError

OWN_DIR = ".findspot"
"""Marker folder in a root; it holds ``config.toml`` and nothing of the index."""

ROOT_MARKERS = (".git", ".hg", ".jj", OWN_DIR)

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_NAME_LENGTH = 40

_GIT_VARIABLES = ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL")

_CACHE_VARIABLE = "FINDSPOT_CACHE_DIR"


class Settings(BaseModel):
    """Every setting of Findspot, with its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    top_k: Annotated[int, Field(ge=1, le=1000, description="How many results an answer holds at most.")] = 10
    budget: Annotated[
        float,
        Field(ge=0.0, le=60.0, strict=False, description="Seconds that localize may take; 0 leaves the model out."),
    ] = 1.0
    chunk_size: Annotated[
        int, Field(ge=32, le=4096, description="Tokens of a window of text that has no syntax tree.")
    ] = 256
    chunk_overlap: Annotated[
        int, Field(ge=0, le=2048, description="Tokens that one such window repeats of the window before it.")
    ] = 64
    max_file_bytes: Annotated[
        int, Field(ge=1024, le=1 << 30, description="Larger files are skipped, counted and named in the status.")
    ] = 1_000_000
    hidden: Annotated[bool, Field(description="Index hidden files and folders too.")] = False
    workers: Annotated[
        int, Field(ge=0, le=64, description="Processes that parse during a large indexing run; 0 chooses.")
    ] = 0
    threads: Annotated[int, Field(ge=0, le=64, description="Threads of the localization model; 0 chooses.")] = 0
    read_ahead: Annotated[
        int,
        Field(
            ge=0,
            le=1_000_000,
            description="Functions that a server reads with the localization model while it is idle; 0 turns it off.",
        ),
    ] = 20_000
    debounce_ms: Annotated[
        int, Field(ge=0, le=60_000, description="Quiet time after a file change before the index is updated.")
    ] = 200
    embedder: Annotated[str, Field(description="Id of the static embedding model in the manifest.")] = "static-code"
    ranker: Annotated[
        str, Field(description="Id of the learned rankers in the manifest; empty orders by hand-set weights.")
    ] = "ranker-v1"
    reranker: Annotated[
        str, Field(description="Id of the localization model in the manifest; empty switches it off.")
    ] = "minilm-code-q8"


@dataclass(frozen=True, slots=True)
class Config:
    """The resolved configuration of one root.

    ``sources`` says for each setting that is not at its default where its value came from; ``environ`` holds the few
    variables of git that decide which files a user ignores everywhere.
    """

    settings: Settings
    cache_dir: Path
    sources: tuple[tuple[str, str], ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)

    def index_dir(self, root: Path) -> Path:
        """Return the folder of the index of ``root``, inside the cache folder and named after the root."""
        digest = hashlib.blake2b(os.fsencode(str(root)), digest_size=8).hexdigest()
        # The name is for people who look into the cache; what a file system or library may not take is left out.
        name = _UNSAFE.sub("_", root.name)[:_NAME_LENGTH] or "root"
        return self.cache_dir / "indexes" / f"{name}-{digest}"


def user_config_path() -> Path:
    """Return where the user's own settings file lies."""
    return Path(platformdirs.user_config_dir("findspot", appauthor=False)) / "config.toml"


def project_config_path(root: Path) -> Path:
    """Return where a project's settings file lies."""
    return root / OWN_DIR / "config.toml"


def load_config(
    root: Path | None,
    overrides: Mapping[str, Any] | None = None,
    *,
    override_source: str = "command line",
    environ: Mapping[str, str] | None = None,
    user_config: Path | None = None,
) -> Config:
    """Resolve the settings for ``root``; raises ``ConfigError`` naming the file and the nearest known key.

    ``overrides`` are the values of the command line or the editor, which ``override_source`` names; None values in
    it count as absent.
    """
    env = os.environ if environ is None else environ
    layers: list[tuple[str, Mapping[str, Any]]] = []
    user_path = user_config_path() if user_config is None else user_config
    layers.append((str(user_path), _read_toml(user_path)))
    if root is not None:
        layers.append((str(project_config_path(root)), _read_toml(project_config_path(root))))
    layers.append((override_source, {key: value for key, value in (overrides or {}).items() if value is not None}))

    merged: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for source, values in layers:
        _check(source, values)
        merged.update(values)
        sources.update(dict.fromkeys(values, source))
    settings = Settings(**merged)
    if settings.chunk_overlap >= settings.chunk_size:
        raise ConfigError(
            f"chunk_overlap ({settings.chunk_overlap}) must be smaller than chunk_size ({settings.chunk_size})"
        )
    cache = env.get(_CACHE_VARIABLE)
    cache_dir = (
        Path(cache).expanduser().absolute() if cache else Path(platformdirs.user_cache_dir("findspot", appauthor=False))
    )
    return Config(
        settings, cache_dir, tuple(sorted(sources.items())), {name: env[name] for name in _GIT_VARIABLES if name in env}
    )


def child_environ() -> dict[str, str]:
    """Return the environment that a program started by Findspot inherits."""
    return dict(os.environ)


def color_wanted(environ: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> bool:
    """Say whether a terminal may get colours: not with ``NO_COLOR`` or a dumb one, nor on an old Windows console."""
    env = os.environ if environ is None else environ
    if env.get("NO_COLOR") or env.get("TERM") == "dumb":
        return False
    return platform != "win32" or bool(env.get("WT_SESSION") or env.get("TERM_PROGRAM") or env.get("TERM"))


def use_one_math_thread() -> None:
    """Keep numpy's matrix library to one thread, here and in worker processes, unless the user has chosen a number.

    Its threads spin while they wait: for our small matrices they double the processor time and gain nothing.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _read_toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}") from error


def _check(source: str, values: Mapping[str, Any]) -> None:
    for key in values:
        if key not in Settings.model_fields:
            near = difflib.get_close_matches(key, Settings.model_fields, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; known: {', '.join(sorted(Settings.model_fields))}"
            raise ConfigError(f"{source}: unknown setting '{key}'{hint}")
    try:
        Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{source}: setting '{name}': {first['msg']} (got {first['input']!r})") from error
