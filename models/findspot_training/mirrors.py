"""Where the bare repository of ``owner/name`` lies in a folder of mirrors."""

from __future__ import annotations

from pathlib import Path

from findspot_training.source import TrainingError


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


def repository_of(folder: Path, repo: str) -> Path:
    """Return what ``find_repository`` finds; raises ``TrainingError`` when it is not there."""
    found = find_repository(folder, repo)
    if found is None:
        raise TrainingError(f"{folder} holds no bare repository of {repo}")
    return found
