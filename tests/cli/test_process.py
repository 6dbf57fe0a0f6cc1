"""The real command on real files: answers, roots, scope, output and exit status."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.processes import FILES, findspot, paths, records, write_project

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
def test_the_first_search_waits_for_the_index_and_answers_in_json(project: Path) -> None:
    done = findspot("where are failed uploads scheduled for another retry", "--json", cwd=project)
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


def test_a_symbol_is_found_where_it_is_defined(project: Path) -> None:
    best = records(findspot("verify_checksum", "--json", "--no-text", cwd=project))[0]
    assert (best["path"], best["symbol"]) == ("src/uploads/checksum.py", "verify_checksum")
    assert "text" not in best


@pytest.mark.row("V24", "V25", "V26", "V29")
def test_scope_and_shown_paths_follow_the_current_folder(project: Path) -> None:
    below = project / "src" / "uploads"
    assert all(path.startswith("src/") for path in paths(findspot("upload", "src/", "--json", cwd=project)))
    assert set(paths(findspot("upload", "docs", "web/render.ts", "--json", cwd=project))) <= {
        "docs/guide.md",
        "web/render.ts",
    }
    here = findspot("upload", "--format", "files", cwd=below).stdout.decode().split()
    assert set(here) == {"scheduler.py", "checksum.py"}
    everywhere = findspot("upload", "--no-scope", "--format", "files", cwd=below).stdout.decode().splitlines()
    assert str(Path("../../docs/guide.md")) in everywhere
    assert findspot("upload", "--no-scope", "src", cwd=project, status=2).stdout == b""


@pytest.mark.row("V05", "V06", "V07")
def test_paths_outside_the_root(project: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    refused = findspot("upload", "src", "../outside", cwd=project, status=2)
    assert b"outside the root" in refused.stderr
    skipped = findspot("upload", "src", "../outside", "--skip-outside", "--json", cwd=project)
    assert {path.split("/")[0] for path in paths(skipped)} == {"src"}
    findspot("upload", "../outside", "--skip-outside", cwd=project, status=2)


def shown_root(cwd: Path, *argv: str, env: dict[str, str] | None = None) -> str:
    """Return the root of a search with ``argv`` in ``cwd``."""
    return str(records(findspot("upload", "--json", "-q", *argv, cwd=cwd, env=env))[0]["root"])


@pytest.mark.row("V01", "V02", "V03")
def test_the_root_is_found(project: Path, tmp_path: Path) -> None:
    inner = write_project(project / "vendor" / "inner")
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "upload.py").write_text(FILES["src/uploads/checksum.py"])
    assert shown_root(project, "vendor/inner") == str(project)
    assert shown_root(inner / "src") == str(inner)
    assert shown_root(plain, str(inner / "src")) == str(inner)
    assert shown_root(plain) == os.path.realpath(plain)
    assert shown_root(plain, "--root", str(inner)) == str(inner)


@pytest.mark.row("V03", "V04", "V33")
@pytest.mark.parametrize("marker", [".git", ".hg", ".jj", ".findspot"])
def test_each_marker_makes_a_root_but_none_above_home(tmp_path: Path, marker: str) -> None:
    home = tmp_path / "home"
    project = home / "project"
    deep = project / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / marker).mkdir()
    env = {"HOME": str(home), "USERPROFILE": str(home)}
    ask = ("status", "--show-root", "--json")
    assert records(findspot(*ask, cwd=deep, env=env)) == [{"root": os.path.realpath(deep), "marker": None}]
    (project / marker).mkdir()
    assert records(findspot(*ask, cwd=deep, env=env)) == [{"root": os.path.realpath(project), "marker": marker}]


@pytest.mark.row("V30")
def test_all_formats_tell_of_the_same_results(project: Path) -> None:
    found = paths(findspot("upload", "--format", "json", cwd=project))
    assert findspot("upload", "--format", "count", cwd=project).stdout.split() == [str(len(found)).encode()]
    files = findspot("upload", "--format", "files", cwd=project).stdout.decode().splitlines()
    assert [Path(path).as_posix() for path in files] == list(dict.fromkeys(found))
    pretty = findspot("upload", cwd=project).stdout.decode()
    for path in files:
        assert f"{path}:" in pretty
    assert "why: " in pretty
    assert "\x1b" not in pretty


@pytest.mark.row("V31")
def test_nothing_to_find_is_status_1(tmp_path: Path) -> None:
    empty = write_project(tmp_path / "empty", {})
    done = findspot("anything", cwd=empty, status=1)
    assert done.stdout == b""
    assert b"nothing found" in done.stderr
    assert findspot("anything", "--format", "count", cwd=empty, status=1).stdout.split() == [b"0"]


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
def test_misuse_is_status_2_with_a_reason(project: Path, argv: tuple[str, ...]) -> None:
    done = findspot(*argv, cwd=project, status=2)
    assert done.stdout == b""
    assert b"error: " in done.stderr


@pytest.mark.row("V32", "V34", "V46")
def test_index_and_status_count_what_was_left_out(project: Path) -> None:
    (project / "latin.py").write_bytes("# Grüße\ndef greet():\n    return 'Grüße'\n".encode("latin-1"))
    (project / "huge.py").write_bytes(b"value = 1\n" * 300_000)
    (project / "app.min.js").write_text("function a(){return 1};" * 4000)
    (project / "image.py").write_bytes(b"\x89PNG\0\0\0" * 100)
    before = json.loads(findspot("status", "--json", cwd=project).stdout)
    assert (before["files"], before["chunks"]) == (0, 0)
    report = json.loads(findspot("index", "--json", cwd=project).stdout)
    assert report["state"] == "ready"
    assert report["added"] >= 5
    status = json.loads(findspot("status", "--json", cwd=project).stdout)
    assert status["root"] == str(project)
    assert status["files"] >= 5
    assert status["chunks"] >= 6
    assert status["size_bytes"] > 0
    for reason in ("binary", "too large", "minified", "not valid text"):
        assert status["problems"][reason] == 1, status["problems"]
    shown = findspot("status", cwd=project).stdout.decode()
    assert "1 too large" in shown
    assert paths(findspot("greet", "--json", cwd=project))[0] == "latin.py"
    again = json.loads(findspot("index", "--json", cwd=project).stdout)
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
    assert json.loads(findspot("index", "--rebuild", "--json", cwd=project).stdout)["added"] == report["added"]


def test_an_edit_is_found_by_the_next_search(project: Path) -> None:
    findspot("index", cwd=project)
    (project / "src" / "new.py").write_text("def zygomorphic_flower():\n    return 1\n")
    (project / "docs" / "guide.md").unlink()
    done = findspot("zygomorphic_flower", "--json", cwd=project)
    assert paths(done)[0] == "src/new.py"
    assert "docs/guide.md" not in paths(done)


@pytest.mark.parametrize("way", ["file", "pipe"])
def test_localize_reads_an_issue(project: Path, tmp_path: Path, way: str) -> None:
    (tmp_path / "issue.txt").write_text(ISSUE)
    if way == "file":
        done = findspot("localize", "../issue.txt", "--json", cwd=project)
    else:
        done = findspot("localize", "--json", cwd=project, stdin=ISSUE.encode())
    best = records(done)[0]
    assert (best["path"], best["symbol"]) == ("src/uploads/scheduler.py", "UploadScheduler.schedule_retry")
    assert set(best) == KEYS
    assert b"model " in done.stderr


@pytest.mark.row("C04")
def test_the_model_moves_the_answer(project: Path) -> None:
    plain = findspot("localize", "--json", "--budget", "0", cwd=project, stdin=ISSUE.encode())
    moved = findspot("localize", "--json", "--budget", "30", cwd=project, stdin=ISSUE.encode())
    assert b"model not applied" in plain.stderr
    assert b"model applied" in moved.stderr
    assert {record["stage"] for record in records(plain)} == {"hybrid"}
    assert "localized" in {record["stage"] for record in records(moved)}
    assert any(item["kind"] == "model" for record in records(moved) for item in record["evidence"])
    assert [record["score"] for record in records(plain)] != [record["score"] for record in records(moved)]


@pytest.mark.row("A13")
def test_without_a_model_localize_has_the_same_shape(project: Path) -> None:
    (project / ".findspot").mkdir()
    (project / ".findspot" / "config.toml").write_text('reranker = ""\n')
    done = findspot("localize", "--json", cwd=project, stdin=ISSUE.encode())
    assert b"model not applied" in done.stderr
    best = records(done)[0]
    assert set(best) == KEYS
    assert (best["path"], best["stage"], best["probability"]) == ("src/uploads/scheduler.py", "hybrid", None)


def test_level_file_gives_each_file_once(project: Path) -> None:
    done = findspot("localize", "--level", "file", "--json", cwd=project, stdin=ISSUE.encode())
    assert len(paths(done)) == len(set(paths(done)))
    assert paths(done)[0] == "src/uploads/scheduler.py"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_output_encoding_will_do(tmp_path: Path, encoding: str) -> None:
    project = write_project(tmp_path / "p", {"größe 測.py": "def größe():\n    return '測'\n"})
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"}
    for shape in ("pretty", "files", "count"):
        assert findspot("größe", "--format", shape, cwd=project, env=env).stdout
    assert paths(findspot("größe", "--json", cwd=project, env=env)) == ["größe 測.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids such names")
def test_odd_file_names(tmp_path: Path) -> None:
    names = ["a b.py", "-dash.py", "new\nline.py", "tab\t.py", "'quote\".py", "\x1b[31mred.py"]
    project = write_project(tmp_path / "p", dict.fromkeys(names, "def oddity():\n    return 1\n"))
    assert sorted(paths(findspot("oddity", "--json", cwd=project))) == sorted(names)
    assert paths(findspot("oddity", "--json", "--", "-dash.py", cwd=project)) == ["-dash.py"]
    assert b"\x1b" not in findspot("oddity", cwd=project).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are not UTF-8")
def test_a_file_name_that_is_not_utf_8_comes_back_byte_for_byte(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p", {})
    Path(os.fsdecode(os.fsencode(project) + b"/caf\xe9.py")).write_text("def oddity():\n    return 1\n")
    done = findspot("oddity", "--format", "files", cwd=project, env={"PYTHONUTF8": "1"}, status=None)
    assert (done.returncode, done.stdout) in {(0, b"caf\xe9.py\n"), (1, b"")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("top_kk = 3\n", b"did you mean 'top_k'"),
        ("top_k = \n", b"cannot be read as TOML"),
        ("top_k = 'many'\n", b"setting 'top_k'"),
        (None, b"cannot be read as TOML"),
    ],
    ids=["unknown key", "no TOML", "wrong type", "a folder"],
)
def test_a_bad_settings_file_is_named(project: Path, text: str | None, words: bytes) -> None:
    settings = project / ".findspot" / "config.toml"
    settings.parent.mkdir()
    if text is None:
        settings.mkdir()
    else:
        settings.write_text(text)
    done = findspot("upload", cwd=project, status=2)
    assert words in done.stderr
    assert b"config.toml" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_settings_of_the_project_count_and_the_command_line_wins(project: Path) -> None:
    (project / ".findspot").mkdir()
    (project / ".findspot" / "config.toml").write_text("top_k = 1\n")
    assert len(paths(findspot("upload", "--json", cwd=project))) == 1
    assert len(paths(findspot("upload", "--json", "-k", "2", cwd=project))) == 2


def test_the_language_server_is_started(project: Path) -> None:
    body = json.dumps({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"processId": None, "rootUri": None, "capabilities": {}},
    }).encode()
    request = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    done = findspot("lsp", "--stdio", cwd=project, stdin=request, status=None)
    assert done.stdout.startswith(b"Content-Length: ")
    assert b'"capabilities"' in done.stdout
