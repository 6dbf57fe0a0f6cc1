"""Hits of equal score in an order that every index of the same files has (I-12)."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable

from findspot.storage.sql import LISTED, listed

_MARGIN = 32
"""Hits beyond the limit that are looked at for ties."""

_NOWHERE = ("", 0)

Hit = tuple[int, float]
"""A chunk's id and its score."""


def settled(connection: sqlite3.Connection, best: Callable[[int], list[Hit]], limit: int) -> list[Hit]:
    """Return the ``limit`` best hits, ties by path, then place in the file (I-12), whatever ids the chunks have.

    ``best`` returns so many hits, best first, in any order where they tie; it is asked for more as long as there is a tie
    at the limit. Ids depend on what the index went through, and so does the order in which equals are found.
    """
    width = limit + _MARGIN
    hits = best(width)
    while len(hits) >= width and hits[limit - 1][1] == hits[-1][1]:
        width *= 4
        hits = best(width)
    times = Counter(score for _, score in hits)
    tied = [number for number, score in hits if times[score] > 1]
    places: dict[int, tuple[str, int]] = {}
    if tied:
        places = {
            number: (path, start)
            for number, path, start in connection.execute(
                "SELECT c.id, f.path, c.start_byte FROM chunks c JOIN files f ON f.id = c.file_id "
                f"WHERE c.id IN {LISTED}",
                (listed(tied),),
            )
        }
    return sorted(hits, key=lambda hit: (-hit[1], places.get(hit[0], _NOWHERE)))[:limit]
