"""Places: what an answer names, in which order, and whether a text names them itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from findspot.core.types import SearchResult

Place = tuple[str, str]
"""A root-relative path and a qualified name inside that file."""

FUNCTIONS = frozenset({"function", "method"})
"""The kinds of results that are functions; classes and sections count for their files only."""


def ranked_files(results: Iterable[SearchResult]) -> list[str]:
    """Return the files of results, each where its first result stands."""
    return list(dict.fromkeys(one.path for one in results))


def ranked_functions(results: Iterable[SearchResult]) -> list[Place]:
    """Return the functions among results, each where it stands first."""
    wanted = (one for one in results if one.kind in FUNCTIONS and one.symbol is not None)
    return list(dict.fromkeys((one.path, one.symbol or "") for one in wanted))


def is_mentioned(files: Iterable[str], functions: Iterable[Place], text: str) -> bool:
    """Return whether the text names a file (its path or its name with ending) or a function (its bare name)."""
    paths = set(files)
    wanted = paths | {path.rsplit("/", 1)[-1] for path in paths}
    wanted |= {name.rsplit(".", 1)[-1] for _, name in functions}
    return any(re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", text) for word in wanted)
