"""Macros that a C or C++ grammar cannot know: names in capitals that stand where the language has none.

``TEST_F(BasketTest, Rejects) {`` and ``void FTNC(argv_setter)(int *i) {`` define what stands in their brackets, and so
does any name in capitals in the place of a function's name.

``class EXPORT_API Cache``, ``LIB_INLINE void f()`` and ``LOCKS_EXCLUDED(mutex)`` are errors to a parser that has not
seen their definitions, and what they stand in loses its name or its class. A file with errors is therefore read once
more with such words blanked out, with ``NS_ENUM(Type, Name)`` written as the enumeration that it is, and with the
qualifiers and launches of CUDA as C++. Byte offsets stay as they are, so that all text still comes from the file itself.
"""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

_MACRO: Final = re.compile(
    rb"\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]\w*_(?:inline|unused|nodiscard|constexpr))\b(?:[ \t]*\((?:[^()\n]|\([^()\n]*\)){0,200}\))?(?=\s+[A-Za-z_~\[:]|[ \t\r]*$)",
    re.MULTILINE,
)
"""A name in capitals of two parts or more, or one that ends like a specifier (``lib_inline``), with arguments or without,
before another word or at the end of its line."""

_ENUM: Final = re.compile(
    rb"(?:\btypedef[ \t]{1,8})?\b(?:NS|CF)_(?:CLOSED_|ERROR_)?(?:ENUM|OPTIONS)[ \t]*\([^(),\n]{1,80},[ \t]*(\w{1,120})[ \t]*\)(?=\s{0,80}\{)"
)
_QUALIFIERS: Final = re.compile(
    rb"(\][ \t]{0,8})?(?:\b__(?:global|device|host|shared|constant|managed|forceinline|noinline|grid_constant)__\b[ \t]{0,8})+"
)
_BOUNDS: Final = re.compile(rb"\b__(?:launch_bounds|cluster_dims)__[ \t]{0,8}\((?:[^()\n]|\([^()\n]*\)){0,200}\)")
_LAUNCH: Final = re.compile(rb"<<<([^;{}]{1,400}?)>>>")
"""A launch: what stands in it is read as one more list of arguments, ``kernel(grid, block)(x)``."""

_AVAILABILITY: Final = re.compile(
    rb"[ \t][A-Z][A-Z0-9_]{0,40}(?:AVAILABLE|DEPRECATED|UNUSED|ENUM|SWIFT|REQUIRES|DESIGNATED|RETURNS|FUNCTION|SELECTOR|_ATTR)[A-Z0-9_]{0,40}\b"
    rb"(?:[ \t]{0,8}\((?:[^()\n]|\([^()\n]{0,200}\)){0,600}\))?(?=[ \t]{0,8}(?:[;={,]|\r?$))",
    re.MULTILINE,
)
"""What Objective-C writes behind a declaration: ``API_AVAILABLE(macos(10.15))``, ``NS_STRING_ENUM``."""

_DEFINES: Final = re.compile(rb"\s{0,40}\{")
_CAPITALS: Final = re.compile(rb"[A-Z][A-Z0-9_]+")
_VALUE: Final = re.compile(rb"[=#?]|\b(?:return|case|goto)\b")
_NOT_A_BREAK: Final = re.compile(rb"[^\r\n]")
_BEFORE: Final = 200
"""Bytes of a line before a macro that are looked at; a value on its right-hand side is none."""


def without_macros(source: bytes) -> bytes | None:
    """Return the source with its macros as blanks, or None where it has none."""
    blanked = _ENUM.sub(_as_enumeration, source)
    blanked = _LAUNCH.sub(rb"(  \1  )", _QUALIFIERS.sub(_as_specifier, _BOUNDS.sub(_blanks, blanked)))
    blanked = _AVAILABILITY.sub(lambda found: _blank(source, found), blanked)
    blanked = _MACRO.sub(lambda found: _blank(source, found), blanked)
    return blanked if blanked != source else None


def _as_enumeration(found: re.Match[bytes]) -> bytes:
    return (b"enum".ljust(found.start(1) - found.start()) + found[1]).ljust(len(found[0]))


def _as_specifier(found: re.Match[bytes]) -> bytes:
    """Write qualifiers as one that C++ has, so that what they stand before begins with them; a lambda's are left out."""
    before = found[1] or b""
    return (before or b"inline ").ljust(len(found[0]))


def _blanks(found: re.Match[bytes]) -> bytes:
    return _NOT_A_BREAK.sub(b" ", found[0])


def _is_statement(source: bytes, start: int) -> bool:
    """Return whether nothing but a finished statement or a comment stands before a byte that begins its line."""
    before = source[max(start - _BEFORE, 0) : start]
    last = before.rstrip().rpartition(b"\n")[2]
    return not before or (before.endswith(b"\n") and (last[-1:] in b";}/" or last.startswith(b"#")))


def _blank(source: bytes, found: re.Match[bytes]) -> bytes:
    if found[0].endswith(b")") and _DEFINES.match(source, found.end()) and _is_statement(source, found.start()):
        return found[0]
    begin = max(source.rfind(b"\n", max(found.start() - _BEFORE, 0), found.start()) + 1, found.start() - _BEFORE, 0)
    if _VALUE.search(source, begin, found.start()):
        return found[0]
    return _blanks(found)


def defined_by_macro(function: Node, declarator: Node) -> list[str]:
    """Return what a macro in the place of a function's name defines: its two arguments, or the first of any other number.

    Empty where no macro stands there. ``declarator`` is what the function's parameters or its block follow.
    """
    called: Node | None = declarator
    brackets: Node | None = None
    if declarator.type == "call_expression":
        called, brackets = declarator.child_by_field_name("function"), declarator.child_by_field_name("arguments")
    elif declarator.type == "function_declarator":
        called, brackets = declarator.child_by_field_name("declarator"), declarator.child_by_field_name("parameters")
    elif _has_no_type(function) and (outer := function.child_by_field_name("declarator")) is not None:
        brackets = outer.child_by_field_name("parameters")
    if called is None or brackets is None or not _CAPITALS.fullmatch(called.text or b""):
        return []
    names = [_bare_word(argument) for argument in brackets.named_children]
    return [names[0]] if names and names[0] and (len(names) != 2 or not names[1]) else [name for name in names if name]


def _has_no_type(function: Node) -> bool:
    """Return whether a function has no type, or one that is a macro as well: ``END_TEST`` of the function before it."""
    written = function.child_by_field_name("type")
    return written is None or bool(_CAPITALS.fullmatch(written.text or b""))


def _bare_word(argument: Node) -> str:
    words = argument.named_children if argument.type == "parameter_declaration" else [argument]
    bare = len(words) == 1 and words[0].type in {"identifier", "type_identifier"}
    return (words[0].text or b"").decode() if bare else ""
