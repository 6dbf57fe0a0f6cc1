"""Candidates for a report: its zones ask the index apart, what it names joins them, and three ways lead further.

From the best candidates along calls, from tests that speak of the same thing to the code they test, and from messages
of past commits to the files those changed. Of the likeliest files every unit becomes a candidate, since the right
function often shares fewer words with a report than its neighbours do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from findspot.cancellation import check
from findspot.core.paths import unit_class
from findspot.core.query import Query, Zone, term_weights
from findspot.core.ranking.commit_votes import ZONES as MESSAGE_ZONES
from findspot.core.ranking.commit_votes import import_neighbours, message_votes
from findspot.core.ranking.features import PastSignal
from findspot.core.ranking.result_lists import Scored, joined
from findspot.core.ranking.weights import RankingWeights
from findspot.core.types import PathClass
from findspot.retrieval.candidates import Pool
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.mentions import find_mentions
from findspot.retrieval.pace import Pace
from findspot.retrieval.path_lookup import PathTable
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


def gather(
    pool: Pool,
    view: IndexView,
    query: Query,
    weights: RankingWeights,
    table: Callable[[], PathTable],
    top_k: int,
    stop: Event | None,
    pace: Pace,
    keep: Callable[[], None],
) -> None:
    """Fill the pool with what ``pace`` allows; raises ``Cancelled`` once ``stop`` is set.

    Where time is short, a cheap question to the index comes first, and ``keep`` is called when there is something that
    can be an answer.
    """
    kept = not pace.fits(2 * (_ALL_COST + ORDER_COST))
    if kept:
        pool.add(view.lexical(pool.gathering_terms(*_QUICK)[0], max(_QUICK_LIMIT, top_k * 3))[0])
        keep()
        check(stop)
    if weights.uses("mentions") and pace.allows(STEP_COST):
        pool.add_mentions(find_mentions(query, view, table, weights))
        check(stop)
    for zones, limit, terms in _ZONES:
        check(stop)
        if not pace.allows(_ZONE_COST + ORDER_COST):
            break
        asked, _ = pool.gathering_terms(terms, _POSTINGS, zones)
        pool.add(view.lexical(asked, max(limit, top_k * 3))[0])
        if not kept and not pace.fits(2 * (_ZONE_COST + ORDER_COST)):
            keep()
            kept = True
    check(stop)
    if weights.uses("history") and pace.allows(STEP_COST + ORDER_COST):
        pool.past = _votes(view, query)
        check(stop)
    if pace.allows(STEP_COST + ORDER_COST):
        _take_files(pool, view)
        check(stop)
    if weights.uses("calls") and pace.allows(STEP_COST + ORDER_COST):
        _follow_calls(pool, view)
        check(stop)
    if weights.uses("tests") and pace.allows(STEP_COST + ORDER_COST):
        _cross_tests(pool, view)
        check(stop)
    if not pace.allows(STEP_COST + ORDER_COST):
        return
    paths = list(dict.fromkeys(row.path for row in pool.rows))
    if weights.uses("recency"):
        for path, change in view.changes_of(paths).items():
            known = pool.past.get(path, PastSignal())
            pool.past[path] = known._replace(newest=change.newest, times=change.times)
    if weights.uses("imports"):
        pool.neighbours, pool.importers = import_neighbours(view.imports_of(paths))


def _votes(view: IndexView, query: Query) -> dict[str, PastSignal]:
    """Return what messages of past commits say of files that exist for this request."""
    wanted = term_weights(query, MESSAGE_ZONES)
    strongest = sorted(wanted, key=lambda term: (-wanted[term], term))
    found = view.past_matches([term for term in strongest if wanted[term] > 0][: 4 * _MESSAGE_TERMS], _MESSAGES)
    votes = message_votes(wanted, found.messages, found.frequencies, found.total, found.files)
    return {path: PastSignal(count, best) for path, (count, best) in votes.items()}


def _take_files(pool: Pool, view: IndexView) -> None:
    """Take in all units of the likeliest files."""
    scores = pool.file_scores()
    classes = {row.path: row.path_class for row in pool.rows}
    likely = [path for path in scores if classes[path] is PathClass.SOURCE]
    likely.sort(key=lambda path: (-scores[path], path))
    voted = sorted(pool.past, key=lambda path: (-pool.past[path].votes, path))
    for path in dict.fromkeys((*likely[:_FILES], *voted[:_VOTED_FILES])):
        pool.add(row.id for row in view.chunks_of(path)[:_UNITS_OF_FILE])


def _follow_calls(pool: Pool, view: IndexView) -> None:
    """Take callees and callers of the best candidates in, each with a share of that candidate's score."""
    scores = pool.scores()
    seeds = joined(pool.rows, scores)[:_SEEDS]
    if not seeds:
        return
    best = seeds[0].score or 1.0
    shares = {entry.index: entry.score / best for entry in seeds}
    pool.called = _callees(pool, view, seeds, shares, "called by")
    bare = {at: symbol.rsplit(".", 1)[-1] for at in shares if (symbol := pool.rows[at].symbol) is not None}
    bare = {at: name for at, name in bare.items() if pool.rows[at].kind in {"function", "method"}}
    callers = view.callers(sorted(set(bare.values())), _CALLERS_OF_ONE + 1)
    found: dict[int, tuple[float, str]] = {}
    for at, name in bare.items():
        ids = callers.get(name, [])
        for number in ids if len(ids) <= _CALLERS_OF_ONE else []:
            _note(found, number, pool.rows[at].id, shares[at], f"calls {pool.rows[at].symbol}")
    pool.calls = found
    pool.add([*pool.called, *pool.calls])


def _cross_tests(pool: Pool, view: IndexView) -> None:
    """Take in what the best matching tests call: a test and a report often describe the same behaviour."""
    lexical = pool.lexical
    tests = [at for at, row in enumerate(pool.rows) if _is_test(row) and lexical[at] > 0]
    tests.sort(key=lambda at: (-lexical[at], pool.rows[at].path, pool.rows[at].span.start_line))
    seeds = [Scored(at, lexical[at]) for at in tests[:_TESTS]]
    if seeds:
        best = max(lexical) or 1.0
        found = _callees(pool, view, seeds, {entry.index: entry.score / best for entry in seeds}, "tested by")
        pool.add(found)
        kept = {row.id for row in pool.rows if not _is_test(row)}
        pool.bridges = {number: note for number, note in found.items() if number in kept}


def _is_test(row: ChunkRow) -> bool:
    return unit_class(row.path_class, row.path, row.symbol) is PathClass.TEST


def _callees(
    pool: Pool, view: IndexView, seeds: Sequence[Scored], shares: dict[int, float], words: str
) -> dict[int, tuple[float, str]]:
    """Return the definitions that the seeds call, by chunk, each with the share of its best caller."""
    called = view.references_of([pool.rows[entry.index].id for entry in seeds])
    names = sorted({name for found in called.values() for name in found})
    definers = view.named(names, _CALLEES_OF_ONE + 1)
    found: dict[int, tuple[float, str]] = {}
    for entry in seeds:
        row = pool.rows[entry.index]
        for name in called.get(row.id, ()):
            ids = definers.get(name, [])
            for number in ids if len(ids) <= _CALLEES_OF_ONE else []:
                _note(found, number, row.id, shares[entry.index], f"{words} {row.symbol or row.path}")
    return found


def _note(found: dict[int, tuple[float, str]], number: int, seed: int, share: float, detail: str) -> None:
    if number != seed and share > found.get(number, (0.0, ""))[0]:
        found[number] = (share, detail)
