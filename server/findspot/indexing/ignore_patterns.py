"""gitignore patterns: parsing lines and deciding about one entry; pure, no I/O.

The meaning is git's own (``gitignore(5)`` and its wildmatch), which ripgrep shares: the last line that matches an
entry decides, ``!`` takes an earlier decision back, a pattern with a slash is anchored to the folder of its file, one
without matches the name at any depth, a closing slash means folders only. Two differences: matching is by
character where git counts bytes, and always case-sensitive.

Nearly all lines of real ignore files are a plain name, ``*.ext`` or a plain path. Those are answered by a dictionary
lookup, so that the number of lines costs next to nothing; only the rest become regular expressions. These are
built from atomic groups, so that a hostile pattern cannot make matching exponential.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WILDCARDS = frozenset("*?[\\")

_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


class _NeverMatches(ValueError):
    """The pattern is malformed in a way that git answers with "no match"."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file.

    ``body`` is the pattern without ``!``, without the closing slash and without a leading slash; ``anchored`` says
    that it is matched against the path below the file's folder and not against the bare name.
    """

    order: int
    body: str
    ignore: bool
    folders_only: bool
    anchored: bool


@dataclass(frozen=True, slots=True)
class _Glob:
    rule: Rule
    pattern: re.Pattern[str]


def parse_line(line: str, order: int = 0) -> Rule | None:
    """Return the rule of one line; None for blank lines, comments and patterns that can match nothing."""
    text = _strip_trailing_spaces(line.rstrip("\r\n"))
    if not text or text[0] == "#":
        return None
    ignore = text[0] != "!"
    if not ignore:
        text = text[1:]
    folders_only = text.endswith("/")
    if folders_only:
        text = text[:-1]
    anchored = "/" in text
    if anchored and text[0] == "/":
        text = text[1:]
    if not text:
        return None
    return Rule(order, text, ignore, folders_only, anchored)


class IgnoreFile:
    """The compiled rules of one ignore file.

    ``base`` is the root-relative folder whose content the file rules, with a closing ``/``, or empty for the root.
    For a file that lies above the root, ``lead`` is the path from its folder down to the root, with a closing ``/``.
    """

    __slots__ = ("_cut", "_extensions", "_globs", "_lead", "_names", "_paths")

    def __init__(self, lines: Iterable[str], base: str = "", lead: str = "") -> None:
        self._cut = len(base)
        self._lead = lead
        self._names: dict[str, list[Rule]] = {}
        self._extensions: dict[str, list[Rule]] = {}
        self._paths: dict[str, list[Rule]] = {}
        globs: list[_Glob] = []
        for number, line in enumerate(lines, start=1):
            rule = parse_line(line, number)
            if rule is None:
                continue
            if not _WILDCARDS.intersection(rule.body):
                table = self._paths if rule.anchored else self._names
                table.setdefault(rule.body, []).insert(0, rule)
            elif not rule.anchored and _is_extension(rule.body):
                self._extensions.setdefault(rule.body[1:], []).insert(0, rule)
            else:
                try:
                    globs.append(_Glob(rule, re.compile(translate(rule.body))))
                except _NeverMatches:
                    continue
        self._globs = tuple(reversed(globs))

    def __bool__(self) -> bool:
        return bool(self._names or self._extensions or self._paths or self._globs)

    def decide(self, name: str, path: str, *, is_folder: bool) -> bool | None:
        """Return True to ignore the entry, False to keep it against weaker files, None when no line matches.

        ``path`` is root-relative and ends in ``name``. Only the entry itself is judged, not the folders above it.
        """
        best: Rule | None = None
        for rule in self._names.get(name, ()):
            if is_folder or not rule.folders_only:
                best = rule
                break
        if self._extensions and (dot := name.rfind(".")) >= 0:
            best = _later(best, self._extensions.get(name[dot:], ()), is_folder=is_folder)
        if self._paths:
            best = _later(best, self._paths.get(self._lead + path[self._cut :], ()), is_folder=is_folder)
        for glob in self._globs:
            rule = glob.rule
            if best is not None and rule.order < best.order:
                break
            if (is_folder or not rule.folders_only) and glob.pattern.fullmatch(
                self._lead + path[self._cut :] if rule.anchored else name
            ):
                best = rule
                break
        return None if best is None else best.ignore


def translate(body: str) -> str:
    """Return the regular expression, for ``fullmatch``, of a pattern body; ``**`` counts between slashes only.

    Between two ``**`` (or two ``*``) the leftmost match is always good enough, so each such part is an atomic group
    and nothing is tried twice.
    """
    groups: list[list[str]] = [[]]
    for segment in body.split("/"):
        if len(segment) >= 2 and not segment.strip("*"):
            groups.append([])
        else:
            groups[-1].append(_segment(segment))
    if len(groups) == 1:
        return "/".join(groups[0])
    parts = ["/".join(groups[0]) + "/" if groups[0] else ""]
    parts += [f"(?>(?:[^/]+/)*?{'/'.join(group)}/)" for group in groups[1:-1] if group]
    parts.append("(?:[^/]+/)*" + "/".join(groups[-1]) if groups[-1] else ".+")
    return "".join(parts)


def _later(best: Rule | None, rules: Iterable[Rule], *, is_folder: bool) -> Rule | None:
    """Return the later of ``best`` and the first applicable of ``rules``, which come last line first."""
    for rule in rules:
        if is_folder or not rule.folders_only:
            return rule if best is None or rule.order > best.order else best
    return best


def _is_extension(body: str) -> bool:
    """Tell whether the pattern is ``*.ext`` with one dot and no further wildcard."""
    return body.startswith("*.") and "." not in body[2:] and not _WILDCARDS.intersection(body[1:])


def _strip_trailing_spaces(text: str) -> str:
    """Drop closing spaces as git does: one that a backslash protects stays, and so does what stands before it."""
    kept = text.rstrip(" ")
    if len(kept) == len(text):
        return text
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if backslashes % 2 else kept


def _segment(glob: str) -> str:
    """Translate one path segment."""
    chunks = [""]
    position = 0
    while position < len(glob):
        char = glob[position]
        position += 1
        if char == "*":
            chunks.append("")
        elif char == "?":
            chunks[-1] += "[^/]"
        elif char == "[":
            expression, position = _bracket(glob, position)
            chunks[-1] += expression
        elif char == "\\":
            if position == len(glob):
                raise _NeverMatches(glob)
            chunks[-1] += re.escape(glob[position])
            position += 1
        else:
            chunks[-1] += re.escape(char)
    if len(chunks) == 1:
        return chunks[0]
    middle = "".join(f"(?>[^/]*?{chunk})" for chunk in chunks[1:-1] if chunk)
    return f"{chunks[0]}{middle}[^/]*{chunks[-1]}"


def _bracket(glob: str, position: int) -> tuple[str, int]:
    """Translate a bracket expression that begins before ``position``; return it and where to go on."""
    negated = glob[position : position + 1] in {"!", "^"}
    position += negated
    start = position
    members: list[str] = []
    previous: str | None = None
    while True:
        char = glob[position : position + 1]
        if not char:
            raise _NeverMatches(glob)
        if char == "]" and position > start:
            break
        position += 1
        if char == "[" and glob[position : position + 1] == ":":
            end = glob.find("]", position + 1)
            if end < 0:
                raise _NeverMatches(glob)
            if end > position + 1 and glob[end - 1] == ":":
                name = glob[position + 1 : end - 1]
                if name not in _POSIX_CLASSES:
                    raise _NeverMatches(glob)
                members.append(_POSIX_CLASSES[name])
                position = end + 1
                previous = None
                continue
        if char == "-" and previous is not None and glob[position : position + 1] not in {"", "]"}:
            last, position = _bracket_character(glob, position)
            if previous <= last:
                members.append(f"{_escape_member(previous)}-{_escape_member(last)}")
            previous = None
            continue
        if char == "\\":
            char, position = _bracket_character(glob, position - 1)
        members.append(_escape_member(char))
        previous = char
    content = "".join(members)
    if negated:
        return f"[^/{content}]", position + 1
    return (f"(?!/)[{content}]" if content else "(?!)"), position + 1


def _bracket_character(glob: str, position: int) -> tuple[str, int]:
    """Read one character of a bracket expression, which a backslash may escape."""
    if glob[position] == "\\":
        position += 1
        if position == len(glob):
            raise _NeverMatches(glob)
    return glob[position], position + 1


def _escape_member(char: str) -> str:
    return char if char.isalnum() else f"\\{char}" if char.isascii() else char
