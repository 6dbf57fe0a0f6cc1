"""Pairs of a text and the function it is about, rendered once and kept, so that training can be repeated.

Three kinds: ``commit``, the subject of a mined commit and a function that it changed, as it was at the parent;
``docstring``, the first sentence of the documentation at HEAD and its function or class without it; ``name``, a name
as a phrase and its function without it. One gzipped file of JSON lines per repository, written whole or not at all.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from findspot.core.types import Chunk
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.functions import is_code
from findspot.evaluation.history import head_of
from findspot.parsing.parsers import Parsers
from findspot_training.corpus import held_out
from findspot_training.corpus.mining.parsing import parse_code
from findspot_training.corpus.mirrors import file_name, repositories_of
from findspot_training.corpus.pairs import documents
from findspot_training.corpus.pairs.rendering import Rendering

VERSION: Final = 2
"""Of the pairs; cached ones of another version are made again."""

KINDS: Final = ("commit", "docstring", "name")

_FUNCTIONS_PER_COMMIT: Final = 3
_WORDS_OF_BODY: Final = 60
_SHORTEST: Final = 8
"""Words of a document; with fewer there is nothing to be found by."""

_PREFIX = re.compile(r"^(?:\w+(?:\([^)]*\))?!?|[\w./,{}* -]{1,40}):\s+")
"""What conventional commits and Go put before the subject: ``fix(cli):``, ``gopls/internal/cache:``."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and a function as a model reads them; ``place`` names the function inside its repository."""

    kind: str
    language: str
    place: str
    query: str
    document: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How many pairs of each kind a repository may give, and the seed by which they are drawn."""

    commits: int
    docstrings: int
    names: int
    seed: int


@dataclass(frozen=True, slots=True)
class PairParameters(Limits):
    """What the recipes of both embedders say of their pairs.

    ``repositories`` were mined; of ``trees`` only the files at HEAD are read.
    """

    repositories: tuple[str, ...]
    trees: tuple[str, ...]

    def pairs(
        self, mined: Path, mirrors: Path, out: Path, rendering: Rendering, kept: Sequence[str]
    ) -> list[list[Pair]]:
        """Return the pairs of each repository, rendered below ``out`` (see ``make_pairs``).

        Raises ``TrainingError`` when a repository may be one of the ``kept`` ones.
        """
        held_out.check(self.repositories + self.trees, kept, [], "the recipe")
        made = make_pairs(self.repositories, mirrors, mined, out, self, rendering)
        made += make_pairs(self.trees, mirrors, None, out, self, rendering)
        return [list(read_pairs(path)) for path in made]


def make_pairs(
    repositories: Sequence[str], mirrors: Path, mined: Path | None, out: Path, limits: Limits, rendering: Rendering
) -> list[Path]:
    """Render the pairs of all repositories below ``out``; returns their files, in the order of the names.

    ``mirrors`` holds the bare repositories, ``mined`` is a folder of the command ``mine``; without one, or
    without rows of a repository, there are no commits. What was made before with the same limits from the same HEAD is left as it is.
    """
    places = repositories_of(mirrors, repositories)
    found = []
    for number, (name, place) in enumerate(places.items(), 1):
        path = out / f"{file_name(name)}.jsonl.gz"
        rows = None if mined is None else mined / "rows" / path.name.removesuffix(".gz")
        rows = rows if rows is not None and rows.is_file() else None
        commit = head_of(place)
        bounds = {field.name: getattr(limits, field.name) for field in fields(Limits)}
        head = {"version": VERSION, "head": commit, "limits": bounds, "mined": rows is not None}
        head |= {"rendering": rendering.name}
        if _head(path) != head:
            pairs = _pairs(name, place, commit, rows, limits, rendering)
            write_pairs(path, pairs, head)
            told = ", ".join(f"{sum(pair.kind == kind for pair in pairs):,} {kind}" for kind in KINDS)
            print(f"{number}/{len(places)} {name}: {told}", file=sys.stderr, flush=True)
        found.append(path)
    return found


def write_pairs(path: Path, pairs: Iterable[Pair], head: dict[str, Any]) -> None:
    """Write a file of pairs whose first line says what it was made from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    lines = [head, *([pair.kind, pair.language, pair.place, pair.query, pair.document] for pair in pairs)]
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    beside.write_bytes(gzip.compress(content.encode(), 5, mtime=0))
    beside.replace(path)


def read_pairs(path: Path) -> Iterator[Pair]:
    """Yield the pairs of a file that ``write_pairs`` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            yield Pair(*json.loads(line))


def numbered(names: Iterable[str]) -> npt.NDArray[np.int64]:
    """Return a number for each name, the same for equal ones."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


def _head(path: Path) -> dict[str, Any] | None:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return dict(json.loads(next(lines)))
    except (OSError, EOFError, StopIteration, ValueError):
        return None


def _pairs(name: str, place: Path, head: str, rows: Path | None, limits: Limits, rendering: Rendering) -> list[Pair]:
    draw = random.Random(f"{limits.seed} {name.lower()}")  # noqa: S311 - repeatable, nothing is secret
    parsers = Parsers()
    with BareRepository(place) as repository:
        found: list[Pair] = []
        if rows is not None:
            found += _from_commits(repository, rows, limits.commits, draw, parsers, rendering)
        looked_up: dict[str, dict[str, Pair]] = {"docstring": {}, "name": {}}
        for pair in _from_tree(repository, head, parsers, rendering):
            looked_up[pair.kind].setdefault(pair.query, pair)
    for kind, limit in (("docstring", limits.docstrings), ("name", limits.names)):
        pairs = list(looked_up[kind].values())
        found += draw.sample(pairs, min(limit, len(pairs)))
    return found


def _from_commits(
    repository: BareRepository, rows: Path, limit: int, draw: random.Random, parsers: Parsers, rendering: Rendering
) -> Iterator[Pair]:
    with rows.open(encoding="utf-8") as lines:
        commits = [row for row in map(json.loads, lines) if row["kind"] == "commit"]
    for row in commits[:limit]:
        query = rendering.query(asked_of(row["message"], draw))
        wanted = [
            (file["path"], name, span)
            for file in row["files"]
            for name, span in zip(file["functions"], file["spans"], strict=True)
        ]
        for path, name, span in draw.sample(wanted, min(_FUNCTIONS_PER_COMMIT, len(wanted))):
            source = repository.blob(f"{row['parent']}:{path}")
            parsed = None if source is None else parse_code(path, source, parsers)
            for chunk in () if parsed is None else parsed.chunks:
                if chunk.symbol == name and chunk.span.end_line >= span[0] and chunk.span.start_line <= span[1]:
                    yield from _pair("commit", query, chunk, rendering)
                    break


def asked_of(message: str, draw: random.Random) -> str:
    """Return the subject without its prefix; half of the time the body's first words follow."""
    subject, _, body = message.partition("\n")
    subject = _PREFIX.sub("", subject)
    return f"{subject}\n{' '.join(body.split()[:_WORDS_OF_BODY])}" if body and draw.random() < 0.5 else subject


def _from_tree(repository: BareRepository, head: str, parsers: Parsers, rendering: Rendering) -> Iterator[Pair]:
    for path, digest in sorted(repository.tree(head).items()):
        source = repository.blob(digest) if is_code(path) else None
        parsed = None if source is None else parse_code(path, source, parsers)
        for chunk in () if parsed is None else parsed.chunks:
            if chunk.symbol is None or chunk.part:
                continue
            sentence = documents.documentation(chunk)
            if sentence is not None:
                query = rendering.query(sentence)
                yield from _pair("docstring", query, documents.without_documentation(chunk), rendering)
            phrase = documents.name_as_words(chunk.symbol) if chunk.kind in {"function", "method"} else None
            if phrase is not None:
                yield from _pair("name", phrase, documents.without_name(chunk), rendering)


def _pair(kind: str, query: str, chunk: Chunk, rendering: Rendering) -> Iterator[Pair]:
    text = rendering.document(chunk)
    if query and len(text.split()) >= _SHORTEST:
        yield Pair(kind, chunk.language, f"{chunk.path} {chunk.symbol} {chunk.span.start_line}", query, text)
