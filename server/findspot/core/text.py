"""Words out of code and prose: identifier splitting and the tokens that lexical search counts.

Splitting at underscores, case changes and digits, and keeping the whole identifier beside its parts, is the
usual treatment of identifiers in code retrieval (for instance Hill et al., "An empirical study of identifier
splitting techniques", 2014).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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


class SubTokenizer:
    """Turns text into sub-tokens, remembering each distinct word it has split.

    Code repeats its identifiers, so a lookup replaces nearly all the work. An instance belongs to one thread.
    """

    __slots__ = ("_parts", "_tokens")

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, ...]] = {}
        self._parts: dict[str, tuple[str, ...]] = {}

    def tokens(self, text: str) -> list[str]:
        """Return what lexical search counts: the parts of each identifier, then the whole of it when it has several.

        The whole is written without separators, so that ``get_user`` and ``getUser`` meet as ``getuser``.
        """
        found: list[str] = []
        known = self._tokens
        for word in _WORD.findall(text):
            tokens = known.get(word)
            if tokens is None:
                tokens = self._learn(word)[0]
            found += tokens
        return found

    def words(self, text: str, limit: int | None = None) -> list[str]:
        """Return the parts alone, at most about ``limit`` of them: what a model of plain words should read."""
        found: list[str] = []
        known = self._parts
        for word in _WORD.findall(text):
            parts = known.get(word)
            if parts is None:
                parts = self._learn(word)[1]
            found += parts
            if limit is not None and len(found) >= limit:
                break
        return found

    def _learn(self, word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if len(self._tokens) >= _CACHE_LIMIT:
            self._tokens.clear()
            self._parts.clear()
        split = split_identifier(word)
        parts = tuple(part for part in split if MIN_TOKEN <= len(part) <= MAX_TOKEN)
        whole = "".join(split)
        tokens = (*parts, whole) if len(split) > 1 and MIN_TOKEN < len(whole) <= MAX_TOKEN else parts
        self._tokens[word] = tokens
        self._parts[word] = parts
        return tokens, parts


def unique(items: Iterable[str]) -> list[str]:
    """Return the items without repeats, first occurrence first."""
    return list(dict.fromkeys(items))
