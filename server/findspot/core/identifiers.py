"""Names and paths inside running text: what a person quotes, and what looks like code between plain words.

Every step is one pass of a pattern without nested repetition, or plain string work on words that are not too long, so
the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from findspot.core.scripts import UNSPACED

_FIRST = r"(?:[^\W\d]|\$)"
_NAME = re.compile(rf"{_FIRST}[\w$]*(?:(?:\.|::|->|#){_FIRST}[\w$]*)*\(?")
_SEPARATORS = re.compile(r"::|->|#")
_WORD = re.compile(r"[^\s\"'`<>()\[\]{},;|*=，。、；：！？（）「」『』【】《》“”‘’]+")  # noqa: RUF001 - marks of Chinese and Japanese
_LINE_SUFFIX = re.compile(r"^(.*?\.\w{1,8})(?::|#L|\()(\d{1,7})(?:\D.{0,20})?$")
_BLOB = re.compile(
    r"https?://[^\s/]{1,100}/[^\s/]{1,100}/[^\s/]{1,100}/(?:-/)?(?:blob|blame|tree|raw|src)/[^\s/]{1,100}/([^\s)\]>\"'`]{1,400})"
)
_HUMP = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]")
_MIXED = re.compile(r"[A-Za-z]\d|\d[A-Za-z]")

MAX_NAME = 120

MAX_WORD = 400
"""Characters of the longest word that may be a path or a name; a longer one is data."""

_EXTENSIONS = (
    "py pyi pyx pxd ipynb js jsx mjs cjs ts tsx mts cts go rs java kt kts scala sc groovy clj c h cc cpp cxx hpp hh hxx "
    "m mm cs fs vb rb rake erb gemspec php phtml swift lua sh bash zsh fish ps1 pl pm r jl ex exs erl hs ml mli dart vue astro "
    "hbs twig liquid cshtml razor svelte sql proto graphql css scss sass less html htm xml xsd json json5 yaml yml toml ini cfg conf md rst txt adoc tex "
    "cmake mk gradle tf nix zig f90 asm s cu cuh sol bzl sv vhd di nim elm cr pas tcl glsl awk cob rkt scm vim"
)

SOURCE_EXTENSIONS = frozenset(_EXTENSIONS.split())
"""Endings that make ``name.ending`` a file and not an attribute."""

_NOT_NAMES = frozenset(("e.g", "i.e", "etc", "vs", "a.k.a", "github.com", "stackoverflow.com", "readthedocs.io", "www"))

_SHOP_NAMES = frozenset(
    ("github", "gitlab", "javascript", "typescript", "pypi", "macos", "ios", "iphone", "stackoverflow", "youtube",
     "postgresql", "mysql", "mongodb", "graphql", "openapi", "numpy", "scipy", "latex", "vscode", "pycharm", "intellij",
     "webpack", "nodejs", "ubuntu", "redhat", "centos", "debian", "linux", "windows", "powershell", "chatgpt", "openai")
)  # fmt: skip
"""Products written with humps; they name no code."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, with ``.`` between its parts; ``call`` when an opening parenthesis followed."""

    text: str
    call: bool = False


@dataclass(frozen=True, slots=True)
class PathMention:
    """A path as written, with ``/`` between its parts, and the 1-based line it names."""

    path: str
    line: int | None = None


def split_symbol(symbol: str) -> tuple[str, str]:
    """Return what a qualified name says it is a member of, and its last part.

    The name of a route or a test (``GET /a.json``, ``test: reads v1.0``) is a phrase and has no parts.
    """
    if ": " in symbol or " /" in symbol:
        return "", symbol
    owner, _, name = symbol.rpartition(".")
    return owner, name


def looks_like_identifier(word: str) -> bool:
    """Return whether one word (no dots) is written as only code writes words."""
    stripped = word[: MAX_WORD + 1].strip("_$")
    if not 2 <= len(stripped) <= MAX_WORD:
        return False
    if "_" in stripped or "$" in stripped or word.startswith("_"):
        return True
    return bool(_HUMP.search(stripped)) and stripped.lower() not in _SHOP_NAMES


def names_in(text: str, *, quoted: bool = False) -> Iterator[Name]:
    """Yield the identifier-like names of a text; with ``quoted`` every word counts, as inside back-ticks.

    A name that stands in a sentence without spaces is yielded with what is written around it, and without.
    """
    yield from _names_in(text, quoted=quoted)
    if not text.isascii() and UNSPACED.search(text):
        yield from _names_in(UNSPACED.sub(" ", text), quoted=quoted)


def _names_in(text: str, *, quoted: bool) -> Iterator[Name]:
    for found in _NAME.finditer(text):
        word = found[0]
        if len(word) > MAX_WORD:
            continue
        call = word.endswith("(")
        name = _SEPARATORS.sub(".", word[:-1] if call else word).strip("$")
        if not 2 <= len(name) <= MAX_NAME or name.lower() in _NOT_NAMES:
            continue
        if "." in name:
            if name.rsplit(".", 1)[1].lower() in SOURCE_EXTENSIONS and not call:
                continue
            if _plausible_dotted(name):
                yield Name(name, call)
        elif quoted or looks_like_identifier(name) or (call and _called(text, found.end())):
            yield Name(name, call)


def _plausible_dotted(name: str) -> bool:
    """Return whether this is ``a.b.c`` and not a sentence end without a space after it ("done.Then")."""
    parts = name.split(".")
    if any(not part for part in parts):
        return False
    if len(parts) == 2 and parts[0][:1].islower() and parts[1][:1].isupper() and parts[1][1:].islower():
        return looks_like_identifier(parts[0]) or len(parts[1]) > 6
    return len(name) > 3


def _called(text: str, end: int) -> bool:
    """Return whether this is ``name(x)`` and not ``word (an aside)`` or ``word(s)``."""
    return not text.startswith(("s)", "es)", "ies)"), end)


def paths_in(text: str) -> Iterator[PathMention]:
    """Yield what is written as a path: with a ``/`` and an ending, or a bare name with a known ending."""
    for word in _WORD.findall(text):
        if not 4 <= len(word) <= MAX_WORD or "." not in word or "://" in word:
            continue
        mention = read_path(word)
        if mention is not None:
            yield mention
        if not word.isascii():  # a path may stand in a sentence without spaces
            apart = map(read_path, UNSPACED.sub(" ", word).split())
            yield from (one for one in apart if one is not None and one != mention)


def read_path(word: str) -> PathMention | None:
    """Read one word as a path with an optional ``:line``, or return None."""
    if len(word) > MAX_WORD:
        return None
    word = word.rstrip(".,:;!?").replace("\\", "/")
    line: int | None = None
    if found := _LINE_SUFFIX.match(word):
        word, line = found[1], int(found[2])
    while word.startswith(("./", "../")):
        word = word.split("/", 1)[1]
    name = word.rsplit("/", 1)[-1]
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem.strip(".") or not re.fullmatch(r"[\w@+~$.-]{1,200}", name):
        return None
    known = ending.lower() in SOURCE_EXTENSIONS
    if "/" not in word and (not known or (len(ending) == 1 and line is None and len(stem) < 3)):
        return None
    if not known and not re.fullmatch(r"[A-Za-z]{1,6}", ending):
        return None
    return PathMention(word, line)


def blob_links(text: str) -> Iterator[PathMention]:
    """Yield the files that links to a forge's file view name, with the line of their anchor."""
    for found in _BLOB.finditer(text):
        path, _, anchor = found[1].partition("#")
        line = re.match(r"L(\d{1,7})", anchor)
        yield PathMention(path.split("?", 1)[0].rstrip(".,"), int(line[1]) if line else None)
