"""What happens inside a warm process: refresh, one edited file, search, localize, and how budgets are kept."""

from __future__ import annotations

import random
import threading
import time
from functools import partial
from pathlib import Path

from benchmarks.measure import Budget, Line, Samples, Stopwatch, scaled
from benchmarks.questions import Question
from benchmarks.repository import copy_of
from benchmarks.workplace import Workplace
from findspot.core.types import Answer, RefreshReport
from findspot.engine import Engine, Models

DEADLINES = (0.3, 0.5, 1.0)
"""Budgets in seconds whose overshoot is measured."""

_PLENTY = 60.0
"""A budget that lets the model read every candidate."""

_EDIT_PATIENCE_SECONDS = 20.0

_CHANGED = 20
"""One Python file in so many is another on the other branch."""

_WATCHER_START_SECONDS = 1.0


def refresh(place: Workplace) -> list[Line]:
    """Look at every file of an up-to-date index and find nothing to do."""
    place.ensure_index()
    watch = Stopwatch()
    with place.engine() as engine:
        engine.refresh()
        for _ in range(place.repetitions.refresh):
            with watch.lap():
                report = engine.refresh()
            assert not report.added + report.changed + report.removed, "the repository changed during the benchmark"
    return [
        Line("no-change refresh", "findspot", "s", watch.samples("s"), (Budget("p50", 0.3),), watch.processor_note("s"))
    ]


def edit(place: Workplace) -> list[Line]:
    """Write into one file after the other of a copy, and wait until a search finds what was written."""
    copy = copy_of(place.repo, place.folder / "edited")
    place.index(place.cache, copy)
    files = _files_to_edit(copy)
    seen = threading.Event()

    def noticed(_: RefreshReport) -> None:
        seen.set()

    whole: list[float] = []
    direct = Stopwatch()
    with place.engine(copy) as engine:
        engine.watch(noticed)
        time.sleep(_WATCHER_START_SECONDS)
        engine.search("warm up")
        for number in range(place.repetitions.edits):
            file = files[number % len(files)]
            seen.clear()
            _append_function(file, name := f"watched_pelican_{number}")
            started = time.perf_counter()
            _wait_until_found(engine, name, seen)
            whole.append(time.perf_counter() - started)
    with place.engine(copy) as engine:
        engine.search("warm up")
        for number in range(place.repetitions.edits):
            file = files[number % len(files)]
            _append_function(file, name := f"handed_over_pelican_{number}")
            with direct.lap():
                engine.refresh(paths=[engine.relative(file)])
                found = _finds(engine, name)
            assert found, f"{name} was not found after the refresh of its file"
        debounce = engine.config.settings.debounce_ms / 1000
    return [
        Line(
            "edit, saved to found",
            "findspot",
            "ms",
            scaled(whole, "ms"),
            note=f"with {debounce * 1000:.0f} ms of debounce",
        ),
        Line(
            "edit, after the debounce",
            "findspot",
            "ms",
            scaled([seconds - debounce for seconds in whole], "ms"),
            (Budget("p50", 100),),
        ),
        Line(
            "edit, refresh by path + search", "findspot", "ms", direct.samples("ms"), note="as the server does on save"
        ),
    ]


def reuse(place: Workplace) -> list[Line]:
    """Index copies of what is indexed, as second worktrees; in each change many files and change them back, as checkouts do."""
    place.ensure_index()
    worktree, there, back = Stopwatch(), Stopwatch(), Stopwatch()
    for number in range(place.repetitions.index):
        copy = copy_of(place.repo, place.folder / f"worktree-{number}")
        with place.engine(copy) as engine:
            with worktree.lap():
                report = engine.refresh()
            assert report.reused == report.added, "files of a second worktree were parsed"
            branch = {file: file.read_bytes() for file in sorted(copy.rglob("*.py"))[::_CHANGED]}
            for file in branch:
                _append_function(file, f"branch_pelican_{number}")
            with there.lap():
                engine.refresh()
            for file, content in branch.items():
                file.write_bytes(content)
            with back.lap():
                report = engine.refresh()
            assert (report.reused, report.embedded) == (len(branch), 0), "files of a known branch were parsed"
    return [
        Line("second worktree", "findspot", "s", worktree.samples("s"), note=worktree.processor_note("s")),
        Line("checkout, new branch", "findspot", "s", there.samples("s"), note=f"{len(branch):,} files differ"),
        Line("checkout, back again", "findspot", "s", back.samples("s"), note=back.processor_note("s")),
    ]


def search(place: Workplace) -> list[Line]:
    """Ask every question of every tool, in turns and in another order each round."""
    place.ensure_index()
    order = random.Random(1)  # noqa: S311 - an order, not a secret; the seed makes runs comparable
    mine, bm25, ripgrep = Stopwatch(), Stopwatch(), Stopwatch()
    by_kind: dict[str, list[float]] = {}
    place.bm25.search("warm up")
    with place.engine() as engine:
        for question in place.questions.short:
            engine.search(question.text)
        for _ in range(place.repetitions.search_rounds):
            for question in order.sample(place.questions.short, len(place.questions.short)):
                with mine.lap():
                    engine.search(question.text)
                by_kind.setdefault(question.kind, []).append(mine.seconds[-1])
                with bm25.lap():
                    place.bm25.search(question.text)
                with ripgrep.lap():
                    place.ripgrep.search(question.text)
    kinds = ", ".join(f"{kind} {_p50_ms(values):.0f}" for kind, values in by_kind.items())
    return [
        Line(
            "search, warm",
            "findspot",
            "ms",
            mine.samples("ms"),
            (Budget("p50", 10), Budget("p95", 40)),
            f"{mine.processor_note('ms')}; p50 by kind: {kinds}",
        ),
        Line("search, warm", "bm25", "ms", bm25.samples("ms")),
        _ripgrep_line(place, "search, warm", ripgrep),
    ]


def localize(place: Workplace) -> list[Line]:
    """Give every issue text to localize: with no document vector known, then with all of them."""
    place.ensure_index()
    first, cold, warm = Stopwatch(), Stopwatch(), Stopwatch()
    bm25, ripgrep = Stopwatch(), Stopwatch()
    place.bm25.search("warm up")
    answers: dict[str, list[Answer]] = {"cold": [], "warm": []}
    models = Models.load(place.config(place.repo).settings)
    try:
        for _ in range(place.repetitions.localize_rounds):
            with place.engine(models=models) as engine:
                _warm_up(engine, place.questions.issues)
            place.forget_model_vectors()
            with place.engine(models=models) as engine:
                engine.search("warm up")
                for issue in place.questions.issues:
                    with cold.lap():
                        answers["cold"].append(engine.localize(issue.text))
                _warm_up(engine, place.questions.issues)
                for issue in place.questions.issues:
                    began = time.perf_counter()
                    with warm.lap():
                        answer = engine.localize(issue.text, on_partial=partial(_note_time, first, began))
                    answers["warm"].append(answer)
                    with bm25.lap():
                        place.bm25.search(issue.text)
                    with ripgrep.lap():
                        place.ripgrep.search(issue.text)
    finally:
        models.close()
    budgets = (Budget("p50", 0.8), Budget("p95", 1.5))
    return [
        Line("localize, first list", "findspot", "s", first.samples("s")),
        Line(
            "localize, warm",
            "findspot",
            "s",
            warm.samples("s"),
            budgets,
            f"{_model_note(answers['warm'])}; {warm.processor_note('s')}",
        ),
        Line("localize, warm", "bm25", "s", bm25.samples("s")),
        _ripgrep_line(place, "localize, warm", ripgrep),
        Line("localize, no vector cached", "findspot", "s", cold.samples("s"), (), _model_note(answers["cold"])),
    ]


def deadline(place: Workplace) -> list[Line]:
    """Measure by how much localize exceeds its budget when the model has more to read than it can."""
    place.ensure_index()
    lines = []
    models = Models.load(place.config(place.repo).settings)
    try:
        with place.engine(models=models) as engine:
            _warm_up(engine, place.questions.issues[:1])
        for seconds in DEADLINES:
            over: list[float] = []
            answers: list[Answer] = []
            for _ in range(place.repetitions.deadline_rounds):
                place.forget_model_vectors()
                with place.engine(models=models) as engine:
                    engine.search("warm up")
                    for issue in place.questions.issues:
                        started = time.perf_counter()
                        answers.append(engine.localize(issue.text, budget=seconds))
                        over.append(max(0.0, time.perf_counter() - started - seconds))
            row = f"overshoot of a {seconds} s budget"
            lines.append(Line(row, "findspot", "ms", scaled(over, "ms"), (Budget("max", 100),), _model_note(answers)))
    finally:
        models.close()
    return lines


def _note_time(watch: Stopwatch, began: float, _: Answer) -> None:
    watch.seconds.append(time.perf_counter() - began)


def _warm_up(engine: Engine, issues: tuple[Question, ...]) -> None:
    for issue in issues:
        engine.localize(issue.text, budget=_PLENTY)


def _model_note(answers: list[Answer]) -> str:
    applied = sum(answer.status.model.startswith("applied") for answer in answers)
    others = sorted({answer.status.model for answer in answers if not answer.status.model.startswith("applied")})
    return f"model applied in {applied} of {len(answers)}" + (f"; else: {'; '.join(others)}" if others else "")


def _ripgrep_line(place: Workplace, row: str, watch: Stopwatch) -> Line:
    missing = place.ripgrep.missing()
    samples = None if missing else watch.samples("ms" if row.startswith("search") else "s")
    return Line(row, "ripgrep", "ms" if row.startswith("search") else "s", samples, note=missing)


def _p50_ms(seconds: list[float]) -> float:
    return Samples(tuple(seconds)).p50 * 1000


def _files_to_edit(root: Path) -> list[Path]:
    """Return up to ten Python files, spread over the sizes between 2 and 60 kB; any Python file if there are none."""
    every = sorted(
        (path for path in root.rglob("*.py") if path.is_file()), key=lambda path: (path.stat().st_size, path)
    )
    usual = [path for path in every if 2_000 <= path.stat().st_size <= 60_000] or every
    step = max(1, len(usual) // 10)
    return usual[::step][:10]


def _append_function(file: Path, name: str) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write(f'\n\ndef {name}(pouch):\n    """Count the fish in the pouch."""\n    return len(pouch)\n')


def _finds(engine: Engine, name: str) -> bool:
    return any(result.symbol == name for result in engine.search(name, top_k=3).results)


def _wait_until_found(engine: Engine, name: str, noticed: threading.Event) -> None:
    """Search after each change the watcher reports; raises ``TimeoutError``."""
    give_up = time.monotonic() + _EDIT_PATIENCE_SECONDS
    while time.monotonic() < give_up:
        noticed.wait(0.5)
        noticed.clear()
        if _finds(engine, name):
            return
    raise TimeoutError(f"{name} was not found {_EDIT_PATIENCE_SECONDS:.0f} s after its file was saved")
