"""One question as one JSON line, and what is taken out of its words so that the name does not give the answer away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from findspot.core.text import split_identifier, split_text
from findspot.evaluation.messages import words
from findspot_training.source import TrainingError, write_whole

Kind = Literal["docstring", "subject", "definition", "behaviour", "architecture"]
"""The first three are drawn from repositories. Behaviour and architecture were asked by somebody who read the code."""

MIN_WORDS: Final = 4
MAX_WORDS: Final = 30

_MIN_TELLING: Final = 3
_SMALL_WORDS = """
a an the of to in on for from with by and or is are be been was if it its as at that this which when whether not all any
some given so can should will return returns get gets set sets
"""
_SMALL: Final = frozenset(_SMALL_WORDS.split())
"""Words that say nothing about a place; a question needs ``_MIN_TELLING`` others."""

_MIN_PART: Final = 2
"""Letters of a part of a name; a single letter is no word that anyone would ask with."""

_ENDING = re.compile(r"(?<=\w{3})(?:ations?|ions?|ing|ers?|ors?|ed|es|s|e)$")


@dataclass(frozen=True, slots=True)
class Answer:
    """The functions of one file that answer a question; ``path`` is root-relative, names are qualified.

    Without functions the file as a whole is the answer, or something in it that is none.
    """

    path: str
    language: str
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A text, what it asks for, and how it came about.

    ``commit`` is whose tree it is asked about, ``written`` the text before words were ``removed``. ``source`` is the
    commit whose subject it is, empty for the other kinds.
    """

    id: str
    kind: Kind
    repository: str
    commit: str
    text: str
    written: str
    removed: tuple[str, ...]
    answers: tuple[Answer, ...]
    source: str = ""

    @property
    def places(self) -> list[tuple[str, str]]:
        """The functions that answer it, as path and qualified name."""
        return [(answer.path, name) for answer in self.answers for name in answer.functions]

    @property
    def paths(self) -> list[str]:
        """The files that answer it."""
        return [answer.path for answer in self.answers]

    def line(self) -> str:
        """Return the question as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def without_obvious(text: str, names: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """Take the words out that are parts of bare ``names``, whatever their ending; also say which.

    An identifier goes when all its parts are parts of a name, or when it holds all parts of one. None when what is left
    would be no question any more.
    """
    wholes = [{_stem(part) for part in split_identifier(name) if len(part) >= _MIN_PART} for name in names]
    parts = set().union(*wholes)
    kept: list[str] = []
    removed: list[str] = []
    for token in text.split():
        found = {_stem(part) for word in split_text(token) for part in split_identifier(word)}
        obvious = bool(found) and (found <= parts or any(whole and whole <= found for whole in wholes))
        (removed if obvious else kept).append(token)
    left = " ".join(kept)
    return (left, tuple(removed)) if tells_enough(left) else None


def tells_enough(text: str) -> bool:
    """Return whether a text has the length of a question, small words counted, and enough words of its own."""
    found = words(text)
    return MIN_WORDS <= len(found) <= MAX_WORDS and sum(word.lower() not in _SMALL for word in found) >= _MIN_TELLING


def skeleton(text: str, name: str) -> str:
    """Return what is left of a text without the words that share a part with a name: the template it was made of."""
    parts = {_stem(part) for part in split_identifier(name) if len(part) >= _MIN_PART}
    kept = [
        token
        for token in text.lower().split()
        if parts.isdisjoint(_stem(part) for word in split_text(token) for part in split_identifier(word))
    ]
    return " ".join(kept)


def _stem(part: str) -> str:
    return _ENDING.sub("", part)


def write_questions(path: Path, questions: Sequence[Question]) -> None:
    """Write the file whole or not at all."""
    write_whole(path, "".join(one.line() + "\n" for one in questions))


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file; raises ``TrainingError`` when it cannot be read or holds none."""
    adapter = TypeAdapter(Question)
    try:
        questions = [adapter.validate_json(line) for line in path.read_bytes().split(b"\n") if line]
    except (OSError, ValidationError) as error:
        raise TrainingError(f"{path}: is no file of questions: {error}") from error
    if not questions:
        raise TrainingError(f"{path}: holds no question")
    return questions
