"""Which files import each other, by the last parts of what they import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from findspot.languages.table import BY_SUFFIX, LANGUAGES, PACKAGE_STEMS, READ_AS_CODE

_SEPARATORS = re.compile(r"[./\\:\s\"'<>()]+")
_ENDINGS = frozenset(suffix for name in READ_AS_CODE for suffix in LANGUAGES[name].suffixes)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def import_neighbours(imports: Mapping[str, Sequence[str]]) -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    """Return for each file its neighbours among the given files (importing or imported), and how many import it.

    ``imports`` maps root-relative paths to import targets as written. A target is taken for a file when its last parts
    are the file's name, with the name of the file's folder where both have one; the languages' own rules for finding
    modules are not followed, so a neighbour is a hint.
    """
    by_stem = _by_stem(imports)
    neighbours: dict[str, set[str]] = {path: set() for path in imports}
    importers: dict[str, int] = dict.fromkeys(imports, 0)
    for path, written in imports.items():
        for found in _resolved(_spelled(path, written), by_stem):
            if found != path and found not in neighbours[path]:
                neighbours[path].add(found)
                neighbours[found].add(path)
                importers[found] += 1
    return {path: frozenset(found) for path, found in neighbours.items()}, importers


def neighbours_of(path: str, imports: Mapping[str, Sequence[str]]) -> tuple[frozenset[str], frozenset[str]]:
    """Return which of the given files one of them imports, and which import it, as in ``import_neighbours``.

    What the others import besides is not looked at, which makes it several times as fast.
    """
    by_stem = _by_stem(imports)
    stem = _own_parts(path)[-1]
    imported = set(_resolved(_spelled(path, imports[path]), by_stem))
    importers = set()
    for other, written in imports.items():
        targets = [target for target in _spelled(other, written) if stem in target]
        if targets and path in _resolved(targets, by_stem):
            importers.add(other)
    return frozenset(imported - {path}), frozenset(importers - {path})


def _by_stem(paths: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(_own_parts(path)[-1], []).append(path)
    return found


def _spelled(path: str, targets: Sequence[str]) -> Sequence[str]:
    """Return the import targets of a file as the names of files are spelled in its language."""
    language = BY_SUFFIX.get(path.rpartition(".")[2])
    snake_case = language is not None and language.snake_case_files
    return [_HUMPS.sub("_", target).lower().replace("-", "_") for target in targets] if snake_case else targets


def _resolved(targets: Iterable[str], by_stem: Mapping[str, Sequence[str]]) -> Iterable[str]:
    for target in targets:
        parts = [part for part in _SEPARATORS.split(target) if part and part not in {"crate", "self", "super"}]
        if len(parts) > 1 and parts[-1] in _ENDINGS:
            parts.pop()
        for last in (len(parts), len(parts) - 1):  # a module, or a member of one
            if last < 1:
                break
            matched = [
                path for path in by_stem.get(parts[last - 1], ()) if last < 2 or parts[last - 2] in path.split("/")
            ]
            if matched:
                yield from matched[:4]
                break


def _own_parts(path: str) -> list[str]:
    parts = path.split("/")
    parts[-1] = parts[-1].split(".", 1)[0]
    if parts[-1] in PACKAGE_STEMS and len(parts) > 1:
        parts.pop()
    return parts
