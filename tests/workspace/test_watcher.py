"""Watching real files: what people, editors and git do becomes few batches of paths, and nothing ends it silently."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileClosedNoWriteEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
)

from findspot.errors import RootError
from findspot.workspace.ignore_rules import git_folder
from findspot.workspace.walker import WalkOptions
from findspot.workspace.watcher import Batch, Watcher
from findspot.workspace.watcher.sources import ObserverSource, PollingSource, Source

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

_PATIENCE = 20.0


class Recorder:
    """Collects batches and messages, and waits for them."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.messages: list[str] = []
        self.failure: Exception | None = None
        self.firsts: list[int] = []
        self._news = threading.Condition()

    def on_batch(self, batch: Batch) -> None:
        with self._news:
            self.batches.append(batch)
            self._news.notify_all()
        if self.failure is not None:
            raise self.failure

    def on_first(self) -> None:
        self.firsts.append(len(self.batches))

    def on_error(self, message: str) -> None:
        with self._news:
            self.messages.append(message)
            self._news.notify_all()

    def covered(self, path: str) -> bool:
        """Return whether a batch makes the index look at ``path``."""
        return any(
            batch is None or any(path == known or path.startswith(f"{known}/") for known in batch)
            for batch in self.batches
        )

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds."""
        with self._news:
            assert self._news.wait_for(condition, _PATIENCE), (self.batches, self.messages)

    def wait_for(self, *paths: str) -> None:
        """Wait until each path is covered."""
        self.wait(lambda: all(self.covered(path) for path in paths))

    def settle(self, root: Path) -> None:
        """Wait until full refreshes are over, that is, until a new file comes in a batch of paths; then begin anew."""
        end = time.monotonic() + _PATIENCE
        for number in itertools.count():
            path = f"settle{number}.py"
            self.forget()
            (root / path).write_text(f"x = {time.monotonic_ns()}\n", encoding="utf-8")
            self.wait_for(path)
            if any(batch is not None and path in batch for batch in self.batches):
                break
            assert time.monotonic() < end, self.batches
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        with self._news:
            self.batches.clear()


class ChosenWatcher(Watcher):
    """A watcher with the source that a test asks for instead of the system's own."""

    kind = "native"

    def _native_source(self) -> Source:
        if self.kind == "observer":
            return ObserverSource(self._root, git_folder(self._root), self)
        if self.kind == "polling":
            return PollingSource(self._root, self._options, 0.05, self)
        return super()._native_source()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a small workspace."""
    root = tmp_path / "root"
    (root / "src" / "deep").mkdir(parents=True)
    (root / "src" / "a.py").write_text("a = 1\n", encoding="utf-8")
    (root / "src" / "deep" / "b.py").write_text("b = 1\n", encoding="utf-8")
    return root


@pytest.fixture
def seen() -> Recorder:
    """Return an empty recorder."""
    return Recorder()


@pytest.fixture(autouse=True)
def quick_health_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a quiet watcher look after itself often."""
    monkeypatch.setattr("findspot.workspace.watcher._HEALTH_SECONDS", 0.2)


def make_watcher(
    root: Path, seen: Recorder, kind: str = "native", debounce: float = 0.05, longest: float = 3.0
) -> Watcher:
    """Make a watcher that reports to ``seen``."""
    watcher = ChosenWatcher(
        root,
        seen.on_batch,
        options=WalkOptions(),
        on_error=seen.on_error,
        on_first=seen.on_first,
        debounce_seconds=debounce,
        max_delay_seconds=longest,
        poll_seconds=0.05,
    )
    watcher.kind = kind
    return watcher


@pytest.fixture(params=["native", "observer", "polling"])
def watched(request: pytest.FixtureRequest, root: Path, seen: Recorder) -> Iterator[Watcher]:
    """Watch the workspace by each kind of source."""
    watcher = make_watcher(root, seen, request.param)
    watcher.start()
    yield watcher
    watcher.stop()


@pytest.fixture
def folders_watched(watched: Watcher) -> Watcher:
    """Watch by a source that is reliable for folders that appear."""
    if sys.platform == "linux" and isinstance(watched._source, ObserverSource):
        pytest.skip("watchdog's own inotify reader can miss folders that appear quickly; ours is used on Linux instead")
    return watched


@pytest.fixture
def native(root: Path, seen: Recorder) -> Iterator[Watcher]:
    """Watch the workspace by the system's own events."""
    watcher = make_watcher(root, seen)
    watcher.start()
    yield watcher
    watcher.stop()


def git(folder: Path, *arguments: str) -> None:
    """Run git with an identity."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.row("C02")
def test_create_modify_delete(watched: Watcher, root: Path, seen: Recorder) -> None:
    """Each plain change of a file arrives with its path."""
    (root / "new.py").write_text("x = 1\n", encoding="utf-8")
    seen.wait_for("new.py")
    seen.forget()
    (root / "src" / "a.py").write_text("a = 22\n", encoding="utf-8")
    seen.wait_for("src/a.py")
    seen.forget()
    (root / "src" / "deep" / "b.py").unlink()
    seen.wait_for("src/deep/b.py")
    assert None not in seen.batches
    assert seen.messages == []


@pytest.mark.row("C02")
def test_save_by_rename(watched: Watcher, root: Path, seen: Recorder) -> None:
    """Editors write a new file and put it in the place of the old one."""
    temporary = root / "src" / ".a.py.swp"
    temporary.write_text("a = 333\n", encoding="utf-8")
    temporary.replace(root / "src" / "a.py")
    seen.wait_for("src/a.py")
    assert {path for batch in seen.batches for path in batch or ()} == {"src/a.py"}


def test_file_renamed(watched: Watcher, root: Path, seen: Recorder) -> None:
    """Both names of a renamed file arrive."""
    (root / "src" / "a.py").rename(root / "c.py")
    seen.wait_for("src/a.py", "c.py")


def test_folder_renamed(folders_watched: Watcher, root: Path, seen: Recorder) -> None:
    """What was and what is in a renamed folder is looked at, and the folder is watched under its new name."""
    (root / "src").rename(root / "lib")
    seen.wait_for("src/a.py", "src/deep/b.py", "lib/a.py", "lib/deep/b.py")
    seen.forget()
    (root / "lib" / "deep" / "b.py").write_text("b = 4444\n", encoding="utf-8")
    seen.wait_for("lib/deep/b.py")


def test_folder_deleted(watched: Watcher, root: Path, seen: Recorder) -> None:
    """All that was in a deleted folder arrives."""
    shutil.rmtree(root / "src")
    seen.wait_for("src/a.py", "src/deep/b.py")


def test_folder_moved_in_and_out(folders_watched: Watcher, root: Path, seen: Recorder, tmp_path: Path) -> None:
    """A folder that comes from elsewhere, or leaves, takes its files with it."""
    (root / "src").rename(tmp_path / "elsewhere")
    seen.wait_for("src/a.py", "src/deep/b.py")
    seen.forget()
    (tmp_path / "elsewhere").rename(root / "back")
    seen.wait_for("back/a.py", "back/deep/b.py")


def test_new_folders_are_watched(folders_watched: Watcher, root: Path, seen: Recorder) -> None:
    """Folders made together with their content are seen, and go on being seen."""
    (root / "x" / "y" / "z").mkdir(parents=True)
    (root / "x" / "y" / "z" / "a.py").write_text("1\n", encoding="utf-8")
    seen.wait_for("x/y/z/a.py")
    seen.forget()
    (root / "x" / "y" / "z" / "b.py").write_text("1\n", encoding="utf-8")
    seen.wait_for("x/y/z/b.py")


def test_ignored_files_make_no_batch(root: Path, seen: Recorder) -> None:
    """What the index does not hold does not wake it: ignored, hidden, and git's own files."""
    (root / ".gitignore").write_text("*.log\nnode_modules/\nbuild/\n", encoding="utf-8")
    (root / "node_modules" / "p").mkdir(parents=True)
    git(root, "init", "-q")
    for kind in ("native", "observer", "polling"):
        watcher = make_watcher(root, seen, kind)
        watcher.start()
        (root / "x.log").write_text(kind, encoding="utf-8")
        (root / ".env").write_text(kind, encoding="utf-8")
        (root / "node_modules" / "p" / "i.py").write_text(kind, encoding="utf-8")
        (root / "build" / kind).mkdir(parents=True)
        (root / "build" / kind / "a.py").write_text(kind, encoding="utf-8")
        (root / ".git" / "ORIG_HEAD").write_text(kind, encoding="utf-8")
        (root / f"{kind}.py").write_text(kind, encoding="utf-8")
        seen.wait_for(f"{kind}.py")
        watcher.stop()
        assert {path for batch in seen.batches for path in batch or ("everything",)} == {f"{kind}.py"}, kind
        seen.forget()


class Sink:
    """Writes down what a source reports."""

    def __init__(self) -> None:
        self.reports: list[str] = []

    def skips(self, path: str, *, is_folder: bool) -> bool:
        return path.startswith("ignored")

    def changed(self, path: str, *, is_folder: bool) -> None:
        self.reports.append(f"{path}/" if is_folder else path)

    def everything_changed(self) -> None:
        self.reports.append("everything")

    def watches_incomplete(self) -> None:
        self.reports.append("incomplete")

    def failed(self, message: str) -> None:
        self.reports.append(f"failed: {message}")


@pytest.mark.parametrize(
    ("event", "reports"),
    [
        (FileCreatedEvent("/r/a.py"), ["a.py"]),
        (FileModifiedEvent(b"/r/sub/a.py"), ["sub/a.py"]),
        (FileDeletedEvent("/r/a.py"), ["a.py"]),
        (FileClosedEvent("/r/a.py"), ["a.py"]),
        (FileMovedEvent("/r/a.py", "/r/b.py"), ["a.py", "b.py"]),
        (FileMovedEvent("", "/r/b.py"), ["b.py"]),
        (FileMovedEvent("/r/a.py", "/elsewhere/b.py"), ["a.py"]),
        (FileOpenedEvent("/r/a.py"), []),
        (FileClosedNoWriteEvent("/r/a.py"), []),
        (DirCreatedEvent("/r/sub"), ["sub/"]),
        (DirModifiedEvent("/r/sub"), []),
        (DirDeletedEvent("/r/sub"), ["everything"]),
        (DirDeletedEvent("/r/ignored"), []),
        (DirMovedEvent("/r/ignored", "/r/sub"), ["everything"]),
        (DirDeletedEvent("/r"), ["everything"]),
        (FileModifiedEvent("/g/worktrees/t/HEAD"), [".git/HEAD"]),
        (FileModifiedEvent("/r2/a.py"), []),
    ],
    ids=repr,
)
@pytest.mark.skipif(sys.platform == "win32", reason="the paths are those of POSIX")
def test_what_events_of_other_systems_mean(event: FileSystemEvent, reports: list[str]) -> None:
    """Each kind of watchdog event becomes the right report."""
    sink = Sink()
    source = ObserverSource(Path("/r"), Path("/g/worktrees/t"), sink)
    source.handle(event)
    assert sink.reports == reports


@pytest.mark.row("C02")
@pytest.mark.parametrize("kind", ["native", "observer"])
def test_git_checkout(kind: str, root: Path, seen: Recorder) -> None:
    """A checkout, which touches many files at once, becomes a full refresh."""
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "one")
    git(root, "checkout", "-q", "-b", "other")
    for number in range(50):
        (root / f"n{number}.py").write_text("x\n", encoding="utf-8")
    (root / "src" / "a.py").unlink()
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "two")
    watcher = make_watcher(root, seen, kind, debounce=0.2)
    watcher.start()
    git(root, "checkout", "-q", "main")
    seen.wait(lambda: None in seen.batches)
    seen.forget()
    git(root, "checkout", "-q", "other")
    seen.wait(lambda: None in seen.batches)
    seen.settle(root)
    watcher.stop()
    assert seen.messages == []


@pytest.mark.parametrize("kind", ["native", "observer"])
def test_git_checkout_in_a_worktree(kind: str, root: Path, seen: Recorder, tmp_path: Path) -> None:
    """The git folder of a worktree lies elsewhere and is watched there."""
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "one")
    tree = tmp_path / "tree"
    git(root, "worktree", "add", "-q", str(tree))
    watcher = make_watcher(tree, seen, kind)
    watcher.start()
    git(tree, "commit", "-q", "--allow-empty", "-m", "two")
    git(tree, "checkout", "-q", "--detach", "HEAD~1")
    seen.wait(lambda: None in seen.batches)
    watcher.stop()


def test_batches_wait_for_git(root: Path, seen: Recorder) -> None:
    """While git holds its lock nothing is delivered; a lock that was left behind holds nothing back for ever."""
    git(root, "init", "-q")
    watcher = make_watcher(root, seen, longest=1.5)
    watcher.start()
    lock = root / ".git" / "index.lock"
    lock.touch()
    seen.forget()
    (root / "src" / "a.py").write_text("a = 55555\n", encoding="utf-8")
    time.sleep(0.3)
    assert seen.batches == []
    lock.unlink()
    seen.wait_for("src/a.py")
    lock.touch()
    seen.forget()
    (root / "src" / "a.py").write_text("a = 6\n", encoding="utf-8")
    seen.wait_for("src/a.py")
    assert lock.exists()
    watcher.stop()


def test_burst_is_one_batch(root: Path, seen: Recorder) -> None:
    """A thousand files written in one go come as one batch of exactly these."""
    watcher = make_watcher(root, seen, debounce=1.0, longest=60.0)
    watcher.start()
    expected = {f"src/f{number}.py" for number in range(1000)}
    for path in expected:
        (root / path).write_text("x = 1\n", encoding="utf-8")
    seen.wait_for(*expected)
    watcher.stop()
    assert seen.batches == [frozenset(expected)]
    assert seen.firsts == [0]  # said once, before the batch


def test_flood_becomes_a_full_refresh(root: Path, seen: Recorder) -> None:
    """Beyond some thousands of files one walk is cheaper than a list."""
    watcher = make_watcher(root, seen, debounce=1.0, longest=60.0)
    watcher.start()
    for number in range(2500):
        (root / f"f{number}.py").touch()
    seen.wait(lambda: None in seen.batches)
    watcher.stop()


def test_continuous_writes_do_not_starve_others(root: Path, seen: Recorder) -> None:
    """A file that is written without a pause cannot hold back the batch."""
    watcher = make_watcher(root, seen, debounce=0.5, longest=1.0)
    watcher.start()
    (root / "quiet.py").write_text("x\n", encoding="utf-8")
    end = time.monotonic() + _PATIENCE
    number = 0
    while not seen.covered("quiet.py") and time.monotonic() < end:
        number += 1
        (root / "busy.py").write_text(f"x = {number}\n", encoding="utf-8")
        time.sleep(0.02)
    watcher.stop()
    assert seen.covered("quiet.py")


def test_changed_ignore_file(watched: Watcher, root: Path, seen: Recorder) -> None:
    """New rules mean looking at everything; what is no longer ignored is watched from then on."""
    if watched.polling:
        pytest.skip("a walk reads the rules anew each time")
    (root / ".findspotignore").write_text("src/deep/\n", encoding="utf-8")
    seen.wait(lambda: None in seen.batches)
    seen.settle(root)
    (root / "src" / "deep" / "b.py").write_text("b = 22\n", encoding="utf-8")
    (root / "src" / "a.py").write_text("a = 22\n", encoding="utf-8")
    seen.wait_for("src/a.py")
    assert not seen.covered("src/deep/b.py")
    (root / ".findspotignore").unlink()
    seen.wait(lambda: None in seen.batches)
    seen.settle(root)
    (root / "src" / "deep" / "b.py").write_text("b = 333\n", encoding="utf-8")
    seen.wait_for("src/deep/b.py")


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_root_is_gone(how: str, watched: Watcher, root: Path, seen: Recorder) -> None:
    """Without a root the watcher ends, and says so."""
    if how == "deleted":
        shutil.rmtree(root)
    else:
        root.rename(root.with_name("other"))
    seen.wait(lambda: any("gone" in message for message in seen.messages))
    watched.stop()
    assert not watched.running


def test_no_root(tmp_path: Path, seen: Recorder) -> None:
    """There is nothing to watch where there is no folder."""
    watcher = make_watcher(tmp_path / "missing", seen)
    with pytest.raises(RootError):
        watcher.start()
    assert not watcher.running
    watcher.stop()


def test_start_and_stop_any_number_of_times(root: Path, seen: Recorder) -> None:
    """Starting twice, stopping twice and starting again are harmless, and all threads end."""
    before = set(threading.enumerate())
    for kind in ("native", "observer", "polling"):
        watcher = make_watcher(root, seen, kind)
        watcher.stop()
        for _ in range(2):
            watcher.start()
            watcher.start()
            assert watcher.running
            (root / f"{kind}.py").write_text(os.urandom(4).hex(), encoding="utf-8")
            seen.wait_for(f"{kind}.py")
            watcher.stop()
            watcher.stop()
            assert not watcher.running
            seen.forget()
    assert set(threading.enumerate()) <= before


def test_stop_from_the_callback(root: Path, seen: Recorder) -> None:
    """The callback itself may end the watching."""

    def stop_at_once(batch: Batch) -> None:
        seen.on_batch(batch)
        watcher.stop()

    watcher = make_watcher(root, seen)
    watcher._on_batch = stop_at_once
    watcher.start()
    (root / "a.py").touch()
    seen.wait_for("a.py")
    watcher.stop()
    assert not watcher.running


@linux_only
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE])
def test_watch_limit_reached_at_the_start(
    number: int, root: Path, seen: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the system has no watches left, the watcher looks for changes itself and says so."""
    from watchdog.observers.inotify_c import InotifyFD

    def refuse(*_: object) -> None:
        raise OSError(number, "limit reached")

    if number == errno.EMFILE:
        monkeypatch.setattr(InotifyFD, "_create_inotify_fd", refuse)
    else:
        monkeypatch.setattr(InotifyFD, "add_callback", refuse)
    watcher = make_watcher(root, seen)
    watcher.start()
    assert watcher.polling
    assert "limit reached" in seen.messages[0]
    (root / "src" / "a.py").write_text("a = 777\n", encoding="utf-8")
    seen.wait_for("src/a.py")
    watcher.stop()


@linux_only
def test_watch_limit_reached_later(
    native: Watcher, root: Path, seen: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same when a new folder finds no watch left; nothing of it is missed."""
    from watchdog.observers.inotify_c import InotifyFD

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "limit reached")

    monkeypatch.setattr(InotifyFD, "add_callback", refuse)
    (root / "new").mkdir()
    seen.wait(lambda: bool(seen.messages) and None in seen.batches)
    assert native.polling
    seen.settle(root)
    (root / "new" / "a.py").write_text("x\n", encoding="utf-8")
    seen.wait_for("new/a.py")


@linux_only
def test_lost_events(native: Watcher, root: Path, seen: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the kernel drops events, everything is looked at and folders that appeared unseen are watched."""
    from findspot.workspace.watcher.inotify import InotifySource

    source = native._source
    assert isinstance(source, InotifySource)
    with monkeypatch.context() as deaf:
        heard = threading.Event()
        deaf.setattr(InotifySource, "_handle", lambda *_: heard.set())
        (root / "unseen").mkdir()
        assert heard.wait(_PATIENCE)
    source.on_queue_overflow()
    seen.wait(lambda: None in seen.batches)
    seen.settle(root)
    (root / "unseen" / "a.py").write_text("x\n", encoding="utf-8")
    seen.wait_for("unseen/a.py")


def test_dead_source_is_replaced(native: Watcher, root: Path, seen: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the system's events end for any reason, the watcher notices and goes on by itself."""
    source = native._source
    assert source is not None
    source.stop()
    seen.wait(lambda: native.polling and bool(seen.messages))
    assert "have ended" in seen.messages[0]
    (root / "src" / "a.py").write_text("a = 8888\n", encoding="utf-8")
    seen.wait_for("src/a.py")
    assert native.running


def test_error_in_a_handler(native: Watcher, root: Path, seen: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error while handling an event is told and repaired, not swallowed."""

    def broken(path: str, *, is_folder: bool) -> None:
        raise ValueError(path)

    monkeypatch.setattr(native, "changed", broken)
    (root / "a.py").touch()
    seen.wait(lambda: bool(seen.messages) and None in seen.batches)
    assert "a.py" in seen.messages[0]
    assert native.running
