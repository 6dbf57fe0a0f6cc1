"""Sections of Markdown and reStructuredText by their headings.

Read by line: the two need no syntax tree for this, and a scanner of lines takes no time on any input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from findspot.core.types import Chunk, FileProblem, ParsedFile, Symbol
from findspot.parsing.lines import Lines
from findspot.parsing.pieces import cut_text, trim

_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r"([=\-`:'\"~^_*+#<>.!$%&(),/;?@\[\]{|}\\])\1{2,}[ \t]*$")
_MARKUP = re.compile(r"[`*]|!?\[([^\[\]]*)\]\([^()]*\)")
_MAX_TITLE: Final = 120
_MAX_BARE: Final = 1000


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: the bytes where it begins and ends (underline included), its level from 1, its title."""

    byte: int
    end: int
    level: int
    title: str


def parse_headed(
    path: str, language: str, source: bytes, lines: Lines, problems: tuple[FileProblem, ...]
) -> ParsedFile:
    """Cut Markdown or reStructuredText into sections; a qualified name is the path of headings.

    A heading with nothing below it but a deeper heading joins that section, whose name tells it anyway.
    """
    headings = markdown_headings(source) if language == "markdown" else rst_headings(source)
    chunks: list[Chunk] = []

    def add(name: str | None, title: str, start: int, end: int) -> None:
        for part, (begin, stop) in enumerate(cut_text(source, start, end)):
            text = source[begin:stop].decode()
            chunks.append(Chunk(path, language, "section", name, title, "", lines.span(begin, stop), text, part))

    bounds = [heading.byte for heading in headings] + [len(source)]
    preamble = trim(source, 0, bounds[0])
    if preamble:
        add(None, "", *preamble)
    joined: int | None = None
    for index, (heading, name) in enumerate(zip(headings, _names(headings), strict=True)):
        section = trim(source, heading.byte, bounds[index + 1])
        if section is None:
            continue
        start = section[0] if joined is None else joined
        deeper = index + 1 < len(headings) and headings[index + 1].level > heading.level
        bare = section[1] <= heading.end and section[1] - start <= _MAX_BARE
        joined = start if deeper and bare else None
        if joined is None:
            add(name, heading.title, start, section[1])
    return ParsedFile(path, language, tuple(chunks), _symbols(source, headings, lines), (), (), problems)


def _names(headings: list[Heading]) -> list[str]:
    names: list[str] = []
    trail: list[Heading] = []
    for heading in headings:
        while trail and trail[-1].level >= heading.level:
            trail.pop()
        trail.append(heading)
        names.append(" > ".join(step.title for step in trail))
    return names


def _symbols(source: bytes, headings: list[Heading], lines: Lines) -> tuple[Symbol, ...]:
    """List the headings; a section reaches to the next heading of its level or a higher one."""
    found: list[Symbol] = []
    ends: list[tuple[int, int]] = []
    for heading, name in reversed(list(zip(headings, _names(headings), strict=True))):
        while ends and ends[-1][0] > heading.level:
            ends.pop()
        whole = trim(source, heading.byte, ends[-1][1] if ends else len(source))
        ends.append((heading.level, heading.byte))
        if whole and heading.title:
            found.append(Symbol(heading.title, name, "section", lines.span(*whole)))
    return tuple(reversed(found))


def markdown_headings(source: bytes) -> list[Heading]:
    """Return ATX headings (``# x``) and underlined ones, leaving out fenced code and front matter."""
    found: list[Heading] = []
    fence = ""
    before: tuple[int, str] | None = None
    position = 0
    for number, raw in enumerate(source.split(b"\n")):
        byte, position = position, position + len(raw) + 1
        line = raw[: 4 * _MAX_TITLE].decode("utf-8", "replace").rstrip("\r")
        if number == 0 and line.rstrip() == "---":
            fence = "---"
        elif fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif opened := _FENCE.match(line):
            fence, before = opened[1], None
        elif heading := _ATX.match(line):
            found.append(Heading(byte, position - 1, len(heading[1]), plain_title(_atx_title(line[heading.end() :]))))
            before = None
        elif before and line.rstrip() and not line.rstrip().strip("=-") and len(set(line.rstrip())) == 1:
            found.append(Heading(before[0], position - 1, 1 if line[0] == "=" else 2, plain_title(before[1])))
            before = None
        else:
            text = line.strip()
            before = (byte, text) if text and not text.startswith(("|", ">", "-", "*", "+")) else None
    return found


def _atx_title(text: str) -> str:
    """Return the title behind the signs of a heading, without the signs that may close it."""
    text = text.strip()
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else text


def rst_headings(source: bytes) -> list[Heading]:
    """Return underlined headings; levels come in the order in which their adornments first occur."""
    found: list[Heading] = []
    levels: dict[tuple[str, bool], int] = {}
    above: list[tuple[int, str]] = []
    position = 0
    for raw in source.split(b"\n"):
        byte, position = position, position + len(raw) + 1
        line = raw[: 4 * _MAX_TITLE].decode("utf-8", "replace").rstrip()
        adornment = _UNDERLINE.match(line)
        if adornment and above:
            title_byte, title = above[-1]
            adorned_above = len(above) > 1 and _UNDERLINE.match(above[-2][1])
            if title.strip() and not _UNDERLINE.match(title) and len(line) >= len(title.rstrip()) - 2:
                overlined = bool(adorned_above and adorned_above[1] == adornment[1])
                if overlined or not title.startswith(" "):
                    key = (adornment[1], overlined)
                    level = levels.setdefault(key, len(levels) + 1)
                    start = above[-2][0] if overlined else title_byte
                    found.append(Heading(start, position - 1, level, plain_title(title.strip())))
                    above = []
                    continue
        above = [*above[-1:], (byte, line)]
    return found


def plain_title(title: str) -> str:
    """Return a title without its markup, on one line."""
    return " ".join(_MARKUP.sub(lambda found: found[1] or "", title).split())[:_MAX_TITLE]
