"""Somebody's query over the syntax trees of a language's files, run by workers: it may hang or crash, and costs one then."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import chain

from findspot.core.types import SyntaxMatch
from findspot.errors import QueryError
from findspot.indexing.pool import PreparerPool
from findspot.indexing.tasks import SyntaxMatches, SyntaxQuery, Task
from findspot.languages.detect import language_of
from findspot.languages.table import GRAMMARS

_SECONDS = 5.0
"""What one question may take; a worker parses about 300 files of usual size in a second."""


def syntax_matches(
    pool: PreparerPool,
    query: SyntaxQuery,
    paths: Sequence[str],
    buffers: Mapping[str, bytes],
    stop: threading.Event | None,
) -> tuple[list[SyntaxMatch], bool]:
    """Return at most ``query.limit`` captures in those of ``paths`` that are of its language, and whether there may be more.

    ``buffers`` has unsaved text by path. Raises ``QueryError`` for a query or language that is none, ``Cancelled``.
    """
    if query.language not in GRAMMARS:
        raise QueryError(f"there is no syntax of '{query.language}'; known are {', '.join(sorted(GRAMMARS))}")
    until = time.monotonic() + _SECONDS
    # First without a file: a query that cannot be read, or that ends its worker by itself, is not tried on each of them.
    for outcome in chain.from_iterable(pool.prepare([Task("", text=b"", syntax=query)], stop=stop)):
        if isinstance(outcome, SyntaxMatches) and outcome.mistake:
            raise QueryError(f"the query cannot be used: {outcome.mistake}")
    tasks = [
        Task(path, text=buffers.get(path), syntax=query)
        for path in paths
        if language_of(path, buffers.get(path, b"")) == query.language
    ]
    found: list[SyntaxMatch] = []
    cut = False
    with closing(pool.prepare(tasks, stop=stop)) as prepared:
        for outcomes in prepared:
            for outcome in outcomes:
                if isinstance(outcome, SyntaxMatches):
                    found += outcome.found
                    cut = cut or outcome.truncated
            if len(found) > query.limit or time.monotonic() >= until:
                cut = True
                break
    found.sort(key=lambda one: one.path)
    return found[: query.limit], cut
