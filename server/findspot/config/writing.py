"""Changing one setting in the user's own file; everything else in it, comments and order too, stays as it is."""

from __future__ import annotations

import contextlib
import os
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
        _replace(path, tomlkit.dumps(document))
    except (TOMLKitError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}; mend it first, nothing was changed") from error
    except OSError as error:
        raise ConfigError(f"{path}: {reason(error)}") from error
    return path


def _replace(path: Path, text: str) -> None:
    """Write all of a file or nothing; one that is a link, as in a collection of settings, stays one."""
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - mkstemp gives a descriptor
            stream.write(text)
        if target.exists():
            Path(written).chmod(target.stat().st_mode & 0o777)
        Path(written).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(written).unlink()
        raise
