"""What the learned rankers read of a candidate: one row of numbers per unit and one per file.

Pure functions of a ``CandidateTable``; serving and training call the same ones (I-4). Any change of the names, of
their order or of their meaning makes another ``FEATURES_VERSION``, and a ranker trained for another version is
refused. Lexical numbers are shares of the best candidate's, so that a long report and a short one look alike; ``raw``
numbers keep their size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from findspot.core.identifiers import split_symbol
from findspot.core.query import Query
from findspot.core.ranking.bm25 import Floats, Matches, weighted
from findspot.core.ranking.weights import Unit
from findspot.core.text import split_identifier
from findspot.core.types import PathClass

FEATURES_VERSION = 1


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


UNIT_FEATURES = _names(
    "lexical lexical_rank lexical_raw coverage plain body_title body_ident body_prose body_code body_trace "
    "name_all name_title name_ident named named_title stem stem_title signature path_all path_title mention frame file_mention class_mention "
    "calls called bridge hand hand_rank rank_in_file share_of_file file_hand file_rank class_best length part method "
    "depth private dense dense_share past_votes past_best recency churn file_units prose_raw best_raw terms has_code "
    "has_trace named_things known candidates corpus"
)

FILE_FEATURES = _names(
    "best top3 top10 best_rank top3_rank lexical_best lexical_top3 plain_best all all_rank title ident prose code trace "
    "coverage path_all path_title path_ident stem stem_title test_file dense dense_share mention frame file_mention bridge calls past_votes "
    "past_best recency churn neighbour imported_by directory units units_in_20 size depth package best_raw terms "
    "has_code has_trace named_things known files corpus"
)

_ZONES = ("title", "ident", "prose", "code", "trace")

_RECENT = 60.0
"""Commits after which a change counts for 1/e: measured, anything from 30 to 200 is alike."""

_CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor", "new", "init", "initialize"})


_TEST_WORDS = frozenset({"test", "tests", "spec", "specs", "it", "should"})


class PastSignal(NamedTuple):
    """What past commits say of a file.

    ``votes`` and ``best`` come from messages like the query (see ``commit_votes``), ``newest`` is the place of the file's
    newest commit (0 is the newest of all), ``times`` how often it was changed.
    """

    votes: float = 0.0
    best: float = 0.0
    newest: int | None = None
    times: int = 0


_NO_PAST = PastSignal()


@dataclass(frozen=True, slots=True)
class CandidateTable:
    """All that is known of the candidates of one query, row by row.

    Arrays have one entry per unit, as have ``classes``, which say what it is for. ``folder_stems`` are those of files that
    stand for their folder. ``hand`` is the score by hand-set weights. ``zone_weights`` maps each zone to the
    weights of ``matches``' terms (query weight times rarity). ``neighbours`` are files that import each other,
    ``known`` is the share of the query's weight that falls on words which the index has at all.
    """

    query: Query
    units: Sequence[Unit]
    classes: Sequence[PathClass]
    folder_stems: frozenset[str]
    matches: Matches
    term_weights: Floats
    rarity: Floats
    zone_weights: Mapping[str, Floats]
    lexical: Floats
    dense: Floats
    mention: Floats
    frame: Floats
    file_mention: Floats
    calls: Floats
    called: Floats
    bridge: Floats
    hand: Floats
    file_hand: Mapping[str, float]
    past: Mapping[str, PastSignal]
    neighbours: Mapping[str, frozenset[str]]
    importers: Mapping[str, int]
    corpus: int
    known: float


class Features(NamedTuple):
    """What the rankers read: units, one per definition, the best by hand-set weights first, and their files.

    Features have shape (units, ``len(UNIT_FEATURES)``) and (files, ``len(FILE_FEATURES)``).
    """

    units: Sequence[Unit]
    unit_features: Floats
    files: Sequence[str]
    file_features: Floats


def unit_features(table: CandidateTable) -> Floats:
    """Return the features of each unit, shape (units, ``len(UNIT_FEATURES)``)."""
    matches, units = table.matches, table.units
    size = len(units)
    any_field = np.maximum(np.maximum(matches.body, matches.name), np.maximum(matches.signature, matches.path)) > 0
    total = float(table.term_weights.sum()) or 1.0
    files = _groups([unit.path for unit in units])
    classes = _groups([_class_of(unit) for unit in units])
    file_hand = np.array([table.file_hand.get(unit.path, 0.0) for unit in units])
    file_order = _file_ranks(table.file_hand)
    past = [table.past.get(unit.path, _NO_PAST) for unit in units]
    symbols = [unit.symbol or "" for unit in units]
    bare = [split_symbol(symbol)[1] for symbol in symbols]
    columns: dict[str, Floats] = {
        "lexical": _share(table.lexical),
        "lexical_rank": _ranks(table.lexical),
        "lexical_raw": table.lexical / total,
        "coverage": weighted(any_field.astype(np.float64), table.term_weights) / total,
        "plain": _share(weighted(matches.body, table.rarity)),
        **{f"body_{zone}": _share(weighted(matches.body, table.zone_weights[zone])) for zone in _ZONES},
        "name_all": _share(weighted(matches.name, table.term_weights)),
        "name_title": _share(weighted(matches.name, table.zone_weights["title"])),
        "name_ident": _share(weighted(matches.name, table.zone_weights["ident"])),
        "named": matches.named,
        "named_title": _named_by(matches, table.zone_weights["title"]),
        **_of_files(units, table, ("stem", "stem_title")),
        "signature": _share(weighted(matches.signature, table.term_weights)),
        "path_all": _share(weighted(matches.path, table.term_weights)),
        "path_title": _share(weighted(matches.path, table.zone_weights["title"])),
        "mention": table.mention,
        "frame": table.frame,
        "file_mention": table.file_mention,
        "class_mention": _best_of(classes, table.mention, size),
        "calls": table.calls,
        "called": table.called,
        "bridge": table.bridge,
        "hand": _share(table.hand),
        "hand_rank": _ranks(table.hand),
        "rank_in_file": _ranks_within(files, table.hand, size),
        "share_of_file": table.hand / np.maximum(_best_of(files, table.hand, size), 1e-9),
        "file_hand": _share(file_hand),
        "file_rank": np.array([file_order.get(unit.path, 0.0) for unit in units]),
        "class_best": _share(_best_of(classes, table.lexical, size)),
        "length": np.log1p(matches.tokens),
        "part": np.array([float(unit.part > 0) for unit in units]),
        "method": np.array([float(unit.kind == "method") for unit in units]),
        "depth": np.array([float(symbol.count(".")) for symbol in symbols]),
        "private": np.array([2.0 if name in _CONSTRUCTORS else float(name.startswith("_")) for name in bare]),
        "dense": table.dense,
        "dense_share": _share(table.dense),
        **_past_columns(past),
        "file_units": np.log1p(_count_of(files, size)),
        "prose_raw": weighted(matches.body, table.zone_weights["prose"]) / total,
        **_query_columns(table, size),
        "candidates": np.full(size, np.log1p(size)),
    }
    return np.column_stack([columns[name] for name in UNIT_FEATURES]) if size else np.zeros((0, len(UNIT_FEATURES)))


def file_features(table: CandidateTable) -> tuple[list[str], Floats]:
    """Return the files of the units in the order of their first unit, and their features, shape (files, features)."""
    matches, units = table.matches, table.units
    groups = _groups([unit.path for unit in units])
    paths = list(groups)
    size = len(paths)
    if not size:
        return [], np.zeros((0, len(FILE_FEATURES)))
    members = list(groups.values())
    # A file's words are those of its candidates, counted together and saturated once more.
    body = np.stack([matches.body[rows].sum(axis=0) for rows in members])
    body = body / (body + 1.0)
    path = np.stack([matches.path[rows].max(axis=0) for rows in members])
    total = float(table.term_weights.sum()) or 1.0
    best, top3, top10 = (np.array([_top(table.hand[rows], count) for rows in members]) for count in (1, 3, 10))
    order = np.argsort(-table.hand, kind="stable")
    places = np.empty(len(units), dtype=np.int64)
    places[order] = np.arange(len(units))
    everything = weighted(body, table.term_weights)
    dense = _best_in(members, table.dense)
    place = {name: at for at, name in enumerate(paths)}
    columns: dict[str, Floats] = {
        "best": _share(best),
        "top3": _share(top3),
        "top10": _share(top10),
        "best_rank": _ranks(best),
        "top3_rank": _ranks(top3),
        "lexical_best": _share(_best_in(members, table.lexical)),
        "lexical_top3": _share(np.array([_top(table.lexical[rows], 3) for rows in members])),
        "plain_best": _share(_best_in(members, weighted(matches.body, table.rarity))),
        "all": _share(everything),
        "all_rank": _ranks(everything),
        **{zone: _share(weighted(body, table.zone_weights[zone])) for zone in _ZONES},
        "coverage": weighted(((body > 0) | (path > 0)).astype(np.float64), table.term_weights) / total,
        "path_all": _share(weighted(path, table.term_weights)),
        "path_title": _share(weighted(path, table.zone_weights["title"])),
        "path_ident": _share(weighted(path, table.zone_weights["ident"])),
        **{name: np.array([values[path] for path in paths]) for name, values in _stems(table, paths).items()},
        "test_file": _tested(paths, units, members, table),
        "dense": dense,
        "dense_share": _share(dense),
        "mention": _best_in(members, table.mention),
        "frame": _best_in(members, table.frame),
        "file_mention": _best_in(members, table.file_mention),
        "bridge": _best_in(members, table.bridge),
        "calls": np.maximum(_best_in(members, table.calls), _best_in(members, table.called)),
        **_past_columns([table.past.get(name, _NO_PAST) for name in paths]),
        "neighbour": _share(
            np.array(
                [max((best[place[n]] for n in table.neighbours.get(p, ()) if n in place), default=0.0) for p in paths]
            )
        ),
        "imported_by": np.array([np.log1p(table.importers.get(name, 0)) for name in paths]),
        "directory": _share(_beside(paths, best)),
        "units": np.log1p(np.array([len(rows) for rows in members], dtype=np.float64)),
        "units_in_20": np.array([float((places[rows] < 20).sum()) for rows in members]),
        "size": np.log1p(np.array([float(matches.tokens[rows].sum()) for rows in members])),
        "depth": np.array([float(name.count("/")) for name in paths]),
        "package": np.array([float(_stem(name) in table.folder_stems) for name in paths]),
        **_query_columns(table, size),
        "files": np.full(size, np.log1p(size)),
    }
    return paths, np.column_stack([columns[name] for name in FILE_FEATURES])


def _named_by(matches: Matches, zone: Floats) -> Floats:
    """Return the share of each name's own tokens that stand in one zone."""
    held = (matches.name > 0).astype(np.float64)
    hits = held.sum(axis=1)
    return np.where(
        hits > 0, matches.named * weighted(held, (zone > 0).astype(np.float64)) / np.maximum(hits, 1.0), 0.0
    )


def _stems(table: CandidateTable, paths: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return for each file which share of the words of its name, or of its folder's for a package, the query has."""
    words = table.query.zones
    title = frozenset(words.get("title", ()))
    wanted = title | frozenset(words.get("ident", ())) | frozenset(words.get("prose", ()))
    found: dict[str, dict[str, float]] = {"stem": {}, "stem_title": {}}
    for path in dict.fromkeys(paths):
        stem = _stem(path)
        name = path.rsplit("/", 2)[-2] if stem in table.folder_stems and "/" in path else stem
        parts = split_identifier(name) or ("",)
        found["stem"][path] = sum(part in wanted for part in parts) / len(parts)
        found["stem_title"][path] = sum(part in title for part in parts) / len(parts)
    return found


def _of_files(units: Sequence[Unit], table: CandidateTable, names: Sequence[str]) -> dict[str, Floats]:
    values = _stems(table, [unit.path for unit in units])
    return {name: np.array([values[name][unit.path] for unit in units]) for name in names}


def _tested(
    paths: Sequence[str], units: Sequence[Unit], members: Sequence[Sequence[int]], table: CandidateTable
) -> Floats:
    """Return for each file how well the words of the tests named after it match."""
    best = float(table.lexical.max(initial=0.0)) or 1.0
    by_stem: dict[str, float] = {}
    for path, rows in zip(paths, members, strict=True):
        if units[rows[0]].path_class is PathClass.TEST:
            words = [part for part in split_identifier(_stem(path)) if part not in _TEST_WORDS]
            by_stem["_".join(words)] = max(by_stem.get("_".join(words), 0.0), float(table.lexical[rows].max()) / best)
    return np.array(
        [
            0.0
            if units[rows[0]].path_class is PathClass.TEST
            else by_stem.get("_".join(split_identifier(_stem(path))), 0.0)
            for path, rows in zip(paths, members, strict=True)
        ]
    )


def _past_columns(past: Sequence[PastSignal]) -> dict[str, Floats]:
    return {
        "past_votes": _share(np.array([one.votes for one in past])),
        "past_best": _share(np.array([one.best for one in past])),
        "recency": np.array([0.0 if one.newest is None else np.exp(-one.newest / _RECENT) for one in past]),
        "churn": np.log1p(np.array([float(one.times) for one in past])),
    }


def _query_columns(table: CandidateTable, size: int) -> dict[str, Floats]:
    """Return what is the same for all candidates; trees use it to treat kinds of queries apart."""
    zones = table.query.zones
    total = float(table.term_weights.sum()) or 1.0
    values = {
        "best_raw": float(table.lexical.max(initial=0.0)) / total,
        "terms": float(np.log1p(np.count_nonzero(table.term_weights))),
        "has_code": float("code" in zones),
        "has_trace": float(bool(table.query.report.frames)),
        "named_things": float(np.log1p(np.count_nonzero(table.mention))),
        "known": table.known,
        "corpus": float(np.log1p(table.corpus)),
    }
    return {name: np.full(size, value) for name, value in values.items()}


def _share(values: Floats) -> Floats:
    best = float(values.max(initial=0.0))
    return values / best if best > 0 else np.zeros_like(values)


def _ranks(values: Floats) -> Floats:
    """Return log(1 + rank) of each value, the greatest first; equal values in their order."""
    ranks = np.empty(len(values))
    ranks[np.argsort(-values, kind="stable")] = np.log1p(np.arange(len(values)))
    return ranks


def _file_ranks(scores: Mapping[str, float]) -> dict[str, float]:
    ordered = sorted(scores, key=lambda path: (-scores[path], path))
    return {path: float(np.log1p(at)) for at, path in enumerate(ordered)}


def _groups(keys: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        found.setdefault(key, []).append(at)
    return found


def _class_of(unit: Unit) -> str:
    """Return a key that a class and its members share; a function outside classes shares its with nothing else."""
    if unit.kind == "class" and unit.symbol is not None:
        return f"{unit.path}\0{unit.symbol}"
    owner = split_symbol(unit.symbol or "")[0]
    if owner:
        return f"{unit.path}\0{owner}"
    return f"{unit.path}\0{unit.id}"


def _best_of(groups: Mapping[str, Sequence[int]], values: Floats, size: int) -> Floats:
    found = np.zeros(size)
    for rows in groups.values():
        found[rows] = values[rows].max()
    return found


def _count_of(groups: Mapping[str, Sequence[int]], size: int) -> Floats:
    found = np.zeros(size)
    for rows in groups.values():
        found[rows] = len(rows)
    return found


def _ranks_within(groups: Mapping[str, Sequence[int]], values: Floats, size: int) -> Floats:
    found = np.zeros(size)
    for rows in groups.values():
        found[rows] = _ranks(values[rows])
    return found


def _best_in(members: Sequence[Sequence[int]], values: Floats) -> Floats:
    return np.array([values[rows].max() for rows in members])


def _top(values: Floats, count: int) -> float:
    return float(np.sort(values)[::-1][:count].sum())


def _beside(paths: Sequence[str], best: Floats) -> Floats:
    """Return for each file the best score of another file in its folder."""
    folders = _groups([path.rpartition("/")[0] for path in paths])
    found = np.zeros(len(paths))
    for rows in folders.values():
        if len(rows) > 1:
            first, second = sorted(rows, key=lambda at: -best[at])[:2]
            for at in rows:
                found[at] = best[second] if at == first else best[first]
    return found


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].split(".", 1)[0]
