"""What an import statement names, as it is written: ``a.b.c``, ``./x/y``, ``<stdio.h>``, ``crate::a::b``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from findspot.core.types import Import
from findspot.languages.table import GRAMMARS

_MAX_TARGETS: Final = 200
"""Names listed by one statement; generated re-exports have thousands."""

_MAX_TEXT: Final = 8000
_MAX_MODULE: Final = 400
"""Characters of a module that a statement names members of; each of them repeats it."""

_KEYWORD = re.compile(r"^import\s+")
_OWN_FOLDER = re.compile(r"^\$(?:PSScriptRoot|\{PSScriptRoot\})[\\/]")
"""How a script of PowerShell names the folder that it is in."""

_SELF = re.compile(r"(?:::|\.)(?:self|_|\*)$")


def import_targets(language: str, source: bytes, captures: dict[str, list[Node]]) -> Iterator[Import]:
    """Yield the targets of one import match.

    A Python ``from a import b`` yields ``a`` and ``a.b``, for ``b`` may be a module or a name in one; grouped
    imports of Rust, Scala and PHP yield one target for each member.
    """
    grammar = GRAMMARS[language]
    byte = captures["import"][0].start_byte
    if "member" in captures:
        module = _text(source, captures["module"][0], _MAX_MODULE)
        separator = grammar.member_separator * (not module.endswith("."))
        for node in captures["member"][:_MAX_TARGETS]:
            yield Import(f"{module}{separator}{_text(source, node)}", byte)
    elif "target" in captures:
        for node in captures["target"][:_MAX_TARGETS]:
            text = _text(source, node)
            if "{" in text:
                for target in _expand(text):
                    yield Import(target, byte)
            else:
                plain = _OWN_FOLDER.sub("", text.strip("'\"`"))
                yield Import(_SELF.sub("", _own_name(text)) if grammar.import_paths else plain, byte)
    else:
        text = _KEYWORD.sub("", _text(source, captures["import"][0]))
        for target in _expand(f"{{{text}}}"):
            yield Import(target, byte)


def _text(source: bytes, node: Node, limit: int = _MAX_TEXT) -> str:
    text = source[node.start_byte : min(node.end_byte, node.start_byte + limit)].decode("utf-8", "replace")
    return " ".join(text.split())


def _own_name(text: str) -> str:
    """Take a renaming off the end: ``x as y``, ``x => y``."""
    for sign in (" as ", "=>"):
        name, found, other = text.rpartition(sign)
        if found and len(other.split()) == 1:
            return name.rstrip()
    return text


def _expand(text: str) -> list[str]:
    """Write out ``a::{b, c::{d, e as f}}`` as a::b, a::c::d, a::c::e."""
    done: list[str] = []
    prefixes = [""]
    word = ""
    for sign in f"{text},":
        if sign == "{":
            prefixes.append(prefixes[-1] + word.strip())
            word = ""
        elif sign in ",}":
            if word.strip():
                target = _SELF.sub("", prefixes[-1] + _own_name(word.strip()))
                done.append(target)
            word = ""
            if sign == "}" and len(prefixes) > 1:
                prefixes.pop()
        else:
            word += sign
        if len(done) >= _MAX_TARGETS:
            break
    return done
