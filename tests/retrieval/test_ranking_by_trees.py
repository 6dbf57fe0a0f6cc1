"""Features and learned order over a real index: what each signal shows, what a ranker may change, and its absence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from findspot.core.ranking.calibration import HERE_INPUTS, RESULT_INPUTS
from findspot.core.ranking.features import FEATURES_VERSION, FILE_FEATURES, UNIT_FEATURES, Features
from findspot.core.ranking.learned import Rankers
from findspot.core.ranking.weights import DEFAULT_WEIGHTS, SIGNALS, RankingWeights, Signal
from findspot.core.types import Level, Unavailable
from findspot.inference.models import Models
from findspot.inference.static import StaticEmbedder
from findspot.retrieval.localizer import Localization, Localizer
from findspot.retrieval.searcher import Searcher
from findspot.storage.records import PastCommit
from findspot.storage.store import IndexStore
from tests.retrieval.test_localizer import ISSUE, Memory


def localizer(
    store: IndexStore,
    embedder: StaticEmbedder,
    weights: RankingWeights = DEFAULT_WEIGHTS,
    rankers: Rankers | None = None,
) -> Localizer:
    """Make a localizer without a localization model."""
    searcher = Searcher(store, embedder, weights)
    return Localizer(
        searcher,
        lambda _: Unavailable("no model here"),
        Memory(),
        weights,
        lambda: rankers or Unavailable("there are none"),
    )


def off(*signals: Signal) -> RankingWeights:
    """Return the shipped weights without some signals."""
    return replace(DEFAULT_WEIGHTS, off=frozenset(signals))


def of_unit(found: Features, symbol: str, feature: str) -> float:
    """Return one number of one unit."""
    [at] = [at for at, unit in enumerate(found.units) if unit.symbol == symbol]
    return float(found.unit_features[at, UNIT_FEATURES.index(feature)])


def of_file(found: Features, path: str, feature: str) -> float:
    """Return one number of one file."""
    return float(found.file_features[list(found.files).index(path), FILE_FEATURES.index(feature)])


def half_likely() -> dict[str, Any]:
    """Return a calibration by which every result is half likely, and surely here."""
    return {
        "units": {"weights": dict.fromkeys(RESULT_INPUTS, 0.0), "bias": 0.0},
        "files": {"weights": dict.fromkeys(RESULT_INPUTS, 0.0), "bias": 0.0},
        "here": {"weights": dict.fromkeys(HERE_INPUTS, 0.0), "bias": 9.0},
    }


def trees(**gains: float) -> dict[str, Any]:
    """Return a file of rankers whose units are ordered by one feature each; every result is half likely."""
    nodes = [[[UNIT_FEATURES.index(name), 0.5, 1, 2], [0.0], [gain]] for name, gain in gains.items()]
    return {
        "features_version": FEATURES_VERSION,
        "units": {"features": list(UNIT_FEATURES), "trees": nodes},
        "files": {"features": list(FILE_FEATURES), "trees": []},
        "calibration": {kind: half_likely() for kind in ("reports", "questions")},
    }


def symbols(found: Localization) -> list[str | None]:
    """Return the symbols of an answer in order."""
    return [one.symbol for one in found.results]


def test_every_number_is_finite_and_has_its_column(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = localizer(store, embedder).features(ISSUE)
    assert found.unit_features.shape == (len(found.units), len(UNIT_FEATURES))
    assert found.file_features.shape == (len(found.files), len(FILE_FEATURES))
    assert np.isfinite(found.unit_features).all()
    assert np.isfinite(found.file_features).all()
    assert len({(unit.path, unit.symbol) for unit in found.units}) == len(found.units)


def test_features_are_the_same_each_time(store: IndexStore, embedder: StaticEmbedder) -> None:
    one, other = (localizer(store, embedder).features(ISSUE) for _ in range(2))
    assert np.array_equal(one.unit_features, other.unit_features)
    assert np.array_equal(one.file_features, other.file_features)


def test_what_a_report_names_and_where_it_broke_is_seen(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = localizer(store, embedder).features(ISSUE)
    assert of_unit(found, "RetryPolicy.next_delay", "mention") > 0
    assert of_unit(found, "RetryPolicy.next_delay", "frame") > 0
    assert of_unit(found, "RetryPolicy.next_delay", "body_code") > 0
    assert of_file(found, "src/upload/scheduler.py", "frame") > 0
    assert of_unit(found, "render_page", "mention") == 0


def test_a_test_leads_to_what_it_calls(store: IndexStore, embedder: StaticEmbedder) -> None:
    text = "a failed upload is put back into the queue twice"
    found = localizer(store, embedder).features(text)
    assert of_unit(found, "schedule_retry", "bridge") > 0
    assert of_file(found, "src/upload/scheduler.py", "test_file") > 0
    without = localizer(store, embedder, off("tests")).features(text)
    assert of_unit(without, "schedule_retry", "bridge") == 0


def test_calls_and_imports_connect(store: IndexStore, embedder: StaticEmbedder) -> None:
    text = "schedule_retry puts a failed upload into the queue too late"
    found = localizer(store, embedder).features(text)
    assert of_unit(found, "Queue.push", "called") > 0
    assert of_file(found, "src/upload/queue.py", "imported_by") > 0
    assert of_file(found, "src/upload/queue.py", "neighbour") > 0
    without = localizer(store, embedder, off("calls", "imports")).features(text)
    assert of_unit(without, "Queue.push", "called") == 0
    assert of_file(without, "src/upload/queue.py", "imported_by") == 0


def test_past_commits_vote_and_date_files(store: IndexStore, embedder: StaticEmbedder) -> None:
    store.replace_past(
        "head",
        [
            PastCommit(0, "escape html in pages", ("src/report/render.py",)),
            PastCommit(7, "hold parcels over easter", ("web/store.ts", "gone.py")),
        ],
    )
    text = "parcels are not held over easter"
    found = localizer(store, embedder).features(text)
    assert of_file(found, "web/store.ts", "past_votes") == 1.0
    assert of_file(found, "web/store.ts", "recency") == pytest.approx(np.exp(-7 / 60))
    without = localizer(store, embedder, off("history", "recency")).features(text + " in the store")
    assert of_file(without, "web/store.ts", "past_votes") == 0
    assert of_file(without, "web/store.ts", "recency") == 0


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_can_be_missed(store: IndexStore, embedder: StaticEmbedder, signal: Signal) -> None:
    assert localizer(store, embedder, off(signal)).localize(ISSUE, budget=0.0).results


def test_a_ranker_orders_and_its_absence_leaves_the_hand_set_order(store: IndexStore, embedder: StaticEmbedder) -> None:
    by_hand = localizer(store, embedder).localize(ISSUE, budget=0.0)
    rankers = Rankers.from_json(trees(named=-50.0))
    learned = localizer(store, embedder, rankers=rankers).localize(ISSUE, budget=0.0)
    assert by_hand.results[0].symbol == "RetryPolicy.next_delay"
    assert learned.results[0].symbol != "RetryPolicy.next_delay"
    assert {one.probability for one in by_hand.results} == {None}
    assert all(one.probability is not None for one in learned.results)
    unused = localizer(store, embedder, off("ranker"), rankers).localize(ISSUE, budget=0.0)
    assert symbols(unused) == symbols(by_hand)
    assert "the ranker is missing: there are none" in by_hand.note
    assert (learned.by_hand, unused.by_hand) == ("", "")


def test_tests_and_documents_stay_lower_under_a_ranker(store: IndexStore, embedder: StaticEmbedder) -> None:
    rankers = Rankers.from_json(trees())
    found = localizer(store, embedder, rankers=rankers).localize(ISSUE, top_k=50, budget=0.0)
    functions = [one.row.path_class.value for one in found.results if one.row.kind in {"function", "method"}]
    assert {"source", "test"} <= set(functions)
    assert functions == sorted(functions), "source stands before test"


def test_files_have_probabilities_too(store: IndexStore, embedder: StaticEmbedder) -> None:
    rankers = Rankers.from_json(trees())
    found = localizer(store, embedder, rankers=rankers).localize(ISSUE, level="file", budget=0.0)
    assert len({one.row.path for one in found.results}) == len(found.results) > 1
    assert {one.probability for one in found.results} == {found.results[0].probability}


QUESTION = "where is a failed upload put back into the queue"


@pytest.mark.row("B03")
@pytest.mark.parametrize("level", ["function", "file"])
def test_a_question_of_one_line_is_a_list_with_probabilities_of_its_own(
    store: IndexStore, embedder: StaticEmbedder, level: Level
) -> None:
    told = trees()
    told["calibration"]["reports"]["here"]["bias"] = -9.0
    found = localizer(store, embedder, rankers=Rankers.from_json(told)).localize(QUESTION, level=level, budget=0.0)
    assert {one.probability for one in found.results} == {0.4999}
    assert found.here is not None
    assert found.here > 0.99, "the calibration of questions, not that of reports"
    assert found.length is not None
    assert 0 < found.length <= len(found.results)
    assert not found.cut


def test_a_question_is_ordered_by_a_ranker_and_without_one_by_hand_set_weights(
    store: IndexStore, embedder: StaticEmbedder
) -> None:
    by_hand = localizer(store, embedder).localize(QUESTION, budget=0.0)
    learned = localizer(store, embedder, rankers=Rankers.from_json(trees(method=50.0))).localize(QUESTION, budget=0.0)
    assert by_hand.results[0].kind == "function"
    assert learned.results[0].kind == "method"
    assert {one.probability for one in by_hand.results} == {None}
    assert "the ranker is missing: there are none" in by_hand.note
    assert learned.by_hand == ""


def test_a_file_does_not_fill_the_list_of_a_question(store: IndexStore, embedder: StaticEmbedder) -> None:
    rankers = Rankers.from_json(trees())

    def files(step: float) -> list[str]:
        weights = replace(DEFAULT_WEIGHTS, learned_step=step)
        found = localizer(store, embedder, weights, rankers).localize(QUESTION, budget=0.0)
        return [one.row.path for one in found.results]

    crowded, spread = files(0.0), files(50.0)
    assert len(set(spread[:3])) == 3 > len(set(crowded[:3]))
    assert spread[0] == crowded[0]


@pytest.mark.parametrize("lookup", ["next_delay", "src/upload/queue.py"])
def test_a_name_or_a_path_has_no_probability(store: IndexStore, embedder: StaticEmbedder, lookup: str) -> None:
    found = localizer(store, embedder, rankers=Rankers.from_json(trees())).localize(lookup, budget=0.0)
    assert found.results
    assert (found.here, found.length) == (None, None)
    assert {one.probability for one in found.results} == {None}


@pytest.mark.row("B03")
def test_a_question_that_belongs_elsewhere_is_said_to(store: IndexStore, embedder: StaticEmbedder) -> None:
    told = trees()
    told["calibration"]["reports"]["here"]["bias"] = -9.0
    found = localizer(store, embedder, rankers=Rankers.from_json(told)).localize(ISSUE, budget=0.0)
    assert found.here is not None
    assert found.here < 0.01
    assert found.length == 0
    assert found.results, "whoever asks for a list gets one"


@pytest.mark.row("B03")
def test_the_shipped_ranker_knows_a_text_about_something_else(
    store: IndexStore, embedder: StaticEmbedder, models: Models
) -> None:
    rankers = models.rankers()
    assert isinstance(rankers, Rankers), rankers
    here = localizer(store, embedder, rankers=rankers)
    ours = here.localize(ISSUE, budget=0.0)
    theirs = here.localize(
        "Kernel panic when the `nouveau` driver resumes\n\nAfter suspend the GPU hangs and `drm_atomic_helper` warns "
        "about vblank timeouts on the page; modesetting on Wayland shows artefacts with two monitors.",
        budget=0.0,
    )
    assert ours.here is not None
    assert theirs.here is not None
    assert theirs.here < ours.here


def test_no_candidate_at_all_is_nothing_here(store: IndexStore, embedder: StaticEmbedder) -> None:
    found = localizer(store, embedder).localize("zzyzx qwrtp", budget=0.0)
    assert (found.results, found.here, found.length) == ((), 0.0, 0)
