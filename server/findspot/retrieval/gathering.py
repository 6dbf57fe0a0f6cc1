"""Candidates for a report: its zones ask the index apart, what it names joins them, and three ways lead further.

From the best candidates along calls, from tests that speak of the same thing to the code they test, and from messages
of past commits to the files those changed. Of the likeliest files every unit becomes a candidate, since the right
function often shares fewer words with a report than its neighbours do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Event

from findspot.cancellation import check
from findspot.core.query import Zone, term_weights
from findspot.core.ranking.commit_votes import ZONES as MESSAGE_ZONES
from findspot.core.ranking.commit_votes import message_votes
from findspot.core.ranking.features import PastSignal
from findspot.core.ranking.result_lists import joined
from findspot.core.types import PathClass
from findspot.languages.paths import unit_class
from findspot.retrieval.candidates import Candidates, Step, Steps
from findspot.retrieval.import_graph import import_neighbours
from findspot.retrieval.mentions import find_mentions
from findspot.retrieval.nearness import Nearness
from findspot.retrieval.pace import Pace
from findspot.retrieval.path_lookup import PathTable
from findspot.retrieval.question import Question
from findspot.storage.records import ChunkRow

_ZONES: tuple[tuple[tuple[Zone, ...], int, int], ...] = (
    (("title",), 80, 12),
    (("ident",), 80, 20),
    (("title", "ident", "prose"), 120, 24),
    (("code", "trace"), 60, 16),
)
"""Questions to the lexical index: zones, candidates, terms. One question of all terms would let a long paste
drown the title."""

_POSTINGS = 25_000
"""Chunks that the terms of one such question may occur in: about 20 ms."""

_QUICK = 16, 1_800
_QUICK_LIMIT = 70
"""Terms, postings and candidates of the question that is asked first where time is short: what a search asks."""

_ZONE_COST = 0.020
STEP_COST = 0.010
_ALL_COST = 0.140
ORDER_COST = 0.060
"""Seconds for one such question, for each of the ways that lead further, for all of them, and for what the caller does
with the candidates, measured on Django with two kilobytes of report."""

_SEEDS = 12
"""Candidates whose callers and callees come along."""

_CALLEES_OF_ONE = 3
_CALLERS_OF_ONE = 12
"""Definitions of a called name, and callers of a name, up to which a step along it means anything."""

_TESTS = 8
"""Tests that lead to the code they call."""

_FILES = 8
_VOTED_FILES = 4
_UNITS_OF_FILE = 80
"""Likeliest files by the words of their units and by votes of past commits, and units that are taken of each."""

_MESSAGES = 200
_MESSAGE_TERMS = 24


@dataclass(frozen=True, slots=True)
class Gathering:
    """How candidates are gathered: for how many results, how fast, and who wants to know.

    ``paths`` is called only when the query names a path or module. ``keep`` gets the first candidates that can be an
    answer where time is short. ``stop`` ends the work with ``Cancelled``. ``nearness`` judges the candidates of an editor.
    """

    top_k: int
    pace: Pace
    paths: Callable[[], PathTable]
    keep: Callable[[Candidates], None] = lambda _: None
    stop: Event | None = None
    nearness: Nearness | None = None


def gather(question: Question, how: Gathering) -> Candidates:
    """Return the candidates that the pace allows; raises ``Cancelled``.

    Where time is short, a cheap question to the index comes first, and its candidates are kept.
    """
    view, weights, pace, stop = question.view, question.weights, how.pace, how.stop
    found = Candidates(question, nearness=how.nearness)
    kept = not pace.fits(2 * (_ALL_COST + ORDER_COST))
    if kept:
        terms, _ = question.gathering_terms(*_QUICK)
        found = found.with_chunks(view.lexical(terms, max(_QUICK_LIMIT, how.top_k * 3))[0])
        how.keep(found)
        check(stop)
    if weights.uses("mentions") and pace.allows(STEP_COST):
        found = found.with_mentions(find_mentions(question.query, view, how.paths, weights))
        check(stop)
    for zones, limit, most in _ZONES:
        check(stop)
        if not pace.allows(_ZONE_COST + ORDER_COST):
            break
        terms, _ = question.gathering_terms(most, _POSTINGS, zones)
        found = found.with_chunks(view.lexical(terms, max(limit, how.top_k * 3))[0])
        if not kept and not pace.fits(2 * (_ZONE_COST + ORDER_COST)):
            how.keep(found)
            kept = True
    check(stop)
    if weights.uses("history") and pace.allows(STEP_COST + ORDER_COST):
        found = replace(found, past=_votes(question))
        check(stop)
    if pace.allows(STEP_COST + ORDER_COST):
        found = _with_likely_files(found)
        check(stop)
    if weights.uses("calls") and pace.allows(STEP_COST + ORDER_COST):
        found = _with_calls(found)
        check(stop)
    if weights.uses("tests") and pace.allows(STEP_COST + ORDER_COST):
        found = _with_tested_code(found)
        check(stop)
    return _with_file_facts(found) if pace.allows(STEP_COST + ORDER_COST) else found


def _votes(question: Question) -> dict[str, PastSignal]:
    """Return what messages of past commits say of files that exist for this request."""
    wanted = term_weights(question.query, MESSAGE_ZONES)
    strongest = sorted(wanted, key=lambda term: (-wanted[term], term))
    terms = [term for term in strongest if wanted[term] > 0][: 4 * _MESSAGE_TERMS]
    found = question.view.past_matches(terms, _MESSAGES)
    votes = message_votes(wanted, found.messages, found.frequencies, found.total, found.files)
    return {path: PastSignal(count, best) for path, (count, best) in votes.items()}


def _with_likely_files(found: Candidates) -> Candidates:
    """Add all units of the likeliest files."""
    scores = found.scores.files
    classes = {row.path: row.path_class for row in found.rows}
    likely = [path for path in scores if classes[path] is PathClass.SOURCE]
    likely.sort(key=lambda path: (-scores[path], path))
    voted = sorted(found.past, key=lambda path: (-found.past[path].votes, path))
    paths = dict.fromkeys((*likely[:_FILES], *voted[:_VOTED_FILES]))
    chunks_of = found.question.view.chunks_of
    return found.with_chunks([row.id for path in paths for row in chunks_of(path)[:_UNITS_OF_FILE]])


def _with_calls(found: Candidates) -> Candidates:
    """Add callees and callers of the best candidates, each with a share of that candidate's score."""
    rows, view = found.rows, found.question.view
    seeds = joined(rows, found.scores.units.tolist())[:_SEEDS]
    if not seeds:
        return found
    best = seeds[0].score or 1.0
    shares = {entry.index: entry.score / best for entry in seeds}
    called = _callees(found, shares, "called by")
    bare = {at: symbol.rsplit(".", 1)[-1] for at in shares if (symbol := rows[at].symbol) is not None}
    bare = {at: name for at, name in bare.items() if rows[at].kind in {"function", "method"}}
    callers = view.callers(sorted(set(bare.values())), _CALLERS_OF_ONE + 1)
    calls: dict[int, Step] = {}
    for at, name in bare.items():
        ids = callers.get(name, [])
        for number in ids if len(ids) <= _CALLERS_OF_ONE else []:
            _keep_best(calls, number, rows[at].id, Step(shares[at], f"calls {rows[at].symbol}"))
    return replace(found, called=called, calls=calls).with_chunks([*called, *calls])


def _with_tested_code(found: Candidates) -> Candidates:
    """Add what the best matching tests call: a test and a report often describe the same behaviour."""
    lexical = found.lexical.tolist()
    tests = [at for at, row in enumerate(found.rows) if _is_test(row) and lexical[at] > 0]
    tests.sort(key=lambda at: (-lexical[at], found.rows[at].path, found.rows[at].span.start_line))
    if not tests:
        return found
    best = max(lexical) or 1.0
    tested = _callees(found, {at: lexical[at] / best for at in tests[:_TESTS]}, "tested by")
    wider = found.with_chunks(tested)
    kept = {row.id for row in wider.rows if not _is_test(row)}
    return replace(wider, bridges={number: step for number, step in tested.items() if number in kept})


def _with_file_facts(found: Candidates) -> Candidates:
    """Add when the files of the candidates were changed, and which of them import each other."""
    view, weights = found.question.view, found.question.weights
    paths = list(dict.fromkeys(row.path for row in found.rows))
    if weights.uses("recency"):
        past = dict(found.past)
        for path, change in view.changes_of(paths).items():
            past[path] = past.get(path, PastSignal())._replace(newest=change.newest, times=change.times)
        found = replace(found, past=past)
    if weights.uses("imports"):
        neighbours, importers = import_neighbours(view.imports_of(paths))
        found = replace(found, neighbours=neighbours, importers=importers)
    return found


def _is_test(row: ChunkRow) -> bool:
    return unit_class(row.path_class, row.path, row.symbol) is PathClass.TEST


def _callees(found: Candidates, shares: Mapping[int, float], words: str) -> Steps:
    """Return the steps to what candidates call; ``shares`` has theirs of the best score, by their place in ``rows``."""
    view = found.question.view
    called = view.references_of([found.rows[at].id for at in shares])
    names = sorted({name for references in called.values() for name in references})
    definers = view.named(names, _CALLEES_OF_ONE + 1)
    steps: dict[int, Step] = {}
    for at, share in shares.items():
        row = found.rows[at]
        for name in called.get(row.id, ()):
            ids = definers.get(name, [])
            for number in ids if len(ids) <= _CALLEES_OF_ONE else []:
                _keep_best(steps, number, row.id, Step(share, f"{words} {row.symbol or row.path}"))
    return steps


def _keep_best(steps: dict[int, Step], number: int, origin: int, step: Step) -> None:
    known = steps[number].share if number in steps else 0.0
    if number != origin and step.share > known:
        steps[number] = step
