"""How many tokens a text has, by one tokenizer that is named.

It is that of SmolLM2, byte-pair encoding with 49,152 tokens: those of the large models are not to be had without a network
or a library, and measured on code in thirteen languages they need fewer tokens for the same text (decision 0037). So a text
that keeps a budget by this count keeps it by theirs.
"""

from __future__ import annotations

import heapq
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import regex

TOKENIZER: Final = "SmolLM2"

_MERGES: Final = Path(__file__).with_name("smollm2.merges")

_WORDS: Final = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?=\p{N}|\Z)|\s+(?!\S)|\s+"
"""What is cut into tokens on its own, digit by digit where there are numbers."""

_REMEMBERED: Final = 50_000
"""Distinct words whose count is kept."""


def _alphabet() -> dict[int, int]:
    """Return the printable character that stands for each byte in a byte-level vocabulary."""
    plain = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (byte for byte in range(0x100) if byte not in plain)
    return {byte: byte for byte in plain} | {byte: 0x100 + at for at, byte in enumerate(others)}


class TokenCounter:
    """Counts tokens; marks such as ``<|im_end|>`` are ordinary text. The vocabulary is read at the first count.

    Threads may share one: whatever they put into its memory depends on the word alone.
    """

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._bytes = _alphabet()

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """How early each pair of pieces, with a space between them, is merged."""
        return {pair: rank for rank, pair in enumerate(_MERGES.read_text(encoding="utf-8").split("\n")[1:])}

    @cached_property
    def _pattern(self) -> regex.Pattern[str]:
        import regex  # noqa: PLC0415 - most commands never count

        return regex.compile(_WORDS)

    def __call__(self, text: str) -> int:
        """Return how many tokens ``text`` has."""
        known, total = self._known, 0
        for word in self._pattern.findall(text):
            count = known.get(word)
            if count is None:
                count = self._pieces(word.encode("utf-8", "replace").decode("latin-1").translate(self._bytes))
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[word] = count
            total += count
        return total

    def _pieces(self, word: str) -> int:
        """Return how many pieces are left when the best pair of neighbours has been merged again and again.

        A heap holds the pairs, so that a word of a megabyte costs little more than one for each of its letters.
        """
        pieces, ranks = list(word), self._ranks
        after = [*range(1, len(pieces)), -1]
        before = list(range(-1, len(pieces) - 1))
        heap = [
            (rank, at)
            for at in range(len(pieces) - 1)
            if (rank := ranks.get(f"{pieces[at]} {pieces[at + 1]}")) is not None
        ]
        heapq.heapify(heap)
        count = len(pieces)
        while heap:
            rank, at = heapq.heappop(heap)
            beside = after[at]
            if not pieces[at] or beside < 0 or ranks.get(f"{pieces[at]} {pieces[beside]}") != rank:
                continue  # one of the two has been merged since
            pieces[at], pieces[beside] = pieces[at] + pieces[beside], ""
            after[at] = after[beside]
            if after[at] >= 0:
                before[after[at]] = at
            count -= 1
            for left, right in ((before[at], at), (at, after[at])):
                if left >= 0 and right >= 0 and (found := ranks.get(f"{pieces[left]} {pieces[right]}")) is not None:
                    heapq.heappush(heap, (found, left))
        return count
