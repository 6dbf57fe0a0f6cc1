"""The repository as the tests of this folder see it: its files, and its Python modules already parsed."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path relative to the repository with ``/``, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """Number of lines."""
        return self.text.count("\n")

    @property
    def shipped(self) -> bool:
        """Whether it belongs to the package that users install."""
        return self.path.startswith("server/findspot/")


def repository_files() -> list[str]:
    """Return the paths git tracks or would track, relative to the repository; those just deleted are left out."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted({path for path in listed.split("\0") if path and (ROOT / path).is_file()})


def modules(*, prefix: str = "") -> list[Module]:
    """Return the Python files below ``prefix``, leaving out ``tests/data``, which holds material to search in."""
    found = []
    for path in repository_files():
        if path.endswith(".py") and path.startswith(prefix) and not path.startswith("tests/data/"):
            text = (ROOT / path).read_text(encoding="utf-8")
            found.append(Module(path, text, ast.parse(text, path)))
    return found


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield (name, number of lines) for each function, from ``def`` to its last line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.end_lineno - node.lineno + 1


def imported_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield (dotted module, line) for each absolute import; ``from a import b`` counts as ``a`` and as ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
