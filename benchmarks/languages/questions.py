"""The questions about one language, and the lines that answer them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of ``repository`` (name and commit), and what answers it: lines of one file, counted from 1.

    ``name`` is that of the definition, where those lines are one that a reader would call by it.
    """

    repository: tuple[str, str]
    text: str
    path: str
    lines: tuple[int, int]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """All that is asked about one language."""

    repositories: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]


def load_questions(language: str, folder: Path = FOLDER) -> Questions:
    """Read the file of a language; raises ``KeyError`` where a part is missing or a repository is not listed."""
    tables = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
    commits = {table["name"]: table["commit"] for table in tables["repository"]}
    questions = []
    for table in tables["question"]:
        first, last = table["lines"]
        repository = (table["repository"], commits[table["repository"]])
        questions.append(Question(repository, table["text"], table["path"], (first, last), table.get("name")))
    return Questions(tuple(commits.items()), tuple(questions))
