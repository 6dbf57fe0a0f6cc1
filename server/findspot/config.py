"""Settings: one table, raw values per source, and one resolved ``Config``.

``Settings`` declares each setting once, with its default, limits and description; help texts and the
reference page are generated from it (I-19). Sources are merged per key: command line (or editor) over the
project's ``.findspot/config.toml`` over the user's ``config.toml`` over the defaults. This is the only module
that reads the environment (I-8).

What the user wrote is taken strictly: a mistake there is a ``ConfigError``. The project's file may come from a stranger
(I-23), so it is read within bounds, may set only what the table allows, and a mistake in it is a warning.
"""

from __future__ import annotations

import difflib
import errno
import hashlib
import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import platformdirs
from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from findspot.errors import ConfigError, reason
from findspot.opening import read_small

OWN_DIR = ".findspot"
"""Marker folder in a root; it holds ``config.toml`` and nothing of the index."""

ROOT_MARKERS = (".git", ".hg", ".jj", OWN_DIR)

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_NAME_LENGTH = 40
_SHOWN_VALUE = 80

_GIT_VARIABLES = ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL")

_CACHE_VARIABLE = "FINDSPOT_CACHE_DIR"

PROJECT_FILE_BYTES = 64_000
"""A project's settings file may hold no more."""

_PROJECT_LINE = re.compile(r"""[ \t]*(?:#.*|[A-Za-z0-9_-]+[ \t]*=[ \t]*(?!\"{3}|'{3})[^ \t\[{].*)?\Z""")
"""What a line of it may be: a comment or a plain name with a plain value. Tables and lists, which no setting needs, can
be nested or dotted so that reading them takes minutes."""

_PROJECT_NAMES = 100
"""Far more than there are settings; looking up the nearest known name of each takes time."""

_FORMER_NAMES = {"reranker": ["localization_model"]}
"""What a setting was called before; not taken any more, but the new name is the nearest, whatever the letters say."""

_SHOWN_MISTAKES = 3
_SHOWN_LENGTH = 80


class ProjectMay(NamedTuple):
    """Marks a setting that a project may set too, from ``least`` to ``most``; without the mark only the user may."""

    least: int | float | None = None
    most: int | float | None = None

    def takes(self, value: Any) -> bool:
        """Say whether ``value``, of the right type, is one that a project may set."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


class Settings(BaseModel):
    """Every setting of Findspot, with its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    top_k: Annotated[
        int, Field(ge=1, le=1000, description="How many results an answer holds at most."), ProjectMay(most=100)
    ] = 10
    budget: Annotated[
        float,
        Field(ge=0.0, le=60.0, strict=False, description="Seconds that localize may take; 0 leaves the model out."),
        ProjectMay(most=5.0),
    ] = 1.0
    chunk_size: Annotated[
        int,
        Field(ge=32, le=4096, description="Tokens of a window of text that has no syntax tree."),
        ProjectMay(least=128),
    ] = 256
    chunk_overlap: Annotated[
        int,
        Field(ge=0, le=2048, description="Tokens that one such window repeats of the window before it."),
        ProjectMay(most=512),
    ] = 64
    max_file_bytes: Annotated[
        int,
        Field(ge=1024, le=1 << 30, description="Larger files are skipped, counted and named in the status."),
        ProjectMay(most=4_000_000),
    ] = 1_000_000
    hidden: Annotated[bool, Field(description="Index hidden files and folders too."), ProjectMay()] = False
    ignore_files: Annotated[
        bool, Field(description="Leave out what ignore files name, and other checkouts inside a repository.")
    ] = True
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
    localization_model: Annotated[
        str, Field(description="Id of the localization model in the manifest; empty switches it off.")
    ] = "minilm-code-q8"


@dataclass(frozen=True, slots=True)
class Config:
    """The resolved configuration of one root.

    ``sources`` says for each setting that is not at its default where its value came from; ``environ`` holds the few
    variables of git that decide which files a user ignores everywhere. ``warnings`` say, one line each, what was ignored.
    """

    settings: Settings
    cache_dir: Path
    sources: tuple[tuple[str, str], ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def index_dir(self, root: Path) -> Path:
        """Return the folder of the index of ``root``, inside the cache folder and named after the root.

        Settings that take in other files have an index of their own, so that asking once with ``--hidden`` or
        ``--no-ignore`` neither changes nor rebuilds the usual one.
        """
        digest = hashlib.blake2b(os.fsencode(str(root)), digest_size=8).hexdigest()
        # The name is for people who look into the cache; what a file system or library may not take is left out.
        name = _UNSAFE.sub("_", root.name)[:_NAME_LENGTH] or "root"
        variant = "-hidden" * self.settings.hidden + "-all" * (not self.settings.ignore_files)
        return self.cache_dir / "indexes" / f"{name}-{digest}{variant}"


def user_config_path() -> Path:
    """Return where the user's own settings file lies."""
    return Path(platformdirs.user_config_dir("findspot", appauthor=False)) / "config.toml"


def project_config_path(root: Path) -> Path:
    """Return where a project's settings file lies."""
    return root / OWN_DIR / "config.toml"


def project_may(name: str) -> ProjectMay | None:
    """Return what a project may set ``name`` to; None when only the user may set it."""
    return next((mark for mark in Settings.model_fields[name].metadata if isinstance(mark, ProjectMay)), None)


def load_config(
    root: Path | None,
    overrides: Mapping[str, Any] | None = None,
    *,
    override_source: str = "command line",
    environ: Mapping[str, str] | None = None,
    user_config: Path | None = None,
) -> Config:
    """Resolve the settings for ``root``; raises ``ConfigError`` naming the user's file and the nearest known key.

    ``overrides`` are the values of the command line or the editor, which ``override_source`` names; None values in
    it count as absent. Mistakes in the project's file are ``warnings`` of what is returned.
    """
    env = os.environ if environ is None else environ
    user_path = user_config_path() if user_config is None else user_config
    own = _read_toml(user_path) if user_path.is_absolute() else {}  # no home folder, no settings of its owner
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    _check(str(user_path), own)
    _check(override_source, given)
    stranger, mistakes = ({}, []) if root is None else _project_settings(root)
    project = "" if root is None else str(project_config_path(root))
    layers = [(str(user_path), own), (project, stranger), (override_source, given)]
    if stranger and not _fits(layers) and _fits([layers[0], layers[2]]):
        mistakes.append("chunk_overlap must be smaller than chunk_size, also with your own settings")
        layers[1] = (project, {key: value for key, value in stranger.items() if not key.startswith("chunk_")})

    merged = _merged(layers)
    if not _fits(layers):
        raise ConfigError(
            f"chunk_overlap ({merged.chunk_overlap}) must be smaller than chunk_size ({merged.chunk_size})"
        )
    sources = {key: source for source, values in layers for key in values}
    return Config(
        merged,
        _cache_dir(env),
        tuple(sorted(sources.items())),
        {name: env[name] for name in _GIT_VARIABLES if name in env},
        (_warning(project, mistakes),) if mistakes else (),
    )


def _merged(layers: Sequence[tuple[str, Mapping[str, Any]]]) -> Settings:
    return Settings(**{key: value for _, values in layers for key, value in values.items()})


def _fits(layers: Sequence[tuple[str, Mapping[str, Any]]]) -> bool:
    settings = _merged(layers)
    return settings.chunk_overlap < settings.chunk_size


def _cache_dir(env: Mapping[str, str]) -> Path:
    named = env.get(_CACHE_VARIABLE)
    try:
        chosen = Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("findspot", appauthor=False))
    except RuntimeError:  # expanduser finds no home folder
        chosen = Path("~")
    if chosen.parts[:1] == ("~",):
        raise ConfigError(f"there is no home folder to keep the index in; set {_CACHE_VARIABLE} to a folder")
    return chosen.absolute()


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
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {reason(error)}") from error


def _project_settings(root: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what the project's file may set and does set, and what is wrong with the rest."""
    path = project_config_path(root)
    try:
        text = read_small(root, f"{OWN_DIR}/{path.name}", PROJECT_FILE_BYTES).decode("utf-8-sig")
        odd = next((number for number, line in enumerate(text.splitlines(), 1) if not _PROJECT_LINE.match(line)), None)
        if odd is not None:
            return {}, [f"line {odd} is none of the form 'name = value'"]
        values = tomllib.loads(text)
    except FileNotFoundError:
        return {}, ["it is no regular file"] if os.path.lexists(path) else []
    except OSError as error:
        return {}, [f"it {error.strerror}" if error.errno in {errno.EINVAL, errno.EFBIG} else str(error.strerror)]
    except ValueError as error:
        return {}, [f"it cannot be read as TOML: {error}"]
    if len(values) > _PROJECT_NAMES:
        return {}, [f"it sets {len(values):,} names, more than {_PROJECT_NAMES}"]
    taken: dict[str, Any] = {}
    mistakes: list[str] = []
    for key, value in values.items():
        mistake = _project_mistake(key, value)
        if mistake is None:
            taken[key] = value
        else:
            mistakes.append(mistake)
    return taken, mistakes


def _project_mistake(key: str, value: Any) -> str | None:
    try:
        _check("", {key: value})
    except ConfigError as error:
        return str(error).removeprefix(": ")
    allowed = project_may(key)
    if allowed is None:
        return f"'{key}' may only be set by you, not by a project"
    if not allowed.takes(value):
        span = f"at most {allowed.most}" if allowed.least is None else f"at least {allowed.least}"
        return f"a project may set '{key}' to {span}"
    return None


def _warning(source: str, mistakes: Sequence[str]) -> str:
    """Return one line about a file, short whatever stands in it."""
    shown = [mistake if len(mistake) <= _SHOWN_LENGTH else f"{mistake[:_SHOWN_LENGTH]}…" for mistake in mistakes]
    more = len(shown) - _SHOWN_MISTAKES
    text = "; ".join(shown[:_SHOWN_MISTAKES]) + (f"; and {more} more" if more > 0 else "")
    line = f"{source}: ignored: {text}"
    return "".join(character if character.isprintable() else "\ufffd" for character in line)


def allowed(key: str) -> str:
    """Return what a setting may be, in words: ``a whole number from 1 to 1000``."""
    field = Settings.model_fields[key]
    least = next((limit.ge for limit in field.metadata if isinstance(limit, Ge)), None)
    most = next((limit.le for limit in field.metadata if isinstance(limit, Le)), None)
    kind = {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(
        getattr(field.annotation, "__name__", ""), "text"
    )
    return kind if least is None or most is None else f"{kind} from {least:g} to {most:.10g}"


def _check(source: str, values: Mapping[str, Any]) -> None:
    for key in values:
        if key not in Settings.model_fields:
            near = _FORMER_NAMES.get(key) or difflib.get_close_matches(key, Settings.model_fields, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; known: {', '.join(sorted(Settings.model_fields))}"
            raise ConfigError(f"{source}: unknown setting '{key}'{hint}")
    try:
        Settings(**values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        value = str(values[name])[:_SHOWN_VALUE]
        raise ConfigError(f"{source}: setting '{name}' must be {allowed(name)}, not {value!r}") from error
