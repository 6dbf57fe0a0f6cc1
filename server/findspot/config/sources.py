"""Where settings come from: the user's file, the project's file, the environment. Each is read here and nowhere else (I-8).

The project's file may come from a stranger (I-23), so it is opened under guard and read within bounds, line by line before
TOML sees it. What is wrong with a file is data: whether it is an error is for ``resolve`` to decide.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from findspot.errors import ConfigError, reason
from findspot.opening import read_small
from findspot.places import cache_dir

OWN_DIR = ".findspot"
"""Marker folder in a root; it holds ``config.toml`` and nothing of the index."""

PROJECT_FILE_BYTES = 64_000
"""A project's settings file may hold no more."""

_PROJECT_LINE = re.compile(r"""[ \t]*(?:#.*|[A-Za-z0-9_-]+[ \t]*=[ \t]*(?!\"{3}|'{3})[^ \t\[{].*)?\Z""")
"""What a line of it may be: a comment or a plain name with a plain value. Tables and lists, which no setting needs, can
be nested or dotted so that reading them takes minutes."""

_PROJECT_NAMES = 100
"""Far more than there are settings; looking up the nearest known name of each takes time."""

_AGENT_VARIABLES = ("APPDATA", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME")


@dataclass(frozen=True, slots=True)
class Source:
    """What one source sets, and what is wrong with it; ``name`` says in messages which source it is."""

    name: str
    values: Mapping[str, Any]
    mistakes: tuple[str, ...] = ()


def project_config_path(root: Path) -> Path:
    """Return where a project's settings file lies."""
    return root / OWN_DIR / "config.toml"


def user_file(path: Path) -> Source:
    """Read the user's own settings file; without one nothing is set."""
    if not path.is_absolute():  # no home folder, no settings of its owner
        return Source(str(path), {})
    try:
        return Source(str(path), tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (FileNotFoundError, NotADirectoryError):
        return Source(str(path), {})
    except (OSError, ValueError, RecursionError) as error:
        return Source(str(path), {}, (f"cannot be read as TOML: {reason(error)}",))


def project_file(root: Path) -> Source:
    """Read the settings file of a project, which may be a stranger's; without one nothing is set."""
    path = project_config_path(root)
    try:
        text = read_small(root, f"{OWN_DIR}/{path.name}", PROJECT_FILE_BYTES).decode("utf-8-sig")
        odd = next((number for number, line in enumerate(text.splitlines(), 1) if not _PROJECT_LINE.match(line)), None)
        values = tomllib.loads(text) if odd is None else {}
    except FileNotFoundError:
        mistake = "it is no regular file" if os.path.lexists(path) else ""
    except OSError as error:
        mistake = f"it {error.strerror}" if error.errno in {errno.EINVAL, errno.EFBIG} else str(error.strerror)
    except ValueError as error:
        mistake = f"it cannot be read as TOML: {error}"
    else:
        if odd is None and len(values) <= _PROJECT_NAMES:
            return Source(str(path), values)
        many = f"it sets {len(values):,} names, more than {_PROJECT_NAMES}"
        mistake = many if odd is None else f"line {odd} is none of the form 'name = value'"
    return Source(str(path), {}, (mistake,) if mistake else ())


def models_dir(named: str) -> Path:
    """Return the folder of the user's own models: the one that a setting names, or one in the data folder.

    Raises ``ConfigError`` for a relative one: there is nothing that it could be relative to.
    """
    if not named:
        return Path(platformdirs.user_data_dir("findspot", appauthor=False)) / "models"
    try:
        chosen = Path(named).expanduser()
    except RuntimeError:  # expanduser finds no home folder
        chosen = Path(named)
    if not chosen.is_absolute():
        raise ConfigError(f"setting 'models_dir' must be an absolute path, not {named!r}")
    return chosen


def agent_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that say where coding agents keep their configuration."""
    env = os.environ if environ is None else environ
    return {name: env[name] for name in _AGENT_VARIABLES if env.get(name)}


def child_environ() -> dict[str, str]:
    """Return the environment that a program started by Findspot inherits.

    It says where the bundle of grammars unpacks its libraries, each version of it in a folder of its own.
    """
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - loads slowly, and few commands start anything

    environ = dict(os.environ)
    with contextlib.suppress(PackageNotFoundError, ConfigError):
        folder = cache_dir(environ) / "grammars" / version("semble-grammars")
        environ.setdefault("SEMBLE_GRAMMARS_CACHE_DIR", str(folder))
    return environ


def child_module_path() -> list[str]:
    """Return where a Python started by Findspot finds its modules: not in the current folder, which may be a stranger's."""
    own = str(Path(__file__).parents[2])
    current = ""
    with contextlib.suppress(OSError):  # the folder is gone
        current = str(Path.cwd())
    return [own, *(entry for entry in sys.path if Path(entry).is_absolute() and entry not in {own, current})]


def secret(variable: str) -> str:
    """Return the key that the environment holds under the name that the user gives; raises ``ConfigError`` without one."""
    found = os.environ.get(variable, "").strip() if variable else ""
    if variable and not found:
        raise ConfigError(f"the environment has no variable {variable}; set it to the key, or leave the key out")
    return found


def use_one_math_thread() -> None:
    """Keep numpy's matrix library to one thread, here and in worker processes, unless the user has chosen a number.

    Its threads spin while they wait: for our small matrices they double the processor time and gain nothing.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
