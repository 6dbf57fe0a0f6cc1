"""How well one unit answers a query: exact scores, priors, and every number they are made of.

Pure functions. ``RankingWeights`` holds each constant with the reason for its value. "Measured" means measured where
tuning is allowed: by the recipe this ranking follows (451 issues of 14 Python repositories), or here on 173 issues of
5 of them and on 340 questions (first sentences of docstrings, with all docstrings taken out of the index). One
standard error is 2 to 4 points, so small differences are hints. Higher is better everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from findspot.core.query import Query, QueryKind
from findspot.core.render import Fields
from findspot.core.types import ChunkKind, PathClass, Span


class Unit(Protocol):
    """What ranking needs to know of a chunk; a stored row and a row of an unsaved buffer both have it."""

    @property
    def id(self) -> int: ...  # noqa: D102 - the names say it
    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> ChunkKind: ...  # noqa: D102
    @property
    def symbol(self) -> str | None: ...  # noqa: D102
    @property
    def span(self) -> Span: ...  # noqa: D102
    @property
    def part(self) -> int: ...  # noqa: D102
    @property
    def path_class(self) -> PathClass: ...  # noqa: D102


class Lengths(Protocol):
    """Mean tokens per chunk of each field."""

    @property
    def path(self) -> float: ...  # noqa: D102
    @property
    def name(self) -> float: ...  # noqa: D102
    @property
    def signature(self) -> float: ...  # noqa: D102
    @property
    def body(self) -> float: ...  # noqa: D102


def _table(**values: float) -> Mapping[str, float]:
    return MappingProxyType(values)


@dataclass(frozen=True)
class RankingWeights:
    """Every constant of ranking.

    Lexical scores are divided by the best one before they meet other signals, so a weight of 1 means "as much as
    the best lexical match".
    """

    # Fielded BM25. Measured: b = 0.4 for bodies instead of the usual 0.75 is worth +0.5 to +1.7 points at file and
    # +0.8 at function level; a long function is long for a reason. Names hardly vary in length. 0.8 to 1.8 for k1
    # are alike.
    k1: float = 1.2
    b_body: float = 0.4
    b_name: float = 0.3
    b_signature: float = 0.6
    # Measured: the weights of the recipe; halving or doubling any of them moves results by less than their error.
    # The body holds name and docstring too, so these come on top.
    body: float = 1.0
    name: float = 1.5
    signature: float = 0.7
    path: float = 1.2
    # Measured: zones are the strongest single step, +11 points of file@5 over one bag of words. Other forms of a
    # question's words (files for file): 0.2 gave +0.7 nDCG@10 and +1.2 function@10, 0.8 took 1.0 nDCG@10.
    zones: Mapping[str, float] = field(
        default_factory=lambda: _table(title=1.0, ident=1.0, related=0.2, prose=0.5, code=0.3, trace=0.2)
    )
    # Measured: a file is as good as its three best units together: +2.8 points of file@1, +1.2 of file@5 over its best.
    file_units: int = 3

    # Dense weight by kind of query. Measured on questions: 0.4 to 0.6 gives +0.9 to +1.1 of nDCG@10, +2 to +3 of
    # function@10; above 0.9 it hurts. Measured on issues: nothing. A symbol or path is matched by spelling.
    dense: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=0.0, path=0.0, prose=0.5, trace=0.0, issue=0.0)
    )
    # Measured: half of all unrelated pairs are above 0.3, a tenth above 0.5; one gold function in twenty is below 0.28.
    dense_floor: float = 0.3

    # What a query names, on top of words. Someone who types a name means it: in a symbol query a unique definition
    # gets twice the best lexical score. Measured on issues: +1.5 of function@5, flat from 0.2 to 1. Measured on
    # questions: 0.5 took 2 points of nDCG@10 against 0, because their plain words are names somewhere.
    mention: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=2.0, path=1.0, prose=0.25, trace=0.6, issue=0.35)
    )
    # Measured: +1.2 of file@1 and +1.8 of strict function@1 over all issues, of which one in five has frames.
    frame: float = 0.6
    file_mention: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=0.1, path=2.0, prose=0.3, trace=0.2, issue=0.3)
    )
    # How much of a mention's strength is left by where it stands.
    mention_zones: Mapping[str, float] = field(
        default_factory=lambda: _table(title=1.0, ident=1.0, related=0.5, prose=0.6, code=0.4, trace=0.5)
    )

    # Several good units make a file likelier, and with it each of them. Measured: +3 of file@1 on questions, nothing
    # on issues.
    file_bonus: float = 0.3
    # A caller or callee of a good unit, by the better one's score. Measured: +1.9 of function@5; from 0.4 on it hurts.
    graph: float = 0.1

    # Where code is kept for other purposes it repeats the words of the code it tests, shows or copies. An answer of
    # that class must be several times better, unless the query asks for it. Measured on issues: +1.7 of file@10.
    path_classes: Mapping[str, float] = field(
        default_factory=lambda: _table(
            source=1.0, test=0.3, docs=0.3, example=0.4, generated=0.4, vendored=0.4, config=0.6
        )
    )
    # Headers of classes and remainders of modules hold many words and are rarely what a question is about. Measured:
    # +2.5 points of nDCG@10 on questions, +1.8 of function@10 on issues, the gold lines as well covered as before.
    # Windows are all there is of a language without a grammar, and documents are lowered by their path already.
    kinds: Mapping[str, float] = field(
        default_factory=lambda: _table(
            function=1.0, method=1.0, **{"class": 0.6, "module": 0.4, "section": 0.8, "window": 0.7}
        )
    )

    # After this many results of one file each further one is held back by the factor. Measured on questions: +2 of
    # file@5 and file@10 for -0.3 of function@10.
    file_share: int = 3
    file_decay: float = 0.9

    # z(score) + 0.3 * z(cosine) of the best 16. Measured: +1 to +2 points of function@5 and +2.5 of any-hit
    # function@1; above 0.5 it hurts, 10 to 40 candidates give the same. Files get half: at most +1 of file@1.
    model: float = 0.3
    model_files: float = 0.15
    model_depth: int = 16


DEFAULT_WEIGHTS = RankingWeights()


def inverse_frequency(frequency: int, total: int) -> float:
    """Return the BM25 weight of a term that ``frequency`` of ``total`` units hold; never negative."""
    return math.log1p((total - frequency + 0.5) / (frequency + 0.5)) if total >= frequency else 0.0


def lexical_scores(
    terms: Mapping[str, float], documents: Sequence[Fields], lengths: Lengths, weights: RankingWeights
) -> list[float]:
    """Return the fielded BM25 of each document; ``terms`` maps a term to its query weight times its rarity."""
    scores: list[float] = []
    columns = (
        (weights.body, weights.b_body, max(lengths.body, 1.0)),
        (weights.name, weights.b_name, max(lengths.name, 1.0)),
        (weights.signature, weights.b_signature, max(lengths.signature, 1.0)),
    )
    wanted = set(terms)
    is_wanted = wanted.__contains__  # given to filter, which then runs without a step of the interpreter per token
    gain = weights.k1 + 1.0
    for document in documents:
        score = 0.0
        for text, (weight, b, mean) in zip((document.body, document.name, document.signature), columns, strict=True):
            tokens = text.split()
            hits = list(filter(is_wanted, tokens))
            if not hits:
                continue
            norm = weights.k1 * (1.0 - b + b * len(tokens) / mean)
            counts: dict[str, int] = {}
            for token in hits:
                counts[token] = counts.get(token, 0) + 1
            for term, count in counts.items():
                score += weight * terms[term] * count * gain / (count + norm)
        for term in sorted(wanted.intersection(document.path.split())):
            score += weights.path * terms[term]
        scores.append(score)
    return scores


def matched_terms(terms: Mapping[str, float], document: Fields, limit: int = 6) -> list[tuple[str, list[str]]]:
    """Return for each field that matched its rarest terms, the most telling field first."""
    found: list[tuple[str, list[str]]] = []
    for name in ("name", "path", "signature", "body"):
        held = set(getattr(document, name).split()).intersection(terms)
        if held:
            found.append((name, sorted(held, key=lambda term: (-terms[term], term))[:limit]))
    return found


def path_factor(path_class: PathClass, query: Query, weights: RankingWeights) -> float:
    """Return what is left of a score in this class of path; 1 when the query asks for the class."""
    if path_class.value in query.asks_for or (query.kind is QueryKind.PATH):
        return 1.0
    return weights.path_classes[path_class.value]


def kind_factor(kind: ChunkKind, query: Query, weights: RankingWeights) -> float:
    """Return what is left of a score for this kind of unit; a symbol or a path may be of any kind."""
    return 1.0 if query.kind in {QueryKind.PATH, QueryKind.SYMBOL} else weights.kinds[kind]


class Signals(NamedTuple):
    """What is known of one unit for one query; all zero or more.

    ``lexical`` is a BM25, ``dense`` a cosine, ``mention``, ``frame`` and ``file_mention`` strengths from 0 to 1
    (a little more for qualified names), ``graph`` the best neighbour's share of the best lexical score.
    """

    lexical: float
    dense: float = 0.0
    mention: float = 0.0
    frame: float = 0.0
    file_mention: float = 0.0
    graph: float = 0.0


def text_scores(
    units: Sequence[Unit], signals: Sequence[Signals], query: Query, weights: RankingWeights
) -> list[float]:
    """Return one score per unit out of all its signals, before the file it stands in has a say."""
    best = max((signal.lexical for signal in signals), default=0.0) or 1.0
    dense_weight = weights.dense[query.kind.value]
    best_dense = max((signal.dense for signal in signals), default=0.0)
    dense_range = max(best_dense - weights.dense_floor, 1e-6)
    found: list[float] = []
    for unit, signal in zip(units, signals, strict=True):
        score = signal.lexical / best
        if dense_weight and signal.dense > weights.dense_floor:
            score += dense_weight * (signal.dense - weights.dense_floor) / dense_range
        score += weights.mention[query.kind.value] * signal.mention + weights.frame * signal.frame
        score += weights.file_mention[query.kind.value] * signal.file_mention + weights.graph * signal.graph
        factor = path_factor(unit.path_class, query, weights) * kind_factor(unit.kind, query, weights)
        found.append(score * factor)
    return found


def file_scores(units: Sequence[Unit], scores: Sequence[float], weights: RankingWeights) -> dict[str, float]:
    """Return for each file the sum of its best units' scores."""
    by_file: dict[str, list[float]] = {}
    for unit, score in zip(units, scores, strict=True):
        by_file.setdefault(unit.path, []).append(score)
    return {path: sum(sorted(found, reverse=True)[: weights.file_units]) for path, found in by_file.items()}


def unit_scores(
    units: Sequence[Unit], signals: Sequence[Signals], query: Query, weights: RankingWeights
) -> list[float]:
    """Return the final score of each unit: its own, raised by how much else its file holds."""
    own = text_scores(units, signals, query, weights)
    files = file_scores(units, own, weights)
    best = max(files.values(), default=0.0) or 1.0
    return [
        score * (1.0 + weights.file_bonus * files[unit.path] / best) for unit, score in zip(units, own, strict=True)
    ]


def rarities(frequencies: Mapping[str, int], total: int) -> dict[str, float]:
    """Return the inverse frequency of each term that occurs at all."""
    return {term: inverse_frequency(count, total) for term, count in frequencies.items() if count > 0}
