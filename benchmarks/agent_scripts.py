"""Scripted agents that look for one function: with grep and reading alone, and with what Findspot offers.

None of them knows the answer; a transcript ends the moment lines of the right function have been received. All
see the same files by the same tools and pay for what they write and what they get back, in tokens.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from findspot.agent.context import context
from findspot.agent.deterministic import Deterministic
from findspot.agent.loop import explore
from findspot.agent.tokens import TokenCounter
from findspot.core.report import parse_report
from findspot.core.stop_words import REPORT_STOP_WORDS
from findspot.core.types import PathClass, SearchResult
from findspot.engine import Engine
from findspot.errors import QueryError
from findspot.languages.paths import path_class
from findspot.languages.table import FRAME_READERS
from findspot.mcp.page import laid_out
from findspot.mcp.page import written as page_text
from findspot.service.finding import PAGE, FindRequest
from findspot.service.messages import ContextRequest, LocalizeRequest
from findspot.service.questions import ask_engine

MOST_CALLS = 60
MOST_TOKENS = 60_000
"""Where an agent gives up."""

READ = 0.9
"""The part of a function's lines with which it has been read."""

WINDOW = 100
"""Lines of one reading where the agent does not know how long a thing is."""

_BEFORE = 10
"""Lines of a window before the line that it is about."""

_GREP_LINES = 40
_GREP_WIDTH = 200
_COUNTED = 20
"""Lines, characters of a line, and files in one answer of grep."""

_NAMES, _WORDS = 8, 8
"""Names and words of a report that are looked for."""

_CLEAR = 2
"""Definitions of one name up to which an agent reads them at once; of more it first looks for other signs."""

_PROMISING = 12
"""Files that grep has found most in, and that are looked through for where it is."""

_PAGES = 3
"""Pages of find_code before an agent falls back on grep."""

_QUERY = 600
"""Characters of a report that an agent writes as its question."""

Spans = Mapping[str, Sequence[tuple[int, int]]]
"""First and last lines of right functions by path."""

_DEFINES = (
    r"(?:def|class|func|function|fn|struct|enum|trait|interface|impl|module|type|void|int|static|public|private)\b"
)


class Found(Exception):
    """A right function has been read."""


class GivenUp(Exception):
    """More calls or tokens than anybody would pay."""


@dataclass(slots=True)
class Transcript:
    """What one agent has paid and seen; ``calls`` counts calls of tools, ``tokens`` what was written and received."""

    right: Spans
    count: TokenCounter
    calls: int = 0
    tokens: int = 0
    seen: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def call(
        self, name: str, arguments: object, text: str, lines: Mapping[str, set[int]], *, free: bool = False
    ) -> None:
        """Take the answer of a call; raises ``Found`` or ``GivenUp``. ``free`` was asked before the agent began."""
        self.calls += not free
        self.tokens += self.count(text) + (0 if free else self.count(json.dumps({name: arguments})))
        for path, numbers in lines.items():
            self.seen[path] |= numbers
        for path, spans in self.right.items():
            for first, last in spans:
                if len(self.seen[path] & set(range(first, last + 1))) >= READ * (last - first + 1):
                    raise Found
        if self.calls >= MOST_CALLS or self.tokens >= MOST_TOKENS:
            raise GivenUp


@dataclass(slots=True)
class Tools:
    """The tools of one agent on one root."""

    engine: Engine
    transcript: Transcript

    def grep(self, pattern: str, *, expression: bool = False, ignore_case: bool = False) -> list[tuple[str, int, str]]:
        """Call grep -n; return the lines that the agent sees."""
        found = self.engine.explorer().search(pattern, _GREP_LINES, expression=expression, ignore_case=ignore_case)
        lines = [(one.path, one.number, one.text[:_GREP_WIDTH]) for one in found.items]
        text = "\n".join(f"{path}:{number}:{line}" for path, number, line in lines) or "no match"
        self.transcript.call("grep", {"pattern": pattern, "i": ignore_case}, text, {})
        return lines

    def counted(self, word: str) -> Counter[str]:
        """Call grep -ic for a word; return the files that hold it most often, as many as the agent sees."""
        found = self.engine.explorer().search(word, 2_000, ignore_case=True)
        most = Counter(one.path for one in found.items).most_common(_COUNTED)
        self.transcript.call(
            "grep", {"pattern": word, "count": True}, "\n".join(f"{p}:{n}" for p, n in most) or "no match", {}
        )
        return Counter(dict(most))

    def densest(self, path: str, words: Sequence[str]) -> list[int]:
        """Call grep -niE in one file for all words; return where most of them stand together, the best two places."""
        if not words:
            return []
        either = "|".join(map(re.escape, words))
        found = self.engine.explorer().search(either, 200, scope=[path], expression=True, ignore_case=True)
        lines = [(one.number, one.text[:_GREP_WIDTH]) for one in found.items]
        text = "\n".join(f"{number}:{line}" for number, line in lines[:_GREP_LINES]) or "no match"
        self.transcript.call("grep", {"pattern": either, "path": path, "i": True}, text, {})
        best: list[int] = []
        weights = {
            number: len(
                {
                    word
                    for at, line in lines
                    if 0 <= at - number < WINDOW // 2
                    for word in words
                    if word.lower() in line.lower()
                }
            )
            for number, _ in lines[:_GREP_LINES]
        }
        for number in sorted(weights, key=lambda one: (-weights[one], one)):
            if all(abs(number - other) >= WINDOW // 2 for other in best):
                best.append(number)
        return best[:2]

    def files(self, name: str) -> list[str]:
        """Call find -name; return the paths that the agent sees."""
        found = list(self.engine.explorer().files(name, _COUNTED).items)
        self.transcript.call("find", {"name": name}, "\n".join(found) or "no file", {})
        return found

    def read(self, path: str, first: int, last: int) -> None:
        """Read lines of a file with their numbers."""
        try:
            part = self.engine.explorer().read(path, max(first, 1), last)
        except QueryError as error:
            self.transcript.call("read", {"path": path, "from": first, "to": last}, str(error), {})
            return
        lines = part.text.split("\n")
        text = "\n".join(f"{number}\t{line}" for number, line in enumerate(lines, start=part.start_line))
        numbers = set(range(part.start_line, part.start_line + len(lines)))
        self.transcript.call("read", {"path": path, "from": first, "to": last}, text, {path: numbers})

    def window(self, path: str, line: int) -> bool:
        """Read the surroundings of a line unless it has been read; returns whether it had to."""
        if line in self.transcript.seen[path]:
            return False
        first = max(line - _BEFORE, 1)
        self.read(path, first, first + WINDOW - 1)
        return True


def grep_and_read(tools: Tools, report: str) -> None:
    """Look as a careful agent without an index does: named files, then names, then words, then the most promising files."""
    told = parse_report(report, FRAME_READERS)
    scores: dict[str, float] = defaultdict(float)
    places: dict[str, list[int]] = defaultdict(list)
    named = [(frame.path, frame.line or 1) for frame in told.frames[:4] if frame.path]
    for written, line in (*named, *((one.path, one.line or 1) for one in told.paths[:4])):
        for path in _like(tools.files(written.rpartition("/")[2]), written)[:1]:
            scores[path] += 1
            tools.window(path, line)
    written_names = [one.text for one in (*told.names, *told.code_names)]
    written_names += [frame.function for frame in told.frames[:4] if frame.function]
    names = dict.fromkeys(name for one in written_names if len(name := re.split(r"\W+", one.strip("()"))[-1]) > 2)
    for name in list(names)[:_NAMES]:
        lines = tools.grep(name)
        rarity = 1 / math.log2(2 + len(lines))
        for path, number, _ in lines:
            scores[path] += rarity * _trust(path)
            places[path].append(number)
        defining = re.compile(rf"{_DEFINES}.*\b{re.escape(name)}\b|^\s*{re.escape(name)}\s*[=(:]")
        defined = [(path, number) for path, number, text in lines if defining.search(text) and _trust(path) == 1]
        if len(defined) <= _CLEAR:
            for path, number in defined:
                tools.window(path, number)
    plain = re.findall(r"[A-Za-z]{4,}", f"{told.title} {told.prose}")
    words = dict.fromkeys(word.lower() for word in plain if word.lower() not in REPORT_STOP_WORDS)
    for word in list(words)[:_WORDS]:
        counted = tools.counted(word)
        rarity = 1 / math.log2(2 + len(counted))
        for path, times in counted.items():
            scores[path] += rarity * math.log2(1 + times) * _trust(path)
    ranked = sorted(scores, key=lambda path: (-scores[path], path))
    for path in ranked[:_PROMISING]:
        for number in (*places[path][:1], *tools.densest(path, [*list(names)[:_NAMES], *list(words)[:_WORDS]])):
            tools.window(path, number)
    for path in ranked:
        length = tools.engine.explorer().read(path, 1, 1).lines
        for number in range(1, min(length, 4 * WINDOW) + 1, WINDOW):
            tools.window(path, number + _BEFORE if number > 1 else 1)


def _like(paths: Sequence[str], written: str) -> list[str]:
    """Return the paths that end most like a written one."""
    parts = written.split("/")[::-1]

    def alike(path: str) -> int:
        same = [one == two for one, two in zip(path.split("/")[::-1], parts, strict=False)]
        return same.index(False) if False in same else len(same)

    return sorted(paths, key=lambda path: (-alike(path), path))


def _trust(path: str) -> float:
    """Return how much a hit counts: what is no source is rarely what has to be changed."""
    return 1.0 if path_class(path) is PathClass.SOURCE else 0.3


def find_code(tools: Tools, report: str) -> None:
    """Ask find_code, read what it shows in part, turn its page, and fall back on grep."""
    _pages(tools, report)
    grep_and_read(tools, report)


def explored(tools: Tools, report: str) -> None:
    """Let Findspot explore by its own rules, read what its answer shows in part, then do what ``find_code`` does."""
    query = report[:_QUERY]
    found = explore(tools.engine, LocalizeRequest(text=query), Deterministic())
    _show(tools, {"query": query, "explore": True}, found.answer.results)
    find_code(tools, report)


def context_first(tools: Tools, report: str, budget_tokens: int = 4_000) -> None:
    """Begin with a context, read what it shows in part, then do what ``find_code`` does."""
    engine = tools.engine
    made = context(
        engine,
        engine.config.settings,
        ContextRequest(query=report, budget_tokens=budget_tokens),
        tools.transcript.count,
    )
    lines: dict[str, set[int]] = defaultdict(set)
    for one in made.places:
        for piece in one.pieces:
            lines[one.path].update(range(piece.start_line, piece.end_line + 1))
    tools.transcript.call("context", {}, made.text, lines, free=True)
    for one in made.places:
        if not one.relation and not set(range(one.start_line, one.end_line + 1)) <= tools.transcript.seen[one.path]:
            tools.read(one.path, one.start_line, min(one.end_line, one.start_line + WINDOW - 1))
    find_code(tools, report)


Look = Callable[[Tools, str], None]

AGENTS: Mapping[str, Look] = {
    "grep and read": grep_and_read,
    "find_code": find_code,
    "context": context_first,
    "--explore": explored,
}


def _pages(tools: Tools, report: str) -> None:
    """Ask find_code for the answer that it chooses, then for the next pages."""
    engine, query = tools.engine, report[:_QUERY]

    def page(offset: int) -> Sequence[SearchResult]:
        question = FindRequest(query=query, offset=offset).question()
        return ask_engine(engine, engine.config.settings, question).results

    results = page(0)
    _show(tools, {"query": query}, results)
    offset = len(results)
    for _ in range(1, _PAGES):
        results = page(offset)[offset : offset + PAGE]
        _show(tools, {"query": query, "offset": offset}, results)
        offset += PAGE


def _show(tools: Tools, arguments: object, results: Sequence[SearchResult]) -> None:
    """Take a page of find_code as it is written for a model, then read what it shows in part only."""
    if not results:
        return
    shown = laid_out(results, lambda one: one.path, 2_500, tools.transcript.count)
    text = page_text(shown)
    tools.transcript.call("find_code", arguments, text, _numbered(text))
    for one in (place.result for place in shown):
        span = range(one.span.start_line, one.span.end_line + 1)
        if not set(span) <= tools.transcript.seen[one.path]:
            tools.read(one.path, span[0], min(span[-1], span[0] + WINDOW - 1))


def _numbered(text: str) -> dict[str, set[int]]:
    """Return the lines by path that a page of find_code shows."""
    found: dict[str, set[int]] = defaultdict(set)
    path = ""
    for line in text.split("\n"):
        if heading := re.match(r"\d+\. (.+):\d+-\d+  ", line):
            path = heading[1]
        elif number := re.match(r" *(\d+)[> ] ", line):
            found[path].add(int(number[1]))
    return found
