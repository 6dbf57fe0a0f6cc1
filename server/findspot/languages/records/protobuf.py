"""Protocol Buffers."""

from __future__ import annotations

import re

from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Grammar, Language, words

_SYNTAX = b'syntax="proto3"'
_VERSION = re.compile(rb"""^[ \t]*(?:syntax|edition)[ \t]*=[ \t]*["']\w+["']""", re.MULTILINE)
_OPENING = re.compile(rb"\A(?:\s|//[^\n]{0,15}\n)*(//[^\n]{16,}|(?:package|option)\b[^;\n]{9,};)")
_OLD = re.compile(
    rb"\b(?:(required)(?=\s)|(extensions)(?=[ \t]+\d)|(extend[ \t]+[\w.]*\.)(?=\w+\s*\{)"
    rb"|((?:optional|required|repeated)[ \t]+group[ \t]+)(\w+)([ \t]*=[ \t]*\d+[ \t]*)(?=\{))"
)


def _proto3(source: bytes) -> bytes:
    """Write what the grammar does not know, proto2 and editions, as proto3 of the same length."""
    source = _OLD.sub(_renewed, source)
    version = _VERSION.search(source)
    if version:
        begin, end, sign = *version.span(), b""
    elif opening := _OPENING.match(source):
        begin, end, sign = *opening.span(1), b";"
    else:
        return source
    return source[:begin] + (_SYNTAX + sign).ljust(end - begin) + source[end:]


def _renewed(found: re.Match[bytes]) -> bytes:
    required, extensions, extend, group, name, number = found.groups()
    if required or extensions:
        return b"optional" if required else b"reserved  "
    return b"message".ljust(len(extend or group)) + (name + b" " * len(number) if group else b"")


LANGUAGE = Language(
    name="protobuf",
    suffixes=words("proto"),
    grammar=Grammar(bundled="proto", queries=("protobuf",), respelled=_proto3),
    test_name=SUFFIX,
)
