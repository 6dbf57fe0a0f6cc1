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

_OPENING = re.compile(r"^\s*(?:/\*\*?!?|///+!?|//!?|#+!?|--+(?:\[=*\[|[ \t]*[|^])?|\{-+(?:[ \t]*\|)?|\*(?!/))[ \t]?")
_CLOSING = re.compile(r"\s*(?:\*+/|(?:--)?\]=*\]|-+\})\s*$")
_DOC_ATTRIBUTE = re.compile(r"@\w+\s*(?:~[sS])?(\"\"\"|\")(.*)\1\s*", re.DOTALL)
"""Documentation that is an attribute with a string: ``@doc`` in Elixir."""

_MARKUP = re.compile(
    r"</?(?:summary|remarks|param|returns|para|see|seealso|c|code|value|example|exception|typeparam)\b[^>]*>"
)
_DECORATION = re.compile(r"@(?!interface\b)[\w.:]+\s*|#?(?=\[)")
_BRACKETS: Final = {"(": ")", "[": "]"}
_RULE = re.compile(r"^[-=*#~_/+.\s]{3,}$|\s*[-=*#~_/+]{3,}$")
_TAIL = re.compile(r"\s*(?:=>|=|:|\{|\bdo|\bthen)?\s*$")
_PYTHON_STRING = re.compile(
    rb"""[rRuUbB]{0,2}(?:\"\"\"(.*?)\"\"\"|'''(.*?)'''|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')[ \t]*(?=[\r\n;#]|\Z)""",
    re.DOTALL,
)
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
    for written in comments:
        attribute = _DOC_ATTRIBUTE.fullmatch(written)
        comment = attribute[2] if attribute else written
        for raw in _CLOSING.sub("", comment).splitlines():
            line = _RULE.sub("", _OPENING.sub("", raw).strip())
            if "<" in line:
                line = _MARKUP.sub("", line).strip()
            lines.append(line)
    return "\n".join(lines).strip()[:MAX_DOCSTRING]


def is_licence(text: str) -> bool:
    """Tell whether a comment at the top of a file is its licence, which says nothing about the file."""
    return bool(_LICENCE.search(text))


def python_docstring(source: bytes, start: int) -> str:
    """Return the Python docstring that begins at byte ``start``, or nothing when no plain string is there."""
    found = _PYTHON_STRING.match(source, start)
    if not found:
        return ""
    body = next((group for group in found.groups() if group is not None), b"")
    return inspect.cleandoc(body.replace(b"\r\n", b"\n").decode("utf-8", "replace"))[:MAX_DOCSTRING]
