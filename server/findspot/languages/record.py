"""The record of a language: everything that must be said of it, in one place.

Records are named tuples: they are made whenever a command starts, and a class of this many fields is made seven times
as fast this way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from findspot.core.frames import FrameReader
from findspot.core.types import ChunkKind


def words(text: str) -> tuple[str, ...]:
    """Split a list of names at its blanks."""
    return tuple(text.split())


def forms(**verbs: str) -> Mapping[str, str]:
    """Return the form of a call by what is called; each form is given a list of words."""
    return MappingProxyType({verb: form for form, listed in verbs.items() for verb in listed.split()})


_NO_FORMS: Final[Mapping[str, str]] = MappingProxyType({})


class Grammar(NamedTuple):
    """A grammar: where it comes from, and the query files to join.

    It is a wheel of its own, ``module`` and the ``function`` that gives the parser, or one of those in
    ``semble_grammars``, by its name there (``bundled``). ``partly`` says that some platform has no such wheel; files
    are read as text there.

    ``bodies`` names the node types of a body where the grammar has no ``body`` field. ``clauses`` says that one
    function is written as several definitions in a row: a signature and equations, or a clause for each pattern.
    ``macros`` says that a file with errors is read without its macros, too, and the better reading kept; ``respelled``
    does the same with source that it returns in the same length, in words that the grammar knows.
    ``body_docstrings`` says that a string at the beginning of a body documents it, ``docs_behind`` is how a comment
    begins that documents what it follows. An imported name is written
    with ``member_separator`` after the module that it is taken from, and with ``import_paths`` a target is a path
    whose end may be renamed (``x as y``) or stand for all before it (``self``, ``*``). ``calls`` tells which calls
    with a function are tests, routes and the like (``parsing/calls.py``). ``rest`` is the kind of chunks outside of
    all definitions: in a build file they are what it does, and no more than windows of it,
    in a page they are its text.
    """

    queries: tuple[str, ...]
    module: str = ""
    function: str = "language"
    bundled: str = ""
    partly: bool = False
    bodies: tuple[str, ...] = ()
    clauses: bool = False
    macros: bool = False
    respelled: Callable[[bytes], bytes] | None = None
    body_docstrings: bool = False
    docs_behind: str = ""
    member_separator: str = "."
    import_paths: bool = False
    rest: ChunkKind = "module"
    calls: Mapping[str, str] = _NO_FORMS


class Opening(NamedTuple):
    """A line that opens a definition.

    ``label`` is a shape and a kind as in a query. ``pattern`` begins at the first sign of the line and names its groups:
    ``name``, or a ``path`` with separators, ``in`` what it is a member of, ``key`` what closing words may call it. ``ends`` is said where it is not that of the language (see ``Declared``); with ``outer`` it
    counts only outside of functions; with ``closed`` only when its own word closes it; ``title`` is written before its name.
    """

    label: str
    pattern: str
    ends: str = ""
    outer: bool = False
    closed: bool = False
    title: str = ""


class Declared(NamedTuple):
    """A language read by its lines, where there is no grammar for it. Patterns match bytes; ``^`` and ``$`` are lines.

    A definition ``ends`` by ``indentation``, with its ``braces``, with closing ``words``, before the ``next`` one that ends
    so, at the end of the ``file`` or before the next one of that kind, with its ``line``, or with the ``match`` of its pattern.
    ``continues`` is what a line may begin with that is not indented and goes on. ``closers`` are closing words, with what they
    close as a group; ``blocks`` open what is closed so and is no definition. Where a ``terminator`` comes before a body,
    there is none.

    ``skipped`` is left out like a comment, ``attributes`` are lines that belong to what follows. ``references`` and
    ``imports`` have what is named as their only group; ``keywords`` are no names.
    """

    openings: tuple[Opening, ...]
    ends: str
    comments: tuple[str, ...]
    strings: tuple[str, ...] = (r'"(?:[^"\\\n]|\\.)*"',)
    skipped: tuple[str, ...] = ()
    attributes: str = ""
    continues: str = ""
    closers: str = ""
    blocks: str = ""
    terminator: str = ";"
    references: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    keywords: frozenset[str] = frozenset()
    any_case: bool = False


class Language(NamedTuple):
    """One language. Suffixes have no dot; suffixes and names of files are in lower case.

    How a file is recognized and read: ``suffixes``, ``file_names`` and the ``interpreters`` of a first line (without
    their version); its ``grammar``, what its lines say (``declared``) where it has none or that is not installed, or
    ``headings`` at which it is cut. Without either it is read as windows of tokens.
    ``code`` says that people program in it; what has a grammar is code anyway.

    What its files are for: ``test_name`` is a pattern for the name of a test, looked for in the name without its
    suffix, as it is written (see ``conventions``); ``inline_tests`` is one for the qualified names of tests that stand in the file they test;
    with ``packaged_tests`` a folder ``test`` may be a package of test tools. ``generated`` are the endings of names that
    code generators give. ``lock_files`` are written by package managers, ``build_files`` configure a build.
    ``package_roots`` are folders below which folders spell a package's name, ``vendored_roots`` folders at the top
    that hold other projects.

    How its modules are named: ``package_stems`` are those of files that stand for their folder, ``program_stems`` those of
    files that do so without being imported by that name. With ``snake_case_files`` a module ``Shop.HTTPClient`` is the
    file ``shop/http_client``, and ``shop.http-client`` too.

    ``runtimes`` are what its code runs in: languages that share none do not call each other. Without any it may be used from
    everywhere, as native code, schemas and shells are.

    ``indented_blocks`` says that a function has no closing line. ``frames`` reads its stack traces.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    grammar: Grammar | None = None
    declared: Declared | None = None
    headings: bool = False
    scanned: bool = False
    code: bool = False
    test_name: str = ""
    inline_tests: str = ""
    packaged_tests: bool = False
    generated: tuple[str, ...] = ()
    lock_files: tuple[str, ...] = ()
    build_files: tuple[str, ...] = ()
    package_roots: tuple[str, ...] = ()
    vendored_roots: tuple[str, ...] = ()
    package_stems: tuple[str, ...] = ()
    program_stems: tuple[str, ...] = ()
    snake_case_files: bool = False
    indented_blocks: bool = False
    runtimes: tuple[str, ...] = ()
    frames: FrameReader | None = None
