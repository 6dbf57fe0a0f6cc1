"""What is peculiar to scripts other than plain ASCII: marks, widths, and words that no space parts.

Chinese, Japanese and Korean words stand in a run of letters; which of them are words, only a dictionary knows. As is
usual in search engines (the CJK analyzer of Lucene, for instance) a run is read as all its overlapping pairs, so that
a word of two letters or more is found wherever it stands, and endings stay apart from what they are put on. The
alphabets of Thai, Lao, Burmese and Khmer have few letters and long words, so those are read by threes (0057).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963\u0980-\u0dff"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u109d\u17b4-\u17d3\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f"
)
r"""Signs that belong to the letter before them, which ``\w`` leaves out: accents, vowels of Indic scripts and of Thai."""

_IN_PAIRS = (
    "\u1100-\u11ff\u3005-\u3007\u3031-\u3035\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\U00020000-\U000323af"
)
_IN_THREES = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103e\u1050-\u108f\u1780-\u17d3"

WORD = re.compile(rf"[\w{_MARKS}]+")
"""A word of any text; in ASCII it is just what ``\\w+`` finds."""

UNSPACED = re.compile(rf"[{_IN_PAIRS}]+|[{_IN_THREES}]+")
"""A run of a script that puts no spaces between words, or, as Korean, endings onto them."""

_THREES = re.compile(rf"[{_IN_THREES}]")

_PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "\u0131": "i", "ħ": "h"}
)
"""Letters that people write plainly although no accent can be taken off them."""

_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670]+")
"""Marks that are left out in plain writing; those of Japanese and Thai make another letter and stay."""


def normal(text: str) -> str:
    """Return text in one form (NFKC): composed accents, letters of usual width, a ligature as its letters."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def composed(text: str) -> str:
    """Return text with composed accents (NFC), as people type it; file names on macOS may come decomposed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def plain(word: str) -> str:
    """Return a lower-case word as it is written without accents: ``café`` is ``cafe``."""
    if word.isascii():
        return word
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", bare).translate(_PLAIN)


def joined(found: Iterable[str]) -> list[str]:
    """Return words with the ``grams`` among them that overlap put together again, where they stood first."""
    kept: list[str] = []
    for word in found:
        whole, place = word, len(kept)
        if UNSPACED.fullmatch(word):
            for at in reversed(range(len(kept))):
                both = _overlapping(kept[at], whole) or _overlapping(whole, kept[at])
                if both:
                    whole, place = both, at
                    del kept[at]
        kept.insert(place, whole)
    return kept


def _overlapping(first: str, second: str) -> str:
    """Return two runs as one where the second goes on with the first; empty where it does not, or they are too short."""
    shared = 2 if _THREES.match(first) else 1
    if min(len(first), len(second)) <= shared or not first.endswith(second[:shared]) or not UNSPACED.fullmatch(first):
        return ""
    return first + second[shared:]


def grams(run: str) -> list[str]:
    """Return the overlapping pairs of an ``UNSPACED`` run, or its threes; the whole of a shorter run."""
    size = 3 if _THREES.match(run) else 2
    return [run[at : at + size] for at in range(max(1, len(run) - size + 1))]
