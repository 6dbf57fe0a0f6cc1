"""gitignore patterns: parsing lines and deciding about one entry; pure, no I/O.

The meaning is git's own, byte for byte as its ``dir.c`` and ``wildmatch.c`` have it: the last line that matches an
entry decides, ``!`` takes an earlier decision back, a pattern with a slash is anchored to the folder of its file, one
without matches the name at any depth, a closing slash means folders only. The one difference: matching is always
case-sensitive. Names that are not ASCII are compared by their bytes, so ``?`` stands for one byte.

Nearly all lines of real ignore files are a plain name, ``*.ext`` or a plain path. Those are answered by a dictionary
lookup, so that the number of lines costs next to nothing. The rest are kept by how they begin or end, are compared
by their plain parts first, and become regular expressions only when these agree. Those are built from atomic groups,
so that a hostile pattern cannot make matching exponential.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

_WILDCARDS = frozenset("*?[\\")

_FIRST_WILDCARD = re.compile(r"[*?\[\\]")

_KEY = 3
"""Characters of a glob's plain start or end that globs are kept by."""

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
    that it is matched against the path below the file's folder and not against the bare name. ``order`` is the number
    of the line, ``text`` the line without what git does not read of it.
    """

    order: int
    body: str
    ignore: bool
    folders_only: bool
    anchored: bool
    text: str


class _Glob:
    """A rule with wildcards: its plain start and end, another part that must occur, the expression when needed."""

    __slots__ = ("_pattern", "end", "part", "rule", "start")

    def __init__(self, rule: Rule) -> None:
        """Read the pattern; raises ``_NeverMatches``."""
        self.rule = rule
        self.start, rest = _split(rule.body)
        plain = _plain_parts(_tokens(rest))
        self.end = plain[-1]
        self.part = max(plain, key=len)
        self._pattern: re.Pattern[str] | None = None

    def matches(self, text: str) -> bool:
        """Return whether a name or path, as ``_bytewise``, matches as a whole."""
        if self.part not in text or not (text.startswith(self.start) and text.endswith(self.end)):
            return False
        if self._pattern is None:
            self._pattern = re.compile(translate(self.rule.body), re.DOTALL)
        return self._pattern.fullmatch(text) is not None


class _Globs:
    """The globs of one kind, by their plain start, else by their plain end, else in one list; last line first."""

    __slots__ = ("_by_end", "_by_start", "_rest")

    def __init__(self, globs: Iterable[_Glob]) -> None:
        self._by_start: dict[str, list[_Glob]] = {}
        self._by_end: dict[str, list[_Glob]] = {}
        self._rest: list[_Glob] = []
        for glob in globs:
            if len(glob.start) >= _KEY:
                self._by_start.setdefault(glob.start[:_KEY], []).append(glob)
            elif len(glob.end) >= _KEY:
                self._by_end.setdefault(glob.end[-_KEY:], []).append(glob)
            else:
                self._rest.append(glob)

    def __bool__(self) -> bool:
        return bool(self._by_start or self._by_end or self._rest)

    def last(self, best: Rule | None, text: str, *, is_folder: bool) -> Rule | None:
        """Return the later of ``best`` and the last glob that matches."""
        for globs in (self._by_start.get(text[:_KEY], ()), self._by_end.get(text[-_KEY:], ()), self._rest):
            for glob in globs:
                rule = glob.rule
                if best is not None and rule.order < best.order:
                    break
                if (is_folder or not rule.folders_only) and glob.matches(text):
                    best = rule
                    break
        return best


def parse_line(line: str, order: int = 0) -> Rule | None:
    """Return the rule of one line; None for blank lines, comments and patterns that can match nothing."""
    text = _strip_trailing_spaces(line.removesuffix("\n").removesuffix("\r"))
    if not text or text[0] == "#":
        return None
    written = text
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
    return Rule(order, text, ignore, folders_only, anchored, written)


class IgnoreFile:
    """The compiled rules of one ignore file.

    ``base`` is the root-relative folder whose content the file rules, with a closing ``/``, or empty for the root.
    For a file that lies above the root, ``lead`` is the path from its folder down to the root, with a closing ``/``.
    ``source`` names the file for people.
    """

    __slots__ = ("_cut", "_extensions", "_lead", "_name_globs", "_names", "_path_globs", "_paths", "source")

    def __init__(self, lines: Iterable[str], base: str = "", lead: str = "", source: str = "") -> None:
        self.source = source
        self._cut = len(_bytewise(base))
        self._lead = _bytewise(lead)
        self._names: dict[str, list[Rule]] = {}
        self._extensions: dict[str, list[Rule]] = {}
        self._paths: dict[str, list[Rule]] = {}
        globs: list[_Glob] = []
        for number, line in enumerate(lines, start=1):
            rule = parse_line(_bytewise(line), number)
            if rule is None:
                continue
            if not _WILDCARDS.intersection(rule.body):
                table = self._paths if rule.anchored else self._names
                table.setdefault(rule.body, []).insert(0, rule)
            elif not rule.anchored and _is_extension(rule.body):
                self._extensions.setdefault(rule.body[1:], []).insert(0, rule)
            else:
                try:
                    globs.append(_Glob(rule))
                except _NeverMatches:
                    continue
        globs.reverse()
        self._name_globs = _Globs(glob for glob in globs if not glob.rule.anchored)
        self._path_globs = _Globs(glob for glob in globs if glob.rule.anchored)

    def __bool__(self) -> bool:
        return bool(self._names or self._extensions or self._paths or self._name_globs or self._path_globs)

    def decide(self, name: str, path: str, *, is_folder: bool) -> Rule | None:
        """Return the rule that decides about the entry, whose ``ignore`` is the decision; None when no line matches.

        ``path`` is root-relative and ends in ``name``. Only the entry itself is judged, not the folders above it.
        """
        if not path.isascii():
            name, path = _bytewise(name), _bytewise(path)
        best: Rule | None = None
        for rule in self._names.get(name, ()):
            if is_folder or not rule.folders_only:
                best = rule
                break
        if self._extensions and (dot := name.rfind(".")) >= 0:
            best = _later(best, self._extensions.get(name[dot:], ()), is_folder=is_folder)
        if self._name_globs:
            best = self._name_globs.last(best, name, is_folder=is_folder)
        if self._paths or self._path_globs:
            below = self._lead + path[self._cut :]
            best = _later(best, self._paths.get(below, ()), is_folder=is_folder)
            best = self._path_globs.last(best, below, is_folder=is_folder)
        return best

    def reason(self, rule: Rule) -> str:
        """Return where one of these rules stands and what it says: ``.gitignore:3: build/``."""
        return f"{self.source}:{rule.order}: {_written(rule.text)}"


class _Token(NamedTuple):
    """A piece of a pattern: what kind it is, and the expression for it (the character itself for a plain one)."""

    kind: Literal["plain", "slash", "escaped slash", "one", "star", "stars"]
    text: str


def translate(body: str) -> str:
    """Return the regular expression, for ``fullmatch``, of a pattern body.

    As in git, the plain start is compared first and the rest is a pattern of its own; ``**`` reaches over slashes where
    it fills the place between two of them, or between one and an end of that rest. Between two ``**`` (or two ``*``)
    the leftmost match is always good enough, so each such part is an atomic group and nothing is tried twice.
    """
    start, rest = _split(body)
    parts = [re.escape(start)]
    folders = ""  # what the double stars since the last other segment stand for
    least = 0
    group: list[str] = []  # the segments since then
    segments = _segments(_tokens(rest))
    for place, (segment, slash) in enumerate(segments):
        if [token.kind for token in segment] != ["stars"]:
            group.append(_segment(segment))
            continue
        if group:
            parts.append(f"(?>{folders}{'/'.join(group)}/)")
            folders, group, least = "", [], 0
        if place == len(segments) - 1:
            return "".join((*parts, folders, ".*"))
        least += slash == "escaped slash"  # git lets a double star stand for nothing before a plain slash only
        folders = f"(?:[^/]*/){{{least},}}?"
    return "".join((*parts, folders, "/".join(group)))


def _split(body: str) -> tuple[str, str]:
    """Return the part of a pattern before its first wildcard, and the rest."""
    found = _FIRST_WILDCARD.search(body)
    place = len(body) if found is None else found.start()
    return body[:place], body[place:]


def _tokens(glob: str) -> list[_Token]:
    """Take a pattern apart; raises ``_NeverMatches``."""
    tokens: list[_Token] = []
    position = 0
    while position < len(glob):
        char = glob[position]
        position += 1
        if char == "*":
            start = position
            while glob[position : position + 1] == "*":
                position += 1
            tokens.append(_Token("stars" if position > start else "star", ""))
        elif char == "?":
            tokens.append(_Token("one", "[^/]"))
        elif char == "[":
            expression, position = _bracket(glob, position)
            tokens.append(_Token("one", expression))
        elif char == "/":
            tokens.append(_Token("slash", "/"))
        elif char == "\\":
            if position == len(glob):
                raise _NeverMatches(glob)
            char = glob[position]
            position += 1
            tokens.append(_Token("escaped slash" if char == "/" else "plain", char))
        else:
            tokens.append(_Token("plain", char))
    return tokens


def _plain_parts(tokens: Iterable[_Token]) -> list[str]:
    """Return the runs of plain characters that any match must hold; the last one is how it must end."""
    parts = [""]
    after_stars = False
    for token in tokens:
        if token.kind == "plain" or (token.text == "/" and not after_stars):
            parts[-1] += token.text
        else:  # a slash after a double star may be left out together with it
            parts.append("")
        after_stars = token.kind == "stars"
    return parts


def _segments(tokens: Iterable[_Token]) -> list[tuple[list[_Token], str]]:
    """Return what stands between slashes, each with the kind of the slash behind it, empty at the end."""
    segments: list[tuple[list[_Token], str]] = []
    current: list[_Token] = []
    for token in tokens:
        if token.kind in {"slash", "escaped slash"}:
            segments.append((current, token.kind))
            current = []
        else:
            current.append(token)
    return [*segments, (current, "")]


def _segment(tokens: Iterable[_Token]) -> str:
    """Return the expression of one path segment."""
    chunks = [""]
    for token in tokens:
        if token.kind in {"star", "stars"}:
            chunks.append("")
        else:
            chunks[-1] += re.escape(token.text) if token.kind == "plain" else token.text
    if len(chunks) == 1:
        return chunks[0]
    middle = "".join(f"(?>[^/]*?{chunk})" for chunk in chunks[1:-1] if chunk)
    return f"{chunks[0]}{middle}[^/]*{chunks[-1]}"


def _later(best: Rule | None, rules: Iterable[Rule], *, is_folder: bool) -> Rule | None:
    """Return the later of ``best`` and the first applicable of ``rules``, which come last line first."""
    for rule in rules:
        if is_folder or not rule.folders_only:
            return rule if best is None or rule.order > best.order else best
    return best


def _is_extension(body: str) -> bool:
    """Return whether the pattern is ``*.ext`` with one dot and no further wildcard."""
    return body.startswith("*.") and "." not in body[2:] and not _WILDCARDS.intersection(body[1:])


def _strip_trailing_spaces(text: str) -> str:
    """Drop closing spaces as git does: one that a backslash protects stays, and so does what stands before it."""
    kept = text.rstrip(" ")
    if len(kept) == len(text):
        return text
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if backslashes % 2 else kept


def _bytewise(text: str) -> str:
    """Return the text with one character for each byte of its UTF-8, as git compares it."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def _written(text: str) -> str:
    """Return bytewise text as it was written."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


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
