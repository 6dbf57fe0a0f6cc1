"""The commands on real files with the real engine: answers, roots, scope, output and exit status."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from findspot.config import load_config
from findspot.places import user_config_path
from findspot.storage.locks import indexing_lock
from tests.cli.conftest import Ask
from tests.cli.processes import FILES, paths, records, write_project

KEYS = {
    "root",
    "path",
    "symbol",
    "kind",
    "start_line",
    "end_line",
    "score",
    "probability",
    "rank",
    "stage",
    "evidence",
    "fresh",
    "complete",
    "suggested_length",
    "exact",
    "by_meaning",
    "best_line",
    "matches",
    "truncated",
    "in_root_probability",
    "text",
}

ISSUE = """Upload is never tried again

After a failed upload nothing happens. I think `schedule_retry` is not called:

    File "src/uploads/scheduler.py", line 10, in schedule_retry
      self.queue.push(upload, delay)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small project that no index knows yet."""
    return write_project(tmp_path / "project")


@pytest.mark.row("V11", "V28", "V31", "C08")
def test_the_first_search_waits_for_the_index_and_answers_in_json(ask: Ask, project: Path) -> None:
    done = ask("where are failed uploads scheduled for another retry", "--json", cwd=project)
    found = records(done)
    assert found[0]["path"] == "src/uploads/scheduler.py"
    assert "schedule_retry" in found[0]["text"] or "UploadScheduler" in found[0]["text"]
    assert [record["rank"] for record in found] == list(range(1, len(found) + 1))
    for record in found:
        assert set(record) == KEYS
        assert record["root"] == str(project)
        assert record["fresh"] is True
        assert record["complete"] is True
        assert record["evidence"]
        lines = FILES[record["path"]].splitlines()
        assert 1 <= record["start_line"] <= record["end_line"] <= len(lines)
        assert record["text"].splitlines()[0] in lines[record["start_line"] - 1]
    assert b"index: ready, 4 files" in done.stderr


def test_a_symbol_is_found_where_it_is_defined(ask: Ask, project: Path) -> None:
    best = records(ask("verify_checksum", "--json", "--no-text", cwd=project))[0]
    assert (best["path"], best["symbol"]) == ("src/uploads/checksum.py", "verify_checksum")
    assert "text" not in best


@pytest.mark.row("V24", "V25", "V26", "V29")
def test_scope_and_shown_paths_follow_the_current_folder(ask: Ask, project: Path) -> None:
    below = project / "src" / "uploads"
    assert all(path.startswith("src/") for path in paths(ask("upload", "src/", "--json", cwd=project)))
    assert set(paths(ask("upload", "docs", "web/render.ts", "--json", cwd=project))) <= {
        "docs/guide.md",
        "web/render.ts",
    }
    here = ask("upload", "--format", "files", cwd=below).stdout.decode().split()
    assert set(here) == {"scheduler.py", "checksum.py"}
    everywhere = ask("upload", "--no-scope", "--format", "files", cwd=below).stdout.decode().splitlines()
    assert str(Path("../../docs/guide.md")) in everywhere
    assert ask("upload", "--no-scope", "src", cwd=project, status=2).stdout == b""


@pytest.mark.row("V05", "V06", "V07")
def test_paths_outside_the_root(ask: Ask, project: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    refused = ask("upload", "src", "../outside", cwd=project, status=2)
    assert b"outside the root" in refused.stderr
    skipped = ask("upload", "src", "../outside", "--skip-outside", "--json", cwd=project)
    assert {path.split("/")[0] for path in paths(skipped)} == {"src"}
    ask("upload", "../outside", "--skip-outside", cwd=project, status=2)


def shown_root(ask: Ask, cwd: Path, *argv: str, env: dict[str, str] | None = None) -> str:
    """Return the root of a search with ``argv`` in ``cwd``."""
    return str(records(ask("upload", "--json", "-q", *argv, cwd=cwd, env=env))[0]["root"])


@pytest.mark.row("V01", "V02", "V03")
def test_the_root_is_found(ask: Ask, project: Path, tmp_path: Path) -> None:
    inner = write_project(project / "vendor" / "inner")
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "upload.py").write_text(FILES["src/uploads/checksum.py"])
    assert shown_root(ask, project, "vendor/inner") == str(project)
    assert shown_root(ask, inner / "src") == str(inner)
    assert shown_root(ask, plain, str(inner / "src")) == str(inner)
    assert shown_root(ask, plain) == os.path.realpath(plain)
    assert shown_root(ask, plain, "--root", str(inner)) == str(inner)


@pytest.mark.row("V03", "V04", "V33")
@pytest.mark.parametrize("marker", [".git", ".hg", ".jj", ".findspot"])
def test_each_marker_makes_a_root_but_none_above_home(ask: Ask, tmp_path: Path, marker: str) -> None:
    home = tmp_path / "home"
    project = home / "project"
    deep = project / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / marker).mkdir()
    env = {"HOME": str(home), "USERPROFILE": str(home)}
    question = ("status", "--show-root", "--json")
    assert records(ask(*question, cwd=deep, env=env)) == [{"root": os.path.realpath(deep), "marker": None}]
    (project / marker).mkdir()
    assert records(ask(*question, cwd=deep, env=env)) == [{"root": os.path.realpath(project), "marker": marker}]


@pytest.mark.row("V30")
def test_all_formats_tell_of_the_same_results(ask: Ask, project: Path) -> None:
    found = paths(ask("upload", "--format", "json", cwd=project))
    assert ask("upload", "--format", "count", cwd=project).stdout.split() == [str(len(found)).encode()]
    files = ask("upload", "--format", "files", cwd=project).stdout.decode().splitlines()
    assert [Path(path).as_posix() for path in files] == list(dict.fromkeys(found))
    pretty = ask("upload", cwd=project).stdout.decode()
    for path in files:
        assert f"{path}:" in pretty
    assert "why: " in pretty
    assert "\x1b" not in pretty


@pytest.mark.row("V31")
def test_nothing_to_find_is_status_1(ask: Ask, tmp_path: Path) -> None:
    empty = write_project(tmp_path / "empty", {})
    done = ask("anything", cwd=empty, status=1)
    assert done.stdout == b""
    assert b"nothing found" in done.stderr
    assert ask("anything", "--format", "count", cwd=empty, status=1).stdout.split() == [b"0"]


@pytest.mark.row("V31")
@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("",),
        ("x", "--top-k", "0"),
        ("x", "--nonsense"),
        ("x", "nowhere"),
        ("x", "--root", "nowhere"),
        ("status", "x"),
    ],
)
def test_misuse_is_status_2_with_a_reason(ask: Ask, project: Path, argv: tuple[str, ...]) -> None:
    done = ask(*argv, cwd=project, status=2)
    assert done.stdout == b""
    assert b"error: " in done.stderr


@pytest.mark.row("V32", "V34", "V46")
def test_index_and_status_count_what_was_left_out(ask: Ask, project: Path) -> None:
    (project / "latin.py").write_bytes("# Grüße\ndef greet():\n    return 'Grüße'\n".encode("latin-1"))
    (project / "huge.py").write_bytes(b"value = 1\n" * 300_000)
    (project / "app.min.js").write_text("function a(){return 1};" * 4000)
    (project / "image.py").write_bytes(b"\x89PNG\0\0\0" * 100)
    before = json.loads(ask("status", "--json", cwd=project).stdout)
    assert (before["files"], before["chunks"]) == (0, 0)
    report = json.loads(ask("index", "--json", cwd=project).stdout)
    assert report["state"] == "ready"
    assert report["added"] >= 5
    status = json.loads(ask("status", "--json", cwd=project).stdout)
    assert status["root"] == str(project)
    assert status["files"] >= 5
    assert status["chunks"] >= 6
    assert status["size_bytes"] > 0
    for reason in ("binary", "too large", "minified", "not UTF-8"):
        assert status["problems"][reason] == 1, status["problems"]
    shown = ask("status", cwd=project).stdout.decode()
    assert "1 too large" in shown
    assert paths(ask("greet", "--json", cwd=project))[0] == "latin.py"
    again = json.loads(ask("index", "--json", cwd=project).stdout)
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
    assert json.loads(ask("index", "--rebuild", "--json", cwd=project).stdout)["added"] == report["added"]


def test_an_edit_is_found_by_the_next_search(ask: Ask, project: Path) -> None:
    ask("index", cwd=project)
    (project / "src" / "new.py").write_text("def zygomorphic_flower():\n    return 1\n")
    (project / "docs" / "guide.md").unlink()
    done = ask("zygomorphic_flower", "--json", cwd=project)
    assert paths(done)[0] == "src/new.py"
    assert "docs/guide.md" not in paths(done)


@pytest.mark.parametrize("way", ["file", "pipe"])
def test_localize_reads_an_issue(ask: Ask, project: Path, tmp_path: Path, way: str) -> None:
    (tmp_path / "issue.txt").write_text(ISSUE)
    if way == "file":
        done = ask("localize", "../issue.txt", "--json", cwd=project)
    else:
        done = ask("localize", "--json", cwd=project, stdin=ISSUE.encode())
    best = records(done)[0]
    assert (best["path"], best["symbol"]) == ("src/uploads/scheduler.py", "UploadScheduler.schedule_retry")
    assert set(best) == KEYS
    assert b"model " in done.stderr


@pytest.mark.row("C04")
def test_the_model_has_its_say_and_is_named(ask: Ask, project: Path) -> None:
    plain = ask("localize", "--json", "--budget", "0", cwd=project, stdin=ISSUE.encode())
    moved = ask("localize", "--json", "--budget", "30", cwd=project, stdin=ISSUE.encode())
    assert b"model not applied" in plain.stderr
    assert b"model applied" in moved.stderr
    assert {record["stage"] for record in records(plain)} == {"hybrid"}
    assert "localized" in {record["stage"] for record in records(moved)}
    assert any(item["kind"] == "model" for record in records(moved) for item in record["evidence"])
    assert not any(item["kind"] == "model" for record in records(plain) for item in record["evidence"])
    assert not any(item["kind"] == "model" for record in records(plain) for item in record["evidence"])


def own_settings(text: str) -> None:
    """Write the user's own settings file."""
    path = user_config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.row("A13")
def test_without_a_model_localize_has_the_same_shape(ask: Ask, project: Path) -> None:
    own_settings('localization_model = ""\n')
    done = ask("localize", "--json", cwd=project, stdin=ISSUE.encode())
    assert b"model not applied" in done.stderr
    best = records(done)[0]
    assert set(best) == KEYS
    assert (best["path"], best["stage"]) == ("src/uploads/scheduler.py", "hybrid")
    assert 0 < best["probability"] <= 1


@pytest.mark.row("B03")
def test_an_answer_chooses_its_length_and_a_list_has_the_length_asked_for(ask: Ask, project: Path) -> None:
    """Without -k what is likely comes, and three results at least; with -k everything does."""
    patient = ("localize", "--json", "--budget", "30")  # a busy machine must not answer without the model
    cut = records(ask(*patient, cwd=project, stdin=ISSUE.encode()))
    whole = records(ask(*patient, "-k", "5", cwd=project, stdin=ISSUE.encode()))
    assert 3 <= len(cut) <= len(whole) == 5
    assert len({record["suggested_length"] for record in whole}) == 1
    assert 1 <= whole[0]["suggested_length"] <= len(cut)
    chances = [record["probability"] for record in whole]
    assert chances == sorted(chances, reverse=True)
    assert 0 < whole[0]["in_root_probability"] <= 1


def test_level_file_gives_each_file_once(ask: Ask, project: Path) -> None:
    done = ask("localize", "--level", "file", "--json", cwd=project, stdin=ISSUE.encode())
    assert len(paths(done)) == len(set(paths(done)))
    assert paths(done)[0] == "src/uploads/scheduler.py"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids such names")
def test_odd_file_names(ask: Ask, tmp_path: Path) -> None:
    names = ["a b.py", "-dash.py", "new\nline.py", "tab\t.py", "'quote\".py", "\x1b[31mred.py"]
    project = write_project(tmp_path / "p", dict.fromkeys(names, "def oddity():\n    return 1\n"))
    assert sorted(paths(ask("oddity", "--json", cwd=project))) == sorted(names)
    assert paths(ask("oddity", "--json", "--", "-dash.py", cwd=project)) == ["-dash.py"]
    assert b"\x1b" not in ask("oddity", cwd=project).stdout


@pytest.mark.row("V09")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("top_kk = 3\n", b"did you mean 'top_k'"),
        ("reranker = ''\n", b"unknown setting 'reranker'; did you mean 'localization_model'"),
        ("top_k = \n", b"cannot be read as TOML"),
        ("top_k = 'many'\n", b"setting 'top_k'"),
        ("[" * 100_000, b"cannot be read as TOML"),
    ],
    ids=["unknown key", "former key", "no TOML", "wrong type", "nested"],
)
def test_a_mistake_in_the_users_own_settings_is_an_error(ask: Ask, project: Path, text: str, words: bytes) -> None:
    own_settings(text)
    done = ask("upload", cwd=project, status=2)
    assert words in done.stderr
    assert b"config.toml" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.row("V09", "T03")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("top_kk = 3\n", b"did you mean 'top_k'"),
        ("top_k = \n", b"line 1 is none of the form"),
        ("top_k = 'many'\n", b"setting 'top_k'"),
        ("workers = 64\n", b"'workers' may only be set by you"),
        (None, b"is not a regular file"),
    ],
    ids=["unknown key", "no TOML", "wrong type", "the user's", "a folder"],
)
def test_a_mistake_in_a_projects_settings_is_a_warning(ask: Ask, project: Path, text: str | None, words: bytes) -> None:
    settings = project / ".findspot" / "config.toml"
    settings.parent.mkdir()
    if text is None:
        settings.mkdir()
    else:
        settings.write_text(text)
    done = ask("upload", "--json", "-q", cwd=project)
    assert records(done)
    assert words in done.stderr
    assert done.stderr.startswith(b"findspot: warning: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.row("V08")
def test_settings_of_the_project_count_and_the_command_line_wins(ask: Ask, project: Path) -> None:
    (project / ".findspot").mkdir()
    (project / ".findspot" / "config.toml").write_text("top_k = 1\n")
    assert len(paths(ask("upload", "--json", cwd=project))) == 1
    assert len(paths(ask("upload", "--json", "-k", "2", cwd=project))) == 2


@pytest.mark.row("V11", "B09")
def test_while_another_process_indexes_the_answer_is_labelled_and_stale_files_are_marked(
    ask: Ask, project: Path
) -> None:
    ask("index", cwd=project)
    changed = project / "src" / "uploads" / "scheduler.py"
    changed.write_text(changed.read_text() + "\n\n# one more line\n")
    with indexing_lock(load_config(project).index_dir(project)):
        done = ask("upload", "--json", "-q", cwd=project)
        assert b"warning: another process is indexing this root" in done.stderr
        fresh = {record["path"]: record["fresh"] for record in records(done)}
        assert fresh["src/uploads/scheduler.py"] is False
        assert fresh["src/uploads/checksum.py"] is True
        assert b"another process is indexing" in ask("index", cwd=project, status=2).stderr
    assert all(record["fresh"] for record in records(ask("upload", "--json", cwd=project)))


@pytest.mark.row("V32", "V33", "V34")
def test_what_users_of_vecgrep_type_does_the_same_as_the_commands(ask: Ask, project: Path) -> None:
    ask("--index-only", cwd=project)
    assert ask("--stats", cwd=project).stdout == ask("status", cwd=project).stdout
    stats = json.loads(ask("--stats", "--json", cwd=project).stdout)
    assert (stats["files"], stats["holes"]) == (len(FILES), 0)
    assert stats["chunks"] >= len(FILES)
    assert stats["size_bytes"] > 0
    assert ask("--show-root", cwd=project / "src").stdout.decode() == f"{project}\n"
    done = ask("--stats", "retries", cwd=project, status=2)
    assert done.stderr.decode() == "findspot: error: --stats takes no query; leave out retries\n"


@pytest.mark.row("V16")
def test_reindex_builds_the_index_from_nothing_and_answers(ask: Ask, project: Path) -> None:
    ask("index", cwd=project)
    assert b"0 added, 0 changed" in ask("index", cwd=project).stdout
    assert f"{len(FILES)} added".encode() in ask("--reindex", cwd=project).stdout
    assert paths(ask("failed upload", "--reindex", "--json", cwd=project))


def test_a_misspelt_command_that_finds_nothing_names_the_nearest(ask: Ask, project: Path) -> None:
    done = ask("stauts", cwd=project, status=1)
    assert "did you mean findspot status?" in done.stderr.decode()
    assert b"did you mean" not in ask("schedule_retry", cwd=project).stderr


@pytest.mark.row("L02")
def test_a_notebook_that_is_cut_off_is_searched_as_text_and_counted_as_what_it_is(ask: Ask, tmp_path: Path) -> None:
    root = write_project(tmp_path / "cut", {"cut.ipynb": '{"cells": [{"cell_type": "code", "source": ["zanzibar()'})
    assert ask("zanzibar", "-l", cwd=root).stdout.split() == [b"cut.ipynb"]
    assert "problems  1 not a valid notebook\n" in ask("status", cwd=root).stdout.decode()
