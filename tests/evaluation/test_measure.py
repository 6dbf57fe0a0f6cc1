"""Measuring on a real little history: what is asked, what counts as right, and that nothing later can be seen."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from findspot.config import load_config
from findspot.core.types import Answer
from findspot.engine import Engine
from findspot.errors import EvaluationError
from findspot.evaluation.history import Repository, find_repository, read_history
from findspot.evaluation.measure import Measured, measure
from findspot.evaluation.report import groups, record, table_lines
from findspot.indexing.commits import head_commit
from tests.evaluation.conftest import History
from tests.evaluation.histories import COUNT, DRAIN, DROP, WAIT, commit, make_history
from tests.training.repositories import QUEUE, git


def run(
    repository: Repository, *, commits: int = 50, stop: Event | None = None, said: list[str] | None = None
) -> Measured:
    """Measure with the instant list only, which is all that most tests need."""
    told: list[str] = [] if said is None else said
    config = load_config(repository.top, {"budget": 0.0})
    return measure(repository, config, commits=commits, stop=stop or Event(), tell=told.append, indexing=None)


@pytest.fixture(scope="module")
def measured(history: History, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Return a finished measuring of the history."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINDSPOT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        return run(find_repository(history.work))


@pytest.mark.row("A04")
@pytest.mark.row("B12")
@pytest.mark.row("B16")
def test_messages_are_asked_and_functions_of_the_parent_are_right(measured: Measured, history: History) -> None:
    assert measured.complete
    right = {row.task.candidate.message.text: row.task.functions for row in measured.rows}
    assert list(right.items()) == [
        (COUNT, [("src/queue.py", "report_lost_parcels")]),
        (DROP, [("net/server.go", "Drop")]),
        (DRAIN, [("src/queue.py", "drain")]),
        (WAIT, [("src/upload.py", "Uploader.attempt")]),
    ]
    assert [row.task.candidate.commit.digest for row in measured.rows] == [
        history.commits[message] for message in (COUNT, DROP, DRAIN, WAIT)
    ]
    assert measured.left_out == {"release or dependency": 1, "no code": 1, "no parent": 1}


@pytest.mark.row("B12")
@pytest.mark.row("B16")
def test_each_system_is_ranked_with_tests_and_documents_in_the_tree(measured: Measured) -> None:
    for row in measured.rows:
        assert set(row.systems) == {"localize", "search", "bm25"}
        for name, ranks in row.systems.items():
            assert ranks.files[0] is not None, (name, row.task.candidate.message.text)
        assert row.systems["localize"].functions[0] is not None
        assert set(row.seconds) == {"localize", "search"}
    assert [row.mentioned for row in measured.rows] == [False, False, True, False]


@pytest.mark.row("B12")
def test_nothing_later_than_the_parent_can_be_seen(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, list[str]]] = []
    localize = Engine.localize

    def spy(engine: Engine, text: str, **options: Any) -> Answer:
        subjects = git(engine.root, "-c", "safe.directory=*", "log", "--all", "--format=%H", "HEAD").split()
        seen.append((text, (engine.root / "src" / "queue.py").read_text(encoding="utf-8"), subjects))
        assert head_commit(engine.root) == subjects[0]
        return localize(engine, text, **options)

    monkeypatch.setattr(Engine, "localize", spy)
    run(find_repository(history.work))
    commits = list(history.commits.values())
    assert list(dict.fromkeys(text for text, _, _ in seen)) == [WAIT, DRAIN, DROP, COUNT]
    for text, queue, ancestors in seen:
        place = commits.index(history.commits[text])
        assert ancestors == commits[:place][::-1]
        assert ("report_lost_parcels" in queue) is (text in {DROP, COUNT})


@pytest.mark.row("B12")
def test_the_user_s_index_and_repository_are_not_touched(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINDSPOT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in history.work.rglob("*") if path.is_file()}

    before = state()
    run(find_repository(history.work), commits=2)
    assert state() == before
    assert not (tmp_path / "cache").exists()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_newest_commits_are_taken(history: History) -> None:
    found = run(find_repository(history.work), commits=2)
    assert [row.task.candidate.message.text for row in found.rows] == [COUNT, DROP]
    assert found.left_out == {"no code": 1}


def test_a_bare_repository_and_a_second_working_folder_will_do(history: History, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(history.work), str(tmp_path / "bare"))
    bare = find_repository(tmp_path / "bare")
    assert (bare.top, bare.store) == (None, (tmp_path / "bare").resolve())
    git(tmp_path / "bare", "worktree", "add", "-q", str(tmp_path / "second"), history.commits[DROP])
    second = find_repository(tmp_path / "second")
    assert (second.store, second.head) == (bare.store, history.commits[DROP])
    assert [row.task.candidate.message.text for row in run(second, commits=1).rows] == [DROP]


def test_a_subfolder_belongs_to_its_repository(history: History) -> None:
    assert find_repository(history.work / "src") == find_repository(history.work)


def test_other_branches_have_no_say(tmp_path: Path) -> None:
    work = tmp_path / "shop"
    make_history(work)
    git(work, "checkout", "-q", "-b", "future")
    commit(work, "Let the queue take only jobs that are new", {"src/queue.py": QUEUE.replace("append", "add")})
    git(work, "checkout", "-q", "main")
    repository = find_repository(work)
    messages = [one.message.strip() for one in read_history(repository.store, repository.head)]
    assert messages[0] == COUNT
    assert len(messages) == 7


def test_what_cannot_be_measured_on_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EvaluationError, match="no such folder"):
        find_repository(tmp_path / "nowhere")
    with pytest.raises(EvaluationError, match="not inside a git repository"):
        find_repository(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    with pytest.raises(EvaluationError, match="has no commit yet"):
        find_repository(empty)
    commit(empty, "Begin with a single file of notes", {"notes.txt": "x"})
    with pytest.raises(EvaluationError, match=r"no commit suits.*1 no parent"):
        run(find_repository(empty))
    monkeypatch.setenv("PATH", str(empty))
    with pytest.raises(EvaluationError, match="git cannot be run"):
        find_repository(empty)


def test_a_shallow_clone_is_measured_as_far_as_it_goes(history: History, tmp_path: Path) -> None:
    for depth in (1, 4):
        git(tmp_path, "clone", "-q", "--depth", str(depth), history.work.as_uri(), str(tmp_path / f"clone{depth}"))
    with pytest.raises(EvaluationError, match=r"clone is shallow: 'git fetch --unshallow'"):
        run(find_repository(tmp_path / "clone1"))
    found = run(find_repository(tmp_path / "clone4"))
    assert [row.task.candidate.message.text for row in found.rows] == [COUNT, DROP]
    assert any("this clone is shallow" in line for line in table_lines(found))


def test_a_history_with_a_hole_is_an_error(history: History, tmp_path: Path) -> None:
    shutil.copytree(history.work, tmp_path / "copy")
    lost = history.commits[WAIT]
    loose = tmp_path / "copy" / ".git" / "objects" / lost[:2] / lost[2:]
    loose.chmod(0o600)
    loose.unlink()
    with pytest.raises(EvaluationError, match="the history cannot be read"):
        run(find_repository(tmp_path / "copy"))


def test_files_that_a_clone_lacks_cost_their_commits_and_are_told(history: History, tmp_path: Path) -> None:
    shutil.copytree(history.work, tmp_path / "copy")
    first = git(tmp_path / "copy", "rev-parse", f"{history.commits[WAIT]}:net/server.go")
    loose = tmp_path / "copy" / ".git" / "objects" / first[:2] / first[2:]
    loose.chmod(0o600)
    loose.unlink()
    found = run(find_repository(tmp_path / "copy"))
    assert [row.task.candidate.message.text for row in found.rows] == [COUNT, DRAIN, WAIT]
    assert found.left_out["missing file"] == 1
    assert [row.missing for row in found.rows] == [0, 1, 1]
    assert any("1 files of a commit could not be laid out" in line for line in table_lines(found))


def test_the_newer_object_format_of_git_will_do(tmp_path: Path) -> None:
    work = tmp_path / "wide"
    work.mkdir()
    git(work, "init", "-q", "--object-format=sha256")
    commit(work, "Begin with a queue for all jobs", {"queue.py": QUEUE})
    commit(work, "Take the newest job out first", {"queue.py": QUEUE.replace("pop(0)", "pop()")})
    assert [row.task.functions for row in run(find_repository(work)).rows] == [[("queue.py", "drain")]]


@pytest.mark.row("B12")
def test_stopping_keeps_what_was_measured(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Event()
    said: list[str] = []
    search = Engine.search

    def stopping(engine: Engine, query: str, **options: Any) -> Answer:
        if query == DROP:
            stop.set()
        return search(engine, query, **options)

    monkeypatch.setattr(Engine, "search", stopping)
    found = run(find_repository(history.work), stop=stop, said=said)
    assert not found.complete
    assert [row.task.candidate.message.text for row in found.rows] == [DRAIN, WAIT]
    assert "stopped before the other 2" in "\n".join(table_lines(found))
    assert [text.split(",")[0] for text in said if text.startswith("commit ")] == [
        "commit 1 of 4",
        "commit 2 of 4",
        "commit 3 of 4",
    ]


def test_stopping_before_the_first_answer_leaves_nothing(history: History) -> None:
    stop = Event()
    stop.set()
    found = run(find_repository(history.work), stop=stop)
    assert (found.complete, found.rows, found.tasks) == (False, [], [])
    assert json.loads(json.dumps(record(found)))["commits"] == 0


@pytest.mark.row("B12")
def test_the_numbers_are_split_by_whether_the_gold_is_named(measured: Measured) -> None:
    everything, mentioned, others = groups(measured.rows)
    assert (everything.commits, mentioned.commits, others.commits) == (4, 1, 3)
    one = next(row for row in measured.rows if row.mentioned)
    rank = one.systems["localize"].functions[0]
    assert rank is not None
    assert mentioned.systems["localize"]["func MRR"] == pytest.approx(1 / rank)
    assert groups([one])[2].systems["localize"]["file@1"] is None


@pytest.mark.row("B12")
def test_the_table_and_the_record_say_the_same(measured: Measured, history: History) -> None:
    lines = list(table_lines(measured))
    assert max(map(len, lines)) <= 110 or str(history.work) in max(lines, key=len)
    shown = next(line for line in lines if line.startswith("  localize")).split()[1:]
    written = json.loads(json.dumps(record(measured)))
    numbers = written["groups"]["all"]["systems"]["localize"]
    assert [float(cell) for cell in shown] == pytest.approx(
        [round(100 * numbers[name]) for name in numbers if "@" in name] + [round(numbers["func MRR"], 2)]
    )
    assert written["model"].keys() <= {"no time was left in the budget", "not needed: there is one candidate only"}
    assert sum(written["model"].values()) == 4
    assert written["rows"][1]["files"][0]["functions"] == ["Drop"]
    assert written["latency"]["search"]["p50"] <= written["latency"]["search"]["p95"]


def test_partly_applied_models_are_one_kind(measured: Measured) -> None:
    rows = [replace(row, model=f"applied to {number} of 16") for number, row in enumerate(measured.rows)]
    assert "model     applied to some candidates (4)" in list(table_lines(replace(measured, rows=rows)))
