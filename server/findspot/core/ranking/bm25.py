"""Which terms of a query each candidate holds, and how strongly: the numbers under all lexical scores.

BM25's saturated counts are kept apart by field and by term, so that one pass over the stored words serves the exact
score, the score of each zone of a report, and what an answer shows as evidence. BM25F's idea of weighting fields is
used in its simple form: fields are scored apart and summed (Robertson, Zaragoza, "The probabilistic relevance
framework: BM25 and beyond", 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from findspot.core.render import Fields

Floats = npt.NDArray[np.float64]


class Lengths(Protocol):
    """Mean tokens per chunk of each field."""

    @property
    def path(self) -> float: ...  # noqa: D102 - the names say it
    @property
    def name(self) -> float: ...  # noqa: D102
    @property
    def signature(self) -> float: ...  # noqa: D102
    @property
    def body(self) -> float: ...  # noqa: D102


class FieldConstants(Protocol):
    """BM25's constants: how fast repeats stop counting, and how far long fields are held back."""

    @property
    def k1(self) -> float: ...  # noqa: D102 - the names say it
    @property
    def b_body(self) -> float: ...  # noqa: D102
    @property
    def b_name(self) -> float: ...  # noqa: D102
    @property
    def b_signature(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Matches:
    """Saturated counts, each of shape (documents, terms), 0 where a document lacks a term; ``path`` is 0 or 1.

    ``tokens`` has the tokens of each body, ``named`` the share of each name's own tokens that the query has, both of
    shape (documents,).
    """

    body: Floats
    name: Floats
    signature: Floats
    path: Floats
    tokens: Floats
    named: Floats

    def __len__(self) -> int:
        return len(self.tokens)


def match_terms(
    terms: Sequence[str], documents: Sequence[Fields], lengths: Lengths, constants: FieldConstants
) -> Matches:
    """Count each term in each field of each document, saturated by BM25."""
    column = {term: at for at, term in enumerate(terms)}
    is_wanted = column.__contains__  # given to filter, which then runs without a step of the interpreter per token
    shape = (len(documents), len(terms))
    tokens = np.zeros(len(documents))
    named = np.zeros(len(documents))
    k1 = constants.k1
    gain = k1 + 1.0
    found: list[Floats] = []
    fields = (
        (0, constants.b_body, max(lengths.body, 1.0)),
        (1, constants.b_name, max(lengths.name, 1.0)),
        (2, constants.b_signature, max(lengths.signature, 1.0)),
    )
    texts = ([one.body for one in documents], [one.name for one in documents], [one.signature for one in documents])
    for which, b, mean in fields:
        matrix = np.zeros(shape)
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, text in enumerate(texts[which]):
            words = text.split()
            hits = list(filter(is_wanted, words))
            if which == 0:
                tokens[row] = len(words)
            if not hits:
                continue
            norm = k1 * (1.0 - b + b * len(words) / mean)
            counts: dict[str, int] = {}
            for token in hits:
                counts[token] = counts.get(token, 0) + 1
            if which == 1:
                named[row] = len(counts) / len(set(words))
            for term, count in counts.items():
                rows.append(row)
                columns.append(column[term])
                values.append(count * gain / (count + norm))
        matrix[rows, columns] = values
        found.append(matrix)
    path = np.zeros(shape)
    for row, document in enumerate(documents):
        for term in filter(is_wanted, set(document.path.split())):
            path[row, column[term]] = 1.0
    return Matches(found[0], found[1], found[2], path, tokens, named)


def joined_matches(parts: Sequence[Matches], terms: int) -> Matches:
    """Return the matches of several sets of documents as one; all were made with the same ``terms`` terms."""
    if not parts:
        empty = np.zeros((0, terms))
        return Matches(empty, empty, empty, empty, np.zeros(0), np.zeros(0))
    return Matches(
        *(
            np.concatenate([getattr(part, field) for part in parts])
            for field in ("body", "name", "signature", "path", "tokens", "named")
        )
    )


def weights_of(terms: Sequence[str], weights: Mapping[str, float]) -> Floats:
    """Return the weight of each term, 0 where it has none; shape (terms,)."""
    return np.array([weights.get(term, 0.0) for term in terms], dtype=np.float64)


def weighted(matrix: Floats, weights: Floats) -> Floats:
    """Return the weighted sum over the terms for each document, shape (documents,).

    Each row is summed by itself, so a document's score does not depend on which others stand beside it (I-12).
    """
    return np.asarray((matrix * weights).sum(axis=1), dtype=np.float64)


def covered_shares(matches: Matches, files: Sequence[str], weights: Floats) -> tuple[Floats, Floats]:
    """Return which share of the terms' weight each document has in any field, and the documents of its file together.

    Both have shape (documents,); ``files`` names the file of each document.
    """
    held = np.maximum(np.maximum(matches.body, matches.name), np.maximum(matches.signature, matches.path)) > 0
    total = float(weights.sum()) or 1.0
    places = {path: at for at, path in enumerate(dict.fromkeys(files))}
    rows = [places[path] for path in files]
    together = np.zeros((len(places), held.shape[1]), dtype=bool)
    np.logical_or.at(together, rows, held)
    own = weighted(held.astype(np.float64), weights)
    of_files = weighted(together.astype(np.float64), weights)
    return own / total, of_files[rows] / total
