"""Where a score comes from: the steps add up, are there only where they are asked for, and change nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from findspot.core.types import EditorContext, Evidence
from findspot.inference.models import Models
from findspot.inference.static import StaticEmbedder
from findspot.retrieval.localizer import Localizer
from findspot.retrieval.results import Ranked
from findspot.retrieval.searcher import Searcher
from findspot.storage.store import IndexStore
from findspot.storage.vector_cache import VectorCache


def steps(one: Ranked) -> dict[str, float]:
    return {item.detail: item.score for item in one.evidence if item.kind == "score"}


def without_steps(found: list[Ranked]) -> list[Ranked]:
    return [replace(one, evidence=tuple(item for item in one.evidence if item.kind != "score")) for one in found]


@pytest.mark.row("B10")
@pytest.mark.parametrize("query", ["when is an upload tried again", "next_delay", "src/upload/queue.py"])
def test_the_steps_of_a_search_make_its_score(store: IndexStore, embedder: StaticEmbedder, query: str) -> None:
    searcher, context = Searcher(store, embedder), EditorContext(active="src/upload/queue.py")
    plain = searcher.search(query, top_k=30, context=context)
    explained = searcher.search(query, top_k=30, context=context, explain=True)
    assert plain
    assert without_steps(explained) == plain
    for one in explained:
        found = steps(one)
        assert found["score"] == pytest.approx(one.score, abs=1e-4)
        factors = [value for name, value in found.items() if name.startswith("times")]
        parts = [value for name, value in found.items() if not name.startswith(("times", "by hand", "moved", "score"))]
        moved = found.get("moved by repeats and by places that the model gave", 0.0)
        assert sum(parts) * math.prod(factors) + moved == pytest.approx(one.score, rel=0.01, abs=2e-3)


@pytest.mark.row("B10")
def test_the_steps_of_a_ranker_and_of_the_model_are_shown(
    store: IndexStore, embedder: StaticEmbedder, models: Models, tmp_path: Path
) -> None:
    cache = VectorCache(tmp_path / "cache")
    localizer = Localizer(Searcher(store, embedder), models.localization_model, cache, rankers=models.rankers)
    question = "why does a failed upload wait too long before the next attempt"
    plain = localizer.localize(question, budget=0, top_k=5)
    found = localizer.localize(question, budget=0, top_k=5, explain=True)
    assert without_steps(list(found.results)) == list(plain.results)
    for one in found.results:
        told = steps(one)
        learned = sum(value for name, value in told.items() if name.startswith("ranker"))
        moved = told.get("moved by repeats and by places that the model gave", 0.0)
        assert learned + moved == pytest.approx(one.score, abs=2e-3)
        assert any(name.startswith("words (rank") for name in told)
    assert not any(item.kind == "score" for one in plain.results for item in one.evidence)
    assert Evidence("score", "score", round(found.results[0].score, 4)) in found.results[0].evidence
