"""Kills and corruptions: whatever is done to an index, an answer is right, or there is none.

``python -m benchmarks.campaign --repository PATH --kills 1000 --corruptions 1000`` takes a copy of the files of a small
repository, and does one thing after the other to its index: half while nobody has it open, half under a process that
watches the files as the language server does. After each, questions are compared with what a fresh index answers.

Processes are forked from one that has loaded everything, which is what makes thousands feasible; POSIX only.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from findspot.config import Config, Settings
from findspot.core.types import Answer
from findspot.engine import Engine, Models
from findspot.errors import FindspotError, IndexDamagedError

Files = Mapping[str, str]

QUESTIONS = (
    "where are blueprints registered",
    "session cookie",
    "def render",
    "json encoder",
    "return a response",
    "close",
)
REPORT = "The session cookie is not sent again when the response is rendered by a blueprint's own template"

SECONDS = 60.0
"""A process that has not ended by then hangs."""

_TOLD_EVERY = 50

_BAD = ("wrong", "traceback", "hang", "error")

SUFFIXES = frozenset({".py", ".md", ".rst", ".txt", ".toml", ".html", ".js"})


class Campaign:
    """One workspace with a few versions of its files, what each should answer, and what has happened so far."""

    def __init__(self, folder: Path, files: Files, chance: Random, models: Models) -> None:
        """Use ``folder`` for everything; ``files`` maps paths to texts."""
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        self.chance = chance
        self.models = models
        self.settings = Settings(workers=1, localization_model="", debounce_ms=20)
        self.config = Config(self.settings, folder / "cache")
        self.versions = [files, *(_version(files, Random(seed)) for seed in range(3))]  # noqa: S311 - to be repeated
        self.present: Files = {}
        self.right: list[Any] = []
        self.counts: Counter[str] = Counter()
        self.seconds = 1.0
        for number, version in enumerate(self.versions):
            self.lay_out(version)
            began = time.monotonic()
            fresh = self._child(functools.partial(self._fresh, folder / f"fresh{number}"))
            self.right.append(fresh["answers"])
            self.seconds = time.monotonic() - began
        self.version = len(self.versions) - 1

    @property
    def index(self) -> Path:
        """The folder of the index."""
        return self.config.index_dir(self.root)

    def lay_out(self, files: Files, slowly: float = 0.0) -> None:
        """Make the workspace hold exactly ``files``."""
        for path in self.present.keys() - files.keys():
            (self.root / path).unlink()
            time.sleep(slowly)
        for path, text in files.items():
            if self.present.get(path) != text:
                (self.root / path).parent.mkdir(parents=True, exist_ok=True)
                (self.root / path).write_text(text, encoding="utf-8")
                time.sleep(slowly)
        self.present = dict(files)

    def choose(self) -> None:
        """Choose another version."""
        self.version = self.chance.choice([at for at in range(len(self.versions)) if at != self.version])

    def switch(self, slowly: float = 0.0) -> Mapping[str, Any]:
        """Go to another version."""
        if not slowly:
            self.choose()
        self.lay_out(self.versions[self.version], slowly)
        return {}

    # ── what is done ────────────────────────────────────────────────────────────────────────────────────────

    def kill_at_rest(self) -> None:
        """Kill a command at a random moment of its run."""
        self.switch()
        process, out = _fork(self._command)
        time.sleep(self.chance.uniform(0, self.seconds))
        _end(process, out)
        self.check("kill of a command")

    def kill_live(self) -> None:
        """Kill a watching process while files change under it."""
        process, out = _fork(self._watch)
        _line(out)  # it is ready
        self.choose()
        switcher, done = _fork(lambda: self.switch(0.001))
        time.sleep(self.chance.uniform(0, min(self.seconds, 1.0)))
        _end(process, out)
        os.waitpid(switcher, 0)
        os.close(done)
        self.present = {}
        shutil.rmtree(self.root)
        self.root.mkdir()
        self.lay_out(self.versions[self.version])
        self.check("kill of a server")

    def corrupt_at_rest(self) -> None:
        """Damage a file of an index that nobody has open; sometimes of one whose last process was killed."""
        if self.chance.random() < 0.5:
            self.switch()
        if self.chance.random() < 0.3:
            process, out = _fork(self._command)
            time.sleep(self.chance.uniform(0, self.seconds))
            _end(process, out)
        else:
            self._child(self._command)
        kind = self._damage()
        self.check(f"at rest, {kind}")

    def corrupt_live(self) -> None:
        """Damage a file of the index under a watching process, ask that, and ask a command afterwards."""
        self._child(self._command)
        process, out, ask = _server(self._watch)
        _line(out)
        if self.chance.random() < 0.5:
            self.switch()
            until = time.monotonic() + SECONDS
            while self._asked(out, ask) != "right" and time.monotonic() < until:
                time.sleep(0.05)
        kind = f"live, {self._damage()}"
        found = self._asked(out, ask)
        until = time.monotonic() + SECONDS
        first = found
        while found == "refused" and time.monotonic() < until:
            time.sleep(0.1)
            found = self._asked(out, ask)
        self.counts[f"{kind}: {first}" + (f", then {found}" if found != first else "")] += 1
        os.close(ask)
        _end(process, out)
        self.check(kind + ", then a command")

    def _asked(self, out: int, ask: int) -> str:
        try:
            os.write(ask, b"?\n")
        except BrokenPipeError:
            return "process ended"
        said = _line(out)
        if not said:
            return "process ended"
        return self._judged(json.loads(said))

    def _damage(self) -> str:
        """Damage one file at random; returns what was done to what."""
        files = sorted(path for path in self.index.iterdir() if path.is_file() and path.suffix != ".lock")
        weights = [6 if path.name.endswith(("sqlite3", "wal")) else 2 for path in files]
        path = self.chance.choices(files, weights)[0]
        name = "vectors" if path.name.startswith("vectors") else path.name.partition("sqlite3")[2] or "database"
        how = self.chance.choice(["flip", "flips", "cut", "zeros", "swap", "delete"])
        size = path.stat().st_size
        if how == "delete":
            path.unlink()
        elif how == "cut":
            os.truncate(path, self.chance.randrange(size + 1))
        elif how == "swap":
            other = self.chance.choice(files)
            data = other.read_bytes() if other != path else os.urandom(size)
            path.write_bytes(data)
        elif size:
            with path.open("r+b") as stream:
                for _ in range(1 if how == "flip" else 30):
                    at = self.chance.randrange(size)
                    stream.seek(at)
                    old = stream.read(1)[0]
                    stream.seek(at)
                    stream.write(b"\0" * 4096 if how == "zeros" else bytes([old ^ (1 << self.chance.randrange(8))]))
                    if how == "zeros":
                        break
        return f"{how} of {name}"

    # ── what is asked ───────────────────────────────────────────────────────────────────────────────────────

    def check(self, kind: str) -> None:
        """Ask as a command does, and count what came of it."""
        self.counts[f"{kind}: {self._judged(self._child(self._command))}"] += 1

    @property
    def bad(self) -> int:
        """How often anything but a right answer or a refusal came."""
        return sum(count for kind, count in self.counts.items() if any(word in kind for word in _BAD))

    def table(self) -> list[str]:
        """Return how often each thing happened, a line each, and a sum."""
        lines = [f"{count:5} {kind}" for kind, count in sorted(self.counts.items())]
        return [*lines, f"{sum(self.counts.values())} looked at, {self.bad} bad"]

    def _judged(self, said: Mapping[str, Any]) -> str:
        if "answers" in said:
            if said["answers"] == self.right[self.version]:
                return "right"
            return "wrong" if said["complete"] else "refused"
        return str(said["failed"])

    def _fresh(self, cache: Path) -> Mapping[str, Any]:
        with Engine.open(self.root, Config(self.settings, cache), self.models) as engine:
            engine.refresh()
            return _answers(engine)

    def _command(self) -> Mapping[str, Any]:
        """Do what ``findspot QUERY`` does."""
        with Engine.open(self.root, self.config, self.models) as engine:
            engine.refresh(lock_seconds=10.0)
            try:
                return _answers(engine)
            except IndexDamagedError:
                engine.refresh(lock_seconds=10.0)
                return _answers(engine)

    def _watch(self, questions: int = -1, answers: int = -1) -> Mapping[str, Any]:
        """Do what a server does: follow the files, and answer a line with a line."""
        with Engine.open(self.root, self.config, self.models) as engine:
            engine.watch()
            engine.refresh(lock_seconds=10.0)
            os.write(answers, b"ready\n")
            if questions < 0:
                time.sleep(SECONDS)
                return {}
            with open(questions, "rb") as stream:
                while stream.readline():
                    try:
                        said = _answers(engine)
                    except FindspotError:
                        said = {"failed": "refused"}
                    except Exception:  # noqa: BLE001 - it is counted
                        traceback.print_exc()
                        said = {"failed": "traceback"}
                    os.write(answers, json.dumps(said).encode() + b"\n")
        return {}

    def _child(self, work: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        process, out = _fork(work)
        said = _line(out)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        os.close(out)
        if said is None:
            return {"failed": "hang"}
        return dict(json.loads(said)) if said else {"failed": f"process ended ({status})"}


def _answers(engine: Engine) -> dict[str, Any]:
    given = [engine.search(question) for question in QUESTIONS]
    given += [engine.localize(REPORT, budget=0.0, top_k=10), engine.symbols("session")]
    told = [[(one.path, one.span.start_line, one.symbol, one.score) for one in answer.results] for answer in given]
    return {"complete": all(_is_whole(answer) for answer in given), "answers": json.loads(json.dumps(told))}


def _is_whole(answer: Answer) -> bool:
    return answer.status.complete and all(result.fresh for result in answer.results)


def _fork(work: Callable[..., Mapping[str, Any]], questions: int = -1) -> tuple[int, int]:
    """Start a process that does ``work`` and writes what comes of it as a line; returns it, and where to read."""
    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    try:
        os.close(reader)
        said = work(questions, writer) if getattr(work, "__name__", "") == "_watch" else work()
        os.write(writer, json.dumps(said).encode() + b"\n")
    except FindspotError as error:
        os.write(writer, json.dumps({"failed": f"error: {error}"}).encode() + b"\n")
    except BaseException:  # noqa: BLE001 - it is counted, and a child must not go on as its parent
        traceback.print_exc()
        os.write(writer, json.dumps({"failed": "traceback"}).encode() + b"\n")
    finally:
        os._exit(0)


def _server(work: Callable[..., Mapping[str, Any]]) -> tuple[int, int, int]:
    """Start a process that answers; returns it, where to read and where to ask."""
    questions, ask = os.pipe()
    process, out = _fork(work, questions)
    os.close(questions)
    return process, out, ask


def _end(process: int, out: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(out)


def _line(reader: int) -> bytes | None:
    """Return the next line; empty when the process has ended, None when it says nothing for too long."""
    data = b""
    until = time.monotonic() + SECONDS
    while not data.endswith(b"\n"):
        ready, _, _ = select.select([reader], [], [], max(until - time.monotonic(), 0))
        if not ready:
            return None
        part = os.read(reader, 1 << 20)
        if not part:
            return b""
        data += part
    return data


def _version(files: Files, chance: Random) -> Files:
    """Return another version of the files: some gone, some renamed, some changed."""
    names = sorted(files)
    chance.shuffle(names)
    some = len(names) // 5
    other = {name: files[name] for name in names[some:]}
    other |= {f"moved/{name}": files[name] for name in names[: some // 2]}
    return other | {name: f"{files[name]}\n\n# {chance.random()} session\n" for name in names[-some:]}


def _files_of(repository: Path, most: int) -> Files:
    found: dict[str, str] = {}
    for path in sorted(repository.rglob("*")):
        inside = path.relative_to(repository)
        if path.suffix in SUFFIXES and path.is_file() and not any(part.startswith(".") for part in inside.parts):
            found[inside.as_posix()] = path.read_text(encoding="utf-8", errors="replace")
    return dict(list(found.items())[:most])


def main(argv: list[str] | None = None) -> int:
    """Run the campaign and print what came of it; 1 when anything but right answers and refusals did."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--repository", type=Path, required=True)
    parser.add_argument("--files", type=int, default=60, help="how many of its files to take")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--corruptions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="findspot-campaign-") as folder:
        models = Models.load(Settings(localization_model=""))
        models.embedder()
        chance = Random(wanted.seed)  # noqa: S311 - to be repeated
        campaign = Campaign(Path(folder), _files_of(wanted.repository, wanted.files), chance, models)
        steps = [campaign.kill_at_rest, campaign.kill_live] * (wanted.kills // 2)
        steps += [campaign.corrupt_at_rest, campaign.corrupt_live] * (wanted.corruptions // 2)
        campaign.chance.shuffle(steps)
        for number, step in enumerate(steps, 1):
            step()
            if number % _TOLD_EVERY == 0:
                print(f"{number} of {len(steps)}", *campaign.table(), sep="\n", file=sys.stderr, flush=True)
    print(*campaign.table(), sep="\n")
    return 1 if campaign.bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
