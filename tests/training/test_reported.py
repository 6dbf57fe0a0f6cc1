"""The reports in nine languages: whole, each with a solution to be found, and about nothing the embedders took commits from."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from findspot_training import source
from findspot_training.measure.instances import read_instances

MODELS = Path(__file__).parents[2] / "models"
REPORTED = MODELS / "reported.jsonl"


@pytest.mark.row("B16")
def test_they_cover_the_languages_and_many_repositories() -> None:
    rows = list(source.json_lines(REPORTED))
    languages = Counter(row["language"] for row in rows)
    assert set(languages) == {"c", "cpp", "go", "java", "javascript", "php", "ruby", "rust", "typescript"}
    assert min(languages.values()) >= 20
    assert len({row["repo"] for row in rows}) >= 50
    assert all(set(row) <= {"issue", "language", "fix_commit"} | _NEEDED for row in rows)


def test_each_is_an_instance_that_names_its_solution() -> None:
    instances = read_instances([REPORTED])
    assert len(instances) == len(list(source.json_lines(REPORTED)))
    for one in instances:
        assert one.fix, one.id
        assert one.fix != one.commit, one.id
        assert (one.patch, one.entries) == ("", None), "patches stay in their repositories"
        assert one.text == one.text.strip()


@pytest.mark.parametrize("recipe", ["static-code", "minilm-code-q8"])
def test_no_embedder_learned_from_their_commits(recipe: str) -> None:
    parameters = tomllib.loads((MODELS / "recipes" / f"{recipe}.toml").read_text(encoding="utf-8"))["parameters"]
    learned = {name.lower() for name in parameters["repositories"]}
    assert learned.isdisjoint({one.repo.lower() for one in read_instances([REPORTED])})


_NEEDED = {"instance_id", "repo", "created_at", "base_commit", "problem_statement"}
