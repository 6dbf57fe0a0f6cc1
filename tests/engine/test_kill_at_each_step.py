"""A process that is killed at any step of indexing leaves an index that works and never lies (I-5)."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from findspot.config import Config, Settings
from findspot.core.types import Answer, IndexState
from findspot.engine import Engine, Models
from tests.engine.steps import killed_before, steps_of

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")]

_QUERIES = ("where are orders retried", "ship_order_3", "price of a basket", "def cancel", "added_later")
_REPORT = "Shipping fails: ship_order_3 gives the wrong price for a basket that was cancelled before"


_FILES_BEFORE, _FILES_AFTER = 8, 9


class Case(NamedTuple):
    """A run: whether it finds an index of the files as they were before, and whether it empties that first.

    ``has_relative`` says whether there is an index of another folder with the files as they were before.
    """

    name: str
    has_index: bool
    rebuild: bool
    has_relative: bool = False


_CASES = (
    Case("first", False, False),
    Case("refresh", True, False),
    Case("rebuild", True, True),
    Case("copy", False, False, has_relative=True),
)


def _source(number: int, verb: str = "price") -> str:
    return (
        f'def ship_order_{number}(basket):\n    """Ship a basket; retried when the carrier is busy."""\n'
        f"    return {verb}(basket, {number})\n\n\n"
        f"class Order{number}:\n    def cancel(self):\n        return ship_order_{number}(self.basket)\n"
    )


def _lay_out_before(root: Path) -> None:
    (root / "shop").mkdir(parents=True)
    for number in range(_FILES_BEFORE):
        (root / "shop" / f"order_{number}.py").write_text(_source(number), encoding="utf-8")


def _change(root: Path) -> None:
    """Remove a file, change two, add two."""
    (root / "shop" / "order_0.py").unlink()
    for number in (1, 2):
        (root / "shop" / f"order_{number}.py").write_text("# changed\n" + _source(number, "cost"), encoding="utf-8")
    for number in (8, 9):
        (root / "shop" / f"later_{number}.py").write_text(
            f"{_source(number)}\n\ndef added_later():\n    return {number}\n"
        )


def _ask(engine: Engine) -> list[Answer]:
    return [
        *(engine.search(query) for query in _QUERIES),
        engine.localize(_REPORT, budget=0.0, top_k=10),
        engine.symbols("order"),
    ]


def _told(answers: Sequence[Answer]) -> list[list[tuple[object, ...]]]:
    return [
        [(one.path, one.span, one.symbol, one.kind, one.score, one.probability, one.text) for one in answer.results]
        for answer in answers
    ]


def _names(folder: Path) -> set[str]:
    """Return the names of an index's files without the numbers in them, which count changes and processes.

    So two vector files count as one: an old one may stay until the next is written.
    """
    return {re.sub(r"(?<=[-.])[0-9a-f]{3,}", "N", path.name) for path in folder.iterdir()}


def _untrue(root: Path, answer: Answer) -> list[str]:
    """Return what an answer says that is not so, before the index was compared with the files."""
    faults = ["an answer claims to be complete"] if answer.status.complete else []
    for one in answer.results:
        file = root / one.path
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if one.fresh and "\n".join(text.split("\n")[one.span.start_line - 1 : one.span.end_line]) != one.text:
            faults.append(f"{one.path}:{one.span.start_line} has another text than {one.text!r}")
        if one.fresh and one.symbol is not None and one.symbol.rpartition(".")[2] not in one.text:
            faults.append(f"{one.path}:{one.span.start_line} is not {one.symbol}")
    return faults


class Left(NamedTuple):
    """What a run has left: how many files were in the index, and all that was wrong."""

    files: int
    faults: list[str]


def _left(root: Path, config: Config, models: Models, right: Sequence[Answer], *, in_part: bool) -> Left:
    """Open what a run has left, ask, refresh and ask again.

    ``in_part`` says whether an index that was complete once may hold some of the changes and not others.
    """
    faults: list[str] = []
    with Engine.open(root, config, models) as engine:
        status = engine.status()
        if status.state is IndexState.READY and not in_part and status.files not in {_FILES_BEFORE, _FILES_AFTER}:
            faults.append(f"an index of {status.files} files claims to be ready")
        if status.holes:
            faults.append(f"{status.holes} chunks have no vector")
        for answer in _ask(engine):
            faults += _untrue(root, answer)
        engine.refresh()
        late = _ask(engine)
        if not all(answer.status.complete for answer in late):
            faults.append("not complete after a refresh")
        if _told(late) != _told(right):
            faults.append("other answers after a refresh than those of an index that was never killed")
        again = engine.refresh()
        if (again.added, again.changed, again.removed, again.embedded) != (0, 0, 0, 0):
            faults.append(f"a second refresh has something to do: {again}")
    return Left(status.files, faults)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_kill_before_each_step_leaves_a_usable_index(tmp_path: Path, models: Models, case: Case) -> None:
    """Right before a step is right after the one before it, so each kill stands for both."""
    settings = Settings(workers=1, localization_model="", read_ahead=0)
    root, log = tmp_path / "root", tmp_path / "steps"
    before = tmp_path / "before"
    _lay_out_before(root)
    if case.has_index:
        with Engine.open(root, Config(settings, before), models) as engine:
            engine.refresh()
    else:
        before.mkdir()
    if case.has_relative:
        shutil.copytree(root, tmp_path / "relative")
        with Engine.open(tmp_path / "relative", Config(settings, before), models) as engine:
            engine.refresh()
    _change(root)
    with Engine.open(root, Config(settings, tmp_path / "right"), models) as engine:
        engine.refresh()
        right = _ask(engine)
        assert all(answer.results and answer.status.complete for answer in right)
    never = Config(settings, tmp_path / "never")
    shutil.copytree(before, never.cache_dir)
    steps = steps_of(root, never, log, rebuild=case.rebuild)
    check = partial(_left, root, models=models, right=right, in_part=case.has_index and not case.rebuild)
    assert steps.count("COMMIT") >= 3
    assert check(never) == Left(_FILES_AFTER, [])
    expected = _names(never.index_dir(root))
    faults: list[str] = []
    most = 0
    for number, name in enumerate(steps):
        if name.startswith("CREATE") and number % 4:
            continue  # tables that are made one after the other are much alike
        config = Config(settings, tmp_path / f"killed_{number}")
        shutil.copytree(before, config.cache_dir)
        step = killed_before(number, root, config, log, rebuild=case.rebuild)
        files, found = check(config)
        if (left := _names(config.index_dir(root))) != expected:
            found.append(f"other files are left: {sorted(left)}")
        if files < most:
            found.append(f"of {most} files that were committed before, {files} are left")
        most = 0 if case.has_index or case.has_relative else files
        faults += [f"killed before step {number}, {step}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)
