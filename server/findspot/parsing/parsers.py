"""The parsers: grammars and queries by the name of a language.

Grammars are wheels with the parsers inside; nothing is fetched. Those of the bundle unpack a library when it is first
used.
"""

from __future__ import annotations

import time
import warnings
import zlib
from importlib import import_module, resources
from typing import Final, cast

from tree_sitter import Language, Node, Parser, Query, QueryCursor, QueryError, Range

from findspot.languages.record import Grammar
from findspot.languages.table import BUNDLE, GRAMMARS
from findspot.parsing.macros import without_macros

Match = tuple[int, dict[str, list[Node]]]

_DEPTH: Final = 400
"""Levels of the syntax tree that queries look into; people write 20 to 100."""

_STRAY: Final = 20_000
"""Children of one error node beyond which a file is not read as code: a query needs their square in steps."""


_LONG: Final = 2_000
"""Bytes of a pattern repeated without end that any parser can take."""

_REPEATS: Final = 30
"""How many times smaller a file gets by compression beyond which it is not read as code. What people and generators
write gets 3 to 17 times smaller; one pattern repeated without end, which parsers take ages for or crash on, 100 times."""


_TRIED_AGAIN: Final = 10.0
"""Seconds until a grammar that could not be unpacked is tried again: on a full disk each try takes 0.3 s."""


class QueryMistake(Exception):
    """A query that somebody wrote cannot be read; says where."""


class TooTangled(Exception):
    """A file no query should run over; only this package sees it."""


class NoGrammar(Exception):
    """A grammar that cannot be loaded, because the folder that its library is unpacked to cannot be written, say."""


def _repeats_itself(source: bytes) -> bool:
    return len(source) > _LONG and len(source) > _REPEATS * len(zlib.compress(source, 1))


def _is_tangled(root: Node, source: bytes) -> bool:
    """Return whether an error node, at any depth, has more children than a query can look at."""
    if not root.has_error or len(source) <= _STRAY:
        return False
    cursor = root.walk()
    widths = [0]
    while True:
        if cursor.goto_first_child():
            widths.append(1)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            widths.pop()
        widths[-1] += 1
        if widths[-1] == _STRAY and (node := cursor.node) and (holder := node.parent) and holder.is_error:
            return True


def _error_bytes(errors: Query, root: Node) -> int:
    cursor = QueryCursor(errors)
    cursor.set_max_start_depth(_DEPTH)
    return sum(node.end_byte - node.start_byte for node in cursor.captures(root).get("error", ()))


def _other_reading(grammar: Grammar, source: bytes) -> bytes | None:
    """Return source of the same length that may have fewer errors."""
    if grammar.macros:
        return without_macros(source)
    return grammar.respelled(source) if grammar.respelled is not None else None


def _language(grammar: Grammar) -> Language:
    if not grammar.bundled:
        with warnings.catch_warnings():
            # Some wheels still give a number where a capsule is expected.
            warnings.simplefilter("ignore", DeprecationWarning)
            return Language(getattr(import_module(grammar.module), grammar.function)())
    bundle = import_module(BUNDLE)
    try:
        try:
            return cast("Language", bundle.get_language(grammar.bundled))
        except bundle.GrammarLoadError:
            # A library may be there and hold nothing, after a power failure; it is unpacked where there is none.
            for unpacked in bundle.cache.cache_dir().glob(f"*/*tree_sitter_{grammar.bundled}.*"):
                unpacked.unlink()
            return cast("Language", bundle.get_language(grammar.bundled))
    except (bundle.GrammarLoadError, bundle.UnsupportedPlatformError, OSError) as error:
        raise NoGrammar(f"{error}: {error.__cause__}" if error.__cause__ else str(error)) from error


class Parsers:
    """Loads parsers and queries on first use and keeps them. One instance per thread or worker process.

    Parsers and queries need a square of steps for some input, or the whole stack, and the binding (0.26) crashes when
    given a progress callback for a query. So the shapes that are known to be bad are met before: one pattern repeated
    without end before parsing, nesting without end and tens of thousands of stray signs before a query runs. What else
    there is ends the worker in which this runs, and costs that file.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, tuple[Parser, Query, Query]] = {}
        self._missing: dict[str, tuple[float, str]] = {}
        self._last: tuple[str, str, Query] | None = None

    def matches(self, language: str, source: bytes, ranges: list[Range] | None = None) -> tuple[Node, list[Match]]:
        """Parse normalized source and run the language's query over it; raises TooTangled, NoGrammar.

        With ``ranges`` nothing outside of them is seen: they hold what is written in this language inside another.
        """
        written = source
        if ranges is not None:  # blanks, such as those for the tags of a template, are no pattern
            written = b" ".join(b"".join(source[at.start_byte : at.end_byte] for at in ranges).split())
        if _repeats_itself(written):
            raise TooTangled(language)
        parser, query, errors = self._load(language)
        if ranges is not None:
            parser = Parser(cast("Language", parser.language), included_ranges=ranges)
        root = parser.parse(source).root_node
        if _is_tangled(root, source):
            raise TooTangled(language)
        if (
            root.has_error
            and ranges is None
            and (other_source := _other_reading(GRAMMARS[language], source)) is not None
        ):
            other = parser.parse(other_source).root_node
            if not _is_tangled(other, source) and _error_bytes(errors, other) < _error_bytes(errors, root):
                root = other
        cursor = QueryCursor(query)
        cursor.set_max_start_depth(_DEPTH)
        return root, cursor.matches(root)

    def custom_matches(self, language: str, source: bytes, text: str, most: int) -> tuple[list[Match], bool]:
        """Run somebody's query over normalized source, with ``most`` states at once; returns whether that was too few.

        Raises TooTangled, NoGrammar, QueryMistake. A query may hang or crash as a file may: it runs where that costs one worker.
        """
        parser, _, _ = self._load(language)
        if self._last is None or self._last[:2] != (language, text):
            try:
                self._last = language, text, Query(cast("Language", parser.language), text)
            except (QueryError, ValueError) as error:
                raise QueryMistake(str(error)) from error
        if _repeats_itself(source):
            raise TooTangled(language)
        root = parser.parse(source).root_node
        if _is_tangled(root, source):
            raise TooTangled(language)
        cursor = QueryCursor(self._last[2], match_limit=most)
        cursor.set_max_start_depth(_DEPTH)
        return cursor.matches(root), cursor.did_exceed_match_limit

    def _load(self, language: str) -> tuple[Parser, Query, Query]:
        loaded = self._loaded.get(language)
        if loaded is None:
            grammar = GRAMMARS[language]
            tried, why = self._missing.get(language, (-_TRIED_AGAIN, ""))
            if time.monotonic() - tried < _TRIED_AGAIN:
                raise NoGrammar(why)
            try:
                tongue = _language(grammar)
            except NoGrammar as error:
                self._missing[language] = time.monotonic(), str(error)
                raise
            folder = resources.files("findspot.languages").joinpath("queries")
            text = "\n".join(folder.joinpath(f"{name}.scm").read_text("utf-8") for name in grammar.queries)
            loaded = self._loaded[language] = (Parser(tongue), Query(tongue, text), Query(tongue, "(ERROR) @error"))
        return loaded
