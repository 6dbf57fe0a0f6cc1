"""The same files give the same answers, to the last bit of a score, whatever the index went through (I-12)."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from findspot.config import Config, Settings
from findspot.core.types import Answer
from findspot.engine import Engine, Models
from tests.architecture.tree import ROOT

QUERIES = (
    *("where is a kill survived", "vector file checksum", "refresh", "def close", "storage/store.py", "ignore file"),
    *(
        "how are ties broken",
        "FileProblem",
        "parse",
        "settings of a project",
        "return None",
        "who calls embed_documents",
    ),
)

REPORT = """Search gives an old answer after a checkout

When I switch to another branch and back, `IndexStore.write` keeps vectors of chunks that are gone.

  File "server/findspot/storage/store.py", line 200, in write
    rows.delete_file(path)
"""


def sources() -> dict[str, str]:
    """Return real files, and many copies of one: a text that occurs often ties with itself."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("storage", "retrieval", "indexing")
        for path in sorted((ROOT / "server" / "findspot" / folder).glob("*.py"))
    }
    twin = 'def twin(values):\n    """Return the refresh of a vector file."""\n    return parse(values)\n'
    return found | {f"copies/twin_{number:02}.py": twin for number in range(60)}


def lay_out(root: Path, files: dict[str, str]) -> None:
    """Make ``root`` hold exactly ``files``; only what differs is written."""
    for path in [path for path in root.rglob("*.py") if path.relative_to(root).as_posix() not in files]:
        path.unlink()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def told(answer: Answer) -> list[object]:
    """Return what of an answer must not change."""
    return [(one.path, one.span, one.symbol, one.score, one.probability, one.evidence) for one in answer.results]


def all_answers(engine: Engine, budget: float = 0.0) -> list[list[object]]:
    """Ask everything there is to ask."""
    answers = [engine.search(query, top_k=30) for query in QUERIES]
    answers += [engine.search(query, top_k=30, scope=["copies"]) for query in QUERIES[:3]]
    answers += [engine.localize(text, top_k=10, budget=0.0) for text in (REPORT, *QUERIES[:4])]
    answers += [engine.symbols(query, top_k=30) for query in ("close", "twin", "open the store")]
    around = [engine.related("server/findspot/storage/store.py", line) for line in (60, 120, 200)]
    answers += [Answer((*one.callers, *one.callees, *one.tests, *one.neighbours), one.status) for one in around]
    if budget:
        answers.append(engine.localize(REPORT, top_k=10, budget=budget))
    return [told(answer) for answer in answers]


def edited(files: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Return other files: some gone, some renamed, some changed."""
    names = sorted(files)
    chance.shuffle(names)
    third = len(names) // 3
    other = {name: files[name] for name in names[third:]}
    other |= {f"moved/{number}.py": files[name] for number, name in enumerate(names[: third // 2])}
    other |= {name: f"# edited\n{files[name]}\n\ndef added():\n    return 1\n" for name in names[-third:]}
    return other


def back_and_forth(root: Path, engine: Engine, files: dict[str, str]) -> None:
    """Check out other versions and come back, three times."""
    chance = random.Random(1)
    for _ in range(3):
        lay_out(root, edited(files, chance))
        engine.refresh()
        lay_out(root, files)
        engine.refresh()


def one_by_one(root: Path, engine: Engine, files: dict[str, str]) -> None:
    """Edit file by file, in no order, as an editor does."""
    names = sorted(files)
    random.Random(2).shuffle(names)
    for name in names[:40]:
        (root / name).write_text(f"{files[name]}\n# more\n", encoding="utf-8")
        engine.refresh(paths=[name])
    for name in reversed(names[:40]):
        (root / name).write_text(files[name], encoding="utf-8")
        engine.refresh(paths=[name])


def from_nothing(root: Path, engine: Engine, files: dict[str, str]) -> None:
    """Begin with a few files and add the others in no order."""
    names = sorted(files)
    random.Random(3).shuffle(names)
    lay_out(root, {name: files[name] for name in names[:5]})
    engine.refresh()
    for start in range(5, len(names), 17):
        lay_out(root, {name: files[name] for name in names[: start + 17]})
        engine.refresh()


@pytest.mark.row("T05")
@pytest.mark.parametrize("past", [back_and_forth, one_by_one, from_nothing])
def test_answers_do_not_depend_on_the_past(
    tmp_path: Path, models: Models, past: Callable[[Path, Engine, dict[str, str]], None]
) -> None:
    files = sources()
    root = tmp_path / "root"
    root.mkdir()
    settings = Settings(workers=1)
    lay_out(root, files)
    with Engine.open(root, Config(settings, tmp_path / "fresh"), models) as engine:
        engine.refresh()
        expected = all_answers(engine, budget=60.0)
    used = Config(settings, tmp_path / "used")
    with Engine.open(root, used, models) as engine:
        engine.refresh()
        past(root, engine, files)
        lay_out(root, files)
        engine.refresh()
        assert all_answers(engine, budget=60.0) == expected
    for vectors in used.index_dir(root).glob("vectors-*"):
        vectors.unlink()
    with Engine.open(root, used, models) as engine:
        engine.refresh()
        assert all_answers(engine) == expected[:-1]
    shutil.rmtree(tmp_path / "used")
