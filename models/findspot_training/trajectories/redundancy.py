"""What an agent has seen of an unchanged workspace, and so what a further call can no longer teach it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from findspot_training.trajectories.effects import Effect, Kind, normalized
from findspot_training.trajectories.schema import Call


class Reason(StrEnum):
    """Why a call was redundant."""

    REPEATED = "repeated"
    ALREADY_READ = "already read"
    NOTHING_NEW = "nothing new"


@dataclass(frozen=True, order=True, slots=True)
class TurnCall:
    """Which call of a trajectory: its turn, and its number in the turn, both from 1."""

    turn: int
    call: int

    def __str__(self) -> str:
        return f"{self.turn}.{self.call}"


_NUMBERED: Final = re.compile(r"\s*L?(\d{1,9})\s*[\t→:|] ?(.*)", re.DOTALL)
"""A line of a file behind its number, as tools show it."""

_FRAME: Final = re.compile(
    r"</?output>|<returncode>.*</returncode>|\(Open file: .*\)|\(Current directory: .*\)|bash-\$"
    r"|\[(The command completed|Current working directory|Python interpreter|Command finished).*\]"
)
"""Lines that programs of agents put around the output of a command."""

_HIT: Final = re.compile(r"([^\s:]+?)[:-](\d+[:-].*)", re.DOTALL)
"""A path and line that a search found, with its text."""

_HIT_IN_ONE_FILE: Final = re.compile(r"\d+[:-].*", re.DOTALL)

_NOTHING: Final = re.compile(r"\W*(no|0|nothing|none|found (no|0))\b|.*\bno output\b", re.IGNORECASE)

_UNCHANGED: Final = re.compile(r"\bunchanged since\b", re.IGNORECASE)
"""What a tool says that does not show a file again."""


@dataclass(slots=True)
class Known:
    """What was asked for and shown since the last change. ``folder`` is the shell's working directory, empty if unknown."""

    folder: str = ""
    requests: dict[tuple[str, str], tuple[TurnCall, Call, Effect]] = field(default_factory=dict)
    lines: dict[str, dict[int, tuple[str, TurnCall]]] = field(default_factory=dict)
    """By path and number: the text of a line, and where it was shown."""
    facts: dict[str, TurnCall] = field(default_factory=dict)
    """What searches and listings showed."""

    def take(self, call: Call, effect: Effect, at: TurnCall) -> tuple[Reason, TurnCall] | None:
        """Learn from a call; returns why it was redundant and which earlier one made it so, None if it may have been of use."""
        if effect.changes or effect.kind is Kind.OTHER:
            self._forget_after(effect)
            return None
        request = call.tool, effect.request
        before = self.requests.get(request)
        repeated = before is not None and _same_answer(before[1], call)
        lines, facts = _lines_shown(call, effect), _facts_shown(call, effect)
        because = (
            (Reason.REPEATED, before[0]) if before and repeated else self._nothing_new(effect.path or "", lines, facts)
        )
        self._forget_after(effect)
        if not repeated or request not in self.requests:
            self.requests[request] = at, call, effect
        if lines:
            known = self.lines.setdefault(effect.path or "", {})
            for number, text in lines.items():
                if number not in known or known[number][0] != text:
                    known[number] = text, at
        for fact in facts:
            self.facts.setdefault(fact, at)
        return because

    def _nothing_new(self, path: str, lines: Mapping[int, str], facts: set[str]) -> tuple[Reason, TurnCall] | None:
        known = self.lines.get(path, {})
        # A tool that fell silent about a line, or a file that changed unseen: then the texts differ.
        if lines and all(number in known and known[number][0] == text for number, text in lines.items()):
            return Reason.ALREADY_READ, max(known[number][1] for number in lines)
        if facts and facts <= self.facts.keys():
            return Reason.NOTHING_NEW, max(self.facts[fact] for fact in facts)
        return None

    def _forget_after(self, effect: Effect) -> None:
        """Forget what a call made uncertain: all of it, or after a change of one file just the reads of that file."""
        moved = effect.shell_folder is not None and effect.shell_folder != self.folder
        if effect.shell_folder is not None:
            self.folder = effect.shell_folder
        if not effect.changes and not moved:
            return
        self.facts.clear()
        path = effect.path
        if path is None or moved:
            self.requests.clear()
            self.lines.clear()
            return
        self.requests = {
            key: asked
            for key, asked in self.requests.items()
            if asked[2].kind is Kind.READ and asked[2].path is not None and not _related(asked[2].path, path)
        }
        self.lines = {other: lines for other, lines in self.lines.items() if not _related(other, path)}


def _same_answer(before: Call, now: Call) -> bool:
    """Return whether the same request got the same answer: otherwise something changed unseen, or the first one failed."""
    if before.observation is None or (before.error and not now.error):
        return False
    if now.observation is None or now.observation == before.observation or _UNCHANGED.search(now.observation[:200]):
        return True
    return sorted(before.observation.split("\n")) == sorted(now.observation.split("\n"))


def _related(one: str, other: str) -> bool:
    """Return whether two paths may name the same file, or one lies in the other: one may be relative to an unknown folder."""
    if any(path.split("/")[0] in {".", ".."} for path in (one, other)):
        return True
    left, right = (f"/{path.lstrip('/')}" for path in (one, other))
    return left.endswith(right) or right.endswith(left) or left.startswith(right + "/") or right.startswith(left + "/")


def _lines_shown(call: Call, effect: Effect) -> dict[int, str]:
    """Return the lines of a file that a read showed, by number: those in the output, or counted from the first one."""
    if effect.kind is not Kind.READ or effect.path is None:
        return {}
    lines = [line.rstrip() for line in _output(call)]
    numbered: dict[int, str] = {}
    last = 0
    for line in lines:
        found = _NUMBERED.fullmatch(line)
        if found and int(found[1]) > last:
            last = int(found[1])
            numbered[last] = found[2]
    if 2 * len(numbered) >= sum(map(bool, lines)):
        return numbered
    while lines and not lines[-1]:
        lines.pop()
    return dict(enumerate(lines, start=effect.first_line))


def _facts_shown(call: Call, effect: Effect) -> set[str]:
    """Return what a search or a listing showed, in a form that can be compared; nothing where that is not clear.

    Of a search these are the lines found, with path and text. A search that only names files tells which of them match,
    which is news even if every name was seen before.
    """
    if effect.kind not in {Kind.SEARCH, Kind.LIST}:
        return set()
    lines = [line.strip() for line in _output(call) if line.strip(" \t\r-")]
    if not lines or (len(lines) < 3 and _NOTHING.match(lines[0])):
        return set()
    if effect.kind is Kind.LIST:
        paths = {_whole_path(line, effect) for line in lines}
        return {path for path in paths if path is not None} if None not in paths else set()
    if effect.path not in {None, "."} and all(map(_HIT_IN_ONE_FILE.fullmatch, lines)):
        return {f"{effect.path}:{line}" for line in lines}
    hits = {hit for line in lines if (hit := _hit(line, effect)) is not None}
    return hits if 2 * len(hits) >= len(set(lines)) else set()


def _hit(line: str, effect: Effect) -> str | None:
    if line.startswith("{"):
        return line
    found = _HIT.fullmatch(line)
    path = _whole_path(found[1], effect) if found else None
    return f"{path}:{found[2]}" if found and path else None


def _whole_path(path: str, effect: Effect) -> str | None:
    """Return a path of the output in one spelling; None if it is not known what it is relative to."""
    if path.startswith("/"):
        return normalized(path)
    about, in_shell = effect.path, effect.output_folder is not None
    from_here = normalized(path, effect.output_folder or "")
    if in_shell and (effect.kind is Kind.SEARCH or (about is None and "/" in path)):
        return from_here
    if about is None:
        return None
    within = about in {".", from_here} or from_here.startswith(f"{about}/")
    return from_here if within else normalized(path, about)


def _output(call: Call) -> Iterator[str]:
    """Yield the lines that a call showed, without what stands around them; none of a call that failed."""
    if call.observation and not call.error:
        yield from (line for line in call.observation.split("\n") if not _FRAME.fullmatch(line.strip()))
