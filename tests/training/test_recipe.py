"""Recipes as a command: what is refused before anything is read, and what a trained one needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot_training.__main__ import main
from findspot_training.source import json_lines
from findspot_training.train.manifest import read_recipes
from tests.architecture.tree import ROOT

RECIPES = ROOT / "models" / "recipes"


def test_every_recipe_is_read() -> None:
    methods = {recipe.id: recipe.method for recipe in read_recipes(ROOT / "models")}
    assert methods == {"minilm-code-q8": "biencoder", "ranker-v1": "lambdamart", "static-code": "contrastive"}


def test_an_unusable_recipe_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needed = ["--repos", str(tmp_path), "--work", str(tmp_path), "--held-out", str(tmp_path / "none")]
    assert main(["recipe", str(tmp_path / "none.toml"), *needed]) == 1
    assert "not a usable recipe" in capsys.readouterr().err
    odd = tmp_path / "odd.toml"
    odd.write_text((RECIPES / "ranker-v1.toml").read_text(encoding="utf-8").replace("lambdamart", "magic"))
    assert main(["recipe", str(odd), *needed]) == 1
    assert "unknown method 'magic'" in capsys.readouterr().err


def test_a_model_needs_repositories_and_the_held_out_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["recipe", str(RECIPES / "ranker-v1.toml")])
    assert "--repos, --work, --held-out" in capsys.readouterr().err


def test_the_rankers_learn_where_the_embedders_have_never_been() -> None:
    """Else they would trust cosines more than these deserve in a user's repository."""
    told = {recipe.id: recipe.parameters for recipe in read_recipes(ROOT / "models")}
    rankers = {name.lower() for name in told["ranker-v1"]["repositories"]}
    for embedder in ("static-code", "minilm-code-q8"):
        known = {name.lower() for name in (*told[embedder]["repositories"], *told[embedder]["trees"])}
        assert rankers.isdisjoint(known), embedder


@pytest.mark.row("A17")
def test_held_out_repositories_are_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("somebody/viper\n", encoding="utf-8")
    places = ["--repos", str(tmp_path / "mirrors"), "--work", str(tmp_path / "work"), "--held-out", str(kept)]
    assert main(["recipe", str(RECIPES / "ranker-v1.toml"), *places]) == 1
    assert "spf13/viper" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_json_lines_end_at_line_feeds_alone(tmp_path: Path) -> None:
    separator = chr(0x2028)
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"message": "one{separator}two{chr(0x85)}"}}\n\n{{"message": "three"}}\n', encoding="utf-8")
    assert [row["message"] for row in json_lines(path)] == [f"one{separator}two{chr(0x85)}", "three"]
    path.write_text('{"message"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="delimiter"):
        list(json_lines(path))
