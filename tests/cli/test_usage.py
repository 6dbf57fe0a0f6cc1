"""Every misuse of the command line gets one line on standard error that says what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from findspot.cli.main import main

WRONG: list[tuple[list[str], str]] = [
    ([], "give a QUERY or a COMMAND; 'findspot --help' lists them"),
    (["--json"], "give a QUERY"),
    (["-q"], "give a QUERY"),
    (["-v flag"], "for a query that begins with a dash: findspot -- '-v flag'"),
    (["--not an option"], "findspot -- '--not an option'"),
    (["-x"], "-x: no such option of search; for a query that begins with a dash: findspot -- -x"),
    (["-9"], "findspot -- -9"),
    (["--jsn", "a"], "--jsn: no such option of search; did you mean --json?"),
    (["a", "--topk", "3"], "--topk: no such option of search; did you mean --top-k?"),
    (["a", "--top_k=3"], "--top_k: no such option of search; did you mean --top-k?"),
    (["a", "--fromat", "json"], "did you mean --format?"),
    (["a", "--no-scop"], "did you mean --no-scope?"),
    (["a", "--quite"], "did you mean --quiet?"),
    (["a", "--budget", "2"], "--budget: no such option of search; it belongs to localize and context and eval"),
    (["status", "-k", "2"], "-k: no such option of status; it belongs to search and localize"),
    (["index", "--rebuid"], "did you mean --rebuild?"),
    (["lsp", "--tpc", "a:1"], "did you mean --tcp?"),
    (["eval", "--commit", "3"], "did you mean --commits?"),
    (["a", "-k", "0"], "-k 0: must be a whole number from 1 to 1000"),
    (["a", "-k", "-3"], "-k -3: must be a whole number from 1 to 1000"),
    (["a", "-k", "1001"], "-k 1001: must be a whole number from 1 to 1000"),
    (["a", "-k", "many"], "-k many: must be a whole number from 1 to 1000"),
    (["a", "-k", "2.5"], "-k 2.5: must be a whole number from 1 to 1000"),
    (["a", "-k", ""], "must be a whole number from 1 to 1000"),
    (["a", "-k0"], "-k 0: must be a whole number"),
    (["a", "--top-k=9999999999999999999999"], "must be a whole number from 1 to 1000"),
    (["a", "-k"], "-k: its value is missing"),
    (["a", "--format"], "--format: its value is missing"),
    (["a", "--format", "xml"], "--format xml: must be pretty or json or files or count"),
    (["a", "--format", "jsn"], "did you mean json?"),
    (["a", "--json", "--format", "files"], "--format and --json cannot be used together"),
    (["a", "--json=yes"], "--json takes no value"),
    (["a", "--root"], "--root: its value is missing"),
    (["a", "--root", "nowhere"], "nowhere: no such folder; --root names the folder to index"),
    (["a", "--root", "a.py"], "a.py: no such folder"),
    (["", "."], "the text is empty; say what you are looking for"),
    (["   "], "the text is empty"),
    (["search"], "QUERY is missing"),
    (["search", "a", "nowhere"], "nowhere: no such file or folder; a query of several words needs quotes"),
    (["where", "is", "it"], "is: no such file or folder; a query of several words needs quotes"),
    (["serch", "a"], "a: no such file or folder; did you mean findspot search?"),
    (["serach", "a"], "did you mean findspot search?"),
    (["localise", "crash.log"], "did you mean findspot localize?"),
    (["a", "--no-scope", "a.py"], "--no-scope means the whole root"),
    (["localize", "a b c", "a.py", "--no-scope"], "--no-scope means the whole root"),
    (["context", "a b c", "a.py", "--no-scope"], "--no-scope means the whole root"),
    (["a", "/"], "lies outside the root"),
    (["status", "retries"], "status takes no query; to search for this word: findspot -- status"),
    (["index", "retries"], "index takes no query"),
    (["lsp", "retries"], "lsp takes no query"),
    (["localize", "crash.txt"], "crash.txt: no such file"),
    (["localize", "logs/crash"], "logs/crash: no such file"),
    (["localize", "."], ".: a folder; the text comes first"),
    (["localize", "--budget", "nan", "a b c"], "--budget nan: must be a number from 0 to 60"),
    (["localize", "--budget", "inf", "a b c"], "--budget inf: must be a number from 0 to 60"),
    (["localize", "--budget", "-1", "a b c"], "--budget -1: must be a number from 0 to 60"),
    (["localize", "--budget", "61", "a b c"], "--budget 61: must be a number from 0 to 60"),
    (["localize", "--budget", "soon", "a b c"], "--budget soon: must be a number from 0 to 60"),
    (["localize", "--level", "line", "a b c"], "--level line: must be file or function"),
    (["eval", "--commits", "0"], "--commits 0: must be a whole number from 1 on"),
    (["eval", "--commits", "all"], "--commits all: must be a whole number from 1 on"),
    (["eval", "a", "b"], "eval takes one PATH; leave out b"),
    (["install", "claude", "codex"], "install takes one AGENT; leave out codex"),
    (["models", "use", "a", "b"], "models takes one ACTION and one NAME; leave out b"),
    (["--stats", "retries"], "--stats takes no query; leave out retries"),
    (["--show-root", "retries"], "--show-root takes no query; leave out retries"),
    (["retries", "--index-only"], "--index-only takes no query; leave out retries"),
    (["--stats", "--index-only"], "--stats and --index-only cannot be used together; leave one out"),
    (["--stats", "--reindex"], "--reindex: no such option of --stats; it belongs to search and localize and index"),
    (["status", "--stats"], "--stats: no such option of status; it belongs to search"),
    (["--show-rot"], "--show-rot: no such option of search; did you mean --show-root?"),
    (["a", "-qx"], "-x: no such option of search"),
    (["a", "-l", "-c"], "-c and -l cannot be used together; leave one out"),
    (["a", "-p", "--json"], "--json and -p cannot be used together; leave one out"),
    (["a", "--vimgrep", "--json"], "cannot be used together; leave one out"),
    (["a", "-0"], "--null belongs to --files-with-matches; add that, or leave it out"),
    (["a", "-C", "2", "-l"], "--context is for the output for people, not for --format files; leave one out"),
    (["a", "--explain", "-c"], "--explain is for the output for people, not for --format counts; leave one out"),
    (["a", "-C", "2", "--no-text"], "--context and --no-text cannot be used together; leave one out"),
    (["a", "-C", "many"], "-C many: must be a whole number from 0 to 1000"),
    (["a", "-d", "-1"], "-d -1: must be a whole number from 0 to 1000"),
    (["a", "--color", "alway"], "--color alway: must be auto or always or never; did you mean always?"),
    (["a", "--only", "doc"], "--only doc: must be code or docs or config or tests; did you mean docs?"),
    (["status", "--root", ".", "--root", "/"], "--root more than once: status works on one root; leave out /"),
    (["lsp", "--tcp", "here"], "--tcp here: write HOST:PORT, for example 127.0.0.1:2087"),
    (["lsp", "--stdio", "--tcp", "127.0.0.1:1"], "--tcp and --stdio cannot be used together"),
    (["a\x1b[31m", "no\x1b[31mwhere"], "no\\x1b[31mwhere: no such file"),
    (["a", "--\u202egnp"], "--\\u202egnp: no such option"),
]


@pytest.mark.row("V31", "T08")
@pytest.mark.parametrize(
    ("argv", "words"), WRONG, ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else ""
)
def test_a_misuse_gets_one_line_that_says_what_to_do(
    argv: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text("def a():\n    pass\n")
    monkeypatch.chdir(tmp_path)
    assert main(argv) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("findspot: error: ")
    assert words in printed.err
    assert "usage:" not in printed.err
    assert "Errno" not in printed.err


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="folders and files are other things there")
@pytest.mark.parametrize(("cache", "words"), [("file", "cannot be made"), ("file/deeper", "cannot be made")])
def test_a_cache_folder_that_cannot_be_made_is_explained(
    cache: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "root" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "root")
    monkeypatch.setenv("FINDSPOT_CACHE_DIR", str(tmp_path / cache))
    assert main(["anything"]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Errno" not in error


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("top_k = 0\n", "setting 'top_k' must be a whole number from 1 to 1000, not '0'"),
        ("top_k = 'many'\n", "setting 'top_k' must be a whole number from 1 to 1000, not 'many'"),
        ("hidden = 3\n", "setting 'hidden' must be true or false, not '3'"),
        ("budget = nan\n", "setting 'budget' must be a number from 0 to 60, not 'nan'"),
        ("embedder = 1\n", "setting 'embedder' must be text, not '1'"),
    ],
)
def test_a_wrong_setting_is_explained_in_our_own_words(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from findspot.places import user_config_path

    path = user_config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main(["anything"]) == 2
    assert words in capsys.readouterr().err
