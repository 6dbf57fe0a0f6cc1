"""How well one unit answers a query: exact scores, priors, and every number they are made of.

Pure functions. ``RankingWeights`` holds each constant with the reason for its value. "Measured" means measured where
tuning is allowed: by the recipe this ranking follows (451 issues of 14 Python repositories), or here on 173 issues of
5 of them and on questions: 340 first sentences of docstrings, with all docstrings taken out of the index, 319 that people
ask (``models/asked.jsonl``), and the 396 of the guard set. One standard error is 1.5 to 4 points, so small differences are
hints. Higher is better everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol, get_args

import numpy as np

from findspot.core.limits import USUAL_THRESHOLD
from findspot.core.query import NAMES, Query, QueryKind
from findspot.core.ranking.bm25 import Floats, Matches, weighted
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


Signal = Literal["mentions", "calls", "tests", "imports", "history", "recency", "dense", "ranker"]
"""Signals that can be left out of ``localize`` one by one: names and frames in the text, the call graph, tests as
bridges, import neighbours, messages and dates of past commits, static embeddings, the learned ranker."""

SIGNALS: tuple[Signal, ...] = get_args(Signal)


def _table(**values: float) -> Mapping[str, float]:
    return MappingProxyType(values)


def _counts(**values: int) -> Mapping[str, int]:
    return MappingProxyType(values)


_QUESTIONS_ONLY = {"symbol": 0.0, "path": 0.0, "trace": 0.0, "issue": 0.0}
"""Reports are ordered by rankers that learned beside the hand-set score as it was; names are matched by spelling."""


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
    # Share of a question's weight on words that a unit has at all, beside how often it has them. Measured on questions
    # that people ask, with ``file_coverage``: +1 of file nDCG@10; on the guard set +1 and +0.7 of function nDCG@10.
    coverage: Mapping[str, float] = field(default_factory=lambda: _table(**_QUESTIONS_ONLY, prose=0.3))
    # Tokens below which a unit is too small to be what a question is about, and what is left of the smallest's score:
    # the share of the tokens' logarithm. Measured on questions that people ask: +3 of function nDCG@10, +4 of file@1;
    # first sentences of documentation, which are as often of tiny functions, lose 1 of function nDCG@10.
    min_unit_tokens: Mapping[str, float] = field(default_factory=lambda: _table(**_QUESTIONS_ONLY, prose=54.0))
    min_unit_factor: float = 0.4

    # A file is as good as its best units together. Measured on issues: three give +2.8 points of file@1, +1.2 of file@5
    # over the best one; on questions two and three are alike, one is worse.
    file_units: Mapping[str, int] = field(default_factory=lambda: _counts(symbol=3, path=3, prose=2, trace=3, issue=3))
    # A file whose units together have all words of a question is likelier than one that has the same word thrice.
    file_coverage: Mapping[str, float] = field(default_factory=lambda: _table(**_QUESTIONS_ONLY, prose=2.0))

    # Dense weight by kind of query: what the most similar candidate gets, the others by their share of its cosine.
    # Measured on questions that people ask: +1 of the files' nDCG@10 and +1.6 of the functions' over what is above the
    # floor at 0.5, flat from 0.75 to 1.5; on the guard set +0.6 and +0.4. Measured on reports given to
    # search: in nine languages +2.3 of file@1 and +2.6 of function@10, in Python +2.3 of function@5; alike from 0.2 to
    # 0.4, and at 0.6 function@10 falls in Python. A symbol or path is matched by spelling.
    dense: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=0.0, path=0.0, prose=1.0, trace=0.3, issue=0.3)
    )
    # The cosine from which a chunk is a candidate by meaning alone. Measured: half of all unrelated pairs are above 0.3, a
    # tenth above 0.5; one gold function in twenty is below 0.28.
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

    # A likely file makes each of its units likelier. Measured: +3 of file@1 on questions, nothing on issues.
    file_bonus: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=0.3, path=0.3, prose=1.0, trace=0.3, issue=0.3)
    )
    # A caller or callee of a good unit, by the better one's score. Measured: +1.9 of function@5; from 0.4 on it hurts.
    graph: float = 0.1

    # Votes of past commits whose message is like the query, as a share of the most voted file's. Measured in the
    # recipe: +1 of file@1 and +3 of file@3 at 0.25.
    past: float = 0.25

    # What the editor shows (see ``nearness``), as logarithms of odds: the first six fitted on messages of commits of 3 to 8
    # files of code, of which one was open and the others had to be found. The last five do not occur there and are set by
    # hand, none above the least of the others (0035).
    near: Mapping[str, float] = field(
        default_factory=lambda: _table(
            folder=0.95,
            imported=0.55,
            importer=0.55,
            callee=0.65,
            caller=0.5,
            together=1.75,
            active=0.25,
            recent=0.5,
            changed=0.5,
            open=0.2,
            diagnostic=0.5,
        )
    )
    # What such a logarithm is worth beside a learned score, and beside the logarithm of one by hand-set weights. Fitted were
    # 3.2 and 0.67; less is taken, so that a file that has nothing to do with a question takes nothing from its answer.
    near_learned: float = 2.4
    near_hand: float = 0.3

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

    # After this many results of one file each further one is held back by the factor. Measured on questions that people
    # ask: +2 of the nDCG@10 of the files as the list shows them for -0.4 of function nDCG@10; a factor of 0.8 gives
    # 3.5 and takes 1.5.
    file_share: Mapping[str, int] = field(default_factory=lambda: _counts(symbol=3, path=3, prose=1, trace=3, issue=3))
    file_decay: float = 0.9

    # What is left of the score of a definition whose name stands further up for the same file already, as overloads and the
    # getters and setters of properties do: once is enough to be led there. A name that is looked up wants them all.
    # Measured on questions that people ask: +0.1 of nDCG@10 as the list shows it, of files and of functions.
    repeat_factor: float = 0.6
    learned_repeat_step: float = 1.5

    # z(score) + this * z(cosine) of the best 16, by kind of query. Measured on questions: +2 of nDCG@10 and +3 of
    # file@1, flat from 0.5 to 1; the file of a name is found without it. Measured on reports, whose titles
    # it reads: +1.6 of function@10 in nine languages and +0.5 in Python at 0.3, all within the error, and from 0.5 on less for
    # Python; files are alike from 0.3 to 0.8.
    model: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=0.3, path=0.3, prose=0.7, trace=0.3, issue=0.3)
    )
    model_files: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=0.0, path=0.0, prose=0.5, trace=0.3, issue=0.3)
    )
    model_depth: int = 16
    # Functions at the top of a report's list that the model leaves where the ranker put them. Measured on issues: with 0
    # the first function is right 1.5 points less often, with 1 nDCG@10 is 0.6 points better and function@5 0.5 worse.
    model_first: int = 1

    # What the score by hand-set weights, as a share of the best, counts beside a learned score. The rankers read it
    # too, but learned from commits; measured on issues, adding it is worth +0.2 to +0.8 points everywhere. Questions are
    # shorter than what the rankers learned from. Measured on those that people ask: 3 to 10 are alike, and worth +1 of
    # function nDCG@10 and +1.5 of the files' over the hand-set score alone; on the guard set +0.5 for documentation and
    # +3 for subjects of commits.
    learned_hand: Mapping[str, float] = field(
        default_factory=lambda: _table(symbol=0.0, path=0.0, prose=6.0, trace=1.0, issue=1.0)
    )
    # What each further result of a file loses in a list of questions by learned scores: ``file_decay`` as a logarithm of
    # odds. Measured like it.
    learned_step: float = 0.5

    # How much a prior's logarithm counts beside a learned score, which has the size of log-odds. Rankers never saw tests
    # or documents among right answers, so the priors must do what the hand-set scores do by multiplying.
    learned_prior: float = 2.0

    # Signals that are left out; for measuring what each is worth.
    off: frozenset[Signal] = frozenset()

    def for_ranker_features(self) -> RankingWeights:
        """Return the weights of the score that rankers read: they learned from one in which reports have no embeddings."""
        return replace(self, dense=_table(**{**self.dense, "trace": 0.0, "issue": 0.0}))

    def uses(self, signal: Signal) -> bool:
        """Return whether a signal is looked up at all."""
        return signal not in self.off


DEFAULT_WEIGHTS = RankingWeights()


def similarity_floor(usual: float, threshold: float) -> float:
    """Return the cosine above which something is found by meaning alone, where ``usual`` is right for the usual threshold.

    A lower one lowers it in proportion, down to 0; a higher one is a floor itself.
    """
    return usual * threshold / USUAL_THRESHOLD if threshold <= USUAL_THRESHOLD else max(usual, threshold)


def inverse_frequency(frequency: int, total: int) -> float:
    """Return the BM25 weight of a term that ``frequency`` of ``total`` units hold; never negative."""
    return math.log1p((total - frequency + 0.5) / (frequency + 0.5)) if total >= frequency else 0.0


def lexical_scores(matches: Matches, term_weights: Floats, weights: RankingWeights) -> Floats:
    """Return the fielded BM25 of each document, shape (documents,).

    ``term_weights`` has the query weight of each term times its rarity, shape (terms,).
    """
    return (
        weights.body * weighted(matches.body, term_weights)
        + weights.name * weighted(matches.name, term_weights)
        + weights.signature * weighted(matches.signature, term_weights)
        + weights.path * weighted(matches.path, term_weights)
    )


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
    return 1.0 if query.kind in NAMES else weights.kinds[kind]


class Signals(NamedTuple):
    """What is known of each unit for one query: arrays of shape (units,), all zero or more, and ``classes``.

    ``lexical`` is a BM25, ``coverage`` the share of the query's weight on words that the unit has in any field, and
    ``file_coverage`` in any of the units of its file; ``tokens`` are those of its body. ``dense`` is a cosine, ``mention``, ``frame``
    and ``file_mention`` strengths from 0 to 1 (a little more for qualified names), ``graph`` the best neighbour's share
    of the best score, ``past`` the votes of past commits for its file as a share of the most voted file's. ``classes`` says
    what each unit is for, which for a test inside the file that it tests is not what its path is for.
    """

    lexical: Floats
    coverage: Floats
    file_coverage: Floats
    tokens: Floats
    dense: Floats
    mention: Floats
    frame: Floats
    file_mention: Floats
    graph: Floats
    past: Floats
    classes: Sequence[PathClass]


def text_parts(signals: Signals, query: Query, weights: RankingWeights) -> dict[str, Floats]:
    """Return what each signal adds to the score of each unit, by a name for people, in the order in which it is added."""
    kind = query.kind.value
    parts = {"words": signals.lexical / (float(signals.lexical.max(initial=0.0)) or 1.0)}
    if weights.dense[kind]:
        parts["meaning"] = weights.dense[kind] * signals.dense / (float(signals.dense.max(initial=0.0)) or 1.0)
    return parts | {
        "words covered": weights.coverage[kind] * signals.coverage,
        "named": weights.mention[kind] * signals.mention,
        "in a frame": weights.frame * signals.frame,
        "file named": weights.file_mention[kind] * signals.file_mention,
        "calls": weights.graph * signals.graph,
        "past commits": weights.past * signals.past,
    }


def text_scores(units: Sequence[Unit], signals: Signals, query: Query, weights: RankingWeights) -> Floats:
    """Return one score per unit out of all its signals, before the file it stands in has a say."""
    score, *others = text_parts(signals, query, weights).values()
    for part in others:
        score = score + part
    factors = prior_factors(units, signals.classes, query, weights) * size_factors(signals.tokens, query, weights)
    return np.asarray(score * factors, dtype=np.float64)


def size_factors(tokens: Floats, query: Query, weights: RankingWeights) -> Floats:
    """Return what is left of the score of units that are too small for what the query asks."""
    enough = weights.min_unit_tokens[query.kind.value]
    if enough <= 0:
        return np.ones(len(tokens))
    return np.clip(np.log1p(tokens) / math.log1p(enough), weights.min_unit_factor, 1.0)


def prior_factors(units: Sequence[Unit], classes: Sequence[PathClass], query: Query, weights: RankingWeights) -> Floats:
    """Return what its class and its kind leave of each unit's score, shape (units,)."""
    by_class = {one: path_factor(one, query, weights) for one in PathClass}
    kinds = {one: kind_factor(one, query, weights) for one in get_args(ChunkKind)}
    return np.array(
        [by_class[one] * kinds[unit.kind] for one, unit in zip(classes, units, strict=True)],
        dtype=np.float64,
    )


def file_scores(
    units: Sequence[Unit], own: Floats, signals: Signals, query: Query, weights: RankingWeights
) -> dict[str, float]:
    """Return for each file the sum of its best units' scores (see ``text_scores``), raised by the words it covers."""
    kind = query.kind.value
    by_file: dict[str, list[int]] = {}
    for at, unit in enumerate(units):
        by_file.setdefault(unit.path, []).append(at)
    covered = 1.0 + weights.file_coverage[kind] * signals.file_coverage
    count = weights.file_units[kind]
    return {
        path: sum(sorted(own[rows].tolist(), reverse=True)[:count]) * float(covered[rows[0]])
        for path, rows in by_file.items()
    }


def unit_scores(
    units: Sequence[Unit], own: Floats, files: Mapping[str, float], query: Query, weights: RankingWeights
) -> Floats:
    """Return the final score of each unit: its own (see ``text_scores``), raised by that of its file."""
    best = max(files.values(), default=0.0) or 1.0
    company = np.array([files[unit.path] for unit in units], dtype=np.float64)
    return np.asarray(own * (1.0 + weights.file_bonus[query.kind.value] * company / best), dtype=np.float64)


def rarities(frequencies: Mapping[str, int], total: int) -> dict[str, float]:
    """Return the inverse frequency of each term that occurs at all."""
    return {term: inverse_frequency(count, total) for term, count in frequencies.items() if count > 0}
