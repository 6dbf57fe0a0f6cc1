"""The plan: what is new, what may have changed, what is gone, and in which order the work is done."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.indexing.plan import COARSE_RACY_NS, RACY_NS, is_racy, make_plan
from findspot.storage.records import StoredFile
from findspot.workspace.walker import FoundFile, WalkOptions, walk

LONG_AGO = 1_600_000_000_123_456_789
SECOND = 1_000_000_000


def found(path: str, size: int = 1, mtime_ns: int = LONG_AGO, ctime_ns: int = LONG_AGO, inode: int = 7) -> FoundFile:
    """Make a file as a walk sees it."""
    return FoundFile(path, size, mtime_ns, ctime_ns, inode)


def stored(path: str, size: int = 1, mtime_ns: int = LONG_AGO, indexed_ns: int = LONG_AGO + SECOND) -> StoredFile:
    """Make a row of the index."""
    return StoredFile(path, size, mtime_ns, LONG_AGO, 7, indexed_ns, path.encode())


def walked(*files: FoundFile) -> dict[str, FoundFile]:
    """Key files by path."""
    return {file.path: file for file in files}


def index(*files: StoredFile) -> dict[str, StoredFile]:
    """Key rows by path."""
    return {file.path: file for file in files}


def test_each_fate() -> None:
    """Every file has one of four fates."""
    plan = make_plan(
        walked(
            found("new.py"), found("same.py"), found("bigger.py", size=2), found("touched.py", mtime_ns=LONG_AGO + 1)
        ),
        index(stored("same.py"), stored("bigger.py"), stored("touched.py"), stored("gone.py")),
    )
    assert [file.path for file in plan.added] == ["new.py"]
    assert [(file.path, known) for file, known in plan.maybe_changed] == [
        ("bigger.py", b"bigger.py"),
        ("touched.py", b"touched.py"),
    ]
    assert plan.removed == ("gone.py",)
    assert plan.unchanged == ("same.py",)


@pytest.mark.row("V19")
@pytest.mark.parametrize(
    ("prefix", "removed"),
    [
        ("", ("a.py", "src", "src-old/b.py", "src.py", "src/a.py", "src/x/b.py")),
        ("src", ("src", "src/a.py", "src/x/b.py")),
        ("src/", ("src", "src/a.py", "src/x/b.py")),
        ("src/x", ("src/x/b.py",)),
        ("src/a.py", ("src/a.py",)),
        ("sr", ()),
    ],
)
def test_only_what_was_walked_is_removed(prefix: str, removed: tuple[str, ...]) -> None:
    """A walk of a part says nothing about the rest."""
    known = index(*(stored(path) for path in ("a.py", "src", "src.py", "src-old/b.py", "src/a.py", "src/x/b.py")))
    assert make_plan({}, known, prefix).removed == removed


def test_racy_files_are_read_again() -> None:
    """A file touched at about the moment of indexing may have changed since without showing it."""
    at = LONG_AGO
    assert not is_racy(found("a", mtime_ns=at - RACY_NS - 1, ctime_ns=at - RACY_NS - 1), at)
    assert is_racy(found("a", mtime_ns=at - RACY_NS, ctime_ns=0), at)
    assert is_racy(found("a", mtime_ns=at + 5 * SECOND, ctime_ns=0), at)
    whole = at - at % SECOND
    assert is_racy(found("a", mtime_ns=whole, ctime_ns=0), whole + COARSE_RACY_NS)
    assert not is_racy(found("a", mtime_ns=whole, ctime_ns=0), whole + COARSE_RACY_NS + 1)


def test_edit_with_the_time_set_back(tmp_path: Path) -> None:
    """Same size and same time, but the change time gives the edit away."""
    path = tmp_path / "a.py"
    path.write_text("x = 1\n", encoding="utf-8")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    before = walk(tmp_path, WalkOptions()).files["a.py"]
    row = StoredFile("a.py", *before[1:], before.ctime_ns + RACY_NS + 1, b"hash")
    assert make_plan({"a.py": before}, index(row)).unchanged == ("a.py",)
    while time.time_ns() <= row.indexed_ns:
        time.sleep(0.01)
    path.write_text("x = 2\n", encoding="utf-8")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    after = walk(tmp_path, WalkOptions()).files["a.py"]
    assert (after.size, after.mtime_ns) == (before.size, before.mtime_ns)
    if after.ctime_ns == before.ctime_ns:
        pytest.skip("this system keeps no time of the last change of metadata")
    assert [file.path for file, _ in make_plan({"a.py": after}, index(row)).maybe_changed] == ["a.py"]


def test_another_file_of_the_same_size_and_times() -> None:
    """The inode tells a file that was moved here, and nothing where a system lists none."""
    row = index(stored("a.py"))
    assert make_plan(walked(found("a.py", inode=8)), row).maybe_changed
    assert make_plan(walked(found("a.py", inode=0)), row).unchanged == ("a.py",)


def test_a_change_time_that_went_back() -> None:
    """A clock that was set back, or a restored disk, makes a change look older than the index."""
    assert make_plan(walked(found("a.py", ctime_ns=LONG_AGO - 1)), index(stored("a.py"))).maybe_changed


def test_order_of_work() -> None:
    """Source comes before tests, tests before docs; shallow before deep; new and changed files mixed."""
    paths = ["docs/guide.md", "tests/test_a.py", "src/deep/er/z.py", "src/b.py", "a.py", "src/a.py"]
    plan = make_plan(
        walked(*(found(path, size=2) for path in paths)), index(stored("src/a.py"), stored("docs/guide.md"))
    )
    assert [(file.path, known) for file, known in plan.work()] == [
        ("a.py", None),
        ("src/a.py", b"src/a.py"),
        ("src/b.py", None),
        ("src/deep/er/z.py", None),
        ("tests/test_a.py", None),
        ("docs/guide.md", b"docs/guide.md"),
    ]


_PATHS = st.lists(st.sampled_from(["a", "b", "src", "tests", "docs"]), min_size=1, max_size=3).map("/".join)
_STATES = st.tuples(st.integers(0, 2), st.sampled_from([LONG_AGO, LONG_AGO + 1, LONG_AGO + 2 * SECOND]))


@given(
    files=st.dictionaries(_PATHS, _STATES),
    rows=st.dictionaries(_PATHS, _STATES),
    prefix=st.sampled_from(["", "src", "a/b"]),
)
def test_properties(files: dict[str, tuple[int, int]], rows: dict[str, tuple[int, int]], prefix: str) -> None:
    """Fates exclude each other, nothing is forgotten, order does not depend on the order of the walk."""
    seen = {path: found(path, *state) for path, state in files.items() if f"{path}/".startswith(prefix)}
    known = {path: stored(path, *state) for path, state in rows.items()}
    plan = make_plan(seen, known, prefix)
    added = {file.path for file in plan.added}
    maybe = {file.path for file, _ in plan.maybe_changed}
    assert added == seen.keys() - known.keys()
    assert added | maybe | set(plan.unchanged) == seen.keys()
    assert len(added) + len(maybe) + len(plan.unchanged) == len(seen)
    assert all(
        seen[path].size == known[path].size
        and seen[path].mtime_ns == known[path].mtime_ns
        and seen[path].mtime_ns < known[path].indexed_ns
        for path in plan.unchanged
    )
    assert not set(plan.removed) & seen.keys()
    assert all(not prefix or path == prefix or path.startswith(f"{prefix}/") for path in plan.removed)
    if not prefix:
        assert set(plan.removed) == known.keys() - seen.keys()
    assert make_plan(dict(reversed(seen.items())), dict(reversed(known.items())), prefix) == plan
    assert {file.path: hash_ for file, hash_ in plan.work()} == {
        path: known[path].content_hash if path in known else None for path in added | maybe
    }


@given(st.dictionaries(_PATHS, _STATES))
def test_after_the_work_nothing_is_left(files: dict[str, tuple[int, int]]) -> None:
    """What has been indexed once the clock has moved on is unchanged."""
    seen = {path: found(path, *state) for path, state in files.items()}
    rows = {
        path: stored(path, file.size, file.mtime_ns, max(file.mtime_ns, file.ctime_ns) + COARSE_RACY_NS + 1)
        for path, file in seen.items()
    }
    plan = make_plan(seen, rows)
    assert plan.work() == []
    assert plan.removed == ()
    assert set(plan.unchanged) == seen.keys()
