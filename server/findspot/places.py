"""Where a user's settings and indexes lie, and what the environment says of git and of the terminal.

It stands apart from ``config``, because a command that a warm process answers needs no settings, only to find that process:
importing this takes a tenth of the time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from findspot.errors import ConfigError

_GIT_VARIABLES = ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL")

_TERMINAL_VARIABLES = (
    *("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "FORCE_HYPERLINK", "NO_COLOR"),
    *("DOMTERM", "KONSOLE_VERSION", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "WSL_DISTRO_NAME"),
    "WT_SESSION",
)

_CACHE_VARIABLE = "FINDSPOT_CACHE_DIR"


def user_config_path() -> Path:
    """Return where the user's own settings file lies."""
    return Path(platformdirs.user_config_dir("findspot", appauthor=False)) / "config.toml"


def cache_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of all indexes; raises ``ConfigError`` where there is no home folder to keep them in."""
    named = (os.environ if environ is None else environ).get(_CACHE_VARIABLE)
    try:
        chosen = Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("findspot", appauthor=False))
    except RuntimeError:  # expanduser finds no home folder
        chosen = Path("~")
    if chosen.parts[:1] == ("~",):
        raise ConfigError(f"there is no home folder to keep the index in; set {_CACHE_VARIABLE} to a folder")
    return chosen.absolute()


def git_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of git that decide which files a user ignores everywhere."""
    env = os.environ if environ is None else environ
    return {name: env[name] for name in _GIT_VARIABLES if name in env}


def terminal_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that say what a terminal can show."""
    env = os.environ if environ is None else environ
    return {name: env[name] for name in _TERMINAL_VARIABLES if name in env}
