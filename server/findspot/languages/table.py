"""All records together, and what is looked up across them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from findspot.core.frames import FrameReader
from findspot.languages import records
from findspot.languages.plain import PLAIN
from findspot.languages.record import Declared, Grammar, Language


def _recorded() -> Iterator[Language]:
    for module in sorted(iter_modules(records.__path__), key=lambda found: found.name):
        yield import_module(f"{records.__name__}.{module.name}").LANGUAGE


def _reading_order(languages: Iterator[Language]) -> tuple[FrameReader, ...]:
    readers = [language.frames for language in languages if language.frames is not None]
    return tuple(sorted(readers, key=lambda reader: reader.any_suffix))


LANGUAGES: Final = MappingProxyType({language.name: language for language in (*PLAIN, *_recorded())})
"""Every language by its name."""

BUNDLE: Final = "semble_grammars"
"""The package that holds the grammars which are no wheels of their own; it has no wheel for musl."""


def _readable() -> Iterator[tuple[str, Grammar]]:
    bundled = find_spec(BUNDLE) is not None
    for name, language in LANGUAGES.items():
        grammar = language.grammar
        if grammar is None or (grammar.bundled and not bundled) or (grammar.partly and not find_spec(grammar.module)):
            continue
        yield name, grammar


GRAMMARS: Final[MappingProxyType[str, Grammar]] = MappingProxyType(dict(_readable()))
"""Languages with syntax trees, as far as their grammars are installed."""

HEADED: Final = frozenset(name for name, language in LANGUAGES.items() if language.headings)
"""Languages cut at their headings."""

SCANNED: Final = frozenset(name for name, language in LANGUAGES.items() if language.scanned)
"""Languages read as code by a scanner of our own."""

DECLARED: Final[MappingProxyType[str, Declared]] = MappingProxyType(
    {
        name: language.declared
        for name, language in LANGUAGES.items()
        if language.declared is not None and name not in GRAMMARS
    }
)
"""Languages read as code by what their lines say."""

READ_AS_CODE: Final = frozenset((*GRAMMARS, *DECLARED))
"""Languages whose definitions are found, by a grammar or by their lines."""

BY_SUFFIX: Final = MappingProxyType(
    {suffix: language for language in LANGUAGES.values() for suffix in language.suffixes}
)
BY_FILE_NAME: Final = MappingProxyType(
    {name: language for language in LANGUAGES.values() for name in language.file_names}
)
BY_INTERPRETER: Final = MappingProxyType(
    {program: language for language in LANGUAGES.values() for program in language.interpreters}
)

FRAME_READERS: Final = _reading_order(iter(LANGUAGES.values()))
"""Readers of stack frames, in the order in which they are asked about a line."""

LOCK_FILES: Final = frozenset(name for language in LANGUAGES.values() for name in language.lock_files)
BUILD_FILES: Final = frozenset(name for language in LANGUAGES.values() for name in language.build_files)
PACKAGE_ROOTS: Final = frozenset(name for language in LANGUAGES.values() for name in language.package_roots)

GENERATED_ENDINGS: Final = tuple(ending for language in LANGUAGES.values() for ending in language.generated)
"""Endings of the names of generated files."""

PACKAGE_STEMS: Final = frozenset(stem for language in LANGUAGES.values() for stem in language.package_stems)
"""Stems of files that stand for their folder where it is imported."""

FOLDER_STEMS: Final = PACKAGE_STEMS | {stem for language in LANGUAGES.values() for stem in language.program_stems}
"""Stems of files that stand for their folder."""

_UNCALLED: Final = HEADED | {name for name in SCANNED if not LANGUAGES[name].code and LANGUAGES[name].grammar is None}
"""Languages whose headings or keys are names that no code uses."""


def may_use(user: str, other: str) -> bool:
    """Return whether code in the language ``user`` can mean a definition in the language ``other`` by its name."""
    if user == other:
        return True
    if other in _UNCALLED:
        return False
    ours, theirs = (LANGUAGES[name].runtimes if name in LANGUAGES else () for name in (user, other))
    return not ours or not theirs or not set(ours).isdisjoint(theirs)
