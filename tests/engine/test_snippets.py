"""The text of a result is the text of its lines, whatever the file is like (T08)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import pytest

from findspot.config import load_config
from findspot.core.types import Answer, Level
from findspot.engine import Engine, Models, snippets
from findspot.workspace.files import Source, read_source

TRACE = """TypeError: cannot compare the two clocks

Traceback (most recent call last):
  File "plain.py", line 11, in due
    raise TypeError("cannot compare the two clocks")
"""

PLAIN = """import datetime


class Queue:
    pass


def due(jobs):
    for job in jobs:
        if job.when < 3:
            raise TypeError("cannot compare the two clocks")
"""

LONG = (
    "def much(jobs):\n"
    + "".join(f"    total += clock_{number}  # 受け取った値\n" for number in range(2_000))
    + "    return last_of_all"
)

FILES: dict[str, bytes] = {
    "plain.py": PLAIN.encode(),
    "windows.py": PLAIN.replace("\n", "\r\n").replace("due", "due_there").encode(),
    "unfinished.py": PLAIN.replace("due", "due_open").rstrip("\n").encode(),
    "feeds.py": PLAIN.replace("\n\n\n", "\n\x0c\n\n").replace("due", "due_fed").encode(),
    "marked.py": codecs.BOM_UTF8 + PLAIN.replace("due", "due_marked").encode(),
    "wide.py": PLAIN.replace("due", "due_wide").replace("two clocks", "二つの時計 clocks 😀\u2028").encode(),
    "utf16.py": PLAIN.replace("due", "due_sixteen").encode("utf-16"),
    "returns.txt": b"clocks of old\rstand on one\rline to us\nand clocks again\n",
    "inline.js": b"class Clock { tick() { return clocks } tock() { return 'compare' } }\nvar clocks = 1; function compare(a) { return a }\n",
    "long.py": LONG.encode(),
    "notes.md": b"# Clocks\n\nHow to compare clocks.\n\n## Two\n\nText about clocks.\n",
    "data.cfg": b"".join(b"clock_%d = compare\n" % number for number in range(400)),
}

QUESTIONS = ["compare the two clocks", "due", "clocks", "Queue", "last_of_all", "due_sixteen", "plain.py", TRACE]


@pytest.fixture
def engine(tmp_path: Path, models: Models) -> Iterator[Engine]:
    """Yield an engine over files of all kinds."""
    root = tmp_path / "root"
    root.mkdir()
    for name, content in FILES.items():
        (root / name).write_bytes(content)
    with Engine.open(
        root, load_config(root, environ={"FINDSPOT_CACHE_DIR": str(tmp_path / "cache")}), models
    ) as opened:
        opened.refresh()
        yield opened


def lines_of(root: Path, path: str) -> list[str]:
    """Return the lines of a file as they are numbered: a line ends with a line feed, a mark of byte order is no text."""
    raw = (root / path).read_bytes()
    text = raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    return [line.removesuffix("\r") for line in text.split("\n")]


def checked(engine: Engine, answer: Answer) -> int:
    """Check every result of an answer against the files; return how many there were."""
    for result in answer.results:
        lines = lines_of(engine.root, result.path)
        held = lines[result.span.start_line - 1 : result.span.end_line]
        text = [line.removesuffix("\r") for line in result.text.split("\n")]
        if result.truncated:
            assert text == held[: len(text)]
            assert len(result.text.encode()) <= 16_000
        else:
            assert text == held
        for line in result.preview:
            assert line.text == lines[line.number - 1].rstrip()
        assert [line.number for line in result.preview] == sorted({line.number for line in result.preview})
        for number in result.matches:
            assert result.span.start_line <= number <= result.span.end_line
        assert result.best_line is None or result.best_line in result.matches
        if result.best_line is not None:
            assert result.best_line in [line.number for line in result.preview]
    return len(answer.results)


@pytest.mark.row("T08")
@pytest.mark.parametrize("level", ["function", "file"])
def test_the_text_of_a_result_is_the_text_of_its_lines(engine: Engine, level: Level) -> None:
    seen = 0
    for question in QUESTIONS:
        seen += checked(engine, engine.search(question, top_k=50))
        seen += checked(engine, engine.localize(question, top_k=50, level=level, budget=0))
        seen += checked(engine, engine.symbols(question, top_k=50))
    assert seen > 100


@pytest.mark.row("T08")
def test_a_long_file_says_that_its_text_is_cut_and_shows_what_matches(engine: Engine) -> None:
    found = next(one for one in engine.search("last_of_all").results if one.path == "long.py")
    assert (found.span.start_line, found.span.end_line, found.truncated) == (1, 2002, True)
    assert found.best_line == 2002
    assert [line.number for line in found.preview] == [1, 2001, 2002]


@pytest.mark.row("T08")
def test_the_line_of_a_frame_is_the_best_line(engine: Engine) -> None:
    for level in ("function", "file"):
        found = engine.localize(TRACE, budget=0, level=level).results[0]
        assert (found.path, found.best_line) == ("plain.py", 11)


@pytest.mark.row("T08")
def test_a_file_that_has_changed_gives_the_lines_that_stand_there_now(engine: Engine) -> None:
    for name in FILES:
        (engine.root / name).write_bytes(b"first\r\n\xd1\x84\xd1\x84\xff second\nthird")
    for result in engine.search("compare the two clocks", top_k=50).results:
        assert not result.fresh
        now = ["first", "\u0444\u0444\ufffd second", "third"][result.span.start_line - 1 : result.span.end_line]
        assert [line.removesuffix("\r") for line in result.text.split("\n")] == (now or [""])
        for line in result.preview:
            assert line.text == now[line.number - result.span.start_line]


def test_a_file_that_has_gone_has_no_text(engine: Engine) -> None:
    for name in FILES:
        (engine.root / name).unlink()
    for result in engine.search("compare the two clocks").results:
        assert (result.text, result.preview, result.fresh) == ("", (), False)


def test_an_answer_reads_each_file_once(engine: Engine, models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(root: Path, path: str, max_bytes: int, *, follow: bool = False) -> Source | None:
        read.append(path)
        return read_source(root, path, max_bytes, follow=follow)

    monkeypatch.setattr(snippets, "read_source", counted)
    partial: list[Answer] = []
    with Engine.open(engine.root, engine.config, models) as another:
        answer = another.localize(TRACE, budget=60.0, on_partial=partial.append)
    assert answer.status.model == "applied"
    assert partial
    assert sorted(read) == sorted(set(read))
    assert {result.path for result in answer.results} <= set(read)
