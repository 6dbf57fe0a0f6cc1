"""What the commands do with an engine, and the exit status."""

from __future__ import annotations

import errno
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from findspot.cli import main as cli
from findspot.core.types import Answer, IndexState, IndexStatus, Progress
from findspot.errors import Cancelled, IndexLockedError, IndexStorageError
from findspot.service import one_root
from tests.cli.fakes import FakeEngine, install, make_result, make_status

EMPTY = IndexStatus("/r", IndexState.EMPTY)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    """Put a fake engine in place, in an empty current folder, with no patience for locks; it is closed at the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(one_root, "_LOCK_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(one_root, "_LOCK_POLL_SECONDS", 0.0)
    fake = install(FakeEngine(), monkeypatch)
    yield fake
    assert fake.closed == bool(fake.calls("open"))


@pytest.mark.row("V11", "V31")
def test_the_index_is_refreshed_before_the_search(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["where are retries", "--json"]) == 0
    assert [name for name, _ in engine.asked] == ["open", "refresh", "search"]
    assert engine.calls("search")[0]["query"] == "where are retries"
    out, err = capsys.readouterr()
    assert json.loads(out)["path"] == "src/retry.py"
    assert "index: ready, 2,911 files" in err


@pytest.mark.row("V31")
def test_nothing_found_is_status_1(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answer = Answer((), make_status())
    assert cli.main(["x"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing found" in err


@pytest.mark.row("V31")
@pytest.mark.parametrize("error", [IndexStorageError("the disk is full"), OSError(errno.ENOSPC, "No space left")])
def test_an_error_is_status_2_and_one_line(
    engine: FakeEngine, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.index = EMPTY
    engine.refreshes = [error]
    assert cli.main(["x"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("findspot: error: ")
    assert err.count("\n") == 1


def test_a_crash_is_status_2_too(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.refreshes = [ZeroDivisionError("a defect")]
    assert cli.main(["x"]) == 2
    assert "a defect" in capsys.readouterr().err


@pytest.mark.row("V11")
def test_an_incomplete_answer_is_labelled_even_when_quiet(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.answer = Answer((make_result(),), make_status(complete=False, message="a stage was cut"))
    assert cli.main(["x", "--quiet", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "warning: incomplete answer" in err
    assert "a stage was cut" in err
    assert json.loads(out)["complete"] is False


def test_quiet_says_nothing_beside_a_complete_answer(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["x", "-q", "--format", "files"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(Path("src/retry.py"))]
    assert err == ""


@pytest.mark.row("V11")
def test_a_busy_index_is_answered_from_with_a_warning(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.refreshes = [IndexLockedError("busy")]
    assert cli.main(["x", "-q"]) == 0
    assert "another process is indexing" in capsys.readouterr().err


@pytest.mark.row("V11")
def test_an_empty_busy_index_is_waited_for(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.index = EMPTY
    engine.refreshes = [IndexLockedError("busy"), IndexLockedError("busy")]
    assert cli.main(["x"]) == 0
    assert len(engine.calls("refresh")) == 3
    assert capsys.readouterr().err.count("waiting for its first results") == 1


def test_an_index_that_cannot_be_written_still_answers_with_a_warning(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.refreshes = [IndexStorageError("read-only file system")]
    assert cli.main(["x", "-q"]) == 0
    assert "could not be brought up to date: read-only file system" in capsys.readouterr().err


def test_an_interrupt_asks_the_engine_to_stop(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        signal.raise_signal(signal.SIGINT)
        assert engine.calls("refresh")[0]["stop"].is_set()
        raise Cancelled("stopped")

    engine.on_refresh = interrupt
    assert cli.main(["index"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert "what was indexed so far is kept" in err


def test_an_interrupt_ends_the_wait_for_another_process(engine: FakeEngine) -> None:
    engine.index = EMPTY
    engine.refreshes = [IndexLockedError("busy")] * 2

    def interrupt() -> None:
        signal.raise_signal(signal.SIGINT)

    engine.on_refresh = interrupt
    assert cli.main(["x"]) == 130
    assert engine.calls("search") == []


@pytest.mark.row("A13")
def test_localize_without_a_model_has_the_same_shape(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "issue.txt").write_text("Retry loops for ever\n")
    shapes = []
    for model, stage in (("applied", "localized"), ("no model file", "hybrid")):
        engine.answer = Answer((make_result(stage=stage),), make_status(model=model, rescored=2 * (model == "applied")))
        assert cli.main(["localize", "issue.txt", "--json", "--level", "file", "--budget", "0.5"]) == 0
        out, err = capsys.readouterr()
        shapes.append({key: type(value) for key, value in json.loads(out).items()})
        assert ("model applied" if model == "applied" else "model not applied: no model file") in err
    assert shapes[0] == shapes[1]
    asked = engine.calls("localize")[0]
    assert (asked["text"], asked["level"], asked["budget"]) == ("Retry loops for ever\n", "file", 0.5)


@pytest.mark.row("V34")
def test_index_only_builds_the_index(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["index", "--rebuild"]) == 0
    assert [name for name, _ in engine.asked] == ["open", "refresh"]
    assert engine.calls("refresh")[0]["rebuild"] is True
    assert "3 files" in capsys.readouterr().out


def test_index_fails_when_another_process_has_it(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.refreshes = [IndexLockedError("another process is indexing")]
    assert cli.main(["index"]) == 2
    assert "another process is indexing" in capsys.readouterr().err


@pytest.mark.row("V32")
def test_status_indexes_nothing(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status"]) == 0
    assert engine.calls("refresh") == []
    assert "chunks    9" in capsys.readouterr().out


@pytest.mark.row("V33")
def test_show_root_does_not_even_open_the_index(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["status", "--show-root"]) == 0
    assert engine.asked == []
    assert capsys.readouterr().out == f"{Path.cwd()}\n"


def test_no_progress_where_standard_error_is_no_terminal(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.refreshes = [Progress("indexing", 1, 2, 3, 0.5)]
    assert cli.main(["x", "-q"]) == 0
    assert engine.calls("refresh")[0]["progress"] is None
    assert capsys.readouterr().err == ""


def test_progress_is_cleaned_away_on_a_terminal(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    engine.refreshes = [Progress("indexing", 1, 2, 3, 0.5)]
    assert cli.main(["index"]) == 0
    err = capsys.readouterr().err
    assert "indexing: 1/2 files" in err
    assert err.endswith(" \r")


def test_a_reader_that_goes_away_ends_quietly(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("sys.stdout.write", broken)
    monkeypatch.setattr("findspot.cli.terminal.Terminal.discard_output", lambda _self: None)
    assert cli.main(["x", "-q"]) == 0
    assert capsys.readouterr().err == ""
