"""Which files import each other, by the last parts of what they import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from findspot.languages.table import BY_SUFFIX, GRAMMARS, LANGUAGES, PACKAGE_STEMS

_SEPARATORS = re.compile(r"[./\\:\s\"'<>()]+")
_ENDINGS = frozenset(suffix for name in GRAMMARS for suffix in LANGUAGES[name].suffixes)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def import_neighbours(imports: Mapping[str, Sequence[str]]) -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    """Return for each file its neighbours among the given files (importing or imported), and how many import it.

    ``imports`` maps root-relative paths to import targets as written. A target is taken for a file when its last parts
    are the file's name, with the name of the file's folder where both have one; the languages' own rules for finding
    modules are not followed, so a neighbour is a hint.
    """
    by_stem: dict[str, list[str]] = {}
    for path in imports:
        by_stem.setdefault(_own_parts(path)[-1], []).append(path)
    neighbours: dict[str, set[str]] = {path: set() for path in imports}
    importers: dict[str, int] = dict.fromkeys(imports, 0)
    for path, written in imports.items():
        language = BY_SUFFIX.get(path.rpartition(".")[2])
        snake_case = language is not None and language.snake_case_files
        targets = [_HUMPS.sub("_", target).lower() for target in written] if snake_case else written
        for found in _resolved(targets, by_stem):
            if found != path and found not in neighbours[path]:
                neighbours[path].add(found)
                neighbours[found].add(path)
                importers[found] += 1
    return {path: frozenset(found) for path, found in neighbours.items()}, importers


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
