"""Where the bare repository of ``owner/name`` lies in a folder of mirrors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from findspot_training.source import TrainingError


def file_name(repo: str) -> str:
    """Return the name that what is made of ``owner/name`` has as a file or folder, without an ending."""
    return repo.lower().replace("/", "+")


def find_repository(folder: Path, repo: str) -> Path | None:
    """Return the bare repository of ``owner/name`` below ``folder``, None when it is not there.

    Known layouts: ``owner+name/repo``, ``owner+name``, ``owner/name``, and ``anybody+owner__name`` for copies that keep
    the origin in their name; with or without ``.git``, in upper or lower case.
    """
    owner, name = repo.lower().split("/")
    wanted = (f"{owner}+{name}", f"{owner}__{name}")
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        called = entry.name.lower().removesuffix(".git")
        if called in wanted or called.endswith(f"+{owner}__{name}"):
            candidates = [entry / "repo", entry]
        elif called == owner and entry.is_dir():
            candidates = [one for one in sorted(entry.iterdir()) if one.name.lower().removesuffix(".git") == name]
        else:
            continue
        for candidate in candidates:
            if (candidate / "objects").is_dir() and (candidate / "HEAD").is_file():
                return candidate
    return None


def repositories_of(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Return the bare repositories of all names; raises ``TrainingError`` when some are not there."""
    found = {name: find_repository(folder, name) for name in names}
    absent = [name for name, place in found.items() if place is None]
    if absent:
        raise TrainingError(f"{folder} holds no bare repository of {', '.join(absent)}")
    return {name: place for name, place in found.items() if place is not None}


def repository_of(folder: Path, repo: str) -> Path:
    """Return what ``find_repository`` finds; raises ``TrainingError`` when it is not there."""
    return repositories_of(folder, [repo])[repo]
