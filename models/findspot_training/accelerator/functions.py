"""The functions of one repository at any commit, each version of a file parsed once, and what a model reads of them.

A repository's trees share most of their files, so what is known of a file is kept by the hash of its content, and what is
read of a function is kept once, however many commits have it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from findspot.core.types import Chunk, ParsedFile
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.functions import is_code
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mining.parsing import parse_code
from findspot_training.corpus.pairs import documents
from findspot_training.corpus.pairs.rendering import Rendering

Numbers = npt.NDArray[np.int32]

FUNCTIONS: Final = frozenset({"function", "method"})

_SHORTEST: Final = 8
"""Words of a document; with fewer there is nothing to be found by."""


@dataclass(frozen=True, slots=True)
class Function:
    """A definition of a version of a file; ``document`` numbers what is read of it, lines count from 1."""

    symbol: str
    start: int
    end: int
    document: int


@dataclass(frozen=True, slots=True)
class Described:
    """A definition at HEAD without what it is asked by.

    ``undocumented`` is what is read of it without its documentation, ``sentence`` the first of that; ``phrase`` is its
    name as words, ``unnamed`` what is read without the name, both None where that says nothing.
    """

    language: str
    undocumented: int
    sentence: str | None
    phrase: str | None
    unnamed: str | None
    place: str


class Functions:
    """All that is known of a repository's functions.

    The lists have what is read of each document, and numbers for its place, its file and its folder.
    """

    def __init__(self, rendering: Rendering) -> None:
        self.texts: list[str] = []
        self.places: list[int] = []
        self.files: list[int] = []
        self.folders: list[int] = []
        self._rendering = rendering
        self._documents: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._versions: dict[tuple[str, str], tuple[Function, ...]] = {}
        self._parsers = Parsers()

    def parse(self, path: str, source: bytes, parsers: Parsers) -> ParsedFile | None:
        """Parse a file as ``parse_code`` does, and remember its functions."""
        parsed = parse_code(path, source, parsers)
        self._remember(path, _blob(source), parsed)
        return parsed

    def at(self, path: str, digest: str, repository: BareRepository) -> tuple[Function, ...]:
        """Return the functions of a file of the tree; nothing for one that is not indexed or missing."""
        found = self._versions.get((path, digest))
        if found is None:
            source = repository.blob(digest)
            parsed = None if source is None else parse_code(path, source, self._parsers)
            found = self._remember(path, digest, parsed)
        return found

    def known(self, tree: dict[str, str]) -> Numbers:
        """Return the documents of all functions of a tree whose files were read before, in order."""
        found = {one.document for item in tree.items() for one in self._versions.get(item, ())}
        return np.array(sorted(found), dtype=np.int32)

    def described(self, tree: dict[str, str], repository: BareRepository) -> list[Described]:
        """Read a whole tree and return what of its definitions can be asked for."""
        found: list[Described] = []
        for path, digest in sorted(tree.items()):
            source = repository.blob(digest) if is_code(path) else None
            parsed = None if source is None else parse_code(path, source, self._parsers)
            self._remember(path, digest, parsed)
            found += [one for chunk in _definitions(parsed) for one in self._described(chunk)]
        return found

    def number(self, text: str, path: str, place: str) -> int:
        """Return the number of a document, the same for equal ones."""
        number = self._documents.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
            self.places.append(self._places.setdefault(place, len(self._places)))
            self.files.append(self._names.setdefault(path, len(self._names)))
            folder = path.rpartition("/")[0] + "/"
            self.folders.append(self._names.setdefault(folder, len(self._names)))
        return number

    def place(self, path: str, symbol: str) -> int:
        """Return the number of a place, whatever versions of it there are."""
        place = f"{path} {symbol}"
        return self._places.setdefault(place, len(self._places))

    def _remember(self, path: str, digest: str, parsed: ParsedFile | None) -> tuple[Function, ...]:
        found: list[Function] = []
        for chunk in _definitions(parsed):
            text = self._rendering.document(chunk)
            if chunk.kind in FUNCTIONS and len(text.split()) >= _SHORTEST:
                number = self.number(text, path, f"{path} {chunk.symbol}")
                found.append(Function(chunk.symbol or "", chunk.span.start_line, chunk.span.end_line, number))
        return self._versions.setdefault((path, digest), tuple(found))

    def _described(self, chunk: Chunk) -> list[Described]:
        text = self._rendering.document(documents.without_documentation(chunk))
        if len(text.split()) < _SHORTEST:
            return []
        symbol, place = chunk.symbol or "", f"{chunk.path} {chunk.symbol}"
        phrase = documents.name_as_words(symbol) if chunk.kind in FUNCTIONS else None
        unnamed = None if phrase is None else self._rendering.document(documents.without_name(chunk))
        if unnamed is not None and len(unnamed.split()) < _SHORTEST:
            phrase = unnamed = None
        number = self.number(text, chunk.path, place)
        return [Described(chunk.language, number, documents.documentation(chunk), phrase, unnamed, place)]


def _definitions(parsed: ParsedFile | None) -> list[Chunk]:
    return [] if parsed is None else [one for one in parsed.chunks if one.symbol is not None and one.part == 0]


def _blob(source: bytes) -> str:
    """Return git's name of a file's content, in the older object format; with the newer one files are read twice."""
    named = hashlib.sha1(b"blob %d\0" % len(source), usedforsecurity=False)
    named.update(source)
    return named.hexdigest()
