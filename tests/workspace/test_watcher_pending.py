"""When a batch is due and what is in it, on a clock of our own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from findspot.workspace.watcher.pending import Pending


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pending(clock: Clock, most_paths: int = 10) -> Pending:
    """Return one with a quiet time of 1 and a longest wait of 5 seconds."""
    return Pending(1.0, 5.0, most_paths, clock)


def test_due_after_quiet_time() -> None:
    """Each change starts the quiet time anew."""
    clock = Clock()
    changes = pending(clock)
    assert changes.due_in() is None
    changes.add("a")
    assert changes.due_in() == 1.0
    clock.now += 0.75
    changes.add("b")
    assert changes.due_in() == 1.0
    clock.now += 1.0
    assert changes.due_in() == 0.0
    assert changes.take() == frozenset({"a", "b"})
    assert changes.due_in() is None


def test_continuous_changes_do_not_starve() -> None:
    """After the longest wait a batch is due although changes go on."""
    clock = Clock()
    changes = pending(clock)
    changes.add("a")
    for _ in range(10):
        assert not changes.is_overdue()
        clock.now += 0.5
        changes.add("a")
    assert changes.due_in() == 0.0
    assert changes.is_overdue()
    changes.take()
    assert not changes.is_overdue()


def test_too_many_paths_mean_everything() -> None:
    """A very large batch becomes a full one; the next begins anew."""
    changes = pending(Clock(), most_paths=3)
    for name in "abcd":
        changes.add(name)
    assert changes.take() is None
    changes.add("a")
    assert changes.take() == frozenset({"a"})


def test_everything_swallows_paths() -> None:
    """Once everything may have changed, single paths say nothing more."""
    changes = pending(Clock())
    changes.add("a")
    changes.add_everything()
    changes.add("b")
    assert changes.take() is None


def test_a_failed_batch_comes_again_by_itself() -> None:
    """What was put back is due after its time without any change, and with the next change at the latest."""
    clock = Clock()
    changes = pending(clock)
    changes.restore(frozenset({"a"}), 5.0)
    assert not changes.empty
    assert changes.due_in() == 5.0
    clock.now += 5.0
    assert changes.due_in() == 0.0
    assert changes.take() == frozenset({"a"})
    assert changes.empty


def test_a_failed_batch_joins_the_next_changes() -> None:
    """A change does not wait for the retry, and brings what failed along."""
    changes = pending(Clock())
    changes.restore(frozenset({"a"}), 5.0)
    changes.add("b")
    due = changes.due_in()
    assert due is not None
    assert due < 5.0
    assert changes.take() == frozenset({"a", "b"})


def test_a_failed_full_batch_stays_full() -> None:
    """Paths beside it say nothing more."""
    changes = pending(Clock())
    changes.restore(None, 5.0)
    changes.restore(frozenset({"a"}), 5.0)
    assert changes.take() is None


@given(st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join), min_size=1, max_size=9))
def test_what_lies_in_a_folder_of_the_batch_is_left_out(paths: list[str]) -> None:
    """No path of a batch lies in another, and every change is covered by one."""
    changes = pending(Clock())
    for path in paths:
        changes.add(path)
    batch = changes.take()
    assert batch is not None
    assert batch <= set(paths)
    for path in paths:
        covering = [kept for kept in batch if path == kept or path.startswith(f"{kept}/")]
        assert len(covering) == 1
