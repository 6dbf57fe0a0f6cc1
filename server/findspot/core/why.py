"""Why a result is where it is, in one short line for people. Pure functions from evidence to words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from findspot.core.identifiers import split_symbol
from findspot.core.scripts import joined, plain
from findspot.core.text import split_identifier
from findspot.core.types import Evidence, SearchResult

_WORDS = 4
"""Words that are shown of each kind; the rest says no more."""

_STAGES = {
    "hybrid": "by words and meaning",
    "localized": "reordered by the localization model",
    "explored": "seen while exploring",
}

_FRAME = re.compile(r"frame (\d+) (?:at .*?(?::(\d+))?|in .*)")
_MENTIONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_FRAME, lambda found: f"named in the trace (frame {found[1]}" + (f", line {found[2]})" if found[2] else ")")),
    (re.compile(r"file of frame \d+"), lambda _: "its file is named in the trace"),
    (re.compile(r"names (.+)"), lambda found: f"{found[1]} is named"),
    (re.compile(r"of class (.+)"), lambda found: f"its class {found[1]} is named"),
    (re.compile(r"path .+"), lambda _: "its path is named"),
    (re.compile(r"module (.+)"), lambda found: f"its module {found[1]} is named"),
    (re.compile(r"file name (.+)"), lambda found: f"its file is called {found[1]}"),
    (re.compile(r".+:(\d+)"), lambda found: f"line {found[1]} is named"),
)


def why(result: SearchResult) -> str:
    """Return the reasons for a result, the most telling first; empty where there is nothing to say."""
    explored = [item.detail for item in result.evidence if item.kind == "explored"]
    mentions = [_mention(item.detail) for item in result.evidence if item.kind == "mention"]
    if any(said.startswith("named in the trace") for said in mentions):
        mentions = [said for said in mentions if said != "its file is named in the trace"]
    lexical = [said for item in result.evidence if item.kind == "lexical" for said in _lexical(item, result)]
    meaning = ["similar meaning" for item in result.evidence if item.kind == "dense"]
    graph = [item.detail for item in result.evidence if item.kind == "graph"]
    past = ["past commits like this changed its file" for item in result.evidence if item.kind == "history"]
    priors = [item.detail for item in result.evidence if item.kind in {"prior", "encoding"}]
    return "; ".join(dict.fromkeys([*explored, *mentions, *lexical, *meaning, *graph, *past, *priors]))


def explained(result: SearchResult) -> Iterator[str]:
    """Yield where the score of a result came from: the score itself, then each kind of evidence with its own number."""
    sure = "" if result.probability is None else f", {result.probability:.1%} likely"
    yield f"score {result.score:.3f}, rank {result.rank}{sure}, {_STAGES[result.stage]}"
    rows = [(item.kind, f"{item.score:.3f}", item.detail) for item in result.evidence]
    kinds, numbers = (max((len(row[at]) for row in rows), default=0) for at in (0, 1))
    for kind, number, detail in rows:
        yield f"  {kind:<{kinds}}  {number:>{numbers}}  {detail}"


def matched_terms(result: SearchResult) -> list[str]:
    """Return the terms of the question that a result holds, each once."""
    held = [
        word for item in result.evidence if item.kind == "lexical" for words in _fields(item).values() for word in words
    ]
    return list(dict.fromkeys(held))


def _fields(item: Evidence) -> dict[str, list[str]]:
    """Return the matched terms of lexical evidence by the field they stand in."""
    fields: dict[str, list[str]] = {}
    for part in item.detail.split("; "):
        field, colon, held = part.rpartition(": ")
        fields[field if colon else "body"] = held.split(", ")
    return fields


def _mention(detail: str) -> str:
    for form, say in _MENTIONS:
        found = form.fullmatch(detail)
        if found is not None:
            return say(found)
    return detail


def _lexical(item: Evidence, result: SearchResult) -> Iterator[str]:
    """Say which words stand in the name, the path and the text; a word is told once."""
    fields = _fields(item)
    ending = result.path.rsplit(".", 1)[-1].lower() if "." in result.path else ""
    told: set[str] = set()
    for said, words in (
        ("its name has", fields.get("name", [])),
        ("its path has", [word for word in fields.get("path", []) if word != ending]),
        ("text has", [*fields.get("signature", []), *fields.get("body", [])]),
    ):
        fresh = [word for word in dict.fromkeys(words) if word not in told]
        told.update(fresh)
        shown = [f'"{_written(word, result)}"' for word in _wholes(joined(fresh))][:_WORDS]
        if shown:
            yield f"{said} {', '.join(shown)}"


def _wholes(words: Iterable[str]) -> list[str]:
    """Leave out the parts of a word that is there as a whole, and its form without accents."""
    found = list(words)
    accented = {plain(word) for word in found if not word.isascii()}
    found = [word for word in found if not (word.isascii() and word in accented)]
    return [word for word in found if not any(word != other and word in other for other in found)]


def _written(word: str, result: SearchResult) -> str:
    """Return a whole identifier as the result writes it."""
    name = split_symbol(result.symbol or "")[1]
    return name if word == "".join(split_identifier(name)) else word
