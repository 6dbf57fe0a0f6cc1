"""Files that a question names although the index leaves them out: prepared once, in no other answer, a walk's once it meets them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from findspot.config import load_config
from findspot.engine import Engine, Models
from findspot.indexing.pool import PreparerPool
from findspot.indexing.tasks import Task

FILES = {
    "src/app.py": "def run_app():\n    '''Run the whole application.'''\n    return 1\n",
    "build/tool.py": "def build_tool():\n    '''Build with the helper tool.'''\n    return 2\n",
    "build/other.py": "def other_tool():\n    '''Another helper tool.'''\n    return 3\n",
    "build/small.js": "var minifiedword=1;" * 800,
    ".gitignore": "build/\n",
}


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths of files that workers parse from now on."""
    paths: list[str] = []
    prepare = PreparerPool.prepare

    def noting(self: PreparerPool, tasks: Sequence[Task], *rest: Any, **more: Any) -> Any:
        paths.extend(task.path for task in tasks)
        return prepare(self, tasks, *rest, **more)

    monkeypatch.setattr(PreparerPool, "prepare", noting)
    return paths


@pytest.fixture
def engine(tmp_path: Path, models: Models) -> Iterator[Engine]:
    """Yield an engine over a project of which a folder is ignored."""
    root = tmp_path / "root"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    config = load_config(root, environ={"FINDSPOT_CACHE_DIR": str(tmp_path / "cache")})
    with Engine.open(root, config, models) as opened:
        opened.refresh()
        yield opened


def found(engine: Engine, *scope: str) -> set[str]:
    return {result.path for result in engine.search("the helper tool", scope=scope).results}


@pytest.mark.row("V20", "V21", "V22")
def test_it_is_prepared_once_and_stays_out_of_other_answers(engine: Engine, prepared: list[str]) -> None:
    assert found(engine, "build/tool.py") == {"build/tool.py"}
    assert prepared == ["build/tool.py"]
    engine.refresh()
    engine.refresh(paths=["build", "src"])
    first = engine.search("the helper tool", scope=["build/tool.py"])
    assert {result.path for result in first.results} == {"build/tool.py"}
    assert all(result.fresh and result.text for result in first.results)
    assert "build/tool.py" not in found(engine)
    assert found(engine, "src") <= {"src/app.py"}
    assert found(engine, "build/other.py") == {"build/other.py"}
    assert prepared == ["build/tool.py", "build/other.py"]
    again = engine.search("the helper tool", scope=["build/tool.py"])
    assert again.results == first.results
    (engine.root / "build" / "tool.py").write_text(
        "def build_tool():\n    '''A new helper tool.'''\n", encoding="utf-8"
    )
    assert found(engine, "build/tool.py") == {"build/tool.py"}
    assert prepared == ["build/tool.py", "build/other.py", "build/tool.py"]


@pytest.mark.row("V23")
def test_a_walk_that_meets_it_makes_it_a_file_like_any_other_and_parses_nothing(
    engine: Engine, prepared: list[str]
) -> None:
    named = engine.search("the helper tool", scope=["build/tool.py"]).results
    prepared.clear()
    (engine.root / ".gitignore").write_text("/build/other.py\n", encoding="utf-8")
    report = engine.refresh()
    assert (report.added, report.embedded) == (2, 0)
    assert prepared == ["build/small.js"]
    assert "build/tool.py" in found(engine)
    assert "build/other.py" not in found(engine)
    walked = engine.search("the helper tool", scope=["build/tool.py"]).results
    assert [(one.symbol, one.span, one.evidence[-1].kind) for one in walked] == [
        (one.symbol, one.span, one.evidence[-1].kind) for one in named
    ]


def test_what_a_walk_would_leave_out_for_its_content_is_never_taken_over(engine: Engine, prepared: list[str]) -> None:
    """Such a file is searched where it is named, and left out of the index whatever came before (T05)."""
    ask = "minifiedword"
    assert engine.search(ask, scope=["build/small.js"]).results
    (engine.root / ".gitignore").write_text("", encoding="utf-8")
    engine.refresh()
    assert engine.search(ask).results == ()
    assert prepared.count("build/small.js") == 2
