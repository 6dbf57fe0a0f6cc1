"""Words out of code and prose: identifier splitting and the tokens that lexical search counts.

Splitting at underscores, case changes and digits, and keeping the whole identifier beside its parts, is the
usual treatment of identifiers in code retrieval (for instance Hill et al., "An empirical study of identifier
splitting techniques", 2014).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")

MIN_TOKEN = 2
"""Single characters say nothing about where code is."""

MAX_TOKEN = 64
"""Longer words are hashes and encoded data; they would only swell the vocabulary."""

_CACHE_LIMIT = 400_000
"""Distinct words kept by one tokenizer (about 60 MB at most), after which the memory is emptied."""


def split_identifier(word: str) -> tuple[str, ...]:
    """Split one identifier into lower-case parts: ``parseHTTPBody_v2`` gives parse, http, body, v, 2."""
    if not word.isascii():
        return tuple(part.lower() for part in word.split("_") if part)
    return tuple(part.lower() for part in _PART.findall(word))


def split_text(text: str) -> list[str]:
    """Return the identifiers and words of a text as they are written."""
    return _WORD.findall(text)


class _Parts(dict[str, tuple[str, ...]]):
    """The parts of each word seen so far, without those too short or too long to count."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        parts = tuple(part for part in split_identifier(word) if MIN_TOKEN <= len(part) <= MAX_TOKEN)
        self[word] = parts
        return parts


class _Tokens(dict[str, tuple[str, ...]]):
    """The parts of each word seen so far, and the whole word where it has several."""

    def __init__(self, parts: _Parts) -> None:
        super().__init__()
        self._parts = parts

    def __missing__(self, word: str) -> tuple[str, ...]:
        tokens = self._parts[word]
        split = split_identifier(word)
        whole = "".join(split)
        if len(split) > 1 and MIN_TOKEN < len(whole) <= MAX_TOKEN:
            tokens = (*tokens, whole)
        self[word] = tokens
        return tokens


class SubTokenizer:
    """Turns text into sub-tokens, remembering each distinct word it has split.

    Code repeats its identifiers, so a lookup replaces nearly all the work. An instance belongs to one thread.
    """

    __slots__ = ("_parts", "_tokens")

    def __init__(self) -> None:
        self._parts = _Parts()
        self._tokens = _Tokens(self._parts)

    def tokens(self, text: str) -> list[str]:
        """Return what lexical search counts: the parts of each identifier, then the whole of it when it has several.

        The whole is written without separators, so that ``get_user`` and ``getUser`` meet as ``getuser``.
        """
        return self.tokens_of(split_text(text))

    def words(self, text: str, limit: int) -> list[str]:
        """Return the parts alone, at most ``limit`` of them: what a model of plain words should read."""
        return self.words_of(split_text(text), limit)

    def tokens_of(self, written: Sequence[str]) -> list[str]:
        """Do what ``tokens`` does for text that ``split_text`` has split."""
        if len(self._tokens) > _CACHE_LIMIT:
            self._tokens.clear()
            self._parts.clear()
        return list(chain.from_iterable(map(self._tokens.__getitem__, written)))

    def words_of(self, written: Sequence[str], limit: int) -> list[str]:
        """Do what ``words`` does for text that ``split_text`` has split."""
        return list(chain.from_iterable(map(self._parts.__getitem__, written[:limit])))[:limit]
