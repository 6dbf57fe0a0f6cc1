"""What an editor shows, as each root sees it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from findspot.core.types import Diagnostic, EditorContext
from findspot.errors import QueryError
from findspot.service.messages import EditorView
from findspot.service.workspaces import Workspace


def path_of(name: str) -> Path:
    """Take names as the command line writes them, and refuse those of no file."""
    if name.startswith("untitled:"):
        raise QueryError(f"{name} is no file")
    return Path(name)


def workspace(*roots: Path) -> Workspace:
    """Return a workspace whose engines are never opened."""

    def no_engine(_: object) -> object:
        raise AssertionError("no engine is needed")

    made = Workspace(no_engine, no_engine, path_of)  # type: ignore[arg-type]
    for root in roots:
        made.add(str(root))
    return made


def test_each_root_gets_its_own_files_and_the_rest_is_dropped(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    names = [str(one / "a.py"), str(two / "b.py"), "untitled:Untitled-1", "/elsewhere/c.py", str(one / "a.py")]
    view = EditorView.model_validate(
        {
            "active": {"path": str(one / "sub" / "x.py"), "line": 7},
            "open": names,
            "recent": names[1:],
            "changed": names[:1],
            "diagnostics": [{"path": str(two / "b.py"), "line": 3, "message": "no"}, {"path": "/no.py", "message": ""}],
        }
    )
    made = workspace(one, two)
    first, second = (made.in_root(root, view) for root in made.roots)
    assert first == EditorContext("sub/x.py", 7, ("a.py", "a.py"), ("a.py",), (), ("a.py",))
    assert second == EditorContext(None, None, ("b.py",), ("b.py",), (Diagnostic("b.py", "no", 3),), ())


def test_a_name_that_only_begins_like_a_root_is_outside(tmp_path: Path) -> None:
    made = workspace(tmp_path / "one")
    view = EditorView.model_validate({"open": [str(tmp_path / "onerous" / "a.py")]})
    assert made.in_root(made.roots[0], view) == EditorContext()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_root_may_be_named_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    made = workspace(tmp_path / "link")
    view = EditorView.model_validate({"open": [str(tmp_path / "real" / "a.py"), str(tmp_path / "link" / "b.py")]})
    assert made.in_root(made.roots[0], view).open == ("a.py", "b.py")
