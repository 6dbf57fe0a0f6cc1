"""Which files a question is about: from options in ripgrep's manner to a ``Filter``, or to a list of types."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from findspot.cli.commands import RawArguments
from findspot.cli.inputs import RootLocation, UsageError
from findspot.core.filters import Filter, anchored, braces_written_out
from findspot.errors import reason
from findspot.service.file_types import FILE_TYPES, type_mistake

_MOST_RULES: Final = 10_000
_MOST_BYTES: Final = 1_000_000


def type_lines() -> Iterator[str]:
    """Yield each type of files with its globs, as ``rg --type-list`` does."""
    for name, globs in FILE_TYPES.items():
        yield f"{name}: {', '.join(globs)}"


def filter_of(raw: RawArguments, location: RootLocation) -> Filter:
    """Return what ``raw`` says about files; globs and ignore files count from the current folder, as in ripgrep.

    Raises ``UsageError`` for a type that there is not, a glob or a file that cannot be read.
    """
    for option, names in (("--type", raw.types), ("--type-not", raw.not_types)):
        for name in names:
            if mistake := type_mistake(name):
                raise UsageError(f"{option}: {mistake}")
    try:
        braces_written_out(raw.globs)
    except ValueError as error:
        raise UsageError(f"--glob: {str(error).removeprefix('has ')}") from None
    folder = _below_root(location)
    lines = [line for file in raw.ignore_rules for line in _lines_of(file, location.cwd)]
    if len(lines) > _MOST_RULES:
        raise UsageError(f"--ignore-file: {len(lines):,} lines; at most {_MOST_RULES:,} are taken")
    return Filter(
        types=tuple(raw.types),
        not_types=tuple(raw.not_types),
        globs=tuple(anchored(glob, folder) for glob in raw.globs),
        only=tuple(raw.only),
        max_depth=raw.max_depth,
        ignored=tuple(anchored(line, folder) for line in lines),
    )


def _below_root(location: RootLocation) -> str:
    """Return the current folder relative to the root, "" for the root itself and for a folder outside of it."""
    root, cwd = (Path(os.path.realpath(folder)) for folder in (location.root, location.cwd))
    return cwd.relative_to(root).as_posix() if cwd != root and cwd.is_relative_to(root) else ""


def _lines_of(file: Path, cwd: Path) -> Iterator[str]:
    """Yield the lines of an ignore file that say something."""
    path = cwd / file.expanduser()
    if path.exists() and not path.is_file():
        raise UsageError(
            f"--ignore-file {file}: {'it is a folder' if path.is_dir() else 'no regular file'}; give a file"
        )
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--ignore-file {file}: {reason(error)}") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"--ignore-file {file}: more than {_MOST_BYTES:,} bytes")
    for line in data.decode("utf-8-sig", errors="replace").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line
