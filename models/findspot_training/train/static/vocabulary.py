"""The vocabulary of a static embedder for code: word pieces of English, and the words that code is written in.

BERT's pieces cut ``async``, ``config`` or ``stdout`` into syllables, and a thousand of them are unused or of scripts
that the renderer never passes on. Here the useless ones go, and the commonest words of the training texts come in as
whole words. The result is a WordPiece vocabulary all the same, so the embedder reads it like any other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from findspot_training.source import SPECIAL

_FALLBACK = re.compile(r"(?:##)?\w|##\w+")
"""Single letters and the pieces inside words: with all of them every word can be cut."""

_WORD = re.compile(r"[a-z][a-z0-9]+")


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Return in how many texts each word occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(text.split()))
    return counts


def common_words(by_repository: Iterable[Mapping[str, int]], repositories: int) -> list[str]:
    """Return the words that occur in at least so many repositories, those in the most texts first."""
    texts: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for counts in by_repository:
        for word, count in counts.items():
            if _WORD.fullmatch(word):
                texts[word] += count
                spread[word] += 1
    wanted = [word for word in texts if spread[word] >= repositories]
    return sorted(wanted, key=lambda word: (-texts[word], word))


def build(original: Mapping[str, int], words: Iterable[str], size: int) -> list[str]:
    """Return ``size`` pieces or fewer: ``[UNK]``, the fallback, the given ``words``, then the original's other words.

    Words come in the given order and the original's in theirs, which is by frequency, until there is no more room.
    """
    ordered = sorted((piece for piece in original if piece not in SPECIAL), key=original.__getitem__)
    fallback = [piece for piece in ordered if _FALLBACK.fullmatch(piece)]
    whole = [piece for piece in ordered if _WORD.fullmatch(piece)]
    return list(dict.fromkeys(["[UNK]", *fallback, *words, *whole]))[:size]


def tokenizer_json(original: dict[str, Any], vocabulary: Iterable[str]) -> dict[str, Any]:
    """Return the original's ``tokenizer.json`` with another vocabulary and nothing around a text."""
    numbers = {piece: number for number, piece in enumerate(vocabulary)}
    marks = [token for token in original["added_tokens"] if token["content"] == "[UNK]"]
    return {
        **original,
        "truncation": None,
        "padding": None,
        "added_tokens": [{**token, "id": numbers["[UNK]"]} for token in marks],
        "post_processor": None,
        "model": {**original["model"], "vocab": numbers},
    }
