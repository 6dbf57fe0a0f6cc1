"""What people use today, on the same repository and the same questions: ripgrep, and a plain BM25 over functions.

Both are deliberately simple: no priors, no knowledge of definitions. Neither uses code of Findspot.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import bm25s  # type: ignore[import-untyped]  # bm25s carries no types

from benchmarks.questions import Hit

_ENGLISH = (
    "a an and are as at be but by did do does for from go has have how i if in into is it its no not of on one or so "
    "that the their then there this to was what when where which while who whose why will with you your"
)

_STOP_WORDS = frozenset(_ENGLISH.split())

_SUB_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")

_BINARY = "gif gz ico jpg mo otf pdf png svg ttf webp woff woff2 xz zip"

_CATALOGUES = "po pot"

_LEFT_OUT = frozenset(f".{suffix}" for suffix in f"{_BINARY} {_CATALOGUES}".split())

_MAX_BYTES = 1_000_000

_WINDOW_LINES = 60
"""Lines of one chunk where there is no syntax tree."""


class Ripgrep:
    """``rg`` with the words of the question as alternatives; files by their number of matching lines."""

    def __init__(self, repo: Path) -> None:
        self.program = shutil.which("rg")
        self._repo = repo

    def missing(self) -> str:
        """Return how to get it, or an empty string when it is there."""
        if self.program is not None:
            return ""
        return "not installed; apt-get install ripgrep, brew install ripgrep or winget install BurntSushi.ripgrep.MSVC"

    def search(self, question: str, limit: int = 10) -> list[Hit]:
        """Run one search; a question without a usable word finds nothing."""
        words = _words(question)
        if self.program is None or not words:
            return []
        patterns = [argument for word in words for argument in ("-e", word)]
        command = [self.program, "--no-config", "--count", "--ignore-case", "--fixed-strings", "--null", *patterns, "."]
        done = subprocess.run(command, cwd=self._repo, capture_output=True, check=False)
        counts = {}
        for line in done.stdout.decode(errors="replace").splitlines():
            path, _, count = line.rpartition("\0")
            counts[Path(path).as_posix()] = int(count)
        best = sorted(counts, key=lambda path: (-counts[path], path))[:limit]
        return [Hit(path) for path in best]


class PlainBm25:
    """BM25 (library bm25s, its defaults) over functions and classes of Python and windows of any other text."""

    def __init__(self, repo: Path) -> None:
        self._chunks: list[Hit] = []
        tokens: list[list[str]] = []
        for path, text in _texts(repo):
            for symbol, part in _pieces(path, text):
                self._chunks.append(Hit(path, symbol))
                tokens.append(_tokens(f"{path}\n{part}"))
        self._index = bm25s.BM25()
        self._index.index(tokens, show_progress=False)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return len(self._chunks)

    def search(self, question: str, limit: int = 10) -> list[Hit]:
        """Return the chunks with the best scores above zero."""
        count = min(limit, self.chunks)
        found, scores = self._index.retrieve([_tokens(question)], k=count, show_progress=False)
        return [self._chunks[number] for number, score in zip(found[0], scores[0], strict=True) if score > 0]


def _words(question: str) -> list[str]:
    words = dict.fromkeys(re.findall(r"\w{3,}", question.lower()))
    return [word for word in words if word not in _STOP_WORDS]


def _tokens(text: str) -> list[str]:
    return [token for word in _SUB_TOKEN.findall(text) if (token := word.lower()) not in _STOP_WORDS and len(token) > 1]


def _texts(repo: Path) -> Iterator[tuple[str, str]]:
    """Yield (root-relative path, text) of what is not hidden, binary, a translation catalogue or huge."""
    for folder, folders, names in os.walk(repo):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(names):
            path = Path(folder, name)
            suffix = path.suffix.lower()
            if name.startswith(".") or suffix in _LEFT_OUT or not path.is_file():
                continue
            if path.stat().st_size > _MAX_BYTES:
                continue
            raw = path.read_bytes()
            if b"\0" not in raw:
                yield path.relative_to(repo).as_posix(), raw.decode("utf-8", errors="replace")


def _pieces(path: str, text: str) -> list[tuple[str | None, str]]:
    """Return (symbol, text) of each chunk of a file."""
    if path.endswith(".py"):
        try:
            return _definitions(ast.parse(text), text.splitlines())
        except (SyntaxError, ValueError, RecursionError):
            pass  # Python 2 or a broken file in a test: windows are what is left
    lines = text.splitlines()
    return [(None, "\n".join(lines[start : start + _WINDOW_LINES])) for start in range(0, len(lines), _WINDOW_LINES)]


def _definitions(tree: ast.Module, lines: list[str]) -> list[tuple[str | None, str]]:
    """Return functions and methods whole, what is left of a class as one chunk, what is left of the file as one."""
    found: list[tuple[str | None, str]] = []

    def visit(body: list[ast.stmt], name: str, first: int, last: int) -> None:
        taken: set[int] = set()
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                start = min((decorator.lineno for decorator in node.decorator_list), default=node.lineno)
                end = node.end_lineno or start
                inner = f"{name}.{node.name}" if name else node.name
                taken.update(range(start, end + 1))
                if isinstance(node, ast.ClassDef):
                    visit(node.body, inner, start, end)
                else:
                    found.append((inner, "\n".join(lines[start - 1 : end])))
        rest = [lines[number - 1] for number in range(first, min(last, len(lines)) + 1) if number not in taken]
        if any(line.strip() for line in rest):
            found.append((name or None, "\n".join(rest)))

    visit(tree.body, "", 1, len(lines))
    return found
