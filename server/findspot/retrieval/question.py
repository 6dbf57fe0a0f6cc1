"""A question as one index understands it: which of its words occur there, how rare they are, and what each weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from findspot.core.excerpts import Sought, sought
from findspot.core.limits import USUAL_THRESHOLD
from findspot.core.query import ALL_ZONES, Query, Zone, analyse, term_weights
from findspot.core.ranking.bm25 import Floats, weights_of
from findspot.core.ranking.weights import RankingWeights, inverse_frequency, rarities, similarity_floor
from findspot.core.render import Fields
from findspot.core.text import SubTokenizer
from findspot.languages.table import FRAME_READERS
from findspot.retrieval.index_view import IndexView

_MAX_SCORED_TERMS = 120
"""Terms that take part in scoring; the rest are the most frequent words of a long text."""

_MIN_TERMS = 2
"""Terms that gather candidates even if they are frequent: they are all there is."""

_FAR_TOO_FREQUENT = 4
"""Times the postings that may be spent, from which a term only gathers where there is no other: ``py`` in a path."""


def analysed(text: str, *, report: bool = False) -> Query:
    """Return a text understood as a query; with ``report`` it is one, however short (what ``localize`` is given)."""
    return analyse(text, SubTokenizer(), FRAME_READERS, report=report)


@dataclass(frozen=True)
class Question:
    """A query, the index that it is put to, and the weights of its terms there; make it with ``Question.of``.

    ``threshold`` is the cosine similarity that is asked of what is found by meaning alone. ``raw`` has the weight of each term by its zone, ``frequencies`` the chunks that hold it, ``terms`` the weights
    (by zone, times rarity) of those that are scored, the most telling first.
    """

    query: Query
    view: IndexView
    weights: RankingWeights
    raw: Mapping[str, float]
    frequencies: Mapping[str, int]
    terms: Mapping[str, float]
    threshold: float = USUAL_THRESHOLD

    @classmethod
    def of(cls, query: Query, view: IndexView, weights: RankingWeights, threshold: float = USUAL_THRESHOLD) -> Question:
        """Look up how often the words of a query occur in an index."""
        raw = term_weights(query, weights.zones)
        frequencies = view.frequencies(list(raw))
        rare = rarities(frequencies, view.total)
        chosen = sorted(rare, key=lambda term: (-raw[term] * rare[term], term))[:_MAX_SCORED_TERMS]
        terms = {term: raw[term] * rare[term] for term in chosen}
        return cls(query, view, weights, raw, frequencies, terms, threshold)

    @cached_property
    def dense_floor(self) -> float:
        """The cosine above which something is found by meaning, whatever words it holds."""
        return similarity_floor(self.weights.dense_floor, self.threshold)

    @cached_property
    def term_list(self) -> list[str]:
        """The scored terms, in the order of every array over terms."""
        return list(self.terms)

    @cached_property
    def term_weights(self) -> Floats:
        """The weights of the scored terms, shape (terms,)."""
        return weights_of(self.term_list, self.terms)

    @cached_property
    def rarity(self) -> Floats:
        """The inverse frequencies of the scored terms, shape (terms,)."""
        return np.array([max(self._rarity(term), 0.0) for term in self.term_list], dtype=np.float64)

    @cached_property
    def zone_weights(self) -> dict[str, Floats]:
        """The weights of the scored terms in each zone of the query times their rarity, each of shape (terms,)."""
        zones = self.query.zones
        return {zone: weights_of(self.term_list, zones.get(zone, {})) * self.rarity for zone in ALL_ZONES}

    @cached_property
    def known(self) -> float:
        """The share of the query's weight that falls on words which the index has at all."""
        occurring = sorted(term for term, count in self.frequencies.items() if count > 0)
        return sum(self.raw[term] for term in occurring) / (sum(self.raw.values()) or 1.0)

    @cached_property
    def sought(self) -> Sought:
        """What the answers' texts are looked through for."""
        return sought(self.query, self.terms)

    def gathering_terms(self, limit: int, postings: int, zones: Sequence[Zone] | None = None) -> tuple[list[str], bool]:
        """Return the terms to gather by, and whether some were left out.

        The cost of a lexical query is the number of chunks its terms occur in, so terms are taken from the most
        telling on while their ``postings`` fit; a term in most chunks would only repeat what all chunks share.
        """
        allowed = self.terms
        if zones is not None:
            inside = {term for zone in zones for term in self.query.zones.get(zone, ())}
            allowed = {term: weight for term, weight in self.terms.items() if term in inside}
        chosen: list[str] = []
        spent = 0
        for term in allowed:
            cost = self.frequencies[term]
            enough = len(chosen) >= (1 if cost > _FAR_TOO_FREQUENT * postings else _MIN_TERMS)
            if len(chosen) >= limit or (spent + cost > postings and enough):
                continue
            chosen.append(term)
            spent += cost
        return chosen, len(chosen) < len(allowed)

    def covered(self, fields: Fields) -> float:
        """Return which share of the whole question's weight a candidate holds, from 0 to 1.

        Words that the index has never seen weigh most, so this says how far an index has to do with a question at all,
        and may be compared between indexes, as scores may not.
        """
        weights = self._weights_of_all
        held = set(f"{fields.path} {fields.name} {fields.signature} {fields.body}".split())
        return sum(weights[term] for term in weights if term in held) / (sum(weights.values()) or 1.0)

    @cached_property
    def _weights_of_all(self) -> dict[str, float]:
        """The weights of all terms times their rarity, of unknown and unscored ones too."""
        return {term: weight * self._rarity(term) for term, weight in self.raw.items()}

    def _rarity(self, term: str) -> float:
        return inverse_frequency(self.frequencies[term], self.view.total)
