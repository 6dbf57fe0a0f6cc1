"""The candidates of one request: gathered by several retrievers, scored exactly by one measure.

Lexical search in the store only gathers; what counts is the fielded BM25 over the stored fields, so chunks that
came by a mention, by meaning or by a call compete on the same terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.excerpts import Sought, sought
from findspot.core.paths import unit_class
from findspot.core.query import ALL_ZONES, NAMES, Query, QueryKind, Zone, term_weights
from findspot.core.ranking.bm25 import Floats, Matches, covered_shares, joined_matches, match_terms, weights_of
from findspot.core.ranking.features import CandidateTable, PastSignal
from findspot.core.ranking.weights import (
    RankingWeights,
    Signals,
    file_scores,
    inverse_frequency,
    lexical_scores,
    matched_terms,
    rarities,
    text_scores,
    unit_scores,
)
from findspot.core.render import Fields
from findspot.core.types import Evidence
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.mentions import Mentions, called_so
from findspot.storage.records import ChunkRow

_MAX_SCORED_TERMS = 120
"""Terms that take part in scoring; the rest are the most frequent words of a long text."""

_NOTHING = (0.0, "")

_MIN_TERMS = 2
"""Terms that gather candidates even if they are frequent: they are all there is."""

_FAR_TOO_FREQUENT = 4
"""Times the postings that may be spent, from which a term only gathers where there is no other: ``py`` in a path."""


class Pool:
    """Candidates with their signals; grows step by step, scores are computed once per chunk."""

    def __init__(self, view: IndexView, query: Query, weights: RankingWeights) -> None:
        self._view = view
        self._query = query
        self._weights = weights
        raw = term_weights(query, weights.zones)
        self._frequencies = view.frequencies(list(raw))
        rare = rarities(self._frequencies, view.total)
        self._known = sum(raw[term] for term in sorted(rare)) / (sum(raw.values()) or 1.0)
        self._raw = raw
        self._rarity_of_all: dict[str, float] | None = None
        ordered = sorted(rare, key=lambda term: (-raw[term] * rare[term], term))[:_MAX_SCORED_TERMS]
        self.terms: dict[str, float] = {term: raw[term] * rare[term] for term in ordered}
        self.rows: list[ChunkRow] = []
        self.mentions = Mentions()
        self.calls: dict[int, tuple[float, str]] = {}
        self.called: dict[int, tuple[float, str]] = {}
        self.bridges: dict[int, tuple[float, str]] = {}
        self.past: dict[str, PastSignal] = {}
        self.neighbours: Mapping[str, frozenset[str]] = {}
        self.importers: Mapping[str, int] = {}
        self._fields: dict[int, Fields] = {}
        self._lexical: dict[int, float] = {}
        self._parts: list[Matches] = []
        self._term_list = list(self.terms)
        self._term_weights = weights_of(self._term_list, self.terms)
        self._dense: dict[int, float] = {}
        self._sought: Sought | None = None
        self._exact: frozenset[int] | None = None
        self.dense_floor = weights.dense_floor

    def __len__(self) -> int:
        return len(self.rows)

    def gathering_terms(self, limit: int, postings: int, zones: Sequence[Zone] | None = None) -> tuple[list[str], bool]:
        """Return the terms to gather by, and whether some were left out.

        The cost of a lexical query is the number of chunks its terms occur in, so terms are taken from the most
        telling on while their ``postings`` fit; a term in most chunks would only repeat what all chunks share.
        """
        allowed = self.terms
        if zones is not None:
            inside = {term for zone in zones for term in self._query.zones.get(zone, ())}
            allowed = {term: weight for term, weight in self.terms.items() if term in inside}
        chosen: list[str] = []
        spent = 0
        for term in allowed:
            cost = self._frequencies[term]
            enough = len(chosen) >= (1 if cost > _FAR_TOO_FREQUENT * postings else _MIN_TERMS)
            if len(chosen) >= limit or (spent + cost > postings and enough):
                continue
            chosen.append(term)
            spent += cost
        return chosen, len(chosen) < len(allowed)

    def add(self, ids: Iterable[int]) -> None:
        """Take chunks in that exist for this request, and score their words."""
        rows = [row for number, row in self._view.rows(ids).items() if number not in self._lexical]
        if not rows:
            return
        fields = self._view.fields([row.id for row in rows])
        rows = [row for row in rows if row.id in fields]
        documents = [fields[row.id] for row in rows]
        lengths = self._view.corpus.average_tokens
        matches = match_terms(self._term_list, documents, lengths, self._weights)
        scores = lexical_scores(matches, self._term_weights, self._weights).tolist()
        self._parts.append(matches)
        for row, document, score in zip(rows, documents, scores, strict=True):
            self._fields[row.id] = document
            self._lexical[row.id] = score
            self.rows.append(row)

    def add_mentions(self, mentions: Mentions, files: int = 6) -> None:
        """Take in what the query names; of the files that it names, the chunks of the surest ones."""
        self.mentions = mentions
        ids = [*mentions.chunks, *mentions.frames]
        named = sorted(mentions.files, key=lambda path: (-mentions.files[path].strength, path))
        for path in named[:files]:
            ids += [row.id for row in self._view.chunks_of(path)[:80]]
        self.add(ids)

    def add_dense(self, vector: Vectors, cosines: dict[int, float]) -> None:
        """Take in neighbours by meaning, and learn the cosine of the candidates that are here already."""
        self.add(number for number, cosine in cosines.items() if cosine > self.dense_floor)
        missing = [row.id for row in self.rows if row.id not in cosines]
        self._dense = {**self._view.similarities(vector, missing), **cosines}

    def signals(self) -> Signals:
        """Return what is known of each candidate, in the order of ``rows``."""
        chunks, frames, files = self.mentions.chunks, self.mentions.frames, self.mentions.files
        numbers = [row.id for row in self.rows]
        paths = [row.path for row in self.rows]
        votes = {path: one.votes for path, one in self.past.items()}
        most = max(votes.values(), default=0.0) or 1.0
        matches = joined_matches(self._parts, len(self._term_list))
        coverage, file_coverage = covered_shares(matches, paths, self._term_weights)
        return Signals(
            lexical=np.array([self._lexical[number] for number in numbers]),
            coverage=coverage,
            file_coverage=file_coverage,
            tokens=matches.tokens,
            dense=np.array([max(self._dense.get(number, 0.0), 0.0) for number in numbers]),
            mention=np.array([found.strength if (found := chunks.get(number)) else 0.0 for number in numbers]),
            frame=np.array([found.strength if (found := frames.get(number)) else 0.0 for number in numbers]),
            file_mention=np.array([found.strength if (found := files.get(path)) else 0.0 for path in paths]),
            graph=np.maximum(_shares(self.calls, numbers), _shares(self.called, numbers)),
            past=np.array([votes.get(path, 0.0) / most for path in paths]),
        )

    def _past_share(self, path: str) -> float:
        most = max((one.votes for one in self.past.values()), default=0.0) or 1.0
        return self.past[path].votes / most if path in self.past else 0.0

    @property
    def lexical(self) -> list[float]:
        """Return the exact lexical score of each candidate, in the order of ``rows``."""
        return [self._lexical[row.id] for row in self.rows]

    def table(self) -> CandidateTable:
        """Return all that is known of the candidates, for the learned rankers."""
        signals = self.signals()
        hand, file_hand = self._scored(signals)
        numbers = [row.id for row in self.rows]
        terms = self._term_list
        rarity = np.array(
            [max(inverse_frequency(self._frequencies[term], self._view.total), 0.0) for term in terms], dtype=np.float64
        )
        zones = self._query.zones
        zone_weights: dict[str, Floats] = {zone: weights_of(terms, zones.get(zone, {})) * rarity for zone in ALL_ZONES}
        return CandidateTable(
            query=self._query,
            units=self.rows,
            matches=joined_matches(self._parts, len(terms)),
            term_weights=self._term_weights,
            rarity=rarity,
            zone_weights=zone_weights,
            lexical=signals.lexical,
            dense=signals.dense,
            mention=signals.mention,
            frame=signals.frame,
            file_mention=signals.file_mention,
            calls=_shares(self.calls, numbers),
            called=_shares(self.called, numbers),
            bridge=_shares(self.bridges, numbers),
            hand=hand,
            file_hand=file_hand,
            past=self.past,
            neighbours=self.neighbours,
            importers=self.importers,
            corpus=self._view.total,
            known=self._known,
        )

    def scores(self) -> list[float]:
        """Return the final score of each candidate, in the order of ``rows``."""
        found: list[float] = self._scored(self.signals())[0].tolist()
        return found

    def file_scores(self) -> dict[str, float]:
        """Return the score of each file that has a candidate."""
        return self._scored(self.signals())[1]

    def _scored(self, signals: Signals) -> tuple[Floats, dict[str, float]]:
        """Return the scores of all candidates and of their files."""
        own = text_scores(self.rows, signals, self._query, self._weights)
        files = file_scores(self.rows, own, signals, self._query, self._weights)
        return unit_scores(self.rows, own, files, self._query, self._weights), files

    @property
    def sought(self) -> Sought:
        """What the answers' texts are looked through for."""
        if self._sought is None:
            self._sought = sought(self._query, self.terms)
        return self._sought

    def lines(self, row: ChunkRow) -> tuple[int, ...]:
        """Return the lines of a candidate that the query names."""
        named = (self.mentions.frames.get(row.id), self.mentions.chunks.get(row.id))
        return tuple(mention.line for mention in named if mention is not None and mention.line is not None)

    def is_exact(self, row: ChunkRow) -> bool | None:
        """Say whether a candidate is what a mere name or path means: a definition or a file that is called so."""
        if self._query.kind not in NAMES:
            return None
        if self._exact is None:
            self._exact = called_so(self._query, self._view)
        if self._query.kind is QueryKind.PATH:
            return row.path in self.mentions.files
        stem = row.path.rsplit("/", 1)[-1].split(".", 1)[0].lower()
        return row.id in self._exact or any(stem == named.name.text.lower() for named in self._query.names[:1])

    def evidence(self, row: ChunkRow) -> tuple[Evidence, ...]:
        """Return the reasons for one candidate, the strongest kind first."""
        named = (
            self.mentions.chunks.get(row.id),
            self.mentions.frames.get(row.id),
            self.mentions.files.get(row.path),
        )
        found = [
            Evidence("mention", mention.detail, round(mention.strength, 4)) for mention in named if mention is not None
        ]
        fields = matched_terms(self.terms, self._fields[row.id])
        if fields:
            detail = "; ".join(f"{name}: {', '.join(terms)}" for name, terms in fields)
            found.append(Evidence("lexical", detail, round(self._lexical[row.id], 4)))
        cosine = self._dense.get(row.id, 0.0)
        if cosine > self.dense_floor and (self._weights.dense[self._query.kind.value] > 0 or not self.terms):
            found.append(Evidence("dense", "similar meaning", round(cosine, 4)))
        for steps in (self.calls, self.called, self.bridges):
            if row.id in steps:
                share, detail = steps[row.id]
                found.append(Evidence("graph", detail, round(share, 4)))
        share = self._past_share(row.path)
        if share > 0:
            found.append(Evidence("history", "past commits with a message like this changed the file", round(share, 4)))
        kind = unit_class(row.path_class, row.path, row.symbol).value
        if kind != "source" and kind not in self._query.asks_for:
            what = f"{kind} file" if kind == row.path_class.value else f"{kind} in a {row.path_class.value} file"
            found.append(Evidence("prior", what, self._weights.path_classes[kind]))
        return tuple(found)

    def covered(self, row: ChunkRow) -> float:
        """Return which share of the whole question's weight a candidate holds, from 0 to 1.

        Words that the index has never seen weigh most, so this says how far an index has to do with a question at all,
        and may be compared between indexes, as scores may not.
        """
        if self._rarity_of_all is None:
            found = ((term, self._frequencies[term]) for term in self._raw)
            self._rarity_of_all = {
                term: self._raw[term] * inverse_frequency(count, self._view.total) for term, count in found
            }
        weights, fields = self._rarity_of_all, self._fields[row.id]
        held = set(f"{fields.path} {fields.name} {fields.signature} {fields.body}".split())
        return sum(weights[term] for term in weights if term in held) / (sum(weights.values()) or 1.0)

    def matches(self, row: ChunkRow) -> bool:
        """Say whether anything speaks for a candidate; the rest came along with its file."""
        return (
            self._lexical[row.id] > 0
            or row.id in self.mentions.chunks
            or row.id in self.mentions.frames
            or row.path in self.mentions.files
            or self._dense.get(row.id, 0.0) > self.dense_floor
        )


def _shares(steps: Mapping[int, tuple[float, str]], numbers: Sequence[int]) -> Floats:
    return np.array([steps.get(number, _NOTHING)[0] for number in numbers])
