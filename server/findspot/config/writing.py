"""Changing one setting in a settings file; everything else in it, comments and order too, stays as it is.

And replacing a whole file, which nobody ever sees half.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from findspot.config.resolve import mistake_in, project_mistake
from findspot.config.settings import Settings
from findspot.config.sources import project_config_path, project_file
from findspot.errors import ConfigError, reason
from findspot.places import user_config_path


def set_user_setting(name: str, value: Any) -> Path:
    """Set ``name`` in the user's file, or take it out for None; returns the path of the file.

    Raises ``ConfigError`` when the file cannot be read as TOML, and then leaves it alone, or when it cannot be written.
    """
    path = user_config_path()
    if not path.is_absolute():
        raise ConfigError("there is no home folder to keep settings in")
    # One that is a link, as in a collection of settings, stays one.
    _change(path, Path(os.path.realpath(path)), name, value)
    return path


def set_project_setting(root: Path, name: str, value: Any) -> Path:
    """Set ``name`` in the file of a project, or take it out for None; returns the path of the file.

    Raises ``ConfigError`` for what a project may not set, and where the file is one that would not be read: a link, say,
    which may lead out of a project that came from a stranger.
    """
    path = project_config_path(root)
    mistake = "" if value is None else project_mistake(name, value)
    if mistake:
        raise ConfigError(mistake)
    if path.parent.is_symlink() or path.is_symlink():
        raise ConfigError(f"{path}: is or lies behind a link, which is not followed here; nothing was changed")
    for mistake in project_file(root).mistakes:
        raise ConfigError(f"{path}: {mistake}; mend it first, nothing was changed")
    _change(path, path, name, value)
    return path


def _change(path: Path, target: Path, name: str, value: Any) -> None:
    """Write the file that is called ``path`` and lies at ``target`` with one setting changed, and only then."""
    import tomlkit  # noqa: PLC0415 - only who writes needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        before = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
        document = tomlkit.parse(before)
        if value is not None:
            document[name] = value
        elif name in document:
            del document[name]
        usable = {key: one for key, one in document.unwrap().items() if not mistake_in(key, one)}
        conflict = Settings.model_validate(usable).conflict()
        if conflict and name in usable:
            raise ConfigError(f"{conflict}; nothing was changed")
        after = tomlkit.dumps(document)
        if after != before:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, after.encode(), like=target)
    except (TOMLKitError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}; mend it first, nothing was changed") from error
    except OSError as error:
        raise ConfigError(f"{path}: {reason(error)}; nothing was changed") from error


def replace_file(path: Path, data: bytes, *, like: Path) -> None:
    """Write a file beside its place and move it there, with the permissions of ``like`` or those of any new file."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor has no path
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(stat.S_IMODE(like.stat().st_mode) if like.exists() else _usual_mode())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
