"""A query understood: what kind it is, its zones as weighted terms, and what it names.

The same analysis serves a typed word and a pasted issue; the kind decides how the retrievers are mixed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, get_args

from findspot.core.frames import FrameReader
from findspot.core.identifiers import MAX_WORD, Name, PathMention, looks_like_identifier, read_path
from findspot.core.report import Report, parse_report
from findspot.core.scripts import UNSPACED, composed
from findspot.core.stop_words import REPORT_STOP_WORDS, STOP_WORDS
from findspot.core.text import SubTokenizer

Zone = Literal["title", "ident", "related", "prose", "code", "trace"]

ALL_ZONES: tuple[Zone, ...] = get_args(Zone)


class QueryKind(StrEnum):
    """How a query is written, which tells what it asks for."""

    SYMBOL = "symbol"
    PATH = "path"
    PROSE = "prose"
    TRACE = "trace"
    ISSUE = "issue"


NAMES: Final = frozenset({QueryKind.SYMBOL, QueryKind.PATH})
"""Kinds that spell what they look for, of which all of that name is wanted."""

_MAX_TERM_COUNT = 3
"""Repeats of a term that count within one zone; a pasted log may repeat a word a hundred times."""

_ISSUE_WORDS = 45
"""A text of more words, or of several paragraphs, is a report and not a question."""

_LETTERS_OF_WORD = 2
"""Letters that count as a word where no space parts words: the usual length in Chinese and Japanese."""

_TRACE_PROSE = 60
"""Words beside the frames up to which a text is a bare trace."""

_SHORT_QUERY = 6
"""Words up to which each word of a query may be the name of a definition."""

_SYMBOL = re.compile(r"(?:[^\W\d]|\$)[\w$]*(?:(?:\.|::|->|#|/)(?:[^\W\d]|[$~])[\w$]*)*(?:\(\s*\))?[!?]?")
_DEFINITION = re.compile(
    r"(?:async\s+)?(?:def|class|func|fn|function|struct|interface|trait|enum|impl|type|module|object)\s+(\S{1,200})$"
)

_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ies", ("y", "ied")),
    ("ied", ("y", "ies")),
    ("ations", ("ation", "ate", "e")),
    ("ation", ("ate", "e", "", "ations", "ator")),
    ("ions", ("ion", "e", "")),
    ("ion", ("e", "", "or", "ions")),
    ("ings", ("ing", "", "e")),
    ("ing", ("", "e", "ed", "er", "s")),
    ("ers", ("er", "", "e")),
    ("ors", ("or", "e", "ion")),
    ("er", ("", "e", "ers", "ing")),
    ("or", ("e", "ion", "ors", "")),
    ("ed", ("", "e", "ing", "s")),
    ("ches", ("ch",)),
    ("shes", ("sh",)),
    ("sses", ("ss",)),
    ("xes", ("x",)),
    ("ss", ("sses",)),
    ("s", ("", "ed", "ing")),
)
"""Endings of English words, longest first where one holds another, and what may stand in their place."""

_TEST_WORDS = frozenset(
    ("test", "tests", "testing", "spec", "specs", "fixture", "fixtures", "unittest", "pytest", "mock", "mocks")
)
_DOCS_WORDS = frozenset(("docs", "documentation", "readme", "changelog", "tutorial", "guide", "doc", "documented"))
_EXAMPLE_WORDS = frozenset(("example", "examples", "sample", "samples", "demo", "demos", "benchmark", "benchmarks"))


@dataclass(frozen=True, slots=True)
class NamedThing:
    """A name that the query may mean literally, and in which zone it stands."""

    name: Name
    zone: Zone


@dataclass(frozen=True, slots=True)
class Query:
    """A query ready for retrieval.

    ``zones`` maps each zone to its terms and their weights (the square root of the capped count). ``sentence``
    is what an embedding model should read. ``asks_for`` holds ``test``, ``docs`` or ``example`` when it names them.
    """

    text: str
    kind: QueryKind
    report: Report
    zones: Mapping[Zone, Mapping[str, float]]
    names: tuple[NamedThing, ...]
    paths: tuple[PathMention, ...]
    sentence: str
    asks_for: frozenset[str] = frozenset()


def analyse(text: str, tokenizer: SubTokenizer, readers: Sequence[FrameReader], *, report: bool = False) -> Query:
    """Understand a query, its stack frames read by ``readers``; with ``report`` it is one, however short."""
    text = composed(text.strip())
    parsed = parse_report(text, readers)
    kind = classify(text, parsed)
    if report and kind is QueryKind.PROSE:
        kind = QueryKind.ISSUE
    stop = REPORT_STOP_WORDS if kind in {QueryKind.ISSUE, QueryKind.TRACE} else STOP_WORDS
    zones: dict[Zone, Mapping[str, float]] = {
        "title": _terms(parsed.title, tokenizer, stop),
        "ident": _terms(" ".join(name.text for name in parsed.names), tokenizer, STOP_WORDS),
        "prose": _terms(parsed.prose, tokenizer, stop),
        "code": _terms("\n".join(parsed.code), tokenizer, stop),
        "trace": _terms(parsed.trace, tokenizer, stop),
    }
    if kind is QueryKind.PROSE:
        zones["related"] = {form: 1.0 for term in zones["title"] for form in word_forms(term)}
    if not any(zones.values()):  # stop words only: they are all there is
        zones["title"] = _weighted(tokenizer.tokens(text))
    return Query(
        text=text,
        kind=kind,
        report=parsed,
        zones={zone: terms for zone, terms in zones.items() if terms},
        names=_names(text, kind, parsed),
        paths=_paths(text, kind, parsed),
        sentence=f"{parsed.title}\n{parsed.prose}".strip() or text[:1000],
        asks_for=_asks_for(parsed.title if kind is QueryKind.ISSUE else text[:500]),
    )


def classify(text: str, report: Report) -> QueryKind:
    """Return how a query is written."""
    text = text.strip()
    words = text.split(None, _ISSUE_WORDS + 1)
    if report.frames:
        beside = len(report.title.split()) + len(report.prose.split())
        return QueryKind.TRACE if beside <= _TRACE_PROSE else QueryKind.ISSUE
    if len(words) == 1 and len(text) <= MAX_WORD and not _long(text, 1):
        if read_path(text) is not None or text.endswith("/"):
            return QueryKind.PATH
        if (
            _SYMBOL.fullmatch(text)
            and not _is_sentence(text)
            and (looks_like_identifier(text) or not text.isalpha() or text[:1].isupper())
        ):
            return QueryKind.SYMBOL
        return QueryKind.PROSE
    if len(words) <= 3 and _DEFINITION.match(text):
        return QueryKind.SYMBOL
    if _long(text, len(words)) or report.code or text.count("\n\n") >= 2:
        return QueryKind.ISSUE
    return QueryKind.PROSE


def _is_sentence(text: str) -> bool:
    """Return whether a text without a space mixes a script that has none with another one inside of a word."""
    parts = [] if text.isascii() else re.findall(r"\w+", text)
    return any(UNSPACED.search(part) and not UNSPACED.fullmatch(part) and "_" not in part for part in parts)


def _long(text: str, words: int) -> bool:
    """Return whether a text of so many words between spaces has more words than a question."""
    if words <= _ISSUE_WORDS and not text.isascii():
        runs = UNSPACED.findall(text)
        words += sum(map(len, runs)) // _LETTERS_OF_WORD
    return words > _ISSUE_WORDS


def word_forms(word: str) -> list[str]:
    """Return other forms that an English word may have in code: ``files`` is ``file``, ``retries`` is ``retry``.

    Wrong guesses cost nothing: a form that no chunk holds is dropped.
    """
    if not word.isascii() or not word.isalpha() or len(word) < 4:
        return []
    found: list[str] = []
    for ending, endings in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            found += [stem + other for other in endings]
            if len(stem) > 3 and stem[-1] == stem[-2] and ending in {"ed", "ing", "er"}:
                found.append(stem[:-1])  # "stopped", "running"
            break
    else:
        found += [word + ending for ending in ("s", "ed", "er", "ing")]
        if word.endswith("e"):
            found += [word + "d", word + "r", word[:-1] + "ing", word[:-1] + "ion"]
        if word.endswith("y"):
            found += [word[:-1] + "ies", word[:-1] + "ied"]
    return [form for form in dict.fromkeys(found) if form != word]


def term_weights(query: Query, zone_weights: Mapping[str, float]) -> dict[str, float]:
    """Return the terms of all zones with the sum of their zone-weighted weights."""
    found: dict[str, float] = {}
    for zone, terms in query.zones.items():
        weight = zone_weights[zone]
        for term, value in terms.items():
            found[term] = found.get(term, 0.0) + weight * value
    return found


def _terms(text: str, tokenizer: SubTokenizer, stop: frozenset[str]) -> dict[str, float]:
    return _weighted(token for token in tokenizer.tokens(text) if token not in stop)


def _weighted(tokens: Iterable[str]) -> dict[str, float]:
    return {token: min(count, _MAX_TERM_COUNT) ** 0.5 for token, count in Counter(tokens).items()}


def _names(text: str, kind: QueryKind, report: Report) -> tuple[NamedThing, ...]:
    found: dict[str, NamedThing] = {}

    def add(name: Name, zone: Zone) -> None:
        found.setdefault(name.text, NamedThing(name, zone))

    if kind is QueryKind.SYMBOL:
        definition = _DEFINITION.match(text)
        word = definition[1] if definition else text
        word = re.sub(r"\(.{0,300}\)?$", "", word).rstrip(":{!?")
        add(Name(re.sub(r"::|->|#|/", ".", word)), "ident")
    title_names = {name.text for name in report.names if name.text in report.title}
    for name in report.names:
        add(name, "title" if name.text in title_names else "ident")
    words = text.split()
    if kind is QueryKind.PROSE and len(words) <= _SHORT_QUERY:
        for word in words:
            bare = word.strip("\"'`.,:;!?()「」『』“”。、，")  # noqa: RUF001 - marks of Chinese and Japanese
            if (
                (2 if bare.isascii() else 1) < len(bare) <= MAX_WORD
                and bare.isidentifier()
                and bare.lower() not in STOP_WORDS
            ):
                add(Name(bare), "prose")
    for name in report.code_names:
        add(name, "code")
    return tuple(found.values())


def _paths(text: str, kind: QueryKind, report: Report) -> tuple[PathMention, ...]:
    if kind is QueryKind.PATH and not report.paths:
        path = read_path(text)
        return (path or PathMention(text.strip("/").replace("\\", "/")),)
    return report.paths


def _asks_for(text: str) -> frozenset[str]:
    words = {word.strip("\"'`.,:;!?()").lower() for word in text.replace("_", " ").replace("/", " ").split()}
    groups = (("test", _TEST_WORDS), ("docs", _DOCS_WORDS), ("example", _EXAMPLE_WORDS))
    return frozenset(name for name, group in groups if words & group)
