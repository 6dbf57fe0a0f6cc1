"""An issue, a stack trace or any pasted text taken apart into zones that say different amounts.

The title says most, what is quoted or written like code nearly as much, prose half of it, pasted code and traces
little per word. Text that every report of a project repeats (forms, check lists, version lists) is left out.
All sizes are bounded and every step is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from findspot.core.frames import Frame, read_frames
from findspot.core.identifiers import Name, PathMention, blob_links, names_in, paths_in
from findspot.core.stop_words import GREETING_WORDS, HEADING_WORDS

MAX_HEAD = 60_000
MAX_TAIL = 20_000
"""Characters read of a long text: its beginning, and its end, where the innermost frames of a log stand."""

MAX_PROSE = 6_000
MAX_CODE = 3_000
MAX_BLOCKS = 8
MAX_TRACE = 4_000
"""Characters of prose, of one code block and of traces, and code blocks, that count. Measured: the sizes of the
recipe this ranking began with; later text repeats earlier text."""

MAX_TITLE = 300
MAX_NAMES = 150
MAX_PATHS = 40

_MAX_LINE = 2_000
"""Characters of one line that count; longer ones are data."""

_FENCE = re.compile(r"\s{0,8}(```+|~~~+)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(\S.{0,199})$|\s{0,3}\*\*([^*]{1,100})\*\*:?\s*$")
_FORM = re.compile(
    r"(?:your |the |my )?(?:environment|versions?\b|system (?:info|details)|platform|installed versions|operating system|dependency versions|"
    r"checklist|pre-?check|code of conduct|are you willing|output of .{0,40}(?:version|info|doctor)|"
    r"(?:python|node|os|runtime|software|library|package|plugin|browser) versions?|before (?:submitting|you)|contribution)",
    re.IGNORECASE,
)
_CHECKS = re.compile(r"(?:\S{1,40} )?versions? checks?\W*$", re.IGNORECASE)
"""A heading over boxes to tick, which names the project."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_VERSION_LINE = re.compile(
    r"\s*(?:[-*]\s*)?\*{0,2}(?:os|platform|python|node(?:js)?|npm|version|browser|operating system|java|jdk|go|rustc?|ruby|php|swift|xcode|"
    r"[\w.-]{1,30} version)\*{0,2}\s*[:=]",
    re.IGNORECASE,
)
_CHECKBOX = re.compile(r"\s*(?:[-*+]\s*)?\[[ xX]?\]\s")
_LIST = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s")
_URL = re.compile(r"(?:https?|ftp)://[^\s)\]>\"'`]{1,2000}")
_IMAGE = re.compile(r"!\[[^\]]{0,200}\](?:\([^)]{0,1000}\))?")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_QUOTED = re.compile(r"(`{1,2})([^`\n]{1,200})\1")


@dataclass(frozen=True, slots=True)
class Report:
    """A text in zones.

    ``title`` is its first line, unless that comes from a form or greets; ``names`` are quoted or identifier-like names of
    title and prose, first one first; ``code_names`` those called or dotted inside code blocks; ``frames`` are innermost first.
    """

    title: str
    prose: str = ""
    code: tuple[str, ...] = ()
    trace: str = ""
    names: tuple[Name, ...] = ()
    code_names: tuple[Name, ...] = ()
    paths: tuple[PathMention, ...] = ()
    frames: tuple[Frame, ...] = ()


@dataclass(slots=True)
class _Zones:
    """Lines gathered while walking through the text."""

    prose: list[str] = field(default_factory=list)
    code: list[list[str]] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)


def parse_report(text: str) -> Report:
    """Take a text apart; never fails, whatever the text is."""
    text = _bounded(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _without_comments(text)
    lines = [line[:_MAX_LINE] for line in text.split("\n")]
    frames, trace_lines = read_frames(lines)
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    title = "" if first in trace_lines or first == len(lines) else lines[first].strip().lstrip("#").strip()[:MAX_TITLE]
    if title.startswith(("```", "~~~")):
        title, first = "", first - 1
    zones = _walk(lines, first + 1 if title else first, trace_lines)
    if title and _says_nothing(lines[first]) and _has_words(zones):
        # No other line is as good as a title (0016). The heading decides whether what stands below it counts, unless
        # there is nothing else.
        title, whole = "", _walk(lines, first, trace_lines)
        zones = whole if _has_words(whole) else zones
    prose = _plain("\n".join(zones.prose))[:MAX_PROSE]
    blocks = tuple("\n".join(block)[:MAX_CODE] for block in zones.code[:MAX_BLOCKS])
    quoted_text = f"{title}\n{prose}"
    return Report(
        title=_plain(title),
        prose=prose,
        code=tuple(block for block in blocks if block.strip()),
        trace="\n".join(zones.trace)[:MAX_TRACE],
        names=_names(quoted_text),
        code_names=_code_names(blocks),
        paths=_paths(lines, trace_lines),
        frames=frames,
    )


def _says_nothing(line: str) -> bool:
    """Say whether a first line was there before the report was written, or is for politeness."""
    words = {re.sub(r"['\u2019]", "", word).lower() for word in _WORD.findall(line)}
    heading = _HEADING.match(line)
    if heading is None:
        return words <= GREETING_WORDS
    named = (heading[1] or heading[2]).strip(" :*_")
    return words <= HEADING_WORDS or _CHECKS.match(named) is not None


def _has_words(zones: _Zones) -> bool:
    return any(_WORD.search(line) for line in zones.prose)


def _bounded(text: str) -> str:
    if len(text) <= MAX_HEAD + MAX_TAIL:
        return text
    return f"{text[:MAX_HEAD]}\n{text[-MAX_TAIL:]}"


def _without_comments(text: str) -> str:
    """Cut HTML comments; an unclosed one is kept."""
    if "<!--" not in text:
        return text
    kept: list[str] = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0:
        end = text.find("-->", begin)
        if end < 0:
            break
        kept.append(text[at:begin])
        at = end + 3
    kept.append(text[at:])
    return "".join(kept)


def _walk(lines: Sequence[str], first: int, trace_lines: frozenset[int]) -> _Zones:
    zones = _Zones()
    number = max(first, 0)
    skipping = False
    blank_before = True
    while number < len(lines):
        line = lines[number]
        fence = _FENCE.match(line)
        if fence is not None and line.count(fence[1][:3]) == 1:
            number = _fenced(lines, number, fence[1][:3], zones, trace_lines, skipping=skipping)
            blank_before = True
            continue
        if number in trace_lines or line.startswith("Traceback (most recent call last)"):
            number = _traced(lines, number, zones, trace_lines)
            continue
        heading = _HEADING.match(line)
        if heading is not None:
            skipping = _FORM.match((heading[1] or heading[2]).strip(" :*_")) is not None
        if skipping or _CHECKBOX.match(line) or _VERSION_LINE.match(line):
            number += 1
            continue
        indented = line.startswith(("    ", "\t")) and not _LIST.match(line)
        if line.lstrip().startswith((">>> ", "... ", "In [")) or (indented and blank_before):
            number = _indented(lines, number, zones, trace_lines)
            continue
        blank_before = not line.strip()
        zones.prose.append(line)
        number += 1
    return zones


def _fenced(
    lines: Sequence[str], start: int, fence: str, zones: _Zones, trace_lines: frozenset[int], *, skipping: bool
) -> int:
    """Take a fenced block and return the number of the line after it; an unclosed fence runs to the end."""
    end = start + 1
    while end < len(lines) and not lines[end].lstrip().startswith(fence):
        end += 1
    block = range(start + 1, end)
    if not skipping:
        if any(number in trace_lines for number in block):
            zones.trace += [lines[number] for number in block]
        elif block:
            zones.code.append([lines[number] for number in block])
    return end + 1


def _traced(lines: Sequence[str], start: int, zones: _Zones, trace_lines: frozenset[int]) -> int:
    """Take frames with the source lines between them."""
    number = start
    while number < len(lines) and (number in trace_lines or number == start or lines[number].startswith("  ")):
        zones.trace.append(lines[number])
        number += 1
    return number


def _indented(lines: Sequence[str], start: int, zones: _Zones, trace_lines: frozenset[int]) -> int:
    """Take an indented block or an interpreter's session."""
    number = start
    session = not lines[start].startswith(("    ", "\t"))
    block: list[str] = []
    while number < len(lines) and number not in trace_lines:
        line = lines[number]
        inside = bool(line.strip()) if session else (line.startswith(("    ", "\t")) or not line.strip())
        if not inside:
            break
        block.append(line)
        number += 1
    zones.code.append(block)
    return max(number, start + 1)


def _plain(text: str) -> str:
    """Remove pictures, links and tags, which hold words of the site and not of the code."""
    return _TAG.sub(" ", _URL.sub(" ", _IMAGE.sub(" ", text))).strip()


def _names(text: str) -> tuple[Name, ...]:
    found: dict[Name, None] = {}
    for quoted in _QUOTED.finditer(text):
        inner = quoted[2]
        few = inner.count(" ") < 5
        found.update(dict.fromkeys(names_in(inner, quoted=few)))
    found.update(dict.fromkeys(names_in(text)))
    return tuple(found)[:MAX_NAMES]


def _code_names(blocks: Iterable[str]) -> tuple[Name, ...]:
    found: dict[Name, None] = {}
    for block in blocks:
        found.update(dict.fromkeys(name for name in names_in(block) if name.call or "." in name.text))
    return tuple(found)[:MAX_NAMES]


def _paths(lines: Sequence[str], trace_lines: frozenset[int]) -> tuple[PathMention, ...]:
    found: dict[PathMention, None] = {}
    for number, line in enumerate(lines):
        if number in trace_lines or "." not in line or _CHECKBOX.match(line):
            continue
        found.update(dict.fromkeys(blob_links(line)))
        found.update(dict.fromkeys(paths_in(_URL.sub(" ", line))))
        if len(found) > MAX_PATHS:
            break
    return tuple(found)[:MAX_PATHS]
