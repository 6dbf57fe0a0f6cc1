"""Files that end their parser, seen through the facade: everything else is found, and the status names them."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from findspot.core.types import IndexState, ProblemKind
from findspot.engine import Models
from findspot.errors import Cancelled
from findspot.indexing.workers import Worker
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from tests.engine.checks import open_engine
from tests.indexing.bombs import CRASH, ENDLESS, in_lines

pytestmark = pytest.mark.slow

GOOD = "def find_invoice_{0}(number):\n    return archive.lookup(number, {0})\n"


def write(root: Path, count: int, bad: dict[str, bytes]) -> None:
    (root / ".git").mkdir(exist_ok=True)
    for number in range(count):
        (root / f"good{number}.py").write_text(GOOD.format(number), encoding="utf-8")
    for name, content in bad.items():
        (root / name).write_bytes(content)


@pytest.mark.row("T01")
def test_several_bad_files_among_many_cost_themselves_only(tmp_path: Path, models: Models) -> None:
    bad = {"crash1.py": CRASH, "crash2.py": CRASH + b"# another\n", ENDLESS.name: ENDLESS.content}
    write(tmp_path, 160, bad)
    with open_engine(tmp_path, models) as engine:
        report = engine.refresh()
        assert report.state is IndexState.READY
        assert report.added == 163
        quarantined = {problem.path for problem in report.problems if problem.kind is ProblemKind.QUARANTINED}
        assert quarantined == set(bad)
        for number in (0, 79, 159):
            assert engine.search(f"find_invoice_{number}").results[0].path == f"good{number}.py"
        status = engine.status()
        assert dict(status.problems)["quarantined"] == 3
        assert {problem.path for problem in status.quarantined} == set(bad)
        assert "kt" in engine.search("suspend fun runCat lookup registry").results[0].path  # plain text is found, too


@pytest.mark.row("T01")
def test_a_bad_file_is_not_tried_again_until_it_changes(
    tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 3, {"crash.py": CRASH})
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
    started: list[int] = []
    start = Worker.__init__

    def counted(self: Worker, *args: object, **options: object) -> None:
        start(self, *args, **options)  # type: ignore[arg-type]
        started.append(self.pid)

    monkeypatch.setattr(Worker, "__init__", counted)
    with open_engine(tmp_path, models) as engine:
        time.sleep(0.1)
        engine.refresh()
        assert not started  # an index that is up to date needs no worker
        os.utime(tmp_path / "crash.py", (1, 1))
        assert engine.refresh().changed == 0
        assert len(started) <= 1  # read, recognised, not parsed
        assert dict(engine.status().problems) == {"quarantined": 1}
        (tmp_path / "crash.py").write_text("def mended():\n    return 1\n", encoding="utf-8")
        engine.refresh()
        assert dict(engine.status().problems) == {}
        assert engine.search("mended").results[0].symbol == "mended"


@pytest.mark.row("T01")
def test_usual_bombs_are_met_before_they_cost_a_worker(
    tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = {
        "a.py": "/*",
        "b.cpp": "a<",
        "c.rb": "%w(",
        "d.ts": "a=>",
        "e.js": "`${",
        "f.c": "(",
        "g.zig": "{",
        "h.swift": "[",
        "i.cs": "(a)",
        "j.scala": "{",
        "k.lua": "a{",
        "l.sh": "$(",
        "m.ex": "a+",
        "n.hs": "\\x->",
        "o.go": "->",
        "p.kt": "<",
        "q.php": "f(",
        "r.rs": "!",
        "s.java": "a<",
        "t.tsx": "<a>",
    }
    write(tmp_path, 2, {name: b"x = " + in_lines(unit * (200_000 // len(unit))) for name, unit in units.items()})
    deaths: list[bool] = []
    monkeypatch.setattr(
        "findspot.indexing.workers.WorkerDied.__init__", lambda _, *, late, killed: deaths.append(late or killed)
    )
    with open_engine(tmp_path, models) as engine:
        report = engine.refresh()
        assert report.added == len(units) + 2
        assert not deaths
        assert engine.search("find_invoice_1").results[0].path == "good1.py"
        assert {problem.kind for problem in report.problems} == {ProblemKind.SYNTAX}


@pytest.mark.row("T01")
@pytest.mark.row("B04")
def test_a_bad_buffer_costs_that_buffer_only(tmp_path: Path, models: Models) -> None:
    write(tmp_path, 3, {})
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        bad = threading.Thread(target=engine.set_overlay, args=(ENDLESS.name, ENDLESS.content.decode()))
        bad.start()
        while not engine._own.buffers.pending:
            time.sleep(0.01)
        engine.set_overlay("other.py", "def unsaved_neighbour():\n    pass\n")
        answer = engine.search("unsaved_neighbour")
        assert answer.results[0].path == "other.py"
        assert bad.is_alive()  # it was not waited for
        assert not answer.status.complete
        assert answer.status.message == f"the unsaved text of {ENDLESS.name} is still being read"
        bad.join()
        answer = engine.search("enum class Mode Registry lookup")
        assert answer.results[0].path == ENDLESS.name
        assert answer.status.complete
        # The next key does not end another worker, and a text that is fine again is read as code once it was saved.
        engine.set_overlay(ENDLESS.name, ENDLESS.content.decode() + "\n")
        engine.set_overlay(ENDLESS.name, None)
        engine.set_overlay(ENDLESS.name, "fun mended(): Int {\n    return 1\n}\n")
        assert engine.search("mended").results[0].symbol == "mended"


@pytest.mark.row("T07")
def test_a_buffer_that_takes_long_is_not_waited_for(tmp_path: Path, models: Models) -> None:
    write(tmp_path, 1, {})
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        engine._own.set(ENDLESS.name, ENDLESS.content.decode(), 0.05)
        assert engine.search("find_invoice_0").results[0].path == "good0.py"
        assert not engine.search("find_invoice_0").status.complete
    # Closing ends the worker in the middle of the file.


@pytest.mark.row("T01")
def test_a_file_that_grows_while_it_is_read_and_a_sparse_file(tmp_path: Path, models: Models) -> None:
    write(tmp_path, 2, {})
    sparse = tmp_path / "sparse.py"
    with sparse.open("wb") as stream:
        stream.truncate(200_000_000_000)
    small = tmp_path / "holes.py"
    with small.open("wb") as stream:
        stream.truncate(900_000)
    growing = tmp_path / "growing.py"
    stop = threading.Event()

    def grow() -> None:
        with growing.open("ab") as stream:
            while not stop.is_set() and stream.tell() < 50_000_000:
                stream.write(b"value = 1\n" * 100)
                stream.flush()

    growing.write_bytes(b"def first_of_all():\n    pass\n")
    writer = threading.Thread(target=grow)
    writer.start()
    with open_engine(tmp_path, models) as engine:
        report = engine.refresh()
        stop.set()
        writer.join()
        kinds = {problem.path: problem.kind for problem in report.problems}
        assert kinds["sparse.py"] is ProblemKind.TOO_LARGE
        assert kinds["holes.py"] is ProblemKind.BINARY
        growing.write_bytes(b"def first_of_all():\n    pass\n")
        engine.refresh()
        assert engine.search("first_of_all").results[0].path == "growing.py"
        assert engine.search("find_invoice_1").results[0].path == "good1.py"


@pytest.mark.row("T01")
def test_slow_files_hold_back_no_other_and_a_stop_keeps_what_was_done(tmp_path: Path, models: Models) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for number in range(8):
        (root / f"a{number}.kt").write_bytes(ENDLESS.content + b"\n// %d" % number)
    (root / "good.py").write_bytes(b"def the_good_place(value):\n    return value\n")
    stop = threading.Event()
    with open_engine(root, models, workers=2) as engine, ThreadPoolExecutor(1) as thread:
        run = thread.submit(engine.refresh, stop=stop)
        end = time.monotonic() + 100
        while not engine.search("the_good_place").results:
            assert time.monotonic() < end
            assert not run.done()
            time.sleep(0.1)
        stop.set()
        with pytest.raises(Cancelled):
            run.result()
    with open_engine(root, models) as engine:
        assert engine.status().files >= 1
        assert engine.search("the_good_place").results


@pytest.mark.row("T01")
def test_an_unpacked_grammar_that_is_empty_is_unpacked_again(
    tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, grammars = tmp_path / "root", tmp_path / "grammars"
    root.mkdir()
    monkeypatch.setenv("SEMBLE_GRAMMARS_CACHE_DIR", str(grammars))
    (root / "vault.sol").write_text(
        "contract Vault {\n  function drain() public {\n    return;\n  }\n}\n", encoding="utf-8"
    )
    with open_engine(root, models) as engine:
        engine.refresh()
    (unpacked,) = grammars.glob("*/*solidity*")
    unpacked.unlink()
    unpacked.touch()
    (root / "vault.sol").write_text(
        "contract Bank {\n  function rob() public {\n    return;\n  }\n}\n", encoding="utf-8"
    )
    with open_engine(root, models) as engine:
        assert engine.refresh().problems == ()
        assert engine.search("rob").results[0].symbol == "Bank.rob"


def test_a_grammar_that_cannot_be_unpacked_is_not_tried_for_each_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grammars = tmp_path / "grammars"
    grammars.write_text("a file in the place of the folder", encoding="utf-8")
    monkeypatch.setenv("SEMBLE_GRAMMARS_CACHE_DIR", str(grammars))
    parsers = Parsers()
    assert parse("a.dart", b"void go() {}\n", parsers=parsers).lacks_grammar
    grammars.unlink()
    assert parse("b.dart", b"void go() {}\n", parsers=parsers).lacks_grammar
    assert not parse("b.dart", b"void go() {}\n", parsers=Parsers()).lacks_grammar


@pytest.mark.row("T05")
def test_a_file_whose_grammar_could_not_be_unpacked_is_read_again_when_it_can(
    tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, grammars = tmp_path / "root", tmp_path / "grammars"
    root.mkdir()
    (root / "vault.sol").write_text(
        "contract Vault {\n  function drain() public {\n    return;\n  }\n}\n", encoding="utf-8"
    )
    grammars.write_text("a file in the place of the folder", encoding="utf-8")
    monkeypatch.setenv("SEMBLE_GRAMMARS_CACHE_DIR", str(grammars))
    with open_engine(root, models) as engine:
        engine.refresh()
        (problem,) = engine.status().quarantined
        assert "grammar of solidity cannot be loaded" in problem.message
        (place,) = engine.search("drain").results
        assert (place.symbol, place.fresh) == (None, True)
    grammars.unlink()
    with open_engine(root, models) as engine:
        report = engine.refresh()
        assert (report.changed, report.problems) == (1, ())
        assert engine.search("drain").results[0].symbol == "Vault.drain"
        assert engine.refresh().unchanged == 1
