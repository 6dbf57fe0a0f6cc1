"""Which lines of a text a question is about, and the few lines that a preview shows of it.

Pure functions. What counts as a match is what ranking counts: the sub-tokens of the question's words, the other forms of
them that were weighed, and the whole of an identifier. Phrases, such as an error message, go before words, and lines that
the question names by number go before everything. Work is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from findspot.core.query import Query, QueryKind
from findspot.core.scripts import UNSPACED, normal, plain
from findspot.core.text import SubTokenizer
from findspot.core.types import PreviewLine

PREVIEW_LINES = 6
"""Lines of a preview: the first one, and the best ones with what stands around them."""

MAX_MATCHES = 20
"""Lines that are named as matching; a word that is everywhere tells nothing."""

_MAX_TERMS = 40
_MAX_HITS = 400
"""Terms that are looked for, and places looked at for each of them."""

_MAX_PHRASES = 6
_MIN_PHRASE = 4
_MAX_PHRASE = 200
_PHRASE_TEXT = 20_000
"""Characters of a report in which phrases are looked for."""

_ENOUGH = 0.5
"""Share of the best line's score from which another line is a match, too."""

_MAX_LINE = 600
"""Characters of one line of a preview; a longer one is cut around what matches."""

_BEFORE_MATCH = 80

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"\"([^\"\n]{4,200})\"|`([^`\n]{4,200})`|(?<!\w)'([^'\n]{4,200})'")
_MESSAGE = re.compile(r"(?:Error|Exception|Warning|error|panic|fatal): ?(\S.{3,199})")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question looks for: sub-tokens with their weights, phrases in lower case, and a whole identifier as it is written."""

    terms: Mapping[str, float] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    identifier: str = ""


NOTHING_SOUGHT = Sought()


@dataclass(frozen=True, slots=True)
class Found:
    """The lines of one text that match, as indices from 0: the best one (None where none does), and all of them in order."""

    best: int | None = None
    lines: tuple[int, ...] = ()


def sought(query: Query, terms: Mapping[str, float]) -> Sought:
    """Return what to look for: the heaviest of ``terms``, what is quoted, messages of errors, and a short query itself."""
    heaviest = sorted(terms, key=lambda term: (-terms[term], term))[:_MAX_TERMS]
    phrases = [next(filter(None, found.groups())) for found in _QUOTED.finditer(query.text[:_PHRASE_TEXT])]
    phrases += [found[1] for found in _MESSAGE.finditer(query.text[:_PHRASE_TEXT])]
    if query.kind in {QueryKind.PROSE, QueryKind.SYMBOL} and len(query.text) <= _MAX_PHRASE:
        phrases.append(query.text)
    elif query.kind is QueryKind.ISSUE:
        phrases.append(query.report.title)
    lowered = dict.fromkeys(lower(phrase.strip().strip("\"'`")) for phrase in phrases)
    kept = [phrase for phrase in lowered if len(phrase) >= _MIN_PHRASE and "\n" not in phrase]
    return Sought({term: terms[term] for term in heaviest}, tuple(kept[:_MAX_PHRASES]))


class _Lower(dict[int, str]):
    """Each letter seen so far in lower case, of usual width and without accents; as it is where that takes two."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        found = next((form for form in (plain(normal(letter).lower()), letter.lower()) if len(form) == 1), letter)
        self[code] = found
        return found


def lower(text: str) -> str:
    """Return ``text`` in plain lower case, character by character, so that places in it stay where they are."""
    return text.lower() if text.isascii() else text.translate(_Lower())


class Excerpts:
    """Finds what one question looks for in the texts of its answers. An instance belongs to one thread."""

    def __init__(self, looked_for: Sought) -> None:
        """Prepare to look for ``looked_for``."""
        self._sought = looked_for
        self._tokenizer = SubTokenizer()
        self._words: dict[str, tuple[str, ...]] = {}
        self._all = sum(looked_for.terms.values()) or 1.0

    def find(self, text: str, named: Iterable[int] = ()) -> Found:
        """Return the lines of ``text`` that match best; ``named`` are indices of lines that the question names."""
        lowered = lower(text)
        breaks = [found.start() for found in re.finditer("\n", text)]
        tokens: dict[int, set[str]] = {}
        scores: dict[int, float] = {}
        for start, end in self._words_in(text, lowered):
            tokens.setdefault(bisect_right(breaks, start), set()).update(self._tokens_of(text[start:end]))
        for line, held in tokens.items():
            scores[line] = sum(self._sought.terms[token] for token in sorted(held))
        for at, _ in self._written_in(text, lowered):
            line = bisect_right(breaks, at)
            scores[line] = scores.get(line, 0.0) + 2.0 * self._all
        for line in named:
            if 0 <= line <= len(breaks):
                scores[line] = scores.get(line, 0.0) + 10.0 * self._all
        if not scores:
            return Found()
        by_score = sorted(scores, key=lambda line: (-scores[line], line))
        least = _ENOUGH * scores[by_score[0]]
        return Found(by_score[0], tuple(sorted(line for line in by_score[:MAX_MATCHES] if scores[line] >= least)))

    def preview(
        self, lines: Sequence[str], first_number: int, found: Found, around: int = 0
    ) -> tuple[PreviewLine, ...]:
        """Return the lines that show a place: the first, then the best matches with a line before and after them.

        ``lines`` begin with number ``first_number``. Where nothing matches, those from index ``around`` on are shown.
        """
        filled = [at for at, line in enumerate(lines) if line.strip()]
        if not filled:
            return ()
        first, last = filled[0], filled[-1]
        wanted = [first]
        if found.best is not None:
            best = found.best
            rest = [line for line in found.lines if line != best]
            if found.best >= first + PREVIEW_LINES:
                wanted += [found.best, found.best - 1, found.best + 1]
            else:
                wanted.append(found.best)
            # The nearest other matches keep the preview in few pieces.
            wanted += sorted(rest, key=lambda line: (abs(line - best), line))
        elif around > first + PREVIEW_LINES:
            wanted += range(around, around + PREVIEW_LINES - 1)
        start = first if found.best is None or found.best < first + PREVIEW_LINES else found.best
        wanted += range(start, last + 1)[:PREVIEW_LINES]
        chosen = [at for at in dict.fromkeys(wanted) if first <= at <= last][:PREVIEW_LINES]
        matched = set(found.lines)
        return tuple(self.line(lines[at], first_number + at, matched=at in matched) for at in sorted(chosen))

    def line(self, text: str, number: int, *, matched: bool) -> PreviewLine:
        """Return one line of a preview, cut where it is far too long, with what matches in it if it is said to match."""
        text = text.rstrip()
        if not matched and len(text) <= _MAX_LINE:
            return PreviewLine(number, text)
        spans = self._spans(text[: 4 * _MAX_LINE])
        if len(text) > 4 * _MAX_LINE and not spans:
            place = min((at for what in self._looked_for() for at in _places(lower(text), what)), default=0)
            text = ("..." if place > _BEFORE_MATCH else "") + text[max(0, place - _BEFORE_MATCH) :][: 4 * _MAX_LINE]
            spans = self._spans(text)
        if len(text) > _MAX_LINE:
            begin = max(0, spans[0][0] - _BEFORE_MATCH) if spans and spans[0][1] > _MAX_LINE else 0
            ahead = "..." if begin else ""
            behind = "..." if begin + _MAX_LINE < len(text) else ""
            text = f"{ahead}{text[begin : begin + _MAX_LINE]}{behind}"
            spans = self._spans(text)
        return PreviewLine(number, text, matched, spans if matched else ())

    def _spans(self, line: str) -> tuple[tuple[int, int], ...]:
        """Return the half-open ranges of characters that match in a line, merged and in order."""
        lowered = lower(line)
        found = [*self._written_in(line, lowered), *self._words_in(line, lowered)]
        merged: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    def _looked_for(self) -> Iterable[str]:
        return (*self._sought.phrases, *self._sought.terms)

    def _written_in(self, text: str, lowered: str) -> Iterable[tuple[int, int]]:
        """Yield the half-open ranges of phrases and of the identifier."""
        for phrase in self._sought.phrases:
            yield from ((at, at + len(phrase)) for at in _places(lowered, phrase))
        if self._sought.identifier:
            whole = re.compile(rf"(?<!\w){re.escape(self._sought.identifier)}(?!\w)")
            yield from (found.span() for found in islice(whole.finditer(text), _MAX_HITS))

    def _words_in(self, text: str, lowered: str) -> list[tuple[int, int]]:
        """Return the half-open ranges of the words that hold terms, each once."""
        seen = bytearray(len(text))
        found: list[tuple[int, int]] = []
        spaced = text if text.isascii() else UNSPACED.sub(lambda run: " " * len(run[0]), text)
        for term in self._sought.terms:
            if UNSPACED.match(term):
                found += [(at, at + len(term)) for at in _places(lowered, term)]
                continue
            for at in _places(lowered, term):
                if seen[at]:
                    continue
                start = at
                while (
                    start > 0 and at - start < _MAX_PHRASE and (spaced[start - 1].isalnum() or spaced[start - 1] == "_")
                ):
                    start -= 1
                word = _WORD.match(spaced, start, at + _MAX_PHRASE)
                if word is not None:
                    seen[start : word.end()] = b"\1" * (word.end() - start)
                    if self._tokens_of(word[0]):
                        found.append(word.span())
        return found

    def _tokens_of(self, word: str) -> tuple[str, ...]:
        known = self._words.get(word)
        if known is None:
            known = tuple(token for token in self._tokenizer.tokens(word) if token in self._sought.terms)
            self._words[word] = known
        return known


def _places(lowered: str, what: str) -> Iterable[int]:
    at = lowered.find(what)
    for _ in range(_MAX_HITS):
        if at < 0:
            return
        yield at
        at = lowered.find(what, at + len(what))
