"""Signatures and documentation as plain text: comment marks and layout taken away."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Final

MAX_SIGNATURE: Final = 300
"""Characters of a signature; what follows is a default value or a list of fifty parameters."""

MAX_DOCSTRING: Final = 2000
"""Characters of documentation that are kept; the whole of it is in the chunk's text anyway."""

_OPENING = re.compile(
    r"^\s*(?:/\*\*?!?|///+!?|//!?|%+|!+[<>]?|'{1,3}(?=[ \t<]|$)|#+(?:!|['*|](?=\s|$))?|--+(?:\[=*\[|[ \t]*[|^])?|\{-+(?:[ \t]*\|)?"
    r"|\(\*\*?(?!\))|;+|\"(?=\s)|\*(?![/)])|<#+|=(?:over|back|cut|pod|begin|end|encoding)\b.*|=(?:head\d|item|for)\b"
    r"|\.(?:SYNOPSIS|DESCRIPTION|PARAMETER|EXAMPLE|INPUTS|OUTPUTS|NOTES|LINK)\b)[ \t]?"
)
_DOC_STRING = re.compile(r"(?:@\w+\s*(?:~[sS])?|-\w+\s*\(?\s*)?(\"\"\"|\")(.*)\1\s*(?:\)?\.)?", re.DOTALL)
"""Documentation that is a string before a definition, or an attribute with one: ``@doc`` in Elixir, ``-doc`` in Erlang."""

_MARKUP = re.compile(
    r"</?(?:summary|remarks|param|returns|para|see|seealso|c|code|value|example|exception|typeparam)\b[^<>]*>"
)
_TAG_WITH_NAME = re.compile(
    r"<(?:see|seealso|paramref|typeparamref|param|typeparam|exception)\s+(?:cref|name|langword|href)=\"(?:[A-Z]:)?([^\"<>]{1,300})\""
    r"\s{0,9}(/?)>"
)
_HTML = re.compile(
    r"</?(?:p|br|ul|ol|li|dl|dt|dd|pre|b|i|em|strong|tt|a|h[1-6]|table|tr|td|th|div|span|blockquote)(?:\s+[a-zA-Z-]+=[^<>]{0,200})?\s?/?>"
)
_JAVADOC = re.compile(r"\{@(?:link|linkplain|code|literal|value|snippet)\s+([^{}]{1,300})\}")
_ROLE = re.compile(r":[a-z][\w+:.-]{0,40}:`[~!]?([^`]{1,300})`")
_TARGET = re.compile(r"\s+<([^<>]+)>$")
_POD = re.compile(r"\b[BCFILSX](?:<([^<>]{1,300})>|<<+\s([^<>]{1,300})\s>>+)")
_POD_DEPTH: Final = 3
_DECORATION = re.compile(r"@(?!(?:interface|implementation|protocol)\b)[\w.:]+\s*|#?(?=\[)")
_BRACKETS: Final = {"(": ")", "[": "]"}
_RULE = re.compile(r"[-=*#~_/+.\s]{3,}")
_RULE_SIGNS: Final = "-=*#~_/+"
_TAIL = re.compile(r"\s*(?:=>|=|:|\{|\bdo|\bthen)?\s*$")
_PYTHON_QUOTE = re.compile(rb"""[rRuUbB]{0,2}(\"\"\"|'''|"|')""")
_PYTHON_LINE = re.compile(rb""""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'""")
_STATEMENT_END = re.compile(rb"[ \t]*(?:[\r\n;#]|\Z)")
_QUOTES: Final = 8
"""Triple quotes that are tried as the end of a docstring: others are part of it."""

_LONGEST_STRING: Final = 32_000
"""Bytes within which a docstring must end; without a bound, each of many that never end is sought to the end."""

_LICENCE = re.compile(r"copyright|licen[sc]e|\(c\)|spdx", re.IGNORECASE)


def signature(text: str) -> str:
    """Return declaration text on one line, without leading decorators and without the opening of the body."""
    line = _TAIL.sub("", " ".join(text[: 4 * MAX_SIGNATURE].split()))
    return _undecorated(line)[:MAX_SIGNATURE]


def _undecorated(line: str) -> str:
    """Take annotations and attributes off the front: ``@Deprecated("x")``, ``#[Route("/")]``, ``[Test]``."""
    while decoration := _DECORATION.match(line):
        end = _after_brackets(line, decoration.end())
        rest = line[end:].lstrip()
        if not rest or rest == line:
            break
        line = rest
    return line


def _after_brackets(line: str, start: int) -> int:
    """Return where the bracket that opens at ``start`` is closed; ``start`` when none opens there."""
    opening = line[start : start + 1]
    closing = _BRACKETS.get(opening)
    if closing is None:
        return start
    depth = 0
    for index in range(start, len(line)):
        depth += (line[index] == opening) - (line[index] == closing)
        if not depth:
            return index + 1
    return len(line)


def comment_text(comments: Iterable[str]) -> str:
    """Return what comments say, without their marks, a line per line."""
    lines: list[str] = []
    length = 0
    for written in comments:
        string = _DOC_STRING.fullmatch(written)
        comment = string[2] if string else written
        for raw in _without_closing(comment).splitlines():
            line = _without_rule(_OPENING.sub("", raw).strip())
            if "<" in line:
                line = _without_tags(_without_pod(line) if written.startswith("=") else line)
            lines.append(line)
            length += len(line)
        if length > MAX_DOCSTRING:
            break
    return _without_references("\n".join(lines).strip()[: 2 * MAX_DOCSTRING])[:MAX_DOCSTRING]


def _without_tags(line: str) -> str:
    """Take the tags of .NET's and Java's documentation away, but keep the names in them."""
    line = _TAG_WITH_NAME.sub(lambda found: found[1] if found[2] else f"{found[1]} ", line)
    return _HTML.sub("", _MARKUP.sub("", line)).strip()


def _without_pod(line: str) -> str:
    """Take the formats of Perl's documentation away, which may lie in each other: ``B<C<code>>``, ``L<text|Name>``."""
    for _ in range(_POD_DEPTH):
        line = _POD.sub(lambda found: (found[1] or found[2]).replace("|", " "), line)
    return line


def _without_references(text: str) -> str:
    """Write references as what they name: ``{@link Cart#add}``, and Sphinx's :class:`~shop.Cart`."""
    if "{@" in text:
        text = _JAVADOC.sub(r"\1", text)
    return _ROLE.sub(lambda found: _TARGET.sub(r" \1", found[1]), text) if ":`" in text else text


def _without_closing(comment: str) -> str:
    """Take the signs off that close a comment: ``*/``, ``*)``, ``#>``, ``|#``, ``]]``, ``-}``."""
    text = comment.rstrip()
    if text.endswith("*/") or (text.endswith("*)") and text.startswith("(*")):
        return text[:-1].rstrip("*")
    if text.endswith(("#>", "|#")):
        return text[:-2]
    if text.startswith("{ ") and text.endswith(" }"):
        return text[1:-1]
    if text.endswith("-}"):
        return text[:-1].rstrip("-")
    if text.endswith("]") and (body := text[:-1].rstrip("=")).endswith("]"):
        return body[:-1].removesuffix("--")
    return text


def _without_rule(line: str) -> str:
    """Take a line of signs, or signs that fill the end of a line, away."""
    if _RULE.fullmatch(line):
        return ""
    bare = line.rstrip(_RULE_SIGNS)
    return bare.rstrip() if len(line) - len(bare) >= 3 else line


def is_licence(text: str) -> bool:
    """Return whether a comment at the top of a file is its licence, which says nothing about the file."""
    return bool(_LICENCE.search(text))


def python_docstring(source: bytes, start: int) -> str:
    """Return the Python docstring that begins at byte ``start``, or nothing when no plain string is there."""
    body = _python_string(source, start, start + _LONGEST_STRING)[: 4 * MAX_DOCSTRING]
    text = inspect.cleandoc(body.replace(b"\r\n", b"\n").decode("utf-8", "replace"))
    return _without_references(text)[:MAX_DOCSTRING]


def _python_string(source: bytes, start: int, limit: int) -> bytes:
    """Return what stands in the string at byte ``start``, when it ends before ``limit`` and its statement with it."""
    opening = _PYTHON_QUOTE.match(source, start)
    if not opening:
        return b""
    begin, quote = opening.end(), opening[1]
    if len(quote) == 1:
        line = _PYTHON_LINE.match(source, begin - 1, limit)
        return (line[1] or line[2] or b"") if line and _STATEMENT_END.match(source, line.end()) else b""
    end = begin - 3
    for _ in range(_QUOTES):
        end = source.find(quote, end + 3, limit)
        if end < 0:
            return b""
        if _STATEMENT_END.match(source, end + 3):
            return source[begin:end]
    return b""
