"""The questions that are asked, and the places that answer them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Question:
    """One question; any of ``files`` (root-relative) answers it, ``symbol`` is the definition to be found in one."""

    kind: str
    text: str
    files: tuple[str, ...]
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of search, and the reports that are given to localize."""

    short: tuple[Question, ...]
    issues: tuple[Question, ...]

    def answerable(self, repo: Path) -> bool:
        """Say whether the files that answer are all there: the questions were written for one repository."""
        return all((repo / path).is_file() for question in (*self.short, *self.issues) for path in question.files)


def load_questions(file: Path) -> Questions:
    """Read a file of questions; raises ``KeyError`` for one without text, kind or files."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))

    def read(name: str) -> tuple[Question, ...]:
        return tuple(
            Question(table["kind"], table["text"].strip(), tuple(table["files"]), table.get("symbol"))
            for table in tables[name]
        )

    return Questions(read("question"), read("issue"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of any tool: a root-relative path and, if the tool knows such things, a qualified symbol."""

    path: str
    symbol: str | None = None


def file_rank(hits: list[Hit], question: Question) -> int | None:
    """Return the place (from 1) of the first hit in a file that answers, counting each file once; None without one."""
    for rank, path in enumerate(dict.fromkeys(hit.path for hit in hits), start=1):
        if path in question.files:
            return rank
    return None


def symbol_rank(hits: list[Hit], question: Question) -> int | None:
    """Return the place (from 1) of the first hit that is the wanted symbol or lies inside it; None without one."""
    wanted = question.symbol
    for rank, hit in enumerate(hits, start=1):
        if hit.path in question.files and hit.symbol and wanted and f"{hit.symbol}.".startswith(f"{wanted}."):
            return rank
    return None
