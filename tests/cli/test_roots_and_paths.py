"""Which root a command has and which paths it admits, clause by clause, through ``main`` and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from findspot.cli.main import main
from findspot.config import load_config
from findspot.engine import Engine
from tests.cli.processes import write_project

SOURCE = {"src/a.py": "def retry_upload(): ...\n", "docs/b.md": "# Retry an upload\n", "c.py": "RETRY_UPLOAD = 1\n"}


def status_of(cwd: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.chdir(cwd)
    return main(["retry upload", "--json", "-q", *words])


def places(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str]]:
    lines = capsys.readouterr().out.splitlines()
    return {(record["root"], record["path"]) for record in map(json.loads, lines)}


@pytest.mark.row("V01", "V02", "V03")
def test_only_a_single_folder_lends_its_root_and_only_where_the_current_folder_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project, plain = write_project(tmp_path / "project", SOURCE), tmp_path / "plain"
    (plain / "inside").mkdir(parents=True)
    assert status_of(plain, monkeypatch, str(project / "src")) == 0
    assert places(capsys) == {(str(project), "src/a.py")}
    # Two folders, or a file, name no root: the current folder is it, and they lie outside.
    assert status_of(plain, monkeypatch, str(project / "src"), str(project / "docs")) == 2
    assert "outside the root" in capsys.readouterr().err
    assert status_of(plain, monkeypatch, str(project / "c.py")) == 2
    assert "outside the root" in capsys.readouterr().err
    other = write_project(tmp_path / "other", SOURCE)
    assert status_of(other, monkeypatch, str(project / "src")) == 2  # a marker above the current folder wins


@pytest.mark.row("V05", "V06", "V07", "V24", "V25", "V26")
def test_paths_are_admitted_skipped_or_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project, outside = write_project(tmp_path / "project", SOURCE), tmp_path / "outside"
    outside.mkdir()
    cases: list[tuple[Path, list[str], set[str]]] = [
        (project, ["src"], {"src/a.py"}),
        (project, ["c.py", "docs"], {"c.py", "docs/b.md"}),
        (project / "src", [], {"src/a.py"}),
        (project / "src", ["."], {"src/a.py"}),
        (project / "src", ["../docs"], {"docs/b.md"}),
        (project / "src", ["--no-scope"], set(SOURCE)),
        (project, ["src", "../outside", "--skip-outside-root"], {"src/a.py"}),
        (project, ["."], set(SOURCE)),
    ]
    for cwd, words, wanted in cases:
        assert status_of(cwd, monkeypatch, *words) == 0, words
        assert places(capsys) == {(str(project), path) for path in wanted}, words
    for words in (["src", "../outside"], ["../outside", "--skip-outside-root"], ["--no-scope", "src"], ["src/gone.py"]):
        assert status_of(project, monkeypatch, *words) == 2, words
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("findspot: error: ")
        assert err.count("\n") == 1


@pytest.mark.row("V19")
def test_what_is_gone_is_forgotten_below_the_walked_folder_only(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", SOURCE)
    with Engine.open(project, load_config(project)) as engine:
        engine.refresh()
        for path in SOURCE:
            (project / path).unlink()
        assert engine.refresh(paths=["src"]).removed == 1
        assert engine.status().files == 2
        assert engine.refresh(paths=["c.py"]).removed == 1
        assert {one.path for one in engine.search("retry upload").results} == {"docs/b.md"}
        assert engine.refresh().removed == 1
        assert engine.status().files == 0
