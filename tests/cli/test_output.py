"""What is printed, format by format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from findspot.cli.inputs import RootLocation, View
from findspot.cli.output import answer_lines, answer_note, report_lines, root_lines, status_lines
from findspot.cli.screen import Screen
from findspot.config import Config, Settings
from findspot.core.types import (
    Answer,
    Evidence,
    FileProblem,
    IndexState,
    IndexStatus,
    PreviewLine,
    ProblemKind,
    RefreshReport,
    Span,
)
from tests.cli.fakes import make_result, make_status

PLAIN = Screen(color=False, width=None)


def place_in(root: Path, below: str = "") -> RootLocation:
    """Return a place whose current folder is ``below`` in ``root``."""
    return RootLocation(root, ".git", root / below, Config(Settings(), root / "cache"))


def lines_of(answer: Answer, place: RootLocation, view: View, screen: Screen = PLAIN) -> list[str]:
    """Return the printed lines."""
    return list(answer_lines(answer, place, view, screen))


PRETTY = View("pretty", text=True, quiet=False)
PLACE = place_in(Path("r"))


@pytest.mark.row("V28")
def test_json_lines_hold_root_relative_paths_and_the_root(tmp_path: Path) -> None:
    answer = Answer((make_result("a b/ü.py"), make_result("c.py", rank=2, symbol=None)), make_status())
    first, second = lines_of(answer, place_in(tmp_path, "deep/er"), View("json", text=True, quiet=False))
    record = json.loads(first)
    assert record == {
        "root": str(tmp_path),
        "path": "a b/ü.py",
        "symbol": "Scheduler.schedule",
        "kind": "method",
        "start_line": 12,
        "end_line": 14,
        "score": 0.75,
        "probability": None,
        "rank": 1,
        "stage": "hybrid",
        "evidence": [{"kind": "lexical", "detail": "upload, retry", "score": 3.5}],
        "fresh": True,
        "exact": None,
        "by_meaning": False,
        "best_line": None,
        "matches": [],
        "complete": True,
        "in_root_probability": None,
        "suggested_length": None,
        "text": "def schedule(self) -> None:\n    retry()\n    return\n",
        "truncated": False,
    }
    assert first.isascii()
    assert json.loads(second)["symbol"] is None


def test_json_survives_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    answer = Answer((make_result("bad\udcff.py"),), make_status())
    (line,) = lines_of(answer, place_in(tmp_path), View("json", text=True, quiet=False))
    assert json.loads(line)["path"] == "bad\udcff.py"


def test_no_text_leaves_the_source_out(tmp_path: Path) -> None:
    answer = Answer((make_result(),), make_status())
    (line,) = lines_of(answer, place_in(tmp_path), View("json", text=False, quiet=False))
    assert "text" not in json.loads(line)
    pretty = lines_of(answer, place_in(tmp_path), View("pretty", text=False, quiet=False))
    assert len(pretty) == 2
    assert "def schedule" not in "".join(pretty)


@pytest.mark.row("V29")
def test_people_see_paths_from_where_they_stand(tmp_path: Path) -> None:
    answer = Answer((make_result("src/retry.py"), make_result("src/retry.py"), make_result("x.py")), make_status())
    files = lines_of(answer, place_in(tmp_path, "src"), View("files", text=True, quiet=False))
    assert files == ["retry.py", str(Path("..") / "x.py")]
    assert lines_of(answer, place_in(tmp_path, "src"), PRETTY)[0].startswith("retry.py:12-14  Scheduler.schedule")


@pytest.mark.row("V30")
def test_count_is_the_number_of_results(tmp_path: Path) -> None:
    answer = Answer((make_result(), make_result()), make_status())
    assert lines_of(answer, place_in(tmp_path), View("count", text=True, quiet=False)) == ["2"]
    nothing = Answer((), make_status())
    assert lines_of(nothing, place_in(tmp_path), View("count", text=True, quiet=False)) == ["0"]


def test_counts_are_the_results_of_each_file(tmp_path: Path) -> None:
    answer = Answer((make_result("b.py"), make_result("a\x1b.py"), make_result("b.py")), make_status())
    counts = View("counts", text=True, quiet=False)
    assert lines_of(answer, place_in(tmp_path), counts) == ["b.py:2", "a\x1b.py:1"]
    assert lines_of(answer, place_in(tmp_path), counts, Screen(color=False, width=80))[1] == "a\\x1b.py:1"


def test_vimgrep_gives_each_result_a_line_with_its_best_column(tmp_path: Path) -> None:
    best = make_result(
        "a.py",
        best_line=13,
        preview=(PreviewLine(12, "def f():"), PreviewLine(13, '\tx = "ü" retry\x1b', matched=True, spans=((9, 14),))),
    )
    plain = make_result("b.py", preview=(), text="    first\n    second")
    gone = make_result("c.py", preview=(), text="")
    vimgrep = View("vimgrep", text=True, quiet=False)
    assert lines_of(Answer((best, plain, gone), make_status()), place_in(tmp_path), vimgrep) == [
        'a.py:13:11: x = "ü" retry\\x1b',
        "b.py:12:5:    first",
        "c.py:12:1:",
    ]


@pytest.mark.row("V30")
def test_pretty_shows_place_code_and_reason(tmp_path: Path) -> None:
    text = "\n\ndef f():\n" + "".join(f"\tline{number}\n" for number in range(20))
    result = make_result("f.py", symbol="f", span=Span(0, 1, 3, 25), text=text, probability=0.724)
    assert lines_of(Answer((result,), make_status()), place_in(tmp_path), PRETTY) == [
        "f.py:3-25  f  method  72%",
        "     5  def f():",
        "     6      line0",
        "     7      line1",
        "     8      line2",
        "     9      line3",
        "    10      line4",
        "        ... 15 more lines",
        '      why: text has "upload", "retry"',
    ]


def test_lines_are_numbered_as_an_editor_numbers_them(tmp_path: Path) -> None:
    result = make_result(span=Span(0, 1, 1, 3), text="a\x0cb\u2028c\r\nd\n")
    lines = lines_of(Answer((result,), make_status()), place_in(tmp_path), PRETTY)
    assert lines[1:3] == ["     1  a\\x0cb\\u2028c", "     2  d"]


def test_indexed_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07"
    result = make_result(f"a{evil}\n.py", symbol=evil, text=f"x = '{evil}'", evidence=(Evidence("lexical", evil, 1.0),))
    place = place_in(tmp_path)
    printed = "\n".join(lines_of(Answer((result,), make_status()), place, PRETTY, Screen(color=False, width=80)))
    assert "\x1b" not in printed
    assert "\x07" not in printed
    files = View("files", text=True, quiet=False)
    assert lines_of(Answer((result,), make_status()), place, files, Screen(color=True, width=80)) == [
        "a\\x1b]0;owned\\x07\\x0a.py"
    ]


def test_colours_only_where_wanted_and_long_lines_are_cut(tmp_path: Path) -> None:
    result = make_result(text="x" * 300)
    answer = Answer((result,), make_status())
    coloured = lines_of(answer, place_in(tmp_path), PRETTY, Screen(color=True, width=40))
    assert "\x1b[1;35m" in coloured[0]
    plain = lines_of(answer, place_in(tmp_path), PRETTY, Screen(color=False, width=40))
    assert not any("\x1b" in line for line in plain)
    assert plain[1] == f"     1  {'x' * 29}...".replace("     1", "    12")
    assert len(plain[1]) == 40


def test_a_stale_result_says_so(tmp_path: Path) -> None:
    answer = Answer((make_result(fresh=False),), make_status())
    assert "(changed since it was indexed)" in lines_of(answer, place_in(tmp_path), PRETTY)[0]


@pytest.mark.row("A13")
@pytest.mark.parametrize(
    ("changes", "model", "expected"),
    [
        (
            {},
            True,
            "index: ready, 2,911 files, 41,000 chunks; lexical and dense; model applied; 0.04 s",
        ),
        (
            {"model": "no model file", "rescored": 0, "dense": False},
            True,
            "index: ready, 2,911 files, 41,000 chunks; lexical only; model not applied: no model file; 0.04 s",
        ),
        (
            {"complete": False, "state": IndexState.INDEXING, "files": 1, "message": "still indexing"},
            False,
            "index: indexing, 1 file, 41,000 chunks; lexical and dense; still indexing; 0.04 s",
        ),
    ],
)
def test_the_note_says_what_the_answer_is_made_of(changes: dict[str, object], model: bool, expected: str) -> None:
    assert answer_note(make_status(**changes), (), model=model) == expected


def test_the_note_names_the_scope() -> None:
    assert "only in src, docs" in answer_note(make_status(), ("src", "docs"), model=False)


def test_an_answer_by_meaning_alone_is_not_called_lexical() -> None:
    assert "; dense only; " in answer_note(make_status(by_meaning=True), (), model=False)


@pytest.mark.row("V32")
def test_status_shows_files_chunks_holes_and_size(tmp_path: Path) -> None:
    status = IndexStatus(
        root=str(tmp_path),
        state=IndexState.READY,
        files=2911,
        chunks=41000,
        holes=7,
        size_bytes=52_300_000,
        embedder="static",
        problems=(("binary", 12), ("syntax errors", 1)),
        skipped=(("another checkout", 1), ("binary", 12), ("bookkeeping", 1)),
        other_process_indexing=True,
        message="all well",
    )
    lines = dict(line.split(maxsplit=1) for line in status_lines(status, place_in(tmp_path), PRETTY))
    assert lines == {
        "root": str(tmp_path),
        "marker": ".git",
        "state": "ready (another process is indexing)",
        "files": "2,911",
        "chunks": "41,000",
        "holes": "7 (chunks without a vector)",
        "size": "52.3 MB",
        "models": "static",
        "skipped": "1 another checkout, 12 binary (findspot status --skipped lists them)",
        "problems": "1 syntax errors",
        "note": "all well",
    }
    (line,) = status_lines(status, place_in(tmp_path), View("json", text=True, quiet=False))
    record = json.loads(line)
    assert record["problems"] == {"binary": 12, "syntax errors": 1}
    assert record["skipped"] == {"another checkout": 1, "binary": 12, "bookkeeping": 1}
    assert (record["state"], record["files"], record["holes"], record["marker"]) == ("ready", 2911, 7, ".git")


@pytest.mark.row("V33")
def test_the_root_alone(tmp_path: Path) -> None:
    place = place_in(tmp_path, "deep")
    assert list(root_lines(place, PRETTY)) == [str(tmp_path)]
    (line,) = root_lines(place, View("json", text=True, quiet=False))
    assert json.loads(line) == {"root": str(tmp_path), "marker": ".git"}


def test_an_index_report_says_what_changed() -> None:
    report = RefreshReport(
        IndexState.READY,
        added=1200,
        changed=1,
        unchanged=3,
        seconds=1.25,
        skipped=(("binary", 2),),
        problems=(FileProblem("a.bin", ProblemKind.BINARY, "it holds NUL bytes"),),
    )
    assert list(report_lines(report, PLACE, PRETTY)) == [
        "index ready: 1,204 files in 1.2 s (1,200 added, 1 changed, 0 removed, 3 unchanged)",
        "skipped: 2 binary (findspot status --skipped lists them)",
    ]
    (line,) = report_lines(report, PLACE, View("json", text=True, quiet=False))
    record = json.loads(line)
    assert record["skipped"] == {"binary": 2}
    assert record["problems"] == [{"path": "a.bin", "kind": "binary", "message": "it holds NUL bytes"}]
