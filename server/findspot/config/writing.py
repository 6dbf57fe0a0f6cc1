"""Changing one setting in the user's own file; everything else in it, comments and order too, stays as it is.

And replacing a whole file, which nobody ever sees half.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from findspot.config.sources import user_config_path
from findspot.errors import ConfigError, reason


def set_user_setting(name: str, value: Any) -> Path:
    """Set ``name`` in the user's file, or take it out for None; returns the path of the file.

    Raises ``ConfigError`` when the file cannot be read as TOML, and then leaves it alone, or when it cannot be written.
    """
    import tomlkit  # noqa: PLC0415 - only who writes needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    path = user_config_path()
    if not path.is_absolute():
        raise ConfigError("there is no home folder to keep settings in")
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
        document = tomlkit.parse(text)
        if value is not None:
            document[name] = value
        elif name in document:
            del document[name]
        target = Path(os.path.realpath(path))  # one that is a link, as in a collection of settings, stays one
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, tomlkit.dumps(document).encode(), like=target)
    except (TOMLKitError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}; mend it first, nothing was changed") from error
    except OSError as error:
        raise ConfigError(f"{path}: {reason(error)}") from error
    return path


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
