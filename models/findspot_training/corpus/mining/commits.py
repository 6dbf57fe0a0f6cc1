"""Pairs of a commit's message and the functions it changed, as they stood at its parent."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from findspot.core.types import ParsedFile, Unavailable
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.commits import Candidate, FileFunctions, changed_functions
from findspot.evaluation.messages import words
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mining.parsing import parse_code

_LONGEST: Final = 2 / 3
"""The share of rows taken from the longest messages; the rest is drawn from all others, so that short ones occur."""

_WORDS_OF_LENGTH: Final = 150
"""Words beyond these make a message no better."""


def mine_commits(
    candidates: Sequence[Candidate],
    repository: BareRepository,
    parsers: Parsers,
    *,
    limit: int,
    draw: random.Random,
    left_out: Counter[str],
    report: Callable[[int, int], None] = lambda *_: None,
    parse: Callable[[str, bytes, Parsers], ParsedFile | None] = parse_code,
) -> list[tuple[Candidate, list[FileFunctions]]]:
    """Return at most ``limit`` candidates with their changed functions, newest first.

    Two thirds have the longest messages, the others are drawn. ``report`` is told how many candidates were opened and
    how many gave a row.
    """
    ordered = sorted(candidates, key=lambda one: (-min(len(words(one.message.text)), _WORDS_OF_LENGTH), one.age))
    found: list[tuple[Candidate, list[FileFunctions]]] = []
    places: set[frozenset[tuple[str, str]]] = set()
    opened = 0
    for share in (_LONGEST, 1.0):
        while ordered and len(found) < round(limit * share):
            candidate = ordered.pop(0)
            opened += 1
            files = changed_functions(candidate, repository, lambda path, source: parse(path, source, parsers))
            if isinstance(files, Unavailable):
                left_out[files.reason] += 1
                continue
            key = frozenset((file.path, one.name) for file in files for one in file.functions)
            if key in places:
                left_out["same functions"] += 1
                continue
            places.add(key)
            found.append((candidate, files))
            report(opened, len(found))
        draw.shuffle(ordered)
    left_out["over the limit"] += len(ordered)
    return sorted(found, key=lambda one: one[0].age)


def commit_row(name: str, candidate: Candidate, files: Sequence[FileFunctions]) -> dict[str, Any]:
    """Return the row of a commit of the repository ``name``."""
    return {
        "kind": "commit",
        "repository": name,
        "commit": candidate.commit.digest,
        "parent": candidate.commit.parents[0],
        "message": candidate.message.text,
        "files": [file.as_json() for file in files],
    }
