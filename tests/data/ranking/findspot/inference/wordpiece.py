"""BERT's tokenizer: text to word-piece ids, remembering each distinct word.

Code repeats its words, so a word is normalised and cut into pieces once and then looked up. The result is
that of the ``tokenizers`` library for an uncased BERT vocabulary, with two differences on purpose: marks
such as ``[SEP]`` in a text are ordinary text, and the control characters that Python counts as white
space separate words.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from findspot.errors import ModelError, reason

_CONTINUES = "##"

_WORD_LIMIT = 100
"""Characters of a word; BERT reads a longer one as unknown, and cutting it would take quadratic time."""

_CACHE_LIMIT = 100_000
"""Distinct words remembered (about 20 MB), after which the memory is emptied."""

_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
"""Ideographs, each of which is a word of its own."""


class WordPiece(dict[str, tuple[int, ...]]):
    """A cache from a word (no white space in it) to the ids of its pieces.

    Every operation on it is a single look-up or store of a value that depends on the word alone, so threads
    may share an instance without a lock.
    """

    __slots__ = ("_continuing", "_initial", "_longest", "_unknown")

    def __init__(self, initial: Mapping[str, int], continuing: Mapping[str, int], unknown: int | None) -> None:
        """Take the pieces that begin a word, those that continue one, and what stands for an unknown word.

        With ``unknown`` None an unknown word has no pieces at all.
        """
        super().__init__()
        self._initial = initial
        self._continuing = continuing
        self._unknown = () if unknown is None else (unknown,)
        self._longest = max(map(len, (*initial, *continuing)), default=1)

    @classmethod
    def from_json(cls, path: Path) -> WordPiece:
        """Read the vocabulary of a ``tokenizer.json``; raises ``ModelError`` unless it is an uncased WordPiece.

        Unknown words are left out, as model2vec does.
        """
        try:
            parsed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            model, normalizer = parsed["model"], parsed["normalizer"]
            fits = (model["type"], model["continuing_subword_prefix"], normalizer["type"], normalizer["lowercase"]) == (
                "WordPiece",
                _CONTINUES,
                "BertNormalizer",
                True,
            )
            vocabulary: dict[str, int] = model["vocab"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: cannot be read as a tokenizer ({reason(error)}); install Findspot again"
            ) from error
        if not fits:
            raise ModelError(f"{path}: not an uncased WordPiece tokenizer, which is the only kind Findspot reads")
        marks = {token["content"] for token in parsed.get("added_tokens", ())}
        words = {piece: number for piece, number in vocabulary.items() if piece not in marks}
        return cls(
            {piece: number for piece, number in words.items() if not piece.startswith(_CONTINUES)},
            {piece[2:]: number for piece, number in words.items() if piece.startswith(_CONTINUES)},
            None,
        )

    def __missing__(self, word: str) -> tuple[int, ...]:
        """Cut a word that is not remembered."""
        if word.isascii() and word.isalnum():
            pieces = self._cut(word.lower())
        else:
            pieces = tuple(piece for part in _basic_words(word) for piece in self._cut(part))
        if len(word) <= _WORD_LIMIT:
            if len(self) >= _CACHE_LIMIT:
                self.clear()
            self[word] = pieces
        return pieces

    @property
    def size(self) -> int:
        """Number of ids that pieces may have: one more than the greatest."""
        return 1 + max((*self._initial.values(), *self._continuing.values()), default=-1)

    def encode(self, text: str, limit: int) -> list[int]:
        """Return the ids of the first ``limit`` pieces of ``text``, without any mark around them.

        Reads at most 100 characters for each of them, so that a text of any size costs little.
        """
        ids: list[int] = []
        for word in text[: limit * _WORD_LIMIT].split():
            ids += self[word]
            if len(ids) >= limit:
                break
        return ids[:limit]

    def _cut(self, word: str) -> tuple[int, ...]:
        """Cut greedily from the left, longest piece first; a rest without a piece makes the word unknown."""
        if len(word) > _WORD_LIMIT:
            return self._unknown
        ids: list[int] = []
        start, pieces = 0, self._initial
        while start < len(word):
            for end in range(min(len(word), start + self._longest), start, -1):
                number = pieces.get(word[start:end])
                if number is not None:
                    break
            else:
                return self._unknown
            ids.append(number)
            start, pieces = end, self._continuing
        return tuple(ids)


def _basic_words(text: str) -> Iterator[str]:
    """Yield the words of a run of text in BERT's normal form: no accents, lower case, punctuation apart."""
    spaced = "".join(f" {char} " if _is_ideograph(char) else char for char in text if not _is_dropped(char))
    plain = (char for char in unicodedata.normalize("NFD", spaced) if unicodedata.category(char) != "Mn")
    # Character by character: lower-casing a whole string treats a final sigma differently.
    lowered = "".join(char.lower() for char in plain)
    separated = "".join(f" {char} " if _is_punctuation(char) else char for char in lowered)
    yield from separated.split()


def _is_dropped(char: str) -> bool:
    return char in "\0\ufffd" or unicodedata.category(char) in {"Cc", "Cf", "Cn", "Co", "Cs"}


def _is_ideograph(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _CJK)


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P") or char in "$+<=>^`|~"
