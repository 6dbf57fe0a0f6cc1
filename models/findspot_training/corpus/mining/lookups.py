"""Rows from the tree of one commit: first sentences of docstrings, and names to be looked up."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from findspot.core.types import ParsedFile
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.commits import FileFunctions
from findspot.evaluation.functions import Function, functions_of, is_code
from findspot.evaluation.messages import normalized, words
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mining.parsing import parse_code

_SENTENCE = re.compile(r".+?[.!?](?=\s|$)|.+", re.DOTALL)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|resp|approx)|\b[A-Z])\.$")
_MARKUP = re.compile(r"\{@\w+\s+([^}]*)\}|</?\w+[^>]*>|:\w+:`([^`]*)`|`+")
_SECTION = re.compile(r"\n\s*\n|\n\s*(?:@\w+|:\w+|[-*#=]{1,}\s|Args?:|Returns?:|Parameters)|^\s*[@:#]")
_USELESS = re.compile(
    r"see\b|same as\b|overrid|inherit|deprecated|copied from|auto-?generated|no-?op|todo\b|\W*$", re.IGNORECASE
)
_SENTENCE_WORDS: Final = range(4, 41)

_PLAIN_NAME = re.compile(r"[A-Za-z][\w]{3,}")
_EVERYWHERE: Final = frozenset({"main", "init", "setup", "teardown", "constructor", "tostring", "equals", "hashcode"})
_MAX_DEFINITIONS: Final = 3
"""A name with more definitions is no question that has an answer."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A text and the functions that it asks for."""

    kind: str
    text: str
    files: tuple[FileFunctions, ...]


def mine_tree(
    repository: BareRepository,
    commit: str,
    parsers: Parsers,
    *,
    limit: int,
    draw: random.Random,
    left_out: Counter[str],
    report: Callable[[int, int], None] = lambda *_: None,
) -> list[Lookup]:
    """Return at most ``limit`` docstrings and as many names; ``report`` is told files read and functions met."""
    docstrings: dict[str, Lookup] = {}
    named: dict[str, dict[str, FileFunctions]] = {}
    definitions: Counter[str] = Counter()
    functions = 0
    tree = sorted((path, digest) for path, digest in repository.tree(commit).items() if is_code(path))
    for number, (path, digest) in enumerate(tree, 1):
        source = repository.blob(digest)
        parsed = None if source is None else parse_code(path, source, parsers)
        if parsed is None:
            left_out["missing file" if source is None else "file that is not indexed"] += 1
            continue
        known = {one.name: one for one in functions_of(parsed)}
        functions += len(known)
        for sentence, function in _docstrings(parsed, known):
            file = FileFunctions(path, parsed.language, (function,))
            docstrings.setdefault(normalized(sentence), Lookup("docstring", sentence, (file,)))
        definitions.update(symbol.name for symbol in parsed.symbols)
        for name, members in _by_name(parsed, known).items():
            named.setdefault(name, {})[path] = FileFunctions(path, parsed.language, tuple(members))
        report(number, functions)
    names = [
        Lookup("definition", name, tuple(files.values()))
        for name, files in named.items()
        if definitions[name] == sum(len(file.functions) for file in files.values()) <= _MAX_DEFINITIONS
    ]
    return [*_drawn(list(docstrings.values()), limit, draw), *_drawn(names, limit, draw)]


def _drawn(found: list[Lookup], limit: int, draw: random.Random) -> list[Lookup]:
    chosen = draw.sample(range(len(found)), min(limit, len(found)))
    return [found[number] for number in sorted(chosen)]


def _docstrings(parsed: ParsedFile, known: dict[str, Function]) -> Iterator[tuple[str, Function]]:
    for chunk in parsed.chunks:
        if chunk.part == 0 and chunk.symbol in known and chunk.kind in {"function", "method"} and chunk.docstring:
            sentence = first_sentence(chunk.docstring)
            if sentence is not None:
                yield sentence, known[chunk.symbol]


def first_sentence(docstring: str) -> str | None:
    """Return the first sentence of a docstring on one line, None when it says nothing or too much."""
    text = _SECTION.split(docstring.strip(), maxsplit=1)[0]
    text = " ".join(_MARKUP.sub(lambda found: found[1] or found[2] or "", text).split())
    sentence = ""
    for part in _SENTENCE.findall(text):
        sentence = f"{sentence} {part.strip()}".strip()
        if not _ABBREVIATION.search(sentence):
            break
    if _USELESS.match(sentence) or len(words(sentence)) not in _SENTENCE_WORDS:
        return None
    return sentence


def _by_name(parsed: ParsedFile, known: dict[str, Function]) -> dict[str, list[Function]]:
    """Return the functions of a file by bare name; names that every file might have are left out."""
    found: dict[str, list[Function]] = {}
    for symbol in parsed.symbols:
        function = known.get(symbol.qualified_name)
        if function is not None and _PLAIN_NAME.fullmatch(symbol.name) and symbol.name.lower() not in _EVERYWHERE:
            members = found.setdefault(symbol.name, [])
            if function not in members:
                members.append(function)
    return found


def lookup_row(name: str, commit: str, lookup: Lookup) -> dict[str, Any]:
    """Return the row of a look-up at ``commit`` of the repository ``name``."""
    return {
        "kind": lookup.kind,
        "repository": name,
        "commit": commit,
        "text": lookup.text,
        "files": [file.as_json() for file in lookup.files],
    }
