"""What a few lines of code reach on the same tree: BM25 over functions.

It reads the source files that have a syntax tree, tests, documents and examples left out, which helps it. A unit is a
function with all its pieces; what is left of classes and modules speaks for its file only. No priors, no mentions, no
zones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from findspot.core.render import render_chunk
from findspot.core.text import SubTokenizer
from findspot.core.types import Chunk
from findspot.evaluation.functions import Parse, is_code

_K1 = 1.2
_B = 0.75

_NAME = _PATH = 2
"""How often the words of the name and of the path count beside those of the body."""

_MAX_BYTES = 1_000_000


Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Unit:
    """A function, or the rest of a class or module (``symbol`` None).

    ``words`` are the numbers of its distinct words, (words,), ``counts`` how often each occurs, (words,), ``length`` their
    sum. ``text`` is what the static embedder reads of it, empty where that was not asked for.
    """

    path: str
    symbol: str | None
    lines: tuple[int, int]
    words: Integers
    counts: Integers
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Units that are functions, best first, and files by their best unit."""

    functions: list[Unit]
    files: list[str]


class Units:
    """The units of one tree at a time; files that the next tree shares are not read again."""

    def __init__(self, parse: Parse, *, texts: bool) -> None:
        """Parse files with ``parse``; with ``texts`` each unit keeps what the static embedder reads of it."""
        self._texts = texts
        self._parse = parse
        self._tokenizer = SubTokenizer()
        self._numbers: dict[str, int] = {}
        self._known: dict[tuple[str, str], list[Unit]] = {}

    def of(self, tree: Mapping[str, str], read: Callable[[str], bytes | None]) -> list[Unit]:
        """Return the units of a tree, given as blob hash by path; ``read`` gives the bytes of a path."""
        known: dict[tuple[str, str], list[Unit]] = {}
        for path, digest in tree.items():
            if is_code(path):
                units = self._known.get((path, digest))
                known[path, digest] = self._read(path, read(path)) if units is None else units
        self._known = known
        return [unit for units in known.values() for unit in units]

    def _read(self, path: str, source: bytes | None) -> list[Unit]:
        if source is None or len(source) > _MAX_BYTES:
            return []
        pieces: dict[tuple[str | None, bool], list[Chunk]] = {}
        for chunk in self._parse(path, source).chunks:
            pieces.setdefault((chunk.symbol, chunk.kind in {"function", "method"}), []).append(chunk)
        units: list[Unit] = []
        for (symbol, function), chunks in pieces.items():
            words: Counter[str] = Counter()
            said = ""
            for chunk in chunks:
                fields, static_text = render_chunk(chunk, self._tokenizer)
                words.update(fields.body.split())
                if chunk is chunks[0]:
                    said = static_text if self._texts else ""
                    words.update(fields.name.split() * _NAME + fields.path.split() * _PATH)
            numbers = [self._numbers.setdefault(word, len(self._numbers)) for word in words]
            units.append(
                Unit(
                    path,
                    symbol if function else None,
                    (chunks[0].span.start_line, chunks[-1].span.end_line),
                    np.array(numbers, dtype=np.int64),
                    np.array(list(words.values()), dtype=np.int64),
                    words.total(),
                    said,
                )
            )
        return units

    def bm25(self, units: Sequence[Unit], text: str) -> Ranking:
        """Rank by BM25 with every occurrence of a word of the text counting."""
        if not units:
            return Ranking([], [])
        asked = np.zeros(len(self._numbers))
        for word, times in Counter(self._tokenizer.tokens(text)).items():
            if word in self._numbers:
                asked[self._numbers[word]] = times
        words = np.concatenate([unit.words for unit in units])
        wanted = asked[words] > 0
        words = words[wanted]
        counts = np.concatenate([unit.counts for unit in units])[wanted]
        owners = np.repeat(np.arange(len(units)), [unit.words.size for unit in units])[wanted]
        holders = np.bincount(words, minlength=len(asked))
        rarity = np.log(1 + (len(units) - holders + 0.5) / (holders + 0.5))
        lengths = np.array([unit.length for unit in units])
        norm = _K1 * (1 - _B + _B * lengths[owners] / lengths.mean())
        parts = asked[words] * rarity[words] * counts * (_K1 + 1) / (counts + norm)
        scores = np.bincount(owners, weights=parts, minlength=len(units)).astype(np.float64)
        return ranked(units, scores)


def ranked(units: Sequence[Unit], scores: npt.NDArray[np.float64]) -> Ranking:
    """Order what has a score above zero; ties by path, then line."""
    order = [number for number in range(len(units)) if scores[number] > 0]
    order.sort(key=lambda number: (-scores[number], units[number].path, units[number].lines))
    return Ranking(
        [units[number] for number in order if units[number].symbol is not None],
        list(dict.fromkeys(units[number].path for number in order)),
    )
