"""The groups of one repository: a text, its function, functions that are not meant; in the order of their topics.

Kinds: ``commit``, the message of a commit and a function that it changed, as it was before; ``issue``, the same with a
trace or a snippet around it; ``documentation``, the first sentence of a function's documentation and the function without
it; ``question``, such a sentence or a name as words behind the opening of a question; ``name``, a name alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from findspot.core.render import RENDER_VERSION
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.commits import choose
from findspot.evaluation.history import head_of, read_history
from findspot.inference.llama import DOCUMENT_TOKENS, QUERY_TOKENS
from findspot.parsing.parsers import Parsers
from findspot_training.accelerator.functions import Described, Functions
from findspot_training.accelerator.negatives import WRONG, Asked, Neighbours
from findspot_training.corpus.mining.commits import commit_row, mine_commits
from findspot_training.corpus.mining.enlarge import enlarge
from findspot_training.corpus.pairs.make import asked_of
from findspot_training.corpus.pairs.rendering import Rendering
from findspot_training.train.encoder.batches import topics
from findspot_training.train.encoder.encoder import Pieces, Reader
from findspot_training.train.static.train import QUESTIONS

Array = npt.NDArray[Any]

VERSION: Final = 1
"""Of what the groups mean; kept ones of another version are made again."""

KINDS: Final = ("commit", "issue", "documentation", "question", "name")

_FUNCTIONS_PER_COMMIT: Final = 3
_ENLARGED: Final = 0.35
"""The share of commits that are told a second time, as issues are."""

_ASKED: Final = 0.3
"""The share of sentences of documentation that become questions."""

_PLAIN: Final = 0.4
"""The share of names that stand alone, without the opening of a question."""

_LEAF: Final = 128
"""Groups of one topic that stand together."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one repository may give: commits, sentences of documentation, names; and the seed by which they are drawn."""

    commits: int
    documentation: int
    names: int
    seed: int

    def made_of(self, head: str) -> dict[str, Any]:
        """Return what decides about the groups of a repository at ``head``."""
        numbers = [self.commits, self.documentation, self.names, self.seed]
        return {"version": VERSION, "render": RENDER_VERSION, "head": head, "limits": numbers}


@dataclass(frozen=True, slots=True)
class Made:
    """What a repository gave: ``columns`` of its groups, both sides as texts, and as ids of the encoder.

    How many groups there are by kind and by language, and the rows that were mined.
    """

    columns: Mapping[str, Array]
    queries: Sequence[str]
    documents: Sequence[str]
    pieces: Mapping[str, Array]
    kinds: Counter[str]
    languages: Counter[str]
    rows: list[dict[str, Any]]


def groups_of(name: str, place: Path, limits: Limits, rendering: Rendering, reader: Reader, topic: str) -> Made:
    """Return the groups of the bare repository ``place``; ``topic`` names the static embedder that finds neighbours."""
    draw = random.Random(f"{limits.seed} {name.lower()}")  # noqa: S311 - repeatable, nothing is secret
    functions = Functions(rendering)
    with BareRepository(place) as repository:
        head = head_of(place)
        described = functions.described(repository.tree(head), repository)
        asked = _from_tree(described, functions, limits, draw)
        rows = _rows(name, place, head, repository, functions, limits, draw)
        asked += _from_commits(rows, repository, functions, limits, draw, rendering)
    asked = _distinct(asked, functions)
    documents = [reader.pieces(text, DOCUMENT_TOKENS) for text in functions.texts]
    queries = [reader.pieces(one.query, QUERY_TOKENS) for one in asked]
    neighbours = Neighbours(functions, documents, topic)
    vectors = neighbours.about(one.query for one in asked)
    wrong = neighbours.wrong(asked, vectors, queries)
    about = vectors + neighbours.vectors[[one.right for one in asked]] if asked else vectors
    cut = np.random.default_rng(limits.seed)
    order = [int(row) for leaf in topics(np.arange(len(asked)), about, _LEAF, cut) for row in leaf] if asked else []
    asked, queries = [asked[row] for row in order], [queries[row] for row in order]
    columns, used = _columns(asked, wrong[order], functions)
    pieces = {**flat("query", queries), **flat("document", [documents[number] for number in used])}
    kinds, languages = Counter(one.kind for one in asked), Counter(one.language for one in asked)
    read = [functions.texts[number] for number in used]
    return Made(columns, [one.query for one in asked], read, pieces, kinds, languages, rows)


def _rows(
    name: str, place: Path, head: str, repository: BareRepository, functions: Functions, limits: Limits, draw: random.Random
) -> list[dict[str, Any]]:  # fmt: skip
    left_out: Counter[str] = Counter()
    candidates = list(choose(read_history(place, head), left_out))
    mined = mine_commits(
        candidates, repository, Parsers(), limit=limits.commits, draw=draw, left_out=left_out,
        report=lambda _opened, _found: None, parse=functions.parse,
    )  # fmt: skip
    return [commit_row(name, candidate, files) for candidate, files in mined]


def _from_tree(described: list[Described], functions: Functions, limits: Limits, draw: random.Random) -> list[Asked]:
    """Return what asks for the definitions of HEAD, among which only those read alike are negatives."""
    found: list[Asked] = []
    pool = np.array(sorted({one.undocumented for one in described}), dtype=np.int32)
    told = [one for one in described if one.sentence is not None]
    for one in draw.sample(told, min(limits.documentation, len(told))):
        excluded = frozenset({functions.places[one.undocumented]})
        question = draw.random() < _ASKED
        text = f"{draw.choice(QUESTIONS)} {_lowered(one.sentence or '')}" if question else one.sentence or ""
        kind = "question" if question else "documentation"
        found.append(Asked(kind, one.language, text, one.undocumented, pool, excluded))
    named = [one for one in described if one.phrase is not None]
    chosen = draw.sample(named, min(limits.names, len(named)))
    numbers = [functions.number(one.unnamed or "", one.place.split(" ", 1)[0], one.place) for one in chosen]
    pool = np.array(sorted(set(numbers)), dtype=np.int32)
    for one, number in zip(chosen, numbers, strict=True):
        excluded = frozenset({functions.places[number]})
        plain = draw.random() < _PLAIN
        text = one.phrase or "" if plain else f"{draw.choice(QUESTIONS)} {one.phrase}"
        found.append(Asked("name" if plain else "question", one.language, text, number, pool, excluded))
    return found


def _lowered(sentence: str) -> str:
    """Return a sentence as it goes on behind the opening of a question."""
    first = sentence.split(maxsplit=1)[0]
    return sentence if any(char.isupper() for char in first[1:]) else sentence[:1].lower() + sentence[1:]


def _from_commits(
    rows: list[dict[str, Any]], repository: BareRepository, functions: Functions, limits: Limits, draw: random.Random,
    rendering: Rendering,
) -> list[Asked]:  # fmt: skip
    """Return what commits say about functions, among the functions of the parent's tree that are known by then."""
    found: list[Asked] = []
    for row in rows:
        tree = repository.tree(row["parent"])
        right: list[tuple[str, str, int]] = []
        for file in row["files"]:
            there = functions.at(file["path"], tree.get(file["path"], ""), repository)
            for name, (start, end) in zip(file["functions"], file["spans"], strict=True):
                number = next(
                    (one.document for one in there if one.symbol == name and one.start <= end and start <= one.end),
                    None,
                )
                if number is not None:
                    right.append((name, file["language"], number))
        if not right:
            continue
        pool = functions.known(tree)
        excluded = frozenset(functions.places[number] for _, _, number in right)
        query = rendering.query(asked_of(row["message"], draw))
        for _, language, number in draw.sample(right, min(_FUNCTIONS_PER_COMMIT, len(right))):
            found.append(Asked("commit", language, query, number, pool, excluded))
        if draw.random() < _ENLARGED:
            told = enlarge(row, seed=limits.seed)
            query = rendering.query(told.text)
            meant = [one for one in right if one[0] == told.names[1]][:1]
            found += [Asked("issue", language, query, number, pool, excluded) for _, language, number in meant]
    return found


def _distinct(asked: list[Asked], functions: Functions) -> list[Asked]:
    """Return the texts that say something, each once for a place."""
    found: dict[tuple[str, int], Asked] = {}
    for one in asked:
        if one.query.split():
            found.setdefault((one.query, functions.places[one.right]), one)
    return list(found.values())


def _columns(asked: list[Asked], wrong: Array, functions: Functions) -> tuple[dict[str, Array], list[int]]:
    """Return the groups with those documents that occur in them, numbered anew, and their numbers among all."""
    right = np.array([one.right for one in asked], dtype=np.int64)
    used = np.unique(np.concatenate([right, wrong[wrong >= 0].astype(np.int64)]))
    anew = np.full(len(functions.texts) + 1, -1, dtype=np.int32)  # the last one stands for "no more"
    anew[used] = np.arange(len(used))
    texts: dict[str, int] = {}
    columns = {
        "place": np.array(functions.places, dtype=np.int32)[used],
        "right": anew[right],
        "wrong": anew[wrong].reshape(-1, WRONG),
        "text": np.array([texts.setdefault(one.query, len(texts)) for one in asked], dtype=np.int32),
        "kind": np.array([KINDS.index(one.kind) for one in asked], dtype=np.uint8),
    }
    return columns, [int(number) for number in used]


def flat(name: str, pieces: Sequence[Pieces]) -> dict[str, Array]:
    """Return ids of many texts, one after the other, and the number of each; the ids of both models fit in two bytes."""
    joined = np.concatenate([np.zeros(0, dtype=np.int32), *pieces]).astype(np.uint16)
    return {f"{name}_pieces": joined, f"{name}_lengths": np.array([len(one) for one in pieces], dtype=np.uint8)}
