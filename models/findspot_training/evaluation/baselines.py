"""What a few lines of code reach on the same tree: BM25 over functions, and static embeddings alone.

Both read the source files that have a syntax tree, tests, documents and examples left out, which helps them. A
unit is a function with all its pieces; what is left of classes and modules speaks for its file only. No priors, no
mentions, no zones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.paths import path_class
from findspot.core.render import render_chunk, render_static_query
from findspot.core.text import SubTokenizer
from findspot.core.types import Chunk, PathClass
from findspot.inference.static import StaticEmbedder
from findspot.parsing.chunker import parse
from findspot.parsing.languages import GRAMMARS, Parsers, language_of

_K1 = 1.2
_B = 0.75

_NAME = _PATH = 2
"""How often the words of the name and of the path count beside those of the body."""

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Unit:
    """A function, or the rest of a class or module (``symbol`` None), with its words and its vector, (dimension,)."""

    path: str
    symbol: str | None
    lines: tuple[int, int]
    words: Mapping[str, int]
    length: int
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Ranking:
    """Units that are functions, best first, and files by their best unit."""

    functions: list[Unit]
    files: list[str]


class Units:
    """The units of one tree at a time; files that the next tree shares are not read again."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._parsers = Parsers()
        self._tokenizer = SubTokenizer()
        self._known: dict[tuple[str, str], list[Unit]] = {}

    def of(self, tree: Mapping[str, str], read: Callable[[str], bytes | None]) -> list[Unit]:
        """Return the units of a tree, given as blob hash by path; ``read`` gives the bytes of a path."""
        known: dict[tuple[str, str], list[Unit]] = {}
        for path, digest in tree.items():
            if path_class(path) is PathClass.SOURCE and language_of(path, b"") in GRAMMARS:
                units = self._known.get((path, digest))
                known[path, digest] = self._read(path, read(path)) if units is None else units
        self._known = known
        return [unit for units in known.values() for unit in units]

    def _read(self, path: str, source: bytes | None) -> list[Unit]:
        if source is None or len(source) > _MAX_BYTES:
            return []
        pieces: dict[tuple[str | None, bool], list[Chunk]] = {}
        for chunk in parse(path, source, parsers=self._parsers).chunks:
            pieces.setdefault((chunk.symbol, chunk.kind in {"function", "method"}), []).append(chunk)
        groups = list(pieces.items())
        if not groups:
            return []
        texts: list[str] = []
        words: list[Counter[str]] = []
        for _, chunks in groups:
            counted: Counter[str] = Counter()
            for chunk in chunks:
                fields, static_text = render_chunk(chunk, self._tokenizer)
                counted.update(fields.body.split())
                if chunk is chunks[0]:
                    texts.append(static_text)
                    counted.update((fields.name.split()) * _NAME + fields.path.split() * _PATH)
            words.append(counted)
        vectors = self._embedder.embed_documents(texts)
        return [
            Unit(
                path,
                symbol if function else None,
                (chunks[0].span.start_line, chunks[-1].span.end_line),
                counted,
                counted.total(),
                vector,
            )
            for ((symbol, function), chunks), counted, vector in zip(groups, words, vectors, strict=True)
        ]

    def bm25(self, units: list[Unit], text: str) -> Ranking:
        """Rank by BM25 with every occurrence of a word of the text counting."""
        asked = Counter(self._tokenizer.tokens(text))
        postings: dict[str, list[tuple[int, int]]] = {}
        for number, unit in enumerate(units):
            for word in unit.words.keys() & asked.keys():
                postings.setdefault(word, []).append((number, unit.words[word]))
        scores = np.zeros(len(units))
        typical = sum(unit.length for unit in units) / len(units) if units else 1.0
        for word, found in sorted(postings.items()):
            rarity = math.log(1 + (len(units) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                norm = _K1 * (1 - _B + _B * units[number].length / typical)
                scores[number] += asked[word] * rarity * count * (_K1 + 1) / (count + norm)
        return _ranking(units, scores)

    def dense(self, units: list[Unit], text: str) -> Ranking:
        """Rank by the cosine of static embeddings."""
        vector = self._embedder.embed_query(render_static_query(text, self._tokenizer)).reshape(-1)
        scores = np.array([float(unit.vector @ vector) for unit in units])
        return _ranking(units, scores)


def _ranking(units: list[Unit], scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Ranking:
    """Order what has a score above zero; ties by path, then line."""
    order = [number for number in range(len(units)) if scores[number] > 0]
    order.sort(key=lambda number: (-scores[number], units[number].path, units[number].lines))
    return Ranking(
        [units[number] for number in order if units[number].symbol is not None],
        list(dict.fromkeys(units[number].path for number in order)),
    )
