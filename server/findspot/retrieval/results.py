"""Answers as retrieval gives them: a candidate with its evidence and the span of the whole definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from findspot.core.excerpts import NOTHING_SOUGHT, Sought
from findspot.core.query import NAMES, QueryKind
from findspot.core.ranking.learned import Order
from findspot.core.ranking.result_lists import Scored, whole_span
from findspot.core.ranking.weights import matched_terms
from findspot.core.types import Evidence, Span
from findspot.languages.paths import unit_class
from findspot.retrieval.candidates import Candidates
from findspot.retrieval.explaining import explanation
from findspot.retrieval.mentions import defined_as_written
from findspot.storage.records import ChunkRow


@dataclass(frozen=True, slots=True)
class Ranked:
    """One answer before the engine adds text and freshness.

    ``row`` is the chunk that speaks for it; ``span`` covers the whole definition (the whole file at file level).
    ``kind`` is the row's kind, or ``file``; ``symbol`` the qualified name, None for a file. ``probability`` is None
    where it is not known. ``covered`` is the share of the question that it holds, comparable between indexes. ``sought``
    is what the question looks for in the text, ``lines`` are those that it names there; ``exact`` is as in ``SearchResult``.
    """

    row: ChunkRow
    score: float
    evidence: tuple[Evidence, ...]
    span: Span
    kind: str
    symbol: str | None
    probability: float | None = None
    covered: float = 0.0
    sought: Sought = NOTHING_SOUGHT
    lines: tuple[int, ...] = ()
    exact: bool | None = None


def ranked(found: Candidates, entries: Sequence[Scored], explained: Order | None = None) -> list[Ranked]:
    """Turn scored candidates into answers, with evidence and with the span of the whole definition.

    With the order that they are in, what their scores are made of is ``explained``, too.
    """
    if not entries:
        return []
    question, rows = found.question, [found.rows[entry.index] for entry in entries]
    wanted = [(row.path, row.symbol) for row in rows if row.symbol is not None and row.kind in {"function", "method"}]
    spans = question.view.definition_spans(dict.fromkeys(wanted))
    definers = defined_as_written(question.query, question.view)
    answers: list[Ranked] = []
    for entry, row in zip(entries, rows, strict=True):
        whole = spans.get((row.path, row.symbol)) if row.symbol is not None else None
        # A name defined twice has the span of its first definition here; the other one keeps its row's. A comment
        # above a definition belongs to its first part and not to the definition.
        if whole is None or whole.start_byte >= row.span.end_byte or row.span.start_byte >= whole.end_byte:
            span = row.span
        else:
            span = whole_span([row.span, whole])
        answers.append(
            Ranked(
                row=row,
                score=entry.score,
                evidence=(
                    *_evidence(found, entry.index),
                    *(() if explained is None else explanation(found, explained, entry.index, entry.score)),
                ),
                span=span,
                kind=row.kind,
                symbol=row.symbol,
                covered=question.covered(found.documents[entry.index]),
                sought=question.sought,
                lines=_named_lines(found, row),
                exact=_is_exact(found, row, definers),
            )
        )
    return answers


def _evidence(found: Candidates, at: int) -> tuple[Evidence, ...]:
    """Return the reasons for one candidate, the strongest kind first."""
    question, row, mentions = found.question, found.rows[at], found.mentions
    query, weights = question.query, question.weights
    named = (mentions.chunks.get(row.id), mentions.frames.get(row.id), mentions.files.get(row.path))
    reasons = [
        Evidence("mention", mention.detail, round(mention.strength, 4)) for mention in named if mention is not None
    ]
    fields = matched_terms(question.terms, found.documents[at])
    if fields:
        detail = "; ".join(f"{name}: {', '.join(terms)}" for name, terms in fields)
        reasons.append(Evidence("lexical", detail, round(float(found.lexical[at]), 4)))
    cosine = found.cosines.get(row.id, 0.0)
    if cosine > found.dense_floor and (weights.dense[query.kind.value] > 0 or not question.terms):
        reasons.append(Evidence("dense", "similar meaning", round(cosine, 4)))
    for steps in (found.calls, found.called, found.bridges):
        if row.id in steps:
            step = steps[row.id]
            reasons.append(Evidence("graph", step.detail, round(step.share, 4)))
    share = found.past_share(row.path)
    if share > 0:
        reasons.append(Evidence("history", "past commits with a message like this changed the file", round(share, 4)))
    if found.near and found.near[at].reasons:
        reasons.append(Evidence("near", found.near[at].detail, round(found.near[at].strength, 4)))
    kind = unit_class(row.path_class, row.path, row.symbol).value
    if kind != "source" and kind not in query.asks_for:
        what = f"{kind} file" if kind == row.path_class.value else f"{kind} in a {row.path_class.value} file"
        reasons.append(Evidence("prior", what, weights.path_classes[kind]))
    return tuple(reasons)


def _named_lines(found: Candidates, row: ChunkRow) -> tuple[int, ...]:
    """Return the lines of a candidate that the query names."""
    named = (found.mentions.frames.get(row.id), found.mentions.chunks.get(row.id))
    return tuple(mention.line for mention in named if mention is not None and mention.line is not None)


def _is_exact(found: Candidates, row: ChunkRow, definers: frozenset[int]) -> bool | None:
    """Return whether a candidate is what a mere name or path means, None if the query is neither.

    ``definers`` are the chunks that define the name.
    """
    query = found.question.query
    if query.kind not in NAMES:
        return None
    if query.kind is QueryKind.PATH:
        return row.path in found.mentions.files
    stem = row.path.rsplit("/", 1)[-1].split(".", 1)[0].lower()
    return row.id in definers or any(stem == named.name.text.lower() for named in query.names[:1])
