"""Repositories for training and for evaluation are kept apart, and a command says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from findspot_training.__main__ import main
from findspot_training.corpus.held_out import normalized, read_names, refusals

HELD_OUT = ["Acme/Tool", "beta/data-kit", "gamma/core"]


@pytest.mark.row("A17")
@pytest.mark.parametrize(
    "name",
    [
        "acme/tool",
        "ACME/TOOL.git",
        "https://example.org/Acme/Tool",
        "git@example.org:acme/tool.git",
        "acme+tool",
        "somebody/tool",
        "SWE-Copies/acme__tool",
        "mirrors/data_kit",
        "mirrors/DataKit-mirror",
    ],
)
def test_held_out_names_forks_and_mirrors_are_refused(name: str) -> None:
    assert len(refusals([name], HELD_OUT, "here")) == 1


@pytest.mark.row("A17")
@pytest.mark.parametrize("name", ["acme/toolbox", "beta/kit", "acme/other"])
def test_other_repositories_pass(name: str) -> None:
    assert refusals([name], HELD_OUT, "here") == []


def test_a_namesake_passes_once_a_person_has_allowed_it() -> None:
    assert refusals(["delta/core"], HELD_OUT, "here", ["Delta/Core"]) == []
    assert len(refusals(["gamma/core"], HELD_OUT, "here", ["gamma/core"])) == 1


@pytest.mark.row("A17")
def test_the_command_refuses_with_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held_out = tmp_path / "held.txt"
    held_out.write_text("# Not for training.\nacme/tool\n", encoding="utf-8")
    clean = tmp_path / "clean.json"
    clean.write_text(json.dumps({"acme/other": {"commits": 3}}), encoding="utf-8")
    mined = tmp_path / "mined.jsonl"
    mined.write_text('{"repo": "Acme/Tool"}\n{"repo": "acme/other"}\n', encoding="utf-8")
    assert main(["check-repos", str(clean), "--held-out", str(held_out)]) == 0
    capsys.readouterr()
    assert main(["check-repos", str(clean), str(mined), "--held-out", str(held_out)]) == 1
    assert capsys.readouterr().out.splitlines() == [f"Acme/Tool ({mined}): is held out: acme/tool"]


def test_a_list_that_cannot_be_read_is_an_error_and_not_a_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("acme/tool\nnot a repository\n", encoding="utf-8")
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    assert main(["check-repos", str(names), "--held-out", str(names)]) == 1
    assert main(["check-repos", str(empty), "--held-out", str(tmp_path / "missing.txt")]) == 1
    names.write_text("acme/other\n", encoding="utf-8")
    assert main(["check-repos", str(names), "--held-out", str(empty)]) == 1
    assert capsys.readouterr().err.count("error: ") == 3


def test_names_are_read_from_lists_and_objects(tmp_path: Path) -> None:
    path = tmp_path / "names.json"
    path.write_text('["a/b", {"repo": "c/d"}, {"e/f": 1}]', encoding="utf-8")
    assert read_names(path) == ["a/b", "c/d", "e/f"]
    assert normalized("A+B") == "a/b"
