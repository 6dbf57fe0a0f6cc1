"""The candidates of one question: gathered by several retrievers, scored exactly by one measure.

Lexical search in the store only gathers; what counts is the fielded BM25 over the stored fields, so chunks that
came by a mention, by meaning or by a call compete on the same terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.ranking.bm25 import Floats, Matches, covered_shares, joined_matches, match_terms
from findspot.core.ranking.features import CandidateTable, PastSignal
from findspot.core.ranking.learned import Order, nearer
from findspot.core.ranking.nearness import Near
from findspot.core.ranking.weights import Signals, file_scores, lexical_scores, text_scores, unit_scores
from findspot.core.render import Fields
from findspot.languages.paths import unit_class
from findspot.languages.table import FOLDER_STEMS
from findspot.retrieval.mentions import Mentions
from findspot.retrieval.nearness import Nearness
from findspot.retrieval.question import Question
from findspot.storage.records import ChunkRow

_CHUNKS_OF_FILE = 80
"""Chunks of a named file that become candidates."""


class Step(NamedTuple):
    """That a candidate is one step away from a better one: that one's share of the best score, and the step in words."""

    share: float
    detail: str


Steps = Mapping[int, Step]
"""Steps by the id of the chunk they lead to."""


class Scores(NamedTuple):
    """Final scores by hand-set weights: of each candidate, in the order of ``rows``, and of each of their files."""

    units: Floats
    files: Mapping[str, float]


@dataclass(frozen=True)
class Candidates:
    """Chunks and what is known of them; a step of gathering makes new candidates out of those before.

    ``documents`` and ``lexical`` (the exact BM25) go with ``rows``; ``matches`` are the parts that were added together.
    ``calls``, ``called`` and ``bridges`` lead from good candidates to their callers, to what they call, and from tests to
    what those call. ``past`` is by path, and so are ``neighbours`` (files that import each other) and ``importers`` (how
    many import one). ``nearness`` judges them by what an editor shows, after everything else. Whatever is derived from these is computed at most once.
    """

    question: Question
    rows: tuple[ChunkRow, ...] = ()
    documents: tuple[Fields, ...] = ()
    lexical: Floats = field(default_factory=lambda: np.zeros(0))
    parts: tuple[Matches, ...] = ()
    mentions: Mentions = field(default_factory=Mentions)
    cosines: Mapping[int, float] = field(default_factory=dict)
    dense_floor: float = 0.0
    calls: Steps = field(default_factory=dict)
    called: Steps = field(default_factory=dict)
    bridges: Steps = field(default_factory=dict)
    past: Mapping[str, PastSignal] = field(default_factory=dict)
    neighbours: Mapping[str, frozenset[str]] = field(default_factory=dict)
    importers: Mapping[str, int] = field(default_factory=dict)
    nearness: Nearness | None = None

    def __len__(self) -> int:
        return len(self.rows)

    # ── growing ─────────────────────────────────────────────────────────────────────────────────────────────

    def with_chunks(self, ids: Iterable[int]) -> Candidates:
        """Return these and the given chunks, as far as they exist for this request, with their words scored."""
        question = self.question
        rows = [row for number, row in question.view.rows(ids).items() if number not in self._ids]
        fields = question.view.fields([row.id for row in rows]) if rows else {}
        rows = [row for row in rows if row.id in fields]
        if not rows:
            return self
        documents = [fields[row.id] for row in rows]
        matches = match_terms(question.term_list, documents, question.view.corpus.average_tokens, question.weights)
        return replace(
            self,
            rows=(*self.rows, *rows),
            documents=(*self.documents, *documents),
            lexical=np.concatenate([self.lexical, lexical_scores(matches, question.term_weights, question.weights)]),
            parts=(*self.parts, matches),
        )

    def with_mentions(self, mentions: Mentions, files: int = 6) -> Candidates:
        """Return these and what the query names; of the files that it names, the chunks of the surest ones."""
        ids = [*mentions.chunks, *mentions.frames]
        named = sorted(mentions.files, key=lambda path: (-mentions.files[path].strength, path))
        for path in named[:files]:
            ids += [row.id for row in self.question.view.chunks_of(path)[:_CHUNKS_OF_FILE]]
        return replace(self, mentions=mentions).with_chunks(ids)

    def with_neighbours(self, vector: Vectors, cosines: Mapping[int, float], floor: float | None = None) -> Candidates:
        """Return these and the neighbours by meaning above ``floor``, with the cosine of each candidate to ``vector``."""
        floor = self.question.dense_floor if floor is None else floor
        found = self.with_chunks(number for number, cosine in cosines.items() if cosine > floor)
        missing = [row.id for row in found.rows if row.id not in cosines]
        known = {**self.question.view.similarities(vector, missing), **cosines}
        return replace(found, cosines=known, dense_floor=floor)

    # ── what follows from them ──────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(row.id for row in self.rows)

    @cached_property
    def matches(self) -> Matches:
        """The terms that each candidate holds."""
        return joined_matches(self.parts, len(self.question.term_list))

    @cached_property
    def signals(self) -> Signals:
        """What is known of each candidate, in the order of ``rows``."""
        named, frames, files = self.mentions.chunks, self.mentions.frames, self.mentions.files
        paths = [row.path for row in self.rows]
        coverage, file_coverage = covered_shares(self.matches, paths, self.question.term_weights)
        return Signals(
            lexical=self.lexical,
            coverage=coverage,
            file_coverage=file_coverage,
            tokens=self.matches.tokens,
            dense=np.array([max(self.cosines.get(row.id, 0.0), 0.0) for row in self.rows]),
            mention=np.array([found.strength if (found := named.get(row.id)) else 0.0 for row in self.rows]),
            frame=np.array([found.strength if (found := frames.get(row.id)) else 0.0 for row in self.rows]),
            file_mention=np.array([found.strength if (found := files.get(path)) else 0.0 for path in paths]),
            graph=np.maximum(self._shares(self.calls), self._shares(self.called)),
            past=np.array([self.past_share(path) for path in paths]),
            classes=[unit_class(row.path_class, row.path, row.symbol) for row in self.rows],
        )

    @cached_property
    def scores(self) -> Scores:
        """The scores by hand-set weights."""
        query, weights = self.question.query, self.question.weights
        own = text_scores(self.rows, self.signals, query, weights)
        files = file_scores(self.rows, own, self.signals, query, weights)
        return Scores(unit_scores(self.rows, own, files, query, weights), files)

    @cached_property
    def table(self) -> CandidateTable:
        """All that is known of the candidates, for the learned rankers."""
        question, signals = self.question, self.signals
        return CandidateTable(
            query=question.query,
            units=self.rows,
            classes=signals.classes,
            folder_stems=FOLDER_STEMS,
            matches=self.matches,
            term_weights=question.term_weights,
            rarity=question.rarity,
            zone_weights=question.zone_weights,
            lexical=signals.lexical,
            dense=signals.dense,
            mention=signals.mention,
            frame=signals.frame,
            file_mention=signals.file_mention,
            calls=self._shares(self.calls),
            called=self._shares(self.called),
            bridge=self._shares(self.bridges),
            hand=self.scores.units,
            file_hand=self.scores.files,
            past=self.past,
            neighbours=self.neighbours,
            importers=self.importers,
            corpus=question.view.total,
            known=question.known,
        )

    @cached_property
    def near(self) -> Sequence[Near]:
        """How near each candidate is to what the editor shows; empty where no editor asks."""
        return () if self.nearness is None else self.nearness.of(self.rows, self.scores.files)

    @cached_property
    def matching(self) -> Sequence[bool]:
        """Whether any signal matched, for each candidate; the others were added with their file."""
        mentions = self.mentions
        return [
            score > 0
            or row.id in mentions.chunks
            or row.id in mentions.frames
            or row.path in mentions.files
            or self.cosines.get(row.id, 0.0) > self.dense_floor
            for row, score in zip(self.rows, self.lexical.tolist(), strict=True)
        ]

    def by_editor(self, order: Order) -> Order:
        """Return an order of them with what is near to the editor raised."""
        return nearer(order, self.rows, self.near, self.question.weights)

    def past_share(self, path: str) -> float:
        """Return the votes of past commits for a file as a share of the most voted file's."""
        return self.past[path].votes / self._most_votes if path in self.past else 0.0

    @cached_property
    def _most_votes(self) -> float:
        return max((one.votes for one in self.past.values()), default=0.0) or 1.0

    def _shares(self, steps: Steps) -> Floats:
        return np.array([steps[row.id].share if row.id in steps else 0.0 for row in self.rows])
