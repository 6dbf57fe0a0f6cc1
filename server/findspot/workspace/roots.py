"""Which folder is the root: the nearest marker above the working folder, else above the one folder asked about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from findspot.config import OWN_DIR
from findspot.errors import OutsideRootError, RootError
from findspot.workspace.checkouts import is_bare, worktrees

_MARKERS = (".git", ".hg", ".jj", OWN_DIR)

_SHOWN = 5


def find_root(cwd: Path, paths: Sequence[Path] = (), *, home: Path | None = None) -> tuple[Path, str | None]:
    """Return the root and the marker that made it one (None when nothing is marked).

    A marker above ``cwd`` wins; else a marker above the single folder in ``paths``; else ``cwd`` itself. The
    search never climbs to the home folder or above it, so that a dot-files repository there does not swallow
    every project.
    """
    top = home_folder() if home is None else home
    found = _marked_above(cwd, top)
    if found is None and len(paths) == 1:
        only = (cwd / paths[0]).absolute()
        if only.is_dir():
            found = _marked_above(only, top)
    return found or (_real(cwd), None)


def marker_of(folder: Path) -> str | None:
    """Return the marker that makes ``folder`` a root; None when it has none."""
    return next((name for name in _MARKERS if (folder / name).exists()), None)


def checked_root(path: Path) -> Path:
    """Return the resolved root; raises ``RootError`` when it is not a folder."""
    root = _real(path)
    if not root.exists():
        raise RootError(f"{path}: no such folder")
    if not root.is_dir():
        raise RootError(f"{path}: is not a folder; give the folder that holds it")
    if is_bare(root):
        raise RootError(f"{path}: is a bare repository, which holds commits but no files; {_instead_of(root)}")
    return root


def _instead_of(repository: Path) -> str:
    """Return what to search in place of a repository without files."""
    places = [str(place) for place in worktrees(repository) if place.is_dir()]
    if places:
        return f"search where its files are: {', '.join(places[:_SHOWN])}"
    return "search a clone of it, or a worktree that 'git worktree add' makes"


def _marked_above(start: Path, home: Path | None) -> tuple[Path, str | None] | None:
    start = _real(start)
    for folder in (start, *start.parents):
        if folder == home and folder != start:
            return None
        marker = marker_of(folder)
        if marker is not None:
            return folder, marker
        if folder == home:
            return None
    return None


def _real(path: Path) -> Path:
    return path.expanduser().resolve()


def home_folder() -> Path | None:
    """Return the user's home folder; None where there is none, as in some containers."""
    try:
        return Path.home().resolve()
    except (RuntimeError, OSError):
        return None


def path_in_root(root: Path, path: Path) -> str:
    """Return the root-relative form of a path, with ``/``, as it is written or without links.

    Raises ``OutsideRootError``.
    """
    absolute = path if path.is_absolute() else root / path
    for form in (absolute, Path(os.path.realpath(absolute))):  # "resolve" raises where links lead in a circle
        if form.is_relative_to(root):
            return form.relative_to(root).as_posix()
    raise OutsideRootError(f"{path} is outside the root {root}; give a path inside it, or another root")
