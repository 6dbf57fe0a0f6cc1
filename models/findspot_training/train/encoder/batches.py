"""What stands together in a batch: pairs of one repository, most of the time of one topic.

All other functions of a batch are the negatives of a text. A random one teaches little, since the encoder tells it apart
already; functions that speak of the same things are what a re-scorer meets among the best candidates. Batches of one topic
are from "Efficiently Teaching an Effective Dense Retriever with Balanced Topic Aware Sampling" (Hofstätter et al.,
2021); the topics here are leaves of random cuts instead of clusters, so that every epoch has others, and of one size.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def batches(
    repositories: Integers, vectors: Floats, size: int, topical: float, draw: np.random.Generator
) -> list[Integers]:
    """Return the rows of each batch of an epoch in a random order, each of ``size`` pairs or a little less.

    ``vectors``, shape (pairs, dimension), say what a pair is about; ``topical`` is the share of the pairs whose batch is
    of one topic. Of a repository with fewer than ``size`` pairs nothing is used.
    """
    found: list[Integers] = []
    for number in np.unique(repositories):
        rows = draw.permutation(np.flatnonzero(repositories == number))
        cut = int(len(rows) * topical)
        found += [one for one in topics(rows[:cut], vectors, size, draw) if len(one) > size // 2]
        others = rows[cut:]
        found += [others[at : at + size] for at in range(0, len(others) - size + 1, size)]
    order = draw.permutation(len(found))
    return [found[at] for at in order]


def topics(rows: Integers, vectors: Floats, size: int, draw: np.random.Generator) -> Iterator[Integers]:
    """Cut rows in two between two random ones of them, and so on, until no part is larger than ``size``."""
    parts = [rows]
    while parts:
        part = parts.pop()
        if len(part) <= size:
            yield part
            continue
        one, other = draw.choice(part, 2, replace=False)
        along = vectors[part] @ (vectors[one] - vectors[other])
        order = part[np.argsort(along, kind="stable")]
        # A whole number of batches on either side, so that none is left half empty.
        middle = max(1, round(len(part) / (2 * size))) * size
        parts += [order[:middle], order[middle:]]


def alike(groups: Integers, functions: Integers) -> npt.NDArray[np.bool_]:
    """Return which pairs of a batch are no negatives of each other, shape (pairs, pairs); a pair is not its own.

    ``groups`` numbers the texts, ``functions`` the functions: a commit that changed two functions is right about both.
    """
    same = (groups[:, None] == groups[None, :]) | (functions[:, None] == functions[None, :])
    np.fill_diagonal(same, val=False)
    return np.asarray(same, dtype=np.bool_)
