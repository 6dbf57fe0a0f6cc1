"""Scores and priors as pure functions: what raises a unit, what lowers it, and the exact BM25."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from findspot.core.query import QueryKind, analyse
from findspot.core.ranking.bm25 import match_terms, weights_of
from findspot.core.ranking.result_lists import (
    Scored,
    demote_repeats,
    joined,
    ordered,
    whole_span,
    with_model,
    z_scores,
)
from findspot.core.ranking.weights import (
    DEFAULT_WEIGHTS,
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
from findspot.core.text import SubTokenizer
from findspot.core.types import ChunkKind, PathClass, Span

SPAN = Span(0, 10, 1, 2)


@dataclass(frozen=True)
class Piece:
    """A unit with nothing but what ranking reads."""

    id: int = 1
    path: str = "a.py"
    kind: ChunkKind = "function"
    symbol: str | None = "f"
    span: Span = SPAN
    part: int = 0
    path_class: PathClass = PathClass.SOURCE


@dataclass(frozen=True)
class Means:
    """Mean field lengths."""

    path: float = 3.0
    name: float = 2.0
    signature: float = 4.0
    body: float = 10.0


PLAIN = Fields("src py", "parse header", "parse header request", "parse header request split line")
QUESTION = analyse("how is the header parsed", SubTokenizer(), ())
SYMBOL = analyse("parse_header", SubTokenizer(), ())
ISSUE = replace(QUESTION, kind=QueryKind.ISSUE)


def known(*lexical: float, first: PathClass = PathClass.SOURCE, **others: tuple[float, ...]) -> Signals:
    """Return the signals of units; those that are not given are 0, and all but the ``first`` unit are source."""
    none = np.zeros(len(lexical))
    numbers = [name for name in Signals._fields if name not in {"lexical", "classes"}]
    return Signals(
        lexical=np.array(lexical, dtype=float),
        classes=[first, *[PathClass.SOURCE] * len(lexical)][: len(lexical)],
        **{name: np.array(others.get(name, none), dtype=float) for name in numbers},
    )


def lexical(terms: dict[str, float], documents: list[Fields], means: Means, weights: RankingWeights) -> list[float]:
    """Score documents for terms with their weights."""
    matches = match_terms(list(terms), documents, means, weights)
    scores: list[float] = lexical_scores(matches, weights_of(list(terms), terms), weights).tolist()
    return scores


def test_bm25_by_hand() -> None:
    weights = replace(DEFAULT_WEIGHTS, name=0.0, signature=0.0, path=0.0)
    document = Fields("", "", "", "upload upload retry x")
    [score] = lexical({"upload": 2.0}, [document], Means(body=8.0), weights)
    norm = 1.2 * (1 - 0.4 + 0.4 * 4 / 8.0)
    assert score == pytest.approx(2.0 * 2 * 2.2 / (2 + norm))


def test_each_field_counts_and_absent_words_do_not() -> None:
    terms = {"parse": 1.0}
    full = lexical(terms, [PLAIN], Means(), DEFAULT_WEIGHTS)[0]
    for field in ("name", "signature", "body"):
        without = lexical(terms, [PLAIN._replace(**{field: ""})], Means(), DEFAULT_WEIGHTS)[0]
        assert 0 < without < full
    in_path = lexical(terms, [PLAIN._replace(path="parse py")], Means(), DEFAULT_WEIGHTS)[0]
    assert in_path == pytest.approx(full + DEFAULT_WEIGHTS.path)
    assert lexical({"absent": 1.0}, [PLAIN], Means(), DEFAULT_WEIGHTS) == [0.0]
    assert lexical({}, [PLAIN, PLAIN], Means(), DEFAULT_WEIGHTS) == [0.0, 0.0]


def test_rare_terms_weigh_more_and_unknown_ones_nothing() -> None:
    weights = rarities({"rare": 1, "common": 90, "unknown": 0}, 100)
    assert set(weights) == {"rare", "common"}
    assert weights["rare"] > weights["common"] > 0
    assert inverse_frequency(120, 100) == 0.0
    assert inverse_frequency(0, 0) >= 0.0


def test_matched_terms_name_their_field() -> None:
    found = matched_terms({"parse": 1.0, "header": 2.0, "line": 5.0}, PLAIN)
    assert found == [
        ("name", ["header", "parse"]),
        ("signature", ["header", "parse"]),
        ("body", ["line", "header", "parse"]),
    ]


@pytest.mark.parametrize("path_class", [one for one in PathClass if one is not PathClass.SOURCE])
def test_other_classes_of_path_are_lowered_never_dropped(path_class: PathClass) -> None:
    units = [Piece(), Piece(id=2)]
    low, high = text_scores(units, known(4.0, 4.0, first=path_class), QUESTION, DEFAULT_WEIGHTS)
    assert 0 < low < high


def test_a_class_that_is_asked_for_is_not_lowered() -> None:
    asked = analyse("tests of the header parser", SubTokenizer(), ())
    units = [Piece(), Piece(id=2)]
    first, second = text_scores(units, known(4.0, 4.0, first=PathClass.TEST), asked, DEFAULT_WEIGHTS)
    assert first == second


def test_kinds_matter_for_questions_and_not_for_symbols() -> None:
    units = [Piece(kind="module", symbol=None), Piece(id=2)]
    low, high = text_scores(units, known(4.0, 4.0), QUESTION, DEFAULT_WEIGHTS)
    assert low < high
    one, other = text_scores(units, known(4.0, 4.0), SYMBOL, DEFAULT_WEIGHTS)
    assert one == other


def test_a_named_definition_beats_the_best_words() -> None:
    units = [Piece(), Piece(id=2)]
    named, worded = text_scores(units, known(1.0, 10.0, mention=(1.0, 0.0)), SYMBOL, DEFAULT_WEIGHTS)
    assert named > worded


def test_meaning_counts_in_questions_only() -> None:
    units = [Piece(), Piece(id=2)]
    signals = known(4.0, 4.0, dense=(0.9, 0.1))
    near, far = text_scores(units, signals, QUESTION, DEFAULT_WEIGHTS)
    assert near > far
    one, other = text_scores(units, signals, SYMBOL, DEFAULT_WEIGHTS)
    assert one == other


def test_deeper_signals_each_raise_a_unit() -> None:
    for signal in ("mention", "frame", "file_mention", "graph", "past"):
        signals = Signals(**{**known(4.0, 4.0)._asdict(), signal: np.array((0.5, 0.0))})
        more, less = text_scores([Piece(), Piece(id=2)], signals, ISSUE, DEFAULT_WEIGHTS)
        assert more > less


def test_a_file_is_its_best_units_three_for_a_report_and_two_for_a_question() -> None:
    units = [Piece(id=number, path="a.py") for number in range(4)] + [Piece(id=9, path="b.py")]
    own = np.array([1.0, 4.0, 2.0, 3.0, 5.0])
    for query, best in ((ISSUE, 9.0), (QUESTION, 7.0)):
        assert file_scores(units, own, known(*own), query, DEFAULT_WEIGHTS) == {"a.py": best, "b.py": 5.0}


def test_company_in_the_file_decides_between_equals() -> None:
    units = [Piece(id=1, path="a.py"), Piece(id=2, path="a.py"), Piece(id=3, path="b.py")]
    signals = known(4.0, 3.0, 4.0)
    own = text_scores(units, signals, QUESTION, DEFAULT_WEIGHTS)
    files = file_scores(units, own, signals, QUESTION, DEFAULT_WEIGHTS)
    first, _, third = unit_scores(units, own, files, QUESTION, DEFAULT_WEIGHTS)
    assert first > third


def test_a_unit_and_a_file_with_all_words_of_a_question_win() -> None:
    units = [Piece(id=1, path="a.py"), Piece(id=2, path="b.py")]
    signals = known(4.0, 4.0, coverage=(0.9, 0.4), file_coverage=(0.5, 0.5))
    more, less = text_scores(units, signals, QUESTION, DEFAULT_WEIGHTS)
    assert more > less
    signals = known(4.0, 4.0, file_coverage=(0.9, 0.4))
    files = file_scores(units, np.array([1.0, 1.0]), signals, QUESTION, DEFAULT_WEIGHTS)
    assert files["a.py"] > files["b.py"]


def test_what_a_query_covers_and_how_long_a_unit_is_matters_for_questions_only() -> None:
    units = [Piece(id=1, path="a.py"), Piece(id=2, path="b.py")]
    signals = known(4.0, 4.0, coverage=(0.9, 0.4), file_coverage=(0.9, 0.4), tokens=(80.0, 5.0))
    for query in (SYMBOL, ISSUE):
        own = text_scores(units, signals, query, DEFAULT_WEIGHTS)
        assert own[0] == own[1]
        assert len(set(file_scores(units, own, signals, query, DEFAULT_WEIGHTS).values())) == 1


def test_a_unit_of_few_words_is_lowered_to_a_floor_at_most() -> None:
    units = [Piece(id=number) for number in range(4)]
    signals = known(4.0, 4.0, 4.0, 4.0, tokens=(200.0, 54.0, 20.0, 1.0))
    long, enough, short, tiny = text_scores(units, signals, QUESTION, DEFAULT_WEIGHTS)
    assert long == enough > short > tiny
    assert tiny == pytest.approx(DEFAULT_WEIGHTS.min_unit_factor * long)


def test_no_candidates_no_scores() -> None:
    own = text_scores([], known(), QUESTION, DEFAULT_WEIGHTS)
    files = file_scores([], own, known(), QUESTION, DEFAULT_WEIGHTS)
    assert files == {}
    assert unit_scores([], own, files, QUESTION, DEFAULT_WEIGHTS).tolist() == []
    assert joined([], []) == []
    assert z_scores([]) == []


def test_ties_go_by_path_then_line() -> None:
    units = [
        Piece(id=5, path="b.py", symbol="x"),
        Piece(id=4, path="a.py", symbol="y", span=Span(50, 60, 9, 10)),
        Piece(id=6, path="a.py", symbol="z", span=Span(0, 10, 1, 2)),
    ]
    assert [units[entry.index].id for entry in ordered(units, [1.0, 1.0, 1.0])] == [6, 4, 5]


def test_parts_of_one_definition_are_one_answer_and_overloads_are_not() -> None:
    parts = [
        Piece(id=1, span=Span(0, 10, 1, 5), part=0),
        Piece(id=2, span=Span(10, 20, 6, 9), part=1),
        Piece(id=3, span=Span(30, 40, 12, 15), part=0),
    ]
    found = joined(parts, [1.0, 3.0, 2.0])
    assert [parts[entry.index].id for entry in found] == [2, 3]


def test_further_answers_of_one_file_are_demoted_not_dropped() -> None:
    units = [Piece(id=number, path="a.py", symbol=f"f{number}") for number in range(5)] + [Piece(id=9, path="b.py")]
    entries = [Scored(at, score) for at, score in enumerate([1.0, 0.99, 0.98, 0.97, 0.96])] + [Scored(5, 0.95)]
    found = demote_repeats(units, entries, QueryKind.SYMBOL, DEFAULT_WEIGHTS)
    assert [units[entry.index].id for entry in found] == [0, 1, 2, 9, 3, 4]
    assert [entry.score for entry in found] == sorted((entry.score for entry in found), reverse=True)


@pytest.mark.parametrize("learned", [False, True])
def test_overloads_come_after_other_definitions_and_stay(learned: bool) -> None:
    units = [Piece(id=number, symbol="A.load", span=Span(number, number + 1, number, number)) for number in range(3)]
    units += [Piece(id=3, symbol="B.load"), Piece(id=4, path="b.py", symbol="A.load"), Piece(id=5, symbol=None)]
    units += [Piece(id=6, symbol=None)]
    entries = [Scored(at, 2.0 - at / 10) for at in range(len(units))]
    found = demote_repeats(units, entries, QueryKind.ISSUE, DEFAULT_WEIGHTS, learned=learned, spread=False)
    assert [units[entry.index].id for entry in found] == [0, 3, 4, 5, 6, 1, 2]
    assert [entry.score for entry in found] == sorted((entry.score for entry in found), reverse=True)
    assert demote_repeats(units, entries, QueryKind.SYMBOL, DEFAULT_WEIGHTS, learned=learned, spread=False) == entries


def test_the_model_reorders_only_what_it_has_read() -> None:
    entries = [Scored(at, 10.0 - at) for at in range(5)]
    found = with_model(entries, {0: 0.1, 1: 0.1, 2: 0.9}, 2.0)
    assert [entry.index for entry in found] == [2, 0, 1, 3, 4]
    assert [entry.score for entry in found] == [10.0, 9.0, 8.0, 7.0, 6.0]
    assert with_model(entries, {0: 0.9}, 2.0) == entries
    held = with_model(entries, {0: 0.1, 1: 0.1, 2: 0.9}, 2.0, first=1)
    assert [entry.index for entry in held[:3]] == [0, 2, 1]
    assert [entry.index for entry in with_model(entries, {0: 0.5, 1: 0.5, 4: 0.5}, 0.3)] == [0, 1, 2, 3, 4]


def test_the_whole_span() -> None:
    assert whole_span([Span(10, 20, 3, 4), Span(0, 10, 1, 3)]) == Span(0, 20, 1, 4)


def test_every_kind_of_query_unit_and_path_has_its_weight() -> None:
    weights = RankingWeights()
    kinds = {kind.value for kind in QueryKind}
    assert set(weights.dense) == set(weights.mention) == set(weights.file_mention) == kinds
    assert set(weights.path_classes) == {one.value for one in PathClass}
    assert math.isclose(max(weights.path_classes.values()), weights.path_classes["source"])
