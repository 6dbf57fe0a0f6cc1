"""From a path or module as someone wrote it to the paths of the index that it may mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from findspot.core.scripts import composed
from findspot.languages.table import FOLDER_STEMS

Holds = Callable[[str], bool] | None

_MAX_FILES = 12
"""Files that one name may stand for; a name shared by more says nothing."""


@dataclass(frozen=True, slots=True)
class PathMatch:
    """A path that was meant, and how surely: 1 when all that was written agrees and only one file fits."""

    path: str
    strength: float


class PathTable:
    """The paths of one generation of an index, by last component and by stem, as people type them (NFC).

    ``holds`` says which files a question is about, where that is not all of them: only those share a name.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        self._folders: dict[str, list[str]] = {}
        for path in sorted(paths):
            parts = composed(path).split("/")
            self._by_name.setdefault(parts[-1], []).append(path)
            stem = parts[-1].split(".", 1)[0]
            if stem in FOLDER_STEMS and len(parts) > 1:
                self._by_stem.setdefault(parts[-2], []).append(path)
            self._by_stem.setdefault(stem, []).append(path)
            if len(parts) > 1:
                self._folders.setdefault(parts[-2], []).append(path)

    def written(self, path: str, holds: Holds = None) -> list[PathMatch]:
        """Return the files that a written path means: those that agree with the longest part of its end.

        Absolute paths of another machine and paths of an installed copy agree in their last components only.
        """
        parts = [part for part in path.split("/") if part not in ("", ".", "..")]
        if not parts:
            return []
        return _agreeing(_held(self._by_name.get(parts[-1], []), holds), parts)

    def folder(self, path: str, holds: Holds = None) -> list[PathMatch]:
        """Return the files directly in a folder written as a path."""
        parts = [part for part in path.split("/") if part not in ("", ".", "..")]
        candidates = self._folders.get(parts[-1], []) if parts else []
        wanted = "/" + "/".join(parts) + "/"
        return [PathMatch(found, 0.5) for found in _held(candidates, holds) if wanted in "/" + composed(found)][:50]

    def module(self, dotted: Sequence[str], holds: Holds = None) -> list[PathMatch]:
        """Return the files that ``a.b.c`` means as a module, or as a member of the module ``a.b``."""
        for last in range(len(dotted) - 1, 0, -1):
            candidates = _held(self._by_stem.get(dotted[last], []), holds)
            matches = _agreeing_modules(candidates, dotted[: last + 1])
            if matches:
                return matches
        return []

    def stem(self, name: str, holds: Holds = None) -> list[str]:
        """Return the files whose name without ending is ``name``, if they are few."""
        found = _held(self._by_stem.get(name, []), holds)
        return found if len(found) <= _MAX_FILES else []


def _held(paths: list[str], holds: Holds) -> list[str]:
    return paths if holds is None else [path for path in paths if holds(path)]


def _agreeing(candidates: Sequence[str], parts: Sequence[str]) -> list[PathMatch]:
    best = 0
    kept: list[str] = []
    for candidate in candidates:
        own = composed(candidate).split("/")
        agree = 0
        while agree < min(len(own), len(parts)) and own[-1 - agree] == parts[-1 - agree]:
            agree += 1
        if agree == len(own) > 1:
            agree = len(parts)  # the whole path agrees: nothing more could
        if agree > best:
            best, kept = agree, []
        if agree == best:
            kept.append(candidate)
    if not kept or len(kept) > _MAX_FILES:
        return []
    sure = min(1.0, best / min(len(parts), 3))
    return [PathMatch(path, sure / len(kept) ** 0.5) for path in kept]


def _agreeing_modules(candidates: Sequence[str], parts: Sequence[str]) -> list[PathMatch]:
    """Match the last two components at least: a lone word is no module."""
    kept: list[str] = []
    best = 1
    for candidate in candidates:
        own = composed(candidate).split("/")
        stem = own[-1].split(".", 1)[0]
        own[-1] = stem
        if stem in FOLDER_STEMS and stem != parts[-1]:
            own = own[:-1]
        agree = 0
        while agree < min(len(own), len(parts)) and own[-1 - agree] == parts[-1 - agree]:
            agree += 1
        if agree > best:
            best, kept = agree, []
        if agree == best and agree > 1:
            kept.append(candidate)
    if not kept or len(kept) > _MAX_FILES:
        return []
    return [PathMatch(path, 1.0 / len(kept) ** 0.5) for path in kept]
