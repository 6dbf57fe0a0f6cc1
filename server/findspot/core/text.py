"""Words out of code and prose: identifier splitting and the tokens that lexical search counts.

Splitting at underscores, case changes and digits, and keeping the whole identifier beside its parts, is the
usual treatment of identifiers in code retrieval (for instance Hill et al., "An empirical study of identifier
splitting techniques", 2014).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from findspot.core.scripts import UNSPACED, WORD, grams, normal, plain

_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")

MIN_TOKEN = 2
"""Single characters say nothing about where code is."""

MAX_TOKEN = 64
"""Longer words are hashes and encoded data; they would only swell the vocabulary."""

_UNFOLDS = 8
"""Letters that one letter may stand for; the one sign that is a whole sentence would make a megabyte into twenty."""

_CACHE_LIMIT = 400_000
"""Distinct words kept by one tokenizer (about 60 MB at most), after which the memory is emptied."""


def split_identifier(word: str) -> tuple[str, ...]:
    """Split one identifier into lower-case parts: ``parseHTTPBody_v2`` gives parse, http, body, v, 2.

    Of a script without spaces the parts are all pairs of neighbouring letters.
    """
    if word.isascii():
        return tuple(part.lower() for part in _PART.findall(word))
    return tuple(part for run, unspaced in _runs(word) for part in (grams(run) if unspaced else _parts(run)))


def split_text(text: str) -> list[str]:
    """Return the identifiers and words of a text as they are written."""
    return (_WORD if text.isascii() else WORD).findall(text)


def _runs(word: str) -> Iterator[tuple[str, bool]]:
    """Yield the runs of a word that is not ASCII, in normal form, and whether they are of a script without spaces."""
    unfolded = normal(word)
    if len(unfolded) > _UNFOLDS * len(word):
        return
    for part in WORD.findall(unfolded):
        at = 0
        for found in UNSPACED.finditer(part):
            if found.start() > at:
                yield part[at : found.start()], False
            yield found[0], True
            at = found.end()
        if at < len(part):
            yield part[at:], False


def _parts(run: str) -> list[str]:
    """Split an identifier of any letters: its shape is split, which says of each sign what kind it is."""
    if run.isascii():
        return [part.lower() for part in _PART.findall(run)]
    if run.isalpha() and run[1:].islower():
        return [run.lower()]
    shape = "".join(map(_kind, run))
    return [run[found.start() : found.end()].lower() for found in _PART.finditer(shape)]


def _kind(sign: str) -> str:
    """Return the sign of ASCII that stands for the kind of another one: a capital, a digit, a line, or any letter."""
    if sign == "_":
        return sign
    return "A" if sign.isupper() else "0" if sign.isdigit() else "a"


def _counted(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if MIN_TOKEN <= len(part) <= MAX_TOKEN]


class _Parts(dict[str, tuple[str, ...]]):
    """The parts of each word seen so far, without those too short or too long to count.

    A run of a script without spaces stays whole: models split it in their own way.
    """

    def __missing__(self, word: str) -> tuple[str, ...]:
        if word.isascii():
            parts = tuple(_counted(split_identifier(word)))
        else:
            runs = _runs(word)
            parts = tuple(chain.from_iterable(_pieces(run) if whole else _counted(_parts(run)) for run, whole in runs))
        self[word] = parts
        return parts


def _pieces(run: str) -> list[str]:
    return [run[at : at + MAX_TOKEN] for at in range(0, len(run), MAX_TOKEN)]


class _Tokens(dict[str, tuple[str, ...]]):
    """The parts of each word seen so far, and the whole word where it has several."""

    def __init__(self, parts: _Parts) -> None:
        super().__init__()
        self._parts = parts

    def __missing__(self, word: str) -> tuple[str, ...]:
        if word.isascii():
            tokens = (*self._parts[word], *_whole(split_identifier(word)))
        else:
            tokens = tuple(chain.from_iterable(grams(run) if gram else _spelled(run) for run, gram in _runs(word)))
        self[word] = tokens
        return tokens


def _whole(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the whole of an identifier that has several parts."""
    whole = "".join(parts)
    return (whole,) if len(parts) > 1 and MIN_TOKEN < len(whole) <= MAX_TOKEN else ()


def _spelled(run: str) -> list[str]:
    """Return the parts and the whole of an identifier, each as it is written and as it is without accents."""
    parts = _parts(run)
    written = (*_counted(parts), *_whole(parts))
    return [form for word in written for form in dict.fromkeys((word, plain(word)))]


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

        The whole is written without separators, so that ``get_user`` and ``getUser`` meet as ``getuser``. A word with
        accents counts without them, too, and of scripts without spaces all pairs of neighbouring letters count.
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


def without_surrogates(text: str) -> str:
    """Return ``text`` with lone surrogates replaced, so that it can be written as UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
