"""The questions that were written by reading code: whole, and about nothing that question answering learned from."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from findspot_training.corpus.questions.rows import read_questions

MODELS = Path(__file__).parents[2] / "models"
ASKED = read_questions(MODELS / "asked.jsonl")


def test_they_cover_the_languages_and_kinds() -> None:
    languages = Counter(answer.language for one in ASKED for answer in one.answers)
    assert len(languages) >= 19
    kinds = Counter(one.kind for one in ASKED)
    assert set(kinds) == {"behaviour", "architecture", "definition"}
    assert min(kinds.values()) >= 80


def test_each_has_its_own_name_and_answers_in_one_tree() -> None:
    assert len({one.id for one in ASKED}) == len(ASKED)
    commits = {(one.repository, one.commit) for one in ASKED}
    assert len(commits) == len({repository for repository, _ in commits})
    for one in ASKED:
        assert one.paths, one.id
        assert len(set(one.paths)) == len(one.paths), one.id
        assert all(
            not PurePosixPath(path).is_absolute() and ".." not in path and "\\" not in path for path in one.paths
        )
        assert one.text == one.text.strip()


@pytest.mark.parametrize("recipe", ["static-code", "minilm-code-q8"])
def test_no_embedder_learned_from_their_repositories(recipe: str) -> None:
    parameters = tomllib.loads((MODELS / "recipes" / f"{recipe}.toml").read_text(encoding="utf-8"))["parameters"]
    learned = {name.lower() for name in (*parameters["repositories"], *parameters["trees"])}
    assert learned.isdisjoint({one.repository.lower() for one in ASKED})
